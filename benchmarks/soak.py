"""Measures whether a server stays as it is under visitors for half an hour; prints the table of docs/capacity.md.

Visitors come and go, refresh twice and never come back, or open a socket and do not read. A line has memory, threads,
file handles and sessions of the server, and the number of visits; the last one how much each rises in an hour, by a
straight line through the second half. `python -m benchmarks.soak`; `--minutes 2 --visitors 5` is a short form.
"""

import argparse
import asyncio
import random
import sys
import time
import urllib.request

import numpy as np

from benchmarks.clients import Visit, cpu_seconds, handles, memory, threads
from benchmarks.servers import serving

EVERY = 15.0
"""Seconds between two lines."""
STAYS = (5.0, 90.0)
"""Seconds for which a visitor stays, at least and at most."""
LINKS = [f"lang={lang}&a.preset={preset}" for lang in ("en", "es") for preset in ("ring", "grid", "ring_hops")]
SILENT, HASTY = 0.1, 0.1
"""Shares of visitors who do not read, and of those who refresh twice and are gone."""


async def visitor(server, until, failures, visits, fate):
    """Comes again and again until the end, each time with another fate."""
    while time.monotonic() < until:
        chance = fate.random()
        visit = Visit(server.host, query=fate.choice(LINKS), reads=chance > SILENT)
        try:
            await visit.open(60)
            visits.append(visit.query)
            if SILENT < chance < SILENT + HASTY:
                for _ in range(2):
                    await visit.close()
                    await visit.open(60)
            else:
                await asyncio.sleep(min(fate.uniform(*STAYS), max(0.0, until - time.monotonic())))
            await visit.close()
        except Exception as error:  # all are counted, whatever they are
            failures.append(repr(error))
        failures.extend(visit.exceptions)


def state(server):
    """Memory in MB, threads, handles and sessions of the server now."""
    return [memory(server.pid), threads(server.pid), handles(server.pid), sessions(server)]


def sessions(server):
    """Sessions that are connected, as the server counts them."""
    with urllib.request.urlopen(f"http://{server.host}/_stcore/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    counted = [float(line.split()[-1]) for line in lines if line.startswith("active_sessions")]
    return counted[0] if counted else float("nan")


async def soak(server, count, minutes):
    """The states of the server, a row every EVERY seconds, with the minutes before each; and the failures."""
    began = time.monotonic()
    until, rows, failures, visits = began + 60 * minutes, [], [], []
    tasks = [asyncio.create_task(visitor(server, until, failures, visits, random.Random(n))) for n in range(count)]
    while time.monotonic() < until:
        await asyncio.sleep(min(EVERY, max(0.1, until - time.monotonic())))
        row = [(time.monotonic() - began) / 60, *await asyncio.to_thread(state, server), len(visits)]
        rows.append(row)
        print(f"| {' | '.join(f'{value:.4g}' for value in row)} |", flush=True)
    await asyncio.gather(*tasks)
    return rows, failures


def slopes(rows):
    """How much each column rises in an hour, over the second half."""
    half = np.array(rows)[len(rows) // 2 :]
    return [60 * np.polyfit(half[:, 0], column, 1)[0] for column in half.T[1:]] if len(half) > 1 else []


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=30)
    chosen = parser.parse_args(arguments)
    print("| minute | memory, MB | threads | handles | sessions | visits |\n|---|---|---|---|---|---|")
    with serving() as server:
        rows, failures = asyncio.run(soak(server, chosen.visitors, chosen.minutes))
        cpu = cpu_seconds(server.pid)
    print(f"| rise in an hour | {' | '.join(f'{rise:+.3g}' for rise in slopes(rows))} |")
    print(f"\n{len(failures)} failures; {cpu:.0f} CPU seconds of the server.")
    print("\n".join(sorted(set(failures))[:10]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
