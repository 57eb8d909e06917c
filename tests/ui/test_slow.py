"""Slow motion on the page: its formulas and pictures say what the trace says, for every loss, constraint and cure."""

import json
import re
import struct
from concurrent.futures import Future
from types import SimpleNamespace

import numpy as np
import pytest
from visits import held, opened, quiet_server, record, sound  # noqa: F401

from ganlab.gan.losses import LOSSES
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig
from ganlab.plane.train import start, update
from ganlab.service.short_jobs import Busy, ShortJobs
from ganlab.trace.trace import STOPS, trace_of
from ganlab.ui.arena import slow_motion
from ganlab.ui.arena.formulas import FORMULAS, Moment, formula, tex, vector
from ganlab.ui.players import slow_motion as slow_player
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.text import LANGUAGES

SMALL = PlaneConfig(g_width=8, d_width=8, batch_size=24, steps=6)
KINDS = {
    **{loss: {"loss": loss} for loss in LOSSES},
    **{name: {"regularizer": name} for name in REGULARIZERS},
    **{name: {"optimizer": name} for name in OPTIMIZERS},
    "apart": {"d_optimizer": "sgd"},
    "penalised_critic": {"loss": "wasserstein", "regularizer": "wgan_gp"},
    "packed": {"packing": 3, "loss": "hinge"},
    "smoothed": {"label_smoothing": 0.2},
    "smoothed_squares": {"label_smoothing": 0.2, "loss": "least_squares"},
    "noisy": {"instance_noise": 0.5},
    "in_company": {"minibatch": "discrimination"},
    "unrolled": {"unroll": 2},
    "matched": {"feature_matching": True, "ema": 0.9},
    "thin_noise": {"latent_dim": 1, "noise": "uniform"},
    "wide_noise": {"latent_dim": 9, "spectral_norm": True},
    "at_once": {"update": "simultaneous", "g_steps": 2},
    "d_rests": {"d_steps": 0},
}


def traced(config, steps=3):
    state = start(config)
    for _ in range(steps * (config.d_steps + config.g_steps)):
        update(state)
    return trace_of(state).to_json()


def moments(facts, config, lang="en"):
    now = config.at(facts["step"])
    return {s["key"]: Moment(s["key"], s["numbers"], s["arrays"], now, facts["step"], lang) for s in facts["stops"]}


@pytest.fixture(params=KINDS, scope="module")
def case(request):
    config = SMALL.replace(**KINDS[request.param])
    return config, traced(config)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_stop_has_a_sentence_and_a_formula_with_its_numbers(case, lang):
    config, facts = case
    for key, moment in moments(facts, config, lang).items():
        written, said = formula(moment), slow_motion.sentence(moment)
        assert not re.search(r"nan|None|[{}]", said), said
        assert written.count("{") == written.count("}")
        assert written.count(r"\begin") == written.count(r"\end") == 1
        assert "None" not in written
        for name in ("d_loss", "g_loss", "penalty", "total", "norm"):
            if name in moment.numbers:
                assert f"= {tex(moment.numbers[name], lang)}" in written, (key, name)


def test_every_stop_has_a_formula():
    assert tuple(FORMULAS) == STOPS


def test_the_two_terms_stand_where_they_belong():
    facts = traced(SMALL)
    at = moments(facts, SMALL)["d_loss"]
    real, fake = (tex(at.numbers[name], "en") for name in ("real", "fake"))
    assert rf"\textcolor{{green}}{{{real}}} + \textcolor{{purple}}{{{fake}}}" in formula(at)
    assert r"-\tfrac{1}{24}\textstyle\sum_i \log D(\textcolor{green}{x}_i)" in formula(at)


def test_a_probability_is_sigma_of_the_output():
    at = moments(traced(SMALL), SMALL)["g_judge"]
    logit = at.arrays["fake"][0]
    assert rf"\sigma({tex(logit, 'en')}) = {tex(1 / (1 + np.exp(-logit)), 'en')}" in formula(at)


def test_the_loss_is_the_runs_own():
    seen = {
        loss: formula(moments(traced(SMALL.replace(loss=loss)), SMALL.replace(loss=loss))["g_loss"]) for loss in LOSSES
    }
    assert seen["hinge"].split("&=")[1] == seen["wasserstein"].split("&=")[1]  # the critic's G, both
    assert len({written.split("&=")[1] for written in seen.values()}) == len(LOSSES) - 1
    ahead = SMALL.replace(unroll=2)
    assert "D_{+2}(" in formula(moments(traced(ahead), ahead)["g_loss"])


def test_an_edit_changes_what_is_said():
    config = SMALL.replace(edits=((2, "loss", "hinge"), (2, "d_lr", 0.25)))
    before, after = moments(traced(config, 1), config), moments(traced(config, 2), config)
    assert r"\max" not in formula(before["d_loss"])
    assert r"\max" in formula(after["d_loss"])
    assert r"\eta &= 0.25" in formula(after["d_step"])


@pytest.mark.parametrize(
    ("value", "written", "spanish"),
    [
        (0.65234, "0.652", "0{,}652"),
        (-0.0341, "-0.0341", "-0{,}0341"),
        (12.345, "12.3", "12{,}3"),
        (0.0, "0", "0"),
        (1.24e-5, r"1.2\cdot 10^{-5}", r"1{,}2\cdot 10^{-5}"),
        (None, r"\text{–}", r"\text{–}"),
        (float("inf"), r"\text{–}", r"\text{–}"),
    ],
)
def test_numbers_in_formulas(value, written, spanish):
    assert (tex(value, "en"), tex(value, "es")) == (written, spanish)


def test_settings_are_written_as_they_were_chosen():
    assert tex(0.1, "en", exact=True) == "0.1"
    assert vector([1.0, -2.0, 0.5, 3.0], "en") == r"(1.00,\ -2.00,\ 0.500,\ \dots)"


# The picture


def head(data):
    return json.loads(data[4 : 4 + struct.unpack_from("<I", data)[0]])


def test_the_picture_shows_the_traces_points(case):
    config, facts = case
    told = head(slow_player.message(facts, config, {stop: stop for stop in STOPS}, "k", "en"))
    stops, points = {stop["key"]: stop for stop in told["stops"]}, told["points"]
    named = [stop[name] for stop in told["stops"] for name in ("z", "real", "fake", "push", "moved") if name in stop]
    assert {*named} <= {*points}
    assert [*stops] == [stop["key"] for stop in facts["stops"]]
    arrays = {stop["key"]: stop["arrays"] for stop in facts["stops"]}
    for key, stop in stops.items():
        if stop["kind"] == "net":
            assert len(stop["norms"]) == len(stop["sizes"]) - 1
        if "said" in stop:
            assert {len(said) for said in stop["said"].values()} == {config.batch_size}
            assert all(-1 <= said <= 1 for both in stop["said"].values() for said in both)
        if "histogram" in stop:
            counted = {name: sum(bins) for name, bins in stop["histogram"]["counts"].items()}
            assert counted == {name: len(outputs) for name, outputs in arrays[key].items()}
    if "g_step" in stops:
        for name in ("moved", "push"):
            place = stops[f"g_{'step' if name == 'moved' else name}"][name]
            assert np.allclose(np.reshape(points[place], (-1, 2)), arrays[place.split(".")[0]][name], rtol=1e-2)


def test_what_d_takes_for_real_is_green():
    facts = traced(SMALL)
    judge = next(stop["arrays"] for stop in facts["stops"] if stop["key"] == "d_judge")
    said = slow_player.beliefs(judge, SMALL)
    assert np.array_equal(np.sign(said["fake"]), np.sign(judge["fake"]))
    squares = SMALL.replace(loss="least_squares")
    assert slow_player.beliefs({"fake": [0.2, 0.5, 0.9]}, squares)["fake"][1] == 0
    assert slow_player.beliefs({"fake": [None]}, SMALL) == {"fake": [None]}


def test_bars_are_the_numbers_and_the_mark_is_an_even_match():
    facts = traced(SMALL.replace(regularizer="r1"))
    stops = {stop["key"]: stop for stop in facts["stops"]}
    loss = slow_player.bars(stops["d_loss"], SMALL, "en")
    assert [bar["value"] for bar in loss] == [stops["d_loss"]["numbers"][name] for name in ("real", "fake", "d_loss")]
    assert loss[-1]["mark"] == pytest.approx(np.log(4))
    parts = [bar["value"] for bar in slow_player.bars(stops["d_penalty"], SMALL, "en")]
    assert parts[0] + parts[1] == pytest.approx(parts[2])
    layers = slow_player.bars(stops["g_step"], SMALL, "en")
    assert np.hypot.reduce([bar["value"] for bar in layers[:-1]]) == pytest.approx(layers[-1]["value"], rel=1e-5)


def test_a_message_is_small():
    big = PlaneConfig(batch_size=1024, latent_dim=64, regularizer="r1", g_width=8, d_width=8)
    data = slow_player.message(traced(big, 1), big, {stop: stop for stop in STOPS}, "k", "en")
    assert len(data) < 80_000


def test_numbers_that_are_none_are_drawn_as_nothing():
    facts = traced(SMALL)
    for stop in facts["stops"]:
        stop["numbers"] = dict.fromkeys(stop["numbers"])
        stop["arrays"] = {
            name: [[None] * len(v) if isinstance(v, list) else None for v in values]
            for name, values in stop["arrays"].items()
        }
    assert b"NaN" not in slow_player.message(facts, SMALL, {stop: stop for stop in STOPS}, "k", "en")
    assert all(formula(moment) and slow_motion.sentence(moment) for moment in moments(facts, SMALL).values())


# On the page


@pytest.fixture
def here(monkeypatch):
    """Short work is done at once, in this process."""
    monkeypatch.setattr(slow_motion, "AT_ONCE", 60)
    monkeypatch.setattr(slow_motion, "short_jobs", lambda: ShortJobs(apart=False))


def arena(config, lang="en"):
    record(config)
    return opened("pages/lab/arena.py", to_query(config, "a."), lang)


def test_the_last_step_opens_and_closes(here):
    app = arena(SMALL)
    assert not app.latex
    asked(app)
    assert len(app.latex) == len(traced(SMALL)["stops"])
    expected = moments(trace_at(SMALL, 6), SMALL)["d_loss"]
    assert formula(expected) in [latex.value.strip("$\n") for latex in app.latex]
    assert app.button(key="a.slow.next").disabled
    sound(app.button(key="a.slow.close").click().run())
    assert not app.latex


def asked(app):
    """The page after the player has asked for its last step."""
    app.session_state["a.ask"] = {"name": "slow", "step": SMALL.steps, "member": 0, "key": SMALL.key()}
    return sound(app.run())


def trace_at(config, step):
    state = start(config)
    while state.step < step:
        update(state)
    return trace_of(state).to_json()


@pytest.mark.whole
def test_the_player_asks_for_its_step_and_the_next_follows(here):
    app = arena(SMALL, "es")
    app.session_state["a.ask"] = {"name": "slow", "step": 2, "member": 0, "key": SMALL.key()}
    sound(app.run())
    assert "a.ask" not in app.session_state
    assert any("del paso 2 al paso 3" in words.value for words in app.markdown)
    sound(app.button(key="a.slow.next").click().run())
    assert any("del paso 3 al paso 4" in words.value for words in app.markdown)


def test_what_cannot_be_shown_is_said_and_tried_again(here, monkeypatch):
    tries = []
    monkeypatch.setattr(slow_motion, "compute", lambda *asked: tries.append(asked) or fail())
    app = arena(SMALL)
    asked(app)
    assert "checkpoint" in app.warning[0].value
    sound(app.run())
    assert len(tries) == 2
    monkeypatch.setattr(slow_motion, "compute", lambda *asked: None)
    sound(app.run())
    assert "diverged" in app.warning[0].value


def fail():
    raise Busy


def test_a_trace_is_computed_once(monkeypatch):
    asked = []
    monkeypatch.setattr(slow_motion, "service", lambda: SimpleNamespace(store=SimpleNamespace(path="here")))
    monkeypatch.setattr(slow_motion, "compute", lambda place, config, *where: asked.append(where))
    traces = slow_motion.Traces()
    first = traces.ask(SMALL, 3, 0)
    assert isinstance(first, Future)
    assert traces.ask(SMALL.replace(steps=9), 3, 0) is first
    traces.ask(SMALL, 3, 1).result()
    traces.forget(SMALL, 3, 0)
    traces.ask(SMALL, 3, 0).result()
    assert asked == [(3, 0), (3, 1), (3, 0)]


def test_a_step_of_another_run_does_not_show(here):
    app = arena(SMALL)
    asked(app)
    app.session_state[ARENA.name("config")] = SMALL.replace(seed=5)
    assert not sound(app.run()).latex
    assert held(app, ARENA).seed == 5
