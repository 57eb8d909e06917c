"""The lesson plans on the page: one at a time, with links of this server, to print."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from ganlab import ui
from ganlab.host import settings
from ganlab.teach.link import TASK, encode
from ganlab.teach.task import Task
from ganlab.ui import board
from ganlab.ui.mistakes.mistakes import CHOSEN
from ganlab.ui.run import share
from ganlab.ui.teach.plans import PARTS, PLANS, blocks, task_of
from ganlab.ui.text import text

PLAN, BUILD = "plan", ""
"""Name in the link and in the session: the open plan; BUILD for the builder."""


def open_link() -> None:
    """Takes the plan of a new link."""
    link = ui.new_link(PLAN) or {}
    if link.get(PLAN) in PLANS:
        st.session_state[PLAN] = link[PLAN]
    elif ui.new_link(TASK):
        st.session_state[PLAN] = BUILD


def chosen() -> str:
    """The open plan, or BUILD."""
    name: str = st.session_state.get(PLAN, BUILD)
    return name


def menu(lang: str) -> None:
    """The choice between the builder and the plans."""
    titles = {BUILD: text("teach.page.build", lang)} | {name: text(f"plans.plan.{name}.name", lang) for name in PLANS}
    st.segmented_control(
        text("teach.page.choose", lang),
        list(titles),
        format_func=titles.__getitem__,
        required=True,
        **ui.held("t.w.plan", chosen(), take),
    )


def take(name: str) -> None:
    """Opens another plan, or the builder."""
    ui.touched()
    st.session_state[PLAN] = name


def show(lang: str) -> None:
    """The open plan."""
    name = text(f"plans.plan.{chosen()}.name", lang)
    st.subheader(text("plans.page.one", lang, name=name), anchor=False)

    def card(name: str) -> str:
        return f"mistakes?{urlencode({'lang': lang, CHOSEN: name})}"

    with st.container(key="t.plan"):
        for name, said in blocks(chosen(), lang, partial(address, lang=lang), card).items():
            block(name, said, lang)
    with st.container(key="t.hint"):
        st.caption(text("plans.page.print", lang))


def block(name: str, said: str, lang: str) -> None:
    """A block of the plan, with the QR code of its task and the way to the class board."""
    st.markdown(said)
    if name in PARTS and (task := task_of(name)):
        with st.container(horizontal=True):
            spoken = replace(task, words={lang: task.said(lang)})  # one language makes a code that is scanned from afar
            code(f"t.qr.{name}", share.address(query(spoken, lang), task.page), lang)
            board.task_button(task, lang, f"t.board.{name}")


def code(key: str, url: str, lang: str) -> None:
    """The button that shows a QR code full screen, and the code once it was asked for."""
    share.code_button(url, lang, key)
    if st.session_state.get(share.FULL_SCREEN) == key:
        share.full_screen(url, lang, "teach.code")


def address(task: Task, lang: str) -> str:
    """The link that opens a task."""
    return f"{task.page}?{urlencode(query(task, lang))}"


def query(task: Task, lang: str) -> dict[str, str]:
    """The query of a task's link on this server."""
    return {"lang": lang, TASK: encode(task, settings.read().secret)}
