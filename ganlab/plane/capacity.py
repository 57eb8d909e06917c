"""What a generator on the plane cannot draw, however long it is trained."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from ganlab.data.plane import DATASETS
from ganlab.gan.rng import NOISES, stream
from ganlab.plane.config import PlaneConfig
from ganlab.plane.metrics import EVAL_POINTS, METRICS

NEAR = 16
"""Number of neighbouring points that show whether the points lie on a curve."""
THIN, WIDE = 0.1, 0.5
"""Flatness of the points of a curve, at most, and of data that fill an area, at least. Generators with noise of one
dimension had 0.005 to 0.035; the data have 0.4 (the spirals) to 0.8."""
MOMENT_POINTS = 20_000


def curve_of(now: PlaneConfig) -> str | None:
    """The field that forces G's points on a curve: a single number of which all layers after it are functions.

    None also for data on a line, which such a G can draw.
    """
    if now.dim == 1:
        return None
    if now.latent_dim == 1:
        return "latent_dim"
    return "g_width" if now.g_depth and now.g_width == 1 else None


def flatness(points: np.ndarray) -> float:
    """How wide the points (n, 2) are around a typical one, as a share of how long: 0 on a curve, about 0.7 in an area.

    The median over the points of the ratio of the standard deviations of the nearest NEAR points along their two
    principal axes. nan with fewer finite points.
    """
    seen = points[np.isfinite(points).all(-1)].astype(float)
    if len(seen) <= NEAR:
        return float("nan")
    squared = ((seen[:, None] - seen) ** 2).sum(-1)
    near = seen[np.argpartition(squared, NEAR, axis=1)[:, :NEAR]]
    centred = near - near.mean(1, keepdims=True)
    narrow, long = np.linalg.eigvalsh(np.einsum("nki,nkj->nij", centred, centred)).T
    return float(np.median(np.sqrt(np.maximum(narrow, 0) / np.maximum(long, 1e-12))))


@lru_cache(maxsize=64)
def data_flatness(dataset: str, count: int) -> float:
    """The flatness of so many points of the data."""
    return flatness(DATASETS[dataset].sample(count, stream(0, "capacity", "data")).numpy())


@lru_cache(maxsize=64)
def best_affine_js(dataset: str, noise: str) -> float:
    """The JS divergence from the data of noise of the data's dimension, shifted and stretched to the data's moments.

    It is what a G without a hidden layer can reach, about: such a G only shifts and stretches its noise.
    """
    data = DATASETS[dataset]
    real = data.sample(MOMENT_POINTS, stream(0, "capacity", "moments")).double()
    z = NOISES[noise].sample(EVAL_POINTS, data.dim, generator=stream(0, "capacity", "noise")).double()
    unit = (z - z.mean(0)) / z.std(0)
    spread, axes = torch.linalg.eigh(torch.atleast_2d(real.T.cov()))
    points = real.mean(0) + unit * spread.clamp(min=0).sqrt() @ axes.T
    return METRICS["js"].compute(points.numpy(), data)
