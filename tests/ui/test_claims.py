"""Sentences that claim a relation, held to what they speak of."""

import pytest
import torch

from ganlab.gan.rng import stream
from ganlab.latent import paths
from ganlab.presets import PRESETS
from ganlab.ui.latent.walk import RADII
from ganlab.ui.text import LANGUAGES, text


def test_most_of_a_straight_line_in_100_dimensions_is_inside_the_shell():
    """The latent page says most of the line; its lesson says that one draw in twenty is below the band."""
    low = paths.shell(100).low
    one, other, fresh = torch.randn(3, 200, 100, generator=stream(0, "claims"))
    t = torch.linspace(0, 1, 41)[:, None, None]
    assert 0.6 < float(((one * (1 - t) + other * t).norm(dim=-1) < low).float().mean()) < 0.9
    assert float((fresh.norm(dim=-1) < low).float().mean()) == pytest.approx(0.05, abs=0.04)


@pytest.mark.parametrize(("noise", "formula", "radius"), [("gaussian", "√64", 8.0), ("uniform", "√(64/3)", 4.62)])
def test_the_radius_of_a_prior_is_that_of_its_own_formula(noise, formula, radius):
    assert RADII[noise].format(dim=64) == formula
    assert paths.shell(64, noise).radius == pytest.approx(radius, abs=0.01)


@pytest.mark.parametrize(
    ("lang", "assumption"),
    [("en", "assumes that G's rate vanishes"), ("es", "Supone que la tasa de G se hace despreciable")],
)
def test_the_theorem_of_two_time_scales_is_told_with_its_assumption(lang, assumption):
    assert assumption in text("mistakes.rates.folklore", lang)


@pytest.mark.parametrize(("lang", "equal"), [("en", "equal updates of G"), ("es", "con las mismas")])
def test_a_run_with_fewer_updates_of_g_asks_for_a_fair_comparison(lang, equal):
    long, short = PRESETS["digits"], PRESETS["digits_k50"]
    assert short.steps * short.g_steps < long.steps * long.g_steps / 5
    assert equal in text("preset.about.digits_k50", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_shipped_ring_promises_no_lost_mode(lang):
    said = text("preset.about.ring", lang)
    assert not any(word in said.lower() for word in ("lost", "lose", "pierde"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_short_arrows_do_not_mean_that_g_learns_nothing(lang):
    """Adam divides a gradient by its usual size: the points of `two_hops` jump on arrows of a hundredth."""
    assert "Adam" in text("slow.also.weak", lang)
    for key in ("slow.also.weak", "slow.say.g_loss_saturating"):
        assert not any(word in text(key, lang).lower() for word in ("hardly learns", "learns nothing", "no aprende"))
