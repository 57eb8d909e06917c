"""Paths, maps and directions in latent space, and the lengths of paths.

All functions are pure functions of latent points z (..., d) and of the samples at them. Arithmetic is in float64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ganlab.gan.rng import NOISES, stream

FRAMES = 64
"""Number of points of a walk, both ends included."""
EPSILON = 1e-2
"""Step in t of the perceptual path length: float32 images lose the differences of the usual 1e-4."""
TAILS = (0.01, 0.99)
"""Path lengths outside these quantiles are left out (github.com/NVlabs/stylegan2-ada-pytorch)."""
DRAWS = 4096
"""Number of draws from the prior that define a shell."""
NARROW = 1e-6
"""If the sine of their angle is smaller, two directions do not span a plane."""

Path = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(a (..., d), b (..., d), t (...) in [0, 1]) -> (..., d), exactly a at 0 and b at 1."""


def point(seed: int, dim: int, noise: str = "gaussian") -> Tensor:
    """The latent point (dim,) of a seed, drawn from the prior; it is the same for all generators of that dimension."""
    return NOISES[noise].sample(1, dim, generator=stream(seed, "latent", "point"))[0]


def times(frames: int = FRAMES) -> Tensor:
    """The parameters t (frames,) of a walk, evenly spaced from 0 to 1."""
    return torch.linspace(0, 1, frames, dtype=torch.float64)


# Paths


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """The straight line (1 - t) a + t b. Halfway between two independent N(0, I_d) its norm is √(d/2), not √d."""
    t = t.double()[..., None]
    return ((1 - t) * a.double() + t * b.double()).to(a.dtype)


def variance_preserving(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """The straight line divided by √((1 - t)² + t²): for independent N(0, I) ends, N(0, I) at every t."""
    return (lerp(a.double(), b.double(), t) / ((1 - t) ** 2 + t**2).double().sqrt()[..., None]).to(a.dtype)


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """The great circle (White, arXiv:1609.04468). The angle and the length change at constant rates from a to b.

    For |a| = |b| this is sin((1 - t)ω)/sin ω a + sin(tω)/sin ω b. For other lengths that formula is unbounded as ω
    approaches π. Opposite ends lie on many great circles; one is chosen. If there is none (`bend`), it is the line.
    """
    x, y, s = a.double(), b.double(), t.double()[..., None]
    from_length, to_length = length(x), length(y)
    u, v = x / from_length.clamp_min(1e-300), y / to_length.clamp_min(1e-300)
    cosine = (u * v).sum(-1, keepdim=True)
    across = v - cosine * u
    sine = length(across)
    around = torch.where(sine < NARROW, perpendicular(u), across / sine.clamp_min(NARROW))
    angle = torch.atan2(sine, cosine) * s
    curve = ((1 - s) * from_length + s * to_length) * (angle.cos() * u + angle.sin() * around)
    straight = (from_length * to_length == 0) | ((sine < NARROW) & (cosine > 0))
    path = torch.where(straight | (x.shape[-1] == 1), lerp(x, y, t), curve)
    return torch.where(s == 0, x, torch.where(s == 1, y, path)).to(a.dtype)


def length(z: Tensor) -> Tensor:
    """Euclidean norms (..., 1) of points (..., d)."""
    norms: Tensor = torch.linalg.vector_norm(z, dim=-1, keepdim=True)
    return norms


def perpendicular(u: Tensor) -> Tensor:
    """A unit vector orthogonal to each u (..., d): the axis of its smallest coordinate, orthogonalised; 0 if d = 1."""
    axis = torch.zeros_like(u).scatter_(-1, u.abs().argmin(-1, keepdim=True), 1.0)
    rest = axis - (axis * u).sum(-1, keepdim=True) * u
    return rest / length(rest).clamp_min(NARROW)


def bend(a: Tensor, b: Tensor) -> str:
    """The special case of the walk from a (d,) to b (d,): same, zero, line (d = 1), opposite, or '' for none."""
    x, y = a.double(), b.double()
    if torch.equal(x, y):
        return "same"
    lengths = x.norm() * y.norm()
    if not lengths:
        return "zero"
    if len(x) == 1:
        return "line"
    cosine = (x @ y) / lengths
    across = (y / y.norm() - cosine * x / x.norm()).norm()
    return "opposite" if across < NARROW and cosine < 0 else ""


# Where the prior lives


@dataclass(frozen=True)
class Shell:
    """The distribution of the norms of latent points from the prior."""

    radius: float
    """Root mean square: √d for N(0, I_d), √(d/3) for uniform noise."""
    low: float
    """The 5th percentile."""
    high: float
    """The 95th percentile."""


@lru_cache(64)
def shell(dim: int, noise: str = "gaussian") -> Shell:
    """The shell that holds the prior's mass. For N(0, I_d) it is at √d, with a standard deviation near 0.71."""
    norms = NOISES[noise].sample(DRAWS, dim, generator=stream(0, "latent", "shell")).double().norm(dim=1)
    low, high = norms.quantile(torch.tensor([0.05, 0.95], dtype=norms.dtype)).tolist()
    return Shell((dim * NOISES[noise].variance) ** 0.5, low, high)


# Maps


def bilinear(corners: Tensor, side: int, on_shell: bool = False) -> Tensor:
    """The bilinear map between four corners (4, d) in reading order, row by row from the top, (side², d).

    on_shell: divided by the norm of the weights, so that independent N(0, I) corners give N(0, I) everywhere.
    """
    s = times(side)
    weights = torch.stack([torch.outer(y, x).flatten() for y in (1 - s, s) for x in (1 - s, s)], -1)
    if on_shell:
        weights = weights / weights.norm(dim=1, keepdim=True)
    return (weights @ corners.double()).to(corners.dtype)


def plane(side: int, reach: float) -> Tensor:
    """Points of the square [-reach, reach]², row by row from the top, (side², 2), for a latent space of dimension 2."""
    x, y = torch.linspace(-reach, reach, side), torch.linspace(reach, -reach, side)
    return torch.stack([x.repeat(side), y.repeat_interleave(side)], -1)


# Directions


@dataclass(frozen=True)
class Directions:
    """Directions of latent space, ordered by the response of G's first layer, the strongest first."""

    axes: Tensor
    """(k, d), orthogonal unit vectors, each with its largest coordinate positive."""
    shares: Tensor
    """(k,) share of the variance of the first layer's output for z ~ N(0, I); all d of them sum to 1."""


def principal(weight: Tensor, most: int = 6) -> Directions:
    """The principal directions of a first layer z @ weight, weight (d, h): its left singular vectors.

    For z ~ N(0, I) they are exactly the principal components of that layer's output (GANSpace, arXiv:2004.02546).
    """
    axes, values, _ = torch.linalg.svd(weight.double(), full_matrices=False)
    axes, power = axes.T[:most], values.square()
    signs = axes.gather(1, axes.abs().argmax(1, keepdim=True)).sign()
    return Directions((axes * signs).float(), (power / power.sum().clamp_min(1e-300))[:most].float())


def class_means(z: Tensor, labels: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """The mean (classes, d) of the points z (n, d) of each class, 0 where there is none, and how many (classes,).

    Labels (n,) outside 0 to classes - 1 are in no class.
    """
    member = (labels[None] == torch.arange(classes)[:, None]).to(z.dtype)
    counts = member.sum(1)
    return member @ z / counts.clamp_min(1)[:, None], counts.long()


def along(z: Tensor, direction: Tensor, strengths: Tensor) -> Tensor:
    """z + strength · direction, (n, d), for strengths (n,)."""
    return z + strengths[:, None] * direction


def truncate(z: Tensor, psi: float) -> Tensor:
    """The truncated points ψz. A smaller ψ gives less variety; at ψ = 0 all points are equal."""
    return psi * z


# Lengths


def step_lengths(features: Tensor) -> Tensor:
    """Euclidean distance between consecutive rows, (n, f) -> (n - 1,)."""
    lengths: Tensor = torch.linalg.vector_norm(features.diff(dim=0), dim=1)
    return lengths


def perceptual_path_length(
    features: Callable[[Tensor], Tensor], a: Tensor, b: Tensor, t: Tensor, path: Path = slerp, epsilon: float = EPSILON
) -> Tensor:
    """|φ(z(t + ε)) - φ(z(t))|² / ε² of n paths at one moment each, (n,): arXiv:1812.04948 section 4.1.

    features: z (n, d) -> φ(G(z)) (n, f); a, b (n, d); t (n,) in [0, 1 - ε]. A linear G along lerp has |G(b - a)|².
    """
    before, after = features(path(a, b, t)), features(path(a, b, t + epsilon))
    return ((after.double() - before.double()) / epsilon).square().sum(1)


def trimmed_mean(values: Tensor) -> float:
    """The mean of the values (n,) between their TAILS' quantiles; 0 for none."""
    if not len(values):
        return 0.0
    low, high = values.double().quantile(torch.tensor(TAILS, dtype=torch.float64))
    return float(values[(values >= low) & (values <= high)].double().mean())


PATHS: dict[str, Path] = {"lerp": lerp, "slerp": slerp, "variance_preserving": variance_preserving}
