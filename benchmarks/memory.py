"""Measures the peak memory of a worker that trains digits and prints a table. `python -m benchmarks.memory`.

A process each: a frame, updates, a frame that is judged in full, a checkpoint, in the order of a worker, with the
images of the subset that ships; the full set takes 47 MB more, which are added.
"""

import json
import resource
import subprocess
import sys

import torch

from ganlab.digits.config import DigitsConfig
from ganlab.digits.metrics import measure
from ganlab.digits.snapshot import snapshot
from ganlab.digits.train import checkpoint, start, update
from ganlab.service.runs import threads
from ganlab.store.checkpoints import encode

FULL_SET = 60_000 * 28 * 28 / 2**20
BUDGET = 900
CASES = {
    "the page's opening": {},
    "light, batch 512": {"batch_size": 512},
    "classic, batch 256": {"architecture": "classic", "batch_size": 256},
    "classic, batch 256, bfloat16": {"architecture": "classic", "batch_size": 256, "precision": "bfloat16"},
    "classic, batch 128, R1+R2": {"architecture": "classic", "batch_size": 128, "regularizer": "r1_r2"},
    "deep, batch 256": {"architecture": "deep", "batch_size": 256},
}


def peak(changes):
    """The highest resident memory of this process, in MB, after a worker's work."""
    torch.set_num_threads(threads("digits"))
    state = start(DigitsConfig(**changes))
    snapshot(state)
    for _ in range(4):
        update(state)
    snapshot(state, measure)
    encode("0" * 16, state.step, checkpoint(state))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    print(f"| run | peak, subset | peak, full set | budget |\n|{'---|' * 4}")
    for name, changes in CASES.items():
        done = subprocess.run([sys.executable, "-m", "benchmarks.memory", json.dumps(changes)], capture_output=True)
        if done.returncode:
            print(f"| {name} | refused: {done.stderr.decode().strip().splitlines()[-1]} | | |", flush=True)
            continue
        mb = float(done.stdout)
        print(f"| {name} | {mb:.0f} MB | {mb + FULL_SET:.0f} MB | {BUDGET} MB |", flush=True)


if __name__ == "__main__":
    print(peak(json.loads(sys.argv[1]))) if len(sys.argv) > 1 else main()
