"""The state of a run on the plane: its start and its restoration from a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ganlab.data.plane import DATASETS
from ganlab.game.state import GanState, Player, fill
from ganlab.gan.nets import Network
from ganlab.gan.optimizers import slots
from ganlab.gan.rng import NOISES, Draws
from ganlab.plane.config import PlaneConfig


@dataclass(kw_only=True)
class State(GanState[PlaneConfig, Network]):
    """Everything that the rest of a run on the plane depends on."""

    draws: dict[str, Draws]
    marks: frozenset[int] = frozenset()
    """Additional frames: the step at which an edit starts, and the next."""
    by_autograd: bool = False
    """Whether all gradients come from calls of the networks and autograd, as slow motion records them."""
    updates: Any = None
    """The memory of updates in closed form, once there was one."""


def start(config: PlaneConfig) -> State:
    """The untrained networks of a run."""
    now = config.at(0)
    nets = (config.activation, config.members, config.seed)
    g, d = (
        Network(config.g_sizes, *nets, "g"),
        Network(config.d_sizes, *nets, "d", config.spectral_norm, config.minibatch_layer),
    )
    g_ema = Network(config.g_sizes, *nets, "g") if config.ema else g
    z, real = (config.batch_size, config.latent_dim), (config.batch_size, config.dim)
    noise, both = partial(blur, config.dim), (2 * config.batch_size, config.dim)
    draw = partial(Draws, members=config.members, seed=config.seed)
    latent = partial(sample_latent, config)
    draws = {
        "d_real": draw(DATASETS[config.dataset].sample, real, name="d_real"),
        "g_real": draw(DATASETS[config.dataset].sample, real, name="g_real"),
        "d_z": draw(latent, z, name="d_z"),
        "g_z": draw(latent, z, name="g_z"),
        "d_blur": draw(noise, both, name="d_blur"),
        "g_blur": draw(noise, both, name="g_blur"),
    }
    diverged_at = torch.full((config.members,), -1, dtype=torch.int64)
    marks = frozenset(step + after for step, _, _ in config.edits for after in (0, 1))
    return State(
        config=config,
        now=now,
        g=Player(g, slots(g.flat)),
        d=Player(d, slots(d.flat)),
        g_ema=g_ema,
        draws=draws,
        diverged_at=diverged_at,
        marks=marks,
    )


def sample_latent(config: PlaneConfig, n: int, rng: torch.Generator) -> Tensor:
    """n latent points, (n, latent_dim)."""
    return NOISES[config.noise].sample(n, config.latent_dim, generator=rng)


def blur(dim: int, n: int, rng: torch.Generator) -> Tensor:
    """n draws of instance noise with standard deviation 1, (n, dim)."""
    return torch.randn(n, dim, generator=rng)


def d_logits(net: Network, packs: Tensor, params: list[Tensor] | None = None) -> Tensor:
    """D's logits (M, B) of packs (M, B, d), one batch; with weights `params` in the place of its own."""
    return net(packs, params).squeeze(-1)


def restore(config: PlaneConfig, tensors: dict[str, Tensor]) -> State:
    """The state of a checkpoint. Raises KeyError or RuntimeError where tensors are missing or of another shape."""
    state = start(config)
    fill(state, tensors)
    return state
