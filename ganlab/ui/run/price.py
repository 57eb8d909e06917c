"""What training costs on this server: said on each button that trains, with what would be quicker if it is long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from ganlab.kind.config import RunConfig
from ganlab.kind.fields import ConfigError, knobs
from ganlab.studies.enough import needed
from ganlab.ui.run.controls import phrase, said
from ganlab.ui.run.server import service
from ganlab.ui.text import duration, text, worded

LONG = 120.0
"""Seconds from which a run is called long."""
FRESH = 20
"""Seconds for which a forecast is kept: it follows the pace of the server."""
WORTH = 0.5
"""A change is named as quicker from this share of the time on."""
EVENS = 6000
"""Steps that a change is priced with at least where no study has measured it: those of a usual run on the plane."""
SUGGESTED: dict[str, dict[str, Any]] = {
    "d_steps": {"d_steps": 1},
    "regularizer": {"regularizer": "r1"},
    "packing": {"packing": 2},
}
"""What a verdict's advice is priced with, by its field."""


@st.cache_data(ttl=FRESH, max_entries=512, show_spinner=False)
def seconds(key: str, steps: int, reached: int, _config: RunConfig) -> float | None:
    """Seconds that a run still takes here; None if nothing was measured."""
    return service().forecast(_config)


def forecast(config: RunConfig) -> float | None:
    """The same of a config."""
    return seconds(config.key(), config.steps, service().reached(config.key()), config)


def labelled(label: str, config: RunConfig, lang: str) -> str:
    """A button's label with the time that its run will take."""
    time = forecast(config)
    return label if time is None else text("run.price.label", lang, label=label, eta=duration(time, lang))


def together(label: str, configs: Sequence[RunConfig], lang: str) -> str:
    """The same of a button that trains several runs, one after the other."""
    times = [forecast(config) for config in configs]
    known = [time for time in times if time is not None]
    whole = len(known) == len(times)
    return text("run.price.label", lang, label=label, eta=duration(sum(known), lang)) if whole else label


def warning(config: RunConfig, lang: str) -> str:
    """A sentence if a run is long, with what would be quicker; '' if it is not."""
    time = forecast(config)
    if time is None or time <= LONG:
        return ""
    other = next(quicker(config, time), None)
    long = text("run.price.long", lang, eta=duration(time, lang))
    return f"{long} {text('run.price.quicker', lang, **cheaper(config, other, lang))}" if other else long


def quicker(config: RunConfig, time: float) -> Iterator[tuple[str, RunConfig]]:
    """Runs that take at most WORTH of the time, each with the field that differs: k = 1, one member, fewer steps."""
    fewer = max(1, int(float(f"{WORTH * LONG / time * config.steps:.1g}")))
    for name, value in (("d_steps", 1), ("members", 1), ("steps", fewer)):
        with suppress(ConfigError, TypeError):
            other = config.replace(**{name: value})
            if (forecast(other) or time) <= WORTH * time:
                yield name, other


def cheaper(config: RunConfig, other: tuple[str, RunConfig], lang: str) -> dict[str, str]:
    """A quicker run in words: what changes, and the time."""
    name, run = other
    value = phrase(knobs(type(config))[name], name, getattr(run, name), lang)
    change = said(worded(f"field.short.{name}", lang), value)
    return {"change": change, "eta": duration(forecast(run) or 0, lang)}


def advised(config: RunConfig, knob: str | None, lang: str) -> str:
    """What it takes to try a verdict's advice: a value, the steps, the time.

    '' where there is no usual value, or where a study has found that it does not help.
    """
    change = SUGGESTED.get(knob or "", {})
    if not change or all(getattr(config, name) == value for name, value in change.items()):
        return ""
    with suppress(ConfigError):
        run = config.replace(edits=(), **change)
        steps = needed(run)
        run = run.replace(steps=steps or max(config.steps, EVENS))
        time, (name, value) = forecast(run), next(iter(change.items()))
        words = said(worded(f"field.short.{name}", lang), phrase(knobs(type(config))[name], name, value, lang))
        if time is not None and steps != 0:
            known = "measured" if steps else "advice"
            key = "run.price.there" if service().reached(run.key()) >= run.steps else f"run.price.{known}"
            return text(key, lang, change=words, steps=run.steps, eta=duration(max(time, 1.0), lang))
    return ""
