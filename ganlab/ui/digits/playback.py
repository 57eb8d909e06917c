"""Showing runs on digits: their frames, the messages to the player, the curves, and verdicts in words."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import streamlit as st

from ganlab.data.images import IMAGE_SETS
from ganlab.digits.config import DigitsConfig
from ganlab.digits.diagnosis import AHEAD, ALIKE, verdict
from ganlab.digits.frame import DigitsFrame, unpack
from ganlab.digits.reference import fid_floor
from ganlab.digits.snapshot import JUDGED
from ganlab.game.verdict import Verdict
from ganlab.gan.losses import LOSSES
from ganlab.ui.digits import charts
from ganlab.ui.digits.nearest_images import looked
from ganlab.ui.players.player.digits import Shown, digit_labels, message, player
from ganlab.ui.run.differences import plain
from ganlab.ui.run.film import SENT, Film, carried, head_start, opening, wanted
from ganlab.ui.run.server import service
from ganlab.ui.text import exists, text

KEY_FRAMES = 24
"""Most frames in the first message, and in the answer to a request: half a megabyte."""
BESIDE = 12
"""The same for each of two runs."""
REAL = {
    "accepted": 0.988,
    "diversity": 0.98,
    "digit_tv": 0.04,
    "precision": 0.91,
    "recall": 0.90,
    "density": 1.01,
    "coverage": 0.965,
}
"""Scores of real test images (docs/judge.md). TV: the expected value for 1000 samples."""
SCENE = "m.scene"
"""Session key: the runs in the player, and its state when they were first sent."""


@st.cache_resource(max_entries=48, show_spinner=False)
def film_of(key: str, _config: DigitsConfig) -> Film[DigitsFrame]:
    """The shared frames of a run, without their images."""
    return empty_film(_config)


def empty_film(config: DigitsConfig) -> Film[DigitsFrame]:
    """A film without frames."""
    return Film(config, lambda blob: unpack(blob, with_sheet=False), lambda frames: verdict(frames, config))


def show(
    config: DigitsConfig,
    live: bool,
    lang: str,
    key: str,
    view: Mapping[str, Any] | None = None,
    beside: DigitsConfig | None = None,
    names: tuple[str, str] = ("A", "B"),
    hidden: str = "",
) -> None:
    """Shows one run, or two, in the player and sends the missing frames.

    `key`: its key on the page, `view`: its initial state, `beside`: a second run, `hidden`: stands in the place of
    every verdict.
    """
    configs = [config] if beside is None or beside.key() == config.key() else [config, beside]
    scene, most = (key, lang, *(one.key() for one in configs)), KEY_FRAMES if len(configs) == 1 else BESIDE
    goes_on = has_answered(key, scene) or live
    parts = [due(one, scene, goes_on, most, view) for one in configs]
    look, strip = looked(key, configs, lang)

    def make() -> bytes:
        runs = [
            replace(run_head(one, live, name, steps), **brought(one, named, lang, hidden))
            for one, name, (steps, named) in zip(configs, names, parts, strict=False)
        ]
        return message(runs, digit_labels(lang), view, look, strip)

    kept = tuple((one.steps, *steps[-1:], tuple(named)) for one, (steps, named) in zip(configs, parts, strict=True))
    name = scene, live, hidden, names, json.dumps(view, sort_keys=True), kept
    player(make() if look else film_of(config.key(), config).once(name, make), key=key)


def picture(config: DigitsConfig, lang: str, key: str) -> bool:
    """Plays a shipped run once; nothing is trained. Whether it is in the store."""
    shipped = film_of(config.key(), config).grow(0, config.steps)
    if shipped:
        show(config, False, lang, key=key, view={"at": 0, "playing": True})
    return bool(shipped)


def has_answered(key: str, scene: tuple[str, ...]) -> bool:
    """Whether the player's state changed since these runs were first sent. Then it has received the first message."""
    spoken = st.session_state.get(key) or {}
    now = (spoken.get("want"), spoken.get("pick"))
    before, then = st.session_state.get(SCENE, ((), None))
    if before != scene:
        st.session_state[SCENE] = (scene, now)
    same_runs: bool = before == scene
    return same_runs and then != now


def run_head(config: DigitsConfig, live: bool, name: str, steps: Sequence[int]) -> Shown:
    """A run's part of a message, without frames. `steps`: all that have a frame."""
    data = IMAGE_SETS[config.dataset]
    return Shown(
        config.key(),
        name,
        known=steps,
        epochs=[config.epoch(step) for step in steps],
        owed=data.shares(config.classes),
        judge=data.handwritten,
        compares=any(LOSSES[loss].threshold is None for loss in config.values("loss")),
        real=real_scores(config),
        target=config.steps,
        live=live,
    )


def due(
    config: DigitsConfig, scene: tuple[str, ...], goes_on: bool, most: int, view: Mapping[str, Any] | None = None
) -> tuple[list[int], list[int]]:
    """The steps of all frames of a run, and of those in the next message."""
    run, film = config.key(), film_of(config.key(), config)
    steps = film.grow(0, config.steps)
    first = opening(steps, view, most)
    named, opens = carried((*scene, most), steps, goes_on, most, slot=f"{SENT}.{run}", opens=first)
    named = named if opens else film.common(named, most)
    return steps, sorted({*named, *wanted(scene[0], (run, 0), steps, most)})


def brought(config: DigitsConfig, named: Sequence[int], lang: str, hidden: str = "") -> dict[str, Any]:
    """Frames of a run, and the verdicts at their steps."""
    run, film = config.key(), film_of(config.key(), config)
    said = verdicts(film, config, named, lang)
    if hidden:
        said = {step: found | {"key": "", "title": hidden, "sentence": ""} for step, found in said.items()}
    return {"frames": service().frame_cache(run).blobs(0, named), "verdicts": said}


def real_scores(config: DigitsConfig) -> dict[str, float]:
    """Scores of real images by name; the FID's floor only if it was measured."""
    floor = fid_floor(JUDGED, IMAGE_SETS[config.dataset].shares(config.classes))
    return REAL | ({"fid": round(floor, 1)} if math.isfinite(floor) else {})


def verdicts(film: Film[DigitsFrame], config: DigitsConfig, named: Sequence[int], lang: str) -> dict[int, Any]:
    """The newest evaluation at or before each of the named steps, by its own step."""
    frames = film.upto(max(named, default=-1))
    with_verdict = [frame.step for frame in frames if frame.metrics or frame.outcome]
    newest = {max((step for step in with_verdict if step <= name), default=-1) for name in named} - {-1}
    return {step: entry(film, config, step, lang) for step in sorted(newest)}


def entry(film: Film[DigitsFrame], config: DigitsConfig, step: int, lang: str) -> dict[str, Any]:
    """The verdict at a step in words, with the newest scores, and the steps of scores that are older."""
    answer: dict[str, Any] = dict(describe(film.verdict(step), lang))
    judged = [frame for frame in film.upto(step) if frame.metrics]
    if not judged:
        return answer
    last = judged[-1]
    values = {name: (value, frame.step) for frame in judged for name, value in frame.metrics.items()}
    finite = {name: known for name, known in values.items() if math.isfinite(known[0])}
    answer["of"] = [last.step, round(config.epoch(last.step), 2)]
    answer |= {"shares": [round(float(s), 4) for s in last.shares]}
    answer["numbers"] = {name: round(value, 4) for name, (value, _) in finite.items()}
    return answer | {"older": {name: of for name, (_, of) in finite.items() if of != last.step}}


def curves(
    config: DigitsConfig, lang: str, beside: DigitsConfig | None = None, names: tuple[str, str] = ("A", "B")
) -> None:
    """The curves so far: losses, quality, FID and gradient norms. Those of a second run are below."""
    head_start("digit_curves")
    configs = [config] if beside is None or beside.key() == config.key() else [config, beside]
    for index, (one, name) in enumerate(zip(configs, names, strict=False)):
        film = film_of(one.key(), one)
        last = film.curves_until(max(film.grow(0, one.steps), default=-1))
        drawn, alt, answer = curve(one.key(), one.steps, last, lang, one)
        if len(configs) > 1:
            st.markdown(f"**{plain(name)}**")
        st.vega_lite_chart(drawn, charts.spec(lang), width="stretch", key=f"m.curves.{index}", alt=alt)
        if answer:
            st.caption(f"{answer} {text('digits_stage.chart.claim_tried', lang)}")


@st.cache_resource(max_entries=64, show_spinner=False)
def curve(key: str, target: int, last: int, lang: str, _config: DigitsConfig) -> tuple[pa.Table, str, str]:
    """The table of the curves up to a step, what they show in words, and what is said of the last claim.

    Once for all visitors, who only read it.
    """
    found = charts.curves(film_of(key, _config).upto(last), _config)
    table = pa.Table.from_pandas(charts.table(found, _config, lang))
    return table, charts.alt(found, lang), charts.claim(found, _config, lang)


# A verdict in words


def describe(found: Verdict, lang: str) -> dict[str, str]:
    """A verdict in words: key, title, sentence."""
    facts: dict[str, Any] = {"m": found.m, "of": found.of, **found.evidence}
    resting = found.key == "d_too_weak" and found.evidence["d_rests"] == 1
    sentences = [text(f"digits_stage.sentence.{found.key}" + ("_rests" if resting else ""), lang, **facts)]
    sentences += [text(f"digits_stage.also.{name}", lang, **facts) for name in remarks(found)]
    if found.knob and exists(label := f"field.label.{found.knob}"):
        sentences.append(text("verdict.also.knob", lang, knob=text(label, lang)))
    title = text(f"digits_stage.title.{found.key}", lang, **facts)
    return {"key": found.key, "title": title, "sentence": " ".join(sentences)}


def remarks(found: Verdict) -> Iterable[str]:
    """Remarks on the evidence, in order."""
    if "most" in found.evidence:
        yield "lost"
    if found.key == "smear" and found.evidence.get("diversity", math.inf) < ALIKE:
        yield "alike"
    if found.key == "collapse" and {"d_loss", "g_loss"} <= found.evidence.keys():
        yield "losses"
    if found.key == "recognisable" and found.evidence.get("d_accuracy", 0) >= AHEAD:
        yield "ahead"
