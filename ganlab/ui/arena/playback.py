"""Showing a run on the plane: its frames, the messages to the player, the curves, and verdicts in words."""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st

from ganlab.data.dataset import on_plane
from ganlab.data.plane import DATASETS
from ganlab.game.verdict import BLIND, Verdict
from ganlab.gan.losses import LOSSES
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import MOSTLY, MOSTLY_CELLS, verdict
from ganlab.plane.frame import LATENT_GRID, POINTS, Frame, unpack
from ganlab.plane.line import data_density, has_optimal
from ganlab.plane.metrics import EVAL_POINTS, js_floor
from ganlab.plane.snapshot import fixed_points, latent_grid
from ganlab.plane.train import real_points
from ganlab.ui.arena import charts, fork
from ganlab.ui.players.player import labels, message, player
from ganlab.ui.run import axes, price, vega
from ganlab.ui.run.film import Film, carried, head_start, opening, wanted
from ganlab.ui.run.server import service
from ganlab.ui.text import exists, sentences, text

VALID_CEILING = 1 - float(np.exp(-4.5))
"""Share of a perfect sampler's points within 3σ of their mode on the plane."""


@st.cache_resource(max_entries=48, show_spinner=False)
def film_of(key: str, member: int, _config: PlaneConfig) -> Film[Frame]:
    """The shared frames of a run's member."""
    return empty_film(_config)


def empty_film(config: PlaneConfig) -> Film[Frame]:
    """A film without frames."""
    extent = DATASETS[config.dataset].extent
    return Film(config, lambda blob: lean(unpack(blob, extent)), lambda frames: verdict(frames, config))


def lean(frame: Frame) -> Frame:
    """A frame without the arrays that verdicts do not need."""
    none = np.empty((1, 0), "f4")
    return replace(frame, push=none, rise=none, field=none, grid=none)


@st.cache_data(max_entries=256, show_spinner=False)
def real(key: str, _config: PlaneConfig) -> np.ndarray:
    """The real points that the player shows."""
    return real_points(_config)


@st.cache_data(max_entries=256, show_spinner=False)
def noise(key: str, _config: PlaneConfig) -> dict[str, Any]:
    """The noise for the player: two coordinates of the generated points' z, and the axis of the lattice."""
    z, lattice = fixed_points(_config)[0], latent_grid(_config)
    axis = lattice[:, 0] if _config.latent_dim == 1 else lattice[:LATENT_GRID, 1]
    return {"noise": np.pad(z.numpy()[:, :2], ((0, 0), (0, max(0, 2 - z.shape[1])))), "axis": axis.tolist()}


@dataclass(frozen=True)
class Asks:
    """What the player's buttons ask for, and who answers."""

    names: Sequence[str]
    """Of the player's ASKS."""
    answer: Callable[[], None]


def show(
    config: PlaneConfig,
    member: int,
    live: bool,
    lang: str,
    key: str,
    view: Mapping[str, Any] | None = None,
    asks: Asks | None = None,
    hidden: str = "",
) -> None:
    """Shows a run in the player and sends the missing frames. `key`: its key on the page, `view`: its initial state.

    With `asks`, the player has buttons for slow motion and for a change of a setting. `hidden` stands in the place of
    every verdict.
    """
    run, film = (config.key(), member), film_of(config.key(), member, config)
    steps = film.grow(member, config.steps)
    named, opens = carried((key, lang, *run), steps, live, opens=opening(steps, view, key=key))
    if not opens:
        named = film.common(named)
    named = film.seen({*named, *wanted(key, run, steps)})
    offered, seen = tuple(asks.names if asks else ()), json.dumps(view, sort_keys=True)

    def make() -> bytes:
        return message(
            known=steps,
            frames=service().frame_cache(run[0]).blobs(member, named),
            verdicts={step: covering(hidden) or priced(config, film.verdict(step), lang, member) for step in named},
            live=live,
            key_frames=opens,
            view=view,
            asks=offered,
            levels={row["series"]: row["label"] for row in axes.equilibrium(config, lang)},
            **noise(run[0], config),
            **scenery(config, member, lang),
        )

    data = film.once((config.steps, lang, live, opens, seen, offered, hidden, tuple(steps[-1:]), tuple(named)), make)
    player(data, key=key, on_ask=asks.answer if asks else None)


def covering(hidden: str) -> dict[str, Any]:
    """What stands in the place of a verdict that is not to be read yet; {} for no words."""
    return {"key": "", "title": hidden, "sentence": ""} if hidden else {}


def picture(config: PlaneConfig, lang: str, key: str) -> None:
    """Plays a shipped run once; nothing is trained."""
    if film_of(config.key(), 0, config).grow(0, config.steps):
        show(config, 0, False, lang, key=key, view={"at": 0, "playing": True})
    else:
        st.caption(text("lessons.page.unavailable", lang))


def scenery(config: PlaneConfig, member: int, lang: str) -> dict[str, Any]:
    """The constant part of every message about a run."""
    dataset, key = DATASETS[config.dataset], config.key()
    return {
        "run": key,
        "member": member,
        "members": config.members,
        "target": config.steps,
        "latent_dim": config.latent_dim,
        "threshold": threshold(config),
        "extent": dataset.extent,
        "real": real(key, config),
        "modes": None if dataset.modes is None else on_plane(dataset.modes).numpy(),
        "std": dataset.std,
        "js_floor": {n: js_floor(dataset, n)[0] for n in (POINTS, EVAL_POINTS)},
        "valid_ceiling": None if dataset.std is None else VALID_CEILING,
        "text": captions(config, lang),
    } | line_of(config)


def line_of(config: PlaneConfig) -> dict[str, Any]:
    """What the picture of data on a line needs beside frames; {} for data on the plane."""
    if config.dim == 2:
        return {}
    shares = all(LOSSES[name].spoken for name in config.values("loss"))
    density = data_density(DATASETS[config.dataset])
    return {"line": {"p": [round(float(p), 4) for p in density], "scale": [0.0, 1.0] if shares else None}}


def threshold(config: PlaneConfig) -> float | None:
    """D's output at which it is undecided. None for a critic, or if it changes during the run."""
    found = {
        LOSSES[name].undecided(alpha) for name in config.values("loss") for alpha in config.values("label_smoothing")
    }
    return found.pop() if len(found) == 1 else None


def captions(config: PlaneConfig, lang: str) -> dict[str, str]:
    """The player's labels for a config. They depend on packing, on what D's outputs mean and on the noise."""
    ours, own = sentences(lang), dict[str, str]()
    if config.packing > 1 or config.minibatch_layer:
        own["caption_belief"] = ours["arena.caption.belief_packed"]
        own["caption_score"] = ours["arena.caption.score_packed"]
    if threshold(config) is None:
        own |= {"key_says_real": ours["arena.caption.key_higher"], "key_says_fake": ours["arena.caption.key_lower"]}
    if config.latent_dim != 2:
        own["caption_grid"] = ours["arena.caption.line" if config.latent_dim == 1 else "arena.caption.slice"]
    return labels(lang) | own | (on_a_line(config, lang) if config.dim == 1 else {})


def on_a_line(config: PlaneConfig, lang: str) -> dict[str, str]:
    """The labels of the picture of data on a line."""

    def said(*keys: str) -> str:
        return " ".join(text(f"arena.line.{key}", lang) for key in keys)

    one, judged = config.latent_dim == 1, "belief_packed" if config.packing > 1 or config.minibatch_layer else "belief"
    belief = said(judged, optimum(config))
    return {
        "word_modes": said("bands"),
        "word_grid": said("links"),
        "caption_modes": said("modes"),
        "caption_points": said("points", "joined" if one else "counted"),
        "caption_belief": belief,
        "caption_score": belief,
        "caption_grid": said("grid" if one else "slice"),
    }


def optimum(config: PlaneConfig) -> str:
    """The key of what is said of the optimal D: drawn in the whole run or not, and its formula."""
    if not all(has_optimal(config.at(step)) for step in {0} | {step for step, _, _ in config.edits}):
        return "no_optimal"
    return "optimal" if config.values("label_smoothing") == {0.0} else "optimal_smoothed"


def priced(config: PlaneConfig, found: Verdict, lang: str, member: int = 0) -> dict[str, Any]:
    """A verdict on a run in words, whose advice says what it takes to try it here."""
    said = describe(found, lang, member, config.members)
    return said | {"sentence": " ".join(filter(None, (said["sentence"], price.advised(config, found.knob, lang))))}


def describe(found: Verdict, lang: str, member: int = 0, members: int = 1) -> dict[str, Any]:
    """A verdict in words: key, title, sentence; regions: coordinates of places in each missing one, if any.

    That on one of several members says which one it is about.
    """
    facts: dict[str, Any] = {"m": found.m, "of": found.of, "log4": math.log(4), **found.evidence}
    title, sentence = (variant(f"verdict.{part}.{found.key}", found) for part in ("title", "sentence"))
    also = [text(f"verdict.also.{name}", lang, **facts) for name in remarks(found)]
    if members > 1:
        also.append(text("verdict.also.seed", lang, member=member, members=members))
    if found.knob:
        also.append(text("verdict.also.knob", lang, knob=text(f"field.label.{found.knob}", lang)))
    sentences = " ".join([text(sentence, lang, **facts), *also])
    outlines = [[round(value, 2) for place in region for value in place] for region in found.regions]
    said = {"key": found.key, "title": text(title, lang, **facts), "sentence": sentences}
    return said | ({"regions": outlines} if outlines else {})


def variant(key: str, found: Verdict) -> str:
    """The key of a sentence for a special case, if there is one: late smear, idle D, affine G, one hole, no modes."""
    most = MOSTLY if "valid" in found.evidence else MOSTLY_CELLS
    if found.key == "smear" and found.evidence["on_data"] >= most and exists(f"{key}_late"):
        return f"{key}_late"
    if found.evidence.get("d_rests") == 1 and exists(f"{key}_rests"):
        return f"{key}_rests"
    if "affine_js" in found.evidence and exists(f"{key}_affine"):
        return f"{key}_affine"
    if found.evidence.get("holes") == 1 and exists(f"{key}_one"):
        return f"{key}_one"
    cells = f"{key}_cells"
    return cells if "valid" not in found.evidence and exists(cells) else key


def remarks(found: Verdict) -> Iterable[str]:
    """Further remarks on a verdict, in order. Verdicts use medians, so remarks are checked against the numbers."""
    if found.key == "near_equilibrium" and abs(found.evidence.get("d_accuracy", math.inf) - 0.5) <= BLIND:
        yield "coin"
    if "d_late" in found.evidence:
        yield "misled"
    if found.key != "holes" and found.regions:
        yield "outlined"
    if "most" in found.evidence:
        yield "lost"
    if {"d_loss", "g_loss", "d_loss_collapse"} <= found.evidence.keys():
        yield "losses"


def curves(config: PlaneConfig, member: int, lang: str, key: str) -> None:
    """The curves so far: losses, JS divergence and gradient norms."""
    head_start("curves")
    film = film_of(config.key(), member, config)
    last = film.curves_until(max(film.grow(member, config.steps), default=-1))
    table, alt = drawn(config.key(), config.steps, member, last, lang, config)
    st.vega_lite_chart(table, vega.spec(lang), width="stretch", key=key, alt=alt)


@st.cache_resource(max_entries=64, show_spinner=False)
def drawn(key: str, target: int, member: int, last: int, lang: str, _config: PlaneConfig) -> tuple[pa.Table, str]:
    """The table of the curves up to a step, and what they show in words: once for all visitors, who only read it."""
    film = film_of(key, member, _config)
    curve = charts.curves(service().frame_cache(key).blobs(member, [frame.step for frame in film.upto(last)]))
    changes, found = fork.marks(_config, lang), film.verdict(last) if last >= 0 else None
    table = charts.table(curve, _config, found, lang, changes)
    return pa.Table.from_pandas(table), charts.alt(curve, _config, lang, changes)
