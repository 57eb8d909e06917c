"""The arena: which experiment the page shows, what the visitor wishes of it, and how its run stands."""

from collections.abc import Mapping
from functools import partial
from time import monotonic, sleep
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ganlab import ui
from ganlab.config import ConfigError, PlaneConfig, differences
from ganlab.knobs import knobs
from ganlab.presets import OPENING, PRESETS
from ganlab.runs import RunStatus
from ganlab.ui import controls, stage
from ganlab.ui.controls import CONFIG, MEMBER, PRESET
from ganlab.ui.server import service
from ganlab.ui.share import PREFIX, from_link, notice, to_link
from ganlab.ui.text import duration, exists, text

WISHED, FROM = "a.wished", "a.from"
"""The run that this page wished last, and where each run stood when it was wished."""
PACE = {"starting": 0.25, "waiting": 1.0, "running": 1.0, "interrupted": 1.0}
"""Seconds between two looks at a run that is under way; no others are polled."""
HEAD_START = 0.3
"""Seconds that a page waits for a new run's first frame, so that a warm worker's is in the answer to the press."""
SOON = 1.0
"""Seconds of waiting that are not worth a word."""
CURVES_PACE = 2.0
"""Seconds between two drawings of the curves."""


# The experiment: from the link into the session, and back


def open_experiment(lang: str) -> list[str]:
    """Settles which experiment the page shows; the sentences about what the link could not have."""
    link, state = ui.new_link(PREFIX), st.session_state
    if link is None:
        if CONFIG not in state:
            state.update({CONFIG: PRESETS[OPENING], PRESET: OPENING, MEMBER: 0})
        return []
    state[CONFIG], state[PRESET], state[MEMBER], notices = from_link(link)
    return [notice(said, state[CONFIG], lang) for said in notices]


def keep_link() -> dict[str, str]:
    """Puts the experiment into the address bar; the whole query."""
    config, state = controls.config(), st.session_state
    state[MEMBER] = min(state.get(MEMBER, 0), config.members - 1)
    return ui.write_link(to_link(config, controls.preset(), state[MEMBER]))


def preset_menu(lang: str) -> None:
    """The prepared experiments."""
    controls.hold("a.w.preset", controls.preset(), lang)
    st.selectbox(
        text("arena.page.preset", lang),
        list(PRESETS),
        format_func=lambda name: text(f"preset.name.{name}", lang),
        key="a.w.preset",
        help=text("arena.page.preset_help", lang),
        on_change=lambda: controls.choose_preset(st.session_state["a.w.preset"]),
    )
    st.caption(text(f"preset.about.{controls.preset()}", lang))


def chips(lang: str) -> None:
    """What differs from the preset; a press undoes it. The first six are in sight, the rest one press away."""
    name = controls.preset()
    changed = differences(controls.config(), PRESETS[name])
    show = partial(controls.show, lang=lang)

    def chip(field: str) -> None:
        words = dict(zip(("mine", "theirs"), (show(field, value) for value in changed[field]), strict=True))
        st.button(
            text("arena.chips.changed", lang, name=text(f"field.short.{field}", lang), **words),
            icon=":material/undo:",
            icon_position="right",
            key=f"a.chip.{field}",
            help=text("arena.chips.undo", lang, label=text(f"field.label.{field}", lang), **words),
            on_click=controls.undo,
            args=(field,),
        )

    for field in list(changed)[:6]:
        chip(field)
    if len(changed) > 6:
        label, help = text("arena.chips.more", lang, count=len(changed) - 6), text("arena.chips.more_help", lang)
        with st.popover(label, help=help), st.container(horizontal=True):
            for field in list(changed)[6:]:
                chip(field)
    if len(changed) > 1:
        undo_all, help = text("arena.chips.undo_all", lang), text("arena.chips.undo_all_help", lang)
        st.button(undo_all, key="a.undo_all", type="tertiary", help=help, on_click=controls.choose_preset, args=(name,))


def member_menu(config: PlaneConfig, lang: str) -> None:
    """Which of the run's networks the page shows, if there are several."""
    if config.members == 1:
        return
    controls.hold("a.w.member", st.session_state[MEMBER], lang, config.members)
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
    st.session_state[MEMBER] = st.session_state["a.w.member"]


# Training: what the visitor wishes, and how the run stands


def phase(status: RunStatus, config: PlaneConfig) -> str:
    """How the run stands to this visitor: one of PACE, else absent, part, done, diverged or failed."""
    if status.state in ("absent", "failed", "diverged"):
        return status.state
    if status.step >= config.steps:
        return "done"
    if status.state == "interrupted":
        return "interrupted"
    if status.state == "queued" and (status.eta_s or 0) > SOON:
        return "waiting"
    if status.state in ("queued", "running"):
        before = st.session_state.get(FROM, {}).get(config.key())
        return "starting" if status.state == "queued" or before == status.step else "running"
    return "part"


def train(config: PlaneConfig, step: int = 0) -> None:
    """Wishes the run, in place of the one this page wished before."""
    ui.touched()
    before = st.session_state.get(WISHED)
    if before and before != config.key():
        service().withdraw(before, ui.viewer())
    st.session_state[CONFIG], st.session_state[WISHED] = config, config.key()
    st.session_state.setdefault(FROM, {})[config.key()] = step
    key = service().submit(config, ui.viewer())
    until = monotonic() + HEAD_START
    while service().reached(key) <= step and monotonic() < until:
        sleep(0.01)


def stop(key: str) -> None:
    """Takes the wish back."""
    ui.touched()
    service().withdraw(key, ui.viewer())


def train_button(config: PlaneConfig, lang: str) -> None:
    """Train, Stop, or train on: whatever makes sense now."""
    key = config.key()
    status = service().status(key, ui.viewer())
    now = phase(status, config)
    if now in PACE and service().wishes(key, ui.viewer()):
        help = text("arena.train.stop_help", lang)
        st.button(
            text("arena.train.stop", lang), key="a.stop", icon=":material/stop:", help=help, on_click=stop, args=(key,)
        )
    elif now == "done":
        further_button(config, lang)
    else:
        label = text("arena.train.go_on" if now == "part" else "arena.train.start", lang)
        look: dict[str, Any] = {"type": "primary", "icon": ":material/model_training:", "disabled": now == "diverged"}
        help = text("arena.train.start_help", lang)
        st.button(label, key="a.train", help=help, on_click=train, args=(config, status.step), **look)


def alone_buttons(config: PlaneConfig, lang: str) -> None:
    """One update of one player only, after the last step that is trained."""
    status = service().status(config.key(), ui.viewer())
    step, busy = min(status.step, config.steps), phase(status, config) in (*PACE, "diverged", "failed")
    for player in ("d", "g"):
        label, help = text(f"arena.alone.{player}", lang), text(f"arena.alone.{player}_help", lang, step=step)
        look: dict[str, Any] = {"help": help, "disabled": busy, "on_click": alone, "args": (config, player, step)}
        st.button(label, key=f"a.alone.{player}", **look)


def alone(config: PlaneConfig, player: str, step: int) -> None:
    """Trains one player by one update; the run's config says so from now on."""
    try:
        train(config.alone(player, step), step)
    except ConfigError as error:
        ui.touched()
        st.session_state[controls.REFUSAL] = error


def further_button(config: PlaneConfig, lang: str) -> None:
    """Raises the target of a run that has reached it."""
    steps = min(2 * config.steps, int(knobs(PlaneConfig)["steps"].high))
    label, help = text("arena.train.further", lang, steps=steps), text("arena.train.further_help", lang)
    look: dict[str, Any] = {"icon": ":material/model_training:", "disabled": steps == config.steps}
    goal = config.replace(steps=steps)
    st.button(label, key="a.further", help=help, on_click=train, args=(goal, config.steps), **look)


def status_line(status: RunStatus, config: PlaneConfig, lang: str) -> str:
    """How the run stands, in a sentence or two."""
    say, now = partial(text, lang=lang), phase(status, config)
    facts: dict[str, Any] = {"step": status.step, "target": max(config.steps, status.step)}
    if now == "diverged":
        return diverged_line(status, lang)
    if now == "failed":
        return say("arena.status.failed", note=failure(status, lang))
    if now == "done":
        return say("arena.status.done", step=config.steps)
    if now == "waiting":
        return say("arena.status.queued", place=status.position, eta=duration(status.eta_s or 0, lang))
    if now == "part":
        return say("arena.status.part", **facts)
    if now in ("absent", "starting"):
        return say(f"arena.status.{now}")
    return " ".join(filter(None, (accident(status, lang), progress(status, facts, lang) if now == "running" else "")))


def progress(status: RunStatus, facts: Mapping[str, Any], lang: str) -> str:
    """Step, pace and time left of a run that is being computed."""
    if not status.steps_per_s or status.eta_s is None:
        return text("arena.status.running_unknown", lang, **facts)
    eta = duration(status.eta_s, lang)
    return text("arena.status.running", lang, speed=status.steps_per_s, eta=eta, **facts)


def accident(status: RunStatus, lang: str) -> str:
    """What cut the run off, if anything did."""
    if status.note not in ("worker_died", "server_restarted"):
        return text("arena.status.worker_silent", lang) if status.state == "interrupted" else ""
    return text(f"arena.status.{status.note}", lang, step=int(status.facts.get("step", status.step)))


def diverged_line(status: RunStatus, lang: str) -> str:
    """When, what and likely why."""
    facts = {"step": int(status.facts.get("step", status.step))}
    quantity, knob = f"arena.quantity.{status.facts.get('quantity')}", f"field.label.{status.facts.get('knob')}"
    if not (exists(quantity) and exists(knob)):
        return text("arena.status.diverged_plain", lang, **facts)
    return text("arena.status.diverged", lang, quantity=text(quantity, lang), knob=text(knob, lang), **facts)


def failure(status: RunStatus, lang: str) -> str:
    """Why a run failed."""
    key = f"arena.failure.{status.note}"
    return text(key if exists(key) else "arena.failure.crash", lang)


# Watching


def watch(config: PlaneConfig, member: int, line: DeltaGenerator, lang: str) -> None:
    """The player and the curves, and the status in `line`, looked after while the run is under way."""
    now = phase(service().status(config.key(), ui.viewer()), config)
    pace = PACE.get(now)
    st.fragment(look, run_every=pace)(config, member, line, lang, now)
    st.fragment(stage.curves, run_every=pace and CURVES_PACE)(config, member, lang)


def look(config: PlaneConfig, member: int, line: DeltaGenerator, lang: str, now: str) -> None:
    """One look at the run; the whole page follows when it has come to stand otherwise."""
    status = service().status(config.key(), ui.viewer())
    line.caption(status_line(status, config, lang))
    stage.stage(config, member, now in PACE, lang, key="a.player")
    if phase(status, config) != now:
        ui.rerun()
