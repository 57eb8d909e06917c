"""The task that a teacher is making: in the session as it was typed, in the link as soon as it is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from ganlab import ui
from ganlab.host import settings
from ganlab.presets import opening, prepared
from ganlab.studies.cards import LESSONS
from ganlab.teach.link import TASK, decode, encode
from ganlab.teach.task import LANGUAGES, PAGES, Task, TaskError, Words
from ganlab.ui.mistakes.mistakes import CHOSEN
from ganlab.ui.run import differences, share
from ganlab.ui.run.experiment import ARENA, places
from ganlab.ui.teach.student import DRAFT, refusal
from ganlab.ui.text import text

FROM = "from"
"""Name in a link: an address of the product, whose page and run a new task begins with."""
SPOKEN = ("title", "body", "question", "options")
FIRST = ("arena", {ARENA.name("preset"): opening(ARENA.kind)})
"""The page and the query that a new task begins with."""
USUAL = {"arena": ("tries", "about")}
"""What a new task leaves out."""


def draft() -> dict[str, Any]:
    """The entries of a Task; the words with their options as one text."""
    entries: dict[str, Any] = st.session_state.setdefault(DRAFT, begun(*FIRST))
    return entries


def begun(page: str, query: Mapping[str, str]) -> dict[str, Any]:
    """A new task on a page."""
    empty = {lang: dict.fromkeys(SPOKEN, "") for lang in LANGUAGES}
    task = asdict(Task(page=page, query=query, without=USUAL.get(page, ())))
    return task | {"words": empty}


def start(page: str, query: Mapping[str, str]) -> None:
    """Opens another page or run in the draft. Its words stay, and so do its settings if the page is the same."""
    ui.touched()
    fresh, before = begun(page, query), draft()
    kept = ("words", "hand_in") if page != before["page"] else tuple(name for name in before if name != "query")
    st.session_state[DRAFT] = fresh | {name: before[name] for name in kept}


def change(**entries: Any) -> None:
    """Changes the draft. Called in callbacks."""
    ui.touched()
    st.session_state[DRAFT] = draft() | entries


def say(lang: str, part: str, said: str) -> None:
    """Changes one of the draft's texts."""
    words = draft()["words"]
    change(words=words | {lang: words[lang] | {part: said}})


def task() -> Task:
    """The task that the draft is. Raises TaskError."""
    entries = draft()
    words = {lang: spoken(its) for lang, its in entries["words"].items() if any(map(str.strip, its.values()))}
    return Task(**entries | {"words": words})


def spoken(its: Mapping[str, str]) -> Words:
    """The words of one language. The options are the lines of a text."""
    title, body, question, options = (its[part] for part in SPOKEN)
    return Words(title, body, question, tuple(filter(None, map(str.strip, options.split("\n")))))


def of_task(made: Task) -> dict[str, Any]:
    """The draft of a task."""
    said = {lang: asdict(made.words.get(lang, Words())) for lang in LANGUAGES}
    return asdict(made) | {"words": {lang: its | {"options": "\n".join(its["options"])} for lang, its in said.items()}}


# Links


def open_link(lang: str) -> list[str]:
    """Takes the draft of a new link, or begins with the page of one. Returns sentences about what cannot be used."""
    link = ui.new_link(TASK) or ui.new_link(FROM) or {}
    if not link.keys() & {TASK, FROM}:
        draft()
        return []
    return paste(link[FROM] if FROM in link else f"teach?{TASK}={link[TASK]}", lang)


def paste(address: str, lang: str) -> list[str]:
    """Begins with an address of the product: a page, a run, or a task. Returns a sentence if it is none."""
    try:
        page, query = read(address)
        if TASK in query:
            made, _ = decode(query[TASK], settings.read().secret)
            st.session_state[DRAFT] = of_task(made)
        else:
            start(page, query)
    except TaskError as error:
        return [refusal(error, lang)]
    return []


def read(address: str) -> tuple[str, dict[str, str]]:
    """The page of an address and its state there. Raises TaskError for no address of a page that a task can open."""
    try:
        parts = urlsplit(address.strip())
        query = dict(parse_qsl(parts.query, max_num_fields=200))
    except ValueError:
        raise TaskError("address") from None
    page = parts.path.rstrip("/").rpartition("/")[2]
    if TASK in query:
        return page, query
    if page not in PAGES:
        raise TaskError("address")
    return page, {name: value for name, value in query.items() if name == "v" or name.startswith(PAGES[page].prefixes)}


def to_link() -> dict[str, str]:
    """The query of the draft; nothing for an untouched one, and for one that is no task yet."""
    try:
        made = task()
        return {} if draft() == begun(*FIRST) else {TASK: encode(made, settings.read().secret)}
    except TaskError:
        return {}


def called(lang: str) -> str:
    """What the draft opens, in a few words: the page, and the run or the card."""
    entries = draft()
    here = text(f"app.nav.{entries['page']}", lang)
    return ": ".join(filter(None, (here, run_called(entries["page"], entries["query"], lang))))


def run_called(page: str, query: Mapping[str, str], lang: str) -> str:
    """The run or the card that a page's query opens."""
    if CHOSEN in query and query[CHOSEN] in LESSONS:
        return text(f"mistakes.{query[CHOSEN]}.title", lang)
    if not PAGES[page].kind:
        return ""
    place, _ = places(PAGES[page].kind)
    config, preset, _, _ = share.from_link(query, place)
    name = text(f"preset.name.{preset}", lang) if preset else ""
    return ", ".join(filter(None, (name, differences.brief(config, prepared(preset, config.kind), lang))))
