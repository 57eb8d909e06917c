"""Compares steps per CPU second with the plain PyTorch loop of tutorials; prints the README's table.

One thread, one process, the same nets, batch and data; pairs interleaved; median and range.
Run it on an idle machine: `python -m benchmarks.steps`.
"""

import statistics
import sys
import time
from itertools import pairwise

import torch
from torch import nn

from ganlab.data.plane import DATASETS
from ganlab.kind.fields import ConfigError
from ganlab.plane.config import PlaneConfig
from ganlab.plane.train import start, update

SETTINGS = {"16x1, batch 128": (16, 1, 128), "64x2, batch 256": (64, 2, 256), "128x2, batch 256": (128, 2, 256)}
MEMBERS = (1, 4, 16)
SECONDS = 1.5
"""CPU time of one measurement."""


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


def row(config, pairs):
    """Medians of the tutorial's steps/s, of our members' steps/s, and of the ratio with its range."""
    alone, ours = config.replace(members=1), our_loop(config)
    plain = tutorial_loop(alone)
    results = [(speed(plain), speed(ours) * config.members) for _ in range(pairs)]
    ratios = [mine / theirs for theirs, mine in results]
    medians = [statistics.median(column) for column in zip(*results, strict=True)]
    return (*medians, statistics.median(ratios), min(ratios), max(ratios))


def main(pairs=5):
    torch.set_num_threads(1)
    print("| nets | penalty | members | tutorial, steps/s | ours, member steps/s | ratio [range] |")
    print("|---|---|---|---|---|---|")
    for name, (width, depth, batch) in SETTINGS.items():
        nets = dict(g_width=width, d_width=width, g_depth=depth, d_depth=depth, batch_size=batch)
        for regularizer in ("none", "r1"):
            for members in MEMBERS:
                try:
                    config = PlaneConfig(regularizer=regularizer, members=members, **nets)
                except ConfigError as error:
                    print(f"| {name} | {regularizer} | {members} | – | refused: {error} | – |")
                    continue
                plain, ours, ratio, low, high = row(config, pairs)
                cells = (
                    name,
                    regularizer,
                    members,
                    f"{plain:,.0f}",
                    f"{ours:,.0f}",
                    f"{ratio:.1f} [{low:.1f}–{high:.1f}]",
                )
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
