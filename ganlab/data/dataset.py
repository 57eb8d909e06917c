"""A distribution of points that the generator learns."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Generator, Tensor
from torch.nn.functional import pad

Sampler = Callable[[int, Generator], Tensor]
Density = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Dataset:
    """A distribution in d dimensions. Compared and hashed by identity, so that what is derived from it is cached."""

    sample: Sampler  # (n, rng) -> (n, d) float32
    extent: float  # half-width of the view [-extent, extent]^d; at least 99.9 % of the mass is inside
    modes: Tensor | None = None  # (K, d) centres of K Gaussians, where the data are such
    std: float | None = None  # sigma of each mode
    density: Density | None = None  # (n, d) -> (n,) probability per unit of volume, where known in closed form
    script: str = ""  # real_points(n, rng) in the exported script, the same draws; "": left to be written by hand
    weights: Tensor | None = None  # (K,) probability of each mode; None: they are equally likely
    dim: int = 2  # d


def on_plane(points: Tensor) -> Tensor:
    """Points (..., 2) as they are; those on a line, (..., 1), lie on the plane's horizontal axis."""
    return points if points.shape[-1] == 2 else pad(points, (0, 1))
