"""Three guided tries: the visitor predicts what a run will do, has it trained, and reads what it really did."""

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
from ganlab.ui.arena import stage
from ganlab.ui.run import training
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.text import text

CHOICES = ("all", "few", "nothing")
"""What a run may come to: every mode; some modes only; next to nothing on the data, or divergence."""


@dataclass(frozen=True)
class Try:
    """A run to predict, and the preset that it is compared with."""

    config: PlaneConfig
    preset: str


def fate(found: Verdict) -> str:
    """What a run has come to: one of CHOICES."""
    if found.key in OFF_DATA:
        return "nothing"
    return "few" if found.key in ("collapse", "rotating") or found.m != found.of else "all"


def outcome(config: PlaneConfig) -> Verdict | None:
    """What the run's first member shows at its end; None while it is not there."""
    reel = stage.film(config.key(), 0, config)
    steps = reel.grow(0, config.steps)
    ended = training.phase(training.status_of(config), config) in ("done", "diverged")
    return reel.verdict(steps[-1]) if ended and steps else None


def guesses(place: Experiment) -> dict[str, str]:
    """The visitor's predictions so far, by try."""
    return st.session_state.setdefault(place.name("guesses"), {})


def panel(place: Experiment, lang: str) -> None:
    """The tries, one at a time, folded away."""
    made = guesses(place)
    with st.expander(text("tries.panel.title", lang), icon=":material/psychology:", key=place.name("tries")):
        st.markdown(text("tries.panel.lead", lang))
        name = chosen(place, made, lang)
        st.markdown(text(f"tries.ask.{name}", lang))
        if name in made:
            answer(place, name, made[name], lang)
        else:
            question(place, name, lang)


def chosen(place: Experiment, made: Mapping[str, str], lang: str) -> str:
    """The try that is open; those that were predicted have a tick."""
    names = list(TRIES)
    open_ = st.session_state.get(place.name("try"), next((name for name in names if name not in made), names[0]))
    ticks = {name: " ✓" if name in made else "" for name in names}
    labels = {name: text(f"tries.name.{name}", lang) + ticks[name] for name in names}
    key = place.name("w.try")
    st.session_state[key] = open_
    look: dict[str, Any] = {"label_visibility": "collapsed", "required": True, "key": key}
    look |= {"on_change": choose, "args": (place,), "format_func": labels.__getitem__}
    st.segmented_control(text("tries.panel.which", lang), names, **look)
    return open_


def choose(place: Experiment) -> None:
    """Opens another try."""
    ui.touched()
    st.session_state[place.name("try")] = st.session_state[place.name("w.try")] or next(iter(TRIES))


def question(place: Experiment, name: str, lang: str) -> None:
    """The prediction, and the press that has the run trained."""
    key = place.name(f"guess.{name}")
    look: dict[str, Any] = {"index": None, "key": key}
    look |= {"format_func": lambda choice: text(f"tries.choice.{choice}", lang)}
    guess = st.radio(text("tries.panel.predict", lang), CHOICES, **look)
    look = {"type": "primary", "disabled": guess is None, "on_click": begin, "args": (place, name)}
    st.button(text("tries.panel.go", lang), place.name(f"go.{name}"), icon=":material/model_training:", **look)


def begin(place: Experiment, name: str) -> None:
    """Takes the prediction, shows the run and has it trained as far as it is not."""
    guesses(place)[name] = st.session_state[place.name(f"guess.{name}")]
    st.session_state[place.name("try")] = name
    show(place, name)


def show(place: Experiment, name: str) -> None:
    """Opens the run of a try, and has it trained as far as it is not."""
    ui.touched()
    this = TRIES[name]
    place.open(this.config, this.preset)
    if training.phase(training.status_of(this.config), this.config) not in ("done", "diverged"):
        training.train(place, this.config)


def answer(place: Experiment, name: str, guess: str, lang: str) -> None:
    """What the run did, beside what was predicted; how many predictions came true so far."""
    config, predicted = TRIES[name].config, text(f"tries.choice.{guess}", lang)
    found = outcome(config)
    if found is None:
        st.info(text("tries.panel.wait", lang, guess=predicted))
    else:
        really = fate(found)
        word = text("tries.panel.right" if really == guess else "tries.panel.wrong", lang, guess=predicted)
        said = f"{word}\n\n{facts(found, config, lang)}\n\n{text(f'tries.why.{name}.{really}', lang)}"
        (st.success if really == guess else st.info)(said)
    with st.container(horizontal=True, vertical_alignment="center"):
        if place.config.key() != config.key():
            st.button(text("tries.panel.show", lang), place.name(f"show.{name}"), on_click=show, args=(place, name))
        st.button(text("tries.panel.again", lang), place.name(f"again.{name}"), on_click=again, args=(place, name))
        st.caption(score(place, lang))


def again(place: Experiment, name: str) -> None:
    """Forgets a prediction."""
    ui.touched()
    guesses(place).pop(name, None)
    st.session_state[place.name("try")] = name


def score(place: Experiment, lang: str) -> str:
    """How many tries were made, and how many predictions came true."""
    seen = {name: outcome(TRIES[name].config) for name in guesses(place)}
    right = sum(found is not None and fate(found) == guesses(place)[name] for name, found in seen.items())
    return text("tries.panel.score", lang, done=len(seen), of=len(TRIES), right=right)


def facts(found: Verdict, config: PlaneConfig, lang: str) -> str:
    """The verdict in words, and both losses."""
    said = stage.judgement(found, lang)
    sentence = f"**{said['title']}** {said['sentence']}"
    if not {"d_loss", "g_loss"} <= found.evidence.keys() or "d_loss_collapse" in found.evidence:
        return sentence
    return f"{sentence} {text('tries.panel.losses', lang, **found.evidence)}"


TRIES: dict[str, Try] = {
    "k50": Try(PLANE_PRESETS["ring_k50"], "ring_k50"),
    "pairs": Try(PLANE_PRESETS["grid_packing"], "grid_packing"),
    "rates": Try(SMALL.replace(g_lr=1e-4, d_lr=1e-2, steps=3000), "ring_hops"),
}
"""In their order; the first two are recorded."""
