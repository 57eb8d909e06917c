"""The button beside a task that asks it on the class board: in the visitor's class, or in one that it opens."""

from __future__ import annotations

import streamlit as st

from ganlab import ui
from ganlab.board import classes
from ganlab.teach.task import Task
from ganlab.ui.board import deal, manage, place
from ganlab.ui.text import text


def button(task: Task, lang: str, key: str) -> None:
    """The button; once it has asked the task it opens the board."""
    with place.answering(lang):
        help = text("board.manage.task_help", lang)
        if st.button(text("board.manage.task", lang), key, help, icon=":material/dashboard:"):
            if begin(task, lang):
                st.switch_page(place.SCRIPT, query_params=manage.joining(lang) | place.to_link())
            place.refusal(lang)


def begin(task: Task, lang: str) -> bool:
    """Gives a task to all of the class that the visitor manages, or of a new one. Whether it was done."""
    if not (place.key() and place.room()) and (made := place.attempt(classes.create, "", ui.viewer())):
        place.hold(*made)
    found = place.room()
    return bool(found and place.key() and deal.give(found, deal.Deal(None, task), task.said(lang)))
