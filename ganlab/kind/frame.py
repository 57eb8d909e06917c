"""The frame that all kinds share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False, kw_only=True)
class RunFrame:
    """One moment of a run of M members as viewers see it: numpy arrays, nan where a value is undefined."""

    step: int
    metrics: Mapping[str, Any]
    """Metrics of the generated samples, by key."""
    diverged_at: np.ndarray
    """Step at which a member diverged, -1 while it has not, (M,)."""
    outcome: str = ""
    """'' while any member is alive, else 'diverged'."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Of the first divergence: step, quantity, knob."""
