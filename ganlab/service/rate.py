"""Measures how many steps per second a run is computed with."""

from __future__ import annotations

from time import monotonic

PERIOD = 0.2
"""Seconds between commits."""


class Rate:
    """Steps per second, smoothed over the last second or so."""

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
            self.steps_per_s = 0.8 * self.steps_per_s + 0.2 * now if self.steps_per_s else now
        self.step, self.time = step, monotonic()
        return self.steps_per_s
