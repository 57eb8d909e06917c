"""The state that all kinds share: the step, the config in force, and divergence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from ganlab.kind.config import RunConfig

C = TypeVar("C", bound=RunConfig)


@dataclass(kw_only=True)
class RunState(Generic[C]):
    """All that the rest of a run depends on; an engine's `start` or `restore` creates it, `update` changes it."""

    config: C
    """The config of the whole run, with its edits."""
    now: C
    """The config in force at the current step."""
    step: int = 0
    diverged_at: Tensor = field(default_factory=lambda: torch.full((1,), -1))
    """Step at which a member diverged, -1 while it has not, (M,)."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Of the first divergence."""

    @property
    def outcome(self) -> str:
        """'' while a member is alive, else 'diverged'."""
        return "diverged" if self.facts and bool((self.diverged_at >= 0).all()) else ""
