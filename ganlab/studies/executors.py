"""Where the cells of a study are computed: in worker processes of this machine, or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from ganlab.kind.config import RunConfig
from ganlab.kind.devices import CPU
from ganlab.service.runs import Runs, RunStatus
from ganlab.store.runs import Store
from ganlab.studies import tables

VIEWER = "study"
THREADS = 1
"""Threads of every run, on the processor. One run per core is faster than several threads per run."""
PATIENCE = 600.0
"""Seconds that a worker may be silent. A study has the lowest priority, so it may have to wait that long."""


class Executor(Protocol):
    """What computes cells, several at once."""

    @property
    def slots(self) -> int:
        """The number of cells that it computes at once."""

    def reached(self, config: RunConfig) -> int:
        """The step up to which a cell's run was computed before."""

    def submit(self, config: RunConfig) -> None:
        """Starts a cell."""

    def status(self, config: RunConfig) -> RunStatus:
        """The status of a cell that was started."""

    def rows(self, config: RunConfig) -> pd.DataFrame:
        """The rows of a cell that is done or has diverged."""


class Trainer(Protocol):
    """What computes runs into a store: `ganlab.service.runs.Runs`, or a test double."""

    store: Store

    def submit(self, config: Any, viewer: str) -> str:
        """Requests a run up to config.steps; returns its key."""

    def status(self, key: str, viewer: str | None = None) -> RunStatus:
        """The status of a run."""


class Local:
    """Computes cells through the store, as all runs of the app are."""

    def __init__(self, runs: Trainer, slots: int = 1):
        self.runs, self.slots = runs, slots

    def reached(self, config: RunConfig) -> int:
        """The step up to which the store has the cell's run."""
        run = self.runs.store.run(config.key())
        return max(run.step, 0) if run else 0

    def submit(self, config: RunConfig) -> None:
        """Requests the cell's run."""
        self.runs.submit(config, VIEWER)

    def status(self, config: RunConfig) -> RunStatus:
        """The status of the cell's run."""
        return self.runs.status(config.key(), VIEWER)

    def rows(self, config: RunConfig) -> pd.DataFrame:
        """The rows of the stored run."""
        return tables.rows(self.runs.store, config)


@contextmanager
def worker_processes(path: Path, slots: int) -> Iterator[Local]:
    """The executor of worker processes of this machine, with the store in a folder."""
    with Store(path) as store, Runs(store, slots, threads=THREADS, patience=PATIENCE, device=CPU) as runs:
        yield Local(runs, slots)
