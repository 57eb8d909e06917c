"""The lottery of seeds on the arena page: a run's members as small pictures, or the button that trains so many."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.data.plane import DATASETS
from ganlab.data.points import PointsError
from ganlab.kind.fields import ConfigError
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import deciding_steps, verdict
from ganlab.plane.frame import unpack
from ganlab.ui.arena import playback
from ganlab.ui.component import told
from ganlab.ui.players import seed_strip
from ganlab.ui.run import price, training
from ganlab.ui.run.controls import reason
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.film import carried
from ganlab.ui.run.server import service
from ganlab.ui.run.training import PACE, phase, status_of
from ganlab.ui.text import text

COUNTS = (16, 8, 4)
"""How many are trained, if they are not too much together."""
KEY_FRAMES = 20
"""Moments of an opening message, at most."""
EVERY = 2.0
"""Seconds between two looks at a run that is under way."""
SENT, NEWS, KEY = "a.seeds.sent", "a.seeds.news", "a.seeds"


class Strip:
    """A run's members at the moments that were asked for, shared by all who watch."""

    def __init__(self, config: PlaneConfig):
        self.config, self.extent, self.run = config, DATASETS[config.dataset].extent, config.key()
        self.lock = threading.Lock()
        self.kept: dict[int, list[bytes]] = {}

    def at(self, steps: Sequence[int], known: Sequence[int]) -> dict[int, list[bytes]]:
        """Each member's record at each of the steps; `known` are the steps that have a frame."""
        with self.lock:
            missing = [step for step in steps if step not in self.kept]
            read = {step: deciding_steps([other for other in known if other <= step]) for step in missing}
            columns = [list(self.records(member, read)) for member in range(self.config.members)]
            self.kept |= dict(zip(missing, map(list, zip(*columns, strict=True)), strict=True))
            return {step: self.kept[step] for step in steps}

    def records(self, member: int, read: Mapping[int, Sequence[int]]) -> Iterator[bytes]:
        """A member at each step of `read`, with the verdict of the player: none but the frames named there count."""
        blobs = service().frame_cache(self.run).blobs(member, sorted({*chain(*read.values())}))
        frames = {step: unpack(blob, self.extent) for step, blob in blobs.items()}
        for step, steps in read.items():
            found = verdict([frames[other] for other in steps], self.config)
            yield seed_strip.record(frames[step], found.key, self.extent)


@st.cache_resource(max_entries=24, show_spinner=False)
def strip_of(key: str, _config: PlaneConfig) -> Strip:
    """The one strip of a run."""
    return Strip(_config)


def panel(experiment: Experiment, lang: str) -> None:
    """The strip of a run with several members, updated while the run is active."""
    config = experiment.config
    if config.members == 1:
        return
    live = phase(status_of(config), config) in PACE

    def look() -> None:
        if st.session_state.pop(NEWS, False):
            ui.rerun()
        with suppress(PointsError):  # the player's container already says so
            draw(experiment, live, lang)

    st.fragment(look, run_every=EVERY if live else None)()


def shared(config: PlaneConfig) -> list[int]:
    """The steps with a frame of every member. Recordings have fewer frames of the members after the first."""
    cache = service().frame_cache(config.key())
    steps = [step for step in cache.steps() if step <= config.steps]
    return list(cache.blobs(config.members - 1, cache.blobs(0, steps)))


def draw(experiment: Experiment, live: bool, lang: str) -> None:
    """Shows the strip and sends the missing frames."""
    config, key = experiment.config, experiment.config.key()
    known = shared(config)
    steps, _ = carried((key, lang), known, live, KEY_FRAMES, SENT)
    dataset = DATASETS[config.dataset]
    data = seed_strip.message(
        run=key,
        shown=experiment.member,
        members=config.members,
        extent=dataset.extent,
        modes=None if dataset.modes is None else len(dataset.modes),
        real=playback.real(key, config),
        records=strip_of(key, config).at(sorted(set(steps)), known),
        live=live,
        lang=lang,
    )
    seed_strip.show(data, KEY, lambda: pick(experiment))


def pick(experiment: Experiment) -> None:
    """Shows the clicked member; invalid messages from the browser are ignored."""
    sent = told(KEY, "pick")
    if sent.get("run") != experiment.config.key():
        return
    member = sent.get("member")
    if type(member) is int and 0 <= member < experiment.config.members:
        ui.touched()
        experiment.open(experiment.config, experiment.preset, member)
        st.session_state[NEWS] = True


# Training so many


def most(config: PlaneConfig) -> tuple[PlaneConfig | None, ConfigError | None]:
    """The run with the largest allowed number of members, and why it is not larger."""
    why = None
    for count in COUNTS:
        try:
            return config.replace(members=count), why
        except ConfigError as error:
            why = why or error
    return None, why


def button(experiment: Experiment, lang: str) -> None:
    """The button that trains many members, for a run with one."""
    if experiment.config.members > 1 or "members" in experiment.bound:
        return
    many, why = most(experiment.config)
    count = many.members if many else COUNTS[-1]
    refused = ""
    if why is not None:
        facts = {"most": COUNTS[0], "count": count, "reason": reason(why.reason, why.facts, lang)}
        refused = text("seeds.page.fewer" if many else "seeds.page.not_one", lang, **facts)
    long = price.warning(many, lang) if many else ""
    help = " ".join(filter(None, (text("seeds.page.train_help", lang, count=count), refused, long)))
    look: dict[str, Any] = {"icon": ":material/casino:", "help": help, "disabled": many is None}
    label = text("seeds.page.train", lang, count=count)
    label = price.labelled(label, many, lang) if many else label
    st.button(label, key="a.seeds.train", on_click=training.train, args=(experiment, many), **look)
    if refused:
        st.caption(refused)
