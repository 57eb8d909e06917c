"""The distributions on a line: their facts, and their densities against their samples."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from ganlab.data.line import ON_A_LINE
from ganlab.data.plane import dimension
from ganlab.gan.rng import stream

LAWS = {
    "gaussian_1d": stats.norm(0.5, 0.6).cdf,
    "two_gaussians_1d": lambda x: 0.5 * stats.norm(-1.2, 0.35).cdf(x) + 0.5 * stats.norm(1.2, 0.35).cdf(x),
    "unequal_1d": lambda x: 0.75 * stats.norm(-1.2, 0.35).cdf(x) + 0.25 * stats.norm(1.2, 0.35).cdf(x),
    "uniform_1d": stats.uniform(-1.5, 3).cdf,
}


def test_keys_are_those_that_links_carry():
    assert list(ON_A_LINE) == list(LAWS)
    assert {dimension(key) for key in ON_A_LINE} == {1}
    assert {dimension(key) for key in ("ring", "points.AAAA")} == {2}


def test_which_have_modes_and_how_likely_they_are():
    found = {key: (data.modes, data.weights) for key, data in ON_A_LINE.items() if data.modes is not None}
    assert {key: modes[:, 0].tolist() for key, (modes, _) in found.items()} == {
        "two_gaussians_1d": pytest.approx([-1.2, 1.2]),
        "unequal_1d": pytest.approx([-1.2, 1.2]),
    }
    assert found["two_gaussians_1d"][1] is None
    assert found["unequal_1d"][1].tolist() == [0.75, 0.25]


@pytest.mark.parametrize("key", ON_A_LINE)
def test_samples_follow_the_law_and_stay_in_view(key):
    data = ON_A_LINE[key]
    points = data.sample(20_000, stream(1, "test"))
    assert (points.shape, points.dtype) == ((20_000, 1), torch.float32)
    assert stats.kstest(points[:, 0].numpy(), LAWS[key]).pvalue > 0.01
    assert LAWS[key](data.extent) - LAWS[key](-data.extent) >= 0.999
    assert not torch.equal(points, data.sample(20_000, stream(2, "test")))


@pytest.mark.parametrize("key", ON_A_LINE)
def test_density_is_the_derivative_of_the_law(key):
    edges = np.linspace(-3, 3, 6001)
    middles = torch.tensor((edges[1:] + edges[:-1]) / 2)[:, None]
    density = ON_A_LINE[key].density(middles)
    assert density.dtype == torch.float64
    np.testing.assert_allclose(density, np.diff(LAWS[key](edges)) * 1000, atol=1e-4)
    assert density.sum().item() / 1000 == pytest.approx(1, abs=1e-3)


def test_a_gaussian_is_as_high_as_it_is_narrow():
    assert ON_A_LINE["gaussian_1d"].density(torch.tensor([[0.5]])).item() == pytest.approx(
        1 / (0.6 * math.sqrt(2 * math.pi)), rel=1e-6
    )
