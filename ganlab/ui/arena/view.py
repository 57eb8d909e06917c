"""How the screens that all kinds share show a run on the plane; its film, to take along."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

import numpy as np

from ganlab.data.plane import DATASETS
from ganlab.export.settings import metrics_csv
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import Frame, unpack
from ganlab.plane.train import snapshot, start
from ganlab.ui.arena import duel, gif, playback, webpage
from ganlab.ui.players import seed_strip
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.export import button, numbers_button, packed, script_button, settings_button, stem, trained
from ganlab.ui.run.view import Findings, Opening, View
from ganlab.ui.text import number, text
from ganlab.ui.webpage.page import page_button


class Measured(Protocol):
    """What a lab sheet reads of a frame of points of one member."""

    @property
    def step(self) -> int:
        """The step."""

    @property
    def metrics(self) -> Mapping[str, np.ndarray]:
        """Metrics by key, (1,) each."""

    @property
    def shares(self) -> np.ndarray:
        """Of each mode or cell, (1, K)."""


def read(config: PlaneConfig, blob: bytes) -> Frame:
    """A stored frame."""
    return unpack(blob, DATASETS[config.dataset].extent)


def table(config: PlaneConfig, blobs: Sequence[bytes]) -> str:
    """The curves as CSV."""
    return metrics_csv([read(config, blob) for blob in blobs], config=config)


def pair(
    both: tuple[PlaneConfig, PlaneConfig], live: bool, lang: str, key: str, view: Opening, names: tuple[str, str]
) -> None:
    """Two runs side by side."""
    left, right = (duel.Side(config, title=name) for config, name in zip(both, names, strict=True))
    duel.duel(left, right, live, lang, key, view)


def first(config: PlaneConfig, lang: str) -> tuple[bytes, str]:
    """The run's first frame as a picture, without a line of text below it, and what it shows."""
    return picture(config, snapshot(start(config)).member(0), gif.SIDE), text("run.first.points", lang)


def picture(config: PlaneConfig, frame: Frame, side: int) -> bytes:
    """A frame as a PNG of so many pixels, without a line of text below it."""
    extent, real = DATASETS[config.dataset].extent, playback.real(config.key(), config)
    return gif.still(frame, real, extent, playback.threshold(config), side)


def lamps(config: PlaneConfig, frame: Frame) -> list[bool]:
    """Whether each mode or cell is covered."""
    return seed_strip.lamps(frame)


def thumbnail(config: PlaneConfig, blob: bytes) -> bytes:
    """A small picture of a stored frame."""
    return picture(config, read(config, blob), SMALL)


def findings(config: PlaneConfig, member: int, lang: str) -> Findings | None:
    """The newest frame as a picture, its verdict, and its numbers."""
    blobs = packed(config, member)
    if not blobs:
        return None
    film, frame = playback.film_of(config.key(), member, config), read(config, blobs[-1])
    film.grow(member, config.steps)
    said = playback.describe(film.verdict(frame.step), lang, member, config.members)
    alt = text("sheet.page.points", lang, step=frame.step)
    return Findings(picture(config, frame, gif.SIDE), alt, said["title"], said["sentence"], numbers(frame, lang))


def numbers(frame: Frame, lang: str) -> list[tuple[str, str]]:
    """A frame's step and the numbers of a lab sheet that it has, in words."""
    return sheet_numbers(frame, {"d_loss": frame.d_loss, "g_loss": frame.g_loss}, lang)


def sheet_numbers(frame: Measured, losses: Mapping[str, np.ndarray], lang: str) -> list[tuple[str, str]]:
    """The step of a frame of points, its metrics and losses of a lab sheet where they are defined, in words."""
    values = {name: float(value[0]) for name, value in {**frame.metrics, **losses}.items()}
    there = {name: spec for name, spec in SHEET.items() if math.isfinite(values.get(name, math.nan))}
    said = {"step": number(frame.step, lang)} | {name: number(values[name], lang, there[name]) for name in there}
    if "modes_covered" in said:
        said["modes_covered"] = text("sheet.page.count", lang, n=said["modes_covered"], of=frame.shares.shape[1])
        said.pop("cells_covered", None)
    return [(text(f"sheet.number.{name}", lang), value) for name, value in said.items()]


# Files


def film_button(experiment: Experiment, config: PlaneConfig, member: int, lang: str) -> None:
    """The run as an animated picture."""
    make = partial(film, config, member, lang)
    button(experiment, "film", f"{stem(config, member)}.gif", make, lang, disabled=not trained(config))


def film(config: PlaneConfig, member: int, lang: str) -> bytes:
    """The run as a GIF."""
    extent, real = DATASETS[config.dataset].extent, playback.real(config.key(), config)
    shown, say = [read(config, blob) for blob in packed(config, member, gif.FRAMES)], partial(words, config, lang)
    return gif.gif(shown, real, extent, playback.threshold(config), say)


def words(config: PlaneConfig, lang: str, frame: Frame) -> str:
    """The text below a frame of the GIF."""
    modes = DATASETS[config.dataset].modes is not None
    found = frame.metrics["modes_covered" if modes else "cells_covered"][0]
    facts = {"step": frame.step, "n": int(found) if found == found else 0, "of": frame.shares.shape[1]}
    return text("export.film.modes" if modes else "export.film.cells", lang, **facts)


SMALL = 144
"""Pixels of a thumbnail."""
SHEET = {"modes_covered": "", "cells_covered": ".0%", "valid": ".1%", "js": ".3f"}
SHEET |= dict.fromkeys(("d_loss", "g_loss", "loss"), ".2f")
"""The numbers of a lab sheet, in order, and how they are written."""
VIEW = View(
    read=read,
    table=table,
    pair=pair,
    files=(page_button, numbers_button, film_button, settings_button, script_button),
    played=webpage.played,
    lamps=lamps,
    thumbnail=thumbnail,
    findings=findings,
    first=first,
)
