"""Each metric against a known answer: perfect, collapsed, dead and broken generators.

docs/science.md#points-on-the-plane
"""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganlab.data.bins import grid_mass, share
from ganlab.data.dataset import Dataset
from ganlab.data.plane import DATASETS
from ganlab.gan.rng import stream
from ganlab.plane import metrics
from ganlab.plane.metrics import EVAL_POINTS, METRICS, js_floor, measure, shares

RING = DATASETS["ring"]
LOG_2 = math.log(2)
HALF_LOST = 1.5 * LOG_2 - 0.75 * math.log(3)
"""JS of a distribution from one half of itself."""
WITH_MODES = [key for key, data in DATASETS.items() if data.modes is not None]


def perfect(data: Dataset, seed: int = 0, n: int = EVAL_POINTS) -> np.ndarray:
    return data.sample(n, stream(seed, "test")).numpy()


def on_modes(data: Dataset, count: int, n: int = EVAL_POINTS) -> np.ndarray:
    """n points spread evenly over the centres of the first so many modes."""
    return data.modes[torch.arange(n) % count].numpy()


def score(key: str, points: np.ndarray, data: Dataset) -> float:
    return METRICS[key].compute(points, data)


def test_keys_are_those_that_frames_carry():
    assert list(METRICS) == ["modes_covered", "modes_hit", "cells_covered", "valid", "mode_tv", "reverse_kl", "js"]


# A perfect sampler.


@pytest.mark.parametrize(("key", "count", "bias"), [("ring", 8, 0.0014), ("grid_5x5", 25, 0.0048)])
def test_perfect_sampler_of_modes(key, count, bias):
    data = DATASETS[key]
    draws = [perfect(data, seed) for seed in range(20)]
    means = {name: np.mean([score(name, points, data) for points in draws]) for name in METRICS}
    assert means["modes_covered"] == means["modes_hit"] == count
    assert means["valid"] == pytest.approx(1 - math.exp(-4.5), abs=0.0015)  # 3 standard errors of 20 draws
    assert means["reverse_kl"] == pytest.approx(bias, abs=0.0006)
    assert means["mode_tv"] == pytest.approx({8: 0.027, 25: 0.045}[count], abs=0.004)
    assert score("valid", draws[0], data) == pytest.approx(0.9889, abs=0.0042)


@pytest.mark.parametrize("key", DATASETS)
def test_perfect_sampler_of_anything(key):
    data, points = DATASETS[key], perfect(DATASETS[key])
    mean, p95 = js_floor(data)
    assert 0 < mean < p95 < 0.03
    assert score("js", points, data) == pytest.approx(mean, abs=0.006)
    assert score("cells_covered", points, data) == 1
    assert metrics.on_data(points, data) == pytest.approx(0.99, abs=0.01)


@pytest.mark.parametrize("key", DATASETS)
def test_more_points_lower_the_floor(key):
    assert js_floor(DATASETS[key], 500)[0] > 1.5 * js_floor(DATASETS[key])[0]


# Collapse.


@pytest.mark.parametrize("m", range(1, 9))
def test_m_of_eight_modes(m):
    points = on_modes(RING, m, n=840)
    assert score("modes_covered", points, RING) == score("modes_hit", points, RING) == m
    assert score("valid", points, RING) == pytest.approx(1)
    assert score("mode_tv", points, RING) == pytest.approx(1 - m / 8)
    assert score("reverse_kl", points, RING) == pytest.approx(math.log(8 / m))
    np.testing.assert_allclose(shares(points, RING), np.where(np.arange(8) < m, 1 / m, 0))


def test_one_per_cent_of_all_points_covers_and_one_point_hits():
    points = np.full((1000, 2), 50.0)
    points[:10], points[10:19] = RING.modes[0], RING.modes[1]
    assert score("modes_covered", points, RING) == 1
    assert score("modes_hit", points, RING) == 2


def test_valid_is_within_three_sigma():
    edge = RING.modes[:1].numpy() + np.array([0.299, 0])
    assert score("valid", edge, RING) == 1
    assert score("valid", edge + np.array([0.002, 0]), RING) == 0


def test_a_generator_on_half_the_data_covers_half_the_cells():
    for key, axis in (("gaussian", 0), ("moons", 1), ("checkerboard", 0)):
        points = perfect(DATASETS[key], n=4 * EVAL_POINTS)
        half = points[points[:, axis] > np.median(points[:, axis])]
        assert score("cells_covered", half, DATASETS[key]) == pytest.approx(0.5, abs=0.1)
        assert score("js", half, DATASETS[key]) == pytest.approx(HALF_LOST, abs=0.03)


# Dead and broken generators.


@pytest.mark.parametrize("place", [(50.0, 0.0), (np.inf, -np.inf), (np.nan, 0.0), (1e30, 1e38)])
def test_nothing_valid(place):
    points = np.full((EVAL_POINTS, 2), place, np.float32)
    values = {key: score(key, points, RING) for key in METRICS}
    assert math.isnan(values.pop("reverse_kl"))
    none = {"modes_covered": 0, "modes_hit": 0, "cells_covered": 0, "valid": 0}
    assert values == pytest.approx(none | {"mode_tv": 1, "js": LOG_2})


@pytest.mark.parametrize("key", DATASETS)
def test_dead_generator_is_as_far_as_can_be(key):
    away = score("js", np.full((EVAL_POINTS, DATASETS[key].dim), 50.0), DATASETS[key])
    assert away == pytest.approx(LOG_2, abs=1e-3)  # but for what little the data have off the grid
    corner = score("js", np.full((EVAL_POINTS, DATASETS[key].dim), DATASETS[key].extent - 0.01), DATASETS[key])
    assert js_floor(DATASETS[key])[1] < corner <= LOG_2 + 1e-12


def test_js_counts_what_left_the_grid():
    points = perfect(RING)
    scores = [score("js", np.where(np.arange(EVAL_POINTS)[:, None] < lost, 9, points), RING) for lost in (0, 500, 1250)]
    assert scores[0] < scores[1] < scores[2]
    assert scores[2] == pytest.approx(HALF_LOST, abs=0.02)


@pytest.mark.parametrize("key", DATASETS)
def test_broken_points_are_merely_lost(key):
    data, points = DATASETS[key], perfect(DATASETS[key])
    points[::2] = np.array([[np.nan, 0], [-np.inf, np.inf]], np.float32).repeat(625, 0)[:, : data.dim]
    assert shares(points, data).sum() == pytest.approx(shares(points[1::2], data).sum() / 2)
    assert share("grid", points, data)[-1] >= 0.5


@pytest.mark.parametrize("key", METRICS)
@pytest.mark.parametrize("shape", [(0, 2), (5, 3), (2,)])
def test_no_points_is_an_error(key, shape):
    with pytest.raises(ValueError, match="expected \\(n, 2\\) with n >= 1"):
        METRICS[key].compute(np.zeros(shape), RING)


def test_metrics_of_modes_are_undefined_without_them():
    points, data = perfect(DATASETS["moons"]), DATASETS["moons"]
    defined = {key for key in METRICS if not math.isnan(score(key, points, data))}
    assert defined == {"cells_covered", "js"}


# Histograms and references.


@pytest.mark.parametrize("key", DATASETS)
def test_masses_are_one(key):
    data, points = DATASETS[key], perfect(DATASETS[key])
    assert share("grid", points, data).sum() == pytest.approx(1)
    assert grid_mass(data).sum() == pytest.approx(1)
    assert grid_mass(data).min() >= 0
    assert grid_mass(data)[-1] <= 1e-3
    assert share("cells", points, data).sum() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("key", DATASETS)
def test_reference_is_that_of_the_data(key):
    data, n = DATASETS[key], 200_000
    points = perfect(data, seed=5, n=n)
    due = grid_mass(data)
    np.testing.assert_allclose(share("grid", points, data), due, atol=6 * math.sqrt(due.max() / n))
    np.testing.assert_allclose(share("cells", points, data) * 32, 1, atol=0.1)


def test_grid_is_row_by_row_from_the_lowest_y():
    points = np.array([[-2.95, -2.95], [-2.75, -2.95], [-2.95, -2.75], [2.95, 2.95], [3.0, 0.0], [-3.0, 0.0]])
    filled = np.flatnonzero(share("grid", points, RING))
    assert filled.tolist() == [0, 1, 30, 450, 899, 900]
    assert share("grid", np.full((1, 2), np.nextafter(3.0, 0.0)), RING)[899] == 1


def test_jensen_shannon_of_known_masses():
    assert metrics.jensen_shannon(np.array([1.0, 0]), np.array([0.0, 1])) == pytest.approx(LOG_2)
    assert metrics.jensen_shannon(np.array([0.5, 0.5]), np.array([0.5, 0.5])) == pytest.approx(0)
    rows = metrics.jensen_shannon(np.array([[1.0, 0], [0.5, 0.5]]), np.array([0.5, 0.5]))
    assert rows == pytest.approx([HALF_LOST, 0])


def test_caches_follow_the_data_set_not_its_looks():
    twin = Dataset(DATASETS["gaussian"].sample, extent=RING.extent, modes=RING.modes, std=RING.std)
    assert not np.array_equal(grid_mass(twin), grid_mass(RING))
    assert grid_mass(twin) is grid_mass(twin)


# Many members at once.


@pytest.mark.parametrize("key", DATASETS)
def test_measure_is_compute(key):
    data = DATASETS[key]
    away = np.full((300, data.dim), 9, np.float32)
    points = np.stack([perfect(data, n=300), perfect(data, n=300) * np.float32(0.7), away])
    values, each = measure(points, data)
    assert list(values) == list(METRICS)
    for name, metric in METRICS.items():
        np.testing.assert_array_equal(values[name], [metric.compute(member, data) for member in points])
    np.testing.assert_array_equal(each, [shares(member, data) for member in points])


@pytest.mark.parametrize("key", METRICS)
def test_input_is_left_unchanged(key):
    for data in (RING, DATASETS["moons"]):
        points = perfect(data)
        points.setflags(write=False)
        METRICS[key].compute(points, data)
        measure(points[None], data)
        np.testing.assert_array_equal(points, perfect(data))


@pytest.mark.whole
@settings(max_examples=80)
@given(arrays(np.float32, st.tuples(st.integers(1, 20), st.just(2))), st.sampled_from(["ring", "moons"]))
def test_any_floats_give_values_in_range(points, key):
    high = {"modes_covered": 8, "modes_hit": 8, "reverse_kl": math.log(8), "js": LOG_2}
    for name, metric in METRICS.items():
        value = metric.compute(points, DATASETS[key])
        assert math.isnan(value) or -1e-9 <= value <= high.get(name, 1) + 1e-9


def test_every_metric_says_what_it_is():
    for metric in METRICS.values():
        assert metric.unit in {"modes", "share", "nats"}
        assert metric.formula.__doc__
        assert metric.source
    assert {key for key in METRICS if not METRICS[key].higher_is_better} == {"mode_tv", "reverse_kl", "js"}
