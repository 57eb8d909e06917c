"""The page for whoever deploys: it says what `doctor` says, in words, and nothing that is secret."""

import math
import os
import re

import pytest
from visits import opened, quiet_server  # noqa: F401

from ganlab.host import machine, settings
from ganlab.host.machine import Machine
from ganlab.service import profile
from ganlab.ui.run import server
from ganlab.ui.text import LANGUAGES, sentences, text
from ganlab.ui.words import host

PAGE = "pages/learn/host.py"


@pytest.fixture
def small(monkeypatch):
    """A container of half a processor, whose memory a setting makes small."""
    monkeypatch.setattr(machine, "found", lambda: Machine(8e9, 0.5))
    monkeypatch.setenv("GANLAB_MEMORY_MB", "690")
    monkeypatch.setenv("GANLAB_SLOTS", "2")
    monkeypatch.setenv("GANLAB_STEPS", "5000")
    monkeypatch.setenv("GANLAB_SECRET", "a secret of the server")


def said(app):
    """The tables of the page: what is said of each thing."""
    rows = [row for one in app.markdown for row in re.findall(r"^\| (.+) \| (.+) \|$", one.value, re.MULTILINE)]
    return {name: value for name, value in rows if name != "---"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_what_was_found_and_chosen(small, lang):
    shown = said(opened(PAGE, {}, lang))
    row = {name: shown[text(f"host.row.{name}", lang)] for name in ("memory", "slots", "steps", "width", "seats")}
    sizes = (text("host.say.size", lang, mb=mb) for mb in (8000, 690))
    assert row["memory"] == text("host.say.assumed", lang, **dict(zip(("memory", "used"), sizes, strict=True)))
    assert row["slots"] == f"2 {text('host.say.given', lang, slots=1)}"
    assert row["steps"].replace("\u202f", "").replace(",", "") == "5000"
    assert row["width"] == text("host.say.open", lang)
    assert row["seats"] == text("host.say.alone", lang)
    assert shown[text("host.row.large", lang)] == text("host.say.refused", lang)
    assert len(shown) == 1 + sum(key.startswith("host.row.") for key in sentences(lang))


def test_the_page_names_no_path_no_variable_and_no_secret(small):
    app = opened(PAGE)
    shown = " ".join(one.value for kind in (app.title, app.header, app.markdown, app.caption) for one in kind)
    secret = [settings.read().secret, str(server.service().store.path), os.getcwd(), "GANLAB_"]
    assert [part for part in secret if part in shown] == []


def test_a_large_machine_has_seats_and_unknown_memory_is_not_a_number(monkeypatch):
    monkeypatch.setattr(machine, "found", lambda: Machine(math.inf, 4.0))
    assert dict(host.found("en"))["memory"] == text("host.say.unknown", "en")
    assert dict(host.chosen("en"))["large"] == text("host.say.allowed", "en")
    assert int(dict(host.seats("en"))["seats"]) == profile.seats(Machine(math.inf, 4.0), 3) == 33


@pytest.mark.whole
def test_the_about_page_leads_there():
    assert any(link.proto.page == "host" for link in opened("pages/learn/about.py").get("page_link"))
