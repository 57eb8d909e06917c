"""Computes cells on a Dask cluster that exists, one cell at a time in each worker process.

A cell is a pure function of its config. Dask computes it again on another worker if its worker is lost. The workers
need this package, with the versions of the machine that asks.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pandas as pd
import torch

from ganlab.kind import training
from ganlab.kind.config import RunConfig
from ganlab.kind.devices import fix_arithmetic
from ganlab.kind.frame import RunFrame
from ganlab.kinds import KINDS
from ganlab.service.runs import PRECISION, RunStatus
from ganlab.service.worker import reason
from ganlab.studies import tables
from ganlab.studies.executors import THREADS

INSTALL = "pip install '.[dask]'"
CONNECT = 10.0
"""Seconds in which the scheduler must answer."""
ONE_CELL = threading.Lock()
"""Held while this process computes a cell: the number of threads that torch uses is one setting of the process."""


class ClusterError(Exception):
    """A cluster that cannot be used, and why."""


# On the workers


@dataclass(frozen=True)
class Cell:
    """A computed cell: how it ended, and its rows unless it failed."""

    status: RunStatus
    rows: pd.DataFrame | None = None


def versions() -> dict[str, str]:
    """The versions on which the bits of a run depend: of torch, and the engine of each kind of run."""
    engines = {f"engine of {name}": str(kind.config.engine) for name, kind in KINDS.items()}
    return {"torch": torch.__version__} | engines


def cell(config: RunConfig, expected: Mapping[str, str]) -> Cell:
    """Computes a cell in this process. A worker that has joined late may have other versions: then the cell fails."""
    try:
        if wrong := differences(versions(), expected):
            return Cell(RunStatus("failed", note="versions", facts={"error": "; ".join(wrong)}))
        with ONE_CELL:
            return computed(config)
    except Exception as error:
        note, facts = reason(error)
        return Cell(RunStatus("failed", note=note, facts=facts))


def computed(config: RunConfig) -> Cell:
    """A cell that is computed from its first step to its last."""
    kind = tables.evaluation(config.kind)
    fix_arithmetic(THREADS, PRECISION)
    state, began = kind.engine.start(config), monotonic()
    films: list[list[RunFrame]] = [[] for _ in range(config.members)]
    for frame in training.frames(state, kind.engine.advance, kind.engine.moment, kind.engine.develop):
        for film, blob in zip(films, kind.engine.encode(config, frame), strict=True):
            film.append(kind.unpack(config, blob))
    about = tables.facts(config, THREADS, state.step / (monotonic() - began))
    ending = "diverged" if state.outcome else "done"
    return Cell(RunStatus(ending, state.step, config.steps), tables.measured(config, state, films, about))


def differences(found: Mapping[str, str], expected: Mapping[str, str]) -> list[str]:
    """What differs from the expected versions."""
    shown = {name: found.get(name, "none") for name in expected}
    return [f"{name}={shown[name]}: expected {due}" for name, due in expected.items() if shown[name] != due]


# On the machine that asks


class Cluster:
    """The executor of a connected client."""

    def __init__(self, client: Any):
        self.client, self.versions = client, versions()
        self.futures: dict[RunConfig, Any] = {}

    @property
    def slots(self) -> int:
        """The number of worker processes now; one while there is none."""
        return max(1, len(self.client.nthreads()))

    def reached(self, config: RunConfig) -> int:
        """0, as a cell on a cluster begins at its first step."""
        return 0

    def submit(self, config: RunConfig) -> None:
        """Sends a cell to the scheduler."""
        self.futures[config] = self.client.submit(cell, config, self.versions, pure=False)

    def status(self, config: RunConfig) -> RunStatus:
        """The status of a cell. Raises ClusterError if the scheduler has gone."""
        future = self.futures[config]
        if future.status == "finished":
            return self._cell(config).status
        if future.status == "error":
            return self._lost(self.futures.pop(config).exception())
        if future.status != "pending":
            raise ClusterError(f"{self.client.scheduler.address}: the scheduler has gone; finished cells are kept")
        return RunStatus("running", 0, config.steps)

    def rows(self, config: RunConfig) -> pd.DataFrame:
        """The rows of a finished cell, once."""
        rows = self._cell(config).rows
        del self.futures[config]
        assert rows is not None
        return rows

    def check(self) -> None:
        """Raises ClusterError if there is no worker, or if one has other versions."""
        found = self.client.run(versions, on_error="return")
        if not found:
            raise ClusterError(f"{self.client.scheduler.address}: expected at least one worker")
        wrong = [f"{worker}: {text}" for worker, one in found.items() for text in self._objections(one)]
        if wrong:
            raise ClusterError("\n".join(wrong))

    def _objections(self, found: Any) -> list[str]:
        if isinstance(found, Exception):
            return [f"ganlab cannot be imported: {found}"]
        return differences(found, self.versions)

    def _cell(self, config: RunConfig) -> Cell:
        found: Cell = self.futures[config].result()
        return found

    def _lost(self, error: Exception) -> RunStatus:
        """The failure of a cell that no worker could finish."""
        note = "worker_died" if type(error).__name__ == "KilledWorker" else "crash"
        return RunStatus("failed", note=note, facts={"error": str(error)[:300]})


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """The cluster of a scheduler, whose workers are all of these versions. Raises ClusterError."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(f"A cluster needs the package distributed ({error}): {INSTALL}") from None
    expect_answer(address)
    with Client(address, timeout=CONNECT, set_as_default=False) as client:
        cluster = Cluster(client)
        cluster.check()
        yield cluster


def expect_answer(address: str) -> None:
    """Raises ClusterError unless something answers at an address. A client that never connected takes long to end."""
    with ThreadPoolExecutor(1) as thread:  # a notebook has an event loop of its own in this thread
        try:
            thread.submit(asyncio.run, call(address)).result()
        except (OSError, ValueError) as error:
            raise ClusterError(f"{address}: no Dask scheduler answers ({error})") from None


async def call(address: str) -> None:
    """Opens a connection and closes it."""
    from distributed.comm.core import connect

    comm = await connect(address, timeout=CONNECT)
    await comm.close()
