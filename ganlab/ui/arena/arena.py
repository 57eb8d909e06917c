"""The parts of the arena page: training buttons, single updates, the member menu, the player and the curves."""

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
from ganlab.ui.arena import duel, fork, gallery, own_data, playback
from ganlab.ui.component import told
from ganlab.ui.players.player import ASKS
from ganlab.ui.run import compare, controls, differences, price, share, training
from ganlab.ui.run.experiment import ARENA, COMPARE, Experiment
from ganlab.ui.run.training import PACE, phase, status_of, train
from ganlab.ui.text import text


def settings(presets: bool, lang: str) -> None:
    """The settings in the sidebar; presets: whether there are the menu of presets and the gallery, too."""
    with st.sidebar:
        if presets:
            controls.preset_menu(ARENA, lang)
            gallery.open_button(ARENA, lang)
        controls.sidebar(ARENA, lang, below={"dataset": lambda: own_data.open_button(ARENA, lang)})


def train_buttons(lang: str) -> None:
    """Train or Stop; for a finished run a button that trains on."""
    if training.train_button(ARENA, lang) == "done":
        for field, button in (("steps", further_button), ("seed", anew_button)):
            if field not in ARENA.bound:
                button(ARENA.config, lang)


def further_button(config: PlaneConfig, lang: str) -> None:
    """The button that raises the target of a finished run to about twice its steps, a round number."""
    steps = min(int(float(f"{2 * config.steps:.2g}")), int(knobs(PlaneConfig)["steps"].high))
    goal = config.replace(steps=steps)
    label = price.labelled(text("arena.train.further", lang, steps=steps), goal, lang)
    help = " ".join(filter(None, (text("arena.train.further_help", lang), price.warning(goal, lang))))
    look: dict[str, Any] = {"icon": ":material/model_training:", "disabled": steps == config.steps}
    st.button(label, key="a.further", help=help, on_click=train, args=(ARENA, goal, config.steps), **look)


def anew_button(config: PlaneConfig, lang: str) -> None:
    """The button that trains a finished run again from its first step, from other random numbers."""
    other = config.replace(seed=config.seed + 1)
    label, help = text("arena.train.anew", lang), text("arena.train.anew_help", lang, seed=other.seed)
    look: dict[str, Any] = {"icon": ":material/restart_alt:", "help": help, "on_click": train, "args": (ARENA, other)}
    st.button(label, key="a.anew", **look)


def alone_buttons(config: PlaneConfig, lang: str) -> None:
    """The buttons for one update of D or of G alone, after the last trained step."""
    if ARENA.bound.keys() & {"edits", "steps"}:
        return
    status = status_of(config)
    step, busy = min(status.step, config.steps), phase(status, config) in (*PACE, "diverged", "failed")
    for player in ("d", "g"):
        label, help = text(f"arena.alone.{player}", lang), text(f"arena.alone.{player}_help", lang, step=step)
        look: dict[str, Any] = {"help": help, "disabled": busy, "on_click": alone, "args": (config, player, step)}
        st.button(label, key=f"a.alone.{player}", **look)


def alone(config: PlaneConfig, player: str, step: int) -> None:
    """Trains one network by one update. The run's config records it."""
    try:
        train(ARENA, config.alone(player, step), step)
    except ConfigError as error:
        ARENA.refuse(error)


def member_menu(experiment: Experiment, lang: str) -> None:
    """The menu of the run's members, if there are several."""
    if experiment.config.members == 1:
        return
    st.selectbox(
        text("arena.page.member", lang),
        range(experiment.config.members),
        format_func=lambda i: f"{text('arena.page.member', lang)}: {i}",
        help=text("field.help.member", lang),
        **ui.held(experiment.name("w.member"), experiment.member, partial(choose_member, experiment)),
        label_visibility="collapsed",
        width=200,
    )


def choose_member(experiment: Experiment, member: int) -> None:
    """Shows another member."""
    ui.touched()
    experiment.open(experiment.config, experiment.preset, member)


def compared(lang: str) -> DeltaGenerator | None:
    """The toolbar of the second run, if there is one. Returns the container of its status."""
    if not COMPARE.is_open:
        return None
    buttons, status = training.toolbar(COMPARE)
    with buttons:
        compare.menu(ARENA, COMPARE, lang)
        member_menu(COMPARE, lang)
        training.train_button(COMPARE, lang)
        compare.end_buttons(ARENA, COMPARE, lang)
    return status


ASK, NEWS = "a.ask", "a.ask.news"
"""Session keys: the player's last request {name of ASKS, step, member, key}, and whether the page must rerun for it."""


def asked() -> None:
    """Stores the player's request; invalid requests from the browser are ignored."""
    ask = told("a.player", "ask")
    if not sound(ask, ARENA.config, ARENA.member):
        return
    ui.touched()
    st.session_state[ASK] = {"name": ask["name"], "step": ask["step"], "member": ask["member"], "key": ask["run"]}
    st.session_state[NEWS] = True


def sound(ask: Mapping[str, Any], config: PlaneConfig, member: int) -> bool:
    """Whether a request is valid: a button's name, the run and member shown, and a step that has a frame."""
    if ask.get("name") not in ASKS:
        return False
    if type(ask.get("step")) is not int or (ask.get("run"), ask.get("member")) != (config.key(), member):
        return False
    return ask["step"] in playback.film_of(config.key(), member, config).grow(member, config.steps)


def about(lang: str) -> None:
    """The explanation of the page."""
    with st.expander(text("arena.about.title", lang)):
        ui.markdown(text("arena.about.body", lang))


def say(lines: Mapping[Experiment, DeltaGenerator], lang: str) -> None:
    """Writes the status of each run in its line."""
    for experiment, line in lines.items():
        line.caption(training.status_line(experiment, experiment.config, {}, lang))


def asks(slow: bool) -> playback.Asks:
    """What this visitor may ask for in the player. `slow`: whether there is slow motion."""
    offered = {"slow": slow, "fork": bool(fork.live_fields(ARENA))}
    return playback.Asks([name for name in ASKS if offered[name]], asked)


def watch(
    lines: Mapping[Experiment, DeltaGenerator], lang: str, charted: bool = True, slow: bool = True
) -> DeltaGenerator:
    """Draws the player and the curves, and the status of each run in `lines`. Two runs are shown side by side.

    charted, slow: whether there are curves, and slow motion.
    Returns a container between the player and the curves, for slow motion and the seed strip.
    """
    experiments, closer = list(lines), list[DeltaGenerator]()

    def picture(live: bool) -> None:
        if st.session_state.pop(NEWS, False):
            ui.rerun()
        share.keep_up(ARENA, "a.duel" if len(experiments) > 1 else "a.player")
        with own_data.at_hand(lang):
            show(live)

    def show(live: bool) -> None:
        view = share.first_view(ARENA)
        if len(experiments) > 1:
            left, right = (duel.Side(experiment.config, experiment.member) for experiment in experiments)
            duel.duel(left, right, live, lang, "a.duel", view)
        else:
            playback.show(ARENA.config, ARENA.member, live, lang, "a.player", view, asks(slow))

    def curves() -> None:
        if not charted:
            return
        names = differences.titles(ARENA.config, COMPARE.config, lang) if len(experiments) > 1 else ("",)
        for experiment, name in zip(experiments, names, strict=True):
            if name:
                st.markdown(f"**{differences.plain(name)}**")
            with suppress(PointsError):  # the picture's container already says so
                playback.curves(experiment.config, experiment.member, lang, key=experiment.name("curves"))

    def between() -> None:
        closer.append(st.container(key="a.closer"))

    training.watch(
        [experiment.config for experiment in experiments], partial(say, lines, lang), picture, curves, between
    )
    return closer[0]
