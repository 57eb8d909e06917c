"""Recomputes the exact state of a run at any step, from its nearest checkpoint."""

from __future__ import annotations

from collections.abc import Iterator

from ganlab.kind.config import RunConfig
from ganlab.kind.engine import C, Engine, F, S
from ganlab.store.runs import Store


def state_at(store: Store, engine: Engine[C, S, F], config: C, step: int) -> S:
    """The state of a run at a step, or at its divergence if that came earlier. Bit-equal to training on one machine.

    The run is computed from the start if it has no checkpoint.
    """
    state = next(origins(store, engine, config, step), None) or engine.start(config)
    while state.step < step and not state.outcome:
        engine.update(state)
    return state


def origins(store: Store, engine: Engine[C, S, F], config: C, step: int) -> Iterator[S]:
    """The states of valid checkpoints up to a step, newest first: the run's own, then those of its ancestors."""
    for source, limit in [(config, step), *config.ancestors()]:
        yield from restored(store, engine, config, source, min(step, limit))


def restored(store: Store, engine: Engine[C, S, F], config: C, source: RunConfig, limit: int) -> Iterator[S]:
    """The states of a source run's valid checkpoints up to a step, newest first, with this run's config."""
    return store.checkpoints.sound(source.key(), limit, lambda _, tensors: engine.restore(config, tensors))
