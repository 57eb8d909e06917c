"""What a visitor reads of faults: of the run store, of a request that cannot be stored, of a link, of a file."""

import json
import sqlite3

import pytest
from visits import opened, quiet_server, sound  # noqa: F401

from ganlab.service.runs import Runs
from ganlab.store.database import FILE
from ganlab.store.runs import Store
from ganlab.ui import printable
from ganlab.ui.run import export, share, strays
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.text import LANGUAGES, text

PAGE = "pages/lab/arena.py"
START = "pages/learn/start.py"
HALF = "\ud800"


def warnings(app):
    return "\n".join(warning.value for warning in app.warning)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_damaged_store_is_told_once_a_visit(lang, tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / FILE).write_bytes(b"no database" * 1000)
    app = opened(START, lang=lang)
    assert [toast.value for toast in app.toast] == [text("notice.store.damaged", lang)]
    assert [toast.value for toast in sound(app.run()).toast] == []


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
