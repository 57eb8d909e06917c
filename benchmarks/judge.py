"""Measures the judge on real, corrupted and incomplete digits, and its cost; prints the tables of docs/judge.md.

`python -m benchmarks.judge PATH_TO_MNIST_RAW`: two minutes on one core.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from ganlab.data.images import scaled, subset
from ganlab.digits.judge import Judged, judge
from ganlab.digits.metrics import DIGIT_METRICS, fid, measure, nearest, scores
from ganlab.digits.reference import fid_floor, reference
from ganlab.gan.rng import stream
from scripts.train_judge import read_mnist, strangers

N = 2000


def some(judged, chosen):
    return Judged(judged.features[chosen], judged.probabilities[chosen])


def corrupted(images, labels, judged):
    """Name and judged images of each row."""
    rng = stream(0, "benchmark")
    yield f"real test images, {len(judged)}", judged
    yield f"real test images, {N}", some(judged, slice(N))
    for sigma in (0.1, 0.2, 0.4, 0.8):
        noise = sigma * torch.randn(images[:N].shape, generator=rng)
        yield f"noise σ = {sigma}", judge((images[:N] + noise).clamp(-1, 1))
    for m in range(9, 0, -2):
        yield f"digits 0 to {m - 1}" if m > 1 else "zeros", some(judged, torch.nonzero(labels < m)[:N, 0])
    yield "one image, repeated", some(judged, [0] * N)
    yield "mean of two digits", judge((images[:N] + images[N : 2 * N]) / 2)
    yield "top of one, bottom of another", judge(torch.cat([images[:N, :14], images[N : 2 * N, 14:]], 1))
    yield "blobs and noise of all scales", judge(strangers(N, rng))
    yield "static", judge(torch.rand(images[:N].shape, generator=rng) * 2 - 1)
    yield "black", judge(-torch.ones(N, 28, 28))


def calibration(images, labels, judged):
    print(f"| images ({N} where nothing is said) | {' | '.join(DIGIT_METRICS)} |")
    print("|---" * (len(DIGIT_METRICS) + 1) + "|")
    for name, seen in corrupted(images, labels, judged):
        print(f"| {name} | {' | '.join(f'{value:.3g}' for value in scores(seen, reference()).values())} |")


def sizes(judged):
    print("\n| n | floor: n training images against the others | n test images against the training set |")
    print("|---|---|---|")
    for n in (250, 500, 1000, 2000, 5000, 10_000):
        test = np.mean([fid(some(judged, part), reference()) for part in torch.arange(10_000).split(n)[:10]])
        print(f"| {n} | {fid_floor(n):.2f} | {test:.2f} |")


def costs(images):
    print("\n| n | judge, ms | cheap metrics, ms | dear metrics, ms |")
    print("|---|---|---|---|")
    for n in (500, 1000, 2000, 10_000):
        times = [time.perf_counter()]
        judged = judge(images[:n])
        times.append(time.perf_counter())
        for dear in (False, True):
            scores(judged, reference(), dear)
            times.append(time.perf_counter())
        print(f"| {n} | {' | '.join(f'{1000 * step:.0f}' for step in np.diff(times))} |")


def closest(images, pool):
    """The distance (n,) of each image's nearest one of a pool, as root mean squares per pixel."""
    parts = [nearest(images, pool[start : start + 5000], 1)[1][:, 0] for start in range(0, len(pool), 5000)]
    return np.min(parts, 0)


def copies(images, labels, pools):
    """Where copying begins: what `ganlab.digits.neighbours` calls typical."""
    print("\n| a test image's nearest of | all | " + " | ".join(map(str, range(10))) + " |")
    print("|---" * 12 + "|")
    for name, pool in pools.items():
        distances = closest(images, pool)
        cells = [f"{np.median(distances):.2f}"]
        for digit in range(10):
            own = distances[labels.numpy() == digit]
            cells.append(f"{np.median(own):.2f} ({np.quantile(own, 0.01):.2f})")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    torch.set_num_threads(1)
    images, labels = read_mnist(folder, "t10k")
    order = torch.randperm(len(images), generator=stream(0, "benchmark", "order"))
    images, labels = images[order], labels[order]
    start = time.perf_counter()
    measure(images[:N])
    print(f"first call, which loads torchmetrics: {time.perf_counter() - start:.1f} s\n")
    judged = judge(images)
    calibration(images, labels, judged)
    sizes(judged)
    costs(images)
    pools = {"mnist_5k": scaled(subset()[0])[:, 0], "mnist": read_mnist(folder, "train")[0]}
    copies(images, labels, pools)


if __name__ == "__main__":
    main()
