"""A generator wherever it comes from: one that ships, an upload, or a run's checkpoint, of digits or on the plane."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from ganlab.data.images import IMAGE_SETS
from ganlab.data.user_files import use_store
from ganlab.digits import weights
from ganlab.digits.config import DigitsConfig
from ganlab.digits.pretrained import PRETRAINED
from ganlab.digits.uploads import Uploads
from ganlab.digits.weights import Generator, WeightsError
from ganlab.gan.nets import Network
from ganlab.latent import paths
from ganlab.links import at_hand, from_json
from ganlab.plane import state
from ganlab.plane.config import PlaneConfig
from ganlab.store import checkpoints
from ganlab.store.checkpoints import Checkpoints


@dataclass(frozen=True)
class Source:
    """What names a generator; equal sources give equal generators."""

    name: str
    """A key of PRETRAINED, an upload's code, or where `config` is given a run's key."""
    step: int = -1
    """A run's checkpoint."""
    member: int = 0
    config: str = ""
    """A run's config as JSON."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A generator at work."""

    config: DigitsConfig | PlaneConfig
    make: Callable[[Tensor], Tensor]
    """Latent points (n, d) -> images (n, 28, 28) in [-1, 1], or points of the plane (n, 2); always finite."""
    first: Tensor
    """The first layer's weight, (d, h)."""

    @property
    def dim(self) -> int:
        """Latent numbers."""
        return self.config.latent_dim

    @property
    def noise(self) -> str:
        """The prior, a key of NOISES."""
        return getattr(self.config, "noise", "gaussian")

    @property
    def on_plane(self) -> bool:
        """Whether it makes points rather than images."""
        return isinstance(self.config, PlaneConfig)

    @property
    def handwritten(self) -> bool:
        """Whether the judge of digits can tell what it makes."""
        return not self.on_plane and IMAGE_SETS[self.config.dataset].handwritten

    def point(self, end: int) -> Tensor:
        """The latent point (d,) of an end: of a seed, or where it is negative the opposite one."""
        z = paths.point(abs(end), self.dim, self.noise)
        return -z if end < 0 else z

    def points(self, seeds: range) -> Tensor:
        """The latent points (n, d) of seeds."""
        return torch.stack([self.point(seed) for seed in seeds])


@lru_cache(6)
def opened(store_path: Path, source: Source) -> Opened:
    """The generator of a source, in a store's folder. Raises WeightsError where it or its data are there no more."""
    if not source.config:
        named = source.name in PRETRAINED
        return of_digits(weights.shipped(source.name) if named else Uploads(store_path).load(source.name))
    config, kept = from_json(json.loads(source.config)), Checkpoints(store_path / "checkpoints")
    if source.step not in kept.steps(source.name):
        raise WeightsError("no_checkpoint")
    if isinstance(config, DigitsConfig):
        return of_digits(weights.of_run(kept, config, source.step))
    use_store(store_path)
    if at_hand(config, [])[1]:
        raise WeightsError("no_points")
    return of_plane(config, *next(kept.blobs(source.name, source.step)), source.member)


def of_digits(generator: Generator) -> Opened:
    """A generator of images."""

    def make(z: Tensor) -> Tensor:
        return generator.sample(z.float()).nan_to_num(-1.0).clamp(-1, 1)

    weight = next(p for p in generator.net.params if p.dim() > 1).detach()
    first = weight.flatten(1) if len(weight) == generator.config.latent_dim and weight.dim() == 4 else weight.T
    return Opened(generator.config, make, first)


def of_plane(config: PlaneConfig, step: int, blob: bytes, member: int) -> Opened:
    """One member's generator of points. Raises WeightsError where the checkpoint is damaged."""
    try:
        net = state.restore(config, checkpoints.decode(config.key(), step, blob)).g_ema
    except (KeyError, ValueError, RuntimeError):
        raise WeightsError("no_checkpoint") from None
    member = min(member, config.members - 1)

    @torch.no_grad()
    def make(z: Tensor) -> Tensor:
        return one_member(net, z.float(), member).nan_to_num(0.0, 1e3, -1e3).clamp(-1e3, 1e3)

    return Opened(config, make, net.params[0][member].detach())


def one_member(net: Network, z: Tensor, member: int) -> Tensor:
    """What one member makes of points (n, d): (n, 2)."""
    return net(z.expand(net.members, *z.shape))[member]
