"""What a class's manager does: the links, the shared run, the question, and taking things away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from ganlab import ui
from ganlab.board import classes, pins
from ganlab.board.classes import Class
from ganlab.host import settings
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import ConfigError
from ganlab.links import from_json, to_query
from ganlab.plane.config import PlaneConfig
from ganlab.teach.link import decode
from ganlab.teach.task import OPTION, OPTIONS, QUESTION, TaskError, Words
from ganlab.ui.arena import seeds
from ganlab.ui.board import place
from ganlab.ui.run import share
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.text import text

LINK, HIDDEN, FROZEN, TRUTH = "k.link", "k.hidden", "k.frozen", "k.truth"
"""Session keys of widgets."""


def panel(found: Class, lang: str) -> None:
    """The manager's tools."""
    with st.expander(text("board.manage.title", lang), expanded=True, icon=":material/key:"):
        links, tasks, order = st.tabs([text(f"board.manage.{name}", lang) for name in ("links", "tasks", "order")])
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
    """The link to join, with its QR code, and the link to manage."""
    join = joining(lang)
    words, picture = st.columns([3, 1], vertical_alignment="center")
    with words:
        st.markdown(f"**{text('board.manage.join', lang)}**")
        st.code(share.address(join), language=None, wrap_lines=True)
    with picture:
        st.image(share.qr_code(share.address(join)), width=160, alt=text("board.link.qr_alt", lang))
    st.markdown(f"**{text('board.manage.key', lang)}** {text('board.manage.key_about', lang)}")
    st.code(share.address(join | place.to_link()), language=None, wrap_lines=True)


def joining(lang: str) -> dict[str, str]:
    """The query of the link to join."""
    return {"lang": lang, ui.CLASS: place.here()}


# The shared run


def shared_run(found: Class, lang: str) -> None:
    """Which run's members are dealt, and the field for another one's link."""
    st.markdown(f"**{text('board.manage.run', lang)}** {text('board.manage.run_about', lang)}")
    if dealt := experiment(found):
        label, query = text("board.manage.dealt", lang), {**joining(lang), **to_query(dealt, ARENA.prefix)}
        st.page_link(ARENA.script, label=label, icon=":material/casino:", query_params=query)
    with st.form("k.deal", border=False):
        st.text_input(text("board.manage.link", lang), key=LINK, max_chars=4000)
        label = text("board.manage.deal_again" if found.experiment else "board.manage.deal", lang)
        if st.form_submit_button(label, key="k.deal.send"):
            offer(found, st.session_state[LINK], lang)
            ui.rerun()


def experiment(found: Class) -> RunConfig | None:
    """The run whose members are dealt; None where there is none, or it can no longer be read."""
    try:
        config: RunConfig | None = from_json(json.loads(found.experiment)) if found.experiment else None
    except ConfigError:
        return None
    return config


def offer(found: Class, link: str, lang: str) -> None:
    """Deals the seeds of a link's run, with as many members as one run may have. A task's question is asked, too."""
    query, words = taught(query_of(link), lang)
    config = share.from_link(query, ARENA)[0] if any(name.startswith(ARENA.prefix) for name in query) else None
    many = seeds.most(config)[0] if isinstance(config, PlaneConfig) else None
    if many is not None:
        change(found, experiment=json.dumps(many.to_json()))
    if words.question:
        place.attempt(classes.ask, found.id, place.key(), words.question, words.options)
    elif many is None:
        st.session_state[place.REFUSED] = ("link" if config is None else "members", {})


def taught(query: dict[str, str], lang: str) -> tuple[Mapping[str, str], Words]:
    """The run's query in a link, and what a teacher's task in it says; nothing without a task that can be read."""
    try:
        task, _ = decode(query.get("task", ""), settings.read().secret)
    except TaskError:
        return query, Words()
    return task.query, task.said(lang)


def query_of(link: str) -> dict[str, str]:
    """The query of a typed link; {} for what is no address."""
    try:
        return dict(parse_qsl(urlsplit(link.strip()).query, max_num_fields=200))
    except ValueError:
        return {}


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
    st.session_state[FROZEN] = found.frozen
    st.toggle(text("board.manage.freeze", lang), key=FROZEN, on_change=freeze, args=(found,))
    hung = {one.identity: one for one in pins.pins(place.board(), found.id)}
    st.session_state[HIDDEN] = [identity for identity, one in hung.items() if one.hidden]

    def named(identity: tuple[str, str, int]) -> str:
        one = hung[identity]
        return text("board.manage.one", lang, name=one.name, run=one.run[:6], member=one.member, step=one.step)

    look: dict[str, Any] = {"format_func": named, "on_change": hide, "args": (found,)}
    st.multiselect(text("board.manage.hide", lang), list(hung), key=HIDDEN, placeholder="", **look)
    with st.popover(text("board.manage.clear", lang), icon=":material/delete:"):
        st.markdown(text("board.manage.clear_about", lang))
        st.button(text("board.manage.clear_yes", lang), "k.clear", on_click=clear, args=(found,))


def freeze(found: Class) -> None:
    """Freezes or thaws the class."""
    change(found, frozen=st.session_state[FROZEN])


def hide(found: Class) -> None:
    """Hides the pins that are chosen, and shows the others."""
    place.attempt(classes.hide, found.id, place.key(), st.session_state[HIDDEN])


def clear(found: Class) -> None:
    """Deletes what hangs, and who joined."""
    place.attempt(classes.clear, found.id, place.key())
