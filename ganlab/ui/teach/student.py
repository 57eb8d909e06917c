"""A page as a teacher's task shows it: the task above, a prediction before the run, bound settings, parts left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.host import settings
from ganlab.teach.cleaning import harmless
from ganlab.teach.link import ANSWER, TASK, decode
from ganlab.teach.task import PAGES, Task, TaskError
from ganlab.ui import board
from ganlab.ui.mistakes.first_look import picture
from ganlab.ui.run import export, share
from ganlab.ui.run.differences import plain
from ganlab.ui.run.experiment import Experiment, places
from ganlab.ui.text import text

GIVEN, DRAFT = "taught.given", "taught.draft"
"""Session keys: the task, and the draft of a visitor who is making one."""
BUILDER = "pages/teach/teach.py"


@dataclass(frozen=True)
class Given:
    """A task that a link has brought."""

    task: Task
    written: str
    """As in the link."""
    whole: bool
    """Whether it is as the teacher made it."""
    answer: int | None = None
    """The predicted option."""


@dataclass(frozen=True)
class Class:
    """What a visitor of a page was given: a task, or nothing."""

    page: str
    given: Given | None
    notices: list[str]

    def shows(self, part: str) -> bool:
        """Whether a part of the page is shown. A task that binds settings has no presets."""
        if self.given is None:
            return True
        task = self.given.task
        return part not in task.without and not (part == "presets" and task.bound())

    def link(self) -> dict[str, str]:
        """The task's part of the page's link."""
        if self.given is None:
            return {}
        answer = {} if self.given.answer is None else {ANSWER: str(self.given.answer + 1)}
        return {TASK: self.given.written} | answer

    def draw(self, **drawn: Callable[[], None]) -> None:
        """Draws those parts of the page that are shown."""
        for part, draw in drawn.items():
            if self.shows(part):
                draw()

    def box(self, lang: str) -> None:
        """The task, if there is one. Before its prediction the page ends here, with a still picture."""
        if self.given is None:
            return
        with st.container(border=True, key="taught", gap="small"):
            head(self.given, lang)
            waits = question(self.given, lang)
            foot(self.given, lang)
        if waits:
            still(self.page, lang)
            st.stop()


def arrive(page: str, lang: str) -> Class:
    """Takes the task of a link to this page; a new link without one puts it away."""
    link, notices = dict(st.query_params.to_dict()), list[str]()
    if st.session_state["link_is_new"] and TASK in link:
        notices = take(page, link, lang)
    elif st.session_state["link_is_new"] and own(page, link) and here(page):
        leave()
    return Class(page, here(page), notices)


def here(page: str) -> Given | None:
    """The task of a page."""
    given: Given | None = st.session_state.get(GIVEN)
    return given if given and given.task.page == page else None


def take(page: str, link: Mapping[str, str], lang: str) -> list[str]:
    """Puts a link's task on the page. Returns sentences about what could not be used as it is."""
    leave()
    try:
        task, whole = decode(link[TASK], settings.read().secret)
        if task.page != page:
            raise TaskError("other_page")
    except TaskError as error:
        return [refusal(error, lang)]
    known = [str(i + 1) for i in range(len(task.said(lang).options))]
    answer = known.index(link[ANSWER]) if link.get(ANSWER) in known else None
    st.session_state[GIVEN] = Given(task, link[TASK], whole, answer)
    if not own(page, link):
        st.query_params.from_dict({**link, **task.query})
    changed = bind(task, link)
    return [text("teach.student.bound", lang)] if changed else []


def bind(task: Task, link: Mapping[str, str]) -> bool:
    """Keeps the task's settings as the teacher has them. Whether the link has others."""
    place = experiment(task.page)
    if place is None:
        return False
    taught, _, _, _ = share.from_link(task.query, place)
    place.bind(taught, task.bound())
    asked, _, _, _ = share.from_link(link if own(task.page, link) else task.query, place)
    return any(getattr(asked, name) != getattr(taught, name) for name in task.bound())


def leave() -> None:
    """Puts the task away; its settings are free again."""
    given: Given | None = st.session_state.pop(GIVEN, None)
    if given and (place := experiment(given.task.page)):
        place.bind(None, {})


def experiment(page: str) -> Experiment | None:
    """The place of a page's run, if a task may bind its settings."""
    kind = PAGES[page].kind
    return places(kind)[0] if kind else None


def own(page: str, link: Mapping[str, str]) -> bool:
    """Whether a link has a state of the page itself."""
    return any(name.startswith(PAGES[page].prefixes) for name in link)


def refusal(error: TaskError, lang: str) -> str:
    """Why there is no such task, as a sentence."""
    facts = {name: ui.code(value) if isinstance(value, str) else value for name, value in error.facts.items()}
    if "part" in error.facts:
        facts["part"] = text(f"teach.part_of.{error.facts['part']}", lang)
    return text(f"teach.refused.{error.reason}", lang, **facts)


# The box


def head(given: Given, lang: str) -> None:
    """The task's title and text, and whether it is the teacher's version."""
    words = given.task.said(lang)
    st.caption(text("teach.student.task", lang))
    if not given.whole:
        st.warning(text("teach.student.changed", lang), icon=":material/edit_note:")
    if words.title:
        st.subheader(plain(words.title), anchor=False)
    if words.body:
        st.markdown(harmless(words.body))


def question(given: Given, lang: str) -> bool:
    """The prediction. Whether it is still to be made."""
    words = given.task.said(lang)
    if not words.question:
        return False
    st.markdown(f"**{plain(words.question)}**")
    if given.answer is not None:
        st.markdown(text("teach.student.predicted", lang, answer=plain(words.options[given.answer])))
        board.prediction_note(given.task, lang)
        return False
    look: dict[str, Any] = {"index": None, "key": "taught.guess", "label_visibility": "collapsed"}
    options = range(len(words.options))
    st.radio(plain(words.question), options, format_func=lambda i: plain(words.options[i]), **look)
    label, chosen = text("teach.student.predict", lang), st.session_state.get("taught.guess")
    st.button(label, "taught.predict", type="primary", disabled=chosen is None, on_click=predict)
    return True


def predict() -> None:
    """Stores the prediction."""
    ui.touched()
    given: Given = st.session_state[GIVEN]
    chosen = st.session_state["taught.guess"]
    st.session_state[GIVEN] = Given(given.task, given.written, given.whole, chosen)
    board.send_prediction(given.task, chosen)


def foot(given: Given, lang: str) -> None:
    """What is to be handed in, and the ways out."""
    with st.container(horizontal=True, vertical_alignment="center", key="taught.foot"):
        if given.task.hand_in:
            parts = ", ".join(text(f"teach.hand_in.{part}", lang) for part in given.task.hand_in)
            st.caption(text("teach.student.hand_in", lang, parts=parts), width="content")
            if place := experiment(given.task.page):
                export.sheet_link(place, lang)
        if DRAFT in st.session_state:
            look: dict[str, Any] = {"icon": ":material/edit:", "query_params": {"lang": lang}}
            st.page_link(BUILDER, label=text("teach.student.back", lang), **look)
        else:
            label, help = text("teach.student.leave", lang), text("teach.student.leave_help", lang)
            st.button(label, "taught.leave", help, put_away, type="tertiary")


def put_away() -> None:
    """Puts the task away at the visitor's wish. The run stays."""
    ui.touched()
    leave()


def still(page: str, lang: str) -> None:
    """What G has to learn, and where it begins: the run's picture before a prediction."""
    place = experiment(page)
    if place and (found := picture(place.config.key(), place.config, lang)):
        png, said = found
        st.image(png, width=360, caption=said, alt=said)
