"""The guided tries: a prediction first, then what the run really did."""

import pytest
from visits import captions, held, opened, quiet_server, record, sound  # noqa: F401

from ganlab.game.verdict import Verdict
from ganlab.plane.config import PlaneConfig
from ganlab.presets import PRESETS
from ganlab.ui.arena import playback, predictions
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.run.server import service
from ganlab.ui.text import LANGUAGES, exists, text

SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=20)
FOUND = {
    "all": [Verdict("near_equilibrium", m=8, of=8), Verdict("no_finding", m=9, of=9)],
    "few": [Verdict("collapse", m=1, of=8), Verdict("no_finding", m=7, of=8)],
    "nothing": [Verdict("smear", m=8, of=8), Verdict("diverged")],
}


@pytest.mark.parametrize("due", predictions.CHOICES)
def test_what_a_run_has_come_to_is_its_verdicts_business(due):
    assert [predictions.fate(found) for found in FOUND[due]] == [due, due]


def test_there_are_three_tries_each_with_its_preset_and_every_ending_explained():
    assert len(predictions.TRIES) == 3
    for name, this in predictions.TRIES.items():
        assert this.preset in PRESETS
        assert all(exists(f"tries.why.{name}.{fate}", lang) for fate in predictions.CHOICES for lang in LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_facts_are_the_verdict_and_both_losses_once(lang):
    seen = {"on_data": 0.97, "valid": 0.97, "d_loss": 0.4, "g_loss": 2.25, "step": 400.0}
    said = predictions.facts(Verdict("near_equilibrium", seen, 8, 8), SMALL, lang)
    assert text("tries.panel.losses", lang, **seen) in said
    level = {"d_loss_collapse": 0.392, "g_loss_collapse": 2.197, "d_accuracy_collapse": 0.94}
    collapsed = predictions.facts(Verdict("collapse", seen | level, 1, 8), SMALL, lang)
    assert text("tries.panel.losses", lang, **seen) not in collapsed
    assert text("verdict.also.losses", lang, m=1, of=8, **seen, **level) in collapsed
    assert text("verdict.title.diverged", lang) in predictions.facts(Verdict("diverged", {"step": 9.0}), SMALL, lang)


@pytest.fixture
def small(monkeypatch):
    """The first try with a run that takes no time, which ends as a smear."""
    monkeypatch.setitem(predictions.TRIES, "k50", predictions.Try(SMALL, "ring"))


def predict(app, guess):
    assert app.button(key="a.go.k50").disabled
    sound(app.radio(key="a.guess.k50").set_value(guess).run())
    return sound(app.button(key="a.go.k50").click().run())


@pytest.mark.whole
@pytest.mark.parametrize(("guess", "word"), [("nothing", "right"), ("few", "wrong")])
def test_a_prediction_is_answered_by_what_the_recorded_run_did(small, guess, word):
    record(SMALL)
    app = predict(opened("pages/lab/arena.py"), guess)
    assert held(app, ARENA) == SMALL
    answer = [*app.success, *app.info][0].value
    assert text(f"tries.panel.{word}", "en", guess=text(f"tries.choice.{guess}", "en")) in answer
    verdict = playback.film_of(SMALL.key(), 0, SMALL).verdict(20)
    assert predictions.facts(verdict, SMALL, "en") in answer
    assert text("tries.why.k50.nothing", "en") in answer
    assert text("tries.panel.score", "en", done=1, of=3, right=int(word == "right")) in captions(app)
    sound(app.button(key="a.again.k50").click().run())
    assert not [*app.success, *app.info]
    assert app.radio(key="a.guess.k50") is not None


def test_a_run_that_is_not_trained_is_wished_and_the_answer_waits(small):
    app = predict(opened("pages/lab/arena.py"), "few")
    assert service().store.wished(SMALL.key()) == SMALL.steps
    assert app.info[0].value == text("tries.panel.wait", "en", guess=text("tries.choice.few", "en"))
    assert text("tries.panel.score", "en", done=1, of=3, right=0) in captions(app)
