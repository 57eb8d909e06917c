"""The arena's own: single updates, the member shown, and what is watched of a run on the plane."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ganlab import ui
from ganlab.config import ConfigError, PlaneConfig
from ganlab.knobs import knobs
from ganlab.ui import controls, stage, training
from ganlab.ui.experiment import ARENA
from ganlab.ui.text import text
from ganlab.ui.training import PACE, phase, status_of, train


def train_buttons(lang: str) -> None:
    """Train or Stop, and for a run that has reached its target the way on."""
    if training.train_button(ARENA, lang) == "done":
        further_button(ARENA.config, lang)


def further_button(config: PlaneConfig, lang: str) -> None:
    """Raises the target of a run that has reached it."""
    steps = min(2 * config.steps, int(knobs(PlaneConfig)["steps"].high))
    label, help = text("arena.train.further", lang, steps=steps), text("arena.train.further_help", lang)
    look: dict[str, Any] = {"icon": ":material/model_training:", "disabled": steps == config.steps}
    goal = config.replace(steps=steps)
    st.button(label, key="a.further", help=help, on_click=train, args=(ARENA, goal, config.steps), **look)


def alone_buttons(config: PlaneConfig, lang: str) -> None:
    """One update of one player only, after the last step that is trained."""
    status = status_of(config)
    step, busy = min(status.step, config.steps), phase(status, config) in (*PACE, "diverged", "failed")
    for player in ("d", "g"):
        label, help = text(f"arena.alone.{player}", lang), text(f"arena.alone.{player}_help", lang, step=step)
        look: dict[str, Any] = {"help": help, "disabled": busy, "on_click": alone, "args": (config, player, step)}
        st.button(label, key=f"a.alone.{player}", **look)


def alone(config: PlaneConfig, player: str, step: int) -> None:
    """Trains one player by one update; the run's config says so from now on."""
    try:
        train(ARENA, config.alone(player, step), step)
    except ConfigError as error:
        ARENA.refuse(error)


def member_menu(config: PlaneConfig, lang: str) -> None:
    """Which of the run's networks the page shows, if there are several."""
    if config.members == 1:
        return
    controls.hold("a.w.member", ARENA.member)
    st.selectbox(
        text("arena.page.member", lang),
        range(config.members),
        format_func=lambda i: f"{text('arena.page.member', lang)}: {i}",
        key="a.w.member",
        help=text("field.help.member", lang),
        on_change=choose_member,
        label_visibility="collapsed",
        width=200,
    )


def choose_member() -> None:
    """Shows another member."""
    ui.touched()
    ARENA.open(ARENA.config, ARENA.preset, st.session_state["a.w.member"])


def watch(config: PlaneConfig, member: int, line: DeltaGenerator, lang: str) -> None:
    """The player and the curves, and the status in `line`, looked after while the run is under way."""

    def picture(live: bool) -> None:
        stage.stage(config, member, live, lang, key="a.player")

    def curves() -> None:
        stage.curves(config, member, lang)

    def say() -> None:
        line.caption(training.status_line(ARENA, config, {}, lang))

    training.watch([config], say, picture, curves)
