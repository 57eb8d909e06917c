"""The picture of data on a line: D, the density of G's points and the optimal D of the moment, as curves over x."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganlab.data.bins import integrated
from ganlab.data.dataset import Dataset
from ganlab.data.plane import DATASETS
from ganlab.gan.losses import LOSSES
from ganlab.gan.rng import NOISES, stream
from ganlab.gan.theory import optimal_d
from ganlab.plane.config import PlaneConfig

BINS = 96
"""Bins of the view over which densities are means."""
JOINED = 1024
"""z with equal mass between neighbours, where z is one number."""
DRAWN = 4096
"""Random z where it has more coordinates."""
CURVES = ("d", "density", "optimal")
"""D's output in the middle of each bin, as a probability where the loss makes it one; p_g; the optimal D."""


def curves(now: PlaneConfig, generate: Callable[[Tensor], Tensor], judge: Callable[[Tensor], Tensor]) -> dict[str, Any]:
    """The field of a frame with the CURVES of each member, (M, 3, BINS); none for data on the plane.

    `generate`: z (n, latent_dim) -> (M, n, 1), `judge`: x (n, 1) -> (M, n).
    """
    data = DATASETS[now.dataset]
    if data.dim != 1:
        return {}
    with torch.no_grad():
        points, d = generate(latent(now))[..., 0], judge(middles(data.extent))
    density = np.stack([density_of(one, data.extent, joined=now.latent_dim == 1) for one in points.double().numpy()])
    d = d.sigmoid() if LOSSES[now.loss].probability else d
    return {"curves": np.stack([d.numpy(), density, optimal(now, density)], 1).astype(np.float32)}


@lru_cache(16)
def latent(now: PlaneConfig) -> Tensor:
    """The z whose images are counted, (n, latent_dim)."""
    noise = NOISES[now.noise]
    if now.latent_dim == 1:
        return noise.quantile((torch.arange(JOINED) + 0.5) / JOINED)[:, None]
    return noise.sample(DRAWN, now.latent_dim, generator=stream(now.seed, "frame", "density"))


def edges(extent: float) -> np.ndarray:
    """(BINS + 1,) where the bins of the view begin and end."""
    return np.linspace(-extent, extent, BINS + 1)


def middles(extent: float) -> Tensor:
    """(BINS, 1) the middles of the bins."""
    cuts = edges(extent)
    return torch.tensor((cuts[1:] + cuts[:-1]) / 2, dtype=torch.float32)[:, None]


def density_of(points: np.ndarray, extent: float, joined: bool) -> np.ndarray:
    """(BINS,) the mean density of points (n,) in each bin of the view; its integral is the share of points in view.

    `joined`: points are the images of ascending z with equal mass between neighbours, and that mass lies evenly between
    theirs: the change of variables p_z(z) / |G'(z)|, summed over the branches, of a G that is linear between them.
    Without, it is a histogram.
    """
    cuts, shown = edges(extent), points[np.isfinite(points)]
    if joined and len(shown) == len(points):
        low, high = np.sort(np.stack([points[1:], points[:-1]]), 0)
        width = np.maximum(high - low, 1e-9)
        below = ((cuts[:, None] - low) / width).clip(0, 1).mean(-1)
    else:
        below = np.searchsorted(np.sort(shown), cuts) / len(points)
    density: np.ndarray = np.diff(below) / np.diff(cuts)
    return density


@lru_cache(16)
def data_density(dataset: Dataset) -> np.ndarray:
    """(BINS,) the data's mean density in each bin."""
    assert dataset.density is not None
    return integrated(dataset.density, dataset.extent, BINS) * (BINS / (2 * dataset.extent))


def optimal(now: PlaneConfig, density: np.ndarray) -> np.ndarray:
    """The output of the optimal D against p_g in each bin, (M, BINS); nan where it is not known, see `has_optimal`."""
    if not has_optimal(now):
        return np.full_like(density, np.nan)
    return optimal_d(data_density(DATASETS[now.dataset]), density, now.label_smoothing)


def has_optimal(now: PlaneConfig) -> bool:
    """Whether D's optimum has a closed form: the loss labels each point, and D sees it alone and without noise."""
    alone = now.packing == 1 and not now.minibatch_layer and not now.instance_noise
    return alone and LOSSES[now.loss].spoken is not None


def total_variation(density: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Total variation ½ ∫ |p - p_g| from the data of densities (..., BINS) over the bins, mass out of view counted."""
    width = 2 * dataset.extent / BINS
    p, q = data_density(dataset) * width, density * width
    beyond = np.abs((1 - p.sum()) - (1 - q.sum(-1)))
    distance: np.ndarray = (np.abs(p - q).sum(-1) + beyond) / 2
    return distance
