"""What verdicts on all GANs share: the verdict itself, divergence, and signs that do not depend on the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any

import numpy as np

from ganlab.game.config import GanConfig
from ganlab.game.frame import GanFrame
from ganlab.game.rounds import suspects
from ganlab.gan.losses import LOSSES

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
TOLD, TOLD_BEHIND = 1 / 6, 0.3
"""Maximum share that a D which is too weak has of an optimal one's lead over one half: any D, and one put behind."""
ABOVE, NOISY = 0.75, 0.01
"""Share of the late frames with a loss of D above log 4 from which D does not follow its own loss alone, and how far
above it their median is: the loss of one batch scatters around log 4 near equilibrium."""


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
    regions: tuple[tuple[tuple[float, float], ...], ...] = ()
    """On the plane, places of the data in each region that is missing; without modes only."""


def diverged(step: int, facts: Mapping[str, Any], config: GanConfig) -> Verdict:
    """The verdict on a run that diverged at a step; facts: those of the engine."""
    now = config.at(step - 1)
    known = [facts["knob"]] if "knob" in facts else []
    knob = now.effective([*known, *suspects(now, facts.get("quantity", ""))])
    return Verdict("diverged", {"step": float(step)}, knob=knob)


def rests(frames: Sequence[GanFrame]) -> bool:
    """Whether D was not updated between the first and the last of some frames."""
    return len(frames) > 1 and frames[0].d_updates == frames[-1].d_updates


def tells_little(accuracy: float, most: float, behind: bool) -> bool:
    """Whether D's accuracy has little of the lead over one half, `most`, that an optimal D's has.

    A D that the settings put behind has at most TOLD_BEHIND of it and may also be wrong, as G runs ahead of it; any
    other is near one half, by TOLD.
    """
    lead = accuracy - 0.5
    return lead <= TOLD_BEHIND * most if behind else abs(lead) <= TOLD * most


def is_slower(now: GanConfig) -> bool:
    """Whether D's updates of a step come to less than G's, by their number and their rate."""
    return now.d_lr * now.d_steps < now.g_lr * now.g_steps


def misled(d_losses: Sequence[float], config: GanConfig) -> dict[str, float]:
    """`d_late`, the median of D's late losses, if it and ABOVE of them are above log 4; else {}.

    A D that only guesses has log 4, and its own loss leads it below that (arXiv:1406.2661 th. 1). So something else
    drives it too, or G outruns it. Only for a cross entropy without label smoothing throughout the run.
    """
    entropies = all(LOSSES[name].probability for name in config.values("loss"))
    if not entropies or config.values("label_smoothing") != {0.0} or not len(d_losses):
        return {}
    seen = np.asarray(d_losses, float)
    typical = float(np.median(seen))
    return {"d_late": typical} if typical > log(4) + NOISY and (seen > log(4)).mean() >= ABOVE else {}


def turned(shares: Sequence[np.ndarray]) -> float:
    """Mean TV between the shares (K,) of what is covered in one frame and in the next, 0 to 1; 0 for a single one."""
    rows = np.stack(shares)
    rows = rows / np.maximum(rows.sum(1, keepdims=True), 1e-9)
    return float(np.abs(np.diff(rows, axis=0)).sum(-1).mean() / 2) if len(rows) > 1 else 0.0


def lapses(whole: Sequence[bool]) -> float:
    """Share of the moments since the first one with everything at which something is missing; 0 if there is none."""
    since = whole[whole.index(True) :] if True in whole else [True]
    return 1 - float(np.mean(since))


def before_all(now: GanConfig) -> Iterator[str]:
    """The fields to change first under any finding: mistakes in the code, then a D that is never updated."""
    yield from now.wrong()
    if now.d_steps == 0:
        yield "d_steps"


def free(now: GanConfig) -> bool:
    """Whether nothing limits how steep D may become."""
    return now.regularizer == "none" and not now.spectral_norm
