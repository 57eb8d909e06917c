"""Finds the regions of data without modes that get too few generated points: the holes.

A hole is a connected region that gets less than a quarter of its due: two or more neighbouring cells of the 32, or a
whole component of the data. Components are those of single linkage: points closer than LINK are linked.
`python -m benchmarks.holes` measures false alarms and what is found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ganlab.data.bins import CELLS, cell_of
from ganlab.data.dataset import Dataset, on_plane
from ganlab.data.plane import DATASETS
from ganlab.gan.rng import stream
from ganlab.plane.frame import POINTS, Frame

Array = NDArray[np.floating]
Place = tuple[float, float]
Region = tuple[Place, ...]
"""Places of the data inside a hole, far apart from each other."""

DUE = 0.25
"""Share of its due from which on a region is covered; that of `cells_covered`, too."""
LINK = 1 / 15
"""Distance, in half-widths of the view, below which points are linked: the side of a square in which js counts."""
SAMPLE, WEIGHED = 1024, 16_384
"""Points that stand for the data, and points from which the mass of their components is known."""
LEAST = 0.015
"""Least mass of a component and of a hole; smaller ones are too few of a frame's POINTS to be judged."""
RARE = 1e-3
"""Chance, over all components together, that a perfect sampler leaves one with too few of a frame's POINTS."""
SIDE = 80
"""Squares per side of the raster that tells the component of a point."""
PLACES = 24
"""Places that mark a hole, at most."""


@dataclass(frozen=True, eq=False)
class Regions:
    """What the data consist of. A piece is the part of a component that lies in one cell."""

    points: Array
    """(N, 2) the points of the components."""
    piece: NDArray[np.intp]
    """(N,) the piece of each."""
    mass: Array
    """(P,) share of the data in each piece."""
    cell: NDArray[np.intp]
    """(P,) its cell."""
    component: NDArray[np.intp]
    """(P,) its component."""
    joined: NDArray[np.bool_]
    """(P, P) whether two pieces have points that are linked."""
    due: Array
    """(C,) share of the data in each component."""
    raster: NDArray[np.intp]
    """(SIDE, SIDE) the component at a place of the view, lowest y first; -1: none."""


def holes(frames: Sequence[Frame], dataset: str, member: int = 0) -> list[Region]:
    """The holes of a member, the largest first: what gets too little in the last frame and in the mean of all frames.

    The data have no modes. Raises ValueError without frames.
    """
    if not frames:
        raise ValueError("frames=[]: expected at least one frame")
    data = regions(DATASETS[dataset])
    cells = np.stack([frame.shares[member] for frame in frames])
    parts = np.stack([component_shares(frame.fake[member], DATASETS[dataset]) for frame in frames])
    dark, lost = short(cells, np.full(CELLS, DUE / CELLS)), short(parts, least_shares(data))
    missing = lost[data.component] | beside_dark(data, dark)
    return [places(data, group) for group in groups(data, missing)]


def short(shares: Array, least: Array) -> NDArray[np.bool_]:
    """(K,) whether shares (F, K) are below the least ones (K,) in the last row and on average."""
    found: NDArray[np.bool_] = np.logical_and(shares[-1] < least, shares.mean(0) < least)
    return found


def beside_dark(data: Regions, dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(P,) whether a piece lies in a dark cell and is linked with a piece in another dark cell."""
    shaded: NDArray[np.bool_] = dark[data.cell]
    other = data.cell[:, None] != data.cell
    beside: NDArray[np.bool_] = shaded & (data.joined & other & shaded).any(1)
    return beside


def component_shares(points: Array, dataset: Dataset) -> Array:
    """(C,) share of points (n, 2) in each component of the data; points farther than LINK from all data are in none."""
    data = regions(dataset)
    return counted(points, data.raster, len(data.due), dataset.extent)


def counted(points: Array, raster: NDArray[np.intp], count: int, extent: float) -> Array:
    """(count,) share of points (n, 2) in each component of a raster."""
    scaled = (points / extent + 1) * (SIDE / 2)
    inside: NDArray[np.bool_] = np.all((scaled >= 0) & (scaled < SIDE), axis=-1)
    column, row = np.where(inside[:, None], scaled, 0).astype(np.intp).T
    found = raster[row, column][inside]
    shares: Array = np.bincount(found[found >= 0], minlength=count) / len(points)
    return shares


def least_shares(data: Regions) -> Array:
    """(C,) the share of POINTS from which on a component is not missing: a quarter of its due, or less if it is small.

    RARE, shared by all components, bounds the chance that a perfect sampler falls below it.
    """
    rare = [surprising(POINTS * mass, RARE / len(data.due)) for mass in data.due]
    least: Array = np.minimum(DUE * data.due, (np.array(rare) - 0.5) / POINTS)
    return least


def surprising(mean: float, chance: float) -> int:
    """The smallest count of a Poisson variable whose cumulative probability exceeds a chance."""
    count, term, total = 0, math.exp(-mean), math.exp(-mean)
    while total <= chance:
        count += 1
        term *= mean / count
        total += term
    return count


def groups(data: Regions, missing: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """The connected groups of missing pieces that have at least LEAST of the mass, the heaviest first."""
    chosen = np.flatnonzero(missing)
    label = connected(data.joined[np.ix_(chosen, chosen)])
    found = [chosen[label == one] for one in range(label.max(initial=-1) + 1)]
    heavy = [group for group in found if data.mass[group].sum() >= LEAST]
    return sorted(heavy, key=lambda group: -data.mass[group].sum())


def places(data: Regions, group: NDArray[np.intp]) -> Region:
    """At most PLACES points of a group of pieces, each the farthest from those before it."""
    points = data.points[np.isin(data.piece, group)]
    chosen, far = [0], np.linalg.norm(points - points[0], axis=-1)
    while len(chosen) < min(PLACES, len(points)):
        chosen.append(int(far.argmax()))
        far = np.minimum(far, np.linalg.norm(points - points[chosen[-1]], axis=-1))
    return tuple((float(x), float(y)) for x, y in points[chosen])


@lru_cache(64)
def regions(dataset: Dataset) -> Regions:
    """The components and pieces of a data set, from SAMPLE points of it."""
    points = on_plane(dataset.sample(SAMPLE, stream(0, "metrics", "regions"))).numpy().astype(np.float64)
    near = distances(points, points) < LINK * dataset.extent
    component = heavy(connected(near))
    kept = np.flatnonzero(component >= 0)
    pairs = np.stack([component[kept], cell_of(points[kept], dataset)], 1)
    unique, piece = np.unique(pairs, axis=0, return_inverse=True)
    member = np.eye(len(unique), dtype=np.float32)[piece]
    joined = member.T @ near[np.ix_(kept, kept)].astype(np.float32) @ member > 0
    raster = drawn(points[kept], component[kept], dataset.extent)
    weighed = on_plane(dataset.sample(WEIGHED, stream(0, "metrics", "due"))).numpy()
    due = counted(weighed, raster, component.max() + 1, dataset.extent)
    return Regions(points[kept], piece, member.sum(0) / SAMPLE, unique[:, 1], unique[:, 0], joined, due, raster)


def heavy(label: NDArray[np.intp]) -> NDArray[np.intp]:
    """Labels (N,) numbered anew without those of less than LEAST of the mass, whose points get -1."""
    enough = np.bincount(label) >= LEAST * len(label)
    number = np.where(enough, np.cumsum(enough) - 1, -1)
    return number[label]


def connected(linked: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(N,) the connected component, from 0, of each node of a graph with symmetric links (N, N)."""
    label = np.full(len(linked), -1)
    while (label < 0).any():
        new = np.zeros(len(linked), bool)
        edge = np.flatnonzero(label < 0)[:1]
        while edge.size:
            new[edge] = True
            edge = np.flatnonzero(linked[edge].any(0) & ~new)
        label[new] = label.max() + 1
    return label


def drawn(points: Array, component: NDArray[np.intp], extent: float) -> NDArray[np.intp]:
    """(SIDE, SIDE) the component of the nearest point (N, 2), lowest y first; -1 where none is nearer than LINK."""
    ticks = ((np.arange(SIDE) + 0.5) / SIDE * 2 - 1) * extent
    rows = []
    for y in ticks:
        away = distances(np.stack([ticks, np.full(SIDE, y)], 1), points)
        rows.append(np.where(away.min(1) < LINK * extent, component[away.argmin(1)], -1))
    return np.stack(rows)


def distances(a: Array, b: Array) -> Array:
    """(len(a), len(b)) distances between points of the plane."""
    apart: Array = np.hypot(a[:, None, 0] - b[:, 0], a[:, None, 1] - b[:, 1])
    return apart
