"""A run, or two side by side, as one html file: its title, its words, its curves, and the button that makes it."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from ganlab.kind.config import RunConfig
from ganlab.plane.frame import spread
from ganlab.presets import PRESETS
from ganlab.ui.players.webpage import document
from ganlab.ui.run.differences import describe_differences, line, titles
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.export import button, stem, trained
from ganlab.ui.run.server import service
from ganlab.ui.run.vega import Drawing
from ganlab.ui.run.view import Told, view
from ganlab.ui.text import LANGUAGES, text

OPENING = {"at": 0, "playing": True}
"""How the player opens; it stands still where the reader's system asks for reduced motion."""
DIGITS = 5
"""Significant digits of a curve's numbers."""


class NoPage(ValueError):
    """A kind of run that has no page of its own, or a run without frames."""


def page(
    runs: Sequence[Told[Any]], start: str = "en", names: Mapping[str, str] | None = None, room: int | None = None
) -> str:
    """The file of one run, or of two of one kind.

    `names`: its title by language; `room`: bytes of deflated frames, the kind's own without it. Raises NoPage.
    """
    shown = view(runs[0].config.kind)
    if shown.played is None or not all(run.frames for run in runs):
        raise NoPage(f"kind={runs[0].config.kind}: expected a run that is trained, of a kind with a player")
    kept = [thinned(run, (room or shown.room) // len(runs)) for run in runs]
    played = {lang: replace(shown.played(kept, lang), words=words(kept, lang, names)) for lang in LANGUAGES}
    settings = [run.config.to_json() for run in runs]
    return document(played, start, settings[0] if len(settings) == 1 else settings)


def thinned(run: Told[Any], room: int) -> Told[Any]:
    """The run with as many of its frames as fit into `room` bytes, evenly by their place."""
    steps = sorted(run.frames)
    size = sum(len(zlib.compress(run.frames[step])) for step in steps)
    return replace(run, kept=spread(steps, max(2, min(len(steps), int(len(steps) * room / size)))))


# Words


def words(runs: Sequence[Told[Any]], lang: str, names: Mapping[str, str] | None) -> dict[str, str]:
    """The words around the player."""
    said = {name: text(f"webpage.page.{name}", lang) for name in ("settings", "theme")}
    said["title"] = names[lang] if names else title(runs, lang)
    said["about"] = about(runs[0].config, lang) if len(runs) == 1 else line(runs[0].config, runs[1].config, lang)
    counts = {"frames": sum(len(run.kept) for run in runs), "steps": max(max(run.kept) for run in runs)}
    return said | {"alone": text("webpage.page.alone", lang, **counts)}


def title(runs: Sequence[Told[Any]], lang: str) -> str:
    """The name of a run, and of the member that is shown; of two, both names."""
    if len(runs) == 2:
        own = titles(runs[0].config, runs[1].config, lang)
        one, other = (run.names.get(lang) or name for run, name in zip(runs, own, strict=True))
        return text("webpage.page.beside", lang, one=one, other=other)
    config, member = runs[0].config, runs[0].member
    name = runs[0].names.get(lang) or preset(config)
    name = text(f"preset.name.{name}", lang) if name in PRESETS else name or text("webpage.page.own", lang)
    return text("webpage.page.member", lang, name=name, n=member + 1, of=config.members) if config.members > 1 else name


def preset(config: RunConfig) -> str:
    """The key of the preset that a run is; "" without one."""
    return next((name for name, its in PRESETS.items() if its.key() == config.key()), "")


def about(config: RunConfig, lang: str) -> str:
    """What a prepared run shows; of another, what differs from its kind's defaults."""
    if name := preset(config):
        return text(f"preset.about.{name}", lang)
    found = describe_differences(config, type(config)(), lang)
    return ", ".join(text("webpage.page.setting", lang, name=name, value=mine) for name, mine, _ in found)


# Curves


def chart(drawing: Drawing, table: pd.DataFrame, alt: str, title: str = "") -> dict[str, Any]:
    """The data of one chart, see `ChartData` in types/messages.d.ts."""
    curve, marks = table[table["kind"] == ""], table[table["kind"] != ""]
    scalars = {curve.scalar for curves in drawing.curves.values() for curve in curves}
    facts = ["kind", "panel", "series", "step", "y", "label", *(["y2"] if "y2" in table else [])]
    return {
        "title": title,
        "alt": alt,
        "axis": drawing.axis,
        "bend": drawing.x.get("constant", 0),
        "colours": list(drawing.colours),
        "panels": [panel(drawing, key) for key in drawing.titles],
        "rows": [{key: brief(value) for key, value in row.items()} for row in marks[facts].to_dict("records")],
        "steps": [brief(step) for step in curve["step"]],
        "values": {scalar: [brief(value) for value in curve[scalar]] for scalar in sorted(scalars)},
    }


def panel(drawing: Drawing, key: str) -> dict[str, Any]:
    """One panel of a chart."""
    curves = [vars(curve) for curve in drawing.curves[key]]
    return {"key": key, "title": drawing.titles[key], "log": key in drawing.logs, "curves": curves}


def brief(value: Any) -> Any:
    """A number with few digits; None for one that is not finite; text as it is."""
    if isinstance(value, str):
        return value
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


# The button


def page_button(experiment: Experiment, config: RunConfig, member: int, lang: str) -> None:
    """The shown run as a page of its own; with the one beside it, where two are compared."""
    make = partial(made, [(config, member), *((other, 0) for other in beside(experiment))], lang)
    button(experiment, "webpage", f"{stem(config, member)}.html", make, lang, disabled=not trained(config))


def made(shown: Sequence[tuple[RunConfig, int]], lang: str) -> str:
    """The page of (run, member)s of this server's store."""
    return page([held(*one) for one in shown], lang)


def beside(experiment: Experiment) -> list[RunConfig]:
    """The run that is compared with this one, if it has frames."""
    others = (Experiment(experiment.kind, prefix, experiment.words) for prefix in experiment.peers)
    return [other.config for other in others if other.is_open and trained(other.config)]


def held(config: RunConfig, member: int) -> Told[Any]:
    """A run of this server's store up to its target."""
    cache = service().frame_cache(config.key())
    steps = [step for step in cache.steps() if step <= config.steps]
    return Told(config, cache.blobs(member, steps), member)
