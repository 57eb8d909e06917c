"""A prediction on a task's page, which counts on the board of the visitor's class if both ask the same."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.board import classes, students
from ganlab.board.board import Board
from ganlab.teach.task import Task
from ganlab.ui.board import deal, manage, place
from ganlab.ui.text import text


def send(task: Task, choice: int) -> None:
    """Sends a prediction to the board. Before the truth is shown another one may replace it there."""
    place.attempt(predict, task, choice)


def predict(board: Board, task: Task, choice: int) -> None:
    """Stores the prediction of a student whose class asks the task's question. Raises BoardError."""
    found = classes.find(board, place.here())
    if found and found.asks and deal.asks(task, found) and students.student(board, found.id, ui.viewer()):
        students.predict(board, found.id, ui.viewer(), choice)


def note(task: Task, lang: str) -> None:
    """Under a prediction: that the board has one of this student, or why not, and the way there."""
    with place.answering(lang):
        place.refusal(lang)
        found = place.room()
        if found is None or not deal.asks(task, found):
            return
        student = students.student(place.board(), found.id, ui.viewer())
        look: dict[str, Any] = {"icon": ":material/dashboard:", "query_params": manage.joining(lang)}
        with st.container(horizontal=True, vertical_alignment="center", key="taught.board"):
            st.caption(text(f"board.predict.{state(student)}", lang), width="content")
            st.page_link(place.SCRIPT, label=text("board.pin.board", lang), **look)


def state(student: students.Student | None) -> str:
    """What the board has of a student: a prediction, none, or not even a name."""
    if student is None:
        return "join"
    return "uncounted" if student.choice is None else "counted"
