"""How many visits watch a run that is trained, beside how many there is processor time for."""

from __future__ import annotations

from time import monotonic

WATCHES = 120.0
"""Seconds for which a visit counts that is no longer updated and has not said so. Much more than between two updates:
if it were not, those who wait for a busy server would not count, and the others would ask it for more."""


class Crowd:
    """The visits that watch. Thread-safe. room: for how many there is processor time."""

    def __init__(self, room: int):
        self.room = room
        self._updated: dict[str, float] = {}

    def watch(self, visit: str) -> None:
        """Records that a visit is updated."""
        self._updated[visit] = monotonic()

    def leave(self, visit: str) -> None:
        """Records that a visit has ended, or that it no longer watches."""
        self._updated.pop(visit, None)

    def __len__(self) -> int:
        """The visits that watch now."""
        now = monotonic()
        for visit, when in self._updated.copy().items():
            if now - when >= WATCHES:
                self.leave(visit)
        return len(self._updated)

    def size(self) -> float:
        """The same, as a multiple of the room."""
        return len(self) / self.room
