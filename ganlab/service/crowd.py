"""How many visits watch a run that is trained, beside how many there is processor time for."""

from __future__ import annotations

from time import monotonic

WATCHES = 10.0
"""Seconds for which a visit that was updated counts as watching; more than between two updates of a crowd."""


class Crowd:
    """The visits that watch. Thread-safe. room: for how many there is processor time."""

    def __init__(self, room: int):
        self.room = room
        self._updated: dict[str, float] = {}

    def watch(self, visit: str) -> None:
        """Records that a visit is updated."""
        self._updated[visit] = monotonic()

    def leave(self, visit: str) -> None:
        """Ends a visit."""
        self._updated.pop(visit, None)

    def size(self) -> float:
        """The visits that watch now, as a multiple of the room."""
        now = monotonic()
        for visit, when in self._updated.copy().items():
            if now - when >= WATCHES:
                self.leave(visit)
        return len(self._updated) / self.room
