"""The page of theory through the router, by AppTest: its examples, its link, and what the component may send."""

import json
import math
import re
import struct

import pytest
from visits import opened, quiet_server, sound  # noqa: F401

from ganlab.gan.dirac import METHODS
from ganlab.ui.players import dirac
from ganlab.ui.text import LANGUAGES, text
from ganlab.ui.theory import theory
from ganlab.ui.theory.link import GAME, Game, bounds, explain, from_link, to_link, usual
from ganlab.ui.theory.theory import EXAMPLES, end, size

PAGE = "pages/learn/theory.py"


def message(app):
    """The JSON of what the component was sent."""
    [blob] = [found.proto.bytes for found in app.get("bidi_component")]
    return json.loads(blob[4 : 4 + struct.unpack_from("<I", blob)[0]])


def said(app):
    """Every word, without the marks of terms."""
    return re.sub(r"<[^>]+>", "", "\n".join(one.value for one in app.markdown))


@pytest.mark.whole
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_opens_and_each_example_says_its_own_numbers(lang):
    app = opened(PAGE, lang=lang)
    assert app.title[0].value == text("theory.page.title", lang)
    for name, example in EXAMPLES.items():
        app.get_by_key(theory.CHOSEN).set_value(name).run()
        sound(app)
        assert app.session_state[GAME] == example
        assert message(app)["state"] == vars(example)
        assert text(f"theory.says.{name}", lang, **theory.facts(example)) in said(app)
    assert len(app.get("latex")) == 2


def test_an_example_is_what_its_sentence_claims():
    sizes, ends = ({name: of(example) for name, example in EXAMPLES.items()} for of in (size, end))
    assert sizes["away"] > 1.004
    assert [sizes["round"], sizes["more_d"]] == pytest.approx([1, 1])
    assert min(ends["round"], ends["more_d"], ends["jump"]) > 0.5
    assert math.isnan(sizes["jump"])
    assert max(sizes["penalty"], sizes["noise"]) < 0.98
    assert max(ends["penalty"], ends["noise"]) < 1e-5
    assert sizes["penalty"] < sizes["too_strong"] < 1
    assert ends["limit_cycle"] == pytest.approx(theory.facts(EXAMPLES["limit_cycle"])["cycle"], rel=0.03)
    assert sizes["far"] < 1 < ends["far"]
    near = Game(**vars(EXAMPLES["far"]) | {"theta": 0.2, "psi": -0.2})
    assert end(near) < 1e-5


def test_the_table_shows_that_more_updates_of_d_do_not_help():
    [table] = [one.value for one in opened(PAGE).markdown if one.value.startswith("|")]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    assert [line[1] for line in lines] == ["1", "2", "5", "10"] * 2
    assert {line[2] for line in lines[:4]} == {"1.0000"}
    assert all(float(line[2]) < 1 for line in lines[4:])


def test_a_link_carries_a_state_and_leaves_out_what_is_usual():
    assert to_link(Game()) == {}
    shown = Game(method="r1", strength=1.0, update="alternating", d_steps=5, step=0.35, theta=-1.25, psi=0.5)
    query = to_link(shown)
    assert from_link(query) == (shown, [])
    assert from_link({"t.method": "r1"})[0] == Game(method="r1", strength=METHODS["r1"].usual)
    assert to_link(Game(**usual("instance_noise"))) == {"t.method": "instance_noise"}
    app = opened(PAGE, query)
    assert app.session_state[GAME] == shown
    assert {name: app.query_params[name] for name in query} == query
    assert text("theory.page.own", "en") in said(app)


def test_what_is_wrong_in_a_link_gives_way_with_a_notice():
    shown, notices = from_link({"t.method": "magic", "t.step": "7", "t.psi": "x", "t.none": "1", "t.d_steps": "2"})
    assert shown == Game(d_steps=2)
    assert [(one.field, one.reason) for one in notices] == [
        ("method", "choice"),
        ("step", "range"),
        ("psi", "type"),
        ("none", "unknown"),
    ]
    sentences = [{explain(one, lang) for one in notices} for lang in LANGUAGES]
    assert [len(said) for said in sentences] == [4, 4]
    assert not sentences[0] & sentences[1]


@pytest.mark.whole
@pytest.mark.parametrize(
    "sent", [{"step": 9}, {"method": "x"}, {"nothing": 1}, {"theta": "a"}, "text", {"psi": math.nan}]
)
def test_what_is_no_state_is_ignored(sent, monkeypatch):
    monkeypatch.setattr(dirac, "show", lambda *_: {"origin": "1"} | sent if isinstance(sent, dict) else sent)
    assert opened(PAGE).session_state[GAME] == Game()


def test_what_the_visitor_left_goes_to_the_link(monkeypatch):
    left = vars(Game()) | {"theta": 0.5, "update": "alternating", "origin": "1"}
    monkeypatch.setattr(dirac, "show", lambda *_: left)
    app = opened(PAGE)
    assert app.session_state[GAME] == Game(theta=0.5, update="alternating")
    assert app.query_params["t.theta"] == "0.5"


def test_what_was_left_before_an_example_was_chosen_does_not_come_back(monkeypatch):
    monkeypatch.setattr(dirac, "show", lambda *_: vars(Game()) | {"theta": 0.5, "origin": "1"})
    app = opened(PAGE)
    app.get_by_key(theory.CHOSEN).set_value("penalty").run()
    assert sound(app).session_state[GAME] == EXAMPLES["penalty"]


def test_sliders_have_the_bounds_of_the_state():
    assert bounds() == {"step": (0.01, 1.0, 0.01), "strength": (0.0, 3.0, 0.05), "d_steps": (1, 10, 1)}
    assert message(opened(PAGE))["bounds"]["step"] == [0.01, 1.0, 0.01]
