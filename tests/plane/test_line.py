"""Runs on a line: the density of G's points, the optimal D of the moment, and the measures, against known answers.

docs/science.md#points-on-a-line
"""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from ganlab.data.line import ON_A_LINE
from ganlab.data.plane import DATASETS
from ganlab.gan.losses import LOSSES
from ganlab.gan.rng import stream
from ganlab.gan.theory import optimal_d
from ganlab.plane import line, metrics, snapshot, train
from ganlab.plane.capacity import best_affine_js, curve_of
from ganlab.plane.config import PlaneConfig
from ganlab.plane.evaluation import plane_frame
from ganlab.plane.frame import is_frame, slim
from ganlab.plane.holes import holes
from ganlab.plane.line import BINS, density_of, total_variation
from ganlab.plane.metrics import METRICS, jensen_shannon

SMALL = PlaneConfig(dataset="two_gaussians_1d", latent_dim=1, g_width=8, d_width=8, batch_size=32, steps=4)
WIDTH = 6 / BINS
EVENLY = torch.special.ndtri((torch.arange(line.JOINED) + 0.5) / line.JOINED).double().numpy()


def law(loc: float, scale: float) -> np.ndarray:
    """A Gaussian's mean density in each bin."""
    return np.diff(stats.norm(loc, scale).cdf(line.edges(3.0))) / WIDTH


# The density of G's points.


@pytest.mark.parametrize(("slope", "shift"), [(0.5, 0.3), (-0.8, 0.0)])
def test_a_linear_g_makes_a_gaussian(slope, shift):
    found = density_of(slope * EVENLY + shift, 3.0, joined=True)
    np.testing.assert_allclose(found, law(shift, abs(slope)), atol=0.01)


def test_the_branches_of_a_g_that_folds_are_summed():
    found = density_of(np.abs(EVENLY) - 1, 3.0, joined=True)
    due = 2 * np.diff(stats.norm.cdf(np.maximum(line.edges(3.0) + 1, 0))) / WIDTH
    np.testing.assert_allclose(found, due, atol=0.02)


@pytest.mark.parametrize("joined", [True, False])
def test_the_density_of_points_in_view_integrates_to_one_and_of_others_to_nothing(joined):
    assert density_of(0.5 * EVENLY, 3.0, joined).sum() * WIDTH == pytest.approx(1)
    assert density_of(0.5 * EVENLY + 50, 3.0, joined).sum() == 0
    assert density_of(np.full(100, 0.01), 3.0, joined).sum() * WIDTH == pytest.approx(1)
    lost = np.where(np.arange(100) < 50, np.nan, 0.01)
    assert density_of(lost, 3.0, joined).sum() * WIDTH == pytest.approx(0.5)


def test_without_order_it_is_a_histogram():
    points = stats.norm(0.5, 0.6).rvs(40_000, random_state=0)
    counts = np.histogram(points, BINS, (-3, 3))[0] / (40_000 * WIDTH)
    np.testing.assert_allclose(density_of(points, 3.0, joined=False), counts)


@pytest.mark.parametrize("key", ON_A_LINE)
def test_the_data_have_their_own_density(key):
    points = ON_A_LINE[key].sample(200_000, stream(0, "test"))[:, 0].double().numpy()
    np.testing.assert_allclose(line.data_density(ON_A_LINE[key]), density_of(points, 3.0, False), atol=0.03)


# The optimal D.


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("key", [key for key, loss in LOSSES.items() if loss.spoken])
def test_the_optimal_d_costs_least(key, smoothing):
    """In each place D's loss is p times its cost as a real point, plus q times that as a generated one."""
    loss, outputs = LOSSES[key], torch.linspace(-6, 6, 120_001, dtype=torch.float64)
    for p, q in ((0.5, 0.5), (0.9, 0.2), (0.1, 0.7)):
        costs = p * loss.discriminator(outputs[:, None], torch.zeros(1, dtype=torch.float64), smoothing)
        costs = costs + q * loss.terms[1](outputs)
        best = outputs[costs.argmin()].sigmoid() if loss.probability else outputs[costs.argmin()]
        assert best.item() == pytest.approx(optimal_d(np.array(p), np.array(q), smoothing).item(), abs=1e-4)


def test_nothing_is_optimal_where_nothing_is():
    found = optimal_d(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]))
    assert found[:2].tolist() == [1, 0]
    assert math.isnan(found[2])


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        *(({"loss": key}, key in ("nonsaturating", "saturating", "least_squares")) for key in LOSSES),
        *(({key: value}, False) for key, value in (("packing", 2), ("instance_noise", 0.2))),
        *(({"minibatch": "discrimination"}, False), ({"label_smoothing": 0.1}, True)),
    ],
    ids=str,
)
def test_the_optimal_d_is_drawn_where_it_is_known(changes, known):
    _, _, optimal = train.snapshot(train.start(SMALL.replace(**changes))).curves[0]
    assert np.isfinite(optimal).any() == known


@pytest.mark.whole
def test_a_d_that_is_trained_against_a_resting_g_nears_the_optimal_one():
    config = PlaneConfig(dataset="two_gaussians_1d", latent_dim=1, g_steps=0, d_lr=3e-3, steps=600, seed=1)
    state = train.start(config)
    gap = [distance(train.snapshot(state), config)]
    while state.step < config.steps:
        train.update(state)
    gap.append(distance(train.snapshot(state), config))
    assert gap[0] > 0.25
    assert gap[1] < 0.05


def distance(frame, config):
    """The mean distance of D from the optimal one, where the points are that it is trained with."""
    (d, density, optimal), p = frame.curves[0], line.data_density(DATASETS[config.dataset])
    weights = (density + p) / (density + p).sum()
    return float(np.nansum(weights * np.abs(d - optimal)))


# Frames.


@pytest.mark.parametrize("changes", [{}, {"latent_dim": 3}, {"packing": 2}, {"minibatch": "discrimination"}], ids=str)
def test_frames_show_a_line_on_the_horizontal_axis(changes):
    config = SMALL.replace(members=2, **changes)
    *_, last = train.train(config)
    for name in ("fake", "push", "rise", "grid"):
        assert np.ptp(getattr(last, name)[..., 0]) > 0
        assert not getattr(last, name)[..., 1].any()
    assert np.array_equal(last.field, np.broadcast_to(last.field[:, :1], last.field.shape))
    assert last.curves.shape == (2, 3, BINS)
    assert not snapshot.real_points(config)[:, 1].any()


def test_both_ways_to_a_frame_agree(monkeypatch):
    state = train.start(SMALL)
    while state.step < 3:
        train.update(state)
    at_once, alone = train.snapshot(state), snapshot.snapshot(state)
    for name in ("fake", "push", "rise", "field", "grid", "curves", "shares"):
        np.testing.assert_allclose(getattr(at_once, name), getattr(alone, name), atol=1e-5, err_msg=name)


def test_the_curves_are_those_of_the_networks():
    state = train.start(SMALL)
    d, density, _ = train.snapshot(state).curves[0]
    middles = torch.linspace(-3 + WIDTH / 2, 3 - WIDTH / 2, BINS)[:, None]
    with torch.no_grad():
        np.testing.assert_allclose(d, state.d.net(middles[None])[0, :, 0].sigmoid(), atol=1e-6)
        points = state.g.net(torch.randn(1, 50_000, 1, generator=stream(0, "test")))[0, :, 0].double().numpy()
    np.testing.assert_allclose(density, density_of(points, 3.0, False), atol=0.08 * density.max())


@pytest.mark.parametrize("trim", [bytes, slim])
def test_curves_travel_with_the_frame(trim):
    *_, last = train.train(SMALL)
    found = plane_frame(SMALL, trim(train.encode(SMALL, last)[0]))
    np.testing.assert_array_equal(found.curves, last.curves)
    plain = PlaneConfig(steps=1, g_width=4, d_width=4)
    *_, last = train.train(plain)
    assert plane_frame(plain, train.encode(plain, last)[0]).curves.size == 0


def test_a_run_goes_on_from_its_checkpoint():
    *_, whole = train.train(SMALL)
    state = train.start(SMALL)
    train.update(state)
    state = train.restore(SMALL, train.checkpoint(state))
    while state.step < SMALL.steps:
        train.update(state)
    assert is_frame(SMALL.steps)
    np.testing.assert_array_equal(train.snapshot(state).curves, whole.curves)


# The measures.


def test_the_distance_between_two_gaussians_is_that_of_the_integral():
    p, q = stats.norm(0.5, 0.6).pdf, stats.norm(-0.4, 0.9).pdf

    def excess(x, one):
        return one(x) * np.log(2 * one(x) / (p(x) + q(x)))

    due = sum(integrate.quad(excess, -8, 8, (one,), limit=200)[0] for one in (p, q)) / 2
    points = stats.norm(-0.4, 0.9).rvs((200_000, 1), random_state=0)
    assert METRICS["js"].compute(points, ON_A_LINE["gaussian_1d"]) == pytest.approx(due, abs=0.003)


@pytest.mark.whole
@pytest.mark.parametrize(("shift", "scale"), [(0.5, 0.6), (-0.4, 0.6), (0.5, 0.3)])
def test_total_variation_is_that_of_the_integral(shift, scale):
    gap = integrate.quad(lambda x: abs(stats.norm(0.5, 0.6).pdf(x) - stats.norm(shift, scale).pdf(x)), -6, 6, limit=200)
    found = total_variation(law(shift, scale), ON_A_LINE["gaussian_1d"])
    assert found == pytest.approx(gap[0] / 2, abs=0.003)


def test_total_variation_counts_what_left_the_view():
    data = ON_A_LINE["uniform_1d"]
    assert total_variation(np.zeros(BINS), data) == pytest.approx(1)
    half = np.stack([line.data_density(data) / 2, line.data_density(data)])
    np.testing.assert_allclose(total_variation(half, data), [0.5, 0], atol=1e-6)


def test_one_mode_of_two_that_are_not_even():
    data = ON_A_LINE["unequal_1d"]
    points = np.full((1000, 1), -1.2)
    assert METRICS["modes_covered"].compute(points, data) == 1
    assert METRICS["mode_tv"].compute(points, data) == pytest.approx(0.25)
    assert METRICS["reverse_kl"].compute(points, data) == pytest.approx(math.log(1 / 0.75))
    even = np.where(np.arange(1000) < 500, -1.2, 1.2)[:, None]
    assert METRICS["mode_tv"].compute(even, data) == pytest.approx(0.25)
    perfect = data.sample(200_000, stream(0, "test")).numpy()
    assert METRICS["mode_tv"].compute(perfect, data) < 0.02
    assert METRICS["js"].compute(perfect, data) < 0.001


def test_half_of_the_mass_is_half_a_divergence():
    """The same known answer as on the plane: a distribution from one half of itself."""
    uniform = ON_A_LINE["uniform_1d"]
    points = np.abs(uniform.sample(200_000, stream(0, "test")).numpy())
    due = jensen_shannon(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    assert METRICS["js"].compute(points, uniform) == pytest.approx(due, abs=1e-3)
    assert METRICS["cells_covered"].compute(points, uniform) == pytest.approx(0.5)


# What the verdict asks.


def test_a_line_can_be_drawn_with_one_number():
    assert curve_of(SMALL) is None
    assert best_affine_js("gaussian_1d", "gaussian") < 0.01
    assert best_affine_js("two_gaussians_1d", "gaussian") > 0.05


def test_half_of_a_line_is_a_hole():
    config = SMALL.replace(dataset="uniform_1d", steps=1)
    *_, frame = train.train(config)
    fake = np.pad(ON_A_LINE["uniform_1d"].sample(512, stream(0, "test")), ((0, 0), (0, 1)))
    shares = [metrics.shares(points, ON_A_LINE["uniform_1d"])[None] for points in (fake, np.abs(fake))]
    whole, half = (
        replace(frame, fake=points[None], shares=found)
        for points, found in zip((fake, np.abs(fake)), shares, strict=True)
    )
    assert holes([whole], config.dataset) == []
    (region,) = holes([half], config.dataset)
    assert all(x < 0.1 and y == 0 for x, y in region)
