"""The frames of runs in a server's memory: one cache for each run serves all visitors."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from time import monotonic

from ganlab.store.runs import Store

REFRESH = 0.2
"""Seconds between two queries for new frames."""
CAP = 96 * 2**20
"""Bytes of frames in memory, of all runs."""


class FrameCache:
    """One run's frames: new steps are looked up, blobs are loaded on demand. Frames never change.

    New steps are looked up every REFRESH seconds, and at once where the run is known to have come further since: a page
    that is told that a run has ended asks for its frames once and no more.
    """

    def __init__(self, store: Store, run: str):
        self.store, self.run = store, run
        self.bytes = 0
        self._lock = threading.Lock()
        self._steps: list[int] = []
        self._blobs: dict[int, dict[int, bytes]] = {}
        self._looked = -REFRESH
        self._reached, self._found = -1, -1

    def expect(self, reached: int) -> None:
        """Says which step the run has reached."""
        self._reached = max(self._reached, reached)

    def steps(self) -> list[int]:
        """The steps that have a frame, ascending."""
        with self._lock:
            reached = self._reached
            if reached > self._found or monotonic() - self._looked >= REFRESH:
                after = self._steps[-1] if self._steps else -1
                self._steps += self.store.steps(self.run, after)
                self._looked, self._found = monotonic(), reached
            return self._steps.copy()

    def blobs(self, member: int, steps: Iterable[int]) -> dict[int, bytes]:
        """A member's packed frames at the given steps that exist, in their order."""
        wanted = list(steps)
        with self._lock:
            known = self._blobs.setdefault(member, {})
            if missing := [step for step in wanted if step not in known]:
                fresh = self.store.frames(self.run, member, missing)
                known |= fresh
                self.bytes += sum(map(len, fresh.values()))
            return {step: known[step] for step in wanted if step in known}


class FrameCaches:
    """The frame caches of a server process. Beyond a cap the least recently used is given up."""

    def __init__(self, store: Store, cap: int = CAP):
        self.store, self.cap = store, cap
        self._lock = threading.Lock()
        self._caches: OrderedDict[str, FrameCache] = OrderedDict()

    def of(self, run: str) -> FrameCache:
        """The one cache of a run."""
        with self._lock:
            cache = self._caches.pop(run, None) or FrameCache(self.store, run)
            self._caches[run] = cache
            while len(self._caches) > 1 and sum(cache.bytes for cache in self._caches.values()) > self.cap:
                self._caches.popitem(last=False)
            return cache

    def expect(self, run: str, reached: int) -> None:
        """Says which step a run has reached; its cache, if there is one, looks up what it has not found."""
        with self._lock:
            if cache := self._caches.get(run):
                cache.expect(reached)

    def forget(self, runs: Iterable[str]) -> None:
        """Removes the caches of runs that the store has removed."""
        with self._lock:
            for run in runs:
                self._caches.pop(run, None)
