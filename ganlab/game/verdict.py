"""What verdicts on all GANs share: the verdict itself, divergence, and signs that do not depend on the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ganlab.game.config import GanConfig
from ganlab.game.frame import GanFrame
from ganlab.game.rounds import suspects

BLIND = 0.1
"""How far D's accuracy may be from one half near equilibrium."""
WARM_UP = 64
"""Updates of G before which a compact cloud is merely untrained."""
FAINT = 0.02
"""Norm of G's gradient below which it has vanished."""
SURE = 0.4
"""How far from one half D's accuracy is when D is sure, rightly or wrongly."""
TURNED = 0.25
"""Mean TV between the modes of one frame and of the next from which a collapse rotates."""


@dataclass(frozen=True)
class Verdict:
    """What the last frame shows of one member."""

    key: str
    """One of its kind's VERDICTS."""
    evidence: dict[str, float] = field(default_factory=dict)
    """Finite numbers only, see each kind's `verdict`. Always: step (diverged: the step at which it happened)."""
    m: int | None = None
    """Modes or classes covered, or equal-mass cells for data without modes."""
    of: int | None = None
    knob: str | None = None
    """The field to change first, if theory or published runs support one. It has an effect under the config."""


def diverged(step: int, facts: Mapping[str, Any], config: GanConfig) -> Verdict:
    """The verdict on a run that diverged at a step; facts: those of the engine."""
    now = config.at(step - 1)
    known = [facts["knob"]] if "knob" in facts else []
    knob = now.effective([*known, *suspects(now, facts.get("quantity", ""))])
    return Verdict("diverged", {"step": float(step)}, knob=knob)


def rests(frames: Sequence[GanFrame]) -> bool:
    """Whether D was not updated between the first and the last of some frames."""
    return len(frames) > 1 and frames[0].d_updates == frames[-1].d_updates


def turned(shares: Sequence[np.ndarray]) -> float:
    """Mean TV between the shares (K,) of what is covered in one frame and in the next, 0 to 1; 0 for a single one."""
    rows = np.stack(shares)
    rows = rows / np.maximum(rows.sum(1, keepdims=True), 1e-9)
    return float(np.abs(np.diff(rows, axis=0)).sum(-1).mean() / 2) if len(rows) > 1 else 0.0


def before_all(now: GanConfig) -> Iterator[str]:
    """The fields to change first under any finding: mistakes in the code, then a D that is never updated."""
    yield from now.wrong()
    if now.d_steps == 0:
        yield "d_steps"


def free(now: GanConfig) -> bool:
    """Whether nothing limits how steep D may become."""
    return now.regularizer == "none" and not now.spectral_norm
