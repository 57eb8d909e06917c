"""The MNIST page's own: epochs, the data's download, a second run beside the first, weights."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ganlab import ui
from ganlab.data.images import IMAGE_SETS, downloaded, is_here
from ganlab.digits.config import DigitsConfig
from ganlab.presets import nearest
from ganlab.ui.digits import stage, weights
from ganlab.ui.run import compare, differences, training
from ganlab.ui.run.experiment import BESIDE, MNIST, Experiment
from ganlab.ui.run.server import service
from ganlab.ui.run.training import status_of, train
from ganlab.ui.text import named, text

MORE = 5
"""Epochs that one press adds."""


def further(config: DigitsConfig) -> None:
    """Opens a run that goes on from saved weights."""
    ui.touched()
    MNIST.open(config, nearest(config))


# Knobs and buttons


def notes(config: DigitsConfig, lang: str) -> dict[str, str]:
    """Sentences below the widgets: what a full set costs, what the steps mean in epochs."""
    data = IMAGE_SETS[config.dataset]
    epochs = text("mnist.note.steps", lang, epochs=rounded(config.epoch(config.steps)), count=config.count)
    if not data.download:
        return {"steps": epochs}
    key = "mnist.note.here" if is_here(data.name) else "mnist.note.download"
    return {"steps": epochs, "dataset": text(key, lang, size=data.download / 1e6)}


def train_buttons(lang: str) -> None:
    """Train, Stop or train on, and some epochs more."""
    if training.train_button(MNIST, lang) in ("done", "part", *training.PACE):
        more_button(MNIST.config, lang)


def more_button(config: DigitsConfig, lang: str) -> None:
    """Raises the target by some epochs; the same run goes on."""
    goal = config.for_epochs(round(config.epoch(config.steps)) + MORE)
    look: dict[str, Any] = {"icon": ":material/add:", "disabled": goal.steps <= config.steps}
    look |= {"help": text("mnist.train.more_help", lang, epochs=goal.epoch(goal.steps)), "key": "m.more"}
    args = (MNIST, goal, status_of(config).step)
    st.button(text("mnist.train.more", lang, epochs=MORE), on_click=train, args=args, **look)


# Watching


def watch(config: DigitsConfig, lines: Mapping[Experiment, DeltaGenerator], lang: str) -> None:
    """The digits, the scoreboard and the curves, and how each run stands, in `lines` by its place."""
    other: Any = compare.beside(BESIDE)
    names = differences.titles(config, other, lang) if other else ("", "")

    def say() -> None:
        for place, line in lines.items():
            stand(place, line, lang)

    def picture(live: bool) -> None:
        stage.stage(config, live, lang, key="m.player", beside=other, names=names)

    def curves() -> None:
        stage.curves(config, lang, beside=other, names=names)

    training.watch([place.config for place in lines], say, picture, curves)


def stand(place: Experiment, line: DeltaGenerator, lang: str) -> None:
    """How a run stands: the way of its data over the network, else its epochs."""
    config: DigitsConfig = place.config
    status, data = status_of(config), IMAGE_SETS[config.dataset]
    done = downloaded(config.dataset) if status.state == "running" else None
    if done is not None:
        name = named("dataset", config.dataset, lang)
        said = text("mnist.status.downloading", lang, name=name, done=done / 1e6, size=data.download / 1e6)
        line.progress(min(1.0, done / data.download), said)
    else:
        line.caption(training.status_line(place, config, epochs(config, status.step, status.steps_per_s), lang))


def rounded(epochs: float) -> float:
    """Epochs as one says them: whole from 10 on or where they nearly are, else with two decimals."""
    near = round(epochs)
    return near if epochs >= 10 or (near and abs(epochs - near) < 0.02) else round(epochs, 2)


def epochs(config: DigitsConfig, step: int, steps_per_s: float | None) -> dict[str, float]:
    """What a run's status says in epochs: where it is, where it goes, images per second through D."""
    step = min(step, config.steps)
    pace = (config.epoch(step + 1) - config.epoch(step)) * config.count * (steps_per_s or 0)
    return {"epoch": config.epoch(step), "epochs": rounded(config.epoch(config.steps)), "images": pace}


# Below the views


def drawers(config: DigitsConfig, lang: str) -> None:
    """What the page shows in words, and weights: this run's, those that ship, the visitor's own; one at a time."""
    names = [text(f"mnist.drawer.{name}", lang) for name in DRAWERS]
    for tab, show in zip(st.tabs(names, key=f"m.drawers.{lang}", on_change=ui.touched), DRAWERS.values(), strict=True):
        if tab.open:
            with tab:
                show(config, lang)


def about(config: DigitsConfig, lang: str) -> None:
    """What the page shows, what the judge is."""
    st.markdown(text("mnist.about.body", lang))


def own_weights(config: DigitsConfig, lang: str) -> None:
    """The weights of a moment of this run, to take along."""
    kept = [step for step in service().store.checkpoints.steps(config.key()) if step <= config.steps]
    st.caption(text("mnist.weights.about", lang))
    moment = st.selectbox(
        text("mnist.weights.when", lang),
        kept,
        format_func=lambda step: text("mnist.weights.moment", lang, epoch=config.epoch(step), step=step),
        disabled=not kept,
        on_change=ui.touched,
        width=300,
    )
    weights.downloads(config, moment or 0, lang)


def ready_weights(config: DigitsConfig, lang: str) -> None:
    """The generators that ship."""
    weights.gallery(lang, further)


def brought_weights(config: DigitsConfig, lang: str) -> None:
    """A generator that the visitor brings."""
    weights.upload(lang, further)


DRAWERS: dict[str, Callable[[DigitsConfig, str], None]] = {
    "about": about,
    "own": own_weights,
    "ready": ready_weights,
    "brought": brought_weights,
}
"""What lies below the views, in the order of the tabs."""
