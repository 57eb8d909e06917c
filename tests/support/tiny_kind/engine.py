"""Training of a curve fit: gradient descent on the mean squared error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlab.gan.nets import Network
from ganlab.gan.rng import Draws
from ganlab.kind import training
from ganlab.kind.engine import keepsake, moved, vouch
from ganlab.kind.state import RunState
from tiny_kind.config import CURVES, TinyConfig
from tiny_kind.frame import POINTS, TinyFrame, pack

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
EVERY = 10
"""Steps from one frame to the next."""
BLOWN_UP = 1e6


@dataclass(kw_only=True)
class TinyState(RunState[TinyConfig]):
    """The networks of all members, and the abscissas to come."""

    net: Network
    draws: Draws
    loss: Tensor
    """Of the last update, (M,); nan before the first."""


from_json = TinyConfig.from_json


def start(config: TinyConfig) -> TinyState:
    """The untrained networks."""
    net = Network(config.sizes, "tanh", config.members, config.seed, "net")
    draws = Draws(abscissas, (config.batch_size, 1), config.members, config.seed, "x")
    diverged_at, loss = torch.full((config.members,), -1), torch.full((config.members,), torch.nan)
    return TinyState(config=config, now=config.at(0), net=net, draws=draws, diverged_at=diverged_at, loss=loss)


def abscissas(n: int, rng: torch.Generator) -> Tensor:
    """n uniform points of [-3, 3], (n, 1)."""
    return torch.rand(n, 1, generator=rng) * 6 - 3


def update(state: TinyState) -> None:
    """One step of gradient descent, in place."""
    x = state.draws.row(state.step)
    loss = (state.net(x) - CURVES[state.now.dataset](x)).square().mean((1, 2))
    gradients = torch.autograd.grad(loss, state.net.params, torch.ones_like(loss))
    state.net.flat.sub_(torch.cat([g.reshape(-1) for g in gradients]), alpha=state.now.rate)
    state.loss, state.step = loss.detach(), state.step + 1
    fresh = ~(state.loss.abs() <= BLOWN_UP) & (state.diverged_at < 0)
    state.diverged_at = torch.where(fresh, state.step, state.diverged_at)
    if bool(fresh.any()) and not state.facts:
        state.facts = {"step": state.step, "quantity": "loss", "knob": "rate"}
    state.now = state.config.at(state.step)


def advance(state: TinyState) -> TinyFrame | None:
    """One step. The frame, if the step is one or the run has diverged."""
    return training.advance(state, update, due, snapshot)


def due(state: TinyState) -> bool:
    """Whether this step becomes a frame."""
    return state.step % EVERY == 0


def snapshot(state: TinyState) -> TinyFrame:
    """The frame of this moment; changes nothing."""
    curve, rmse = measured(state, POINTS)
    return TinyFrame(
        step=state.step,
        metrics={"rmse": rmse.numpy()},
        diverged_at=state.diverged_at.numpy().copy(),
        outcome=state.outcome,
        facts=dict(state.facts),
        loss=state.loss.numpy().copy(),
        curve=curve.numpy(),
    )


moment, develop = snapshot, list


@torch.no_grad()
def measured(state: TinyState, n: int) -> tuple[Tensor, Tensor]:
    """The networks' values at n even abscissas, (M, n), and the root of their mean squared error, (M,)."""
    x = torch.linspace(-3, 3, n)[:, None].expand(state.config.members, n, 1)
    values = state.net(x)[..., 0]
    return values, (values - CURVES[state.config.dataset](x[..., 0])).square().mean(-1).sqrt()


def checkpoint(state: TinyState) -> dict[str, Tensor]:
    """Everything that `restore` needs, as copies; random draws follow from the step."""
    tensors = {"step": torch.tensor(state.step), "flat": state.net.flat, "died": state.diverged_at, "loss": state.loss}
    return {name: tensor.clone() for name, tensor in tensors.items()}


def restore(config: TinyConfig, tensors: dict[str, Tensor]) -> TinyState:
    """The state of a checkpoint. Raises KeyError or RuntimeError."""
    state = start(config)
    state.step = int(tensors["step"])
    state.net.flat.copy_(tensors["flat"])
    state.diverged_at.copy_(tensors["died"])
    state.loss.copy_(tensors["loss"])
    state.now = config.at(state.step)
    if bool((state.diverged_at >= 0).any()):
        state.facts = {
            "step": int(state.diverged_at[state.diverged_at >= 0].min()),
            "quantity": "loss",
            "knob": "rate",
        }
    return state


def encode(config: TinyConfig, frame: TinyFrame) -> list[bytes]:
    """The frame as the store keeps it, one blob a member."""
    return pack(frame)


def train(config: TinyConfig) -> Iterator[TinyFrame]:
    """The frames of a run, from the untrained networks to `config.steps` or to divergence."""
    yield from training.frames(start(config), advance, moment, develop)
