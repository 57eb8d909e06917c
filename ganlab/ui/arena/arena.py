"""The arena's own: single updates, the member shown, and what is watched of a run on the plane."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ganlab import ui
from ganlab.data.points import PointsError
from ganlab.kind.fields import ConfigError, knobs
from ganlab.plane.config import PlaneConfig
from ganlab.ui.arena import duel, own, stage
from ganlab.ui.players.player import ASKS
from ganlab.ui.run import compare, controls, differences, training
from ganlab.ui.run.experiment import ARENA, COMPARE, Experiment
from ganlab.ui.run.training import PACE, phase, status_of, train
from ganlab.ui.text import text


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


def member_menu(place: Experiment, lang: str) -> None:
    """Which of the run's networks the page shows, if there are several."""
    if place.config.members == 1:
        return
    key = place.name("w.member")
    controls.hold(key, place.member)
    st.selectbox(
        text("arena.page.member", lang),
        range(place.config.members),
        format_func=lambda i: f"{text('arena.page.member', lang)}: {i}",
        key=key,
        help=text("field.help.member", lang),
        on_change=choose_member,
        args=(place,),
        label_visibility="collapsed",
        width=200,
    )


def choose_member(place: Experiment) -> None:
    """Shows another member."""
    ui.touched()
    place.open(place.config, place.preset, st.session_state[place.name("w.member")])


def compared(lang: str) -> DeltaGenerator | None:
    """The row of the run that is compared with, if there is one; where its status goes."""
    if not COMPARE.is_open:
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="b.toolbar"):
        compare.menu(ARENA, COMPARE, lang)
        member_menu(COMPARE, lang)
        training.train_button(COMPARE, lang)
        compare.end_buttons(ARENA, COMPARE, lang)
        return st.container(width="stretch", key="b.status")


ASK, NEWS = "a.ask", "a.ask.news"
"""What the player last asked for: {name of ASKS, step, member, key}; whether the page has not heard of it yet."""


def asked() -> None:
    """Notes what the player asks for; what a browser makes up is left unheard."""
    ask = st.session_state["a.player"].get("ask")
    if not sound(ask, ARENA.config, ARENA.member):
        return
    ui.touched()
    st.session_state[ASK] = {"name": ask["name"], "step": ask["step"], "member": ask["member"], "key": ask["run"]}
    st.session_state[NEWS] = True


def sound(ask: Any, config: PlaneConfig, member: int) -> bool:
    """Whether the player may ask this: a button's name, and a step that has a frame, of what the page shows."""
    if not isinstance(ask, dict) or ask.get("name") not in ASKS:
        return False
    if type(ask.get("step")) is not int or (ask.get("run"), ask.get("member")) != (config.key(), member):
        return False
    return ask["step"] in stage.film(config.key(), member, config).grow(member, config.steps)


def say(lines: Mapping[Experiment, DeltaGenerator], lang: str) -> None:
    """How each run stands, in its line."""
    for place, line in lines.items():
        line.caption(training.status_line(place, place.config, {}, lang))


def watch(lines: Mapping[Experiment, DeltaGenerator], lang: str) -> DeltaGenerator:
    """The player and the curves, and how each run stands, in `lines` by its place; two runs stand side by side.

    The place between the player and the curves, for what looks closer.
    """
    places, closer = list(lines), list[DeltaGenerator]()

    def picture(live: bool) -> None:
        if st.session_state.pop(NEWS, False):
            ui.rerun()
        with own.at_hand(lang):
            show(live)

    def show(live: bool) -> None:
        if len(places) > 1:
            left, right = (duel.Side(place.config, place.member) for place in places)
            duel.duel(left, right, live, lang, key="a.duel")
        else:
            stage.stage(ARENA.config, ARENA.member, live, lang, key="a.player", on_ask=asked)

    def curves() -> None:
        names = differences.titles(ARENA.config, COMPARE.config, lang) if len(places) > 1 else ("",)
        for place, name in zip(places, names, strict=True):
            if name:
                st.markdown(f"**{differences.plain(name)}**")
            with suppress(PointsError):  # which is said in the picture's place
                stage.curves(place.config, place.member, lang, key=place.name("curves"))

    def between() -> None:
        closer.append(st.container(key="a.closer"))

    training.watch([place.config for place in places], partial(say, lines, lang), picture, curves, between)
    return closer[0]
