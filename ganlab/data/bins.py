"""Points counted in the bins of a data set: its modes, 32 equal-mass cells, and a grid over the view.

A point that is not finite is in no mode, in no cell and off the grid. Data on a line count the first coordinate alone.
Of most points the square of a fine grid that they are in says all, from tables that are made once for each data set.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np
import torch
from numpy.typing import NDArray

from ganlab.data.dataset import Dataset, Density
from ganlab.gan.rng import stream

Array = NDArray[np.floating]

CELLS = 32
BINS_PER_SIDE = 30
SIDE = 8 * BINS_PER_SIDE  # squares of the fine grid along each side of the view
FINE = 16  # points along each side of a square, where a density is integrated
AT_ONCE = 16384  # points that are counted at once: 128 KB a column
ROUNDING = 1e-6  # wider, relatively, than any rounding of a point's place


@dataclass(frozen=True, eq=False)
class Spots:
    """Where points (..., n, d) are."""

    columns: Array  # (d, ..., n) float64
    inside: NDArray[np.bool_]  # (..., n) whether in view
    square: NDArray[np.intp]  # (..., n) of the fine grid, row by row; SIDE^d out of view


def spots(points: Array, dataset: Dataset) -> Spots:
    """The spots of points (..., n, d)."""
    columns, extent = np.moveaxis(points, -1, 0)[: dataset.dim].astype(np.float64), dataset.extent
    inside: NDArray[np.bool_] = np.all((columns >= -extent) & (columns < extent), axis=0)  # nan: false
    with np.errstate(over="ignore", invalid="ignore"):  # of points out of view
        places = np.minimum(((columns / extent + 1) * (SIDE / 2)).astype(np.int32), SIDE - 1)  # rounding may reach it
        square = reduce(lambda row, column: row * SIDE + column, places[::-1])
    return Spots(columns, inside, np.where(inside, square, SIDE**dataset.dim).astype(np.intp))


def share(kind: str, points: Array, dataset: Dataset) -> Array:
    """The shares (..., B) of points (..., n, d) in the bins of a histogram, a key of HISTOGRAMS."""
    return HISTOGRAMS[kind](spots(points, dataset), dataset)


def counted(points: Array, dataset: Dataset) -> dict[str, Array]:
    """The shares of points (M, n, d) in the bins of every histogram that the data have, (M, B) each."""
    size = max(1, AT_ONCE // points.shape[1])
    some = [spots(points[first : first + size], dataset) for first in range(0, len(points), size)]
    kinds = [key for key in HISTOGRAMS if key != "modes" or dataset.modes is not None]
    return {key: np.concatenate([HISTOGRAMS[key](part, dataset) for part in some]) for key in kinds}


# Histograms: spots of points (..., n) -> shares of all n points.


def mode_shares(seen: Spots, dataset: Dataset) -> Array:
    """(..., K) share of all points whose nearest mode is k and that lie within 3 std of it.

    A perfect sampler has (1 - e^-4.5)/K = 0.9889/K in each, with standard error sqrt(share (1 - share)/n).
    """
    assert dataset.modes is not None
    modes, mode = len(dataset.modes), mode_of(dataset).take(seen.square)
    rows = mode.reshape(-1, mode.shape[-1]) + (modes + 2) * np.arange(mode.size // mode.shape[-1])[:, None] + 1
    sure = np.bincount(rows.ravel(), minlength=len(rows) * (modes + 2)).reshape(len(rows), -1)[:, 1:-1]
    unsure = np.flatnonzero(mode < 0)
    k, point = np.nonzero(_near(seen.columns.reshape(dataset.dim, -1).take(unsure, 1), dataset))
    place = unsure[point] // mode.shape[-1] * modes + k
    found = sure + np.bincount(place, minlength=sure.size).reshape(sure.shape)
    shares: Array = (found / mode.shape[-1]).reshape(*mode.shape[:-1], modes)
    return shares


def _near(columns: Array, dataset: Dataset) -> NDArray[np.bool_]:
    """Columns (d, n) -> (K, n) whether a point is within 3 std of a mode, and no mode is nearer."""
    assert dataset.modes is not None
    assert dataset.std is not None
    with np.errstate(over="ignore", invalid="ignore"):
        squared = sum((x - at[:, None]) ** 2 for x, at in zip(columns, dataset.modes.double().numpy().T, strict=True))
        near: NDArray[np.bool_] = np.asarray(squared <= (3 * dataset.std) ** 2)
        if not apart(dataset):
            near &= squared == np.min(squared, 0)
    return near


def cell_shares(seen: Spots, dataset: Dataset) -> Array:
    """(..., 32) share of all points in each equal-mass cell of the data; points outside the view are in none.

    A perfect sampler has 1/32 in each, with standard error 0.0035.
    """
    return _shares(np.where(seen.inside, _cell(seen, dataset), CELLS), CELLS + 1)[..., :-1]


def cell_of(points: Array, dataset: Dataset) -> NDArray[np.intp]:
    """(...,) the equal-mass cell, 0 to 31, of points (..., n, d); the outermost cells have no bounds."""
    return _cell(spots(points, dataset), dataset)


def _cell(seen: Spots, dataset: Dataset) -> NDArray[np.intp]:
    axes, cuts = cells(dataset)
    node = node_of(dataset).take(seen.square.ravel()).astype(np.intp)
    coordinates, column = seen.columns.ravel(), axes * len(node)
    left = np.flatnonzero(node < CELLS - 1)
    while len(left):
        here = node.take(left)
        node[left] = here = 2 * here + 1 + (coordinates.take(left + column.take(here)) > cuts.take(here))
        left = left[here < CELLS - 1]
    return (node - (CELLS - 1)).reshape(seen.square.shape)


def grid_shares(seen: Spots, dataset: Dataset) -> Array:
    """(..., B) share of the points in each square of a 30 x 30 grid over the view (lowest y first), and off it.

    B is 901; 31 for data on a line, whose view has 30 bins.
    """
    return _shares(coarse(dataset.dim).take(seen.square), BINS_PER_SIDE**dataset.dim + 1)


def _shares(bins: NDArray[np.integer], count: int) -> Array:
    """The shares (..., count) of the numbers of bins (..., n)."""
    *shape, n = bins.shape
    rows = bins.reshape(-1, n) + count * np.arange(bins.size // n)[:, None]
    shares: Array = np.bincount(rows.ravel(), minlength=len(rows) * count).reshape(*shape, count) / n
    return shares


# What the squares of the fine grid say: tables (SIDE^d + 1,), the last for points out of view.


@lru_cache(2)
def coarse(dim: int) -> NDArray[np.int16]:
    """The square of the coarser grid."""
    place = np.arange(SIDE) * BINS_PER_SIDE // SIDE
    squares = reduce(lambda row, column: np.add.outer(row * BINS_PER_SIDE, column), [place] * dim)
    return np.append(squares, BINS_PER_SIDE**dim).astype(np.int16)


@lru_cache(64)
def node_of(dataset: Dataset) -> NDArray[np.int16]:
    """The last node of the tree of cuts, or its leaf, that is certain for the whole square."""
    axes, cuts = cells(dataset)
    centre, half = _squares(dataset)
    node, sure = np.zeros(centre.shape[1:], np.intp), np.ones(centre.shape[1:], bool)
    for _ in range(CELLS.bit_length() - 1):
        beyond = np.where(axes[node] == 0, centre[0], centre[-1]) - cuts[node]
        sure &= np.abs(beyond) > half
        node = np.where(sure, 2 * node + 1 + (beyond > 0), node)
    return np.append(node, 0).astype(np.int16)


@lru_cache(64)
def mode_of(dataset: Dataset) -> NDArray[np.int16]:
    """The mode that holds the whole square within 3 std, K where none reaches it, -1 where that is not certain."""
    assert dataset.modes is not None
    assert dataset.std is not None
    centre, half = _squares(dataset)
    nearest, mode = np.full(centre.shape[1:], np.inf), np.zeros(centre.shape[1:], np.int16)
    for k, place in enumerate(dataset.modes.double().numpy()):
        distance = np.linalg.norm(centre - place[:, None], axis=0)
        mode[distance < nearest] = k
        nearest = np.minimum(distance, nearest)
    beyond, reach = nearest - 3 * dataset.std, half * math.sqrt(dataset.dim)
    mode[beyond > reach] = len(dataset.modes)
    mode[(np.abs(beyond) <= reach) | (not apart(dataset))] = -1
    return np.append(mode, np.int16(-1))


def _squares(dataset: Dataset) -> tuple[Array, float]:
    """The centres (d, SIDE^d) of the fine grid's squares, and half their width and a little more."""
    axis = ((np.arange(SIDE) + 0.5) / SIDE * 2 - 1) * dataset.extent
    centres = np.stack(np.meshgrid(*[axis] * dataset.dim)).reshape(dataset.dim, -1)
    return centres, dataset.extent * (1 / SIDE + ROUNDING)


HISTOGRAMS: dict[str, Callable[[Spots, Dataset], Array]] = {
    "modes": mode_shares,
    "cells": cell_shares,
    "grid": grid_shares,
}

# Properties of the data, computed once per data set.


def grid_resolves(data: Dataset) -> bool:
    """Whether the grid resolves the data: their modes are wider than its squares, or they have no modes."""
    return data.std is None or data.std > 2 * data.extent / BINS_PER_SIDE


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
        mass = share("grid", _real(dataset, "grid", 400_000), dataset)
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


def _real(dataset: Dataset, purpose: str, n: int) -> Array:
    return dataset.sample(n, stream(0, "metrics", purpose)).numpy()
