"""What this server refuses: what its memory, or whoever runs it, does not allow."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Collection
from time import monotonic

from ganlab.host import settings
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import ConfigError
from ganlab.kinds import KINDS
from ganlab.service import profile

MINUTE = 60.0


def check(config: RunConfig) -> None:
    """Raises ConfigError for a run that may not be trained here."""
    chosen = settings.read()
    most = {"steps": chosen.steps, "g_width": chosen.width, "d_width": chosen.width}
    for name, high in most.items():
        if high is not None and (value := getattr(config, name, 0)) > high:
            raise ConfigError(name, value, "range", low=1, high=high)
    check_memory(config)


def check_memory(config: RunConfig) -> None:
    """Raises ConfigError where a run's networks are too big for this container."""
    architecture = getattr(config, "architecture", None)
    if architecture in KINDS[config.kind].big and profile.profile().is_small:
        memory = profile.here().memory
        raise ConfigError("architecture", architecture, "small_memory", mb=memory / 1e6, least=profile.SMALL / 1e6)


def check_queue(config: RunConfig, waiting: Collection[str], most: int | None) -> None:
    """Raises ConfigError if a viewer has as many runs waiting as are allowed."""
    if most is not None and len(waiting) >= most:
        raise ConfigError("steps", config.steps, "queue", most=most)


class Allowance:
    """How often each viewer may do something in a minute. Thread-safe."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic):
        self.most, self.clock = most, clock
        self._lock = threading.Lock()
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, viewer: str) -> bool:
        """Whether a viewer may do it now; it then counts."""
        with self._lock:
            now = self.clock()
            for other in list(self._times):
                self._forget(other, now)
            times = self._times[viewer]
            if len(times) >= self.most:
                return False
            times.append(now)
            return True

    def _forget(self, viewer: str, now: float) -> None:
        times = self._times[viewer]
        while times and now - times[0] >= MINUTE:
            times.popleft()
        if not times:
            del self._times[viewer]
