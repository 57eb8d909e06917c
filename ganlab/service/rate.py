"""Measures how many steps per second a run is computed with."""

from __future__ import annotations

import math
from time import monotonic

PERIOD = 0.2
"""Seconds between commits."""
TURN = 20.0
"""Seconds after which a run yields to waiting runs."""
RECENT = 3.0
"""Seconds that the rate looks back, about."""


class Rate:
    """Steps per second, smoothed over the last seconds."""

    def __init__(self, step: int, steps_per_s: float = 0.0):
        self.step, self.time, self.steps_per_s = step, monotonic(), steps_per_s

    def elapsed(self) -> float:
        """Seconds since the last measurement."""
        return monotonic() - self.time

    def measure(self, step: int) -> float:
        """The current steps per second; the previous value if too little time or too few steps have passed."""
        seconds, steps = self.elapsed(), step - self.step
        if steps > 0 and seconds >= PERIOD / 2:
            now = steps / seconds
            weight = 1 - math.exp(-seconds / RECENT) if self.steps_per_s else 1.0
            self.steps_per_s += weight * (now - self.steps_per_s)
        self.step, self.time = step, monotonic()
        return self.steps_per_s
