"""How long somebody waits for a new walk through latent space, and what its process takes: prints a table.

Three paths of 64 moments, their images and the judge's opinion, asked of a warm errand process as the latent page does,
for every generator that ships. Run it on two idle cores: `python -m benchmarks.walk`.
"""

import os
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from ganlab.digits.pretrained import PRETRAINED
from ganlab.latent import walks
from ganlab.latent.generators import Source
from ganlab.service.short_jobs import Errands

WALKS = 15
BUDGET = 0.3


def seconds(errands, *job):
    """How long one errand takes."""
    began = perf_counter()
    errands.run(*job)
    return perf_counter() - began


def memory(pid):
    """A process's resident memory in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def main():
    print("| generator | first walk | warm walk, median [range] | budget |\n|---|---|---|---|")
    with TemporaryDirectory() as home:
        errands, place = Errands(apart=True), Path(home)
        for name in PRETRAINED:
            first = seconds(errands, walks.walk, place, Source(name), 0, 1)
            warm = [seconds(errands, walks.walk, place, Source(name), seed, seed + 1) for seed in range(1, WALKS + 1)]
            print(
                f"| {name} | {first:.2f} s | {median(warm):.3f} s [{min(warm):.3f}–{max(warm):.3f}] | {BUDGET} s |",
                flush=True,
            )
        print(f"\nThe errand process takes {memory(errands.run(os.getpid)):.0f} MB.")
        errands.close()


if __name__ == "__main__":
    main()
