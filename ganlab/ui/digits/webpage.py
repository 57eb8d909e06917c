"""What a page of its own plays of runs on digits: the player's message and the curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import DigitsFrame
from ganlab.ui.digits import charts, playback
from ganlab.ui.players.player.digits import COMPONENT, Shown, digit_labels, message
from ganlab.ui.players.webpage import Played
from ganlab.ui.run.differences import titles
from ganlab.ui.run.film import Film
from ganlab.ui.run.view import Told
from ganlab.ui.webpage.page import OPENING, chart

ALONE = ("A",)
"""The name of a run without another beside it; no page shows it."""


def played(runs: Sequence[Told[DigitsConfig]], lang: str) -> Played:
    """One run in the player, or two beside each other."""
    films = [whole(run) for run in runs]
    own = titles(runs[0].config, runs[1].config, lang) if len(runs) == 2 else ALONE
    names = [run.names.get(lang) or name for run, name in zip(runs, own, strict=True)]
    parts = [part(run, film, name, lang) for run, film, name in zip(runs, films, names, strict=True)]
    data = message(parts, digit_labels(lang), OPENING)
    drawn = [
        curves(run, film, name if len(runs) == 2 else "", lang)
        for run, film, name in zip(runs, films, names, strict=True)
    ]
    return Played(COMPONENT, data, [blob for run in runs for blob in run.shown.values()], drawn, {})


def part(run: Told[DigitsConfig], film: Film[DigitsFrame], name: str, lang: str) -> Shown:
    """A run's part of the message, with every evaluation."""
    head = playback.run_head(run.config, False, name, run.kept)
    said = playback.verdicts(film, run.config, run.kept, lang)
    return replace(head, frames=run.shown, verdicts=said)


def whole(run: Told[DigitsConfig]) -> Film[DigitsFrame]:
    """All frames of a run."""
    film = playback.empty_film(run.config)
    film.hold(run.frames)
    return film


def curves(run: Told[DigitsConfig], film: Film[DigitsFrame], title: str, lang: str) -> dict[str, Any]:
    """The curves, as the page of digits draws them."""
    curve = charts.curves(film.frames, run.config)
    return chart(charts.drawing(lang), charts.table(curve, run.config, lang), charts.alt(curve, lang), title)
