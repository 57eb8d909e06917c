"""The distributions: their facts, their densities against their samples, and where their randomness comes from."""

import math

import numpy as np
import pytest
import torch

from ganlab.data.line import ON_A_LINE
from ganlab.data.plane import DATASETS
from ganlab.gan.rng import stream

KEYS = [
    *("two_gaussians", "ring", "blobs", "grid_3x3", "grid_5x5", "line"),
    *("annulus", "spiral", "swiss_roll", "moons", "checkerboard", "gaussian"),
]
WITH_MODES = [key for key in KEYS if DATASETS[key].modes is not None]
WITH_DENSITY = [key for key in KEYS if DATASETS[key].density is not None]


def midpoints(extent: float, side: int) -> torch.Tensor:
    ticks = ((torch.arange(side, dtype=torch.float64) + 0.5) / side * 2 - 1) * extent
    return torch.cartesian_prod(ticks, ticks)


def test_keys_are_those_that_links_carry():
    assert list(DATASETS) == [*KEYS, *ON_A_LINE]


def test_which_have_modes():
    counts = {key: len(DATASETS[key].modes) for key in WITH_MODES}
    assert counts == {"two_gaussians": 2, "ring": 8, "blobs": 3, "grid_3x3": 9, "grid_5x5": 25}


def test_ring_has_eight_distinct_modes_at_multiples_of_an_eighth_turn():
    ring = DATASETS["ring"]
    angle = 2 * math.pi * np.arange(8) / 8
    np.testing.assert_allclose(ring.modes, 2 * np.stack([np.cos(angle), np.sin(angle)], -1), atol=1e-6)
    assert ring.std == 0.1
    assert torch.pdist(ring.modes).min().item() == pytest.approx(4 * math.sin(math.pi / 8))


@pytest.mark.parametrize(("key", "side"), [("grid_3x3", 3), ("grid_5x5", 5)])
def test_grids_have_spacing_one_and_a_half(key, side):
    ticks = 1.5 * (np.arange(side) - (side - 1) / 2)
    assert sorted(map(tuple, DATASETS[key].modes.tolist())) == [(x, y) for x in ticks for y in ticks]
    assert DATASETS[key].std == 0.1


@pytest.mark.parametrize("key", WITH_MODES)
def test_three_sigma_discs_are_disjoint(key):
    data = DATASETS[key]
    assert torch.pdist(data.modes).min() > 6 * data.std


@pytest.mark.parametrize("key", KEYS)
def test_samples_are_float32_points_of_the_view(key):
    points = DATASETS[key].sample(100_000, stream(0, "test"))
    assert points.shape == (100_000, 2)
    assert points.dtype == torch.float32
    assert (points.abs() < DATASETS[key].extent).all(-1).double().mean() >= 0.999
    assert points.abs().max() > 0.5 * DATASETS[key].extent


@pytest.mark.parametrize("key", KEYS)
def test_samples_depend_on_the_generator_alone(key):
    torch.rand(1)
    before = torch.random.get_rng_state()
    first = DATASETS[key].sample(64, stream(7, "test"))
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.rand(1)
    assert torch.equal(DATASETS[key].sample(64, stream(7, "test")), first)
    assert not torch.equal(DATASETS[key].sample(64, stream(8, "test")), first)


@pytest.mark.parametrize("key", WITH_MODES)
def test_modes_are_equally_likely_and_as_wide_as_said(key):
    data, n = DATASETS[key], 100_000
    points = data.sample(n, stream(1, "test"))
    nearest = torch.cdist(points, data.modes).argmin(-1)
    share = torch.bincount(nearest).double() / n
    even = 1 / len(data.modes)
    np.testing.assert_allclose(share, even, atol=5 * math.sqrt(even / n))
    assert (points - data.modes[nearest]).std().item() == pytest.approx(data.std, rel=0.01)


@pytest.mark.parametrize("key", WITH_DENSITY)
def test_density_integrates_to_one(key):
    data = DATASETS[key]
    points = midpoints(data.extent, 600)
    area = (2 * data.extent / 600) ** 2
    assert data.density(points).sum().item() * area == pytest.approx(1, abs=5e-4)


@pytest.mark.parametrize("key", WITH_DENSITY)
def test_density_is_that_of_the_samples(key):
    data, n, side = DATASETS[key], 100_000, 12
    points = data.sample(n, stream(2, "test")).numpy()
    view = [[-data.extent, data.extent]] * 2
    seen = np.histogram2d(*points.T, bins=side, range=view)[0] / n
    fine = data.density(midpoints(data.extent, 300)).reshape(side, 25, side, 25).sum((1, 3))
    due = (fine * (2 * data.extent / 300) ** 2).numpy()
    np.testing.assert_allclose(seen, due, atol=6 * math.sqrt(due.max() / n))


@pytest.mark.parametrize("key", WITH_DENSITY)
def test_density_answers_in_the_precision_of_the_question(key):
    points = DATASETS[key].sample(10, stream(3, "test"))
    assert DATASETS[key].density(points).shape == (10,)
    assert DATASETS[key].density(points).dtype == torch.float32
    assert DATASETS[key].density(points.double()).dtype == torch.float64


def test_spirals_have_two_arms_that_keep_apart():
    points = DATASETS["spiral"].sample(20_000, stream(4, "test"))
    turned = torch.cdist(points[:500], -points[:5000]).amin(-1)  # half a turn maps one arm on the other
    assert turned.max() < 0.4
    angle = torch.atan2(*points.T.flip(0))
    band = (points.norm(dim=-1) - 1.15).abs() < 0.1
    empty = torch.histc(angle[band], 24, -math.pi, math.pi) < 0.2 * band.sum() / 24
    assert empty.sum() >= 6
