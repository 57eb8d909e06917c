"""The state that all GANs share: both players, and checkpoints from which a run resumes exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor

from ganlab.game.config import GanConfig
from ganlab.game.frame import BLAMED, QUANTITIES
from ganlab.gan.optimizers import OPTIMIZERS, Slots
from ganlab.kind.state import RunState


class Net(Protocol):
    """What the trainer needs of a network."""

    flat: Tensor
    """All weights."""
    power: list[Tensor]
    """Power vectors of spectral normalisation; empty without it."""

    def norms(self, flat: Tensor) -> Tensor:
        """The norm (M,) of each member's share of a vector laid out as `flat`."""


C = TypeVar("C", bound=GanConfig)
N = TypeVar("N", bound=Net)


@dataclass
class Player(Generic[N]):
    """One player: M networks, their optimiser's state, and their last update."""

    net: N
    memory: Slots
    updates: int = 0
    loss: Tensor | None = None
    """(M,), None before the first update of the round."""
    grad: Tensor | None = None
    """Laid out as net.flat."""
    left: Tensor | None = None
    """Gradients that a mistake did not clear, added to those of the next update; laid out as net.flat."""

    def step(self, rule: str, lr: float, beta1: float, beta2: float) -> None:
        """One step of the optimiser along -grad."""
        assert self.grad is not None
        OPTIMIZERS[rule].step(self.net.flat, self.grad, self.memory, lr, beta1, beta2)
        self.updates += 1


@dataclass(kw_only=True)
class GanState(RunState[C], Generic[C, N]):
    """Both players and the position in the round."""

    g: Player[N]
    d: Player[N]
    g_ema: N
    """The moving average of G, or G itself without averaging; frames show its samples."""
    turn: int = 0
    """Updates of the current round that are done."""
    penalty: Tensor | None = None
    """(M,), of D's last update of the round."""


def checkpoint(state: GanState[Any, Any]) -> dict[str, Tensor]:
    """Everything that `restore` needs, as copies, for safetensors; random draws follow from the counters."""
    tensors = {
        "counters": torch.tensor([state.step, state.turn, state.d.updates, state.g.updates]),
        "died": state.diverged_at,
    }
    for name, player in (("g", state.g), ("d", state.d)):
        memory, net = player.memory, player.net
        tensors |= {f"{name}.flat": net.flat, f"{name}.first": memory.first, f"{name}.second": memory.second}
        tensors |= {f"{name}.count": memory.count} | {f"{name}.power.{i}": p for i, p in enumerate(net.power)}
        tensors |= {f"{name}.{key}": t for key in ("loss", "grad", "left") if (t := getattr(player, key)) is not None}
    if state.penalty is not None:
        tensors["penalty"] = state.penalty
    if state.g_ema is not state.g.net:
        tensors["shown.flat"] = state.g_ema.flat
    if state.facts:
        tensors["facts"] = torch.tensor(encode_facts(state.facts))
    return {name: tensor.to("cpu", copy=True) for name, tensor in tensors.items()}


def fill(state: GanState[Any, Any], tensors: dict[str, Tensor]) -> None:
    """Fills an untrained state from a checkpoint. Raises KeyError or RuntimeError."""
    state.step, state.turn, state.d.updates, state.g.updates = map(int, tensors["counters"])
    state.diverged_at.copy_(tensors["died"])
    state.now = state.config.at(state.step)
    for name, player in (("g", state.g), ("d", state.d)):
        memory, net = player.memory, player.net
        kept = {"flat": net.flat, "first": memory.first, "second": memory.second, "count": memory.count}
        for key, tensor in (kept | {f"power.{i}": p for i, p in enumerate(net.power)}).items():
            tensor.copy_(tensors[f"{name}.{key}"])
        player.loss, player.grad, player.left = (tensors.get(f"{name}.{key}") for key in ("loss", "grad", "left"))
    state.penalty = tensors.get("penalty")
    if state.g_ema is not state.g.net:
        state.g_ema.flat.copy_(tensors["shown.flat"])
    if "facts" in tensors:
        state.facts = decode_facts(tensors["facts"].tolist())


def encode_facts(facts: dict[str, Any]) -> list[int]:
    """A divergence as three integers."""
    return [facts["step"], QUANTITIES.index(facts["quantity"]), BLAMED.index(facts["knob"])]


def decode_facts(numbers: list[int]) -> dict[str, Any]:
    """The inverse of `encode_facts`."""
    return {"step": numbers[0], "quantity": QUANTITIES[numbers[1]], "knob": BLAMED[numbers[2]]}
