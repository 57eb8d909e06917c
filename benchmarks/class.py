"""Measures the server under a class of websocket clients; prints the tables of docs/capacity.md.

Run it on two idle cores: `python -m benchmarks.class`; `--visitors 10 --training 0 --seconds 5` is a short form.
CPU seconds are those of the server's process alone. With `--pin` the server has one core and the clients the other.
With `--browsers 3` so many pages in Chromium open the link beside the clients, on the clients' core.
"""

import argparse
import asyncio
import statistics
import sys
import time

from benchmarks.browsers import chromium, pictures
from benchmarks.clients import Visit, cpu_seconds, memory
from benchmarks.servers import pin, serving

LINK = "lang=en&a.preset=ring"
PAGES = {"arena": LINK, "mnist": "lang=en"}
"""First visits: a page, and its link."""
LONG = "lang=en&a.seed={seed}&a.steps=100000&a.g_width=64&a.d_width=64"
SETTLES = 10
"""Seconds after a class has begun to watch at one moment."""
ONE_BY_ONE = 10
APART = 0.5
"""Seconds between visits that come one by one."""


async def opened(server, query, count, within=1.0):
    """Visits that come within a second."""

    async def one(n):
        await asyncio.sleep(within * n / count)
        return await Visit(server.host, query=query).open()

    return await asyncio.gather(*(one(n) for n in range(count)))


async def left(visits):
    await asyncio.gather(*(visit.close() for visit in visits))


async def first_visits(server, page):
    """CPU seconds until the picture, and until the page has run to its end, of visits one by one; their sizes."""
    rows = []
    for _ in range(ONE_BY_ONE):
        before = cpu_seconds(server.pid)
        visit = await Visit(server.host, page=page, query=PAGES[page]).open()
        picture = cpu_seconds(server.pid) - before
        await visit.finished()
        sizes = visit.messages, visit.bytes / 1000, visit.picture_bytes / 1000
        rows.append((picture, cpu_seconds(server.pid) - before, visit.picture_s, *sizes))
        await visit.close()
        await asyncio.sleep(APART)
    return [statistics.median(column) for column in zip(*rows, strict=True)]


async def rush(server, count, browser=None, browsers=0):
    """A class opens one link within a second, some in a browser; then everyone changes one knob; then all leave."""
    before = cpu_seconds(server.pid)
    visits, seen = await asyncio.gather(opened(server, LINK, count), pictures(browser, server, "arena", LINK, browsers))
    for visit in visits:
        await visit.finished()
    opening = cpu_seconds(server.pid) - before
    waited = [visit.picture_s for visit in visits]
    sizes = statistics.mean(visit.bytes for visit in visits) / 1000
    before = cpu_seconds(server.pid)
    for n, visit in enumerate(visits):  # the browsers have left
        await visit.go(f"{LINK}&a.g_lr=0.00{n % 9 + 1}")
    for visit in visits:
        await visit.finished()
    turning = cpu_seconds(server.pid) - before
    peak = memory(server.pid)
    failed = sum(bool(visit.exceptions) for visit in visits)
    await left(visits)
    return [
        str(count),
        *(f"{value:.1f} s" for value in (statistics.median(waited), max(waited))),
        f"{statistics.median(seen):.1f} s, {max(seen):.1f} s" if seen else "–",
        f"{opening / (count + browsers):.3f} s",
        f"{turning / count:.3f} s",
        f"{sizes:.0f} KB",
        f"{peak:.0f} MB",
        str(failed),
    ]


async def growing(server, count):
    """A class comes to watch a run, each as soon as the one before has a picture."""
    link = LONG.format(seed=500_000 + count)
    visits = [await Visit(server.host, query=link).open()]
    await visits[0].finished()
    await visits[0].go(press="a.train")
    await visits[0].finished()
    began = time.perf_counter()
    while len(visits) < count:
        visits.append(await Visit(server.host, query=link).open())
    took = time.perf_counter() - began
    waits = [visit.picture_s for visit in visits[1:]]
    refreshes = sorted(one for visit in visits for one in visit.refreshes)
    failed = sum(bool(visit.exceptions) for visit in visits)
    if visits[0].has("a.stop"):
        await visits[0].go(press="a.stop")
        await visits[0].pictured()
    await left(visits)
    cells = (f"{value:.1f} s" for value in (took, statistics.median(waits), max(waits)))
    return [str(count), *cells, quantile(refreshes, 0.95), str(failed)]


async def watching(server, count, runs, seconds):
    """A class watches runs that are trained, each of `runs` links by as many; none was trained before."""
    visits = []
    for n in range(count):
        visits.append(
            await Visit(server.host, query=LONG.format(seed=1000 * count + 100 * runs + n % max(1, runs))).open()
        )
        if n < runs:
            await visits[-1].finished()
            await visits[-1].go(press="a.train")
    for visit in visits:
        await visit.finished()
    for visit in visits if runs else ():  # by now the run is trained: each page begins to follow it
        await visit.go()
        await asyncio.sleep(1 / count)
    for visit in visits:
        await visit.finished()
    await asyncio.sleep(SETTLES)
    before, began = cpu_seconds(server.pid), time.perf_counter()
    bytes_before = sum(visit.bytes for visit in visits)
    for visit in visits:
        visit.refreshes.clear()
        visit.early = visit.unsaid = 0
    await asyncio.sleep(seconds)
    took, cpu = time.perf_counter() - began, cpu_seconds(server.pid) - before
    refreshes = sorted(one for visit in visits for one in visit.refreshes)
    rate = (sum(visit.bytes for visit in visits) - bytes_before) / 1000 / count / took
    failed, peak = sum(bool(visit.exceptions) for visit in visits), memory(server.pid)
    for visit in visits[:runs]:
        if visit.has("a.stop"):
            await visit.go(press="a.stop")
            await visit.finished()
    await left(visits)
    return [
        str(count),
        str(runs),
        *(quantile(refreshes, share) for share in (0.5, 0.95, 0.99)),
        f"{len(refreshes) / took / count:.2f}",
        str(sum(visit.early + visit.unsaid for visit in visits)),
        f"{1000 * cpu / len(refreshes):.1f} ms" if refreshes else "–",
        f"{cpu / took:.2f}",
        f"{rate:.1f} KB/s",
        f"{peak:.0f} MB",
        str(failed),
    ]


def quantile(values, share):
    """A quantile in milliseconds; a dash without values."""
    return f"{1000 * values[min(len(values) - 1, int(share * len(values)))]:.0f} ms" if values else "–"


def table(*cells):
    print(f"| {' | '.join(cells)} |", flush=True)


def heading(*cells):
    table(*cells)
    table(*["---"] * len(cells))


async def measure(server, chosen):
    heading("ten first visits", "CPU until its picture", "CPU in all", "picture after", "messages", "bytes", "picture")
    for page, link in PAGES.items():
        visit = await Visit(server.host, page=page, query=link).open()  # what is imported and cached once
        await visit.close()
        *seconds, messages, whole, picture = await first_visits(server, page)
        sizes = f"{messages:.0f}", f"{whole:.0f} KB", f"{picture:.0f} KB"
        table(page, *(f"{value:.3f} s" for value in seconds), *sizes)
    print()
    waits = "picture, median", "last", "in browsers, median, last"
    heading("visitors", *waits, "CPU a visit", "CPU a change", "bytes", "memory", "failed")
    async with chromium(chosen.browsers) as browser:
        for count in chosen.visitors:
            table(*await rush(server, count, browser, chosen.browsers))
    print()
    heading("one after the other", "all are there after", "picture, median", "longest", "refresh p95", "failed")
    for count in chosen.visitors:
        table(*await growing(server, count))
    print()
    heading(
        "visitors",
        "runs",
        "refresh p50",
        "p95",
        "p99",
        "a second",
        "cut short",
        "CPU each",
        "CPU",
        "sent to each",
        "memory",
        "failed",
    )
    for count in chosen.visitors:
        for runs in chosen.training:
            table(*await watching(server, count, runs, chosen.seconds))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, nargs="+", default=[10, 30, 50, 100])
    parser.add_argument("--training", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--browsers", type=int, default=0, help="pages in Chromium beside the clients")
    parser.add_argument("--pin", action="store_true", help="server and clients on a core each")
    chosen = parser.parse_args(arguments)
    with serving() as server:
        if chosen.pin:
            pin(server.pid, 0)
            pin(0, 1)
        asyncio.run(measure(server, chosen))


if __name__ == "__main__":
    sys.exit(main())
