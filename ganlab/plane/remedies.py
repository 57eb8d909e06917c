"""Proposes which field of the config to change for each verdict, as theory or published runs support it.

Every function yields candidates in order; `GanConfig.effective` takes the first that is active.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ganlab.game.rounds import suspects
from ganlab.game.verdict import free, is_slower
from ganlab.gan.losses import LOSSES
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.plane.capacity import curve_of
from ganlab.plane.config import PlaneConfig

MANY = 5
"""Updates of one player for each of the other's, or times its learning rate, from which it is the first suspect."""


def of_collapse(now: PlaneConfig) -> Iterator[str]:
    """For an unconstrained D: fewer updates, a lower rate (docs/studies.md, k), or a constraint (arXiv:1801.04406,
    arXiv:2501.05441). For a constrained D: packing (arXiv:1712.04086)."""
    if free(now) and now.d_steps >= MANY:
        yield "d_steps"
    if free(now) and now.d_lr >= MANY * now.g_lr:
        yield "d_lr"
    if free(now):
        yield "regularizer"
    elif now.packing == 1:
        yield "packing"


def of_rotation(now: PlaneConfig) -> Iterator[str]:
    """A slower G if it is too fast for D; else a constraint on D, or unrolling (arXiv:1611.02163)."""
    yield from fast_g(now)
    if free(now):
        yield "regularizer"
    elif now.unroll == 0:
        yield "unroll"


def of_oscillation(now: PlaneConfig) -> Iterator[str]:
    """A constraint on D, which makes the equilibrium attractive (arXiv:1801.04406); with one, a lower learning rate."""
    if free(now):
        yield "regularizer"
    else:
        yield from ("d_lr", "g_lr") if now.d_lr >= now.g_lr else ("g_lr", "d_lr")


def of_vanishing(now: PlaneConfig) -> Iterator[str]:
    """Another loss if this one saturates (arXiv:1701.04862); else instance noise, so that the supports overlap."""
    if LOSSES[now.loss].saturates:
        yield "loss"
    elif now.instance_noise == 0:
        yield "instance_noise"


def of_weakness(now: PlaneConfig) -> Iterator[str]:
    """What limits D: fewer or smaller steps than G's, a small network, a large penalty weight, few updates."""
    yield from fast_g(now)
    if now.d_depth == 0:
        yield "d_depth"
    if MANY * now.d_width <= now.g_width:
        yield "d_width"
    if weight := REGULARIZERS[now.regularizer].knob:
        yield weight
    if now.d_steps < MANY * max(1, now.g_steps):
        yield "d_steps"


def outmatched(now: PlaneConfig) -> bool:
    """Whether the settings themselves put D behind: fewer or smaller steps than G's, or a far smaller network."""
    return is_slower(now) or now.d_depth == 0 or MANY * now.d_width <= now.g_width


def of_capacity(now: PlaneConfig) -> Iterator[str]:
    """The layer of one number that leaves G a curve; else its depth, as without a hidden layer it is affine."""
    if narrow := curve_of(now):
        yield narrow
    yield "g_depth"


def fast_g(now: PlaneConfig) -> Iterator[str]:
    """The fields that make G faster than D, if it is."""
    if now.g_steps >= MANY * now.d_steps:
        yield "g_steps"
    if now.g_lr >= MANY * now.d_lr:
        yield "d_lr"


REMEDIES: dict[str, Callable[[PlaneConfig], Iterator[str]]] = {
    "cannot_fill": of_capacity,
    "collapse": of_collapse,
    "holes": of_collapse,
    "rotating": of_rotation,
    "oscillating": of_oscillation,
    "vanishing": of_vanishing,
    "d_too_weak": of_weakness,
    "diverging": lambda now: suspects(now, "d_loss"),
}
"""By verdict, the fields to change, the most likely first, active or not."""
