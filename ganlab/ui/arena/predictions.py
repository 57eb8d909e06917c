"""Three exercises: the visitor predicts the outcome of a run, trains it, and compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.game.verdict import Verdict
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import OFF_DATA
from ganlab.presets import PLANE_PRESETS, SMALL
from ganlab.ui.arena import playback
from ganlab.ui.run import price, training
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.text import text

CHOICES = ("all", "few", "nothing")
"""Possible outcomes: all modes; some modes; almost no points on the data, or divergence."""


@dataclass(frozen=True)
class Try:
    """An exercise: the run to predict, and the preset to compare it with."""

    config: PlaneConfig
    preset: str


def fate(found: Verdict) -> str:
    """The outcome of a run: one of CHOICES."""
    if found.key in OFF_DATA:
        return "nothing"
    return "few" if found.key in ("cannot_fill", "collapse", "rotating") or found.m != found.of else "all"


def outcome(config: PlaneConfig) -> Verdict | None:
    """The verdict on the first member of a finished run; None before."""
    film = playback.film_of(config.key(), 0, config)
    steps = film.grow(0, config.steps)
    ended = training.phase(training.status_of(config), config) in ("done", "diverged")
    return film.verdict(steps[-1]) if ended and steps else None


def guesses(experiment: Experiment) -> dict[str, str]:
    """The visitor's predictions by exercise."""
    made: dict[str, str] = st.session_state.setdefault(experiment.name("guesses"), {})
    return made


def panel(experiment: Experiment, lang: str) -> None:
    """The exercises in an expander, one at a time."""
    made = guesses(experiment)
    with st.expander(text("tries.panel.title", lang), icon=":material/psychology:", key=experiment.name("tries")):
        ui.markdown(text("tries.panel.lead", lang))
        name = chosen(experiment, made, lang)
        ui.markdown(text(f"tries.ask.{name}", lang))
        if name in made:
            answer(experiment, name, made[name], lang)
        else:
            question(experiment, name, lang)


def chosen(experiment: Experiment, made: Mapping[str, str], lang: str) -> str:
    """The menu of exercises. Those with a prediction have a tick."""
    names = list(TRIES)
    first = next((name for name in names if name not in made), names[0])
    open_: str = st.session_state.get(experiment.name("try"), first)
    ticks = {name: " ✓" if name in made else "" for name in names}
    labels = {name: text(f"tries.name.{name}", lang) + ticks[name] for name in names}
    key = experiment.name("w.try")
    st.session_state[key] = open_
    look: dict[str, Any] = {"label_visibility": "collapsed", "required": True, "key": key}
    look |= {"on_change": choose, "args": (experiment,), "format_func": labels.__getitem__}
    st.segmented_control(text("tries.panel.which", lang), names, **look)
    return open_


def choose(experiment: Experiment) -> None:
    """Opens another exercise."""
    ui.touched()
    st.session_state[experiment.name("try")] = st.session_state[experiment.name("w.try")] or next(iter(TRIES))


def question(experiment: Experiment, name: str, lang: str) -> None:
    """The choices, and the button that trains the run."""
    key = experiment.name(f"guess.{name}")
    look: dict[str, Any] = {"index": None, "key": key}
    look |= {"format_func": lambda choice: text(f"tries.choice.{choice}", lang)}
    guess = st.radio(text("tries.panel.predict", lang), CHOICES, **look)
    look = {"type": "primary", "disabled": guess is None, "on_click": begin, "args": (experiment, name)}
    label = price.labelled(text("tries.panel.go", lang), TRIES[name].config, lang)
    st.button(label, experiment.name(f"go.{name}"), icon=":material/model_training:", **look)


def begin(experiment: Experiment, name: str) -> None:
    """Stores the prediction, shows the run and trains it if necessary."""
    guesses(experiment)[name] = st.session_state[experiment.name(f"guess.{name}")]
    st.session_state[experiment.name("try")] = name
    show(experiment, name)


def show(experiment: Experiment, name: str) -> None:
    """Opens the run of an exercise and trains it if necessary."""
    ui.touched()
    this = TRIES[name]
    experiment.open(this.config, this.preset)
    if training.phase(training.status_of(this.config), this.config) not in ("done", "diverged"):
        training.train(experiment, this.config)


def answer(experiment: Experiment, name: str, guess: str, lang: str) -> None:
    """The outcome, the prediction and the score."""
    config, predicted = TRIES[name].config, text(f"tries.choice.{guess}", lang)
    found = outcome(config)
    if found is None:
        st.info(text("tries.panel.wait", lang, guess=predicted))
    else:
        really = fate(found)
        word = text("tries.panel.right" if really == guess else "tries.panel.wrong", lang, guess=predicted)
        answer = f"{word}\n\n{facts(found, config, lang)}\n\n{text(f'tries.why.{name}.{really}', lang)}"
        (st.success if really == guess else st.info)(answer)
    with st.container(horizontal=True, vertical_alignment="center"):
        if experiment.config.key() != config.key():
            st.button(
                text("tries.panel.show", lang), experiment.name(f"show.{name}"), on_click=show, args=(experiment, name)
            )
        st.button(
            text("tries.panel.again", lang), experiment.name(f"again.{name}"), on_click=again, args=(experiment, name)
        )
        st.caption(score(experiment, lang))


def again(experiment: Experiment, name: str) -> None:
    """Deletes a prediction."""
    ui.touched()
    guesses(experiment).pop(name, None)
    st.session_state[experiment.name("try")] = name


def score(experiment: Experiment, lang: str) -> str:
    """The number of predictions, and how many were right."""
    seen = {name: outcome(TRIES[name].config) for name in guesses(experiment)}
    right = sum(found is not None and fate(found) == guesses(experiment)[name] for name, found in seen.items())
    return text("tries.panel.score", lang, done=len(seen), of=len(TRIES), right=right)


def facts(found: Verdict, config: PlaneConfig, lang: str) -> str:
    """The verdict in words, and both losses."""
    answer = playback.describe(found, lang)
    sentence = f"**{answer['title']}** {answer['sentence']}"
    if not {"d_loss", "g_loss"} <= found.evidence.keys() or "d_loss_collapse" in found.evidence:
        return sentence
    return f"{sentence} {text('tries.panel.losses', lang, **found.evidence)}"


TRIES: dict[str, Try] = {
    "k50": Try(PLANE_PRESETS["ring_k50"], "ring_k50"),
    "pairs": Try(PLANE_PRESETS["grid_packing"], "grid_packing"),
    "rates": Try(SMALL.replace(g_lr=1e-4, d_lr=1e-2, steps=3000), "ring_hops"),
}
"""The exercises in order. The first two are recorded."""
