"""Measures training of digits beside busy processes for several OpenMP wait policies; prints a table.

Each figure is the steps/s of the MNIST page's opening run with two threads at a worker's niceness, in a process of its
own, the settings taken in turns: on an idle machine, then beside one busy process for each core. Run it on two idle
cores: `python -m benchmarks.busy`. It takes about four minutes.
"""

import os
import subprocess
import sys
from statistics import median
from time import monotonic

from ganlab.service.worker_process import WAITING

ROUNDS, SECONDS = 5, 6.0
NEVER = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0", "KMP_BLOCKTIME": "0"}
SETTINGS = {"PyTorch's default": {}, "never spinning": NEVER, "a worker's": WAITING}


def measure():
    """Steps per second of this process."""
    from ganlab.digits import train
    from ganlab.kind.devices import fix_arithmetic
    from ganlab.presets import PRESETS, opening
    from ganlab.service import worker

    os.nice(worker.NICE)
    fix_arithmetic(2, "highest")
    state = train.start(PRESETS[opening("digits")])
    for _ in range(3):
        train.advance(state)
    before, began = state.step, monotonic()
    while monotonic() - began < SECONDS:
        train.update(state)
    return (state.step - before) / (monotonic() - began)


def steps_per_s(setting):
    command = [sys.executable, "-m", "benchmarks.busy", "--measure"]
    return float(subprocess.run(command, env=os.environ | setting, capture_output=True, text=True, check=True).stdout)


def rounds():
    """The figures of each setting, taken in turns."""
    figures = {name: [] for name in SETTINGS}
    for _ in range(ROUNDS):
        for name, setting in SETTINGS.items():
            figures[name].append(steps_per_s(setting))
    return figures


def main():
    idle = rounds()
    crowd = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        busy = rounds()
    finally:
        for process in crowd:
            process.kill()
    print("| threads wait | idle, steps/s | range | beside busy processes, steps/s | range |\n|---|---|---|---|---|")
    for name in SETTINGS:
        cells = [f"{median(f):.1f} | {min(f):.1f}–{max(f):.1f}" for f in (idle[name], busy[name])]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    print(measure()) if "--measure" in sys.argv else main()
