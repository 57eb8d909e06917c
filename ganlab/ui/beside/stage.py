"""A GAN and flow matching on the same data in one player, at the same processor time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from ganlab.data.bins import CELLS
from ganlab.data.plane import DATASETS
from ganlab.flow import diagnosis, train
from ganlab.flow.config import FlowConfig
from ganlab.flow.frame import SCALARS, FlowFrame, unpack
from ganlab.game.verdict import Verdict
from ganlab.plane.config import PlaneConfig
from ganlab.plane.metrics import EVAL_POINTS, js_floor
from ganlab.studies.cards import LAB
from ganlab.ui.arena import duel, playback
from ganlab.ui.beside import evidence
from ganlab.ui.players import player
from ganlab.ui.players.player import duel as duel_player
from ganlab.ui.run.film import Film
from ganlab.ui.run.server import service
from ganlab.ui.text import number, text

ROUND = 3
"""Flow steps that take about as long as one round of the GAN; `python -m benchmarks.flow` measures it."""
LOOKS = {"covered": "near_equilibrium", "partial": "collapse"}
"""The GAN's verdict that looks like one of the flow's."""
CAPTIONS = ("belief", "score", "arrows", "grid")
"""Sentences of the player's caption that say something else of two runs of different kinds."""


def partner(flow: FlowConfig) -> PlaneConfig:
    """The GAN on the same data with networks of the same size and the same processor time."""
    size = {f"{net}_{name}": getattr(flow, name) for net in "gd" for name in ("width", "depth")}
    same = {name: getattr(flow, name) for name in ("dataset", "activation", "batch_size", "seed")}
    return LAB.replace(**size, **same, steps=max(1, flow.steps // ROUND))


@st.cache_resource(max_entries=48, show_spinner=False)
def film_of(key: str, member: int, _config: FlowConfig) -> Film[FlowFrame]:
    """The shared frames of a flow run's member."""
    return empty_film(_config)


def empty_film(config: FlowConfig) -> Film[FlowFrame]:
    """A film without frames."""
    extent = DATASETS[config.dataset].extent
    return Film(config, lambda blob: unpack(blob, extent), lambda frames: diagnosis.verdict(frames, config))


@st.cache_data(max_entries=256, show_spinner=False)
def real(key: str, _config: FlowConfig) -> np.ndarray:
    """The real points that the player shows."""
    return train.real_points(_config)


def show(gan: PlaneConfig, flow: FlowConfig, member: int, live: bool, lang: str, key: str) -> None:
    """Both runs in one player; sends the missing frames."""
    films = playback.film_of(gan.key(), 0, gan), film_of(flow.key(), member, flow)
    run = f"{gan.key()}.0 {flow.key()}.{member}"
    known = [films[0].grow(0, gan.steps), films[1].grow(member, flow.steps)]
    moments = [[step * ROUND for step in known[0]], known[1]]
    due = duel.due(key, run, moments, live, lang)
    sides = [
        gan_part(films[0], gan, known[0], films[0].seen([moment // ROUND for moment in due[0]]), live, lang),
        flow_part(films[1], flow, member, known[1], films[1].seen(due[1]), live, lang),
    ]
    titles = [text("beside.title.gan", lang), text("beside.title.flow", lang)]
    clock = evidence.pace()["gan"] / ROUND
    data = duel_player.message(run, sides, titles, captions(lang), differences(gan, flow, lang), live, clock=clock)
    duel_player.player(data, key=key)


def gan_part(
    film: Film[Any], config: PlaneConfig, known: Sequence[int], named: Sequence[int], live: bool, lang: str
) -> bytes:
    """The GAN's part of a message."""
    scene = playback.scenery(config, 0, lang) | {"text": {}, "known": known, "live": live}
    frames = service().frame_cache(config.key()).blobs(0, named)
    verdicts = {step: playback.describe(film.verdict(step), lang) for step in named}
    facts = {"pace": evidence.pace()["gan"], "scale": ROUND}
    return player.message(frames=frames, verdicts=verdicts, beside=facts, **scene)


def flow_part(
    film: Film[FlowFrame],
    config: FlowConfig,
    member: int,
    known: Sequence[int],
    named: Sequence[int],
    live: bool,
    lang: str,
) -> bytes:
    """The flow's part of a message."""
    frames = service().frame_cache(config.key()).blobs(member, named)
    verdicts = {step: describe(film.verdict(step), lang) for step in named}
    scene = scenery(config, member)
    return player.message(known=known, frames=frames, verdicts=verdicts, text={}, live=live, **scene)


def scenery(config: FlowConfig, member: int) -> dict[str, Any]:
    """The constant part of every message about a flow run."""
    data, key = DATASETS[config.dataset], config.key()
    return {
        "run": key,
        "member": member,
        "members": config.members,
        "extent": data.extent,
        "real": real(key, config),
        "target": config.steps,
        "modes": None if data.modes is None else data.modes.numpy(),
        "std": data.std,
        "js_floor": {EVAL_POINTS: js_floor(data, EVAL_POINTS)[0]},
        "valid_ceiling": None if data.std is None else playback.VALID_CEILING,
        "scalars": SCALARS,
        "beside": {"pace": evidence.pace()["flow"], "paths": True},
    }


def captions(lang: str) -> dict[str, str]:
    """The player's labels."""
    own = {f"caption_{name}": text(f"beside.caption.{name}", lang) for name in CAPTIONS}
    return duel_player.duel_labels(lang) | own | {"word_grid": text("beside.caption.lines", lang)}


def describe(found: Verdict, lang: str) -> dict[str, str]:
    """A verdict on a flow in words: key, title, sentence."""
    facts: dict[str, Any] = {"m": found.m, "of": found.of, **found.evidence}
    part = "cells" if found.of == CELLS else "modes"
    title = text(f"beside.verdict.{found.key}", lang, what=text(f"beside.what.{part}", lang), **facts)
    return {
        "key": LOOKS.get(found.key, found.key),
        "title": title,
        "sentence": text(f"beside.why.{found.key}", lang, **facts),
    }


def differences(gan: PlaneConfig, flow: FlowConfig, lang: str) -> list[tuple[str, str, str]]:
    """(name, the GAN's, the flow's) of what differs."""
    size = {"width": flow.width, "depth": flow.depth}
    pairs = {
        "networks": [text(f"beside.difference.{name}", lang, **size) for name in ("two", "one")],
        "updates": [number(steps, lang) for steps in (gan.steps, flow.steps)],
        "evaluations": [number(steps, lang) for steps in (1, flow.ode_steps)],
    }
    return [(text(f"beside.difference.{name}", lang), mine, theirs) for name, (mine, theirs) in pairs.items()]
