"""What the state of every run has: where it is, and whether it has diverged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from ganlab.kind.config import RunConfig

C = TypeVar("C", bound=RunConfig)


@dataclass(kw_only=True)
class RunState(Generic[C]):
    """Everything that the rest of a run depends on; made by an engine's `start` or `restore`, moved by `update`."""

    config: C
    """The whole run's, edits included."""
    now: C
    """In force at the current step."""
    step: int = 0
    diverged_at: Tensor = field(default_factory=lambda: torch.full((1,), -1))
    """Step at which a member diverged, -1 while it has not, (M,)."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Of the first divergence."""

    @property
    def outcome(self) -> str:
        """'' while a member is alive, else 'diverged'."""
        return "diverged" if bool((self.diverged_at >= 0).all()) else ""
