"""What a visitor reads of faults: of the run store, of a request that cannot be stored, of a link, of a file."""

import json
import os
import sqlite3
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import streamlit as st
from rights import as_nobody, read_only  # noqa: F401
from visits import captions, enter, opened, quiet_server, record, sound  # noqa: F401

from ganlab.links import from_query, to_query
from ganlab.plane.config import PlaneConfig
from ganlab.service.rate import TURN
from ganlab.service.runs import Runs
from ganlab.store.database import FILE
from ganlab.store.runs import Store
from ganlab.ui import printable
from ganlab.ui.run import export, server, share
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.run.notices import strays
from ganlab.ui.text import LANGUAGES, duration, text

PAGE = "pages/lab/arena.py"
START = "pages/learn/start.py"
HALF = "\ud800"
SMALL = PlaneConfig(steps=8, g_width=8, d_width=8)


def warnings(app):
    return "\n".join(warning.value for warning in app.warning)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_damaged_store_is_told_once_a_visit(lang, own_store):
    Path(own_store).mkdir()
    Path(own_store, FILE).write_bytes(b"no database" * 1000)
    app = opened(START, lang=lang)
    assert [toast.value for toast in app.toast] == [text("notice.store.damaged", lang)]
    assert [toast.value for toast in sound(app.run()).toast] == []


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_store_that_the_servers_user_may_only_read_is_told(read_only, monkeypatch):  # noqa: F811
    monkeypatch.setenv("GANLAB_STORE", str(read_only))
    monkeypatch.setattr(server, "RECORDED", read_only.parent)
    monkeypatch.setattr(type(st.secrets), "load_if_toml_exists", lambda _: False)  # in the home of root
    with as_nobody():
        app = opened(START, lang="es")
    assert [toast.value for toast in app.toast] == [text("notice.store.unwritable", "es")]


def test_a_sound_store_is_not_talked_about():
    assert not opened(START).toast


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_store_that_cannot_be_read_is_one_sentence(lang, monkeypatch):
    def unreadable(*_, **__):
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(Store, "run", unreadable)
    app = opened(PAGE, lang=lang)
    assert [error.value for error in app.error] == [text("notice.store.unreadable", lang)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_request_that_cannot_be_stored_is_refused_in_words(lang, monkeypatch):
    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    app = opened(PAGE, lang=lang)
    monkeypatch.setattr(Store, "wish", full)
    sound(app.button(key="a.train").click().run())
    assert text("notice.refusal.storage", lang) in warnings(app)


def test_a_stop_that_cannot_be_stored_is_told(monkeypatch):
    def busy(*_):
        raise sqlite3.OperationalError("database is locked")

    app = opened(PAGE)
    sound(app.button(key="a.train").click().run())
    monkeypatch.setattr(Runs, "withdraw", busy)
    sound(app.button(key="a.stop").click().run())
    assert [toast.value for toast in app.toast] == [text("notice.store.busy", "en")]


# Links


@pytest.mark.parametrize(
    ("page", "link", "whole"),
    [(PAGE, {"seed": "12"}, "a.seed"), (PAGE, {"a.g_lr": "0.01", "preset": "ring"}, "a.preset")],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_setting_without_its_prefix_is_named_with_how_it_is_written(page, link, whole, lang):
    app = opened(page, link, lang)
    name = whole.removeprefix("a.")
    assert text("notice.link.prefix", lang, value=f"`{name}`", whole=f"`{whole}`") in warnings(app)
    assert text("notice.link.prefix", lang, value=f"`{name}`", whole=f"`{whole}`") not in warnings(sound(app.run()))


def test_on_the_page_of_digits_it_is_that_pages_prefix():
    assert "`m.seed`" in warnings(opened("pages/lab/mnist.py", {"seed": "12"}))


def test_what_other_sites_add_to_a_link_is_not_talked_about():
    assert not opened(PAGE, {"utm_source": "mail", "fbclid": "1", "a.seed": "12"}).warning


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_link_with_too_many_parameters_says_so(lang, monkeypatch):
    monkeypatch.setattr(strays, "get_script_run_ctx", lambda: type("Context", (), {"query_string": "x=1&" * 2999}))
    assert text("notice.link.many", lang, count=3000, most=1000) in warnings(opened(PAGE, lang=lang))


def test_two_runs_of_a_link_have_at_most_four_notices():
    wrong = dict.fromkeys([f"{place}.{name}" for place in "ab" for name in ("seed", "steps", "g_lr", "d_lr")], "wrong")
    said = warnings(opened(PAGE, wrong)).splitlines()
    assert len(said) == 1 + share.NOTICES
    assert said[-1] == "- " + text("notice.link.rest", "en", count=5)


# Files


class Place:
    """A place that takes any config."""

    kind = ARENA.kind
    open = staticmethod(lambda *_: None)


@pytest.mark.parametrize("facts", [{HALF: 1}, {"loss": HALF}, {"dataset": f"points:{HALF}"}, {"seed": HALF}])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_half_a_character_in_a_file_is_shown_as_a_question_mark(facts, lang):
    said = "\n".join(export.opened(Place, json.dumps({"kind": "plane"} | facts).encode(), lang))
    said.encode()
    assert "?" in said


def test_of_four_thousand_unknown_keys_four_lines_are_said():
    said = export.opened(Place, json.dumps({"kind": "plane"} | {f"k{n}": n for n in range(4000)}).encode(), "en")
    assert len(said) == 1 + share.NOTICES
    assert len("\n".join(said)) < 1000


def test_what_can_be_sent_stays_as_it_is():
    assert printable("ñ 𝄞 <b>") == "ñ 𝄞 <b>"
    assert printable(f"a{HALF}b") == "a?b"


# Waiting


@pytest.fixture
def waiting(monkeypatch):
    """A page whose run waits behind another one, which takes a while; a finished run is in the store."""
    monkeypatch.setenv("GANLAB_SLOTS", "1")
    monkeypatch.setenv("GANLAB_QUEUE", "2")
    record(SMALL.replace(loss="hinge"))

    def opens(lang):
        app = opened(PAGE, to_query(SMALL, "a."), lang)
        with server.service().store.database.transaction() as db:
            db.execute("UPDATE runs SET steps_per_s = 0.5")
        server.service().submit(SMALL.replace(seed=7, steps=6000), "somebody")
        sound(app.button(key="a.train").click().run())
        return sound(app.run())

    return opens


@pytest.mark.whole
@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_waits_reads_the_place_the_time_and_what_to_watch_meanwhile(lang, waiting):
    app = waiting(lang)
    (said,) = (caption.value for caption in app.caption if "](" in caption.value)
    assert said.startswith(text("run.status.queued", lang, place=2, eta=duration(TURN, lang)))
    address = said.partition("](")[2].partition(")")[0]
    query = dict(parse_qsl(address.partition("?")[2]))
    assert from_query(query, "plane", "a.")[0].key() == SMALL.replace(loss="hinge").key()
    assert said.endswith(text("run.status.meanwhile", lang, address=address, names=text("field.short.loss", lang)))


@pytest.mark.whole
def test_the_bound_is_said_before_and_when_it_is_reached(waiting):
    app = waiting("en")
    viewer = app.session_state["viewer"]
    server.service().submit(SMALL.replace(seed=8), viewer)
    enter(app, "a.w.seed", 9)
    button = app.button(key="a.train")
    assert text("run.train.bound", "en", most=2) in button.help
    sound(button.click().run())
    assert text("notice.refusal.queue", "en", most=2) in warnings(app)


def test_too_many_uploads_are_not_read(monkeypatch):
    monkeypatch.setenv("GANLAB_UPLOADS", "0")
    app = opened(PAGE)
    app.file_uploader(key="a.export.file.0").set_value(("settings.json", b"{}", "application/json"))
    sound(app.run())
    assert [toast.value for toast in app.toast] == [text("notice.uploads.many", "en", most=0)]
    assert not app.error
