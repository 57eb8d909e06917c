"""What a page of its own plays of runs on the plane: the player's message and the curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import Frame
from ganlab.ui.arena import charts, fork, playback
from ganlab.ui.players.player import duel as duel_player
from ganlab.ui.players.player import message
from ganlab.ui.players.webpage import Played
from ganlab.ui.run import axes, vega
from ganlab.ui.run.differences import describe_differences, titles
from ganlab.ui.run.film import Film
from ganlab.ui.run.view import Told
from ganlab.ui.webpage.page import OPENING, chart


def played(runs: Sequence[Told[PlaneConfig]], lang: str) -> Played:
    """One run in the player, or two in that of duels."""
    films = [whole(run) for run in runs]
    if len(runs) == 2:
        return together(runs, films, lang)
    levels = {row["series"]: row["label"] for row in axes.equilibrium(runs[0].config, lang)}
    scene = scenery(runs[0], lang) | playback.noise(runs[0].config.key(), runs[0].config)
    data = part(runs[0], films[0], lang, levels=levels, view=OPENING, **scene)
    return Played("player", data, list(runs[0].shown.values()), [curves(runs[0], films[0], lang)], {})


def together(runs: Sequence[Told[PlaneConfig]], films: Sequence[Film[Frame]], lang: str) -> Played:
    """Two runs side by side."""
    left, right = (run.config for run in runs)
    names = [run.names.get(lang) or own for run, own in zip(runs, titles(left, right, lang), strict=True)]
    parts = [part(run, film, lang, **scenery(run, lang) | {"text": {}}) for run, film in zip(runs, films, strict=True)]
    labels, differences = duel_player.duel_labels(lang), describe_differences(left, right, lang)
    name = " ".join(f"{run.config.key()}.{run.member}" for run in runs)
    data = duel_player.message(name, parts, names, labels, differences, view=OPENING)
    drawn = [curves(run, film, lang, name) for run, film, name in zip(runs, films, names, strict=True)]
    return Played("duel", data, [blob for run in runs for blob in run.shown.values()], drawn, {})


def scenery(run: Told[PlaneConfig], lang: str) -> dict[str, Any]:
    """The constant part of a run's message."""
    return playback.scenery(run.config, run.member, lang) | {"known": run.kept}


def part(run: Told[PlaneConfig], film: Film[Frame], lang: str, /, **scene: Any) -> bytes:
    """A run's message, with a verdict at each of its frames."""
    which = run.member, run.config.members
    verdicts = {step: playback.describe(film.verdict(step), lang, *which) for step in run.kept}
    return message(frames=run.shown, verdicts=verdicts, **scene)


def whole(run: Told[PlaneConfig]) -> Film[Frame]:
    """All frames of a run."""
    film = playback.empty_film(run.config)
    film.hold(run.frames)
    return film


def curves(run: Told[PlaneConfig], film: Film[Frame], lang: str, title: str = "") -> dict[str, Any]:
    """The curves, as the arena draws them."""
    curve, changes = charts.curves(run.frames), fork.marks(run.config, lang)
    table = charts.table(curve, run.config, film.verdict(max(run.frames)), lang, changes)
    return chart(vega.drawing(lang), table, charts.alt(curve, run.config, lang, changes), title)
