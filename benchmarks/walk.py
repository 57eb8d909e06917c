"""Measures the waiting time for a new latent walk and the memory of its process; prints a table.

Three paths of 64 moments, their images and the judge's opinion, for every generator that ships, from a warm process
for short jobs, as on the latent page. Run it on two idle cores: `python -m benchmarks.walk`.
"""

import os
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from ganlab.digits.pretrained import PRETRAINED
from ganlab.latent import walks
from ganlab.latent.generators import Source
from ganlab.service.short_jobs import ShortJobs

WALKS = 15
BUDGET = 0.3


def seconds(short_jobs, *job):
    """How long one job takes."""
    began = perf_counter()
    short_jobs.run(*job)
    return perf_counter() - began


def memory(pid):
    """A process's resident memory in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def main():
    print("| generator | first walk | warm walk, median [range] | budget |\n|---|---|---|---|")
    with TemporaryDirectory() as home:
        short_jobs, store_path = ShortJobs(apart=True), Path(home)
        for name in PRETRAINED:
            first = seconds(short_jobs, walks.walk, store_path, Source(name), 0, 1)
            warm = [
                seconds(short_jobs, walks.walk, store_path, Source(name), seed, seed + 1)
                for seed in range(1, WALKS + 1)
            ]
            print(
                f"| {name} | {first:.2f} s | {median(warm):.3f} s [{min(warm):.3f}–{max(warm):.3f}] | {BUDGET} s |",
                flush=True,
            )
        print(f"\nThe process for short jobs takes {memory(short_jobs.run(os.getpid)):.0f} MB.")
        short_jobs.close()


if __name__ == "__main__":
    main()
