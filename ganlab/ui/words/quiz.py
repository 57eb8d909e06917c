"""The quiz: one question at a time, what is said of the answer, and the result, which the link carries."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.plane.config import PlaneConfig
from ganlab.ui.arena import playback
from ganlab.ui.digits import playback as images
from ganlab.ui.run.server import service
from ganlab.ui.text import text
from ganlab.ui.words.answers import luck, option, unusual, why
from ganlab.ui.words.questions import QUESTIONS, Look

PREFIX, ANSWERS, AT = "q.", "q.answers", "q.at"
"""Keys of the link and of the session: the answers by place, and the open question; the result is after the last."""
NAMES = tuple(QUESTIONS)
OPEN = "-"
"""In the place of an answer that is still to come."""


# The state and its link


def open_link(lang: str) -> list[str]:
    """Takes the answers and the question of the link. Returns a sentence about its invalid parts."""
    link = ui.new_link(PREFIX)
    if link is None:
        st.session_state.setdefault(ANSWERS, "")
        st.session_state.setdefault(AT, 0)
        return []
    given, at = link.get(ANSWERS, ""), link.get(AT, "1")
    asked = [str(place) for place in range(1, len(NAMES) + 2)]
    answers, place, valid = read(given), asked.index(at) if at in asked else 0, at in asked
    st.session_state.update({ANSWERS: answers, AT: place})
    return [] if valid and answers == given.rstrip(OPEN) else [text("quiz.page.unknown", lang)]


def read(given: str) -> str:
    """The answers of a link, one sign a question; what is no answer is still open."""
    signs = zip(given, QUESTIONS.values(), strict=False)
    return "".join(sign if sign in places(question) else OPEN for sign, question in signs).rstrip(OPEN)


def places(question: Any) -> list[str]:
    """The signs of a question's options."""
    return [str(index) for index in range(len(question.options))]


def to_link() -> dict[str, str]:
    """The query of the answers and the open question."""
    state = st.session_state
    return {AT: str(state[AT] + 1)} | ({ANSWERS: state[ANSWERS]} if state[ANSWERS] else {})


def given(place: int) -> int | None:
    """The answer to a question; None before."""
    sign = st.session_state[ANSWERS][place : place + 1] or OPEN
    return None if sign == OPEN else int(sign)


def answer(place: int, index: int) -> None:
    """Stores an answer. The first one counts."""
    ui.touched()
    signs = list(st.session_state[ANSWERS].ljust(len(NAMES), OPEN))
    signs[place] = str(index) if signs[place] == OPEN else signs[place]
    st.session_state[ANSWERS] = "".join(signs).rstrip(OPEN)


def go(place: int) -> None:
    """Opens a question, or the result."""
    ui.touched()
    st.session_state[AT] = place


def again() -> None:
    """Forgets all answers."""
    go(0)
    st.session_state[ANSWERS] = ""


def right(place: int) -> bool:
    """Whether a question was answered rightly."""
    return given(place) == QUESTIONS[NAMES[place]].right


# One question


def progress(lang: str) -> None:
    """How far the visitor is, and how many answers were right."""
    done = [place for place in range(len(NAMES)) if given(place) is not None]
    counts = {"done": len(done), "of": len(NAMES), "right": sum(map(right, done))}
    st.progress(len(done) / len(NAMES), text("quiz.page.progress", lang, **counts))


def question(lang: str) -> None:
    """The open question with its options; a run beside it."""
    place: int = st.session_state[AT]
    name = NAMES[place]
    asked = QUESTIONS[name]
    words, picture = st.columns([5, 6], gap="large") if isinstance(asked, Look) else st.columns([2, 1])
    with words:
        st.subheader(text("quiz.page.place", lang, place=place + 1, of=len(NAMES)), anchor=False)
        ui.markdown(text(f"quiz.{name}.ask", lang))
        if isinstance(asked, Look) and unusual(asked):
            ui.caption(text("quiz.page.unusual", lang))
        options(place, lang)
        if given(place) is not None:
            feedback(place, lang)
        turns(place, lang)
    if isinstance(asked, Look):
        with picture:
            run(asked, given(place) is not None, lang)


def options(place: int, lang: str) -> None:
    """A button for each option; after the answer they rest."""
    name, chosen = NAMES[place], given(place)
    for index in range(len(QUESTIONS[name].options)):
        look: dict[str, Any] = {"width": "stretch", "disabled": chosen is not None, "args": (place, index)}
        if chosen is not None:
            look["icon"] = f":material/{mark(place, index)}:"
        st.button(option(name, index, lang), f"q.{name}.{index}", on_click=answer, **look)


def mark(place: int, index: int) -> str:
    """The sign of an option after the answer: the right one, the wrong one that was chosen, another."""
    if index == QUESTIONS[NAMES[place]].right:
        return "check_circle"
    return "cancel" if index == given(place) else "radio_button_unchecked"


def feedback(place: int, lang: str) -> None:
    """Why the answer is right or wrong, and why every other option is."""
    name, chosen = NAMES[place], given(place)
    assert chosen is not None
    best, wrong = QUESTIONS[name].right, range(len(QUESTIONS[name].options))
    if right(place):
        st.success(text("quiz.page.right", lang, why=why(name, best, lang)))
    else:
        st.warning(text("quiz.page.wrong", lang, why=why(name, chosen, lang)))
        st.info(text("quiz.page.answer", lang, option=option(name, best, lang), why=why(name, best, lang)))
    asked = QUESTIONS[name]
    if isinstance(asked, Look):
        ui.caption(luck(asked, lang))
    others = [index for index in wrong if index not in (best, chosen)]
    with st.expander(text("quiz.page.others", lang)):
        for index in others:
            st.markdown(f"**{option(name, index, lang)}** {why(name, index, lang)}")
    read_more(name, lang)


def read_more(name: str, lang: str) -> None:
    """The way to the term in the glossary."""
    asked = QUESTIONS[name]
    term = TERMS_OF[asked.answer] if isinstance(asked, Look) else asked.term
    label = text("quiz.page.more", lang, term=text(f"glossary.{term}.term", lang))
    look: dict[str, Any] = {"icon": ":material/menu_book:", "query_params": {"lang": lang, "term": term}}
    st.page_link("pages/learn/glossary.py", label=label, **look)


def turns(place: int, lang: str) -> None:
    """The ways to the question before, the next one, and the result."""
    with st.container(horizontal=True):
        st.button(
            text("quiz.page.back", lang), "q.back", disabled=place == 0, on_click=go, args=(place - 1,), type="tertiary"
        )
        last, kind = place + 1 == len(NAMES), "secondary" if given(place) is None else "primary"
        label = text("quiz.page.result" if last else "quiz.page.next", lang)
        look: dict[str, Any] = {"type": kind, "icon": ":material/arrow_forward:"}
        st.button(label, "q.next", on_click=go, args=(place + 1,), **look)


def run(asked: Look, answered: bool, lang: str) -> None:
    """The run in the player: from its start with a covered verdict, and after the answer its end with the verdict."""
    config, hidden = asked.config, "" if answered else text("quiz.page.hidden", lang)
    if service().reached(config.key()) < 0:
        st.info(text("lessons.page.unavailable", lang))
        return
    key = f"q.player.{asked.run}.{asked.member}{'.told' if answered else ''}"
    look: dict[str, Any] = {"at": config.steps if answered else 0, "playing": not answered}
    if isinstance(config, PlaneConfig):
        playback.show(config, asked.member, False, lang, key, look, hidden=hidden)
        if asked.curves:
            playback.curves(config, asked.member, lang, f"q.curves.{asked.run}")
    else:
        images.show(config, False, lang, key, look, hidden=hidden)


# The result


def result(lang: str) -> None:
    """How many answers were right, and the way back to each question."""
    count = sum(right(place) for place in range(len(NAMES)))
    st.subheader(text("quiz.page.score", lang, right=count, of=len(NAMES)), anchor=False)
    st.markdown(text("quiz.page.share", lang))
    with st.container(horizontal=True, key="q.all"):
        for place, name in enumerate(NAMES):
            icon = "radio_button_unchecked" if given(place) is None else "check_circle" if right(place) else "cancel"
            label, help = str(place + 1), text(f"quiz.{name}.ask", lang)
            st.button(label, f"q.to.{name}", help, go, args=(place,), icon=f":material/{icon}:", width=84)
    st.button(text("quiz.page.again", lang), "q.again", icon=":material/replay:", on_click=again)


TERMS_OF = {
    "near_equilibrium": "equilibrium",
    "healthy": "judge",
    "collapse": "collapse",
    "smear": "smear",
    "vanishing": "vanishing",
    "d_too_weak": "discriminator",
    "d_ahead": "accuracy",
    "rotating": "rotation",
    "diverging": "divergence",
}
"""Verdict -> the term to read about it."""
