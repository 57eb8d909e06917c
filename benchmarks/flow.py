"""Flow matching: its processor time beside the GAN's, and its loss beside a published one.

`python -m benchmarks.flow [--write] [--reference]`. The time of one GAN round and of one flow step, interleaved, on
one thread; with --write the medians go to `ganlab/evidence/pace.json`, which the page reads. With --reference the
tutorial of github.com/atong01/conditional-flow-matching (Flow_matching_tutorial.ipynb) is trained: 8 Gaussians to
moons, batch 256, Adam 1e-3; its loss, a mean over both coordinates, is logged there as 8 to 9. Ours has leaky ReLU for
SELU; within a factor of SLACK it agrees.
"""

import argparse
import json
import statistics
import time
from functools import partial

import torch

from ganlab.data.plane import circle
from ganlab.flow import train as flow
from ganlab.flow.config import FlowConfig
from ganlab.gan.rng import Draws
from ganlab.plane import train as gan
from ganlab.studies.cards import LAB
from ganlab.ui.beside.evidence import PACE

RUNS = {"gan": (gan, LAB, 300), "flow": (flow, FlowConfig(), 900)}
REPEATS = 9
WARM = 50
REFERENCE = FlowConfig(depth=3, lr=1e-3, batch_size=256, steps=5000)
PLATEAU, SLACK = (8.0, 9.0), 1.3


def seconds(engine, state, steps):
    """Processor time of one step."""
    start, end = time.process_time(), state.step + steps
    while state.step < end:
        engine.update(state)
    return (time.process_time() - start) / steps


def paces():
    """The median time of one step of each, in seconds."""
    states = {name: engine.start(config.replace(steps=100_000)) for name, (engine, config, _) in RUNS.items()}
    for name, (engine, _, _) in RUNS.items():
        seconds(engine, states[name], WARM)
    turns = [{name: seconds(engine, states[name], n) for name, (engine, _, n) in RUNS.items()} for _ in range(REPEATS)]
    return {name: statistics.median(turn[name] for turn in turns) for name in RUNS}


def eight(n, rng):
    """The tutorial's 8 Gaussians: radius 5, covariance √0.1 I."""
    places = circle(8, 5.0)[torch.randint(8, (n,), generator=rng)]
    return places + 0.1**0.25 * torch.randn(n, 2, generator=rng)


def moons(n, rng):
    """The tutorial's moons: two half circles with noise 0.2, times 3, less 1."""
    angle, upper = torch.pi * torch.rand(n, generator=rng), torch.rand(n, generator=rng) < 0.5
    x = torch.where(upper, angle.cos(), 1 - angle.cos())
    y = torch.where(upper, angle.sin(), 0.5 - angle.sin())
    return 3 * (torch.stack([x, y], -1) + 0.2 * torch.randn(n, 2, generator=rng)) - 1


def reference():
    """The mean loss of the last 500 steps, over both coordinates."""
    state = flow.start(REFERENCE)
    draw = partial(Draws, shape=(REFERENCE.batch_size, 2), members=1, seed=0)
    state.draws |= {"z": draw(eight, name="eight"), "real": draw(moons, name="moons")}
    losses = []
    while state.step < REFERENCE.steps:
        flow.update(state)
        losses.append(state.loss.item() / 2)
    return statistics.mean(losses[-500:])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--reference", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    found = paces()
    whole = {name: found[name] * config.steps for name, (_, config, _) in RUNS.items()}
    for name in RUNS:
        print(f"{name:5} {found[name] * 1e3:6.3f} ms a step, {whole[name]:5.2f} s in all")
    print(f"flow / gan in all: {whole['flow'] / whole['gan']:.2f}")
    if asked.write:
        PACE.write_text(json.dumps({name: round(value, 7) for name, value in found.items()}) + "\n")
    if asked.reference:
        loss = reference()
        agrees = PLATEAU[0] / SLACK <= loss <= PLATEAU[1] * SLACK
        print(f"8 Gaussians to moons: loss {loss:.2f}, published {PLATEAU[0]:g} to {PLATEAU[1]:g}; agrees: {agrees}")


if __name__ == "__main__":
    main()
