"""Slow motion on the arena page: one update of D and one of G in stops, recomputed exactly from a checkpoint.

The texts of all stops are on the page at once, in containers; the component `slow_player` shows one of them. So moving
between stops needs no rerun, and Streamlit renders the formulas.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.gan.losses import LOSSES
from ganlab.gan.regularizers import REGULARIZERS, clip
from ganlab.plane.config import PlaneConfig
from ganlab.service.short_jobs import Busy
from ganlab.trace.slow_motion import slow_motion
from ganlab.ui.arena.formulas import Moment, formula, written
from ganlab.ui.players import slow_motion as slow_player
from ganlab.ui.run.server import service, short_jobs
from ganlab.ui.run.training import status_of
from ganlab.ui.text import exists, named, text

ASK, OPEN = "a.ask", "a.slow"
"""Session keys: the player's request; the step in slow motion, {key, step}."""
KEPT = 64
"""Traces that the server keeps."""
AT_ONCE, LOOK = 1.0, 0.5
"""Seconds that a page waits for a trace, and then the seconds between two checks."""
WEAK = 0.02
"""Mean push below which G hardly learns."""


class Traces:
    """A cache of requested traces, each computed once in the background."""

    def __init__(self) -> None:
        self.desk = ThreadPoolExecutor(4)
        self.lock = threading.Lock()
        self.kept: OrderedDict[tuple[str, int, int], Future[Any]] = OrderedDict()

    def ask(self, config: PlaneConfig, step: int, member: int) -> Future[Any]:
        """The future of a trace, from the cache if possible."""
        name = (config.key(), step, member)
        with self.lock:
            if name not in self.kept:
                self.kept[name] = self.desk.submit(compute, service().store.path, config, step, member)
            self.kept.move_to_end(name)
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
            return self.kept[name]

    def forget(self, config: PlaneConfig, step: int, member: int) -> None:
        """Removes a trace, so that the next request computes it again."""
        with self.lock:
            self.kept.pop((config.key(), step, member), None)


def compute(store: Any, config: PlaneConfig, step: int, member: int) -> dict[str, Any] | None:
    """The trace, from the process for short jobs. None if the run had diverged. Raises Busy or the job's error."""
    return short_jobs().run(slow_motion, store, config.to_json(), step, member)


@st.cache_resource(show_spinner=False)
def traces() -> Traces:
    """The server's traces."""
    return Traces()


# The open step


def button(config: PlaneConfig, lang: str) -> None:
    """The button that opens the last step, if the run has any."""
    step = last_step(config)
    label, help = text("slow.page.open", lang), text("slow.page.open_help", lang, step=step)
    look: dict[str, Any] = {
        "icon": ":material/slow_motion_video:",
        "help": help,
        "disabled": opened(config) is not None,
    }
    if status_of(config).state != "absent":
        st.button(label, key="a.slow.open", on_click=show, args=(config, step), **look)


def last_step(config: PlaneConfig) -> int:
    """The last trained step, at most the target."""
    return min(status_of(config).step, config.steps)


def show(config: PlaneConfig, step: int) -> None:
    """Opens a step."""
    ui.touched()
    st.session_state[OPEN] = {"key": config.key(), "step": step}


def close() -> None:
    """Closes slow motion."""
    ui.touched()
    st.session_state.pop(OPEN, None)


def opened(config: PlaneConfig) -> int | None:
    """The open step of this run, or None. Handles the player's request first."""
    ask = st.session_state.get(ASK)
    if ask and ask["name"] == "slow":
        del st.session_state[ASK]
        st.session_state[OPEN] = {"key": ask["key"], "step": ask["step"]}
    held = st.session_state.get(OPEN)
    return held["step"] if held and held["key"] == config.key() else None


# The panel


def panel(config: PlaneConfig, member: int, lang: str) -> None:
    """The open step, or nothing. It updates itself while the trace is computed."""
    step = opened(config)
    if step is None:
        return
    trace = traces().ask(config, step, member)
    with st.spinner(text("slow.page.wait", lang, step=step)):
        wait([trace], AT_ONCE)
    coming = not trace.done()
    st.fragment(partial(look, config, member, coming, lang), run_every=LOOK if coming else None)()


def look(config: PlaneConfig, member: int, coming: bool, lang: str) -> None:
    """The panel so far. When the trace is ready, the whole page is rerun."""
    step = opened(config)
    if step is None:
        ui.rerun()
        return
    trace = traces().ask(config, step, member)
    with st.container(border=True, key="a.slow.panel"):
        head(config, step, member, lang)
        if not trace.done():
            with st.spinner(text("slow.page.wait", lang, step=step)):
                wait([trace], LOOK)
        if trace.done() and not coming:
            show_result(trace, config, step, member, lang)
        elif trace.done() or not coming:
            ui.rerun()


def head(config: PlaneConfig, step: int, member: int, lang: str) -> None:
    """The title with the step, and the buttons Next and Close."""
    with st.container(horizontal=True, vertical_alignment="center", key="a.slow.head"):
        st.markdown(f"**{text('slow.page.title', lang, step=step, next=step + 1)}**", width="stretch")
        look: dict[str, Any] = {"icon": ":material/arrow_forward:", "disabled": step >= last_step(config)}
        st.button(text("slow.page.next", lang), key="a.slow.next", on_click=show, args=(config, step + 1), **look)
        st.button(text("slow.page.close", lang), key="a.slow.close", icon=":material/close:", on_click=close)


def show_result(trace: Future[Any], config: PlaneConfig, step: int, member: int, lang: str) -> None:
    """The trace, or a sentence why there is none."""
    try:
        facts = trace.result()
    except Exception as error:
        traces().forget(config, step, member)
        st.warning(text("slow.page.busy" if isinstance(error, Busy) else "slow.page.failed", lang))
        return
    if facts is None:
        st.warning(text("slow.page.diverged", lang, step=step))
    else:
        stops(facts, config, lang)


def stops(facts: Mapping[str, Any], config: PlaneConfig, lang: str) -> None:
    """The picture, and beside it the texts of all stops."""
    now, step = config.at(facts["step"]), facts["step"]
    st.caption(which(facts, config, now, lang))
    if now.mistake != "none":
        st.warning(text("slow.page.mistake", lang, mistake=named("mistake", now.mistake, lang)))
    titles = {stop["key"]: text(f"slow.title.{stop['key']}", lang) for stop in facts["stops"]}
    data = slow_player.message(facts, now, titles, f"{config.key()}.{step}.{facts['member']}", lang)
    picture, words = st.columns([1, 1], gap="medium")
    with picture:
        slow_player.show(data, "a.slow.player")
    with words, st.container(gap=None, key="a.slow.words"):
        for i, stop in enumerate(facts["stops"]):
            with st.container(key=f"slow.at.{stop['key']}"):
                st.markdown(f"## {i + 1}. {titles[stop['key']]}")
                moment = Moment(stop["key"], stop["numbers"], stop["arrays"], now, step, lang)
                st.markdown(sentence(moment))
                st.latex(formula(moment))


def which(facts: Mapping[str, Any], config: PlaneConfig, now: PlaneConfig, lang: str) -> str:
    """The member, and the numbers of the updates within the step."""
    sentences = [text("slow.page.member", lang, member=facts["member"])] if config.members > 1 else []
    for player, count in (("d", now.d_steps), ("g", now.g_steps)):
        number = facts[f"{player}_update"]
        if number is None:
            sentences.append(text(f"slow.which.{player}_rests", lang))
            continue
        key = "one" if count == 1 else "many"
        sentences.append(text(f"slow.which.{player}_{key}", lang, number=number + 1, count=count))
    return " ".join([*sentences, text("slow.page.exact", lang)])


# The text of a stop


def sentence(moment: Moment) -> str:
    """The stop's sentence, and remarks on this run."""
    facts = values(moment)
    missing = [] if written(moment) else ["slow.also.unwritten"]
    return " ".join(text(key, moment.lang, **facts) for key in [main(moment), *remarks(moment), *missing])


def main(moment: Moment) -> str:
    """The key of a stop's sentence: a special one for the loss, the constraint or the optimiser, if there is one."""
    now, key = moment.now, f"slow.say.{moment.key}"
    loss = "matched" if moment.key == "g_loss" and now.feature_matching else now.loss
    own = [f"{key}_{name}" for name in (loss, now.regularizer, now.rule(moment.key[0]), now.update)]
    return next((name for name in own if exists(name)), form(moment) or key)


def form(moment: Moment) -> str | None:
    """The key of a sentence for a class of losses, or None."""
    loss = LOSSES[moment.now.loss]
    if moment.key == "d_judge" and loss.probability:
        return "slow.say.d_judge_probability"
    return "slow.say.d_loss_pairs" if moment.key == "d_loss" and loss.pairs else None


def values(moment: Moment) -> dict[str, Any]:
    """The values that sentences can use."""
    now, level = moment.now, slow_player.level(moment.now, int(moment.key[0] == "g"))
    facts: dict[str, Any] = {"batch": now.batch_size, "dim": now.latent_dim, "packing": now.packing}
    facts |= {"unroll": now.unroll, "alpha": now.label_smoothing, "clip": now.clip_bound}
    known = {name: math.nan if value is None else value for name, value in moment.numbers.items()}
    return facts | {"even": math.nan if level is None else level, "real": math.nan, "fake": math.nan} | known


def remarks(moment: Moment) -> list[str]:
    """The keys of the remarks."""
    return [f"slow.also.{name}" for name, (stop, holds) in REMARKS.items() if moment.key == stop and holds(moment)]


def even(moment: Moment) -> bool:
    """Whether the loss has a value at equilibrium."""
    return slow_player.level(moment.now, int(moment.key[0] == "g")) is not None


def weak(moment: Moment) -> bool:
    """Whether the mean push is very small."""
    mean = moment.numbers["mean"]
    return mean is not None and mean < WEAK


REMARKS: dict[str, tuple[str, Callable[[Moment], bool]]] = {
    "shaken": ("d_real", lambda moment: moment.now.instance_noise > 0 and moment.step < moment.now.noise_until),
    "packed": ("d_judge", lambda moment: moment.now.packing > 1),
    "company": ("d_judge", lambda moment: moment.now.minibatch_layer is not None),
    "spectral": ("d_judge", lambda moment: moment.now.spectral_norm),
    "compares": ("g_judge", lambda moment: LOSSES[moment.now.loss].generator_sees_real),
    "smoothed": ("d_loss", lambda moment: moment.now.label_smoothing > 0),
    "even_d": ("d_loss", even),
    "clipped": ("d_step", lambda moment: REGULARIZERS[moment.now.regularizer].after_step is clip),
    "unrolled": ("g_loss", lambda moment: moment.now.unroll > 0),
    "even_g": ("g_loss", even),
    "weak": ("g_push", weak),
    "average": ("g_step", lambda moment: moment.now.ema > 0),
}
"""Remarks: name -> (stop, condition)."""
