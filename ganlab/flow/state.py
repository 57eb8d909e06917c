"""The state of a flow-matching run: its start and its checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganlab.data.plane import DATASETS
from ganlab.flow.config import FlowConfig
from ganlab.flow.frame import blame
from ganlab.gan.nets import Network
from ganlab.gan.optimizers import Slots, slots
from ganlab.gan.rng import Draws
from ganlab.kind.state import RunState


@dataclass(kw_only=True)
class FlowState(RunState[FlowConfig]):
    """The velocity networks of all members, their optimiser's memory, and the draws to come."""

    net: Network
    memory: Slots
    draws: dict[str, Draws]
    loss: Tensor
    """Of the last update, (M,); nan before the first."""
    updates: Any = None
    """The memory of the passes, once there was an update."""


def start(config: FlowConfig) -> FlowState:
    """The untrained networks of a run."""
    members, seed, rows = config.members, config.seed, (config.batch_size, 2)
    net = Network(config.sizes, config.activation, members, seed, "flow")
    draws = {
        "real": Draws(DATASETS[config.dataset].sample, rows, members, seed, "flow_real"),
        "z": Draws(noise, rows, members, seed, "flow_z"),
        "t": Draws(times, (config.batch_size, 1), members, seed, "flow_t"),
    }
    return FlowState(
        config=config,
        now=config.at(0),
        net=net,
        memory=slots(net.flat),
        draws=draws,
        diverged_at=torch.full((members,), -1),
        loss=torch.full((members,), torch.nan),
    )


def noise(n: int, rng: torch.Generator) -> Tensor:
    """n points of N(0, I), (n, 2)."""
    return torch.randn(n, 2, generator=rng)


def times(n: int, rng: torch.Generator) -> Tensor:
    """n times, even on [0, 1), (n, 1)."""
    return torch.rand(n, 1, generator=rng)


def kept(state: FlowState) -> dict[str, Tensor]:
    """The tensors of a checkpoint, the state's own; random draws follow from the step."""
    memory = state.memory
    return {
        "flat": state.net.flat,
        "first": memory.first,
        "second": memory.second,
        "count": memory.count,
        "died": state.diverged_at,
        "loss": state.loss,
    }


def checkpoint(state: FlowState) -> dict[str, Tensor]:
    """Everything that `restore` needs, as copies."""
    return {"step": torch.tensor(state.step)} | {name: tensor.clone() for name, tensor in kept(state).items()}


def restore(config: FlowConfig, tensors: dict[str, Tensor]) -> FlowState:
    """The state of a checkpoint. Raises KeyError or RuntimeError."""
    state = start(config)
    state.step = int(tensors["step"])
    for name, tensor in kept(state).items():
        tensor.copy_(tensors[name])
    state.now = config.at(state.step)
    if bool((state.diverged_at >= 0).any()):
        state.facts = blame(int(state.diverged_at[state.diverged_at >= 0].min()))
    return state
