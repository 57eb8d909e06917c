"""Metrics of generated points against a data set; each is a formula of one histogram of the points.

The histograms are the modes, 32 equal-mass cells, and a grid over the view. `measure` computes each histogram once for
all metrics; `METRICS[key].compute` is the definition.
A point that is not finite is in no mode, in no cell and off the grid. Sampling errors are for n = 2500 points.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganlab.data.bins import CELLS, Array, counted, grid_mass, share
from ganlab.data.dataset import Dataset
from ganlab.gan.rng import stream

EVAL_POINTS = 2500  # as VEEGAN (arXiv:1705.07761) and PacGAN (arXiv:1712.04086)
FLOOR_DRAWS = 200


@dataclass(frozen=True)
class Metric:
    """`formula(shares (..., B), dataset) -> (...)` of the shares that points have in the bins of `histogram`."""

    histogram: str  # key of `bins.HISTOGRAMS`
    formula: Callable[[Array, Dataset], Array]
    unit: str
    higher_is_better: bool
    source: str

    def compute(self, points: Array, dataset: Dataset) -> float:
        """Value for points (n, d); nan where undefined. Raises ValueError unless n >= 1."""
        if np.ndim(points) != 2 or np.shape(points)[1] != dataset.dim or not len(points):
            raise ValueError(f"points of shape {np.shape(points)}: expected (n, {dataset.dim}) with n >= 1")
        if self.histogram == "modes" and dataset.modes is None:
            return math.nan
        return float(self.formula(share(self.histogram, points, dataset), dataset))


def measure(points: Array, dataset: Dataset) -> tuple[dict[str, Array], Array]:
    """Every metric, and the shares, of points (M, n, d), all at once: ({key: (M,)}, (M, K))."""
    found, undefined = counted(points, dataset), np.full(len(points), np.nan)
    values = {
        key: metric.formula(found[metric.histogram], dataset) if metric.histogram in found else undefined
        for key, metric in METRICS.items()
    }
    return values, found.get("modes", found["cells"])


def shares(points: Array, dataset: Dataset) -> Array:
    """(K,) share of all points that are valid in each mode; (32,) share in each equal-mass cell for data without."""
    return share("cells" if dataset.modes is None else "modes", points, dataset)


# Formulas: shares (..., B) -> (...).


def modes_covered(shares: Array, dataset: Dataset) -> Array:
    """Number of modes that hold at least 1 % of all points as valid points; 0 to K.

    A perfect sampler scores K: a mode of 12 % (4 % for 25 modes) practically never falls below 1 %. A smear may also
    score K: compare it with the valid share.
    """
    return bin_sum(shares >= 0.01).astype(float)


def modes_hit(shares: Array, dataset: Dataset) -> Array:
    """Number of modes that hold at least one valid point; 0 to K. Grows with n; a perfect sampler scores K."""
    return bin_sum(shares > 0).astype(float)


def cells_covered(shares: Array, dataset: Dataset) -> Array:
    """Share of the 32 equal-mass cells that hold at least a quarter of their mass, 1/128 of all points; 0 to 1.

    A perfect sampler scores 1: a quarter is 6.7 standard errors below the mass. A smear may also score 1: compare it
    with js.
    """
    return bin_sum(shares >= 0.25 / CELLS) / CELLS


def valid_share(shares: Array, dataset: Dataset) -> Array:
    """Share of points within 3 std of their nearest mode, 0 to 1; standard error at most 0.01, no bias.

    A perfect sampler scores 1 - e^-4.5 = 0.9889 +- 0.0021. A larger share means that the modes are too narrow.
    """
    return bin_sum(shares)


def mode_tv(shares: Array, dataset: Dataset) -> Array:
    """Total variation (sum_k |p_k - w_k| + p_invalid)/2 of the modes' shares from the data's, w_k = 1/K or weights.

    A perfect sampler scores 0.027 +- 0.006 for 8 modes and 0.045 +- 0.006 for 25, from its 1.1 % outside 3 std and from
    sampling noise (the bias). m of M modes, equally likely and valid, score 1 - m/M; no valid point scores 1.
    """
    return (bin_sum(np.abs(shares - likely(dataset))) + 1 - bin_sum(shares)) / 2


def reverse_kl(shares: Array, dataset: Dataset) -> Array:
    """KL(p || w) in nats over the modes of the valid points, log K - H(p) if even; nan if none is valid.

    A perfect sampler scores its bias, (K - 1)/2n: 0.0014 for 8 modes, 0.0048 for 25. m of M modes evenly: log(M/m).
    """
    valid = shares.sum(-1, keepdims=True)
    p = np.divide(shares, valid, out=np.full(shares.shape, np.nan), where=valid > 0)
    if dataset.weights is not None:
        return bin_sum(xlogx(p) - p * np.log(likely(dataset)))
    return math.log(shares.shape[-1]) + bin_sum(xlogx(p))


def js(shares: Array, dataset: Dataset) -> Array:
    """Jensen-Shannon divergence in nats of the points' grid shares from the data's; 0 to log 2.

    The mass off the grid has its own bin. The bias is up to +(occupied bins - 1)/8n: a perfect sampler scores
    `js_floor`, 0.005 (line) to 0.026 (gaussian), +- 0.001. All points off the grid score log 2, less the data's share
    there. Differences within one square have no effect.
    """
    return jensen_shannon(shares, grid_mass(dataset))


def bin_sum(values: NDArray[Any]) -> Array:
    """The sum over the bins, (..., B) -> (...)."""
    total: Array = values.sum(-1)
    return total


def xlogx(p: Array) -> Array:
    """p log p, elementwise; 0 at 0."""
    p = np.asarray(p)
    return np.multiply(p, np.log(p, where=p > 0, out=np.zeros_like(p)))


def jensen_shannon(p: Array, q: Array) -> Array:
    """JS(p, q) = H((p + q)/2) - (H(p) + H(q))/2 in nats of masses p (..., B) and q (B,); 0 to log 2."""
    terms = np.empty(np.shape(p))
    terms[...] = xlogx(q) / 2 - xlogx(q / 2)  # where p is 0, as in most bins
    filled = np.flatnonzero(p > 0)
    mine, its = np.ravel(p)[filled], q[filled % len(q)]
    terms.ravel()[filled] = xlogx(mine) / 2 + xlogx(its) / 2 - xlogx((mine + its) / 2)
    return bin_sum(terms)


def likely(dataset: Dataset) -> Array | float:
    """The probability of each mode, (K,); one number if they are even."""
    assert dataset.modes is not None
    return 1 / len(dataset.modes) if dataset.weights is None else dataset.weights.double().numpy()


@lru_cache(64)
def js_floor(dataset: Dataset, n: int = EVAL_POINTS) -> tuple[float, float]:
    """Mean and 95th percentile of `js` over 200 perfect samples of n points: the floor of the metric."""
    rng = stream(0, "metrics", "floor")
    draws = [share("grid", dataset.sample(n, rng).numpy(), dataset) for _ in range(FLOOR_DRAWS)]
    scores = js(np.stack(draws), dataset)
    return float(scores.mean()), float(np.quantile(scores, 0.95))


@lru_cache(64)
def _typical(dataset: Dataset) -> NDArray[np.bool_]:
    """(B,) whether a square is among the fewest that hold 99 % of the data; false for the bin off the grid."""
    mass = grid_mass(dataset)
    order = np.argsort(mass[:-1])[::-1]
    needed = int(np.searchsorted(np.cumsum(mass[order]), 0.99)) + 1
    return np.isin(np.arange(len(mass)), order[:needed])


def on_data(points: Array, dataset: Dataset) -> float:
    """Share of points in the fewest squares of the grid that hold 99 % of the data, 0 to 1.

    It replaces `valid` for data without modes. A perfect sampler scores just over 0.99.
    """
    return float(share("grid", points, dataset)[_typical(dataset)].sum())


METRICS: dict[str, Metric] = {
    "modes_covered": Metric("modes", modes_covered, "modes", True, "github.com/brycesandlund/paired-discriminator"),
    "modes_hit": Metric("modes", modes_hit, "modes", True, "VEEGAN, arXiv:1705.07761; PacGAN, arXiv:1712.04086"),
    "cells_covered": Metric("cells", cells_covered, "share", True, "ours"),
    "valid": Metric("modes", valid_share, "share", True, "VEEGAN, arXiv:1705.07761; PacGAN, arXiv:1712.04086"),
    "mode_tv": Metric("modes", mode_tv, "share", False, "github.com/brycesandlund/paired-discriminator"),
    "reverse_kl": Metric("modes", reverse_kl, "nats", False, "PacGAN, arXiv:1712.04086"),
    "js": Metric("grid", js, "nats", False, "GAN Lab, arXiv:1809.01587, with the mass off its grid counted"),
}
