"""The generators of the latent page, and calls of functions on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import streamlit as st

from ganlab.data.images import IMAGE_SETS
from ganlab.data.plane import DATASETS
from ganlab.digits.config import DigitsConfig
from ganlab.digits.pretrained import PRETRAINED
from ganlab.digits.uploads import Uploads
from ganlab.digits.weights import SHIPPED, WeightsError
from ganlab.kind.fields import knobs
from ganlab.latent.generators import Source
from ganlab.latent.paths import Shell, shell
from ganlab.links import at_hand, differences, from_json
from ganlab.plane.config import PlaneConfig
from ganlab.presets import PRESETS, nearest
from ganlab.ui.run.controls import show
from ganlab.ui.run.server import service, short_jobs
from ganlab.ui.text import text

RUNS = 40
"""Most runs in the menu, the last used first; others open by link."""
FRESH = 5.0
"""Seconds for which the list of runs is cached."""
SETTINGS_IN_TITLE = 2
"""Most settings in a run's title."""


@dataclass(frozen=True)
class Offer:
    """A generator in the menu."""

    source: Source
    config: DigitsConfig | PlaneConfig
    steps: tuple[int, ...] = ()
    """A run's checkpoints, the newest first."""

    @property
    def on_plane(self) -> bool:
        """Whether it generates points rather than images."""
        return isinstance(self.config, PlaneConfig)

    @property
    def noise(self) -> str:
        """The prior, a key of NOISES."""
        return getattr(self.config, "noise", "gaussian")

    @property
    def judged(self) -> bool:
        """Whether its samples can be classified."""
        return self.on_plane or IMAGE_SETS[self.config.dataset].handwritten

    @property
    def classes(self) -> list[str]:
        """The classes: digits, or modes numbered from 1."""
        if not isinstance(self.config, PlaneConfig):
            return list("0123456789")
        modes = DATASETS[self.config.dataset].modes
        return [str(i + 1) for i in range(0 if modes is None else len(modes))]

    @property
    def shell(self) -> Shell:
        """The shell of its prior."""
        return shell(self.config.latent_dim, self.noise)

    @property
    def key(self) -> str:
        """A short unique name."""
        return f"{self.source.name}.{self.source.step}.{self.source.member}"

    def fits(self, other: Offer) -> bool:
        """Whether both have the same latent space and kind of data."""
        mine, its = self.config, other.config
        alike = (mine.kind, mine.latent_dim, self.noise) == (its.kind, its.latent_dim, other.noise)
        return alike and self.source != other.source


def ask(function: Callable[..., Any], offer: Offer, *args: Any) -> Any:
    """What a function of films or latent_measures says of a generator. Raises WeightsError where that has gone."""
    return answer(function.__module__, function.__name__, offer.source, *args)


@st.cache_data(max_entries=300, show_spinner=False)
def answer(module: str, function: str, source: Source, *args: Any) -> Any:
    """The cached result of a function on a generator."""
    return short_jobs().run(getattr(import_module(module), function), service().store.path, source, *args)


@st.cache_data(ttl=FRESH, show_spinner=False)
def offers() -> list[str]:
    """The names in the menu: shipped generators, runs on digits, runs on the plane, uploads."""
    found = {name: stored(name) for name in recent()}
    digits = [name for name, offer in found.items() if offer and not offer.on_plane]
    plane = [name for name, offer in found.items() if offer and offer.on_plane]
    return [*shipped(), *digits, *plane, *Uploads(service().store.path).names()]


def shipped() -> list[str]:
    """The shipped generators whose file is present."""
    return [name for name, path in SHIPPED.items() if path.is_file()]


def recent() -> list[str]:
    """The runs with a checkpoint, the last used first."""
    store = service().store
    rows = [row for key in store.checkpoints.runs() if (row := store.run(key)) and store.checkpoints.steps(key)]
    return [row.key for row in sorted(rows, key=lambda row: -row.used)[:RUNS]]


def offer(name: str, step: int = 0, member: int = 0) -> Offer | None:
    """A generator by name. For a run: the checkpoint at `step`, else the newest. None if there is none."""
    if name in PRETRAINED:
        shape = PRETRAINED[name]
        config = DigitsConfig(architecture=shape.architecture, latent_dim=shape.latent_dim, dataset="mnist")
        return Offer(Source(name), config) if SHIPPED[name].is_file() else None
    return stored(name, step, member) or (uploaded(name) if name else None)


@st.cache_data(ttl=FRESH, max_entries=500, show_spinner=False)
def stored(name: str, step: int = 0, member: int = 0) -> Offer | None:
    """A run's generator (cached for a few seconds). None where it has none: a flow is no map from z in one step."""
    store = service().store
    row, steps = store.run(name), tuple(store.checkpoints.steps(name)) if name else ()
    if row is None or not steps:
        return None
    config = from_json(row.config)
    if not isinstance(config, DigitsConfig | PlaneConfig) or at_hand(config, [])[1]:
        return None
    member = min(member, config.members - 1) if isinstance(config, PlaneConfig) else 0
    return Offer(Source(name, step if step in steps else steps[0], member, json.dumps(row.config)), config, steps)


def uploaded(name: str) -> Offer | None:
    """An uploaded generator."""
    try:
        return Offer(Source(name), brought(name))
    except WeightsError:
        return None


@st.cache_data(max_entries=64, show_spinner=False)
def brought(name: str) -> DigitsConfig:
    """The config of an upload. Raises WeightsError."""
    return Uploads(service().store.path).load(name).config


def first() -> str:
    """The default generator."""
    return next(iter([*shipped(), *offers()]), "")


@st.cache_data(ttl=60, max_entries=500, show_spinner=False)
def title(name: str, lang: str) -> str:
    """A generator's title."""
    if name in PRETRAINED:
        return text("latent.source.shipped", lang, name=text(f"choice.g_from.{name}", lang))
    found = stored(name)
    if found is None:
        return text("latent.source.upload", lang, code=name[:6])
    return text(f"latent.source.{found.config.kind}", lang, name=run_title(found.config, lang))


def run_title(config: DigitsConfig | PlaneConfig, lang: str) -> str:
    """A run's title: its preset and the first differences from it."""
    preset = nearest(config)
    changed = {name: mine for name, (mine, _) in differences(config, PRESETS[preset]).items() if name != "steps"}
    first = list(changed)[:SETTINGS_IN_TITLE]
    named = [f"{text(f'field.short.{name}', lang)} {saying(config, name, lang)}" for name in first]
    more = [f"+{len(changed) - SETTINGS_IN_TITLE}"] if len(changed) > SETTINGS_IN_TITLE else []
    return ", ".join([text(f"preset.name.{preset}", lang), *named, *more])


def saying(config: DigitsConfig | PlaneConfig, name: str, lang: str) -> str:
    """A setting's value in words."""
    return show(knobs(type(config))[name], name, getattr(config, name), lang)
