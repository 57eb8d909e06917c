"""Notices when the machine's clock is set, or when the machine has slept."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

LEAST = 2.0
"""Seconds of a jump, at least; a clock that is set right little by little never jumps so far between two looks."""


class Jumps:
    """Compares a clock with one that cannot be set."""

    def __init__(self, clock: Callable[[], float], steady: Callable[[], float] = monotonic):
        self.clock, self.steady = clock, steady
        self.offset = clock() - steady()

    def seen(self) -> float:
        """Seconds by which the clock was set since the last look; 0 for less than LEAST."""
        before, self.offset = self.offset, self.clock() - self.steady()
        jump = self.offset - before
        return jump if abs(jump) >= LEAST else 0.0
