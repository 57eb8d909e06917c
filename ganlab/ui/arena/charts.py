"""The table that the curves below the canvas are drawn from. `ganlab.ui.run.vega` is the chart.

The table contains the curves and everything else that depends on the run (levels, ticks, bounds, names), so the browser
keeps the chart and updates only its data. No streamlit here: tests read the tables.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ganlab.data.plane import DATASETS
from ganlab.game.verdict import Verdict
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import HEADER, SCALARS
from ganlab.plane.metrics import js_floor
from ganlab.ui.run.axes import (
    dodge,
    equilibrium,
    log_bounds,
    loss_bounds,
    row,
    scale,
    step_ticks,
    thin_out,
    tick,
    value_ticks,
)
from ganlab.ui.run.vega import BEND, PANELS
from ganlab.ui.text import text

CURVES = tuple(scalar for series in PANELS.values() for scalar in series.values())
CROWDED = 0.06
"""Least distance of two labelled changes, as a share of the axis."""


def curves(blobs: Mapping[int, bytes]) -> pd.DataFrame:
    """The scalars of one member's packed frames, by ascending step."""
    names = SCALARS[: 1 + max(map(SCALARS.index, CURVES))]  # later ones are not in every frame
    values = [np.frombuffer(blobs[step], "<f4", len(names), HEADER.size) for step in sorted(blobs)]
    table = pd.DataFrame(np.array(values).reshape(-1, len(names)), columns=list(names))[list(CURVES)]
    return table.assign(step=np.array(sorted(blobs), "<f4"))


def table(
    curve: pd.DataFrame,
    config: PlaneConfig,
    verdict: Verdict | None,
    lang: str,
    changes: Sequence[tuple[int, str]] = (),
) -> pd.DataFrame:
    """All rows of the chart: curves (kind ""), levels, bands, ticks, bounds and names.

    changes: (step, text) of each change of a setting; a vertical line marks it.
    """
    levels = [*equilibrium(config, lang), *collapsed(verdict, lang)]
    bounds = {"losses": loss_bounds(curve, levels), "js": (0.0, math.log(2)), "gradients": log_bounds(curve)}
    rows = [*levels, *notes(levels, lang), row("band", "js", js_floor(DATASETS[config.dataset])[1])]
    for panel, (low, high) in bounds.items():
        ticks = [row("y", panel, y, tick(y, lang)) for y in value_ticks(panel, low, high)]
        rows += [row("bound", panel, low), row("bound", panel, high, step=config.steps)]
        rows += [row("x", panel, 0, label, step) for step, label in step_ticks(config.steps, lang)]
        rows += [*ticks, *names(panel, curve, *scale(panel, low, high)), *rules(panel, changes, config.steps)]
        if panel == "losses":
            thin_out([r for r in levels if r["kind"] == "level"] + ticks, scale(panel, low, high)[0])
    return pd.concat([curve.assign(kind="", panel="", series="", y=np.float32("nan"), label=""), pd.DataFrame(rows)])


def names(
    panel: str, curve: pd.DataFrame, height: Callable[[float], float], value: Callable[[float], float]
) -> list[dict[str, Any]]:
    """The name of each curve beside its last point, without overlap."""
    if not len(curve):
        return []
    last = curve.iloc[-1]
    ends = {series: float(last[scalar]) for series, scalar in PANELS[panel].items()}
    finite = {s: y for s, y in ends.items() if math.isfinite(y) and (panel != "gradients" or y > 0)}
    positions = dodge([height(y) for y in finite.values()])
    return [
        row("name", panel, value(at), series.upper(), float(last.step), series)
        for series, at in zip(finite, positions, strict=True)
    ]


def rules(panel: str, changes: Sequence[tuple[int, str]], last: int) -> list[dict[str, Any]]:
    """A vertical line at each change of a setting. It is labelled if it is far enough from the label before."""
    rows, taken = list[dict[str, Any]](), -CROWDED
    for step, change in changes:
        position = across(step, last)
        rows.append(row("edit", panel, 0, change if position - taken >= CROWDED else "", step))
        taken = position if position - taken >= CROWDED else taken
    return [r for r in rows if r["step"] <= last]


def across(step: float, last: int) -> float:
    """The position of a step on the axis, 0 to 1."""
    return math.log1p(step / BEND) / math.log1p(last / BEND)


def notes(levels: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """The notes at the upper right of the panels. That of the losses explains its lines, above the curves."""
    sentences = {"js": text("chart.js.subtitle", lang), "gradients": text("chart.gradients.subtitle", lang)}
    dotted = {r["label"] for r in levels if r["kind"] == "collapse"}
    dashed = any(r["kind"] == "level" for r in levels)
    if dotted:
        key = "chart.losses.both" if dashed else "chart.losses.dotted"
        sentences["losses"] = text(key, lang, collapse=dotted.pop())
    elif dashed:
        sentences["losses"] = text("chart.losses.equilibrium", lang)
    return [row("note", panel, 0, sentence) for panel, sentence in sentences.items()]


def collapsed(verdict: Verdict | None, lang: str) -> list[dict[str, Any]]:
    """The dotted levels for a collapse to m of M modes against an optimal D, if there is a closed form."""
    if verdict is None or "d_loss_collapse" not in verdict.evidence:
        return []
    label = text("chart.losses.collapse", lang, m=verdict.m, of=verdict.of)
    return [row("collapse", "losses", verdict.evidence[f"{s}_loss_collapse"], label, series=s) for s in "dg"]


def alt(curve: pd.DataFrame, config: PlaneConfig, lang: str, changes: Sequence[tuple[int, str]] = ()) -> str:
    """The text alternative of the curves, with the marked changes."""
    if not len(curve):
        return text("chart.alt.empty", lang)
    last, floor = curve.iloc[-1], js_floor(DATASETS[config.dataset])[0]
    facts = {name: float(last[name]) for name in CURVES}
    marked = [text("chart.alt.change", lang, step=step, change=change) for step, change in changes]
    return " ".join([text("chart.alt.curves", lang, step=int(last.step), floor=floor, **facts), *marked])
