"""A gate: how much is drawn at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore, get_ident
from time import monotonic, sleep

AT_ONCE = 2
"""Pages, and updates of pages, that are drawn at once. Python computes on one processor, so that more would not be
ready sooner. And each delays the thread that sends by up to 5 ms a message: so long Python lets a thread go on.
"""
LONGEST = 1.0
"""Seconds after which one that is drawn goes on without its place, which another may take: it waits, or is slow."""


class Gate:
    """Places for threads that draw, the first to come first. Thread-safe."""

    def __init__(self, at_once: int = AT_ONCE, longest: float = LONGEST):
        self.longest = longest
        self._places = Semaphore(at_once)
        self._lock, self._begun = Lock(), dict[int, float]()

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Waits for a place for this thread, and gives it back at the end."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def sleep(self, seconds: float) -> None:
        """Waits for so many seconds. If this thread has a place, others may have it meanwhile."""
        had = self._leave()
        sleep(seconds)
        if had:
            self._enter()

    def _enter(self) -> None:
        while not (self._places.acquire(timeout=self.longest) or self._taken_over()):
            pass
        with self._lock:
            self._begun[get_ident()] = monotonic()

    def _leave(self) -> bool:
        with self._lock:
            had = self._begun.pop(get_ident(), None) is not None
        if had:
            self._places.release()
        return had

    def _taken_over(self) -> bool:
        """Whether a thread has had its place for too long; it has none then."""
        with self._lock:
            late = next((who for who, begun in self._begun.items() if monotonic() - begun >= self.longest), None)
            return late is not None and self._begun.pop(late) is not None
