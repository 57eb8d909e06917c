"""What is watched of runs on digits: their films, the messages that bring them to the player, verdicts in words."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from time import sleep
from typing import Any

import streamlit as st

from ganlab.data.images import IMAGE_SETS
from ganlab.digits.config import DigitsConfig
from ganlab.digits.diagnosis import ALIKE, verdict
from ganlab.digits.frame import DigitsFrame, unpack
from ganlab.digits.reference import fid_floor
from ganlab.digits.snapshot import JUDGED
from ganlab.game.verdict import Verdict
from ganlab.gan.losses import LOSSES
from ganlab.ui.digits import charts
from ganlab.ui.digits.look import looked
from ganlab.ui.players.player.digits import Shown, digit_labels, message, player
from ganlab.ui.run.differences import plain
from ganlab.ui.run.film import HEAD_START, SENT, Film, carried, wanted
from ganlab.ui.run.server import service
from ganlab.ui.text import exists, text

KEY_FRAMES = 24
"""Frames of an opening message, and of the answer to a wish, at most: half a megabyte."""
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
"""What real test images score, by docs/judge.md; TV as the sampling of 1000 images alone makes it."""
SCENE = "m.scene"
"""Which runs the session's player shows, and what it had said when it was first sent them."""
SEEN = "m.curves.seen"
"""Whether the visit has had its first curves."""


@st.cache_resource(max_entries=48, show_spinner=False)
def film(key: str, _config: DigitsConfig) -> Film[DigitsFrame]:
    """The one film of a run, without its sheets."""
    return Film(_config, lambda blob: unpack(blob, with_sheet=False), lambda frames: verdict(frames, _config))


def stage(
    config: DigitsConfig,
    live: bool,
    lang: str,
    key: str,
    view: Mapping[str, Any] | None = None,
    beside: DigitsConfig | None = None,
    names: tuple[str, str] = ("A", "B"),
) -> None:
    """The player, sent what it lacks; `key` is its name on the page, `view` how it opens, `beside` a second run."""
    configs = [config] if beside is None or beside.key() == config.key() else [config, beside]
    scene, most = (key, lang, *(one.key() for one in configs)), KEY_FRAMES if len(configs) == 1 else BESIDE
    goes_on = has_answered(key, scene) or live
    runs = [
        replace(shown(one, live, lang, name), **brought(one, scene, goes_on, lang, most))
        for one, name in zip(configs, names, strict=False)
    ]
    look, strip = looked(key, configs, lang)
    player(message(runs, digit_labels(lang), view, look, strip), key=key)


def picture(config: DigitsConfig, lang: str, key: str) -> bool:
    """A run that ships, played once from its first step where nothing is trained; whether it is in the store."""
    shipped = film(config.key(), config).grow(0, config.steps)
    if shipped:
        stage(config, False, lang, key=key, view={"at": 0, "playing": True})
    return bool(shipped)


def has_answered(key: str, scene: tuple[str, ...]) -> bool:
    """Whether the player has said anything since the session first sent it these runs: then it has their opening."""
    spoken = st.session_state.get(key) or {}
    now = (spoken.get("want"), spoken.get("pick"))
    before, then = st.session_state.get(SCENE, ((), None))
    if before != scene:
        st.session_state[SCENE] = (scene, now)
    return before == scene and then != now


def shown(config: DigitsConfig, live: bool, lang: str, name: str) -> Shown:
    """What a message says of a run, without frames."""
    data, steps = IMAGE_SETS[config.dataset], film(config.key(), config).grow(0, config.steps)
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


def brought(config: DigitsConfig, scene: tuple[str, ...], goes_on: bool, lang: str, most: int) -> dict[str, Any]:
    """The frames that a player lacks of a run, and what was known at each."""
    run, reel = config.key(), film(config.key(), config)
    steps = reel.grow(0, config.steps)
    named, _ = carried((*scene, most), steps, goes_on, most, slot=f"{SENT}.{run}")
    named = sorted({*named, *wanted(scene[0], (run, 0), steps, most)})
    return {"frames": service().frame_cache(run).blobs(0, named), "verdicts": verdicts(reel, config, named, lang)}


def real_scores(config: DigitsConfig) -> dict[str, float]:
    """What real images score, by number; FID's floor only where it was measured."""
    floor = fid_floor(JUDGED, IMAGE_SETS[config.dataset].shares(config.classes))
    return REAL | ({"fid": round(floor, 1)} if math.isfinite(floor) else {})


def verdicts(reel: Film[DigitsFrame], config: DigitsConfig, named: Sequence[int], lang: str) -> dict[int, Any]:
    """What was known at each of the named steps: the newest judgement at or before it, by its own step."""
    frames = reel.upto(max(named, default=-1))
    told = [frame.step for frame in frames if frame.metrics or frame.outcome]
    newest = {max((step for step in told if step <= name), default=-1) for name in named} - {-1}
    return {step: entry(reel, config, step, lang) for step in sorted(newest)}


def entry(reel: Film[DigitsFrame], config: DigitsConfig, step: int, lang: str) -> dict[str, Any]:
    """The verdict at a step in words, with the newest numbers, and of which step each is that is not of the newest."""
    said: dict[str, Any] = dict(judgement(reel.verdict(step), lang))
    judged = [frame for frame in reel.upto(step) if frame.metrics]
    if not judged:
        return said
    last = judged[-1]
    values = {name: (value, frame.step) for frame in judged for name, value in frame.metrics.items()}
    finite = {name: known for name, known in values.items() if math.isfinite(known[0])}
    said |= {"of": [last.step, round(config.epoch(last.step), 2)], "shares": [round(float(s), 4) for s in last.shares]}
    said["numbers"] = {name: round(value, 4) for name, (value, _) in finite.items()}
    return said | {"older": {name: of for name, (_, of) in finite.items() if of != last.step}}


def curves(
    config: DigitsConfig, lang: str, beside: DigitsConfig | None = None, names: tuple[str, str] = ("A", "B")
) -> None:
    """Losses, quality, FID and gradient norms up to now; of a second run below those of the first."""
    if SEEN not in st.session_state:
        st.session_state[SEEN] = True
        sleep(HEAD_START)
    configs = [config] if beside is None or beside.key() == config.key() else [config, beside]
    for place, (one, name) in enumerate(zip(configs, names, strict=False)):
        reel = film(one.key(), one)
        curve = charts.curves(reel.upto(max(reel.grow(0, one.steps), default=-1)), one)
        if len(configs) > 1:
            st.markdown(f"**{plain(name)}**")
        drawn, alt = charts.table(curve, one, lang), charts.alt(curve, lang)
        st.vega_lite_chart(drawn, charts.spec(lang), width="stretch", key=f"m.curves.{place}", alt=alt)
        if said := charts.claim(curve, one, lang):
            st.caption(f"{said} {text('digits_stage.chart.claim_tried', lang)}")


# A verdict in words


def judgement(found: Verdict, lang: str) -> dict[str, str]:
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
    """What else the evidence says, in order."""
    if "most" in found.evidence:
        yield "lost"
    if found.key == "smear" and found.evidence.get("diversity", math.inf) < ALIKE:
        yield "alike"
    if found.key == "collapse" and {"d_loss", "g_loss"} <= found.evidence.keys():
        yield "losses"
