"""Training on any page: requesting and stopping a run, its status in words, and updating the page."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from time import monotonic, sleep
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

from ganlab import ui
from ganlab.kind.config import RunConfig
from ganlab.kind.devices import CPU, device_parts
from ganlab.kind.fields import ConfigError, knobs
from ganlab.service.runs import RunStatus
from ganlab.ui.run import price
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.film import CURVES_PACE
from ganlab.ui.run.notices import meanwhile
from ganlab.ui.run.server import UPDATES, service, visit, watched
from ganlab.ui.text import duration, exists, text, worded

FROM = "run.from"
"""Session key: the step of each run when this visitor requested it."""
PACE = {"starting": 0.25, "waiting": 1.0, "running": 1.0, "interrupted": 1.0}
"""Seconds between two updates of an active run, by phase. Other phases are not polled."""
HEAD_START = 0.3
"""Seconds that a page waits for the first frame of a new run, so that it can show it at once."""
SOON = 1.0
"""Shorter waiting times are not mentioned."""
SPREAD = 0.2
"""The largest share by which visitors' seconds between two updates differ from these."""
OWN_PACE = "run.own_pace"
"""Session key: what they are multiplied by on this visitor's page."""
CHANGED = 0.1
"""A page keeps its pace until it would be different by more than this share."""
TOLD = 1.5
"""From this multiple of them on, a page says so."""
IN_TURN = 0.2
"""Seconds for each who watches: over so many do their whole pages run again as a run ends. Twice what that costs."""
CROWDED = 5.0
"""What these are multiplied by at most, while more visitors watch than there is processor time for."""


# Requests


def status_of(config: RunConfig) -> RunStatus:
    """The status of a run. Asking for it also keeps this visitor's request alive."""
    return service().status(config.key(), ui.viewer())


def phase(status: RunStatus, config: RunConfig) -> str:
    """The phase of a run for this visitor: one of PACE, or absent, part, done, diverged, failed."""
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


def train(experiment: Experiment, config: RunConfig, step: int = 0) -> None:
    """Requests a run. It withdraws the earlier request of this experiment, unless the page still shows that run."""
    ui.touched()
    config = experiment.kept(config)
    key, before = config.key(), st.session_state.get(experiment.name("wished"))
    try:
        service().submit(config, ui.viewer())
    except ConfigError as error:
        experiment.refuse(error)
        return
    if before and before != key and before not in experiment.peer_keys():
        service().withdraw(before, ui.viewer())
    experiment.open(config, experiment.preset, experiment.member)
    st.session_state[experiment.name("wished")] = key
    st.session_state.setdefault(FROM, {})[key] = step
    until = monotonic() + HEAD_START
    while service().reached(key) <= step and monotonic() < until:
        sleep(0.01)


def stop(key: str) -> None:
    """Withdraws the request."""
    ui.touched()
    try:
        service().withdraw(key, ui.viewer())
    except sqlite3.Error:
        st.toast(text("notice.store.busy", ui.language()))


def toolbar(experiment: Experiment) -> tuple[DeltaGenerator, DeltaGenerator]:
    """A row for buttons, and the line of the status below it. What is below them stays in place as both change."""
    with st.container(key=experiment.name("controls"), gap="xsmall"):
        row = st.container(horizontal=True, vertical_alignment="center", key=experiment.name("toolbar"))
        return row, st.container(key=experiment.name("status"))


def train_button(experiment: Experiment, lang: str) -> str:
    """The button Train, Stop or Continue. Returns the phase it was drawn for."""
    config = experiment.config
    status = status_of(config)
    now = phase(status, config)
    if now in PACE and service().wishes(config.key(), ui.viewer()):
        look: dict[str, Any] = {"icon": ":material/stop:", "help": text("run.train.stop_help", lang)}
        st.button(text("run.train.stop", lang), experiment.name("stop"), on_click=stop, args=(config.key(),), **look)
    elif now != "done":
        label = text("run.train.go_on" if status.step and now != "diverged" else "run.train.start", lang)
        look = {"type": "primary", "icon": ":material/model_training:", "disabled": now == "diverged"}
        look |= {
            "help": f"{text('run.train.start_help', lang)} {bound(lang)}".strip(),
            "on_click": train,
            "args": (experiment, config, status.step),
        }
        st.button(price.labelled(label, config, lang), experiment.name("train"), **look)
    return now


def bound(lang: str) -> str:
    """How many runs a visitor may have waiting; '' without a bound."""
    most = service().limit
    return "" if most is None else text("run.train.bound", lang, most=most)


# The status in words


def status_line(experiment: Experiment, config: RunConfig, facts: Mapping[str, Any], lang: str) -> str:
    """The status in one or two sentences. `facts`: more values for the page's sentences."""
    status = status_of(config)
    now = spoken(status, config)
    facts = {"step": min(status.step, config.steps), "target": config.steps, **facts}
    if now == "diverged":
        return diverged_line(status, config, lang)
    if now == "failed":
        return text("run.status.failed", lang, note=failure(status, lang))
    if now == "waiting":
        said = text("run.status.queued", lang, place=status.position, eta=duration(status.eta_s or 0, lang))
        return " ".join(filter(None, (said, meanwhile.sentence(experiment.kind, config, lang))))
    if now in ("absent", "starting"):
        return " ".join(filter(None, (text(f"run.status.{now}", lang), price.warning(config, lang))))
    key = f"{experiment.words}.status.{now}"
    line = OWN.get(now)
    said = line(key if exists(key) else f"run.status.{now}", status, facts, lang) if line else ""
    happened = [accident(status, lang)] if now in PACE else []
    more = [pictured(experiment, config, status, lang), price.warning(config, lang)] if now == "part" else []
    if now in ("running", "others") and (own := st.session_state.get(OWN_PACE, 1.0)) >= TOLD:
        more.append(text("run.status.crowded", lang, seconds=PACE["running"] * own))
    return " ".join(filter(None, (*happened, said, *more, where(status.device, lang))))


def spoken(status: RunStatus, config: RunConfig) -> str:
    """The phase that is told. A run without this visitor's request has no place or estimate: others train it, wait for
    it, or it stops."""
    now, key = phase(status, config), config.key()
    if now not in PACE or service().wishes(key, ui.viewer()):
        return now
    if not service().wished(key):
        return "part"
    return "others" if status.state == "running" else "others_waiting"


def pictured(experiment: Experiment, config: RunConfig, status: RunStatus, lang: str) -> str:
    """The step of the newest picture, if training was stopped after it: pictures are made at fixed steps only."""
    steps = [step for step in service().frame_cache(config.key()).steps() if step <= config.steps]
    if not steps or steps[-1] >= status.step:
        return ""
    key = f"{experiment.words}.status.pictured"
    epoch = {"epoch": config.epoch(steps[-1])} if hasattr(config, "epoch") else {}
    return text(key if exists(key) else "run.status.pictured", lang, step=steps[-1], **epoch)


def where(device: str, lang: str) -> str:
    """The device of a run. The CPU is mentioned only if an accelerator failed."""
    used, missed, reason = device_parts(device)
    if used != CPU:
        return text("run.status.device", lang, device=used)
    return text(f"run.status.device_{reason}", lang, device=missed) if reason else ""


def running_line(key: str, status: RunStatus, facts: Mapping[str, Any], lang: str) -> str:
    """How far, how fast, how long still."""
    if not status.steps_per_s or status.eta_s is None:
        return text(f"{key}_unknown", lang, **facts)
    return text(key, lang, speed=status.steps_per_s, eta=duration(status.eta_s, lang), **facts)


def done_line(key: str, status: RunStatus, facts: Mapping[str, Any], lang: str) -> str:
    """The final step, and the time if it was measured."""
    took = text("run.status.took", lang, time=duration(status.seconds, lang)) if status.seconds else ""
    return " ".join(filter(None, (text(key, lang, **facts), took)))


def part_line(key: str, status: RunStatus, facts: Mapping[str, Any], lang: str) -> str:
    """The step that was reached."""
    return text(key, lang, **facts)


def accident(status: RunStatus, lang: str) -> str:
    """What interrupted the run; '' if nothing did."""
    if status.note not in ("worker_died", "server_restarted"):
        return text("run.status.worker_silent", lang) if status.state == "interrupted" else ""
    return text(f"run.status.{status.note}", lang, step=int(status.facts.get("step", status.step)))


def diverged_line(status: RunStatus, config: RunConfig, lang: str) -> str:
    """When, what and likely why. A run stored long ago may name a field that does nothing; that is left out."""
    facts = {"step": int(status.facts.get("step", status.step))}
    likely = config.at(facts["step"] - 1).effective([str(status.facts.get("knob"))])
    if likely not in knobs(type(config)) or "quantity" not in status.facts:
        return text("run.status.diverged_plain", lang, **facts)
    quantity = worded(f"run.quantity.{status.facts['quantity']}", lang)
    knob = worded(f"field.label.{likely}", lang)
    return text("run.status.diverged", lang, quantity=quantity, knob=knob, **facts)


def failure(status: RunStatus, lang: str) -> str:
    """Why a run failed."""
    keys = (f"run.failure.{status.note}_{status.facts.get('reason')}", f"run.failure.{status.note}")
    return text(next((key for key in keys if exists(key)), "run.failure.crash"), lang)


OWN: dict[str, Callable[[str, RunStatus, Mapping[str, Any], str], str]] = {
    "running": running_line,
    "done": done_line,
    "part": part_line,
    "others": part_line,
    "others_waiting": part_line,
}
"""Sentences that a page may word itself, by phase: (key, status, facts, lang) -> sentence."""


# Watching


def watch(
    configs: Sequence[RunConfig],
    say: Callable[[], None],
    picture: Callable[[bool], None],
    curves: Callable[[], None],
    between: Callable[[], None] = lambda: None,
) -> None:
    """Draws runs and updates them while one is active. A new phase reruns the whole page: at once for who asked for a
    run; those who only watch take turns, as the pages of a class would else all wait for each other.

    say: writes the status. picture: draws the runs; its argument: whether one is active. curves: updated less often.
    between: drawn once, between the two.
    """
    now = phases(configs)
    pace = min((PACE[phase] for phase in now if phase in PACE), default=None)
    waits = pace is not None and not any(service().wishes(config.key(), ui.viewer()) for config in configs)
    noticed: list[float] = []
    st.session_state[OWN_PACE] = own_pace()
    if pace is None:
        service().crowd.leave(visit())

    def look() -> None:
        with watched(ui.language()):
            if pace is not None:
                service().crowd.watch(visit())
                keep_up()
            if phases(configs) != now:
                noticed.append(monotonic())
                turn = IN_TURN * share() * len(service().crowd)
                if not waits or noticed[-1] - noticed[0] >= turn:
                    ui.rerun()
            else:
                noticed.clear()
            say()
            picture(pace is not None)

    again_and_again(look, pace)
    between()
    again_and_again(curves, pace and CURVES_PACE)


def again_and_again(draw: Callable[[], None], seconds: float | None) -> None:
    """Draws now and, if seconds are given, again after so many of them times the visitor's own pace."""
    timed = st.session_state[OWN_PACE]

    def part() -> None:
        nonlocal timed
        with UPDATES.inside() if ui.alone() else nullcontext():
            draw()
        if seconds and timed != (timed := st.session_state[OWN_PACE]):
            set_timer(seconds * timed)

    st.fragment(part, run_every=seconds and seconds * timed)()


def set_timer(seconds: float) -> None:
    """Changes the timer of the fragment that runs. Streamlit's own way is another run of the whole page, which costs as
    much as ten updates: a class of a hundred that grows had time for nothing else."""
    if context := get_script_run_ctx():
        message = ForwardMsg()
        message.auto_rerun.fragment_id = ThreadState.get().fragment_id or ""
        message.auto_rerun.interval = seconds
        context.enqueue(message)


def own_pace() -> float:
    """What this visitor's seconds between two updates are multiplied by now: more than 1 while more watch than there is
    time for."""
    crowded = min(CROWDED, max(1.0, service().crowd.size()))
    return crowded * (1 + SPREAD * (2 * share() - 1))


def keep_up() -> None:
    """Takes the present pace for this visit's page, if it has become another."""
    if abs(own_pace() / st.session_state[OWN_PACE] - 1) > CHANGED:
        st.session_state[OWN_PACE] = own_pace()


def share() -> float:
    """A number from 0 to 1 that tells this visitor from others.

    A class whose pages were drawn at one moment would else ask for all its updates at one moment, again and again.
    """
    return int(ui.viewer()[:4], 16) / 0xFFFF


def phases(configs: Sequence[RunConfig]) -> list[str]:
    """The phase of each run for this visitor. Who only watches sees one of an active run, whoever's turn it is."""
    found = [phase(status_of(config), config) for config in configs]
    mine = [service().wishes(config.key(), ui.viewer()) for config in configs]
    return ["running" if now in PACE and not own else now for now, own in zip(found, mine, strict=True)]
