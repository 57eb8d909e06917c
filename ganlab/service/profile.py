"""What a server does on its machine: how many runs it trains at once, with how many threads, and what it keeps ready.

`python -m ganlab doctor` prints it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ganlab.host import machine, settings
from ganlab.host.command import parser
from ganlab.host.machine import Machine
from ganlab.store.frame_cache import CAP

SMALL = 1.2e9
"""Bytes of memory below which there is one worker only and large networks are refused."""
SERVER, WORKER = 750e6, 600e6
"""Bytes for the server with its short jobs, and for one worker that trains digits (`benchmarks.memory`)."""
VISITOR = 0.5e6
"""Bytes of a visit (`benchmarks.class`)."""
REFRESH, PER_SECOND = 0.012, 1.5
"""Processor seconds of a refresh, and refreshes in a second, of a visitor who watches a run (`benchmarks.class`)."""
FREE, BUSY = 0.5, 0.6
"""What watching may take: a share of all processors, and of the one on which Python computes. The rest is for pages:
where nothing is left for them, Streamlit's messages wait for many seconds."""
SMALL_CAP = CAP // 4
THREADS = 2
"""Threads of one run, at most."""


@dataclass(frozen=True)
class Profile:
    """What was chosen for a machine."""

    slots: int
    """Runs that are trained at once."""
    threads: int
    """Threads of one run, at most."""
    is_small: bool
    """Short jobs are done in the server's process, and large networks are refused."""
    frames: int
    """Bytes of frames in the server's memory."""


def chosen(found: Machine) -> Profile:
    """The profile of a machine."""
    is_small, whole = found.memory < SMALL, max(1, math.floor(found.cpus))
    fitting = 1 if is_small else max(1, math.floor(min((found.memory - SERVER) / WORKER, 1e6)))
    slots = min(fitting, max(1, math.ceil(found.cpus) - 1))
    return Profile(slots, min(THREADS, whole), is_small, SMALL_CAP if is_small else CAP)


def here() -> Machine:
    """This machine, with the memory that GANLAB_MEMORY_MB says if it is set."""
    found, memory = machine.found(), settings.read().memory_mb
    return Machine(memory * 1e6, found.cpus) if memory else found


def profile() -> Profile:
    """The profile of this machine."""
    return chosen(here())


def slots() -> int:
    """GANLAB_SLOTS if set, else those of the profile."""
    return settings.read().slots or profile().slots


def watchers(cpus: float) -> int:
    """Visitors, at least one, for whom there is processor time if all of them watch a run that is trained."""
    return max(1, math.floor(min(FREE * cpus, BUSY) / (PER_SECOND * REFRESH)))


def seats(found: Machine, slots: int) -> int:
    """The same, of those for whom there is memory."""
    apart = 0 if found.memory < SMALL else slots
    by_memory = (found.memory - SERVER - apart * WORKER) / VISITOR
    return max(0, min(math.floor(min(by_memory, 1e6)), watchers(found.cpus)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was found and chosen."""
    parser("doctor", "Print what this machine offers and what the server chooses.", "").parse_args(arguments)
    print("\n".join(report(machine.found(), here(), profile(), slots())))
    return 0


def report(container: Machine, used: Machine, profile: Profile, slots: int) -> list[str]:
    """What was found and chosen, a line each."""
    assumed = f", GANLAB_MEMORY_MB: {megabytes(used.memory)}" if used.memory != container.memory else ""
    given = f" (GANLAB_SLOTS; {profile.slots} without it)" if slots != profile.slots else ""
    return [
        f"memory                 {megabytes(container.memory)}{assumed}",
        f"processors             {container.cpus:g}",
        f"runs trained at once   {slots}{given}",
        f"threads of a run       {profile.threads} for digits, 1 for the plane",
        f"large networks         {'refused' if profile.is_small else 'allowed'}",
        f"short jobs             {'in the server' if profile.is_small else 'in a process of their own'}",
        f"frames in memory       {megabytes(profile.frames)}",
        f"seats                  {seats(used, slots)}",
    ]


def megabytes(count: float) -> str:
    """Bytes in megabytes."""
    return f"{count / 1e6:,.0f} MB" if math.isfinite(count) else "unknown"
