"""Numbers of any name -> one table that a picture draws, a panel for each; no streamlit here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ganlab.ui.run.axes import round_bounds, row, step_ticks, tick, value_ticks
from ganlab.ui.run.vega import BEND, NARROW, Curve, Drawing, picture
from ganlab.ui.text import number, text, worded

COLUMNS = 3
"""Panels side by side, where there is room."""
COLOURS = ("d", "g", "js")
"""Of the theme; a kind whose players have colours has a view of its own, so the third stands for all here."""


def title(name: str, lang: str) -> str:
    """What a number is called."""
    return worded(f"run.number.{name}", lang)


def names(curve: pd.DataFrame) -> list[str]:
    """The numbers' columns."""
    return [name for name in curve.columns if name != "step"]


def table(curve: pd.DataFrame, last: int, lang: str) -> pd.DataFrame:
    """All that the picture draws, one row each: curves (kind ""), ticks and bounds. `last` is where the axis ends."""
    rows: list[dict[str, Any]] = []
    for panel in names(curve):
        low, high = bounds(curve[panel].to_numpy(float))
        rows += [row("bound", panel, low), row("bound", panel, high, step=last)]
        rows += [row("x", panel, low, label, step) for step, label in step_ticks(last, lang)]
        rows += [row("y", panel, y, tick(y, lang)) for y in value_ticks(panel, low, high)]
    return pd.concat([curve.assign(kind="", panel="", series="", y=math.nan, label=""), pd.DataFrame(rows)])


def bounds(values: np.ndarray) -> tuple[float, float]:
    """Bounds of a panel's axis."""
    seen = values[np.isfinite(values)]
    return round_bounds(float(seen.min()), float(seen.max())) if len(seen) else (0.0, 1.0)


@cache
def spec(panels: tuple[str, ...], lang: str) -> dict[str, Any]:
    """The Vega picture of a table with these numbers. Cached: do not change it."""
    return picture(drawing(panels, lang))


def drawing(panels: Sequence[str], lang: str) -> Drawing:
    """The chart of these numbers."""
    corners = [
        (f"40 + {i % COLUMNS} * column", f"34 + (narrow ? {i} : {i // COLUMNS}) * 190") for i in range(len(panels))
    ]
    return Drawing(
        titles={panel: title(panel, lang) for panel in panels},
        curves={panel: [Curve(COLOURS[-1], panel)] for panel in panels},
        colours=COLOURS,
        signals=signals(len(panels)),
        corners=corners,
        axis=text("chart.axis.step", lang),
        x={"type": "symlog", "constant": BEND},
    )


def signals(panels: int) -> list[dict[str, Any]]:
    """The layout of so many panels."""
    return [
        {"name": "narrow", "update": f"width < {NARROW}"},
        {"name": "column", "update": f"narrow ? 0 : (width + 18) / {COLUMNS}"},
        {"name": "across", "update": f"(narrow ? width : (width - 36) / {COLUMNS}) - 64"},
        {"name": "height", "update": f"(narrow ? {panels} : {math.ceil(panels / COLUMNS)}) * 190 + 4"},
    ]


def alt(curve: pd.DataFrame, lang: str) -> str:
    """What the curves show, in one sentence."""
    if not len(curve):
        return text("plain.chart.empty", lang)
    last = curve.iloc[-1]
    said = [f"{title(name, lang)} {number(float(last[name]), lang, '.3g')}" for name in names(curve)]
    return text("plain.chart.alt", lang, step=int(last["step"]), numbers=", ".join(said))
