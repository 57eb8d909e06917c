"""What the frame of every run has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False, kw_only=True)
class RunFrame:
    """What a viewer may see of one moment of a run of M members; numpy arrays, nan where a value is undefined."""

    step: int
    metrics: Mapping[str, Any]
    """Measures of what is generated, by key."""
    diverged_at: np.ndarray
    """Step at which a member diverged, -1 while it has not, (M,)."""
    outcome: str = ""
    """'' while any member is alive, else 'diverged'."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Of the first divergence: step, quantity, knob."""
