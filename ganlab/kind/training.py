"""The training loop that all kinds of run share: one step, and the frames of a whole run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ganlab.kind.engine import F, S


def advance(state: S, update: Callable[[S], None], due: Callable[[S], bool], snapshot: Callable[[S], F]) -> F | None:
    """Trains one step, in place. Returns its frame if the step is due one or the run has diverged."""
    step = state.step
    while state.step == step:
        update(state)
    return snapshot(state) if due(state) or state.outcome else None


def frames(state: S, advance: Callable[[S], F | None], snapshot: Callable[[S], F]) -> Iterator[F]:
    """The frames of a run from this state on, up to `config.steps` or to divergence; the state's own comes first."""
    yield snapshot(state)
    while state.step < state.config.steps and not state.outcome:
        if frame := advance(state):
            yield frame
