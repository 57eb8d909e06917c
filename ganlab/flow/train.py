"""The engine of flow matching: updates of the velocity network, and the frames of a run.

The path of a pair of noise z and data x is the straight line x_t = (1 - t) z + t x, its velocity x - z; z and x are
drawn independently (arXiv:2210.02747, arXiv:2302.00482 sec. 3.2.2). The network's minimum is the mean velocity of all
lines through a point, which carries the noise to the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial

import numpy as np
import torch
from torch import Tensor

from ganlab.data.plane import DATASETS
from ganlab.flow import ode
from ganlab.flow.config import FlowConfig
from ganlab.flow.frame import MOMENTS, PATHS, POINTS, FlowFrame, blame, pack, schedule
from ganlab.flow.state import FlowState, checkpoint, noise, restore, start
from ganlab.gan.backprop import Passes, parts
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.rng import stream
from ganlab.kind import training
from ganlab.kind.engine import keepsake, moved, vouch
from ganlab.plane import metrics

__all__ = [
    "advance",
    "checkpoint",
    "develop",
    "due",
    "encode",
    "from_json",
    "keepsake",
    "moment",
    "moved",
    "restore",
    "snapshot",
    "start",
    "train",
    "update",
    "vouch",
]
BLOWN_UP = 1e6
"""A loss from which a member has diverged."""
GROUP = 1 << 20
"""Floats of the hidden layers of the members that are computed at once: four megabytes."""
from_json = FlowConfig.from_json


class Updates:
    """The gradient of the loss, member group by member group, in memory that is allocated once."""

    def __init__(self, state: FlowState):
        config, net = state.config, state.net
        size = max(1, GROUP // (max(1, config.width * config.depth) * config.batch_size))
        self.grad = torch.zeros_like(net.flat)
        self.groups = [slice(first, min(first + size, config.members)) for first in range(0, config.members, size)]
        self.passes = [Passes(net, members, config.batch_size) for members in self.groups]
        self.parts = [parts(net, self.grad, members) for members in self.groups]

    def gradient(self, state: FlowState) -> Tensor:
        """Writes the gradient of E|v(x_t, t) - (x - z)|² to `grad`; returns the loss (M,)."""
        x, z, t = (state.draws[name].row(state.step) for name in ("real", "z", "t"))
        inputs, velocity = torch.cat([torch.lerp(z, x, t), t], -1).mT, (x - z).mT
        losses = []
        for members, passes, gradient in zip(self.groups, self.passes, self.parts, strict=True):
            error = passes.forward(inputs[members]) - velocity[members]
            losses.append(error.square().sum(1).mean(-1))
            passes.backward(error.mul_(2 / x.shape[1]), gradient)
        return torch.cat(losses)


@torch.no_grad()
def update(state: FlowState) -> None:
    """One step of the optimiser, in place."""
    now, state.updates = state.now, state.updates or Updates(state)
    state.loss = state.updates.gradient(state)
    OPTIMIZERS[now.optimizer].step(state.net.flat, state.updates.grad, state.memory, now.lr, now.beta1, now.beta2)
    state.step += 1
    fresh = ~(state.loss.abs() <= BLOWN_UP) & (state.diverged_at < 0)
    if bool(fresh.any()):
        state.diverged_at = torch.where(fresh, state.step, state.diverged_at)
        state.facts = state.facts or blame(state.step)
    state.now = state.config.at(state.step)


def advance(state: FlowState) -> FlowFrame | None:
    """One step. The frame, if the step is one or the run has diverged."""
    return training.advance(state, update, due, snapshot)


def due(state: FlowState) -> bool:
    """Whether this step becomes a frame."""
    return state.step in schedule()


@torch.no_grad()
def snapshot(state: FlowState) -> FlowFrame:
    """The frame of this moment; changes nothing."""
    now, (shown, measured, _) = state.now, fixed_points(state.config)
    both = ode.generated(state.net, torch.cat([shown, measured]), now.ode_steps)
    found, shares = metrics.measure(both[:, POINTS:].numpy(), DATASETS[now.dataset])
    return FlowFrame(
        step=state.step,
        metrics=found,
        diverged_at=state.diverged_at.numpy().copy(),
        outcome=state.outcome,
        facts=dict(state.facts),
        loss=state.loss.numpy().copy(),
        fake=both[:, :POINTS].numpy(),
        paths=ode.paths(state.net, shown[:PATHS], now.ode_steps, MOMENTS).numpy(),
        shares=shares,
    )


moment, develop = snapshot, list


@lru_cache(8)
def fixed_points(config: FlowConfig) -> tuple[Tensor, Tensor, Tensor]:
    """What frames look at, the same as of a GAN with two Gaussian latent numbers: z shown, z measured, real shown."""
    rng = partial(stream, config.seed, "frame")
    shown, measured = noise(POINTS, rng("z")), noise(metrics.EVAL_POINTS, rng("measured"))
    return shown, measured, DATASETS[config.dataset].sample(POINTS, rng("real"))


def real_points(config: FlowConfig) -> np.ndarray:
    """The real points that a viewer sees, (POINTS, 2) float32."""
    return fixed_points(config)[2].numpy()


def encode(config: FlowConfig, frame: FlowFrame) -> list[bytes]:
    """The frame as the store keeps it, one blob a member."""
    return pack(frame, DATASETS[config.dataset].extent)


def train(config: FlowConfig) -> Iterator[FlowFrame]:
    """The frames of a run, from the untrained networks to `config.steps` or to divergence."""
    yield from training.frames(start(config), advance, moment, develop)
