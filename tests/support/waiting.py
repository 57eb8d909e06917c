"""How tests wait: for a condition, as long as it takes. Nothing here measures time; a limit only ends what hangs."""

import time

GUARD = 300
"""Seconds of one wait, half of what pytest allows a test."""


def until(condition, pause=0.02):
    """Waits for a condition; its value."""
    end = time.monotonic() + GUARD
    while not (value := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(pause)
    return value


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self, now=0.0):
        self.now = now

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
