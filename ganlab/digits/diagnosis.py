"""Diagnoses a run on digits from its frames: one verdict, from the classifier's measures and not from the losses.

Against an optimal D, losing one of ten digits changes G's loss by 0.05 (`theory.collapse`). A curve does not show that;
a histogram does. The histogram has no meaning for images that are not digits, so the accepted share is checked first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ganlab.data.images import IMAGE_SETS
from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import DigitsFrame
from ganlab.digits.metrics import COVER
from ganlab.digits.remedies import RISEN, likely_knob, second_half
from ganlab.game.verdict import (
    FAINT,
    SURE,
    TURNED,
    WARM_UP,
    Verdict,
    diverged,
    is_slower,
    rests,
    tells_little,
    turned,
)
from ganlab.gan.losses import LOSSES

LEGIBLE = 0.5
"""Accepted share below which the images are a smear. The classifier accepts half of the means of two digits."""
BARELY, FEW = 0.25, 2 / 3
"""The limit if at most FEW of the digits are covered: then the others are missing and not only late."""
RECOGNISABLE = 0.6
"""Accepted share of recognisable digits. The judge accepts 0.61 of pictures with the top of one digit and the bottom of
another (docs/judge.md)."""
GOOD = 0.85
"""Accepted share of a healthy run. Of real images the judge accepts 0.99, with noise of σ = 0.2 0.97, of 0.4 0.68."""
ALIKE = 0.6
"""Diversity below which the images of one digit are too similar: about a third of the real variance."""
VARIED = 0.75
"""Diversity of a healthy run. The light network reaches it in its fourth epoch; real images have 0.99."""
UNEVEN, EVEN = 0.25, 0.15
"""Maximum TV of recognisable digits, where a quarter of the images show the wrong digit, and of a healthy run. Real
images have 0.02, and at least 0.1 if one digit is missing. The error of 1000 images adds up to 0.04."""
AHEAD = 0.75
"""D's accuracy from which it is said to be ahead of a G that draws recognisable digits."""
RECENT = 0.2
"""Share of the latest steps over which medians are taken: usually a few epochs."""
ENOUGH = 3
"""Minimum number of frames of which a median is taken, if there are so many: short runs are seldom classified."""
CERTAIN = 0.95
"""D's accuracy from which it may be far ahead."""
NEARLY_NOTHING = 0.2
"""Its loss is then at most this share of its loss at equilibrium."""
BY_HEART = 0.3
"""How much larger the share of training images that D takes for real is than that of held-out ones, if D memorises.
With 128 images of each, the standard error is at most 0.06."""
OF_D = ("d_accuracy", "trained", "held_out", "d_loss", "g_loss", "g_grad")
NUMBERS = ("accepted", "diversity", "digit_tv", "fid", "precision", "recall", "density", "coverage")


def verdict(frames: Sequence[DigitsFrame], config: DigitsConfig) -> Verdict:
    """The verdict at the last frame, from medians over the last fifth of the steps so far (see `typical`).

    diverged: training ended in divergence. unjudged: no frame was classified, or the data are not digits.
    smear: less than half of the images are accepted as a digit; it is d_too_weak, if D has no update in the second half
    of the steps, or if it tells little (`tells_little`) and the images do not improve; it is vanishing, if D
    is confident and G has no gradient. collapse: some digits of the training data are missing now and in the median (m
    have at least 1 % of the images); if a third are missing, a quarter of accepted images is enough; it is rotating, if
    the missing digits change. alike: none is missing, but images of one digit differ less than 0.6 times as much as
    real images, a collapse within digits. recognisable: none is missing, 60 % are accepted, TV is at most 0.25,
    diversity at least 0.75. healthy: the same with 85 % and a TV of at most 0.15. no_finding: anything else.

    Evidence, finite numbers only. step: of the last classified frame (diverged: the end). accepted, diversity, digit_tv
    of that frame. fid, precision, recall, density, coverage of the last full evaluation. d_accuracy, d_loss, g_loss of
    the last frame, and `trained` and `held_out`, the shares of training and of held-out images that D takes for real.
    d_rests: 1 if D has no update in the second half of the steps, and accuracy: its mean accuracy there. top: share of
    the most frequent digit. most: the digits that an earlier legible frame covered, if more than now.

    Raises ValueError without frames.
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
    signs = signs_of_d(second_half(frames), config) if last.g_updates >= WARM_UP else ()
    if key in ("smear", "collapse", "no_finding") and last.g_updates >= WARM_UP:
        key = cause(key, frames, seen, signs, is_slower(config.at(last.step)))
    evidence = {
        "step": float(seen[-1].step),
        "top": float(seen[-1].shares.max()),
        **numbers(seen),
        **losses_and_gradients(last),
    }
    evidence |= {"d_rests": float(rests(second_half(frames))), "accuracy": late_accuracy(frames)}
    finite = {name: value for name, value in evidence.items() if math.isfinite(value)}
    return Verdict(key, finite | earlier_cover(seen, config), m, of, likely_knob(key, seen, config, signs))


def cause(
    key: str, frames: Sequence[DigitsFrame], seen: Sequence[DigitsFrame], signs: Sequence[str], behind: bool
) -> str:
    """The more specific verdict on a smear, a collapse or no finding, from the second half of the steps so far.

    An optimal D would be right about nearly every image of a smear. behind: whether the settings put D behind.
    """
    late = second_half(frames)
    judged = second_half(seen)
    if key == "collapse":
        return "rotating" if turned([frame.shares for frame in judged]) >= TURNED else key
    if key == "no_finding":
        return next(iter(signs), key)
    if rests(late):
        return "d_too_weak"
    accuracy = late_accuracy(frames)
    if defined_median(np.array([frame.g_grad[0] for frame in late])) <= FAINT and not abs(accuracy - 0.5) < SURE:
        return "vanishing"
    if signs:
        return signs[0]
    gained = judged[-1].metrics["accepted"] - judged[0].metrics["accepted"]
    return "d_too_weak" if tells_little(accuracy, 0.5, behind) and gained < RISEN else key


def late_accuracy(frames: Sequence[DigitsFrame]) -> float:
    """D's mean accuracy in the second half of the steps so far."""
    return float(np.mean([frame.d_accuracy[0] for frame in second_half(frames)]))


def signs_of_d(late: Sequence[DigitsFrame], config: DigitsConfig) -> tuple[str, ...]:
    """What frames show of D itself, the more specific first: memorising, d_ahead. The last must have the numbers."""
    found = {"memorising": memorises(late), "d_ahead": is_far_ahead(late, config.at(late[-1].step))}
    known = {name for name, value in losses_and_gradients(late[-1]).items() if math.isfinite(value)}
    return tuple(name for name, seen in found.items() if seen and known >= SAID[name])


def memorises(late: Sequence[DigitsFrame]) -> bool:
    """Whether D takes many more training images for real than held-out ones. Not if either share is undefined."""
    return bool(median(late, lambda frame: frame.trained - frame.held_out) >= BY_HEART)


def is_far_ahead(late: Sequence[DigitsFrame], now: DigitsConfig) -> bool:
    """Whether D is nearly always right at nearly no loss, and G's is above that at equilibrium.

    It does not matter to a G that matches features.
    """
    balance = LOSSES[now.loss].balance(now.label_smoothing)
    if balance is None or now.feature_matching:
        return False
    certain = median(late, lambda frame: frame.d_accuracy) >= CERTAIN
    at_no_loss = median(late, lambda frame: frame.d_loss) <= NEARLY_NOTHING * balance[0]
    return bool(certain and at_no_loss and median(late, lambda frame: frame.g_loss) > balance[1])


def median(frames: Sequence[DigitsFrame], number: Callable[[DigitsFrame], np.ndarray]) -> float:
    """The median of a number over the frames in which it is defined; nan if there are none."""
    return defined_median(np.array([number(frame)[0] for frame in frames]))


def decide(typical: Mapping[str, float], m: int, of: int) -> str:
    """The verdict's key if the run has not diverged, with m of `of` digits covered. Undefined diversity is ignored."""
    most = max(m, typical["covered"])
    if typical["accepted"] < (BARELY if most <= FEW * of else LEGIBLE):
        return "smear"
    if most < of:
        return "collapse"
    if m == of and typical["diversity"] < ALIKE:
        return "alike"
    whole = min(m, typical["covered"]) == of and typical["digit_tv"] <= UNEVEN
    if not whole or typical["accepted"] < RECOGNISABLE or typical["diversity"] < VARIED:
        return "no_finding"
    return "healthy" if typical["accepted"] >= GOOD and typical["digit_tv"] <= EVEN else "recognisable"


def typical(seen: Sequence[DigitsFrame], config: DigitsConfig) -> dict[str, float]:
    """Medians of the deciding measures over the classified frames of the last fifth of the steps; nan if undefined.

    If there are fewer than ENOUGH, the last ENOUGH, as far as the last two fifths have them.
    """
    last = seen[-1].step
    recent = [frame for frame in seen if frame.step >= (1 - RECENT) * last]
    if len(recent) < ENOUGH:
        recent = [frame for frame in seen if frame.step >= (1 - 2 * RECENT) * last][-ENOUGH:]
    names = ("accepted", "diversity", "digit_tv")
    values = {name: np.array([frame.metrics.get(name, math.nan) for frame in recent]) for name in names}
    values["covered"] = np.array([float(covered(frame, config)) for frame in recent])
    return {name: defined_median(row) for name, row in values.items()}


def defined_median(row: np.ndarray) -> float:
    """The median of the defined values; nan if there are none."""
    defined = row[~np.isnan(row)]
    return float(np.median(defined)) if len(defined) else math.nan


def digits_due(config: DigitsConfig) -> int:
    """Number of digits in the training images."""
    return sum(share > 0 for share in IMAGE_SETS[config.dataset].shares(config.classes))


def covers(frame: DigitsFrame, config: DigitsConfig) -> np.ndarray:
    """Whether each of the training data's digits has at least 1 % of a classified frame's images."""
    due = np.array(IMAGE_SETS[config.dataset].shares(config.classes))
    lit: np.ndarray = frame.shares[due > 0] >= COVER
    return lit


def covered(frame: DigitsFrame, config: DigitsConfig) -> int:
    """Number of the training data's digits that a classified frame covers."""
    return int(covers(frame, config).sum())


def numbers(seen: Sequence[DigitsFrame]) -> dict[str, float]:
    """The latest value of each metric; the expensive ones are of the last full evaluation."""
    newest: dict[str, float] = {}
    for frame in seen:
        newest |= {name: float(frame.metrics[name]) for name in NUMBERS if name in frame.metrics}
    return newest


def losses_and_gradients(frame: DigitsFrame) -> dict[str, float]:
    """D's accuracy, on training and on held-out images too, both losses and G's gradient of a frame."""
    return {name: float(getattr(frame, name)[0]) for name in OF_D}


def earlier_cover(seen: Sequence[DigitsFrame], config: DigitsConfig) -> dict[str, float]:
    """`most`: the largest number of digits that an earlier legible frame covered, if more than now."""
    legible = [covered(frame, config) for frame in seen if frame.metrics["accepted"] >= LEGIBLE]
    most = max(legible, default=0)
    return {"most": float(most)} if most > covered(seen[-1], config) else {}


SAID = {"memorising": {"trained", "held_out"}, "d_ahead": {"d_accuracy", "d_loss", "g_loss"}}
"""The numbers of the last frame that the sentence of a sign has."""
VERDICTS = (
    "diverged",
    "unjudged",
    "vanishing",
    "d_too_weak",
    "memorising",
    "d_ahead",
    "smear",
    "collapse",
    "rotating",
    "alike",
    "recognisable",
    "healthy",
    "no_finding",
)
