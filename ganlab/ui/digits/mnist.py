"""The parts of the MNIST page: epochs, the download of the data, a second run, weights."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ganlab import ui
from ganlab.data.images import IMAGE_SETS, downloaded, is_here
from ganlab.digits.config import DigitsConfig
from ganlab.digits.judge import N_DIGITS
from ganlab.gan import theory
from ganlab.presets import nearest
from ganlab.ui.digits import playback, weights
from ganlab.ui.run import compare, controls, differences, price, share, training
from ganlab.ui.run.experiment import BESIDE, MNIST, Experiment
from ganlab.ui.run.server import service
from ganlab.ui.run.training import status_of, train
from ganlab.ui.text import named, text

MORE = 5
"""Epochs added by one click."""
RIGHT = 0.9949
"""Share of MNIST's test images that the judge names correctly (docs/judge.md)."""


def further(config: DigitsConfig) -> None:
    """Opens a run that starts from saved weights."""
    ui.touched()
    MNIST.open(config, nearest(config))


# Widgets and buttons


def notes(config: DigitsConfig, lang: str) -> dict[str, str]:
    """Sentences below widgets: the size of the download, the steps in epochs."""
    data = IMAGE_SETS[config.dataset]
    epochs = text("mnist.note.steps", lang, epochs=rounded(config.epoch(config.steps)), count=config.count)
    if not data.download:
        return {"steps": epochs}
    key = "mnist.note.here" if is_here(data.name) else "mnist.note.download"
    return {"steps": epochs, "dataset": text(key, lang, size=data.download / 1e6)}


def settings(presets: bool, lang: str) -> None:
    """The settings in the sidebar; presets: whether there is the menu of presets, too."""
    with st.sidebar:
        if presets:
            controls.preset_menu(MNIST, lang)
        controls.sidebar(MNIST, lang, notes(MNIST.config, lang))


def train_buttons(lang: str) -> None:
    """Train, Stop or Continue, and the button for more epochs."""
    more = training.train_button(MNIST, lang) in ("done", "part", *training.PACE)
    if more and "steps" not in MNIST.bound:
        more_button(MNIST.config, lang)


def more_button(config: DigitsConfig, lang: str) -> None:
    """The button that raises the target by some epochs."""
    goal = config.for_epochs(round(config.epoch(config.steps)) + MORE)
    look: dict[str, Any] = {"icon": ":material/add:", "disabled": goal.steps <= config.steps}
    look |= {"help": text("mnist.train.more_help", lang, epochs=goal.epoch(goal.steps)), "key": "m.more"}
    args = (MNIST, goal, status_of(config).step)
    label = price.labelled(text("mnist.train.more", lang, epochs=MORE), goal, lang)
    st.button(label, on_click=train, args=args, **look)


# Watching


def watch(config: DigitsConfig, lines: Mapping[Experiment, DeltaGenerator], lang: str, charted: bool = True) -> None:
    """Draws the player and, if charted, the curves, and the status of each run in `lines`."""
    other: Any = compare.beside(BESIDE)
    names = differences.titles(config, other, lang) if other else ("", "")

    def say() -> None:
        for experiment, line in lines.items():
            stand(experiment, line, lang)

    def picture(live: bool) -> None:
        share.keep_up(MNIST, "m.player")
        playback.show(config, live, lang, key="m.player", view=share.first_view(MNIST), beside=other, names=names)

    def curves() -> None:
        if charted:
            playback.curves(config, lang, beside=other, names=names)

    training.watch([experiment.config for experiment in lines], say, picture, curves)


def stand(experiment: Experiment, line: DeltaGenerator, lang: str) -> None:
    """The status of a run: the download of its data, or its epochs."""
    config: DigitsConfig = experiment.config
    status, data = status_of(config), IMAGE_SETS[config.dataset]
    done = downloaded(config.dataset) if status.state == "running" else None
    if done is not None:
        name = named("dataset", config.dataset, lang)
        state = text("mnist.status.downloading", lang, name=name, done=done / 1e6, size=data.download / 1e6)
        line.progress(min(1.0, done / data.download), state)
    else:
        line.caption(training.status_line(experiment, config, epochs(config, status.step, status.steps_per_s), lang))


def rounded(epochs: float) -> float:
    """Rounded epochs: whole from 10 on or if nearly whole, else with two decimals."""
    near = round(epochs)
    return near if epochs >= 10 or (near and abs(epochs - near) < 0.02) else round(epochs, 2)


def epochs(config: DigitsConfig, step: int, steps_per_s: float | None) -> dict[str, float]:
    """Values for the status: the present epoch, the target, images per second."""
    step = min(step, config.steps)
    pace = (config.epoch(step + 1) - config.epoch(step)) * config.count * (steps_per_s or 0)
    return {"epoch": config.epoch(step), "epochs": rounded(config.epoch(config.steps)), "images": pace}


# Below the views


def drawers(config: DigitsConfig, lang: str) -> None:
    """Tabs with the explanation, and the weights of this run, of shipped generators and of uploads."""
    names = [text(f"mnist.drawer.{name}", lang) for name in DRAWERS]
    for tab, show in zip(st.tabs(names, key=f"m.drawers.{lang}", on_change=ui.touched), DRAWERS.values(), strict=True):
        if tab.open:
            with tab:
                show(config, lang)


def about(config: DigitsConfig, lang: str) -> None:
    """The explanation of the page."""
    moved = theory.collapse(N_DIGITS - 1, N_DIGITS).g_loss - theory.collapse(N_DIGITS, N_DIGITS).g_loss
    ui.markdown(text("mnist.about.body", lang, right=RIGHT, moved=moved))


def own_weights(config: DigitsConfig, lang: str) -> None:
    """Downloads of this run's weights at a checkpoint."""
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
    """The shipped generators."""
    weights.gallery(lang, further)


def brought_weights(config: DigitsConfig, lang: str) -> None:
    """The upload of a generator."""
    weights.upload(lang, further)


DRAWERS: dict[str, Callable[[DigitsConfig, str], None]] = {
    "about": about,
    "own": own_weights,
    "ready": ready_weights,
    "brought": brought_weights,
}
"""The tabs in order."""
