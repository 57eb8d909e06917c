"""The class board on the screens. This module alone is loaded where the board is off: SQLAlchemy takes 16 MB."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from ganlab import ui
from ganlab.host import settings
from ganlab.teach.task import Task
from ganlab.ui.run.experiment import Experiment

DEALT = ("members", "seed")
"""Settings that a class deals: they are no student's choice."""


def is_on() -> bool:
    """Whether the deployer has turned the board on."""
    return settings.read().board


def dealt() -> tuple[str, ...]:
    """Settings that a visitor's class deals: that they differ from a preset is no change of the visitor's."""
    return DEALT if is_on() and ui.CLASS in st.session_state else ()


def pin_panel(experiment: Experiment, lang: str) -> None:
    """What the popover Share offers to a class; nothing without one."""
    if is_on() and ui.CLASS in st.session_state:
        import_module("ganlab.ui.board.pin").panel(experiment, lang)


def task_button(task: Task, lang: str, key: str) -> None:
    """The button beside a task that asks it on the board; nothing where the board is off."""
    if is_on():
        import_module("ganlab.ui.board.start").button(task, lang, key)


def send_prediction(task: Task, choice: int) -> None:
    """Sends a prediction on a task's page to the class; nothing without one."""
    if is_on() and ui.CLASS in st.session_state:
        import_module("ganlab.ui.board.prediction").send(task, choice)


def prediction_note(task: Task, lang: str) -> None:
    """Whether a prediction counts on the board of the class; nothing without one."""
    if is_on() and ui.CLASS in st.session_state:
        import_module("ganlab.ui.board.prediction").note(task, lang)


def show(lang: str) -> None:
    """The whole page of a board that is on."""
    import_module("ganlab.ui.board.room").page(lang)
