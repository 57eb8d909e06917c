"""How the screens that all kinds share show flow matching, and what a page of its own plays of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pandas as pd

from ganlab.data.plane import DATASETS
from ganlab.flow.config import FlowConfig
from ganlab.flow.frame import FlowFrame, unpack
from ganlab.ui.arena import gif
from ganlab.ui.arena.view import sheet_numbers
from ganlab.ui.beside import stage
from ganlab.ui.players.player import labels, message
from ganlab.ui.players.webpage import Played
from ganlab.ui.run import plain, plain_charts
from ganlab.ui.run.export import numbers_button, packed, script_button, settings_button
from ganlab.ui.run.view import Findings, Told, View
from ganlab.ui.text import text
from ganlab.ui.webpage.page import OPENING, NoPage, chart, page_button


def played(runs: Sequence[Told[FlowConfig]], lang: str) -> Played:
    """One run in the player. Raises NoPage for two."""
    if len(runs) != 1:
        raise NoPage(f"kind={runs[0].config.kind}: expected one run")
    run, film = runs[0], stage.empty_film(runs[0].config)
    film.hold(run.frames)
    words = labels(lang) | {"caption_grid": text("beside.caption.paths", lang)}
    words |= {"word_grid": text("beside.caption.lines", lang)}
    said = {step: stage.describe(film.verdict(step), lang) for step in run.kept}
    facts: dict[str, Any] = {"known": run.kept, "frames": run.shown, "verdicts": said, "view": OPENING}
    data = message(text=words, **facts, **stage.scenery(run.config, run.member))
    return Played("player", data, list(run.shown.values()), [curves(run, lang)], {})


def curves(run: Told[FlowConfig], lang: str) -> dict[str, Any]:
    """A curve of each number."""
    found = pd.DataFrame(plain.measured(run.config, list(run.frames.values()))).drop(columns="died", errors="ignore")
    drawing = plain_charts.drawing(plain_charts.names(found), lang)
    return chart(drawing, plain_charts.table(found, run.config.steps, lang), plain_charts.alt(found, lang))


def read(config: FlowConfig, blob: bytes) -> FlowFrame:
    """A stored frame."""
    return unpack(blob, DATASETS[config.dataset].extent)


@dataclass(frozen=True)
class Still:
    """What is drawn of a frame; there is no D, whose output would be the background."""

    fake: np.ndarray
    field: np.ndarray = field(default_factory=lambda: np.zeros((1, 2, 2), "f4"))


def findings(config: FlowConfig, member: int, lang: str) -> Findings | None:
    """The newest frame as a picture, its verdict, and its numbers."""
    blobs = packed(config, member)
    if not blobs:
        return None
    film, frame = stage.film_of(config.key(), member, config), read(config, blobs[-1])
    film.grow(member, config.steps)
    said, numbers = stage.describe(film.verdict(frame.step), lang), sheet_numbers(frame, {"loss": frame.loss}, lang)
    picture = gif.still(Still(frame.fake), stage.real(config.key(), config), DATASETS[config.dataset].extent, 0.0)
    alt = text("sheet.page.points", lang, step=frame.step)
    return Findings(picture, alt, said["title"], said["sentence"], numbers)


FILES = (page_button, numbers_button, settings_button, script_button)
VIEW: View[Any, Any] = replace(plain.VIEW, played=cast(Any, played), findings=cast(Any, findings), files=FILES)
