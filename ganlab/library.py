"""What the package offers to other programs: train, run, open, sweep and diagnose runs of any kind.

Thin functions on what the app itself uses. A script that calls them needs no `if __name__ == "__main__"`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from math import inf
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

from ganlab.kind import engine, training
from ganlab.kind.config import RunConfig
from ganlab.kind.frame import RunFrame
from ganlab.kinds import KINDS
from ganlab.links import from_json, identity
from ganlab.service.runs import Runs
from ganlab.store import recording
from ganlab.store.runs import Store
from ganlab.studies import study
from ganlab.studies.grids import Study

if TYPE_CHECKING:
    import pandas as pd

    from ganlab.game.verdict import Verdict

VIEWER = "library"
POLL = 0.1
"""Seconds between two looks at a run."""


class RunFailed(Exception):
    """A run that could not be computed: the kind of failure, see `worker.fail`, and its facts."""

    def __init__(self, reason: str, facts: Mapping[str, Any]):
        self.reason, self.facts = reason, dict(facts)
        super().__init__(f"{reason}: {self.facts}")


@dataclass(frozen=True)
class Run:
    """A run that was computed: its config, how far it came, and its frames."""

    config: RunConfig
    step: int
    """The last one."""
    read: Callable[[int], Mapping[int, bytes]]
    """A member -> its stored frames by step, ascending."""

    def frames(self, member: int = 0) -> list[RunFrame]:
        """The frames of one member, the untrained one first."""
        unpack = import_module(KINDS[self.config.kind].evaluation).EVALUATION.unpack
        return [unpack(self.config, blob) for blob in self.read(member).values()]


def train(config: RunConfig) -> Iterator[RunFrame]:
    """The frames of a run, from the untrained networks to `config.steps` or to divergence; nothing is stored."""
    trainer = engine.load(KINDS[config.kind].engine)
    yield from training.frames(trainer.start(config), trainer.advance, trainer.moment, trainer.develop)


def run(config: RunConfig, store: Path | str | None = None) -> Run:
    """Computes a run in a worker process, as far as the store has not got it, and keeps it there.

    The store is that of the app where none is named. A run that was interrupted goes on from its last checkpoint.
    Raises RunFailed.
    """
    with Store(store) as kept, Runs(kept, slots=1) as runs:
        key = runs.submit(config, VIEWER)
        while (status := runs.status(key, VIEWER)).state not in study.ENDED:
            sleep(POLL)
        if status.state == "failed":
            raise RunFailed(status.note, status.facts)
        return Run(config, status.step, lambda member: stored(kept.path, key, member))


def stored(store: Path, key: str, member: int) -> dict[int, bytes]:
    """A member's frames of a run in a store, by step."""
    with Store(store) as kept:
        return kept.frames(key, member)


def open(path: Path | str) -> Run:
    """A recorded run, such as those that ship in `ganlab/recorded`. Raises RecordingError."""
    found = recording.read(Path(path), identity)
    return Run(from_json(found.config), found.step, lambda member: recorded(found, member))


def recorded(found: recording.Recording, member: int) -> dict[int, bytes]:
    """A member's frames of a recording, by step."""
    return {step: blob for step, of, blob in found.frames if of == member}


def sweep(arms: Mapping[str, Sequence[RunConfig]], store: Path | str | None = None, slots: int = 1) -> pd.DataFrame:
    """Computes every config of every arm and measures it: a row for each frame, with the final evaluation (`*_10k`).

    The store is a folder of its own; what is finished there is not computed again. Configs that failed are missing.
    """
    grid = Study({name: tuple(configs) for name, configs in arms.items()}, protocol="")
    study_store = study.StudyStore(None if store is None else Path(store))
    study.compute("sweep", grid, study_store, slots, inf)
    return study_store.table(grid)


def diagnose(frames: Sequence[RunFrame], config: RunConfig) -> Verdict:
    """What the frames of one member show up to the last. Raises ValueError for kinds of run without a diagnosis."""
    module = KINDS[config.kind].diagnosis
    if not module:
        raise ValueError(f"kind={config.kind}: has no diagnosis")
    found: Verdict = import_module(module).verdict(frames, config)
    return found
