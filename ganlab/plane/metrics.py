"""Metrics of generated points against a data set; each is a formula of one histogram of the points.

The histograms are the modes, 32 equal-mass cells, and a grid over the view. `measure` computes each histogram once for
all metrics; `METRICS[key].compute` is the definition.
A point that is not finite is in no mode, in no cell and off the grid. Sampling errors are for n = 2500 points.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ganlab.data.dataset import Dataset, Density
from ganlab.gan.rng import stream

Array = NDArray[np.floating]

EVAL_POINTS = 2500  # as VEEGAN (arXiv:1705.07761) and PacGAN (arXiv:1712.04086)
CELLS = 32
BINS_PER_SIDE = 30
FINE = 16  # points along each side of a square, where a density is integrated
FLOOR_DRAWS = 200
AT_ONCE = 8192  # points whose histograms are made at once: 64 KB a column


@dataclass(frozen=True)
class Metric:
    """`formula(shares (..., B), dataset) -> (...)` of the shares that points have in the bins of `histogram`."""

    histogram: str  # key of HISTOGRAMS
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
        return float(self.formula(HISTOGRAMS[self.histogram](points, dataset), dataset))


def measure(points: Array, dataset: Dataset) -> tuple[dict[str, Array], Array]:
    """Every metric, and the shares, of points (M, n, d), all at once: ({key: (M,)}, (M, K))."""
    kinds = [key for key in HISTOGRAMS if key != "modes" or dataset.modes is not None]
    size = max(1, AT_ONCE // points.shape[1])
    some = [points[first : first + size] for first in range(0, len(points), size)]
    counted = {key: np.concatenate([HISTOGRAMS[key](part, dataset) for part in some]) for key in kinds}
    undefined = np.full(len(points), np.nan)
    values = {
        key: metric.formula(counted[metric.histogram], dataset) if metric.histogram in counted else undefined
        for key, metric in METRICS.items()
    }
    return values, counted.get("modes", counted["cells"])


def shares(points: Array, dataset: Dataset) -> Array:
    """(K,) share of all points that are valid in each mode; (32,) share in each equal-mass cell for data without."""
    return cell_shares(points, dataset) if dataset.modes is None else mode_shares(points, dataset)


# Histograms: points (..., n, d) -> shares of all n points. Data on a line count the first coordinate alone.


def mode_shares(points: Array, dataset: Dataset) -> Array:
    """(..., K) share of all points whose nearest mode is k and that lie within 3 std of it.

    A perfect sampler has (1 - e^-4.5)/K = 0.9889/K in each, with standard error sqrt(share (1 - share)/n).
    """
    assert dataset.modes is not None
    assert dataset.std is not None
    x, *rest = _columns(points, dataset)
    axes = (..., *[None] * x.ndim)
    with np.errstate(over="ignore", invalid="ignore"):
        centre, *others = dataset.modes.double().numpy().T
        squared = (x - centre[axes]) ** 2
        for y, other in zip(rest, others, strict=True):
            squared += (y - other[axes]) ** 2
        valid = squared <= (3 * dataset.std) ** 2
        if not apart(dataset):
            valid &= squared == squared.min(0)
    shares: Array = np.ascontiguousarray(np.moveaxis(valid.sum(-1), 0, -1)) / x.shape[-1]
    return shares


def cell_shares(points: Array, dataset: Dataset) -> Array:
    """(..., 32) share of all points in each equal-mass cell of the data; points outside the view are in none.

    A perfect sampler has 1/32 in each, with standard error 0.0035.
    """
    columns = _columns(points, dataset)
    return _shares(_cell(columns, dataset), CELLS, _inside(columns, dataset.extent))


def cell_of(points: Array, dataset: Dataset) -> NDArray[np.intp]:
    """(...,) the equal-mass cell, 0 to 31, of points (..., n, d); the outermost cells have no bounds."""
    return _cell(_columns(points, dataset), dataset)


def _cell(columns: Array, dataset: Dataset) -> NDArray[np.intp]:
    axes, cuts = cells(dataset)
    horizontal, node = axes == 0, np.zeros(columns.shape[1:], np.intp)
    for _ in range(CELLS.bit_length() - 1):
        node = 2 * node + 1 + (np.where(horizontal[node], columns[0], columns[-1]) > cuts[node])
    return node - (CELLS - 1)


def grid_shares(points: Array, dataset: Dataset) -> Array:
    """(..., B) share of the points in each square of a 30 x 30 grid over the view (lowest y first), and off it.

    B is 901; 31 for data on a line, whose view has 30 bins.
    """
    columns = _columns(points, dataset)
    inside, most, squares = _inside(columns, dataset.extent), BINS_PER_SIDE - 1, BINS_PER_SIDE**dataset.dim
    scaled = np.where(inside, columns, 0) / dataset.extent
    places = np.minimum(((scaled + 1) * (BINS_PER_SIDE / 2)).astype(np.intp), most)  # rounding may reach the edge
    place = reduce(lambda row, column: row * BINS_PER_SIDE + column, places[::-1])
    return _shares(np.where(inside, place, squares), squares + 1)


def _columns(points: Array, dataset: Dataset) -> Array:
    """(..., n, d) -> (d, ..., n)."""
    return np.stack([np.asarray(points[..., axis], np.float64) for axis in range(dataset.dim)])


def _inside(columns: Array, extent: float) -> NDArray[np.bool_]:
    """Columns (2, ..., n) -> (..., n); a comparison with nan is false."""
    inside: NDArray[np.bool_] = np.all((columns >= -extent) & (columns < extent), axis=0)
    return inside


def _shares(bins: NDArray[np.intp], count: int, counted: NDArray[np.bool_] | None = None) -> Array:
    """The shares (..., count) of the numbers of bins (..., n), as far as they are counted, among all n."""
    *shape, n = bins.shape
    rows = bins.reshape(-1, n) + count * np.arange(bins.size // n)[:, None]
    found = rows if counted is None else rows[counted.reshape(-1, n)]
    shares: Array = np.bincount(found.ravel(), minlength=len(rows) * count).reshape(*shape, count) / n
    return shares


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
    """JS(p, q) = H((p + q)/2) - (H(p) + H(q))/2 in nats of masses (..., B); 0 to log 2."""
    mean = (p + q) / 2
    return bin_sum(xlogx(p) / 2 + xlogx(q) / 2 - xlogx(mean))


# Properties of the data, computed once per data set.


def likely(dataset: Dataset) -> Array | float:
    """The probability of each mode, (K,); one number if they are even."""
    assert dataset.modes is not None
    return 1 / len(dataset.modes) if dataset.weights is None else dataset.weights.double().numpy()


@lru_cache(64)
def apart(dataset: Dataset) -> bool:
    """Whether no point is within 3 std of two modes."""
    assert dataset.modes is not None
    assert dataset.std is not None
    return bool(torch.pdist(dataset.modes.double()).min() > 6 * dataset.std) if len(dataset.modes) > 1 else True


@lru_cache(64)
def cells(dataset: Dataset) -> tuple[NDArray[np.intp], Array]:
    """The axis (31,) and position (31,) of the cuts that halve the data five times, in heap order.

    Each cut is the median of a seeded sample along its longer axis, so a cell's mass is 1/32 with a
    standard error of 1.5 %.
    """
    groups = [_real(dataset, "cells", 131_072)]
    axes: list[int] = []
    cuts: list[float] = []
    while len(axes) < CELLS - 1:
        group = groups.pop(0)
        axes.append(int(group.std(0).argmax()))
        cuts.append(float(np.median(group[:, axes[-1]])))
        above = group[:, axes[-1]] > cuts[-1]
        groups += [group[~above], group[above]]
    return np.array(axes), np.array(cuts)


@lru_cache(64)
def grid_mass(dataset: Dataset) -> Array:
    """(B,) mass of the data in each square of the grid and off it; sums to 1.

    If the density is known, by the midpoint rule on 16 points along each side of a square; else from 400 000 points.
    """
    if dataset.density is None:
        mass = grid_shares(_real(dataset, "grid", 400_000), dataset)
    else:
        integrate = _integrate if dataset.dim == 2 else integrated
        squares = integrate(dataset.density, dataset.extent, BINS_PER_SIDE)
        mass = np.append(squares, max(0.0, 1 - squares.sum()))
    mass /= mass.sum()
    mass.setflags(write=False)
    return mass


def _integrate(density: Density, extent: float, bins: int) -> Array:
    """(bins^2,) integral of a density over each square, one row of squares at a time."""
    ticks, area, rows = _ticks(extent, bins), (2 * extent / (bins * FINE)) ** 2, []
    for y in torch.split(ticks, FINE):
        points = torch.cartesian_prod(y, ticks).flip(-1)
        rows.append(density(points).view(FINE, bins, FINE).sum((0, 2)) * area)
    return torch.cat(rows).numpy()


def integrated(density: Density, extent: float, bins: int) -> Array:
    """(bins,) integral of a density on a line over each bin of the view."""
    ticks, width = _ticks(extent, bins), 2 * extent / (bins * FINE)
    masses: Array = density(ticks[:, None]).view(bins, FINE).sum(-1).mul(width).numpy()
    return masses


def _ticks(extent: float, bins: int) -> torch.Tensor:
    """The middles of FINE parts of each bin of the view."""
    return ((torch.arange(bins * FINE, dtype=torch.float64) + 0.5) / (bins * FINE) * 2 - 1) * extent


@lru_cache(64)
def js_floor(dataset: Dataset, n: int = EVAL_POINTS) -> tuple[float, float]:
    """Mean and 95th percentile of `js` over 200 perfect samples of n points: the floor of the metric."""
    rng = stream(0, "metrics", "floor")
    draws = [grid_shares(dataset.sample(n, rng).numpy(), dataset) for _ in range(FLOOR_DRAWS)]
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
    return float(grid_shares(points, dataset)[_typical(dataset)].sum())


def _real(dataset: Dataset, purpose: str, n: int) -> Array:
    return dataset.sample(n, stream(0, "metrics", purpose)).numpy()


HISTOGRAMS: dict[str, Callable[[Array, Dataset], Array]] = {
    "modes": mode_shares,
    "cells": cell_shares,
    "grid": grid_shares,
}

METRICS: dict[str, Metric] = {
    "modes_covered": Metric("modes", modes_covered, "modes", True, "github.com/brycesandlund/paired-discriminator"),
    "modes_hit": Metric("modes", modes_hit, "modes", True, "VEEGAN, arXiv:1705.07761; PacGAN, arXiv:1712.04086"),
    "cells_covered": Metric("cells", cells_covered, "share", True, "ours"),
    "valid": Metric("modes", valid_share, "share", True, "VEEGAN, arXiv:1705.07761; PacGAN, arXiv:1712.04086"),
    "mode_tv": Metric("modes", mode_tv, "share", False, "github.com/brycesandlund/paired-discriminator"),
    "reverse_kl": Metric("modes", reverse_kl, "nats", False, "PacGAN, arXiv:1712.04086"),
    "js": Metric("grid", js, "nats", False, "GAN Lab, arXiv:1809.01587, with the mass off its grid counted"),
}
