"""The interface of the module that trains a kind of run; workers know nothing else about a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol, TypeVar, cast

from torch import Tensor

from ganlab.kind.config import RunConfig
from ganlab.kind.devices import CPU, DeviceError
from ganlab.kind.frame import RunFrame
from ganlab.kind.state import RunState

C = TypeVar("C", bound=RunConfig)
S = TypeVar("S", bound=RunState[Any])
F = TypeVar("F", bound=RunFrame)


class Engine(Protocol[C, S, F]):
    """A module that trains runs of one kind. `keepsake`, `moved` and `vouch` may be those of this file."""

    def from_json(self, facts: Mapping[str, Any], /) -> C:
        """The config of `to_json`'s facts. Raises ConfigError."""

    def start(self, config: C, /) -> S:
        """The state of a run before its first step."""

    def restore(self, config: C, tensors: dict[str, Tensor], /) -> S:
        """The state of a checkpoint. Raises KeyError, ValueError or RuntimeError where it does not fit."""

    def update(self, state: S, /) -> None:
        """One update, in place; a step takes one or several."""

    def advance(self, state: S, /) -> Any:
        """One step. Its `moment`, if the step becomes a frame or the run has diverged, else None."""

    def due(self, state: S, /) -> bool:
        """Whether this step becomes a frame."""

    def moment(self, state: S, /) -> Any:
        """What the frame of this moment is developed from, as copies; `snapshot` where that gains nothing."""

    def develop(self, moments: Sequence[Any], /) -> list[F]:
        """The frames of moments of one run, in order; `list` where a moment is a frame."""

    def snapshot(self, state: S, /) -> F:
        """The frame of this moment; changes nothing."""

    def checkpoint(self, state: S, /) -> dict[str, Tensor]:
        """Everything that `restore` needs, as copies."""

    def encode(self, config: C, frame: F, /) -> list[bytes]:
        """The frame as the store keeps it, one blob a member."""

    def keepsake(self, config: C, step: int, /) -> bool:
        """Whether a step's checkpoint is kept, such as that at the end of an epoch."""

    def moved(self, state: S, device: str, /) -> S:
        """The same state on another device. Raises DeviceError."""

    def vouch(self, config: C, device: str, /) -> None:
        """Raises DeviceError unless a device gives the same results as the CPU."""


def keepsake(config: RunConfig, step: int) -> bool:
    """Keeps no checkpoint; for kinds without epochs."""
    return False


def moved(state: S, device: str) -> S:
    """The same state, for kinds that only run on the CPU. Raises DeviceError for any other device."""
    if device != CPU:
        raise DeviceError(device, "unable")
    return state


def vouch(config: RunConfig, device: str) -> None:
    """Raises DeviceError for any device but the CPU, for kinds that only run there."""
    if device != CPU:
        raise DeviceError(device, "unable")


def load(name: str) -> Engine[RunConfig, RunState[Any], RunFrame]:
    """The engine with a module's name."""
    return cast(Engine[RunConfig, RunState[Any], RunFrame], import_module(name))
