"""The closed forms against their table, and against each other.

docs/science.md#the-best-discriminator, docs/science.md#a-collapse-in-numbers
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganlab.gan.theory import collapse
from ganlab.plane.metrics import jensen_shannon

TABLE = [  # M = 8: m, D, L_D, L_G, accuracy, reverse KL
    (8, 0.500, 1.386, 0.693, 0.500, 0.000),
    (7, 0.467, 1.295, 0.762, 0.563, 0.134),
    (6, 0.429, 1.195, 0.847, 0.625, 0.288),
    (4, 0.333, 0.955, 1.099, 0.750, 0.693),
    (2, 0.200, 0.626, 1.609, 0.875, 1.386),
    (1, 0.111, 0.392, 2.197, 0.938, 2.079),
]


def optimal_discriminator(p, q):
    """D* = p/(p + q); nan where both are 0."""
    p, q = np.asarray(p, float), np.asarray(q, float)
    total = p + q
    return np.divide(p, total, out=np.full(total.shape, np.nan), where=total > 0)


def optimal_value(p, q):
    """V(D*) = Σ p log D* + q log(1 - D*) for masses (B,) that sum to 1; the best D's loss is -V."""
    p, q = np.asarray(p, float), np.asarray(q, float)
    real, fake = optimal_discriminator(p, q)[p > 0], optimal_discriminator(q, p)[q > 0]
    return float(np.log(real) @ p[p > 0] + np.log(fake) @ q[q > 0])


masses = arrays(float, 6, elements=st.floats(0, 1)).filter(lambda p: p.sum() > 0.1).map(lambda p: p / p.sum())


@pytest.mark.parametrize(("m", "d", "d_loss", "g_loss", "accuracy", "reverse_kl"), TABLE)
def test_collapse_of_eight_modes(m, d, d_loss, g_loss, accuracy, reverse_kl):
    level = collapse(m, 8)
    assert level.d_on_modes == pytest.approx(d, abs=6e-4)
    assert level.d_loss == pytest.approx(d_loss, abs=6e-4)
    assert level.g_loss == pytest.approx(g_loss, abs=6e-4)
    assert level.accuracy == pytest.approx(accuracy, abs=6e-4)
    assert level.reverse_kl == pytest.approx(reverse_kl, abs=6e-4)


def test_losing_one_digit_of_ten_hardly_moves_the_losses():
    level = collapse(9, 10)
    assert (level.d_loss, level.g_loss, level.accuracy) == pytest.approx((1.314, 0.747, 0.55), abs=6e-4)


def test_saturating_loss_of_a_full_collapse():
    assert collapse(1, 8).g_loss_saturating == pytest.approx(-0.118, abs=5e-4)
    assert collapse(8, 8).g_loss_saturating == pytest.approx(-math.log(2))


@pytest.mark.parametrize("m", range(1, 9))
def test_collapse_is_what_the_optimal_discriminator_sees(m):
    p, q = np.full(8, 1 / 8), np.where(np.arange(8) < m, 1 / m, 0)
    level, d = collapse(m, 8), optimal_discriminator(p, q)
    assert d[0] == pytest.approx(level.d_on_modes)
    assert -optimal_value(p, q) == pytest.approx(level.d_loss)
    assert -np.log(d[q > 0]) @ q[q > 0] == pytest.approx(level.g_loss)
    assert np.maximum(p, q).sum() / 2 == pytest.approx(level.accuracy)


@pytest.mark.parametrize("m", [0, 9, -1])
def test_collapse_refuses_what_cannot_be(m):
    with pytest.raises(ValueError, match=f"m={m}: expected 1 to 8"):
        collapse(m, 8)


def test_optimal_discriminator():
    np.testing.assert_allclose(optimal_discriminator([1, 1, 0, 3], [1, 0, 2, 1]), [0.5, 1, 0, 0.75])
    assert math.isnan(optimal_discriminator(0, 0))


@settings(max_examples=60)
@given(masses, masses)
def test_value_is_twice_the_js_divergence_less_log_four(p, q):
    assert optimal_value(p, q) == pytest.approx(-math.log(4) + 2 * jensen_shannon(p, q), abs=1e-9)


def test_value_at_the_ends():
    assert optimal_value([0.5, 0.5], [0.5, 0.5]) == pytest.approx(-math.log(4))
    assert optimal_value([1, 0], [0, 1]) == pytest.approx(0)


@settings(max_examples=40)
@given(masses, masses, arrays(float, 6, elements=st.floats(0.01, 0.99)))
def test_no_discriminator_does_better_than_the_optimal_one(p, q, d):
    assert p @ np.log(d) + q @ np.log(1 - d) <= optimal_value(p, q) + 1e-12
