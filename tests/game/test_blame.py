"""No verdict, on a run of either kind, names a field that does nothing there, and each is a sentence in any case."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ganlab.digits.config import DigitsConfig
from ganlab.digits.diagnosis import VERDICTS as DIGIT_VERDICTS
from ganlab.digits.diagnosis import verdict as digit_verdict
from ganlab.game.frame import BLAMED, QUANTITIES
from ganlab.game.rounds import likely_cause
from ganlab.kind.fields import ConfigError, knobs
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import VERDICTS, verdict
from ganlab.service.runs import RunStatus
from ganlab.ui.arena.playback import describe
from ganlab.ui.digits.playback import describe as describe_digits
from ganlab.ui.run.training import diverged_line
from ganlab.ui.text import LANGUAGES
from tests.digits import test_digits_diagnosis as digits
from tests.plane import test_diagnosis as plane

SHAPE = ("dataset", "classes", "architecture", "g_from", "edits")
"""Fields that stay as they are: the frames below are of the default data."""


def values(spec):
    """A field's values; the ends of a range, where a player rests and a weight is heavy, come often."""
    if spec.kind == "choice":
        return st.sampled_from(spec.choices)
    if spec.kind == "bool":
        return st.booleans()
    number = st.integers if spec.kind == "int" else st.floats
    return st.sampled_from([spec.low, spec.high]) | number(spec.low, spec.high)


@st.composite
def configs(draw, kind):
    """A config with up to eight other values and up to four edits, as far as they are valid together."""
    specs = {name: spec for name, spec in knobs(kind).items() if name not in SHAPE}
    config = kind()
    for name in draw(st.lists(st.sampled_from([*specs]), max_size=8, unique=True)):
        config = changed(config, **{name: draw(values(specs[name]))})
    for name in draw(st.lists(st.sampled_from([name for name, spec in specs.items() if spec.live]), max_size=4)):
        edit = (draw(st.integers(0, 1200)), name, draw(values(specs[name])))
        config = changed(config, edits=(*config.edits, edit))
    return config


def changed(config, **changes):
    """The config with the changes where it may have them, else as it was."""
    try:
        return config.replace(**changes)
    except ConfigError:
        return config


UNEVEN = np.concatenate([plane.some_modes(8)[:1500], plane.some_modes(1)[:1000]])
CLOUD, BAND, LEFT = plane.nowhere(), plane.smear(), plane.nowhere(9)


def resting(frames):
    """The same frames of a run whose D is never updated."""
    nothing = np.full(1, math.nan, np.float32)
    return [replace(frame, d_updates=0, d_loss=nothing, penalty=nothing, d_grad=nothing) for frame in frames]


STORIES = {
    "smear": plane.story(*[BAND * 3] * 4, *[BAND] * 4),
    "collapse": plane.story(*[plane.some_modes(3)] * 8),
    "rotating": plane.story(*(plane.mode(i % 3) for i in range(8))),
    "oscillating": plane.story(*[plane.perfect(), UNEVEN] * 4),
    "vanishing": plane.story(*[CLOUD] * 8, **plane.SURE),
    "d_too_weak": plane.story(*[CLOUD] * 8),
    "diverging": plane.story(*[LEFT] * 8),
    "holes": plane.story(*[plane.moon_without_its_tip()] * 8, dataset="moons"),
    "near_equilibrium": plane.story(*[plane.perfect()] * 8),
    "no_finding": plane.story(*[UNEVEN] * 8),
}
SURE = [digits.frame(step, accepted=0.1, d_accuracy=1.0) for step in (1600, 3125)]
DIGIT_STORIES = {
    "unjudged": [digits.frame(shares=None)],
    "vanishing": [replace(frame, g_grad=np.zeros(1)) for frame in SURE],
    "d_too_weak": [digits.frame(step, accepted=0.1, d_accuracy=0.5) for step in (1600, 3125)],
    "memorising": digits.two({}, {}, **digits.BY_THE_BOOK),
    "d_ahead": digits.two({}, {}, **digits.FAR),
    "smear": [digits.frame(1600, accepted=0.1), digits.frame(accepted=0.4)],
    "collapse": [digits.frame(1600, digits.LOST), digits.frame(shares=digits.LOST)],
    "rotating": [digits.frame(1600, digits.LOST), digits.frame(shares=digits.LOST[::-1])],
    "recognisable": [digits.frame(1600), digits.frame(accepted=0.7)],
    "alike": [digits.frame(1600), digits.frame(diversity=0.3)],
    "healthy": [digits.frame(1600), digits.frame()],
    "no_finding": [digits.frame(1600, accepted=0.3), digits.frame(digit_tv=0.4)],
}
"""Frames that lead to each verdict but the divergence, under the default config."""


def test_every_verdict_is_led_to():
    data = {"holes": "moons"}
    said = {key: verdict(of, PlaneConfig(dataset=data.get(key, "ring"))).key for key, of in STORIES.items()}
    said["cannot_fill"] = verdict(STORIES["smear"], PlaneConfig(g_depth=0)).key
    assert said == {key: key for key in VERDICTS if key != "diverged"}
    said = {key: digit_verdict(frames, DigitsConfig()).key for key, frames in DIGIT_STORIES.items()}
    assert said == {key: key for key in DIGIT_VERDICTS if key != "diverged"}


def check(found, now, words):
    """That a verdict's field does something now, and that its words are complete in every language."""
    assert found.knob is None or found.knob in knobs(type(now))
    assert found.knob not in now.inactive()
    for lang in LANGUAGES:
        sentence = words(found, lang)["sentence"]
        assert sentence.endswith(".")
        assert "{" not in sentence


@pytest.mark.whole
@given(st.sampled_from([*STORIES]), st.booleans(), configs(PlaneConfig))
def test_a_verdict_on_the_plane_names_a_field_that_does_something(key, d_rests, config):
    frames = resting(STORIES[key]) if d_rests else STORIES[key]
    check(verdict(frames, config), config.at(frames[-1].step), describe)


@pytest.mark.whole
@given(st.sampled_from([*DIGIT_STORIES]), st.booleans(), configs(DigitsConfig))
def test_a_verdict_on_digits_names_a_field_that_does_something(key, d_rests, config):
    frames = resting(DIGIT_STORIES[key]) if d_rests else DIGIT_STORIES[key]
    check(digit_verdict(frames, config), config.at(frames[-1].step), describe_digits)


@pytest.mark.whole
@given(st.sampled_from([PlaneConfig, DigitsConfig]).flatmap(configs), st.sampled_from(QUANTITIES), st.integers(1, 1200))
def test_a_divergence_is_blamed_on_a_field_that_does_something(config, quantity, step):
    assert likely_cause(config.at(step), quantity) in {*BLAMED} - config.at(step).inactive().keys()


@pytest.mark.whole
@given(
    st.sampled_from([PlaneConfig, DigitsConfig]).flatmap(configs),
    st.sampled_from(QUANTITIES),
    st.sampled_from(BLAMED),
    st.integers(1, 1200),
)
def test_a_stored_divergence_that_blames_what_does_nothing_is_told_otherwise(config, quantity, knob, step):
    assume(knob in knobs(type(config)))
    facts, now = {"step": step, "quantity": quantity, "knob": knob}, config.at(step - 1)
    for kept in (facts, {}):
        if config.kind == "plane":
            dead = replace(plane.dead(step), facts=kept)
            found, words = verdict([dead], config), describe
        else:
            dead = digits.frame(step, shares=None, diverged_at=step, facts=kept)
            found, words = digit_verdict([dead], config), describe_digits
        check(found, now, words)
        if kept and knob not in now.inactive():
            assert found.knob == knob


@pytest.mark.parametrize("loss", ["wasserstein", "nonsaturating"])
def test_a_g_that_diverges_before_a_d_at_rest_is_blamed_on_the_rest(loss):
    assert likely_cause(PlaneConfig(loss=loss, d_steps=0, g_lr=0.1), "g_loss") == "d_steps"
    found = verdict([replace(plane.dead(9), facts={})], PlaneConfig(loss=loss, d_steps=0))
    assert (found.key, found.knob) == ("diverged", "d_steps")


@pytest.mark.parametrize(("d_steps", "named"), [(1, True), (0, False)])
def test_a_stored_line_of_status_names_no_field_that_does_nothing(d_steps, named):
    status = RunStatus("diverged", 21, 4000, facts={"step": 21, "quantity": "d_loss", "knob": "d_lr"})
    said = diverged_line(status, PlaneConfig(d_steps=1, edits=((20, "d_steps", d_steps),)), "en")
    assert ("Learning rate of D" in said) == named
    assert "step 21" in said


def test_a_d_that_is_never_updated_is_too_weak_and_the_field_is_its_number_of_updates():
    never = PlaneConfig(d_steps=0)
    for frames in (STORIES["diverging"], STORIES["d_too_weak"], STORIES["vanishing"], STORIES["smear"]):
        found = verdict(resting(frames), never)
        assert (found.key, found.knob) == ("d_too_weak", "d_steps")
        assert "D is not being updated" in describe(found, "en")["sentence"]
    for key in STORIES.keys() - {"near_equilibrium"}:
        assert verdict(resting(STORIES[key]), never).knob == "d_steps", key
    found = digit_verdict(resting(DIGIT_STORIES["smear"]), DigitsConfig(d_steps=0))
    assert (found.key, found.knob) == ("d_too_weak", "d_steps")
    assert "D is not being updated" in describe_digits(found, "en")["sentence"]
