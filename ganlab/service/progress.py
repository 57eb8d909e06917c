"""Notices workers that are alive and get nowhere. Their heartbeat comes from a thread, so it does not show that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any


class Progress:
    """Since when each worker has shown the same sign of its work.

    limit: seconds without another sign after which a worker counts as hung.
    """

    def __init__(self, limit: float, clock: Callable[[], float] = monotonic):
        self.limit, self.clock = limit, clock
        self._seen: dict[str, tuple[Any, float]] = {}

    def hung(self, signs: Mapping[str, Any]) -> list[str]:
        """The workers that have got nowhere for too long. signs: of each worker that works, by its name."""
        now = self.clock()
        since = {name: self._seen.get(name, (None, now)) for name in signs}
        self._seen = {name: since[name] if since[name][0] == sign else (sign, now) for name, sign in signs.items()}
        return [name for name, (_, when) in self._seen.items() if now - when > self.limit]
