"""False alarms of the holes, and how many holes are found, as a document. `python -m benchmarks.holes [--work DIR]`.

Each data set without modes, and three drawings, is trained with 16 seeds. Whether a run is healthy is known from 10,000
samples of other noise and from balls of the data, not from the cells and components that the verdict counts.
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ganlab.data import points
from ganlab.data.dataset import Dataset
from ganlab.data.plane import DATASETS
from ganlab.gan.rng import stream
from ganlab.kind.evaluation import FINAL
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import verdict
from ganlab.plane.frame import POINTS, Frame, unpack
from ganlab.plane.holes import holes
from ganlab.plane.metrics import EVAL_POINTS, measure
from ganlab.plane.moments import develop
from ganlab.plane.snapshot import expand
from ganlab.plane.state import sample_latent
from ganlab.plane.train import advance, encode, start
from ganlab.studies.tables import grid

DOCUMENT = Path(__file__).parents[1] / "docs" / "holes.md"
SEEDS = 16
STEPS = 6000
CALM = PlaneConfig(
    members=SEEDS,
    steps=STEPS,
    batch_size=64,
    g_width=32,
    d_width=32,
    loss="relativistic",
    regularizer="r1_r2",
    gamma=1.0,
    ema=0.99,
    g_lr=1e-3,
    d_lr=1e-3,
)
"""Settings that let runs settle in so few steps."""
BALLS, MASS = 256, 1 / 16
"""Balls of the data, about as heavy as two cells."""
FINE, HOLE = 0.5, 0.25
"""A run is healthy if every ball gets at least FINE of its due; it has a hole if one gets less than HOLE."""


def stroke(*corners: tuple[float, float], gap: float = 0.12) -> np.ndarray:
    """Points (n, 2) along a line through corners, about a gap apart."""
    path = np.array(corners, float)
    parts = [np.linspace(a, b, max(2, round(np.hypot(*(b - a)) / gap))) for a, b in pairwise(path)]
    return np.concatenate(parts)


def arc(radius: float, first: float, last: float) -> np.ndarray:
    """Points (n, 2) of an arc around the origin between two angles in turns."""
    turns = np.linspace(first, last, round(2 * np.pi * radius * abs(last - first) / 0.12)) * 2 * np.pi
    return radius * np.stack([np.cos(turns), np.sin(turns)], 1)


def smiley() -> np.ndarray:
    """A face of a circle, a mouth and two eyes, each of them a component."""
    eyes = [np.random.default_rng(0).normal(middle, 0.09, (9, 2)) for middle in ([-0.7, 0.7], [0.7, 0.7])]
    return np.concatenate([arc(2.0, 0, 1), arc(1.1, 0.6, 0.9), *eyes])


def letters() -> np.ndarray:
    """The letters "Li", the dot of the i apart from its stem."""
    ell = stroke((-1.8, 1.5), (-1.8, -1.5), (-0.3, -1.5))
    return np.concatenate([ell, stroke((0.9, 0.4), (0.9, -1.5)), stroke((0.8, 1.3), (1.0, 1.4), (0.9, 1.2), gap=0.05)])


def blobs() -> np.ndarray:
    """Two clouds far apart, of nine tenths and of one tenth of the points."""
    rng = np.random.default_rng(1)
    return np.concatenate([rng.normal([-1.2, -0.8], 0.35, (171, 2)), rng.normal([1.7, 1.5], 0.2, (19, 2))])


DRAWINGS = {"smiley": smiley, "letters": letters, "blobs of unequal mass": blobs}


def datasets() -> dict[str, str]:
    """The data sets without modes by what they are called, and the drawings."""
    shipped = {name: name for name, data in DATASETS.items() if data.modes is None}
    return shipped | {name: named(drawn()) for name, drawn in DRAWINGS.items()}


def named(drawn: np.ndarray) -> str:
    """The data set of a drawing that its name can hold."""
    return points.keep(drawn, Path(tempfile.gettempdir()))


# What a run is


def distances(positions: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """(n,) the distances of positions (n, d) from one point (d,), on the plane or on a line."""
    found: np.ndarray = np.linalg.norm(positions - centre, axis=-1)
    return found


def ratios(samples: np.ndarray, data: Dataset) -> np.ndarray:
    """(BALLS,) the share of samples (n, d) in balls of the data that hold MASS of it, in shares of MASS."""
    real = data.sample(FINAL, stream(0, "holes", "real")).numpy()
    centres = data.sample(BALLS, stream(0, "holes", "balls")).numpy()
    away = [distances(real, centre) for centre in centres]
    radii = np.quantile(away, MASS, axis=1)
    inside = [(distances(samples, centre) <= radius).mean() for centre, radius in zip(centres, radii, strict=True)]
    return np.array(inside) / MASS


def label(samples: np.ndarray, data: Dataset) -> str:
    """What a generator with these samples is: healthy, hole, or between."""
    least = ratios(samples, data).min()
    return "healthy" if least >= FINE else "hole" if least < HOLE else "between"


# Trained runs


def trained(dataset: str, work: Path) -> tuple[list[list[Frame]], np.ndarray]:
    """The frames of each member of a run, as they are stored, and samples (M, FINAL, 2) of their last states."""
    config = CALM.replace(dataset=dataset)
    path, extent = work / f"{config.key()}-{STEPS}.npz", DATASETS[dataset].extent
    if not path.is_file():
        np.savez(path, **train(config))
    with np.load(path) as kept:
        blob, ends, samples = kept["blob"].tobytes(), kept["ends"], kept["samples"]
    frames = [unpack(blob[a:b], extent) for a, b in zip([0, *ends[:-1]], ends, strict=True)]
    return [frames[member::SEEDS] for member in range(SEEDS)], samples


def train(config: PlaneConfig) -> dict[str, Any]:
    """Trains a config: the packed frames of its second half, where they end, and samples of its last states."""
    state, moments = start(config), list[Any]()
    while state.step < config.steps and not state.outcome:
        moment = advance(state)
        moments += [moment] if moment and state.step >= config.steps / 2 else []
    z = sample_latent(config, FINAL, stream(config.seed, "study", "z"))
    with torch.no_grad():
        samples = state.g_ema(expand(z, config)).numpy()
    blobs = [blob for frame in develop(moments) for blob in encode(config, frame)]
    ends = np.cumsum([len(blob) for blob in blobs])
    return {"blob": np.frombuffer(b"".join(blobs), np.uint8), "ends": ends, "samples": samples}


def counts(dataset: str, work: Path) -> list[int]:
    """Of the trained runs: healthy ones, those of them with a false alarm, ones with a hole, those of them found."""
    config, (frames, samples) = PlaneConfig(dataset=dataset), trained(dataset, work)
    labels = [label(one, DATASETS[dataset]) for one in samples]
    alarms = ["holes" in verdict(seen, config).evidence for seen in frames]
    of = [[alarm for alarm, is_ in zip(alarms, labels, strict=True) if is_ == one] for one in ("healthy", "hole")]
    return [len(of[0]), sum(of[0]), len(of[1]), sum(of[1])]


# Perfect samplers, and holes that were put there


def frame(drawn: np.ndarray, dataset: str) -> Frame:
    """The frame of a generator with these points (EVAL_POINTS, d); those of a line have y = 0 there."""
    metrics, shares = measure(drawn[None], DATASETS[dataset])
    shown = np.pad(drawn[:POINTS], ((0, 0), (0, 2 - drawn.shape[1])))
    empty, one = np.zeros((1, 0)), np.ones(1)
    numbers = dict.fromkeys(("d_loss", "g_loss", "penalty", "d_grad", "g_grad"), one)
    numbers |= dict.fromkeys(("fools", "d_accuracy"), one / 2)
    arrays = {"fake": shown[None], "push": empty, "rise": empty, "field": empty, "grid": empty}
    steps = dict.fromkeys(("step", "d_updates", "g_updates"), 1000)
    return Frame(**steps, **numbers, **arrays, shares=shares, metrics=metrics, diverged_at=np.full(1, -1))


def pierced(dataset: str, seed: int, mass: float) -> np.ndarray:
    """A perfect sampler's EVAL_POINTS points without those of a ball of the data that holds so much of it."""
    rng, data = stream(seed, "holes"), DATASETS[dataset]
    drawn, centre = data.sample(4 * EVAL_POINTS, rng).numpy(), data.sample(1, rng).numpy()
    away = distances(drawn, centre)
    left: np.ndarray = drawn[away >= np.quantile(away, mass)][:EVAL_POINTS]
    return left


def put_there(dataset: str, mass: float) -> int:
    """For how many of SEEDS perfect samplers with a hole of this mass (0: none) holes are found."""
    return sum(bool(holes([frame(pierced(dataset, seed, mass), dataset)], dataset)) for seed in range(SEEDS))


def uneven(dataset: str, seed: int) -> np.ndarray:
    """EVAL_POINTS points of a sampler whose density is two to four thirds of the due one, in waves over the view."""
    rng = np.random.default_rng(seed)
    drawn = DATASETS[dataset].sample(8 * EVAL_POINTS, stream(seed, "holes", "uneven")).numpy()
    wave = np.sin(drawn @ rng.normal(0, 2.5, drawn.shape[-1]) + rng.uniform(0, 2 * np.pi))
    kept: np.ndarray = drawn[rng.random(len(drawn)) < 0.75 + 0.25 * wave][:EVAL_POINTS]
    return kept


def alarms(dataset: str) -> int:
    """For how many of SEEDS uneven samplers holes are found."""
    return sum(bool(holes([frame(uneven(dataset, seed), dataset)], dataset)) for seed in range(SEEDS))


PUT = (0.1, 0.15)
TRAINED = ("healthy", "false alarms", "with a hole", "found")
HEADS = ("data", *TRAINED, "uneven: false alarms", *(f"{mass:.0%} removed: found" for mass in PUT))


def rows(work: Path) -> list[list[str]]:
    """The table: a row for each data set, and their sum."""
    found = []
    for name, dataset in datasets().items():
        found.append([name, *counts(dataset, work), alarms(dataset), *(put_there(dataset, mass) for mass in PUT)])
        print(*found[-1], flush=True)
    total = ["all", *np.sum([row[1:] for row in found], 0)]
    return [[str(value) for value in row] for row in (*found, total)]


HEAD = """# Holes: false alarms, and what is found

`python -m benchmarks.holes` made this. Each data set without modes, and three drawings, were trained with {seeds}
seeds for {steps:,} steps: 32 × 2 networks, relativistic loss, R1 + R2, batches of 64, and a moving average of G, so
that runs settle.
*Healthy* and *with a hole* come from 10,000 samples of other noise. In a healthy run each of {balls} balls with a
sixteenth of the data gets at least half of its due, with a hole one gets less than a quarter; other runs are between.
*False alarms* are healthy runs of which the verdict says that regions are missing. A hole is not *found* if it is
smaller than two cells, if it moves from frame to frame, or if the verdict is another one.

The last columns ask {seeds} samplers that are not trained: of a density between two and four thirds of the due one, and
perfect ones from which the points in a ball with so much of the data were removed, around a point drawn at random.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "ganlab-holes")
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.work.mkdir(exist_ok=True, parents=True)
    table = grid(list(HEADS), rows(options.work))
    head = HEAD.format(seeds=SEEDS, steps=STEPS, balls=BALLS)
    DOCUMENT.write_text("\n".join([head, *table]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
