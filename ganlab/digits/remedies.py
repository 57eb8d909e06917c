"""The field to change first after a verdict on digits, where published or measured results support one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import DigitsFrame
from ganlab.game.verdict import before_all, free
from ganlab.gan.losses import LOSSES

MANY = 5
"""Number of D updates per step from which they are the most likely cause of a collapse, or of a D that memorises."""
RISEN = 0.02
"""Minimum gain of the accepted share in the second half of a run for more steps to be proposed."""
LATE = 0.8
"""Share of the planned steps from which more steps may be proposed."""
SMALL = 10_000
"""Number of images up to which augmentation is proposed (arXiv:2006.10738)."""


def likely_knob(key: str, seen: Sequence[DigitsFrame], config: DigitsConfig, signs: Collection[str]) -> str | None:
    """The active field to change first; None if no published or measured result supports a change.

    signs: what is seen of D itself. A scale of the images that G's last layer cannot make comes first, then a D that is
    never updated.
    """
    now = config.at(seen[-1].step)
    if key == "healthy":
        return None
    first = now.wrong() if key == "no_finding" else before_all(now)
    return now.effective([*first, *suspects(key, seen, config, signs)])


def suspects(key: str, seen: Sequence[DigitsFrame], config: DigitsConfig, signs: Collection[str]) -> Iterator[str]:
    """The fields that may have caused a verdict, the most likely first, active or not.

    Batch normalisation in a D whose slope at each image is penalised (arXiv:1704.00028 sec. 4). A smear or an unclear
    result that is still improving: more steps.
    """
    now = config.at(seen[-1].step)
    if key != "recognisable" and now.d_norm != "none" and now.penalised():
        yield "d_norm"
    if key in BY_CAUSE:
        yield BY_CAUSE[key]
    elif key == "vanishing":
        yield from of_vanishing(now)
    elif key == "memorising":
        yield from of_memory(now)
    elif key == "d_ahead":
        yield from (*lopsided(now), "d_lr")
    elif key in ("collapse", "alike"):
        yield from of_collapse(now, signs)
    elif seen[-1].step >= LATE * config.steps and is_improving(seen):
        yield "steps"


def of_vanishing(now: DigitsConfig) -> Iterator[str]:
    """Another loss if this one saturates (arXiv:1701.04862); else what lets D become sure everywhere: its updates, its
    rate, no constraint."""
    if LOSSES[now.loss].saturates:
        yield "loss"
    yield from lopsided(now)
    if free(now):
        yield "regularizer"


def lopsided(now: DigitsConfig) -> list[str]:
    """What makes D learn faster than G, the larger factor first: its updates, its rate."""
    factors = {"d_steps": now.d_steps / max(1, now.g_steps), "d_lr": now.d_lr / now.g_lr}
    return sorted((name for name, factor in factors.items() if factor > 1), key=lambda name: -factors[name])


def of_memory(now: DigitsConfig) -> Iterator[str]:
    """The fields that may have made D memorise its images: too many updates, no augmentation (arXiv:2006.10738, where
    the scale of the images allows one), too few images, no constraint."""
    if now.d_steps >= MANY:
        yield "d_steps"
    if can_augment(now):
        yield "augment"
    if len(now.classes) < 10:
        yield "classes"
    if now.count <= SMALL:
        yield "dataset"
    if free(now):
        yield "regularizer"


def of_collapse(now: DigitsConfig, signs: Collection[str]) -> Iterator[str]:
    """The fields that may have caused a collapse of either sort.

    A D that memorises or is far ahead, for its own reasons; fewer updates of an unconstrained D (docs/studies.md, k);
    else a constraint on D (arXiv:1801.04406), else augmentation of a small data set.
    """
    if "memorising" in signs:
        yield from of_memory(now)
    if "d_ahead" in signs:
        yield from lopsided(now)
    if free(now) and now.d_steps >= MANY:
        yield "d_steps"
    if free(now):
        yield "regularizer"
    elif can_augment(now) and now.count <= SMALL:
        yield "augment"


def can_augment(now: DigitsConfig) -> bool:
    """Whether augmentation is off and would be accepted."""
    return now.augment == "none" and now.pixels == "symmetric"


def is_improving(seen: Sequence[DigitsFrame]) -> bool:
    """Whether the accepted share has grown in the second half of the steps."""
    return bool(seen[-1].metrics["accepted"] - second_half(seen)[0].metrics["accepted"] > RISEN)


def second_half(frames: Sequence[DigitsFrame]) -> list[DigitsFrame]:
    """The frames of the second half of the steps so far."""
    return [frame for frame in frames if frame.step >= frames[-1].step / 2]


BY_CAUSE = {"d_too_weak": "d_steps", "rotating": "regularizer"}
"""The field to change first if the verdict implies its cause."""
