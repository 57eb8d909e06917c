"""The price of training, said before it begins."""

import pytest
from visits import captions, opened, quiet_server, sound  # noqa: F401

from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig
from ganlab.presets import PLANE_PRESETS, PUBLISHED
from ganlab.studies import enough
from ganlab.ui.run import price
from ganlab.ui.text import number

PAGE = "pages/lab/arena.py"
SLOW = PlaneConfig(d_steps=50, regularizer="r1", steps=1000, seed=77)


@pytest.fixture
def pace(monkeypatch):
    """A server on which an update takes ten milliseconds."""
    price.seconds.clear()
    monkeypatch.setattr(price, "forecast", lambda config: config.steps * (config.d_steps + config.g_steps) / 100)


def test_a_button_says_what_its_run_takes(pace):
    assert price.labelled("Train", SLOW, "en") == "Train · 8\u202fmin"
    assert price.labelled("Train", SLOW.replace(steps=10, d_steps=1), "en").endswith("under 1 s")


def test_several_runs_take_their_sum(pace):
    assert price.together("Train", [SLOW, SLOW], "en") == "Train · 17\u202fmin"


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_long_run_is_called_long_and_something_quicker_is_named(pace, lang):
    said = price.warning(SLOW, lang)
    assert "k 1, 20" in said
    assert price.warning(SLOW.replace(d_steps=1), lang) == ""


def test_without_another_way_fewer_steps_are_quicker(pace):
    assert "steps 3" in price.warning(PlaneConfig(steps=50_000), "en")


def test_advice_says_the_steps_and_the_time(pace):
    assert price.advised(SLOW, "d_steps", "en") == "With k 1, 6\u202f000 steps take about 2\u202fmin here."
    assert price.advised(SLOW, "regularizer", "en") == "", "it is there already"
    assert price.advised(SLOW, "loss", "en") == "" == price.advised(SLOW, None, "en")


def test_advice_that_is_computed_already_has_no_time(pace, monkeypatch):
    monkeypatch.setattr(price.service(), "reached", lambda key: 10**6)
    assert price.advised(SLOW, "d_steps", "en") == "With k 1, 6\u202f000 steps are already computed here."


def test_advice_that_a_study_has_tried_has_the_studys_steps(pace):
    much = PLANE_PRESETS["ring_k50"]
    steps = enough.needed(PUBLISHED)
    assert 1000 < steps < PUBLISHED.steps
    for config in (much, much.replace(seed=9, members=2)):
        assert f"every mode after {number(steps, 'en')} steps" in price.advised(config, "d_steps", "en")
    r1 = PUBLISHED.replace(regularizer="r1", gamma=1.0)
    assert enough.needed(r1.replace(d_steps=50)) == 0
    assert price.advised(r1.replace(regularizer="none", d_steps=50), "regularizer", "en") == "", "it did not help"


def test_the_page_says_it_beside_the_button(monkeypatch):
    monkeypatch.setattr(price, "forecast", lambda config: 700.0 if config.d_steps > 1 else 20.0)
    app = opened(PAGE, to_query(SLOW, "a."))
    assert app.button(key="a.train").label == "Train · 12\u202fmin"
    said = captions(sound(app))
    assert "12\u202fmin" in said
    assert "k 1, 20" in said
