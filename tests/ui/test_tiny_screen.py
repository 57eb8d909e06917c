"""A third kind of run, no GAN, is shown by the parts that all pages share; what it has no number of is not there."""

import csv
import io
import json
from pathlib import Path

import pytest
import tiny_kind
from streamlit.testing.v1 import AppTest
from tiny_kind import TINY, engine
from tiny_kind.config import TinyConfig
from visits import captions, enter, quiet_server, record, sound  # noqa: F401
from waiting import GUARD

from ganlab.export.script import ScriptError, script
from ganlab.export.settings import SettingsError
from ganlab.kinds import KINDS
from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig
from ganlab.service.runs import RunStatus
from ganlab.ui.mistakes import evidence
from ganlab.ui.run import export, plain, plain_charts, server, training
from ganlab.ui.run.experiment import ARENA, places
from ganlab.ui.text import LANGUAGES, text

PAGE = Path(tiny_kind.__file__).with_name("page.py")
RUN = TinyConfig(steps=40, width=4)
WORDS_OF_A_GAN = ("discriminator", "discriminador", "generator", "generador", "D's", "G's", " D ", " G ", "d_loss")


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """The one line."""
    monkeypatch.setitem(KINDS, "tiny", TINY)


def opened(config=RUN, lang="en", **link):
    """Its page, opened by a link."""
    app = AppTest.from_file(str(PAGE), default_timeout=GUARD)
    for name, value in ({"lang": lang} | to_query(config, "r.") | link).items():
        app.query_params[name] = value
    return sound(app.run())


def said(app):
    """Every word on the page."""
    shown = [*app.caption, *app.markdown, *app.warning, *app.button, *app.get("download_button")]
    return "\n".join(str(getattr(one, "value", "")) + str(getattr(one, "label", "")) for one in shown)


def numbers_of(app):
    """The table of numbers: {name: value}, the head first."""
    [found] = [one.value for one in app.markdown if one.value.startswith("|")]
    lines = [line.strip("| ").split(" | ") for line in found.splitlines()]
    return dict(line for line in lines if len(line) == 2)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_that_is_stored_is_shown(lang):
    record(RUN)
    app = opened(lang=lang)
    last = list(engine.train(RUN))[-1]
    shown = numbers_of(app)
    assert [*shown] == [text("plain.table.step", lang, step=40), text("run.number.loss", lang), "rmse"]
    assert float(shown["rmse"].replace(",", ".")) == pytest.approx(float(last.metrics["rmse"][0]), rel=1e-3)
    assert text("run.status.done", lang, step=40) in captions(app)
    assert text("plain.verdict.none", lang) in captions(app)
    charts = app.get("vega_lite_chart")
    assert len(charts) == 2, "the fit and the curves"
    assert not [word for word in WORDS_OF_A_GAN if word in said(app)]


def test_the_curves_are_those_of_its_numbers():
    record(RUN)
    opened()
    curve = plain.curve(RUN, 1)
    frames = list(engine.train(RUN))
    assert curve["step"].tolist() == [frame.step for frame in frames]
    assert curve["loss"].tolist()[1:] == pytest.approx([float(frame.loss[1]) for frame in frames][1:])
    spec = plain_charts.spec(("loss", "rmse"), "en")
    drawn = plain_charts.table(curve, RUN.steps, "en")
    assert len(spec["marks"]) == 2
    for panel in ("loss", "rmse"):
        low, high = drawn[(drawn["kind"] == "bound") & (drawn["panel"] == panel)]["y"]
        assert low <= curve[panel].min() <= curve[panel].max() <= high
    assert "rmse" in plain_charts.alt(curve, "en")


def test_a_run_without_frames_is_no_error():
    app = opened()
    assert text("run.status.absent", "en") in captions(app)
    assert [b.proto.disabled for b in app.get("download_button")] == [True, False]
    assert len(app.get("vega_lite_chart")) == 0


def test_numbers_and_settings_are_taken_along_and_no_script():
    record(RUN)
    app = opened()
    assert [b.key for b in app.get("download_button")] == ["r.export.numbers", "r.export.settings_file"]
    rows = list(csv.DictReader(io.StringIO(export.numbers(RUN, 1))))
    assert [*rows[0]] == ["step", "loss", "died", "rmse"]
    assert [int(row["step"]) for row in rows] == [0, 10, 20, 30, 40]
    with pytest.raises(ScriptError, match="its kind of run has no script"):
        script(RUN)


def test_settings_are_brought_back_where_they_fit():
    opened()
    blob = json.dumps(RUN.to_json()).encode()
    with pytest.raises(SettingsError) as refused:
        export.opened(ARENA, blob, "en")
    assert refused.value.reason == "only_other"
    with pytest.raises(SettingsError) as refused:
        export.opened(places("tiny")[0], json.dumps(PlaneConfig().to_json()).encode(), "en")
    assert refused.value.reason == "only_plane"


def test_train_and_stop_are_wishes():
    app, key = opened(), RUN.key()
    app.button(key="r.train").click().run()
    visitor = sound(app).session_state["viewer"]
    assert server.service().store.run(key).kind == "tiny"
    assert server.service().wishes(key, visitor)
    app.button(key="r.stop").click().run()
    assert not server.service().wishes(key, visitor)
    assert sound(app).button(key="r.train")


def test_every_field_has_a_widget_and_a_chip_undoes_it():
    app = opened(TinyConfig())
    for name in TinyConfig.__dataclass_fields__:
        if name not in ("edits",):
            assert app.get_by_key(f"r.w.{name}")
    app = enter(app, "r.w.width", 17)
    assert app.session_state["r.config"] == TinyConfig(width=17)
    app.button(key="r.chip.width").click().run()
    assert sound(app).session_state["r.config"] == TinyConfig()
    assert app.query_params.get("r.preset") is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_bad_link_gives_defaults_and_a_notice(lang):
    app = opened(lang=lang, **{"r.rate": "-1", "r.preset": "nothing", "r.depth": "3"})
    assert app.session_state["r.config"] == RUN
    [warning] = app.warning
    assert all(word in warning.value for word in ("rate", "`preset`", "`depth`"))


def test_a_divergence_says_what_and_why():
    status = RunStatus("diverged", 2, 40, facts={"step": 2, "quantity": "loss", "knob": "rate"})
    said = training.diverged_line(status, RUN, "en")
    assert said == "Diverged at step 2: loss was no longer finite. Likely setting: rate."


def test_what_a_card_of_mistakes_counts_may_not_be_there():
    record(RUN)
    opened()
    assert evidence.yours([RUN]) is None


def test_two_runs_below_each_other():
    record(RUN)
    other = RUN.replace(width=5)
    record(other)

    def both():
        import streamlit as st

        from ganlab.ui.run.view import view

        view("tiny").pair(st.session_state["both"], False, "en", "x", {}, ("", ""))

    app = AppTest.from_function(both, default_timeout=GUARD)
    app.session_state["both"] = (RUN, other)
    sound(app.run())
    assert [one.value for one in app.markdown if one.value.startswith("**")] == ["**width 4**", "**width 5**"]
    assert len(app.get("vega_lite_chart")) == 2
