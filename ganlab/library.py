"""What the package offers to other programs: train, run, open, sweep and diagnose runs of any kind.

Thin functions on what the app itself uses. A script that calls them needs no `if __name__ == "__main__"`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from ganlab.computed import UNKNOWN, Run
from ganlab.kind import engine, training
from ganlab.kind.config import RunConfig
from ganlab.kind.frame import RunFrame
from ganlab.kinds import KINDS
from ganlab.presets import described
from ganlab.service.runs import Runs
from ganlab.store.runs import Store
from ganlab.studies import study
from ganlab.studies.cards import shipped
from ganlab.studies.grids import Study

if TYPE_CHECKING:
    import pandas as pd

VIEWER = "library"
POLL = 0.1
"""Seconds between two looks at a run."""
FILE = ".zip"
"""How the name of a recorded run ends."""


class RunFailed(Exception):
    """A run that could not be computed: the kind of failure, see `worker.fail`, and its facts."""

    def __init__(self, reason: str, facts: Mapping[str, Any]):
        self.reason, self.facts = reason, dict(facts)
        super().__init__(f"{reason}: {self.facts}")


def train(config: RunConfig, progress: bool = False) -> Iterator[RunFrame]:
    """The frames of a run, from the untrained networks to `config.steps` or to divergence; nothing is stored.

    `progress`: shows a bar that counts the steps.
    """
    trainer = engine.load(KINDS[config.kind].engine)
    with bar(config, progress) as counted:
        for frame in training.frames(trainer.start(config), trainer.advance, trainer.moment, trainer.develop):
            counted.update(frame.step - counted.n)
            yield frame


def run(config: RunConfig, store: Path | str | None = None, progress: bool = False) -> Run:
    """Computes a run in a worker process, as far as the store has not got it, and keeps it there.

    The store is that of the app where none is named. A run that was interrupted goes on from its last checkpoint.
    Raises RunFailed.
    """
    with Store(store) as kept, Runs(kept, slots=1) as runs, bar(config, progress) as counted:
        key = runs.submit(config, VIEWER)
        while (status := runs.status(key, VIEWER)).state not in study.ENDED:
            counted.update(max(0, status.step - counted.n))
            sleep(POLL)
        if status.state == "failed":
            raise RunFailed(status.note, status.facts)
        counted.update(status.step - counted.n)
        row = kept.run(key)
        made = {name: getattr(row, name) for name in UNKNOWN}
        return Run(config, status.step, lambda member: stored(kept.path, config, member), made=made)


def bar(config: RunConfig, shown: bool) -> Any:
    """A bar that counts a run's steps."""
    return tqdm(total=config.steps, unit="step", disable=not shown)


def stored(store: Path, config: RunConfig, member: int) -> dict[int, bytes]:
    """A member's frames of a run in a store, by step."""
    with Store(store) as kept:
        return upto(kept.frames(config.key(), member), config)


def upto(frames: Mapping[int, bytes], config: RunConfig) -> dict[int, bytes]:
    """Frames up to a run's last step."""
    return {step: blob for step, blob in frames.items() if step <= config.steps}


def open(what: Path | str) -> Run:
    """The run of a link of the app, of a preset's name, of settings as JSON, or of a recorded run's file (.zip).

    One that ships is read, any other is computed as by `run`. Raises RecordingError for a file, ValueError for a link.
    """
    if str(what).endswith(FILE):
        return Run.load(what)
    return opened(*described(str(what))[0])


def opened(config: RunConfig, member: int = 0) -> Run:
    """A run, of which a member is looked at: read where it ships with these frames, else computed."""
    file = shipped().get(config.key())
    found = Run.load(file) if file else None
    if found is None or found.config.steps < config.steps or not found.read(member):
        return run(config).of(member)
    return Run(
        config, max(upto(found.read(member), config)), lambda one: upto(found.read(one), config), member, found.made
    )


def sweep(
    configs: Mapping[str, RunConfig] | Sequence[RunConfig],
    seeds: int | Sequence[int] = 5,
    scheduler: str | None = None,
    store: Path | str | None = None,
    slots: int = 1,
) -> pd.DataFrame:
    """Computes every config with every seed and measures it: a row for each frame, with the final evaluation (`*_10k`).

    `configs`: by the name of their arm, or in turn; `seeds`: these, or so many from 0 on. The store is a folder of its
    own; what is finished there is not computed again. `scheduler`: the address of a Dask cluster, in place of `slots`
    worker processes here. Configs that failed are missing. Raises ClusterError.
    """
    named = configs if isinstance(configs, Mapping) else {str(i): config for i, config in enumerate(configs)}
    drawn = range(seeds) if isinstance(seeds, int) else seeds
    grid = Study({name: tuple(config.replace(seed=seed) for seed in drawn) for name, config in named.items()}, "")
    study_store = study.StudyStore(None if store is None else Path(store))
    study.compute("sweep", grid, study_store, slots, inf, scheduler or "")
    return study_store.table(grid)
