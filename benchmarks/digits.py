"""Measures a run of the MNIST page after 100 seconds of training; prints a table, fails below the required values.

The page's opening run, through the run server and a worker process of its own as on the page, its start included, for
so many seconds or to its target, seed by seed; then 10,000 fixed z of the shown G before the judge. Run it on two idle
cores: `python -m benchmarks.digits`. It takes as many minutes as there are seeds, doubled.
"""

import argparse
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import torch

from ganlab.presets import PRESETS, opening
from ganlab.service import runs
from ganlab.service.runs import Runs
from ganlab.store.runs import Store
from ganlab.studies import tables
from ganlab.studies.study import ENDED, VIEWER

LEAST = {"digits_covered": 10, "accepted": 0.85, "coverage": 0.6}
MOST = {"fid": 40, "digit_tv": 0.08}
"""What the medians over the seeds have to reach, and must not exceed."""
COLUMNS = {
    "seconds": ".0f",
    "step": ",.0f",
    "epoch": ".1f",
    "digits_covered": ".0f",
    "digits_accepted": ".0f",
    "accepted": ".3f",
    "digit_tv": ".3f",
    "fid": ".1f",
    "fid_floor": ".1f",
    "coverage": ".3f",
}


def trained(config, seconds, threads):
    """What the final evaluation finds, by name, of a run that somebody has watched for so long."""
    with (
        TemporaryDirectory() as home,
        Store(Path(home)) as store,
        Runs(store, 1, threads=threads, device="cpu") as server,
    ):
        began, key = monotonic(), server.submit(config, VIEWER)
        while server.status(key, VIEWER).state not in ENDED and monotonic() - began < seconds:
            sleep(0.1)
        took, step = monotonic() - began, max(1, server.reached(key))
        server.withdraw(key, VIEWER)
        while server.status(key).state == "running":
            sleep(0.1)
        last = tables.rows(store, config.replace(steps=step)).iloc[-1]
    names = {name: name if name in ("step", "epoch") else f"{name}_10k" for name in COLUMNS if name != "seconds"}
    return {"seconds": took} | {name: float(last[column]) for name, column in names.items()}


def line(head, values):
    return f"| {head} | " + " | ".join(format(values[name], spec) for name, spec in COLUMNS.items()) + " |"


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.digits", description=__doc__)
    parser.add_argument("--seconds", type=float, default=100.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=runs.threads(PRESETS[opening("digits")]))
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    config, found = PRESETS[opening("digits")], []
    print(f"{asked.threads} threads; {config.dataset}, {config.architecture}, batch {config.batch_size}, "
          f"target {config.steps:,} updates, at most {asked.seconds:g} s\n")  # fmt: skip
    print("\n".join(f"| {' | '.join(cells)} |" for cells in (("seed", *COLUMNS), ["---"] * (len(COLUMNS) + 1))))
    for seed in range(asked.seeds):
        found.append(trained(config.replace(seed=seed), asked.seconds, asked.threads))
        print(line(seed, found[-1]), flush=True)
    medians = {name: median(one[name] for one in found) for name in COLUMNS}
    print(line("median", medians))
    kept = all(medians[name] >= least for name, least in LEAST.items())
    kept &= all(medians[name] <= most for name, most in MOST.items())
    print(f"\nmedians at least {LEAST} and at most {MOST}: {'yes' if kept else 'NO'}")
    return not kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
