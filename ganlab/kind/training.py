"""The training loop that all kinds of run share: one step, and the frames of a whole run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ganlab.kind.engine import F, S

T = TypeVar("T")
TOGETHER = 32
"""Frames that are computed at once, at most."""


def advance(state: S, update: Callable[[S], None], due: Callable[[S], bool], moment: Callable[[S], T]) -> T | None:
    """Trains one step, in place. Returns its moment if the step becomes a frame or the run has diverged."""
    step = state.step
    while state.step == step:
        update(state)
    return moment(state) if due(state) or state.outcome else None


def frames(
    state: S,
    advance: Callable[[S], T | None],
    moment: Callable[[S], T],
    develop: Callable[[Sequence[T]], list[F]],
) -> Iterator[F]:
    """The frames of a run from this state on, up to `config.steps` or to divergence; the state's own comes first.

    They come in groups: the first alone, then as many as came before, up to TOGETHER.
    """
    waiting, group = [moment(state)], 1
    while state.step < state.config.steps and not state.outcome:
        if len(waiting) >= group:
            yield from develop(waiting)
            waiting, group = [], min(2 * group, TOGETHER)
        if (one := advance(state)) is not None:
            waiting.append(one)
    yield from develop(waiting)
