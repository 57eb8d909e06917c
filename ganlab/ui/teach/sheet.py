"""The lab sheet of a run: what is known of it, and the prediction; what the student writes stays in the browser."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import segno
import streamlit as st

from ganlab import ui
from ganlab.host import settings
from ganlab.kind.config import RunConfig
from ganlab.links import differences
from ganlab.presets import prepared
from ganlab.teach.link import ANSWER, TASK, decode
from ganlab.teach.task import HAND_IN, PAGES, Task, TaskError
from ganlab.ui.players.sheet import sheet
from ganlab.ui.run import share
from ganlab.ui.run.controls import show
from ganlab.ui.run.experiment import Experiment, places
from ganlab.ui.run.view import Findings, view
from ganlab.ui.teach.student import refusal
from ganlab.ui.text import exists, text, worded

PAGE, QUERY = "page", "sheet.query"
"""Name in a link: the page of the run. Session key: the query of the open sheet."""
DEFAULT = "arena"


@dataclass(frozen=True)
class Subject:
    """What a sheet is about."""

    place: Experiment
    config: RunConfig
    preset: str
    member: int
    query: Mapping[str, str]
    """The run's part of the link."""
    task: Task | None = None
    answer: str = ""
    """The number of the predicted option in the link."""


def open_link(lang: str) -> tuple[Subject, list[str]]:
    """What the link's sheet is about, and sentences about its invalid parts."""
    link = ui.new_link("") or st.session_state.get(QUERY, {})
    asked = link.get(PAGE, DEFAULT)
    page = asked if asked in PAGES and PAGES[asked].kind else DEFAULT
    place, _ = places(PAGES[page].kind)
    task, notices = task_of(link, page, lang)
    query = {name: value for name, value in link.items() if name == "v" or name.startswith(place.prefix)}
    query = query or dict(task.query if task else {})
    config, preset, member, wrong = share.from_link(query, place)
    subject = Subject(place, config, preset, member, query, task, link.get(ANSWER, ""))
    if page != asked and exists(f"app.nav.{asked}"):
        notices.append(text("sheet.page.elsewhere", lang, page=text(f"app.nav.{asked}", lang)))
    return subject, [*notices, *(share.explain(notice, config, lang) for notice in wrong)]


def task_of(link: Mapping[str, str], page: str, lang: str) -> tuple[Task | None, list[str]]:
    """The task of a link, if it is one of this page."""
    if TASK not in link:
        return None, []
    try:
        task, _ = decode(link[TASK], settings.read().secret)
    except TaskError as error:
        return None, [refusal(error, lang)]
    return (task, []) if task.page == page else (None, [])


def to_link(subject: Subject, link: Mapping[str, str]) -> dict[str, str]:
    """The query of a sheet."""
    kept = {name: link[name] for name in (TASK, ANSWER) if name in link}
    query = {PAGE: subject.place.words, **kept, **subject.query}
    st.session_state[QUERY] = query
    return query


def draw(subject: Subject, link: Mapping[str, str], lang: str) -> None:
    """The sheet."""
    found = view(subject.place.kind).findings
    findings = found(subject.config, subject.member, lang) if found else None
    if findings is None:
        st.info(text("sheet.page.untrained", lang))
    there = {name: value for name, value in link.items() if name != PAGE}
    url = share.address(there, subject.place.words)
    facts = {**known(findings), **asked(subject, lang), "settings": changed(subject, lang)}
    facts |= {"id": name(subject), "title": called(subject, lang), "link": url, "code": code(url)}
    facts["parts"] = list(subject.task.hand_in if subject.task and subject.task.hand_in else HAND_IN)
    sheet(facts, lang, key="sheet")


def known(findings: Findings | None) -> dict[str, Any]:
    """What a run came to; nothing for one without frames."""
    if findings is None:
        return {"picture": "", "alt": "", "verdict": "", "sentence": "", "numbers": []}
    picture = f"data:image/png;base64,{b64encode(findings.picture).decode()}"
    numbers = [list(row) for row in findings.numbers]
    return {"picture": picture, "alt": findings.alt, "numbers": numbers} | {
        "verdict": findings.title,
        "sentence": findings.sentence,
    }


def asked(subject: Subject, lang: str) -> dict[str, str]:
    """The question of the task, and what was predicted."""
    words = subject.task.said(lang) if subject.task else None
    if words is None or not words.question:
        return {"question": "", "answer": ""}
    options = {str(i + 1): option for i, option in enumerate(words.options)}
    given = options.get(subject.answer)
    said = text("sheet.page.predicted", lang, answer=given) if given else text("sheet.page.unpredicted", lang)
    return {"question": words.question, "answer": said}


def changed(subject: Subject, lang: str) -> list[list[str]]:
    """What differs from the prepared run, without what a task hides: name, value, the prepared run's value."""
    config, specs = subject.config, subject.place.specs
    pairs = differences(config, prepared(subject.preset, subject.place.kind))
    hidden = subject.task.bound() if subject.task else {}
    seen = {
        name: pair for name, pair in pairs.items() if hidden.get(name) != "hidden" and name not in config.inactive()
    }
    rows = [(name, *(show(specs[name], name, value, lang) for value in pair)) for name, pair in seen.items()]
    return [
        [worded(f"field.label.{name}", lang), mine, text("sheet.page.instead", lang, value=its)]
        for name, mine, its in rows
    ]


def called(subject: Subject, lang: str) -> str:
    """The sheet's title: that of the task, else the prepared run's."""
    title = subject.task.said(lang).title if subject.task else ""
    run = (
        text(f"preset.name.{subject.preset}", lang) if subject.preset else text(f"app.nav.{subject.place.words}", lang)
    )
    return title or text("sheet.page.of", lang, run=run)


def name(subject: Subject) -> str:
    """What the browser keeps the student's words under: the run and the task."""
    task = repr(subject.task) if subject.task else ""
    return sha256(f"{subject.config.key()} {subject.member} {task}".encode()).hexdigest()[:16]


def code(url: str) -> str:
    """The QR code of an address as a picture's data; '' for one that is too long."""
    return segno.make(url, error="l").png_data_uri(scale=3, border=2) if len(url) <= share.SCANNED else ""


def back(subject: Subject, link: Mapping[str, str], lang: str) -> None:
    """The way back to the run."""
    there = {name: value for name, value in link.items() if name != PAGE} | {"lang": lang}
    label = text("sheet.page.back", lang)
    st.page_link(subject.place.script, label=label, icon=":material/arrow_back:", query_params=there)
