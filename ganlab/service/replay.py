"""A run's state at any step, exactly: from the nearest checkpoint, and on."""

from __future__ import annotations

from collections.abc import Iterator

from ganlab.kind.config import RunConfig
from ganlab.kind.engine import C, Engine, F, S
from ganlab.store.runs import Store


def state_at(store: Store, engine: Engine[C, S, F], config: C, step: int) -> S:
    """The state of a run at a step, or where it diverged before; bit-equal to training's on the same machine.

    Without a checkpoint it starts from the beginning.
    """
    state = next(origins(store, engine, config, step), None) or engine.start(config)
    while state.step < step and not state.outcome:
        engine.update(state)
    return state


def origins(store: Store, engine: Engine[C, S, F], config: C, step: int) -> Iterator[S]:
    """The states of sound checkpoints up to a step, newest first: the run's own, then of runs that were this one."""
    for source, limit in [(config, step), *config.ancestors()]:
        yield from restored(store, engine, config, source, min(step, limit))


def restored(store: Store, engine: Engine[C, S, F], config: C, source: RunConfig, limit: int) -> Iterator[S]:
    """The states of a source run's sound checkpoints up to a step, newest first, under this run's config."""
    return store.checkpoints.sound(source.key(), limit, lambda _, tensors: engine.restore(config, tensors))
