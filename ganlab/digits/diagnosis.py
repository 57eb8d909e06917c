"""What the frames of a run on digits show: one sober verdict, decided by what the judge saw, never by the losses.

Against an optimal D, losing one digit of ten moves G's loss by 0.05 (`theory.collapse`): invisible on a curve, plain
in a histogram. What is no digit has no histogram worth reading, so the share that is accepted decides first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ganlab.data.images import IMAGE_SETS
from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import DigitsFrame
from ganlab.digits.metrics import COVER
from ganlab.game.rounds import wrong
from ganlab.game.verdict import BLIND, FAINT, SURE, TURNED, WARM_UP, Verdict, before_all, diverged, free, rests, turned

LEGIBLE = 0.5
"""Share accepted below which there is a smear; the judge accepts half of the pixelwise means of two digits."""
BARELY, FEW = 0.25, 2 / 3
"""The same where at most two thirds of the digits are there: so many do not merely come late."""
GOOD = 0.6
"""Share accepted by which a run is healthy; published DCGANs reach 0.76 after 10 000 updates, real images 0.99."""
ALIKE = 0.6
"""Diversity below which images of one digit are too much alike: little more than a third of the real variance."""
VARIED = 0.75
"""Diversity of a healthy run; the light network passes it in its fourth epoch, real images have 0.99."""
EVEN = 0.25
"""TV of a healthy run: less than a quarter of the images are of the wrong digit."""
RECENT = 0.2
"""Share of the steps so far over which medians are taken: as a rule a few epochs."""
MANY = 5
"""D updates a step from which they are the first suspect of a collapse."""
RISEN = 0.02
"""Share accepted that a run must have gained in its last half for more steps to be worth a try."""
NUMBERS = ("accepted", "diversity", "digit_tv", "fid", "precision", "recall", "density", "coverage")


def verdict(frames: Sequence[DigitsFrame], config: DigitsConfig) -> Verdict:
    """What the frames show up to the last; medians over the last fifth of the steps decide.

    diverged: training ended so. unjudged: the judge has seen none of them, or knows no such images. smear: less than
    half of the images are accepted as a digit. collapse: of the owed digits some are missing (m of them hold at least
    1 % of the images), now as in the median; where a third are missing, a quarter accepted will do. alike: none is
    missing, but images of one digit differ less than 0.6 times as much as real ones: a collapse within the digits.
    healthy: none is missing, 60 % are accepted, TV is at most 0.25, diversity at least 0.75. no_finding: else.
    As on the plane: a smear is d_too_weak, where D has not been updated in the second half of the steps; vanishing,
    where G gets no gradient from a D that is sure; d_too_weak, where D is no better than a coin and the images do not
    improve; a collapse is rotating, where other digits come and go.
    Evidence, finite numbers only: step, of the last judged frame (diverged: of the end); its accepted, diversity,
    digit_tv, of the last full judgement fid, precision, recall, density, coverage; d_accuracy, d_loss, g_loss of the
    last frame; d_rests: 1 if D was not updated in the second half of the steps; top: share of the commonest digit;
    most: digits that an earlier legible frame covered, if more than now.
    Raises ValueError if there are no frames.
    """
    if not frames:
        raise ValueError("frames=[]: expected at least one frame")
    last, seen = frames[-1], [frame for frame in frames if frame.metrics]
    if last.diverged_at[0] >= 0:
        return diverged(int(last.diverged_at[0]), last.facts, config)
    if not seen:
        return Verdict("unjudged", {"step": float(last.step)})
    of, m = digits_due(config), covered(seen[-1], config)
    key = decide(typical(seen, config), m, of)
    if key in ("smear", "collapse") and last.g_updates >= WARM_UP:
        key = cause(key, frames, seen)
    evidence = {
        "step": float(seen[-1].step),
        "top": float(seen[-1].shares.max()),
        **numbers(seen),
        **losses_and_gradients(last),
    }
    evidence["d_rests"] = float(rests(second_half(frames)))
    finite = {name: value for name, value in evidence.items() if math.isfinite(value)}
    return Verdict(key, finite | earlier_cover(seen, config), m, of, likely_knob(key, seen, config))


def cause(key: str, frames: Sequence[DigitsFrame], seen: Sequence[DigitsFrame]) -> str:
    """What a smear or a collapse is more exactly, by the second half of the run so far."""
    late = second_half(frames)
    judged = second_half(seen)
    if key == "collapse":
        return "rotating" if turned([frame.shares for frame in judged]) >= TURNED else key
    if rests(late):
        return "d_too_weak"
    accuracy = float(np.mean([frame.d_accuracy[0] for frame in late]))
    if defined_median(np.array([frame.g_grad[0] for frame in late])) <= FAINT and not abs(accuracy - 0.5) < SURE:
        return "vanishing"
    gained = judged[-1].metrics["accepted"] - judged[0].metrics["accepted"]
    return "d_too_weak" if abs(accuracy - 0.5) <= BLIND and gained < RISEN else key


def second_half(frames: Sequence[DigitsFrame]) -> list[DigitsFrame]:
    """The frames of the second half of the steps so far."""
    return [frame for frame in frames if frame.step >= frames[-1].step / 2]


def decide(typical: Mapping[str, float], m: int, of: int) -> str:
    """The key for a run that is alive, with m of so many digits covered now; an undefined diversity is no objection."""
    most = max(m, typical["covered"])
    if typical["accepted"] < (BARELY if most <= FEW * of else LEGIBLE):
        return "smear"
    if most < of:
        return "collapse"
    if m == of and typical["diversity"] < ALIKE:
        return "alike"
    whole = min(m, typical["covered"]) == of and typical["digit_tv"] <= EVEN
    return "healthy" if whole and typical["accepted"] >= GOOD and not typical["diversity"] < VARIED else "no_finding"


def typical(seen: Sequence[DigitsFrame], config: DigitsConfig) -> dict[str, float]:
    """Medians of what decides over the judged frames of the last fifth of the steps; nan where nothing is defined."""
    recent = [frame for frame in seen if frame.step >= (1 - RECENT) * seen[-1].step]
    names = ("accepted", "diversity", "digit_tv")
    values = {name: np.array([frame.metrics.get(name, math.nan) for frame in recent]) for name in names}
    values["covered"] = np.array([float(covered(frame, config)) for frame in recent])
    return {name: defined_median(row) for name, row in values.items()}


def defined_median(row: np.ndarray) -> float:
    """The median of the defined values; nan without any."""
    defined = row[~np.isnan(row)]
    return float(np.median(defined)) if len(defined) else math.nan


def digits_due(config: DigitsConfig) -> int:
    """How many digits the training images hold."""
    return sum(share > 0 for share in IMAGE_SETS[config.dataset].shares(config.classes))


def covered(frame: DigitsFrame, config: DigitsConfig) -> int:
    """How many owed digits hold at least 1 % of the images of a judged frame."""
    due = np.array(IMAGE_SETS[config.dataset].shares(config.classes))
    return int(((frame.shares >= COVER) & (due > 0)).sum())


def numbers(seen: Sequence[DigitsFrame]) -> dict[str, float]:
    """Each number's newest value; the dear ones are of the last full judgement."""
    newest: dict[str, float] = {}
    for frame in seen:
        newest |= {name: float(frame.metrics[name]) for name in NUMBERS if name in frame.metrics}
    return newest


def losses_and_gradients(frame: DigitsFrame) -> dict[str, float]:
    """How D and G stand, and their losses, which decide nothing."""
    return {name: float(getattr(frame, name)[0]) for name in ("d_accuracy", "d_loss", "g_loss", "g_grad")}


def earlier_cover(seen: Sequence[DigitsFrame], config: DigitsConfig) -> dict[str, float]:
    """`most`: the most digits that an earlier frame covered whose images were legible, if more than now."""
    legible = [covered(frame, config) for frame in seen if frame.metrics["accepted"] >= LEGIBLE]
    most = max(legible, default=0)
    return {"most": float(most)} if most > covered(seen[-1], config) else {}


def likely_knob(key: str, seen: Sequence[DigitsFrame], config: DigitsConfig) -> str | None:
    """The field to change first, of those that do something now; None where nothing published or measured supports one.

    Images scaled to what G's tanh cannot make come first, then a D that is never updated.
    """
    now = config.at(seen[-1].step)
    if key == "healthy":
        return None
    first = wrong(now) if key == "no_finding" else before_all(now)
    return now.effective([*first, *suspects(key, seen, config)])


def suspects(key: str, seen: Sequence[DigitsFrame], config: DigitsConfig) -> Iterator[str]:
    """What may have led to a finding, the likeliest first, whether or not it does anything.

    A collapse, of either sort: fewer updates of an unconstrained D (docs/studies.md, k), else a constraint on D
    (arXiv:1801.04406), else augmentation of a small set (arXiv:2006.10738). A smear or an unclear end that was still
    improving: more steps.
    """
    now = config.at(seen[-1].step)
    if key in BY_CAUSE:
        yield BY_CAUSE[key]
    elif key in ("collapse", "alike"):
        yield from of_collapse(now, config.count)
    elif seen[-1].step >= (1 - RECENT) * config.steps and is_improving(seen):
        yield "steps"


def of_collapse(now: DigitsConfig, count: int) -> Iterator[str]:
    """What may have led to a collapse of either sort, for a run on so many images."""
    if free(now) and now.d_steps >= MANY:
        yield "d_steps"
    if free(now):
        yield "regularizer"
    elif now.augment == "none" and count <= 10_000:
        yield "augment"


def is_improving(seen: Sequence[DigitsFrame]) -> bool:
    """Whether more images are accepted now than half of the steps ago."""
    return bool(seen[-1].metrics["accepted"] - second_half(seen)[0].metrics["accepted"] > RISEN)


BY_CAUSE = {"vanishing": "loss", "d_too_weak": "d_steps", "rotating": "regularizer"}
"""The field to change first where the finding names its cause."""
VERDICTS = (
    "diverged",
    "unjudged",
    "vanishing",
    "d_too_weak",
    "smear",
    "collapse",
    "rotating",
    "alike",
    "healthy",
    "no_finding",
)
