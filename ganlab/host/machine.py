"""What this container may use of its machine: memory and processors, and how a process takes memory.

The limits are those of the control groups, of version 1 or 2, of the process's own group and of all groups around it.
"""

from __future__ import annotations

import ctypes
import math
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

GROUPS, OWN, PROCESSES = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup"), Path("/proc")
STOPPED = ("T", "t")
"""The states of a stopped process in Linux."""
M_ARENA_MAX = -8
"""The name of a setting in glibc's malloc.h."""


@dataclass(frozen=True)
class Machine:
    """The limits of a container, or of the machine where there are none."""

    memory: float
    """Bytes; infinite where nothing is known."""
    cpus: float
    """Processors, also a part of one."""


def found(groups: Path = GROUPS, own: Path = OWN) -> Machine:
    """The limits here, or those of a tree of control groups and of the file that names the process's own groups."""
    folders = list(groups_around(groups, own))
    memory = min((limit for folder in folders for limit in memory_limits(folder)), default=math.inf)
    cpus = min((quota for folder in folders for quota in cpu_quotas(folder)), default=math.inf)
    return Machine(min(memory, physical_memory()), min(cpus, processors()))


def groups_around(groups: Path, own: Path) -> Iterator[Path]:
    """The folders of the process's groups, innermost first, and the roots.

    Inside a container the named path is often that of the host; then only the root is there.
    """
    for controllers, path in memberships(own):
        for base in dict.fromkeys((groups / controllers, groups)):
            yield from ancestors(base, path)


def memberships(own: Path) -> Iterator[tuple[str, str]]:
    """(controllers, path) of each line; of version 2 the controllers are empty. The roots come last."""
    with suppress(OSError):
        for line in own.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            yield controllers.removeprefix("name="), path.strip("/")
    for controllers in ("", "unified", "memory", "cpu", "cpu,cpuacct"):
        yield controllers, ""


def ancestors(base: Path, path: str) -> Iterator[Path]:
    """The folder of a path below the base, and those above it up to the base."""
    folder = base / path
    while folder != base:
        yield folder
        folder = folder.parent
    yield base


def memory_limits(folder: Path) -> Iterator[float]:
    """The limits of one group in bytes; the files of both versions."""
    for name in ("memory.max", "memory.high", "memory.limit_in_bytes"):
        with suppress(OSError, ValueError):
            yield float((folder / name).read_text().strip().replace("max", "inf"))


def cpu_quotas(folder: Path) -> Iterator[float]:
    """The processors that one group may use; the files of both versions."""
    with suppress(OSError, ValueError):
        quota, period = (folder / "cpu.max").read_text().split()
        yield float(quota.replace("max", "inf")) / float(period)
    with suppress(OSError, ValueError):
        quota, period = ((folder / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        if float(quota) > 0:
            yield float(quota) / float(period)


def physical_memory() -> float:
    """The machine's memory in bytes; infinite where the system does not say."""
    with suppress(AttributeError, ValueError, OSError):
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return math.inf


def processors() -> int:
    """The processors that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_stopped(process: int) -> bool:
    """Whether a process has been stopped by a signal; where there is no /proc, none counts as stopped."""
    with suppress(OSError, IndexError):
        return (PROCESSES / str(process) / "stat").read_text().rpartition(")")[2].split()[0] in STOPPED
    return False


def few_arenas(most: int = 2) -> bool:
    """Has all threads of this process take memory from a few common places; whether the system can do so.

    glibc gives each of many threads a place of its own, and what is free in one is no use to another.
    """
    with suppress(OSError, AttributeError, TypeError):
        return bool(ctypes.CDLL(None).mallopt(M_ARENA_MAX, most))
    return False
