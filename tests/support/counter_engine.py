"""An engine that trains nothing on no plane: a counter whose frames are bytes. Its config's fields steer its fate."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from typing import Any

import torch

from ganlab.kind.engine import keepsake, moved, vouch  # noqa: F401
from ganlab.plane.config import PlaneConfig

RAISES, DIVERGES, DIES, CRASHES_CONFIG, HANGS, HUNGRY, GREEDY = 13, 14, 15, 16, 17, 18, 19
"""Seeds of runs that meet their fate at step FATE."""
FATE = 7


@dataclass
class State:
    config: Any
    step: int
    value: int
    outcome: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Frame:
    step: int
    value: int
    outcome: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


from_json = PlaneConfig.from_json


def start(config):
    if path := os.environ.get("COUNTER_LOG"):
        with open(path, "a") as file:
            file.write(f"{config.seed}\n")
    return State(config, 0, config.seed)


def restore(config, tensors):
    return State(config, *map(int, tensors["counter"]))


def checkpoint(state):
    return {"counter": torch.tensor([state.step, state.value])}


def snapshot(state):
    return Frame(state.step, state.value, state.outcome, state.facts)


moment, develop = snapshot, list


def advance(state):
    time.sleep(state.config.g_lr if state.config.g_lr > 1e-5 else 0)
    state.step, state.value = state.step + 1, (state.value * 6364136223846793005 + state.step) % 2**62
    if state.step == FATE and state.config.seed in FATES:
        return FATES[state.config.seed](state)
    return snapshot(state) if due(state) else None


def due(state):
    return state.step % 3 == 0


def encode(config, frame):
    return [frame.step.to_bytes(8, "little") + (frame.value ^ m).to_bytes(8, "little") for m in range(config.members)]


def raises(state):
    raise RuntimeError("the counter is out of order")


def diverges(state):
    state.outcome, state.facts = "diverged", {"step": state.step, "quantity": "d_loss", "knob": "d_lr"}
    return snapshot(state)


def dies(state):
    os.kill(os.getpid(), signal.SIGKILL)


def crashes_config(state):
    state.config.replace(gamma=-1.0)


def hungry(state):
    torch.empty(2**50)


def greedy(state):
    bytearray(2**60)


def hangs(state):
    """Stays in this step as long as the file is there."""
    while os.path.exists(os.environ["COUNTER_HELD"]):
        time.sleep(0.02)


FATES = {RAISES: raises, DIVERGES: diverges, DIES: dies, CRASHES_CONFIG: crashes_config, HANGS: hangs}
FATES |= {HUNGRY: hungry, GREEDY: greedy}
