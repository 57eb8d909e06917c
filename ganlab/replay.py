"""A run's state at any step, exactly: from the nearest checkpoint, and on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ganlab import checkpoints
from ganlab.run_config import RunConfig
from ganlab.store import Store


def state_at(store: Store, engine: Any, config: RunConfig, step: int) -> Any:
    """The state of a run at a step, or where it diverged before; bit-equal to training's on the same machine.

    engine: the module that trains the config's kind, see worker.py. Without a checkpoint it starts from the beginning.
    """
    state = next(restored(store, engine, config, step), None) or engine.start(config)
    while state.step < step and not state.outcome:
        engine.update(state)
    return state


def restored(store: Store, engine: Any, config: RunConfig, step: int) -> Iterator[Any]:
    """The states of sound checkpoints up to a step, newest first: the run's own, then of runs that were this one."""
    for source, limit in [(config, step), *config.ancestors()]:
        for found, blob in store.checkpoints.blobs(source.key(), min(step, limit)):
            try:
                yield engine.restore(config, checkpoints.decode(source.key(), found, blob))
            except (KeyError, ValueError, RuntimeError):
                continue
