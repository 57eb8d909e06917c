"""Manages one worker process; if it dies, no other worker is affected."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

from loky import process_executor
from loky.backend import get_context
from loky.process_executor import BrokenProcessPool, ProcessPoolExecutor

IDLE = 60
"""Seconds after which an idle worker ends."""
GRACE = 5.0
"""Seconds that a worker has for its last checkpoint when the server closes."""
WAITING = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "10000", "KMP_BLOCKTIME": "0"}
"""How a run's threads wait for each other: they spin for about 50 µs and then sleep. OpenMP's default spins longer,
which is slow beside busy processes. Without spinning, an idle machine loses a quarter (`benchmarks.busy`)."""
ENVIRONMENT = (
    {"LOKY_MAX_MEMORY_LEAK_SIZE": "4e9"}
    | WAITING
    | {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")}
)
"""Set before anything is imported in the worker. loky restarts workers whose memory grows; ours may grow."""


class WorkerProcess:
    """One worker process, started when there is work and replaced when it dies. Not for several threads."""

    def __init__(self, name: str):
        self.name, self.used, self.rests_until = name, 0.0, 0.0
        self._executor: ProcessPoolExecutor | None = None
        self._line: tuple[Connection, Connection] | None = None
        self._future: Future[Any] | None = None
        self._failures = 0

    @property
    def free(self) -> bool:
        """Whether it accepts work now."""
        return self._future is None and monotonic() >= self.rests_until

    @property
    def is_warm(self) -> bool:
        """Whether its process was used recently enough to be still alive."""
        return self._future is not None or (self._executor is not None and monotonic() - self.used < IDLE / 3)

    @property
    def is_busy(self) -> bool:
        """Whether it works now."""
        return self._future is not None and not self._future.done()

    def submit(self, done: Callable[[Future[Any]], None], function: str, *args: Any) -> None:
        """Starts a function of the worker's; `done` is called from another thread when it ends. Raises as loky."""
        try:
            self._future = self._submit(current(function), *args)
        except Exception:
            self._give_up()
            raise
        self._future.add_done_callback(done)

    def reap(self) -> bool:
        """Handles work that has ended; returns whether the process died."""
        if self._future is None or not self._future.done():
            return False
        error, self._future, self.used = self._future.exception(), None, monotonic()
        if error:
            self._give_up()
        else:
            self._failures = 0
        return error is not None

    def _submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any]
        try:
            future = self._open().submit(function, *args)
        except BrokenProcessPool:  # the process died while idle
            self._shut(kill=True)
            future = self._open().submit(function, *args)
        return future

    def _open(self) -> ProcessPoolExecutor:
        if self._executor is None:
            reader, _ = self._line = get_context("loky").Pipe(duplex=False)
            kind = {"timeout": IDLE, "env": ENVIRONMENT, "initializer": current("prepare"), "initargs": (reader,)}
            self._executor = ProcessPoolExecutor(1, **kind)
        return self._executor

    def _give_up(self) -> None:
        """Ends the process. After a second failure in a row, the next start is delayed."""
        self._failures += 1
        self.rests_until = monotonic() + (min(10.0, 0.1 * 2**self._failures) if self._failures > 1 else 0.0)
        self._shut(kill=True)

    def hang_up(self) -> None:
        """Asks a training worker to write a checkpoint and leave."""
        if self._future is not None and self._line:
            self._line[1].close()

    def end(self) -> None:
        """Ends the process at once, whatever it does."""
        self._give_up()

    def close(self) -> None:
        """Ends the process, after its checkpoint if that does not take too long."""
        self.hang_up()
        if self._future is not None:
            with suppress(TimeoutError):
                self._future.exception(timeout=GRACE)
        self._shut(kill=self._future is not None and not self._future.done())

    def _shut(self, kill: bool) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, kill_workers=kill)
        for end in self._line or ():
            end.close()
        self._executor = self._line = self._future = None


def current(function: str) -> Any:
    """A function of ganlab.service.worker as it is imported now.

    Streamlit drops modules whose source has changed; a function of a dropped one can no longer be sent by its name.
    """
    return getattr(import_module("ganlab.service.worker"), function)


def interpreter_ends() -> bool:
    """Whether the interpreter is shutting down.

    Python first lets loky wait for all work, which may take hours, before any public signal of the shutdown.
    """
    return process_executor._global_shutdown or not threading.main_thread().is_alive()
