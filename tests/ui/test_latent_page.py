"""The latent page through the router, by AppTest: every view, its link, and what is said where something is missing."""

import json
import re
import struct

import pytest
import streamlit as st
from visits import captions, opened, quiet_server, sound  # noqa: F401

from ganlab.digits.pretrained import PRETRAINED
from ganlab.flow.config import FlowConfig
from ganlab.kinds import engines
from ganlab.latent import generators as sources
from ganlab.latent import walks
from ganlab.service import worker
from ganlab.service.short_jobs import ShortJobs
from ganlab.ui.latent import sources as latent_sources
from ganlab.ui.latent.link import NOTHING, TOUR, USED, VIEWS, Tour, from_link, to_link
from ganlab.ui.players import latent
from ganlab.ui.run import server
from ganlab.ui.text import LANGUAGES
from tests.latent.test_films import digits, plane, small

PAGE = "pages/lab/latent.py"
SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in latent.WEB.glob("*.js"))


@pytest.fixture(autouse=True)
def nothing_ships(monkeypatch, tmp_path):
    """No generator but the test's own, and no process for short jobs."""
    monkeypatch.setattr(latent_sources, "SHIPPED", {name: tmp_path / name for name in PRETRAINED})
    monkeypatch.setattr(server, "ShortJobs", lambda: ShortJobs(apart=False))
    monkeypatch.setattr(walks, "CENSUS", 40)
    monkeypatch.setattr("ganlab.latent.measures.MEASURED", 40)
    monkeypatch.setattr("ganlab.latent.measures.WALKS", 10)
    sources.opened.cache_clear()
    walks.survey.cache_clear()


def page(link=None, lang="en"):
    return opened(PAGE, link, lang)


def here():
    return server.service().store.path


def running(place, **fields):
    """A run that the store knows before it has checkpoints: a server that tidies up drops those of no run."""
    config = small(**fields)
    server.service().store.wish(config.key(), config.to_json(), config.steps, "somebody")
    return plane(place, **fields)


def messages(app) -> list[dict]:
    """The JSON of what the components were sent."""
    blobs = [found.proto.bytes for found in app.get("bidi_component")]
    return [json.loads(blob[4 : 4 + struct.unpack_from("<I", blob)[0]]) for blob in blobs]


def message(app, part):
    return next(found for found in messages(app) if part in found)


def press(app, key):
    app.get_by_key(key).click().run()
    return sound(app)


def said(app):
    return "\n".join(found.value for found in (*app.warning, *app.info, *app.markdown))


@pytest.mark.whole
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("kind", "lang"), [("digits", "es"), ("plane", "en")])
def test_every_view_of_every_kind_in_every_language(kind, view, lang):
    source = {"digits": digits, "plane": running}[kind](here())
    app = page({"l.g": source.name, "l.view": view}, lang)
    assert app.session_state[TOUR].view == view
    assert app.query_params["l.g"] == source.name
    assert not [warning.value for warning in app.warning if "–" in warning.value]


def test_without_any_generator_there_is_a_sentence():
    assert "no generator here yet" in page().info[0].value


@pytest.mark.parametrize("lang", LANGUAGES)
def test_why_slerp_stands_in_the_open_with_the_term_explained(lang):
    """Not in the fold, whose terms are explained only where nothing before it has done so."""
    app = page({"l.g": digits(here()).name}, lang)
    assert any(">slerp</abbr>" in found.value for found in app.markdown)
    assert not any("slerp</abbr>" in found.value for fold in app.expander for found in fold.markdown)


@pytest.mark.whole
def test_a_walk_is_drawn_and_a_link_reproduces_the_film():
    source = digits(here())
    app = page({"l.g": source.name, "l.a": "5", "l.b": "-6"})
    film, link = message(app, "rows"), dict(app.query_params)
    assert [row["key"] for row in film["rows"]] == ["lerp", "slerp", "variance_preserving"]
    drawn = press(app, "l.new")
    assert drawn.query_params["l.a"] != "5"
    assert message(drawn, "rows") != film
    assert message(page({name: value for name, value in link.items() if name != "lang"}), "rows") == film


@pytest.mark.whole
def test_swap_and_opposite():
    app = press(page({"l.g": digits(here()).name, "l.a": "5", "l.b": "6"}), "l.swap")
    assert (app.query_params["l.a"], app.query_params["l.b"]) == ("6", "5")
    app = press(app, "l.opposite")
    assert app.query_params["l.b"] == "-6"
    assert "opposite each other" in app.info[0].value


def test_two_equal_points_are_told():
    assert "stand still" in page({"l.g": digits(here()).name, "l.a": "5", "l.b": "5"}).info[0].value


def test_what_a_link_gets_wrong_is_told_and_the_rest_is_kept():
    source = digits(here())
    app = page({"l.g": source.name, "l.a": "99999999", "l.b": "7", "l.psi": "nan", "l.view": "nix", "l.evil": "<b>"})
    assert (app.session_state[TOUR].a, app.session_state[TOUR].b) == (1, 7)
    assert app.warning[0].value.count("\n- ") == 4
    assert "`99999999`" in app.warning[0].value


def test_a_generator_that_is_not_here_is_told():
    source = digits(here())
    app = page({"l.g": "0" * 16})
    assert "`0000000000000000` is not here" in app.warning[0].value
    assert app.query_params["l.g"] == source.name


def test_a_checkpoint_that_is_no_more_is_told():
    source = running(here())
    app = page({"l.g": source.name, "l.step": "2"})
    assert "no checkpoint of step 2" in app.warning[0].value
    assert app.query_params["l.step"] == "3"


def test_a_run_of_the_store_is_offered_with_its_members():
    source = running(here(), members=2)
    app = page({"l.g": source.name, "l.member": "1"})
    assert app.get_by_key("l.w.member").value == 1
    app.get_by_key("l.w.member").set_value(0).run()
    assert "l.member" not in sound(app).query_params


def test_a_run_without_a_generator_is_not_offered():
    flow, source = FlowConfig(width=8, batch_size=16, steps=3), running(here())
    store = server.service().store
    store.wish(flow.key(), flow.to_json(), flow.steps, "somebody")
    worker.work(store.path, "here/0", engines())
    assert store.checkpoints.steps(flow.key()) == [3]
    app = page({"l.g": flow.key()})
    assert "is not here" in said(app)
    assert (app.get_by_key("l.w.g").value, len(app.get_by_key("l.w.g").options)) == (source.name, 1)


def test_a_class_that_nobody_is_of_is_told(monkeypatch):
    app = page({"l.g": running(here()).name})
    monkeypatch.setattr(walks, "SURE", 2.0)
    walks.survey.cache_clear()
    assert "may not make any" in said(press(app, "l.find"))


def test_by_class_finds_the_next_pair_each_time(monkeypatch):
    app = page({"l.g": running(here()).name})
    known = latent_sources.answer
    best = {3: [11, 12], 7: [21]}
    monkeypatch.setattr(latent_sources, "answer", lambda *asked: best if asked[1] == "census" else known(*asked))
    pairs = []
    for _ in range(3):
        app.get_by_key("l.w.to").set_value(7)
        press(app, "l.find")
        pairs.append((app.query_params["l.a"], app.query_params["l.b"]))
        assert not app.session_state["l.class"], "it would cover the films"
    assert pairs == [("11", "21"), ("12", "21"), ("11", "21")]


def test_sliders_are_in_the_link_and_can_be_reset():
    app = page({"l.g": digits(here()).name, "l.view": "turn", "l.x2": "1.5"})
    assert app.get_by_key("l.w.x2").value == 1.5
    assert press(app, "l.rest").query_params["l.x2"] == "0.0"


@pytest.mark.whole
def test_a_pair_needs_as_many_numbers():
    small, other = digits(here(), 4), digits(here(), 5)
    assert "no second generator with 4" in page({"l.g": small.name, "l.view": "pair"}).info[0].value
    twin = digits(here(), 5, seed=3)
    st.cache_data.clear()
    app = page({"l.g": other.name, "l.view": "pair", "l.h": small.name})
    assert len(message(app, "rows")["rows"]) == 2
    assert app.get_by_key("l.w.h").value == twin.name


def test_a_shared_link_holds_what_its_view_needs_and_nothing_else():
    for view in VIEWS:
        shown = Tour(g="light", view=view, a=-3, b=4, c=5, d=6, bent=True, x1=0.5, minus=1, plus=2, psi=0.25, e=9)
        back, notices = from_link(to_link(shown))
        assert notices == []
        assert all(getattr(back, name) == getattr(shown, name) for name in ("g", "view", *USED[view]))
        assert to_link(back) == to_link(shown)
    assert NOTHING.keys() <= vars(Tour()).keys()


def test_every_label_of_the_components_exists_and_is_used():
    labels = latent.labels("en")
    assert set(re.findall(r'say\("(\w+)"', SCRIPTS)) <= labels.keys()
    loose = {key for key in labels if f'"{key}"' not in SCRIPTS and not key.endswith(("_plane", "_note"))}
    assert loose <= {"decimal", "shell_gaussian", "shell_uniform"}


def test_labels_of_the_plane_replace_those_of_digits():
    assert latent.on_plane("es")["sure"] == latent.labels("es")["sure_plane"]
