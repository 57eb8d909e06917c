"""Bins looked up in tables against the written rules, at each data set's own points and on every edge."""

import numpy as np
import pytest

from ganlab.data.bins import BINS_PER_SIDE, CELLS, SIDE, apart, cell_of, cells, share
from ganlab.data.plane import DATASETS
from ganlab.gan.rng import stream


def hard_points(data, count=500):
    """(3, count, d): the data's own, those on cuts and on squares' edges, and those 3 std from a mode or anywhere."""
    rng = np.random.default_rng(0)
    edges = (np.arange(SIDE + 1) / SIDE * 2 - 1) * data.extent
    on = np.concatenate([cells(data)[1], edges, np.nextafter(edges, 9), [np.nan, np.inf, -1e30, 9]])
    if data.modes is None:
        around = rng.uniform(-1.1 * data.extent, 1.1 * data.extent, (count, data.dim))
    else:
        way = rng.normal(size=(count, data.dim))
        way *= 3 * data.std / np.linalg.norm(way, axis=1, keepdims=True)
        around = data.modes.double().numpy()[rng.integers(len(data.modes), size=count)] + way
    own = data.sample(count, stream(0, "bins")).numpy()
    return np.stack([own, rng.choice(on, (count, data.dim)), around])


def slow_cell(point, axes, cuts):
    node = 0
    while node < CELLS - 1:
        node = 2 * node + 1 + (point[axes[node]] > cuts[node])
    return node - (CELLS - 1)


@pytest.mark.parametrize("name", DATASETS)
def test_cells_and_squares_are_those_of_the_rules(name):
    data = DATASETS[name]
    points = hard_points(data)
    inside = ((points >= -data.extent) & (points < data.extent)).all(-1)
    due = np.array([[slow_cell(point, *cells(data)) for point in row] for row in points])
    np.testing.assert_array_equal(cell_of(points, data), due)
    counts = [np.bincount(row[seen], minlength=CELLS) for row, seen in zip(due, inside, strict=True)]
    np.testing.assert_array_equal(share("cells", points, data), np.array(counts) / points.shape[1])
    with np.errstate(invalid="ignore"):
        place = np.minimum(((points / data.extent + 1) * (BINS_PER_SIDE / 2)).astype(int), BINS_PER_SIDE - 1)
    square = np.where(inside, place @ BINS_PER_SIDE ** np.arange(data.dim), BINS_PER_SIDE**data.dim)
    counts = [np.bincount(row, minlength=BINS_PER_SIDE**data.dim + 1) for row in square]
    np.testing.assert_array_equal(share("grid", points, data), np.array(counts) / points.shape[1])


@pytest.mark.parametrize("name", [name for name, data in DATASETS.items() if data.modes is not None])
@pytest.mark.parametrize("together", [False, True])
def test_a_mode_has_the_points_within_3_std_that_are_nearest_to_it(name, together, monkeypatch):
    data = DATASETS[name]
    points, axes = hard_points(data), data.modes.double().numpy().T
    if together:
        monkeypatch.setattr("ganlab.data.bins.apart", lambda data: False)
        monkeypatch.setattr("ganlab.data.bins.mode_of", lambda data: np.full(SIDE**data.dim + 1, -1, np.int16))
    with np.errstate(over="ignore", invalid="ignore"):
        squared = sum((points[..., a, None] - axis) ** 2 for a, axis in enumerate(axes))
        near = (squared <= (3 * data.std) ** 2) & (squared == squared.min(-1, keepdims=True))
    assert apart(data)
    np.testing.assert_array_equal(share("modes", points, data), near.sum(1) / points.shape[1])
