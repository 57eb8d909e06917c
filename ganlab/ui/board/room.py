"""A class's board: joining it, the student's own seed and prediction, and what all see."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from ganlab import ui
from ganlab.board import classes, pins, seeds, students
from ganlab.board.classes import Class
from ganlab.board.pins import Pinned
from ganlab.board.students import Student
from ganlab.ui.board import deal, manage, place, table
from ganlab.ui.run import share
from ganlab.ui.run.differences import plain
from ganlab.ui.run.server import say_what_is_erased
from ganlab.ui.text import text

PREDICTION = "k.predict"
"""Session key: the option that a student chooses."""
EVERY = 5.0
"""Seconds between two looks for changes."""


def page(lang: str) -> None:
    """The page of the board."""
    with place.answering(lang):
        refused = place.open_link(lang)
        ui.write_link(place.to_link())
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="k.head"):
            st.title(text("board.page.title", lang), anchor=False)
            if found := place.room():
                share.share(manage.joining(lang), lang, "board.link")
        share.warn([], refused, lang)
        place.refusal(lang)
        show(found, lang)


def show(found: Class | None, lang: str) -> None:
    """A class, or the way to begin one."""
    if found is None:
        if place.here():
            st.warning(text("board.page.gone", lang))
        begin(lang)
        return
    st.header(plain(found.title) or text("board.page.untitled", lang), anchor=False)
    follow(found)
    me = students.student(place.board(), found.id, ui.viewer())
    with st.container():  # what comes and goes in it does not move the tabs below, which would open the first one
        if found.frozen:
            st.info(text("board.page.frozen", lang), icon=":material/ac_unit:")
        if found.question:
            title = text("board.predict.title" if found.asks else "board.predict.asked", lang)
            st.markdown(f"**{title}** {plain(found.question)}")
    if place.key():
        manage.panel(found, lang)
    else:
        take_part(found, me, lang)
    wall(found, lang, bool(place.key()) or (me is not None and me.choice is not None))
    st.button(text("board.page.leave", lang), "k.leave", on_click=place.leave, type="tertiary")


def begin(lang: str) -> None:
    """What the board is, and the form that opens a class."""
    ui.markdown(text("board.page.lead", lang, days=place.board().days))
    if not place.has_own_database():
        say_what_is_erased(lang)
    with st.form("k.begin", border=True):
        title = st.text_input(text("board.open.title", lang), max_chars=classes.TITLE, key="k.title")
        if st.form_submit_button(text("board.open.button", lang), type="primary", key="k.open"):
            made = place.attempt(classes.create, title, ui.viewer())
            if made:
                place.hold(*made)
            ui.rerun()


def follow(found: Class) -> None:
    """Draws the page anew when the class has changed."""

    def look() -> None:
        with suppress(SQLAlchemyError):  # it is asked again soon
            now = classes.find(place.board(), found.id)
            if now is None or now.revision != found.revision:
                ui.rerun()

    st.fragment(look, run_every=EVERY)()


# The student


def take_part(found: Class, me: Student | None, lang: str) -> None:
    """The form that joins the class; after it the student's prediction and seed."""
    if me is None:
        join(found, lang)
        return
    st.markdown(text("board.join.as", lang, name=ui.code(me.name)))
    if found.asks:
        predict(found, me, lang)
    own_seed(found, me, lang)


def join(found: Class, lang: str) -> None:
    """The form for a nickname."""
    with st.form("k.join", border=True):
        name = st.text_input(text("board.join.name", lang), max_chars=students.NAME, key="k.name")
        st.caption(text("board.join.about", lang, days=place.board().days))
        label = text("board.join.button", lang)
        if st.form_submit_button(label, type="primary", disabled=found.frozen, key="k.join.send"):
            place.attempt(students.join, found.id, ui.viewer(), name)
            ui.rerun()


def own_seed(found: Class, me: Student, lang: str) -> None:
    """The student's seed of the class's experiment, dealt at the first look, and the link that opens it."""
    dealt = deal.read(found)
    if dealt is None:
        st.caption(text("board.seeds.free", lang))
        return
    if dealt.config is None:
        own_link(found, me, dealt, text("board.seeds.task", lang), lang)
        return
    if me.seat is None and (found.frozen or place.attempt(students.deal, found.id, ui.viewer()) is None):
        return
    if me.seat is None:
        ui.rerun()
    own_link(found, me, dealt, text("board.seeds.own", lang, seed=(me.seat or 0) + 1), lang)
    st.caption(text("board.seeds.how", lang))


def own_link(found: Class, me: Student, dealt: deal.Deal, label: str, lang: str) -> None:
    """The way to what a student was dealt, with the prediction, so that the task does not ask for it again."""
    asked = me.choice if deal.asks(dealt.task, found) else None
    query = manage.joining(lang) | dealt.query(me.seat or 0, asked)
    st.page_link(dealt.script, label=label, icon=":material/casino:", query_params=query)


def predict(found: Class, me: Student, lang: str) -> None:
    """The question's options; a click stores the prediction."""
    st.radio(
        text("board.predict.choose", lang),
        range(len(found.options)),
        index=None,
        format_func=lambda option: plain(found.options[option]),
        disabled=found.frozen,
        **ui.held(PREDICTION, me.choice, partial(predicted, found.id)),
    )


def predicted(class_id: str, choice: int) -> None:
    """Stores the prediction of the widget."""
    place.attempt(students.predict, class_id, ui.viewer(), choice)


# What all see


def wall(found: Class, lang: str, with_predictions: bool) -> None:
    """The predictions; then, unless they are still open, what came out and the pins."""
    hung = pins.pins(place.board(), found.id)
    if place.key():
        present(found, hung, lang)
    if found.question and (with_predictions or found.told):
        table.predicted(found, students.answers(place.board(), found.id), lang)
    if found.asks:
        st.info(text("board.predict.open", lang), icon=":material/visibility_off:")
        return
    hung = [one for one in hung if not one.hidden]
    dealt = deal.read(found)
    if dealt is not None and dealt.config:
        count = students.seats(place.board(), found.id)
        table.counted(seeds.outcomes(dealt.config, count, hung), count, lang)
    table.pinned(hung, found.id, lang)


def present(found: Class, hung: Sequence[Pinned], lang: str) -> None:
    """For the teacher, also while the truth is covered: how many joined, and how many of them have pinned."""
    joined = students.count(place.board(), found.id)
    pinned, ended = {one.student for one in hung}, {one.student for one in hung if one.whole}
    st.markdown(text("board.manage.present", lang, joined=joined, pinned=len(pinned), ended=len(ended)))
