"""Widgets offer every value that a config may have, and read back what they show."""

from types import SimpleNamespace

import pytest
import streamlit as st

from ganlab import ui
from ganlab.digits.config import DigitsConfig
from ganlab.kind.fields import MESSAGES, ConfigError, knobs
from ganlab.plane.config import PlaneConfig
from ganlab.ui import code
from ganlab.ui.run.controls import ROWS, grid, options, plain, reason, show
from ganlab.ui.text import LANGUAGES

KNOBS = knobs(PlaneConfig)
KINDS = [PlaneConfig, DigitsConfig]
NUMBERS = {name: spec for name, spec in KNOBS.items() if spec.kind in ("int", "float")}
MENUS = {name: spec for name, spec in NUMBERS.items() if spec.kind == "float" or spec.scale == "log"}


@pytest.mark.parametrize("name", MENUS)
def test_a_menu_of_numbers_is_sorted_inside_the_bounds_and_holds_the_default(name):
    offered = grid(KNOBS[name])
    assert offered == sorted(set(offered))
    assert len(offered) >= 5
    assert all(KNOBS[name].check(name, value) == value for value in offered)
    assert getattr(PlaneConfig(), name) in options(KNOBS[name], getattr(PlaneConfig(), name))


@pytest.mark.parametrize("name", MENUS)
def test_a_menu_offers_the_present_value_whatever_it_is(name):
    spec = KNOBS[name]
    for value in (spec.low, spec.high, spec.check(name, 37 if spec.kind == "int" else 0.1234567890123)):
        offered = options(spec, value)
        assert value in offered
        assert set(offered) == {*grid(spec), value}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NUMBERS)
def test_what_a_menu_shows_can_be_typed_and_means_the_same(name, lang):
    spec = KNOBS[name]
    for value in {*grid(spec), spec.check(name, getattr(PlaneConfig(), name))} if name in MENUS else {int(spec.high)}:
        assert spec.parse(name, plain(show(spec, name, value, lang))) == value


@pytest.mark.parametrize("lang", LANGUAGES)
def test_shown_values_differ_where_values_do(lang):
    for name, spec in MENUS.items():
        labels = [show(spec, name, value, lang) for value in options(spec, 0.12345 if spec.kind == "float" else 123)]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_is_a_sentence(lang):
    facts = {
        "range": {"low": 0.0, "high": 100.0},
        "choice": {"choices": "a, b"},
        "type": {"expected": "float"},
        "points": {"least": 2, "most": 200},
        **{key: {"batch_size": 100} for key in ("packing", "one_pack")},
        "too_slow": {"times": 1.5, "batch": 128},
        "too_big": {"mb": 120.0, "most": 96.0},
        "many_edits": {"most": 32},
        "same": {"step": 400},
        "version": {"version": "1"},
        "other_weights": {"architecture": "light", "latent_dim": 2, "g_output": "tanh"},
        "queue": {"most": 16},
        "small_memory": {"mb": 690.0, "least": 1200.0},
    }
    for key in MESSAGES:
        assert "{" not in reason(key, facts.get(key, {}), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_refused_values_of_every_field_have_their_reason(lang):
    for name in KNOBS:
        with pytest.raises(ConfigError) as refused:
            PlaneConfig().replace(**{name: object()})
        assert reason(refused.value.reason, refused.value.facts, lang)


def test_powers_of_ten_can_be_typed_as_they_are_shown():
    assert show(KNOBS["g_lr"], "g_lr", 1e-6, "en") == "10⁻⁶"
    assert plain("10⁻⁶") == "1e-6"
    assert plain("2,5·10⁻⁵") == "2.5e-5"
    assert plain("100") == "100"


def test_rows_hold_known_fields_once_and_of_one_group():
    names = [name for row in ROWS for name in row]
    assert len(set(names)) == len(names)
    assert all(len({KNOBS[name].group for name in row}) == 1 for row in ROWS)


def test_a_visitors_text_stays_text():
    assert code("`$x$` **b**\n# h") == "`'$x$' **b** # h`"
    assert len(code("x" * 1000)) == 82


@pytest.mark.parametrize(("fragments", "kept", "taken"), [((), 3, [3]), (("player",), 7, [])])
def test_a_widgets_value_changes_only_as_the_whole_page_runs(fragments, kept, taken, monkeypatch):
    """With a request for a fragment the browser reports what it has drawn last, maybe before the present value."""
    state, found = {}, []
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(ui, "get_script_run_ctx", lambda: SimpleNamespace(fragment_ids_this_run=fragments))
    held = ui.held("k", 7, found.append)
    assert state == {held["key"]: 7}
    state["k"] = 3
    held["on_change"]()
    assert (state["k"], found) == (kept, taken)
