"""Measures a generator's latent space: path lengths, truncation, variety. Pure functions of a source, like `walks`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from ganlab.data.dataset import on_plane
from ganlab.data.images import IMAGE_SETS
from ganlab.data.plane import DATASETS
from ganlab.digits import metrics
from ganlab.digits.reference import TRAINING, Shares, reference
from ganlab.gan.rng import stream
from ganlab.latent import paths
from ganlab.latent.generators import Opened, Source, opened
from ganlab.latent.paths import PATHS
from ganlab.latent.walks import CENSUS, SURE, classified, survey
from ganlab.plane.config import PlaneConfig

WALKS = 200
"""Number of random pairs for a perceptual path length."""
PSIS = (0.0, 0.25, 0.5, 0.7, 0.85, 1.0, 1.25, 1.5)
"""The truncations ψ that are measured."""
MEASURED = 1000
"""Number of samples at each of them."""


def path_length(store_path: Path, source: Source, path: str) -> tuple[float, float]:
    """Perceptual path length: the mean over WALKS random pairs, each at a random t, and its standard error.

    The features are those of Strip: the classifier's features at length 1, or the coordinates on the plane.
    """
    generator, rng = opened(store_path, source), stream(0, "latent", "ppl")
    ends = generator.points(range(2 * WALKS))
    t = torch.rand(WALKS, generator=rng, dtype=torch.float64) * (1 - paths.EPSILON)
    features = partial(features_of, generator)
    lengths = paths.perceptual_path_length(features, ends[::2], ends[1::2], t, PATHS[path])
    return paths.trimmed_mean(lengths), float(lengths.std()) / WALKS**0.5


def truncation(store_path: Path, source: Source, psi: float) -> tuple[float, float, float]:
    """`likeness` of MEASURED samples truncated by ψ."""
    generator = opened(store_path, source)
    return likeness(generator, features_of(generator, paths.truncate(generator.points(range(MEASURED)), psi)))


def likeness(generator: Opened, features: Tensor) -> tuple[float, float, float]:
    """(precision, recall, coverage) of the features (n, f) of generated samples against as many real samples.

    Scattered samples have large balls and so a high recall. Coverage uses the balls of the real samples.
    """
    against = reference(training_shares(generator))
    near = metrics.neighbours(real_features(generator), features)
    precision, recall = metrics.precision(near, against), metrics.recall(near, against)
    return precision, recall, metrics.coverage(near, against)


def training_shares(generator: Opened) -> Shares:
    """The share of each digit in the training data."""
    if isinstance(generator.config, PlaneConfig):
        return TRAINING
    return IMAGE_SETS[generator.config.dataset].shares(generator.config.classes)


def features_of(generator: Opened, z: Tensor) -> Tensor:
    """The features (n, f) of the samples at latent points, for precision and recall."""
    return classified(generator, generator.make(z))[2]


def real_features(generator: Opened) -> Tensor:
    """The same features of real data, (at most MEASURED, f)."""
    if generator.on_plane:
        return on_plane(DATASETS[generator.config.dataset].sample(MEASURED, stream(0, "latent", "real")))
    return metrics.directions(reference(training_shares(generator)).features[:MEASURED])


@dataclass(frozen=True)
class Variety:
    """Measures that reveal a collapse, of the samples of the seeds below CENSUS."""

    classes: int
    """Number of digits or modes with at least 1 % of all samples, counting samples of probability SURE or more."""
    largest: float
    """Share of all samples in the most frequent class."""
    precision: float
    recall: float
    coverage: float


def variety(store_path: Path, source: Source) -> Variety:
    """The variety of a generator's samples."""
    generator, (_, labels, sure, features) = opened(store_path, source), survey(store_path, source)
    counts = torch.bincount(labels[(labels >= 0) & (sure >= SURE)], minlength=1)
    classes, largest = int((counts >= 0.01 * CENSUS).sum()), float(counts.max()) / CENSUS
    return Variety(classes, largest, *likeness(generator, features))
