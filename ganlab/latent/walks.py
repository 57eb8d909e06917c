"""Computes what the latent page shows: walks, samples, maps, directions and class arithmetic. Pure functions.

Each takes a store's folder and a source first. An end is a seed; a negative seed means the opposite point.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ganlab.data.dataset import on_plane
from ganlab.data.plane import DATASETS
from ganlab.digits import metrics as digit_metrics
from ganlab.digits.judge import judge
from ganlab.gan.rng import NOISES, stream
from ganlab.latent import paths as latent
from ganlab.latent.generators import Opened, Source, opened
from ganlab.latent.paths import PATHS
from ganlab.plane import metrics

COLUMNS = 8
"""Images in a row of a sheet."""
CLOUD = 512
"""Number of generated and of real points in the plane's picture."""
CENSUS = 1000
"""Number of seeds, from 0 on, whose samples are classified."""
SURE = 0.9
"""Probability from which a sample counts for its class."""
BEST = 12
"""Number of seeds that are listed for a class."""
STRENGTHS = 33
"""Number of points along a direction."""


@dataclass(frozen=True)
class Strip:
    """The samples at n latent points in a row, with their classes."""

    sheet: bytes = b""
    """The images as one grey PNG, COLUMNS a row; b'' on the plane."""
    points: list[list[float]] = field(default_factory=list)
    """The points (n, 2) on the plane; [] for images."""
    labels: list[int] = field(default_factory=list)
    """The most likely digit or the nearest mode; -1 if it is unknown."""
    sure: list[float] = field(default_factory=list)
    """The classifier's probability of it; on the plane 1 if the point is valid, else 0."""
    norms: list[float] = field(default_factory=list)
    """The norms of the latent points."""
    steps: list[float] = field(default_factory=list)
    """The n - 1 distances between neighbours, in the classifier's features or on the plane."""

    @property
    def length(self) -> float:
        """The length of the whole path through feature space."""
        return sum(self.steps)


@dataclass(frozen=True)
class Walk:
    """The walks from one end to another along several paths."""

    strips: dict[str, Strip]
    """By the key of the path."""
    bend: str
    """The special case of the two ends, see `paths.bend`."""


def walk(store_path: Path, source: Source, a: int, b: int, paths: Sequence[str] = tuple(PATHS)) -> Walk:
    """FRAMES samples along each path between two ends."""
    generator, t = opened(store_path, source), latent.times()
    ends = generator.point(a), generator.point(b)
    routes = [PATHS[path](*ends, t) for path in paths]
    strips = [strip_of(generator, z, made) for z, made in zip(routes, split(generator, routes), strict=True)]
    return Walk(dict(zip(paths, strips, strict=True)), latent.bend(*ends))


def split(generator: Opened, parts: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The samples of several stacks of latent points, generated in one pass."""
    return torch.split(generator.make(torch.cat(list(parts))), [len(part) for part in parts])


def strip_of(generator: Opened, z: Tensor, made: Tensor) -> Strip:
    """The strip of latent points (n, d) and their samples."""
    labels, sure, features = classified(generator, made)
    return Strip(
        **display_fields(generator, made),
        labels=labels.tolist(),
        sure=rounded(sure),
        norms=rounded(z.norm(dim=1)),
        steps=rounded(latent.step_lengths(features)),
    )


def display_fields(generator: Opened, made: Tensor) -> dict[str, Any]:
    """The samples as fields of a Strip: a sheet of images, or points."""
    if generator.on_plane:
        return {"points": [rounded(point) for point in made]}
    return {"sheet": sheet(made)}


def rounded(values: Tensor) -> list[float]:
    """Numbers for JSON, rounded to four places."""
    return [round(float(value), 4) for value in values]


def classified(generator: Opened, made: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(labels (n,), probabilities (n,), features (n, f)) of a generator's samples."""
    if generator.on_plane:
        return *nearest_modes(generator.config.dataset, made), made
    judged = judge(made)
    labels = judged.digits if generator.handwritten else torch.full((len(made),), -1)
    return labels, judged.confidence, digit_metrics.directions(judged.features)


def nearest_modes(dataset: str, points: Tensor) -> tuple[Tensor, Tensor]:
    """The nearest mode of each point (n, 2) and its validity; without modes, -1 and whether it is on the data."""
    data = DATASETS[dataset]
    if data.modes is None or data.std is None:
        on = [metrics.on_data(point[None], data) for point in points.numpy()]
        return torch.full((len(points),), -1), torch.tensor(on)
    distances, labels = torch.cdist(points, on_plane(data.modes)).min(1)
    return labels, (distances <= 3 * data.std).float()


def sheet(images: Tensor) -> bytes:
    """Images (n, 28, 28) in [-1, 1] as one grey PNG, COLUMNS a row, the last row filled up with black."""
    grey = (images * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8).numpy()
    rows = -(-len(grey) // COLUMNS)
    whole = np.concatenate([grey, np.zeros((rows * COLUMNS - len(grey), 28, 28), np.uint8)])
    tiles = whole.reshape(rows, COLUMNS, 28, 28).swapaxes(1, 2).reshape(rows * 28, COLUMNS * 28)
    file = io.BytesIO()
    Image.fromarray(tiles).save(file, "PNG", compress_level=6)
    return file.getvalue()


@dataclass(frozen=True)
class Scene:
    """The background of walks on the plane."""

    extent: float
    real: list[list[float]]
    """(CLOUD, 2)."""
    fake: list[list[float]]
    """(CLOUD, 2)."""
    modes: list[list[float]]
    """(K, 2); [] for data without."""


def scene(store_path: Path, source: Source, psi: float = 1.0) -> Scene:
    """Real and generated points, and the modes."""
    generator = opened(store_path, source)
    data = DATASETS[generator.config.dataset]
    real = on_plane(data.sample(CLOUD, stream(0, "latent", "real")))
    fake = generator.make(latent.truncate(generator.points(range(CLOUD)), psi))
    modes = torch.empty(0, 2) if data.modes is None else on_plane(data.modes)
    return Scene(data.extent, *([rounded(point) for point in points] for points in (real, fake, modes)))


def samples(store_path: Path, source: Source, first: int, count: int, psi: float = 1.0) -> Strip:
    """The samples of the seeds from `first` on, truncated by ψ."""
    generator = opened(store_path, source)
    z = latent.truncate(generator.points(range(first, first + count)), psi)
    return strip_of(generator, z, generator.make(z))


# By class


@lru_cache(6)
def survey(store_path: Path, source: Source) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """(latent points, labels, probabilities, features) of the seeds below CENSUS."""
    generator = opened(store_path, source)
    z = generator.points(range(CENSUS))
    return z, *classified(generator, generator.make(z))


def census(store_path: Path, source: Source) -> dict[int, list[int]]:
    """For each class the seeds below CENSUS with the highest probability, at most BEST, of probability SURE or more."""
    _, labels, sure, _ = survey(store_path, source)
    order = [int(seed) for seed in sure.argsort(descending=True, stable=True) if sure[seed] >= SURE]
    classes = sorted({int(labels[seed]) for seed in order} - {-1})
    return {label: [seed for seed in order if labels[seed] == label][:BEST] for label in classes}


def arithmetic(store_path: Path, source: Source, end: int, minus: int, plus: int, most: float) -> Strip:
    """A point plus 0 to `most` times the difference of two classes' mean z; the classes are those of `survey`."""
    generator, (z, labels, sure, _) = opened(store_path, source), survey(store_path, source)
    named = torch.where(sure >= SURE, labels, -1)
    means, _ = latent.class_means(z, named, max(minus, plus, int(labels.max())) + 1)
    strengths = torch.linspace(0, most, STRENGTHS)
    points = latent.along(generator.point(end), means[plus] - means[minus], strengths)
    return strip_of(generator, points, generator.make(points))


# Maps and directions


def square(store_path: Path, source: Source, corners: Sequence[int], side: int, on_shell: bool) -> Strip:
    """The bilinear map between four ends, row by row from the top; its `steps` have no meaning."""
    generator = opened(store_path, source)
    z = latent.bilinear(torch.stack([generator.point(corner) for corner in corners]), side, on_shell)
    return strip_of(generator, z, generator.make(z))


def atlas(store_path: Path, source: Source, side: int) -> Strip:
    """The map of a 2-dimensional latent space, row by row from the top. Raises ValueError for other dimensions."""
    generator = opened(store_path, source)
    if generator.dim != 2:
        raise ValueError(f"latent_dim={generator.dim}: expected 2")
    z = latent.plane(side, NOISES[generator.noise].reach)
    return strip_of(generator, z, generator.make(z))


@dataclass(frozen=True)
class MovedAlong:
    """A point moved along the principal directions of the first layer."""

    strips: list[Strip]
    """From -most to +most along each direction, with the other offsets fixed."""
    now: Strip
    """The sample at the point with all offsets."""
    shares: list[float]
    """Share of the first layer's variance, by direction."""


def moved_along(store_path: Path, source: Source, end: int, offsets: Sequence[float], most: float) -> MovedAlong:
    """The point of an end, moved by an offset along each of the first principal directions."""
    generator = opened(store_path, source)
    found = latent.principal(generator.first, len(offsets))
    moved = generator.point(end) + torch.tensor(list(offsets)[: len(found.axes)]) @ found.axes
    strengths = torch.linspace(-most, most, STRENGTHS)
    stacks = [moved[None], *(latent.along(moved, axis, strengths) for axis in found.axes)]
    now, *strips = [strip_of(generator, z, made) for z, made in zip(stacks, split(generator, stacks), strict=True)]
    return MovedAlong(strips, now, rounded(found.shares))
