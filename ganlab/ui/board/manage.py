"""What a class's manager does: the links, the shared run, the question, and taking things away."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.board import classes, pins
from ganlab.board.classes import Class
from ganlab.kind.config import RunConfig
from ganlab.teach.link import LONGEST
from ganlab.teach.task import OPTION, OPTIONS, QUESTION
from ganlab.ui.board import deal, place
from ganlab.ui.run import price, share
from ganlab.ui.text import duration, text

LINK, HIDDEN, FROZEN, TRUTH = "k.link", "k.hidden", "k.frozen", "k.truth"
"""Session keys of widgets."""


def panel(found: Class, lang: str) -> None:
    """The manager's tools."""
    names = [text(f"board.manage.{name}", lang) for name in ("links", "tasks", "order")]
    with st.expander(text("board.manage.title", lang), expanded=True, icon=":material/key:"):
        links, tasks, order = st.tabs(names, key="k.tabs")
        with links:
            addresses(lang)
        with tasks:
            shared_run(found, lang)
            st.divider()
            question(found, lang)
        with order:
            take_away(found, lang)


def change(found: Class, **values: Any) -> None:
    """Sets columns of the class."""
    place.attempt(classes.alter, found.id, place.key(), **values)


# The links


def addresses(lang: str) -> None:
    """The link to join, with its QR code full screen, and the link to manage, which nobody else should see."""
    join = joining(lang)
    url = share.address(join)
    st.markdown(f"**{text('board.manage.join', lang)}**")
    share.warn_local(url, lang)
    st.code(url, language=None, wrap_lines=True)
    share.code_button(url, lang, "k.qr")
    with st.popover(text("board.manage.key", lang), icon=":material/key:"):
        st.markdown(text("board.manage.key_about", lang))
        st.code(share.address(join | place.to_link()), language=None, wrap_lines=True)


def joining(lang: str) -> dict[str, str]:
    """The query of the link to join."""
    return {"lang": lang, ui.CLASS: place.here()}


# The shared run


def shared_run(found: Class, lang: str) -> None:
    """Which run's members are dealt, and the field for another one's link, with the time that its run takes here."""
    st.markdown(f"**{text('board.manage.run', lang)}** {text('board.manage.run_about', lang)}")
    if dealt := deal.read(found):
        label = text("board.manage.dealt" if dealt.config else "board.manage.dealt_task", lang)
        query = joining(lang) | dealt.query(0)
        st.page_link(dealt.script, label=label, icon=":material/casino:", query_params=query)
        if dealt.config:
            st.caption(cost(dealt.config, lang))
        elif dealt.task:
            seeds_instead(found, deal.link_of(dealt.task), lang)
    typed = st.text_input(text("board.manage.link", lang), key=LINK, max_chars=2 * LONGEST, on_change=ui.touched)
    label = text("board.manage.deal_again" if found.experiment else "board.manage.deal", lang)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(label, "k.deal.send", on_click=send, args=(found, lang))
        planned = deal.offered(typed, lang)[0] if typed else None
        if planned and planned.config:
            st.caption(cost(planned.config, lang), width="content")


def seeds_instead(found: Class, link: str, lang: str) -> None:
    """Of a task that all students get alike: the button that deals each one another seed of its run."""
    planned = deal.offered(link, lang)[0]
    if planned and planned.config:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(text("board.manage.deal", lang), "k.deal.seeds", on_click=send, args=(found, lang, link))
            st.caption(cost(planned.config, lang), width="content")


def cost(config: RunConfig, lang: str) -> str:
    """What one of the dealt runs takes on this server."""
    time = price.forecast(config)
    if time is None:
        return text("board.manage.cost_unknown", lang, count=config.members)
    return text("board.manage.cost", lang, count=config.members, eta=duration(time, lang))


def send(found: Class, lang: str, link: str = "") -> None:
    """Deals the run of a link, of the typed one if none is given."""
    if deal.offer(found, link or st.session_state[LINK], lang):
        st.session_state[LINK] = ""
        st.toast(text("board.manage.sent", lang), icon=":material/casino:")


# The question


def question(found: Class, lang: str) -> None:
    """The form for a question, or the ways to end the one that is open."""
    if found.question:
        truth(found, lang)
        return
    with st.form("k.ask", border=False):
        st.markdown(f"**{text('board.manage.question', lang)}** {text('board.manage.question_about', lang)}")
        asked = st.text_input(text("board.manage.ask", lang), max_chars=QUESTION, key="k.ask.question")
        size = OPTIONS * (OPTION + 1)
        options = st.text_area(text("board.manage.options", lang), max_chars=size, key="k.ask.options", height=110)
        if st.form_submit_button(text("board.manage.send", lang), key="k.ask.send"):
            place.attempt(classes.ask, found.id, place.key(), asked, options.splitlines())
            ui.rerun()


def truth(found: Class, lang: str) -> None:
    """The right option, if there is one, and the buttons that show the truth and end the question."""
    if not found.told:
        label, none = text("board.manage.truth", lang), text("board.manage.no_truth", lang)
        options = [None, *range(len(found.options))]
        st.selectbox(label, options, format_func=lambda at: none if at is None else found.options[at], key=TRUTH)
    with st.container(horizontal=True):
        if not found.told:
            st.button(text("board.manage.tell", lang), "k.tell", type="primary", on_click=tell, args=(found,))
        st.button(text("board.manage.end", lang), "k.end", on_click=end, args=(found,))


def tell(found: Class) -> None:
    """Ends the predictions and shows what came out."""
    change(found, told=True, truth=st.session_state[TRUTH])


def end(found: Class) -> None:
    """Takes the question away."""
    place.attempt(classes.ask, found.id, place.key(), "", [])


# Taking away


def take_away(found: Class, lang: str) -> None:
    """The switch that freezes the class, the list of hidden pins, and the button that clears the board."""
    st.toggle(text("board.manage.freeze", lang), **ui.held(FROZEN, found.frozen, partial(freeze, found)))
    hung = {one.identity: one for one in pins.pins(place.board(), found.id)}
    hidden = [identity for identity, one in hung.items() if one.hidden]

    def named(identity: tuple[str, str, int]) -> str:
        one = hung[identity]
        return text("board.manage.one", lang, name=one.name, run=one.run[:6], member=one.member, step=one.step)

    held = ui.held(HIDDEN, hidden, partial(hide, found))
    st.multiselect(text("board.manage.hide", lang), list(hung), format_func=named, placeholder="", **held)
    with st.popover(text("board.manage.clear", lang), icon=":material/delete:"):
        st.markdown(text("board.manage.clear_about", lang))
        st.button(text("board.manage.clear_yes", lang), "k.clear", on_click=clear, args=(found,))


def freeze(found: Class, frozen: bool) -> None:
    """Freezes or thaws the class."""
    change(found, frozen=frozen)


def hide(found: Class, chosen: list[tuple[str, str, int]]) -> None:
    """Hides the pins that are chosen, and shows the others."""
    place.attempt(classes.hide, found.id, place.key(), chosen)


def clear(found: Class) -> None:
    """Deletes what hangs, and who joined."""
    place.attempt(classes.clear, found.id, place.key())
