"""How the screens that all kinds share show flow matching, and what a page of its own plays of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pandas as pd

from ganlab.flow.config import FlowConfig
from ganlab.ui.beside import stage
from ganlab.ui.players.player import labels, message
from ganlab.ui.players.webpage import Played
from ganlab.ui.run import plain, plain_charts
from ganlab.ui.run.view import Told, View
from ganlab.ui.text import text
from ganlab.ui.webpage.page import OPENING, NoPage, chart


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


VIEW: View[Any, Any] = replace(plain.VIEW, played=cast(Any, played))
