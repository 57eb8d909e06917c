"""What is watched: a run's film, the messages that bring it to the player, the curves, and verdicts in words."""

import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from time import sleep
from typing import Any

import numpy as np
import streamlit as st

from ganlab.config import PlaneConfig
from ganlab.datasets import DATASETS
from ganlab.diagnosis import BLIND, MOSTLY, Verdict, verdict
from ganlab.frame import Frame, spread, unpack
from ganlab.losses import LOSSES
from ganlab.metrics import js_floor
from ganlab.train import real_points
from ganlab.ui import charts, vega
from ganlab.ui.player import labels, message, player
from ganlab.ui.server import service
from ganlab.ui.text import exists, sentences, text

KEY_FRAMES = 48
"""Frames of an opening message."""
FRESH = 24
"""Frames of a live message, at most; as many as were sent before may be sent again."""
SENT, ANSWERS = "stage.sent", "stage.answers"
"""What the session's player was sent last, and which of its wishes was answered how often."""
HEAD_START = 0.4
"""Seconds by which a visit's first curves come after its player, as the browser draws them in the order they come."""
VALID_CEILING = 1 - float(np.exp(-4.5))
"""Share of a perfect sampler's points within 3σ of their mode on the plane."""


class Film:
    """One member's frames as verdicts and curves need them, shared by all who watch; grows as the run does."""

    def __init__(self, config: PlaneConfig):
        self.config, self.extent = config, DATASETS[config.dataset].extent
        self.frames: list[Frame] = []
        self.verdicts: dict[int, Verdict] = {}
        self.lock = threading.Lock()

    def grow(self, member: int, limit: int) -> list[int]:
        """Takes in what the store has come to have; the steps up to `limit`."""
        tail = service().tail(self.config.key())
        with self.lock:
            last = self.frames[-1].step if self.frames else -1
            blobs = tail.blobs(member, [step for step in tail.steps() if step > last])
            self.frames += [lean(unpack(blobs[step], self.extent)) for step in sorted(blobs)]
            return [frame.step for frame in self.frames if frame.step <= limit]

    def verdict(self, step: int) -> Verdict:
        """What the frames up to a step show."""
        with self.lock:
            if step not in self.verdicts:
                self.verdicts[step] = verdict([frame for frame in self.frames if frame.step <= step], self.config)
            return self.verdicts[step]


@st.cache_resource(max_entries=48, show_spinner=False)
def film(key: str, member: int, _config: PlaneConfig) -> Film:
    """The one film of a run's member."""
    return Film(_config)


def lean(frame: Frame) -> Frame:
    """A frame without the arrays that no verdict reads."""
    none = np.empty((1, 0), "f4")
    return replace(frame, push=none, rise=none, field=none, grid=none)


@st.cache_data(max_entries=256, show_spinner=False)
def real(key: str, _config: PlaneConfig) -> np.ndarray:
    """The real points that the player shows."""
    return real_points(_config)


def carried(run: tuple[Any, ...], steps: Sequence[int], live: bool) -> tuple[list[int], bool]:
    """The frames that the coming message names, and whether they are the opening's.

    A message may replace one that the browser never saw, so each holds again what the one before held as new.
    """
    before = st.session_state.get(SENT)
    if not live or before is None or before["run"] != run:
        opening = spread(steps, KEY_FRAMES)
        st.session_state[SENT] = {"run": run, "last": steps[-1] if steps else -1, "fresh": []}
        return opening, True
    fresh = spread([step for step in steps if step > before["last"]], FRESH)
    st.session_state[SENT] = {"run": run, "last": steps[-1] if steps else -1, "fresh": fresh}
    return [*before["fresh"], *fresh], False


def wanted(player_key: str, run: tuple[str, int], steps: Sequence[int]) -> list[int]:
    """The frames that the player asked for; each wish is answered in three messages, as one may get lost."""
    want = (st.session_state.get(player_key) or {}).get("want")
    if not want or (want.get("run"), want.get("member")) != run:
        return []
    given, times = st.session_state.get(ANSWERS, (None, 0))
    times = times + 1 if given == want else 1
    st.session_state[ANSWERS] = (want, times)
    between = [step for step in steps if want["from"] <= step <= want["to"]]
    return spread(between, max(1, min(int(want["n"]), KEY_FRAMES))) if times <= 3 else []


def stage(
    config: PlaneConfig, member: int, live: bool, lang: str, key: str, view: Mapping[str, Any] | None = None
) -> None:
    """The player, sent what it lacks; `key` is its name on the page, `view` how it opens."""
    run, reel = (config.key(), member), film(config.key(), member, config)
    steps = reel.grow(member, config.steps)
    named, opening = carried((key, lang, *run), steps, live)
    named = sorted({*named, *wanted(key, run, steps)})
    data = message(
        known=steps,
        frames=service().tail(run[0]).blobs(member, named),
        verdicts={step: judgement(reel.verdict(step), lang) for step in named},
        live=live,
        key_frames=opening,
        view=view,
        **scenery(config, member, lang),
    )
    player(data, key=key)


def picture(config: PlaneConfig, lang: str) -> None:
    """A run that ships, played once from its first step where nothing is trained."""
    shipped = film(config.key(), 0, config).grow(0, config.steps)
    st.caption(text("start.page.picture" if shipped else "start.page.unavailable", lang))
    if shipped:
        stage(config, 0, False, lang, key="s.player", view={"at": 0, "playing": True})


def scenery(config: PlaneConfig, member: int, lang: str) -> dict[str, Any]:
    """What every message about a run says alike."""
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
        "modes": None if dataset.modes is None else dataset.modes.numpy(),
        "std": dataset.std,
        "js_floor": js_floor(dataset),
        "valid_ceiling": None if dataset.std is None else VALID_CEILING,
        "text": captions(config, lang),
    }


def threshold(config: PlaneConfig) -> float | None:
    """D's output at which it is undecided; None where it only compares, or if the loss changes to another's."""
    found = {
        LOSSES[name].undecided(alpha) for name in config.values("loss") for alpha in config.values("label_smoothing")
    }
    return found.pop() if len(found) == 1 else None


def captions(config: PlaneConfig, lang: str) -> dict[str, str]:
    """The player's labels, true of this config: D may judge packs, and only two dimensions of noise make a net."""
    ours, own = sentences(lang), dict[str, str]()
    if config.packing > 1 or config.company:
        own["caption_belief"] = ours["arena.caption.belief_packed"]
        own["caption_score"] = ours["arena.caption.score_packed"]
    if config.latent_dim != 2:
        own["caption_grid"] = ours["arena.caption.line" if config.latent_dim == 1 else "arena.caption.slice"]
    return labels(lang) | own


def judgement(found: Verdict, lang: str) -> dict[str, str]:
    """A verdict in words: key, title, sentence."""
    facts: dict[str, Any] = {"m": found.m, "of": found.of, **found.evidence}
    title, sentence = (variant(f"verdict.{part}.{found.key}", found) for part in ("title", "sentence"))
    also = [text(f"verdict.also.{name}", lang, **facts) for name in remarks(found)]
    if found.knob:
        also.append(text("verdict.also.knob", lang, knob=text(f"field.label.{found.knob}", lang)))
    said = " ".join([text(sentence, lang, **facts), *also])
    return {"key": found.key, "title": text(title, lang, **facts), "sentence": said}


def variant(key: str, found: Verdict) -> str:
    """The sentence for data without modes, or for a smear that has just come together, where there is one."""
    if found.key == "smear" and found.evidence["on_data"] >= MOSTLY and exists(f"{key}_late"):
        return f"{key}_late"
    cells = f"{key}_cells"
    return cells if "valid" not in found.evidence and exists(cells) else key


def remarks(found: Verdict) -> Iterable[str]:
    """What else a verdict's evidence says, in order; medians decide, so each is held to what is shown."""
    if found.key == "near_equilibrium" and abs(found.evidence.get("d_accuracy", math.inf) - 0.5) <= BLIND:
        yield "coin"
    if "most" in found.evidence:
        yield "lost"
    if "d_loss_collapse" in found.evidence:
        yield "losses"


def curves(config: PlaneConfig, member: int, lang: str) -> None:
    """Losses, JS divergence and gradient norms up to now."""
    if "stage.curves" not in st.session_state:
        st.session_state["stage.curves"] = True
        sleep(HEAD_START)
    reel = film(config.key(), member, config)
    steps = reel.grow(member, config.steps)
    curve = charts.curves(service().tail(config.key()).blobs(member, steps))
    table = charts.table(curve, config, reel.verdict(steps[-1]) if steps else None, lang)
    alt = charts.alt(curve, config, lang)
    st.vega_lite_chart(table, vega.spec(lang), width="stretch", key="a.curves", alt=alt)
