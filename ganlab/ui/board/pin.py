"""Pinning the run of a page to the board of the visitor's class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.board import pins, students
from ganlab.board.pins import Pin
from ganlab.kind.config import RunConfig
from ganlab.kinds import KINDS
from ganlab.ui.board import manage, place
from ganlab.ui.run import share
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.export import packed, trained
from ganlab.ui.run.server import service
from ganlab.ui.run.view import view
from ganlab.ui.text import text

PINNED = "k.pinned"
"""Session key: the run and member that this visit pinned last, and whether the run had ended."""
TV = ("mode_tv", "digit_tv")
"""The evidence of a verdict that is the board's TV."""


def panel(experiment: Experiment, lang: str) -> None:
    """In the popover Share: the button that pins the run, or what is needed first. Nothing without a class."""
    with place.answering(lang):
        found = place.room()
        if found is None:
            return
        student = students.student(place.board(), found.id, ui.viewer())
        if student is None:
            st.caption(text("board.pin.join", lang))
        else:
            button(experiment, student.name, found.frozen, lang)
        look: dict[str, Any] = {"icon": ":material/dashboard:", "query_params": manage.joining(lang)}
        st.page_link(place.SCRIPT, label=text("board.pin.board", lang), **look)
        st.divider()


def button(experiment: Experiment, name: str, frozen: bool, lang: str) -> None:
    """The button, and what became of it."""
    config, ready = experiment.config, trained(experiment.config)
    look: dict[str, Any] = {
        "icon": ":material/push_pin:",
        "help": text("board.pin.help", lang),
        "disabled": frozen or not ready,
    }
    st.button(text("board.pin.button", lang), experiment.name("pin"), on_click=pin, args=(experiment,), **look)
    if not ready:
        st.caption(text("board.pin.train_first", lang))
    st.caption(text("board.pin.frozen" if frozen else "board.pin.as", lang, name=ui.code(name)))
    place.refusal(lang)
    outcome(config, experiment.member, ready, lang)


def outcome(config: RunConfig, member: int, ready: bool, lang: str) -> None:
    """That the run is on the board, and whether it counts there."""
    run, whole = st.session_state.get(PINNED, (None, True))
    pinned = run == (config.key(), member)
    if pinned:
        st.success(text("board.pin.done", lang))
    if ready and not (whole if pinned else ended(config)):
        st.info(text("board.pin.early", lang), icon=":material/hourglass_top:")


def pin(experiment: Experiment) -> None:
    """Pins the run and member that the page shows."""
    fresh = taken(experiment)
    if place.attempt(pins.pin, place.here(), ui.viewer(), fresh):
        st.session_state[PINNED] = ((fresh.run, fresh.member), fresh.whole)


def ended(config: RunConfig) -> bool:
    """Whether the run is at its end."""
    status = service().status(config.key())
    return status.step >= config.steps or status.state == "diverged"


def taken(experiment: Experiment) -> Pin:
    """The pin of the newest frame of what the page shows."""
    config, member = experiment.config, experiment.member
    blobs, seen = packed(config, member), view(config.kind)
    frames = [seen.read(config, blob) for blob in blobs]
    found = import_module(KINDS[config.kind].diagnosis).verdict(frames, config)
    tv = [found.evidence[name] for name in TV if name in found.evidence]
    return Pin(
        run=config.key(),
        member=member,
        kind=config.kind,
        link=share.to_link(experiment),
        step=frames[-1].step,
        steps=config.steps,
        whole=ended(config),
        verdict=found.key,
        lamps=lamps(config, frames),
        tv=tv[0] if tv else None,
        seconds=service().status(config.key()).seconds,
        spread=spread(config, frames[-1].step),
        picture=seen.thumbnail(config, blobs[-1]) if seen.thumbnail else b"",
    )


def lamps(config: RunConfig, frames: Sequence[Any]) -> str:
    """A sign for each mode in the newest frame that was judged: 1 covered, 0 not."""
    lit = view(config.kind).lamps
    judged = (lit(config, frame) for frame in reversed(frames)) if lit else iter(())
    return "".join("01"[one] for one in next(filter(None, judged), ()))


def spread(config: RunConfig, step: int) -> float | None:
    """The largest coverage of a run's members minus the smallest; None for one member, or where some have no frame."""
    cache, read = service().frame_cache(config.key()), view(config.kind).read
    blobs = [blob for member in range(config.members) for blob in cache.blobs(member, [step]).values()]
    if config.members == 1 or len(blobs) < config.members:
        return None
    shares = [lit.count("1") / len(lit) for blob in blobs if (lit := lamps(config, [read(config, blob)]))]
    return max(shares) - min(shares) if shares else math.nan
