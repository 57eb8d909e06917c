"""Opens a generator from any source: one that ships, an upload, or a run's checkpoint, of either kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from ganlab.data.dataset import on_plane
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
    """The name of a generator. Equal sources give equal generators."""

    name: str
    """A key of PRETRAINED, the code of an upload, or the key of a run if `config` is given."""
    step: int = -1
    """The step of the run's checkpoint."""
    member: int = 0
    config: str = ""
    """The run's config as JSON."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A generator that is ready to sample."""

    config: DigitsConfig | PlaneConfig
    make: Callable[[Tensor], Tensor]
    """Latent points (n, d) -> images (n, 28, 28) in [-1, 1], or points of the plane (n, 2); always finite."""
    first: Tensor
    """The first layer's weight, (d, h)."""

    @property
    def dim(self) -> int:
        """The latent dimension."""
        return self.config.latent_dim

    @property
    def noise(self) -> str:
        """The prior of z, a key of NOISES."""
        return getattr(self.config, "noise", "gaussian")

    @property
    def on_plane(self) -> bool:
        """Whether it generates points instead of images."""
        return isinstance(self.config, PlaneConfig)

    @property
    def handwritten(self) -> bool:
        """Whether the digit classifier applies to its images."""
        return not self.on_plane and IMAGE_SETS[self.config.dataset].handwritten

    def point(self, end: int) -> Tensor:
        """The latent point (d,) of a seed; for a negative seed, the opposite point."""
        z = paths.point(abs(end), self.dim, self.noise)
        return -z if end < 0 else z

    def points(self, seeds: range) -> Tensor:
        """The latent points (n, d) of seeds."""
        return torch.stack([self.point(seed) for seed in seeds])


@lru_cache(6)
def opened(store_path: Path, source: Source) -> Opened:
    """The generator of a source in a store's folder. Raises WeightsError if it or its data no longer exist."""
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
    """The generator of one member of a run on the plane. Raises WeightsError if the checkpoint is damaged."""
    try:
        net = state.restore(config, checkpoints.decode(config.key(), step, blob)).g_ema
    except (KeyError, ValueError, RuntimeError):
        raise WeightsError("no_checkpoint") from None
    member = min(member, config.members - 1)

    @torch.no_grad()
    def make(z: Tensor) -> Tensor:
        return on_plane(one_member(net, z.float(), member).nan_to_num(0.0, 1e3, -1e3).clamp(-1e3, 1e3))

    return Opened(config, make, net.params[0][member].detach())


def one_member(net: Network, z: Tensor, member: int) -> Tensor:
    """The output (n, 2) of one member at latent points (n, d)."""
    return net(z.expand(net.members, *z.shape))[member]
