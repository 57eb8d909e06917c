"""Updates and whole runs on the plane against their peers; prints the README's two tables.

Updates: steps per CPU second of the tutorials' PyTorch loop, of ours and, with `--jax PYTHON` (an environment of its
own that has jax), of the same step in JAX. Runs: `train()` from start to end against its updates alone. One thread, one
process each, the same nets, batch and data; measurements interleaved; medians and ranges. Run it on an idle machine:
`python -m benchmarks.steps`.
"""

import argparse
import statistics
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn

from ganlab.data.plane import DATASETS
from ganlab.kind.fields import ConfigError
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import is_frame
from ganlab.plane.train import start, train, update

SETTINGS = {"16x1, batch 128": (16, 1, 128), "64x2, batch 256": (64, 2, 256), "128x2, batch 256": (128, 2, 256)}
MEMBERS = (1, 4, 16)
SECONDS = 1.5
"""CPU time of one measurement."""
RUNS = ((1, 200), (1, 2000), (16, 200))
"""Members and steps of whole runs."""
PEER = Path(__file__).with_name("jax_plane.py")


def perceptron(sizes):
    layers = [layer for n, m in pairwise(sizes) for layer in (nn.Linear(n, m), nn.LeakyReLU(0.2))]
    return nn.Sequential(*layers[:-1])


def tutorial_loop(config):
    """The loop that tutorials print: one nn.Sequential each, Adam, BCEWithLogitsLoss, .item() on both losses."""
    g, d = perceptron(config.g_sizes), perceptron(config.d_sizes)
    g_adam = torch.optim.Adam(g.parameters(), config.g_lr, betas=(config.beta1, config.beta2))
    d_adam = torch.optim.Adam(d.parameters(), config.d_lr, betas=(config.beta1, config.beta2))
    bce, n = nn.BCEWithLogitsLoss(), config.batch_size
    real_label, fake_label = torch.ones(n, 1), torch.zeros(n, 1)
    data, rng = DATASETS[config.dataset], torch.Generator()
    while True:
        real, fake = data.sample(n, rng), g(torch.randn(n, config.latent_dim, generator=rng))
        d_adam.zero_grad()
        d_loss = bce(d(real), real_label) + bce(d(fake.detach()), fake_label)
        if config.regularizer == "r1":
            x = real.requires_grad_()
            (slope,) = torch.autograd.grad(d(x).sum(), x, create_graph=True)
            (d_loss + config.gamma / 2 * slope.square().sum(-1).mean()).backward()
        else:
            d_loss.backward()
        d_adam.step()
        g_adam.zero_grad()
        g_loss = bce(d(g(torch.randn(n, config.latent_dim, generator=rng))), real_label)
        g_loss.backward()
        g_adam.step()
        d_loss.item(), g_loss.item()
        yield


def our_loop(config):
    state = start(config)
    while True:
        update(state)
        update(state)
        yield


def speed(loop, seconds=SECONDS):
    """Steps per CPU second."""
    for _ in range(10):
        next(loop)
    begin, steps = time.process_time(), 0
    while time.process_time() - begin < seconds:
        for _ in range(5):
            next(loop)
        steps += 5
    return steps / (time.process_time() - begin)


class Jax:
    """The peer in a process of its own."""

    def __init__(self, python):
        self.process = python and subprocess.Popen([python, PEER], stdin=-1, stdout=-1, stderr=-3, text=True)
        if python and self.process.stdout.readline() != "ready\n":
            raise SystemExit(f"{python} cannot run {PEER.name}: does it have jax?")

    def speed(self, config):
        """Member steps per CPU second; nan without a peer, or where it has no such loop."""
        if not self.process or config.regularizer != "none":
            return float("nan")
        sizes = (config.g_width, config.g_depth, config.batch_size, config.members)
        print(*sizes, SECONDS, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    def close(self):
        """Ends the process."""
        if self.process:
            self.process.kill()
            self.process.wait()


def row(config, pairs, jax):
    """Medians of the tutorial's steps/s, of our member steps/s and of JAX', and of both ratios with their ranges."""
    alone, ours = config.replace(members=1), our_loop(config)
    plain = tutorial_loop(alone)
    results = [(speed(plain), speed(ours) * config.members, jax.speed(config)) for _ in range(pairs)]
    medians = [statistics.median(column) for column in zip(*results, strict=True)]
    ratios = [[mine / other for mine, other in ((one[1], one[0]), (one[1], one[2]))] for one in results]
    return medians, [(statistics.median(of), min(of), max(of)) for of in zip(*ratios, strict=True)]


def written(ratio):
    """A ratio with its range."""
    return "–" if ratio[0] != ratio[0] else "{:.2f} [{:.2f}–{:.2f}]".format(*ratio)


def spent(work):
    """CPU seconds."""
    began = time.process_time()
    work()
    return time.process_time() - began


def updates_alone(config):
    state = start(config)
    while state.step < config.steps:
        update(state)


def run_ratios(config, pairs):
    """CPU seconds of a run's updates, of `train()`, and their ratio with its range; medians."""
    results = [(spent(lambda: updates_alone(config)), spent(lambda: list(train(config)))) for _ in range(pairs)]
    ratios = [whole / alone for alone, whole in results]
    alone, whole = (statistics.median(column) for column in zip(*results, strict=True))
    return alone, whole, (statistics.median(ratios), min(ratios), max(ratios))


def nets(width, depth, batch):
    return dict(g_width=width, d_width=width, g_depth=depth, d_depth=depth, batch_size=batch)


def table(*heads):
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))


def print_updates(pairs, python):
    jax = Jax(python)
    table("nets", "penalty", "members", "tutorial, steps/s", "ours, member steps/s", "ratio [range]", "JAX", "ratio")
    for name, sizes in SETTINGS.items():
        for regularizer in ("none", "r1"):
            for members in MEMBERS:
                try:
                    config = PlaneConfig(regularizer=regularizer, members=members, **nets(*sizes))
                except ConfigError as error:
                    print(f"| {name} | {regularizer} | {members} | – | refused: {error} | – | – | – |")
                    continue
                (plain, ours, peer), (ratio, beside) = row(config, pairs, jax)
                cells = (name, regularizer, members, f"{plain:,.0f}", f"{ours:,.0f}", written(ratio))
                cells = (*cells, "–" if peer != peer else f"{peer:,.0f}", written(beside))
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    jax.close()


def print_runs(pairs):
    table("nets", "members", "steps", "frames", "updates alone, CPU s", "`train()`, CPU s", "ratio [range]")
    list(train(PlaneConfig(steps=3)))
    for name, sizes in list(SETTINGS.items())[:2]:
        for members, steps in RUNS:
            alone, whole, ratio = run_ratios(PlaneConfig(members=members, steps=steps, **nets(*sizes)), pairs)
            counts = f"{members} | {steps:,} | {sum(map(is_frame, range(steps + 1)))}"
            print(f"| {name} | {counts} | {alone:.3f} | {whole:.3f} | {written(ratio)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.steps", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--jax", metavar="PYTHON", help="of an environment with jax")
    parser.add_argument("--runs", action="store_true", help="only the second table")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if not asked.runs:
        print_updates(asked.pairs, asked.jax)
        print()
    print_runs(asked.pairs)


if __name__ == "__main__":
    main()
