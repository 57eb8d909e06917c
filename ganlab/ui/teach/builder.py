"""The builder of a teacher's link: nothing has to be typed but the task itself."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.host import settings
from ganlab.presets import DIGITS_PRESETS, PLANE_PRESETS
from ganlab.studies.cards import LESSONS
from ganlab.teach.link import LONGEST, TASK, encode
from ganlab.teach.task import BODY, HAND_IN, MOST, OPTION, OPTIONS, PAGES, STATES, Task, TaskError
from ganlab.ui import board
from ganlab.ui.run import share
from ganlab.ui.teach import draft
from ganlab.ui.teach.student import refusal
from ganlab.ui.text import LANGUAGES, text, worded
from ganlab.ui.words import links

START, PASTED, REFUSED, TONGUE = "taught.start", "taught.pasted", "taught.refused", "taught.tongue"
"""Session keys: what to begin with, the pasted address, why it was refused, the language that is written."""
DENSE = 700
"""Characters of an address from which on its code is too fine to be scanned from the back of a room."""
HEIGHT = 900
"""Pixels of the page in a frame."""


# What to begin with


def begin(lang: str) -> None:
    """Step 1: a preset, a card, or any address of the product."""
    st.subheader(text("teach.begin.title", lang), anchor=False)
    st.session_state.setdefault(START, "preset")
    st.segmented_control(
        text("teach.begin.title", lang),
        list(BEGIN),
        format_func=lambda name: text(f"teach.begin.{name}", lang),
        **ui.held("t.w.start", st.session_state[START], partial(keep, START)),
        required=True,
        label_visibility="collapsed",
    )
    BEGIN[st.session_state[START]](lang)
    st.caption(text("teach.begin.now", lang, name=draft.called(lang)))


def keep(name: str, value: Any) -> None:
    """Stores a widget's value."""
    ui.touched()
    st.session_state[name] = value


def from_preset(lang: str) -> None:
    """The menu of presets."""
    menu("preset", [*PLANE_PRESETS, *DIGITS_PRESETS], lambda name: text(f"preset.name.{name}", lang), lang)


def from_card(lang: str) -> None:
    """The menu of cards."""
    menu("card", list(LESSONS), lambda name: text(f"mistakes.{name}.title", lang), lang)


def menu(kind: str, names: Sequence[str], called: Callable[[str], str], lang: str) -> None:
    """A menu of what a task can begin with."""
    there = {name: OPENS[kind](name) for name in names}
    entries = draft.draft()
    present = [n for n, its in there.items() if (its.page, dict(its.query)) == (entries["page"], entries["query"])]
    look = ui.held(f"t.w.{kind}", present[0] if present else None, lambda name: opened(there.get(name)))
    look |= {"format_func": called, "placeholder": text("teach.begin.choose", lang), "label_visibility": "collapsed"}
    st.selectbox(text(f"teach.begin.{kind}", lang), names, **look)


def opened(there: links.Shown | None) -> None:
    """Begins with a run or a card."""
    if there:
        draft.start(there.page, there.query)


def from_link(lang: str) -> None:
    """The field for an address, and why the last one cannot be used."""
    label, help = text("teach.begin.paste", lang), text("teach.begin.paste_help", lang)
    st.text_input(label, key=PASTED, help=help, on_change=pasted, args=(lang,), max_chars=LONGEST * 2)
    for sentence in st.session_state.get(REFUSED, []):
        st.warning(sentence)


def pasted(lang: str) -> None:
    """Begins with the typed address."""
    ui.touched()
    st.session_state[REFUSED] = draft.paste(st.session_state[PASTED], lang) if st.session_state[PASTED] else []


# What students see and may change


def rights(lang: str) -> None:
    """Step 2: which settings may be changed, and which parts of the page are shown."""
    st.subheader(text("teach.rights.title", lang), anchor=False)
    entries = draft.draft()
    if PAGES[entries["page"]].kind:
        states(entries, lang)
    parts = PAGES[entries["page"]].parts
    seen = [part for part in parts if part not in entries["without"]]
    st.pills(
        text("teach.rights.parts", lang),
        parts,
        selection_mode="multi",
        format_func=lambda part: text(f"teach.part.{part}", lang),
        help=text("teach.rights.parts_help", lang),
        **ui.held("t.w.parts", seen, lambda kept: draft.change(without=tuple(p for p in parts if p not in kept))),
    )


def states(entries: dict[str, Any], lang: str) -> None:
    """The state of all settings, and the exceptions from it."""
    st.segmented_control(
        text("teach.rights.rest", lang),
        STATES,
        format_func=lambda state: text(f"teach.rights.rest_{state}", lang),
        required=True,
        **ui.held("t.w.rest", entries["rest"], lambda state: draft.change(rest=state)),
    )
    for state in STATES:
        if state != entries["rest"]:
            exceptions(state, entries, lang)


def exceptions(state: str, entries: dict[str, Any], lang: str) -> None:
    """The settings that have another state than the rest."""
    taken = {name for other in STATES if other not in (state, entries["rest"]) for name in entries[other]}
    names = [name for name in Task(page=entries["page"]).fields if name not in taken]
    present = [name for name in entries[state] if name in names]
    st.multiselect(
        text(f"teach.rights.{state}", lang),
        names,
        format_func=lambda name: worded(f"field.label.{name}", lang),
        placeholder=text("teach.rights.none", lang),
        **ui.held(f"t.w.{state}", present, lambda chosen: draft.change(**{state: tuple(chosen)})),
    )


# The task


def words(lang: str) -> None:
    """Step 3: title, text, prediction and what is to be handed in; each text in one language or in both."""
    st.subheader(text("teach.words.title", lang), anchor=False)
    written = st.session_state.setdefault(TONGUE, lang)
    st.segmented_control(
        text("teach.words.language", lang),
        LANGUAGES,
        format_func=lambda tongue: text(f"teach.words.in_{tongue}", lang),
        required=True,
        help=text("teach.words.language_help", lang),
        **ui.held("t.w.tongue", written, partial(keep, TONGUE)),
    )
    field("title", written, lang, st.text_input, max_chars=MOST["title"])
    field("body", written, lang, st.text_area, max_chars=BODY, height=180)
    field("question", written, lang, st.text_input, max_chars=MOST["question"])
    field("options", written, lang, st.text_area, max_chars=OPTIONS * (OPTION + 1), height=110)
    present = list(draft.draft()["hand_in"])
    st.pills(
        text("teach.words.hand_in", lang),
        HAND_IN,
        selection_mode="multi",
        format_func=lambda part: text(f"teach.hand_in.{part}", lang),
        **ui.held("t.w.hand_in", present, lambda all: draft.change(hand_in=tuple(p for p in HAND_IN if p in all))),
    )


def field(part: str, written: str, lang: str, widget: Callable[..., Any], **look: Any) -> None:
    """The field of one text."""
    present = draft.draft()["words"][written][part]
    help = text(f"teach.words.{part}_help", lang, most=OPTIONS)
    label = text(f"teach.words.{part}_label", lang)
    held = ui.held(f"t.w.{part}.{written}", present, partial(draft.say, written, part))
    widget(label, help=help, **held, **look)


# The link


def result(lang: str) -> None:
    """Step 4: the link, its code, the frame for a course page, and the way to what students see."""
    st.subheader(text("teach.result.title", lang), anchor=False)
    try:
        task = draft.task()
        written = encode(task, settings.read().secret)
    except TaskError as error:
        st.warning(refusal(error, lang), icon=":material/edit_note:")
        return
    url = share.address({TASK: written}, task.page)
    preview: dict[str, Any] = {"icon": ":material/visibility:", "query_params": {"lang": lang, TASK: written}}
    st.page_link(task.here.script, label=text("teach.result.preview", lang), **preview)
    share.warn_local(url, lang)
    st.code(url, language=None, wrap_lines=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        share.code_button(url, lang)
        board.task_button(task, lang, "t.board")
        st.caption(text("teach.result.dense" if len(url) > DENSE else "teach.result.length", lang, n=len(url)))
    share.full_screen(url, lang, "teach.code")
    ui.caption(text("teach.result.frame", lang))
    st.code(frame(url, task, lang), language="html", wrap_lines=True)
    ui.caption(text("teach.result.signed" if settings.read().secret else "teach.result.unsigned", lang))


def frame(url: str, task: Task, lang: str) -> str:
    """The page as an element of another page."""
    title = html.escape(task.said(lang).title or text(f"app.nav.{task.page}", lang))
    look = f'width="100%" height="{HEIGHT}" style="border:0" allow="fullscreen; clipboard-write"'
    return f'<iframe src="{html.escape(url)}&amp;embed=true" title="{title}" {look}></iframe>'


OPENS = {"preset": links.preset, "card": links.card}
BEGIN: dict[str, Callable[[str], None]] = {"preset": from_preset, "card": from_card, "link": from_link}
"""What a task can begin with."""
