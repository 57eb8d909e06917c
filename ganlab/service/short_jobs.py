"""Runs short jobs for pages in a separate warm process, so that they never wait for training."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from loky.backend import get_context
from loky.process_executor import BrokenProcessPool, ProcessPoolExecutor

from ganlab.service.profile import profile
from ganlab.service.worker_process import ENVIRONMENT, IDLE

NICE = 2
"""Pages come before short jobs, short jobs before training."""
PATIENCE = 60.0
"""Seconds that a job may take, its place in the queue included."""

T = TypeVar("T")


class Busy(Exception):
    """A job did not finish in time."""


class ShortJobs:
    """One process for short pure functions. It starts on demand and ends after IDLE seconds without work.

    If memory is small, the caller's process does the work. Thread-safe.
    """

    def __init__(self, apart: bool | None = None):
        self.apart = not profile().is_small if apart is None else apart
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._line: tuple[Connection, Connection] | None = None

    def run(self, function: Callable[..., T], *args: Any) -> T:
        """The value of a module-level function. Raises what it raises, and Busy if it takes too long.

        If the process dies, the function is tried once more in a new process.
        """
        if not self.apart:
            with self._turn:
                return function(*args)
        name = (function.__module__, function.__qualname__)
        executor = self._open()
        value: T
        try:
            value = self._perform(executor, name, args)
        except BrokenProcessPool:
            self.close(executor)
            value = self._perform(self._open(), name, args)
        return value

    def _perform(self, executor: ProcessPoolExecutor, name: tuple[str, str], args: tuple[Any, ...]) -> Any:
        future: Future[Any] = executor.submit(current("perform"), name, args)
        return result_in_time(future)

    def close(self, broken: ProcessPoolExecutor | None = None) -> None:
        """Ends the process. A given broken process is ended only if it has not been replaced yet."""
        with self._lock:
            if broken not in (None, self._executor):
                return
            if self._executor is not None:
                self._executor.shutdown(wait=True, kill_workers=True)
            for end in self._line or ():
                end.close()
            self._executor = self._line = None

    def _open(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._executor is None:
                reader, _ = self._line = get_context("loky").Pipe(duplex=False)
                kind = {"timeout": IDLE, "env": ENVIRONMENT, "initializer": current("prepare"), "initargs": (reader,)}
                self._executor = ProcessPoolExecutor(1, **kind)
            return self._executor


def result_in_time(future: Future[T]) -> T:
    """The value of a future, within PATIENCE seconds. Raises Busy."""
    try:
        return future.result(PATIENCE)
    except TimeoutError:
        future.cancel()
        raise Busy from None


def current(function: str) -> Any:
    """A function of this module as it is imported now: see worker_process.current."""
    return getattr(import_module(__name__), function)


def prepare(line: Connection) -> None:
    """Prepares this process as a worker. It ends when the server closes its end of the line or dies."""
    import torch

    torch.set_num_threads(1)
    if hasattr(os, "nice"):
        os.nice(NICE)
    threading.Thread(target=leave, args=(line,), daemon=True).start()


def leave(line: Connection) -> None:
    """Waits until the line is closed, then ends this process."""
    line.poll(None)
    os._exit(0)


def perform(name: tuple[str, str], args: tuple[Any, ...]) -> Any:
    """The value of a function by its module and name."""
    return getattr(import_module(name[0]), name[1])(*args)
