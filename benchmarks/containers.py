"""Walks through the app in control groups of several sizes; prints the table of sizes in docs/capacity.md.

In each size: every page, every card, a walk in the latent space, a run of the arena and one on digits, large networks
(which small sizes refuse with a sentence), and visitors who watch a run. It takes root on Linux, and minutes for each
size, many with a tenth of a processor: `python -m benchmarks.containers`; `--memory 690 --cpus 0.5` is one size.
"""

import argparse
import asyncio
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.clients import Visit, cpu_seconds
from benchmarks.servers import serving
from ganlab.service.profile import BUSY, FREE, PER_SECOND
from ganlab.studies.cards import LESSONS

ROOT = Path("/sys/fs/cgroup")
PERIOD = 100_000
"""Microseconds of a processor's quota."""
PATIENCE, LEAVES = 1800, 120
PAGES = ("", "arena", "mnist", "latent", "mistakes", "theory", "beside", "glossary", "quiz", "about", "teach", "sheet")
ARENA = "lang=en&a.steps=500&a.seed=77"
LONG = "lang=en&a.steps=100000&a.seed=78"
DIGITS = "lang=en&m.steps=20&m.seed=77"
LARGE = "lang=en&m.steps=20&m.architecture=deep"
ENDED = ("Trained: ", "This run failed", "Diverged")
WATCHING, WATCHERS = 20, 4
"""Seconds and visitors for the cost of a refresh."""


class Container:
    """A control group for memory and processors, of version 2 or 1; removed at the end."""

    def __init__(self, memory, cpus):
        self.is_new = (ROOT / "cgroup.controllers").exists()
        self.folders = [place / f"ganlab-{os.getpid()}" for place in self._places()]
        for folder in self.folders:
            folder.mkdir()
        limits = [(0, "memory.max", memory), (0, "cpu.max", f"{int(cpus * PERIOD)} {PERIOD}")]
        if not self.is_new:
            limits = [(0, "memory.limit_in_bytes", memory), (1, "cpu.cfs_quota_us", int(cpus * PERIOD))]
        for place, name, value in limits:
            (self.folders[place] / name).write_text(str(value))

    def _places(self):
        """The groups to make it in: for version 1 this process's own."""
        if self.is_new:
            return [ROOT]
        own = dict(line.split(":", 2)[1:] for line in Path("/proc/self/cgroup").read_text().splitlines())
        return [ROOT / kind / own[kind].strip("/") for kind in ("memory", "cpu")]

    def enter(self, process=0):
        """Puts a process into it; 0 is this one."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(process))

    @property
    def processes(self):
        return [int(line) for line in (self.folders[0] / "cgroup.procs").read_text().split()]

    @property
    def killed(self):
        """Processes that the kernel has ended for want of memory."""
        name = "memory.events" if self.is_new else "memory.oom_control"
        lines = dict(line.split() for line in (self.folders[0] / name).read_text().splitlines())
        return int(lines.get("oom_kill", 0))

    @property
    def peak(self):
        """Megabytes that the kernel has charged to it at most, caches of files included."""
        name = "memory.peak" if self.is_new else "memory.max_usage_in_bytes"
        return int((self.folders[0] / name).read_text()) / 1e6

    def remove(self):
        """Removes it once its last process is gone, which takes seconds with a tenth of a processor."""
        until = time.monotonic() + LEAVES
        for folder in self.folders:
            while folder.exists() and time.monotonic() < until:
                with suppress(OSError):
                    folder.rmdir()
                time.sleep(0.2)


class Peaks(threading.Thread):
    """The most memory that the processes of a container had at one time, in MB: anonymous of all, mapped of one."""

    def __init__(self, container):
        super().__init__(daemon=True)
        self.container, self.anonymous, self.mapped, self.over = container, 0.0, 0.0, threading.Event()

    def run(self):
        while not self.over.wait(0.5):
            found = [resident(process) for process in self.container.processes]
            self.anonymous = max(self.anonymous, sum(anonymous for anonymous, _ in found))
            self.mapped = max(self.mapped, max((mapped for _, mapped in found), default=0.0))


def resident(process):
    """Anonymous and mapped megabytes of a process; 0 of one that has just ended."""
    with suppress(OSError, IndexError):
        status = Path(f"/proc/{process}/status").read_text()
        return tuple(int(status.split(f"{name}:")[1].split()[0]) / 1000 for name in ("RssAnon", "RssFile"))
    return 0.0, 0.0


async def opened(server, page, query, failures):
    """A page that has run to its end."""
    visit = await Visit(server.host, page=page, query=query, pictured_page=False).open(PATIENCE)
    failures += [f"{page}?{query}: {error}" for error in visit.exceptions]
    return visit


async def looked_at(server, pages, failures):
    """Seconds for the slowest of some pages, each opened by a visitor of its own."""
    slowest = 0.0
    for page, query in pages:
        began = time.perf_counter()
        await (await opened(server, page, query, failures)).close()
        slowest = max(slowest, time.perf_counter() - began)
    return slowest


async def trained(server, page, query, failures):
    """Seconds until a run is trained, or the sentence why it is not."""
    visit = await opened(server, page, query, failures)
    began, button, before = time.perf_counter(), f"{page[0]}.train", len(visit.texts)
    await visit.go(press=button)
    await visit.finished(PATIENCE)
    while not (said := [text for text in visit.texts[before:] if text.startswith(ENDED) or "memory" in text]):
        if time.perf_counter() - began > PATIENCE:
            failures.append(f"{page}?{query}: no word after {PATIENCE} s")
            break
        await asyncio.sleep(0.2)
    took = time.perf_counter() - began
    await visit.close()
    return f"{took:.0f} s" if said and said[0].startswith("Trained") else "refused" if said else "–"


async def walked(server, failures):
    """Seconds until new ends of a walk are drawn."""
    visit = await opened(server, "latent", "lang=en", failures)
    began = time.perf_counter()
    await visit.go(press="l.new")
    await visit.finished(PATIENCE)
    await visit.close()
    return time.perf_counter() - began


async def refreshed(server, failures):
    """CPU seconds of the server for a refresh of who watches a run, and the megabytes of a visitor."""
    before = sum(resident(server.pid))
    visits = [await opened(server, "arena", LONG, failures) for _ in range(WATCHERS)]
    each = max(0.5, (sum(resident(server.pid)) - before) / WATCHERS)
    await visits[0].go(press="a.train")
    for visit in visits:
        await visit.finished(PATIENCE)
    for visit in visits[1:]:
        await visit.go()
        await visit.finished(PATIENCE)
    for visit in visits:
        visit.refreshes.clear()
    cpu = cpu_seconds(server.pid)
    await asyncio.sleep(WATCHING)
    count = sum(len(visit.refreshes) for visit in visits)
    cost = (cpu_seconds(server.pid) - cpu) / max(1, count)
    for visit in visits:
        await visit.close()
    return cost, each


async def walk(server, failures):
    """What happened to a visitor who does everything, in the order of the table's columns; and what a visitor costs."""
    pages = await looked_at(server, [(page, "lang=en") for page in PAGES], failures)
    cards = await looked_at(server, [("mistakes", f"lang=en&c.card={name}") for name in LESSONS], failures)
    latent = await walked(server, failures)
    arena = await trained(server, "arena", ARENA, failures)
    digits, large = [await trained(server, "mnist", query, failures) for query in (DIGITS, LARGE)]
    cost, each = await refreshed(server, failures)
    return [*(f"{value:.1f} s" for value in (pages, cards, latent)), arena, digits, large], cost, each


def seats(free, cpus, cost, each):
    """How many visitors there is memory and processor time for if all watch a run."""
    return max(0, min(int(free / each), int(min(FREE * cpus, BUSY) / (PER_SECOND * cost)))) if cost else 0


def measured(memory, cpus):
    """The row of one size."""
    container, failures = Container(int(memory * 1e6), cpus), []
    peaks = Peaks(container)
    peaks.start()
    try:
        with serving(container.enter) as server:
            done, cost, each = asyncio.run(walk(server, failures))
            killed, peak = container.killed, container.peak
    finally:
        peaks.over.set()
        peaks.join()
        container.remove()
    free = memory - peaks.anonymous - peaks.mapped
    row = [f"{memory:g} MB", f"{cpus:g}", *(f"{mb:.0f} MB" for mb in (peaks.anonymous, peaks.mapped, peak))]
    ends = [
        f"{1000 * cost:.0f} ms",
        f"{each:.1f} MB",
        str(killed),
        str(len(failures)),
        str(seats(free, cpus, cost, each)),
    ]
    return [*row, *done, *ends], failures


HEADINGS = (
    *("memory", "processors", "anonymous", "mapped", "charged", "slowest page", "slowest card", "walk"),
    *("arena, 500 steps", "digits, 20 steps", "large networks", "a refresh, CPU", "a visitor"),
    *("killed", "failures", "seats"),
)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--memory", type=float, nargs="+", default=[690, 1000, 2000], help="MB")
    parser.add_argument("--cpus", type=float, nargs="+", default=[2, 0.5, 0.1])
    chosen = parser.parse_args(arguments)
    print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}", flush=True)
    said = []
    for cpus in chosen.cpus:
        for memory in chosen.memory:
            row, failures = measured(memory, cpus)
            print(f"| {' | '.join(row)} |", flush=True)
            said += failures
    print("\n".join(said))
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
