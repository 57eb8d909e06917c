"""Generators that cannot draw their data: what they draw is known, and short real runs end as theory says."""

import math

import numpy as np
import pytest
import torch

from ganlab.data.plane import DATASETS
from ganlab.gan.rng import stream
from ganlab.plane.capacity import best_affine_js, curve_of, data_flatness, flatness
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import verdict
from ganlab.plane.frame import unpack
from ganlab.plane.train import encode, train
from tests.plane.test_diagnosis import frame, mode, perfect, smear, some_modes, story

CURVE = PlaneConfig(latent_dim=1)
AFFINE = PlaneConfig(g_depth=0)


def wave(n=2500):
    """Points on a curve through the view."""
    x = np.linspace(-2, 2, n)
    return np.stack([x, np.sin(3 * x)], -1)[np.random.default_rng(0).permutation(n)]


def circle(radius):
    """Points on a circle, which passes through the ring's modes if its radius is 2."""
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 2500)
    return radius * np.stack([np.cos(angle), np.sin(angle)], -1)


def test_a_curve_is_flat_and_an_area_is_not():
    area = torch.randn(512, 2, generator=stream(0, "test")).numpy()
    assert flatness(wave()[:512]) < 0.02
    assert flatness(area) == pytest.approx(0.75, abs=0.05)
    assert flatness(area * [1, 0.1]) == pytest.approx(flatness(area @ [[0, 1], [0.1, 0]]))
    assert math.isnan(flatness(np.full((512, 2), np.nan)))


@pytest.mark.parametrize(("dataset", "fills"), [("gaussian", True), ("ring", True), ("moons", True), ("spiral", False)])
def test_spirals_are_nearly_curves_and_other_data_fill_an_area(dataset, fills):
    assert (data_flatness(dataset, 512) > 0.5) == fills


def test_an_affine_map_of_gaussian_noise_is_a_gaussian():
    assert best_affine_js("gaussian", "gaussian") < 0.05
    assert best_affine_js("gaussian", "uniform") > 0.06
    assert best_affine_js("ring", "gaussian") > 0.5


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"latent_dim": 1}, "latent_dim"),
        ({"g_width": 1}, "g_width"),
        ({"g_width": 1, "g_depth": 0}, None),
        ({"d_width": 1}, None),
    ],
)
def test_one_number_before_the_other_layers_makes_a_curve(changes, field):
    config = PlaneConfig(**changes)
    assert curve_of(config) == field


def test_a_curve_in_an_area_cannot_fill_it():
    moons = CURVE.replace(dataset="moons")
    found = verdict(story(*[wave()] * 8, dataset="moons"), moons)
    assert (found.key, found.knob) == ("cannot_fill", "latent_dim")
    assert found.evidence["flat"] < 0.02 < 0.6 < found.evidence["flat_data"]
    narrow = PlaneConfig(dataset="moons", g_width=1)
    assert verdict(story(*[wave()] * 8, dataset="moons"), narrow).knob == "g_width"
    assert verdict(story(*[wave()] * 8, dataset="moons"), PlaneConfig(dataset="moons")).key != "cannot_fill"
    wrong = moons.replace(mistake="sigmoid_twice")
    assert verdict(story(*[wave()] * 8, dataset="moons"), wrong).knob == "mistake", "a mistake comes first"


@pytest.mark.whole
def test_a_curve_may_draw_curves_pass_through_modes_and_improve():
    spiral = perfect("spiral")
    assert verdict(story(*[spiral] * 8, dataset="spiral"), CURVE.replace(dataset="spiral")).key == "near_equilibrium"
    assert verdict(story(*[some_modes(3)] * 8), CURVE).key == "collapse", "a curve reaches every mode"
    thread = mode(0) * [1, 0]
    assert verdict(story(*[thread] * 8), CURVE).key == "collapse"
    young = verdict(story(*[circle(2.6)] * 4, *[circle(2)] * 4, accuracy=0.8), CURVE)
    assert young.key == "smear", "it still improves"
    assert verdict(story(*[circle(2)] * 8, accuracy=0.8), CURVE).key == "cannot_fill"


def test_without_a_hidden_layer_g_draws_no_ring():
    found = verdict(story(*[smear()] * 8), AFFINE)
    assert (found.key, found.knob) == ("cannot_fill", "g_depth")
    assert found.evidence["affine_js"] == best_affine_js("ring", "gaussian")
    assert verdict([frame(smear(), step=10)], AFFINE).key == "smear", "before its 64th update nothing is told"
    gaussian = AFFINE.replace(dataset="gaussian")
    assert verdict(story(*[perfect("gaussian")] * 8, dataset="gaussian"), gaussian).key == "near_equilibrium"
    dot = perfect("gaussian") * 0.1
    assert verdict(story(*[dot] * 8, dataset="gaussian"), gaussian).key == "collapse", "a Gaussian it could draw"


@pytest.mark.parametrize(
    ("changes", "key", "knob"),
    [
        ({"dataset": "gaussian", "latent_dim": 1, "g_depth": 0}, "cannot_fill", "latent_dim"),
        pytest.param({"dataset": "gaussian", "latent_dim": 1}, "cannot_fill", "latent_dim", marks=pytest.mark.whole),
        pytest.param({"dataset": "blobs", "g_depth": 0}, "cannot_fill", "g_depth", marks=pytest.mark.whole),
        pytest.param({"dataset": "gaussian", "g_depth": 0}, "near_equilibrium", None, marks=pytest.mark.whole),
    ],
)
def test_real_runs_say_what_their_generator_cannot_do(changes, key, knob):
    config = PlaneConfig(batch_size=128, latent_dim=16, steps=600).replace(**changes)
    extent = DATASETS[config.dataset].extent
    frames = [unpack(encode(config, seen)[0], extent) for seen in train(config)]
    found = verdict(frames, config)
    assert (found.key, found.knob) == (key, knob)
