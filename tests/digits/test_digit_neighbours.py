"""Neighbours in features (docs/science.md#neighbours) and in pixels, against known answers."""

import numpy as np
import pytest
import torch
from real_digits import judged_digits

from ganlab.digits.judge import judge
from ganlab.digits.metrics import DIGIT_METRICS, nearest, neighbours
from ganlab.digits.reference import reference
from ganlab.gan.rng import stream

REAL = reference()


def cloud(n, d, name):
    return torch.randn(n, d, generator=stream(0, "test", name))


def prdc(real, fake):
    near = neighbours(real, fake)
    return [DIGIT_METRICS[key].formula(near, REAL) for key in ("precision", "recall", "density", "coverage")]


@pytest.mark.parametrize(("d", "overlap"), [(2, 0.997), (64, 0.71)])
def test_equal_gaussians(d, overlap):
    draws = [prdc(cloud(1500, d, f"real {i}"), cloud(1500, d, f"fake {i}")) for i in range(2)]
    precision, recall, density, coverage = np.mean(draws, 0)
    assert precision == pytest.approx(overlap, abs=0.03)
    assert recall == pytest.approx(overlap, abs=0.03)
    assert density == pytest.approx(1, abs=0.1)
    assert coverage == pytest.approx(0.969, abs=0.015)


def test_m_of_ten_modes():
    places = 100 * torch.eye(10)
    real = places[torch.arange(1500) % 10] + cloud(1500, 10, "real")
    for m in (1, 3, 7):
        fake = places[torch.arange(1500) % m] + cloud(1500, 10, "fake")
        precision, recall, density, coverage = prdc(real, fake)
        assert coverage == pytest.approx(m / 10, abs=0.02)  # many points a mode: nearly every ball is met
        assert recall <= m / 10 + 1e-9
        assert precision > 0.8
        assert density == pytest.approx(1, abs=0.15)


def test_the_definition_by_loops():
    real, fake = cloud(30, 3, "real").double(), cloud(30, 3, "fake").double()
    radius = [sorted((a - b).norm() for b in real)[5] for a in real]
    reach = [sorted((a - b).norm() for b in fake)[5] for a in fake]
    inside = np.array([[(x - y).norm() < r for y in fake] for x, r in zip(real, radius, strict=True)])
    reached = np.array([[(x - y).norm() < r for y, r in zip(fake, reach, strict=True)] for x in real])
    expected = [inside.any(0).mean(), reached.any(1).mean(), inside.sum(0).mean() / 5, inside.any(1).mean()]
    assert prdc(real, fake) == pytest.approx(expected)


def test_static_is_not_precise():
    """It would be, by distances of features: it lies near 0, in the ball of some odd real image."""
    static = judge(torch.rand(500, 28, 28, generator=stream(0, "test", "static")) * 2 - 1)
    assert [DIGIT_METRICS[key].compute(static, REAL) for key in ("precision", "density", "coverage")] == [0, 0, 0]


def test_disjoint_clouds():
    assert prdc(cloud(100, 8, "real"), cloud(100, 8, "fake") + 50) == [0, 0, 0, 0]


# Pixels.


def test_nearest_images():
    pool = judged_digits()[0][:2000]
    indices, distances = nearest(pool[[7, 11]], pool, k=3)
    assert indices[:, 0].tolist() == [7, 11]
    np.testing.assert_array_equal(distances[:, 0], 0)
    assert (np.diff(distances) >= 0).all()
    expected = ((pool - pool[7]) ** 2).mean((1, 2)).sqrt().sort()
    np.testing.assert_array_equal(indices[0], expected.indices[:3])
    np.testing.assert_allclose(distances[0], expected.values[:3], atol=1e-5)


def test_nearest_in_a_small_pool():
    indices, distances = nearest(torch.ones(1, 28, 28), -torch.ones(2, 28, 28))
    assert indices.shape == (1, 2)
    np.testing.assert_allclose(distances, 2)
