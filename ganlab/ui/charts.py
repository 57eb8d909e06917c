"""Frames -> the curves below the canvas: one Vega picture of three panels, its spec constant, its data one table.

The table holds curves and everything else that depends on the run (levels, ticks, bounds), so that the browser
keeps the picture and only changes what moved. No streamlit here: tests read specs and tables.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ganlab.config import PlaneConfig
from ganlab.datasets import DATASETS
from ganlab.diagnosis import Verdict
from ganlab.frame import HEADER, SCALARS
from ganlab.losses import LOSSES
from ganlab.metrics import js_floor
from ganlab.ui.text import number, text

CURVES = ("d_loss", "g_loss", "js", "d_grad", "g_grad")
PANELS: dict[str, dict[str, str]] = {
    "losses": {"d": "d_loss", "g": "g_loss"},
    "js": {"js": "js"},
    "gradients": {"d": "d_grad", "g": "g_grad"},
}
"""Panel -> series -> the frame's scalar."""
NAMES = {math.log(4): "log 4", math.log(2): "log 2", -math.log(2): "−log 2", 0.25: "¼", 0.125: "⅛"}
"""Levels that have a better name than their digits."""
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
WILD = 1e4
"""Losses beyond this are left out of the axis' bounds; their curve leaves the panel."""
NARROW = 760
"""Below this width, in pixels, the panels stand one above the other."""


def curves(blobs: Mapping[int, bytes]) -> pd.DataFrame:
    """The curves' scalars of one member's packed frames, by ascending step."""
    values = [np.frombuffer(blobs[step], "<f4", len(SCALARS), HEADER.size) for step in sorted(blobs)]
    table = pd.DataFrame(np.array(values).reshape(-1, len(SCALARS)), columns=list(SCALARS))[list(CURVES)]
    return table.assign(step=np.array(sorted(blobs), "<f4"))


def table(curve: pd.DataFrame, config: PlaneConfig, verdict: Verdict | None, lang: str) -> pd.DataFrame:
    """All that `spec` draws, one row each: curves (kind ""), levels, bands, ticks and bounds."""
    levels = [*equilibrium(config, lang), *collapsed(verdict, lang)]
    bounds = {"losses": loss_bounds(curve, levels), "js": (0.0, math.log(2)), "gradients": log_bounds(curve)}
    rows = [*levels, row("band", "js", js_floor(DATASETS[config.dataset])[1])]
    for panel, (low, high) in bounds.items():
        rows += [row("bound", panel, low), row("bound", panel, high, step=config.steps)]
        rows += [row("x", panel, 0, label, step) for step, label in step_ticks(config.steps, lang)]
        rows += [row("y", panel, y, tick(y, lang)) for y in value_ticks(panel, low, high)]
        thin_out([r for r in rows if r["panel"] == panel and r["kind"] in ("level", "y")], high - low)
        thin_out([r for r in rows if r["panel"] == panel and r["kind"] == "collapse"], high - low)
    return pd.concat([curve.assign(kind="", panel="", series="", y=np.float32("nan"), label=""), pd.DataFrame(rows)])


def thin_out(rows: Sequence[dict[str, Any]], span: float) -> None:
    """Takes away, in place, the labels that would stand on an earlier one's; on log scales all stand apart."""
    taken: list[float] = []
    for r in rows if rows and rows[0]["panel"] != "gradients" else ():
        if any(abs(r["y"] - other) < span * 12 / TALL for other in taken):
            r["label"] = ""
        else:
            taken.append(r["y"])


def row(kind: str, panel: str, y: float, label: str = "", step: float = 0, series: str = "") -> dict[str, Any]:
    """One row of the table that is not a curve's."""
    return {"kind": kind, "panel": panel, "series": series, "step": step, "y": y, "label": label}


def equilibrium(config: PlaneConfig, lang: str) -> list[dict[str, Any]]:
    """The dashed levels of D's and G's loss when D is blind; none for a critic."""
    values = LOSSES[config.loss].equilibrium or ()
    return [row("level", "losses", y, level(y, lang), series=s) for s, y in zip("dg", values, strict=False)]


def collapsed(verdict: Verdict | None, lang: str) -> list[dict[str, Any]]:
    """The dotted levels of a collapse to m of M modes against an optimal D, where there is a closed form."""
    if verdict is None or "d_loss_collapse" not in verdict.evidence:
        return []
    label = text("chart.losses.collapse", lang, m=verdict.m, of=verdict.of)
    return [row("collapse", "losses", verdict.evidence[f"{s}_loss_collapse"], label, series=s) for s in "dg"]


def level(y: float, lang: str) -> str:
    """A level's name, "log 4" rather than 1.386."""
    return next((name for value, name in NAMES.items() if math.isclose(value, y)), number(y, lang, ".3g"))


def loss_bounds(curve: pd.DataFrame, levels: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Bounds of the loss axis: the levels and all but the wildest hundredth of each curve, to the next round number."""
    seen = [y for y in np.ravel(curve[["d_loss", "g_loss"]].to_numpy(float)) if abs(y) < WILD]
    tails = list(np.quantile(seen, (0.01, 0.99))) if seen else [0.0, 2.0]
    low, high = min([*tails, *(r["y"] for r in levels)]), max([*tails, *(r["y"] for r in levels)])
    stride = round_stride(max(high - low, 0.1))
    return math.floor(low / stride) * stride, (math.floor(high / stride) + 1) * stride


def log_bounds(curve: pd.DataFrame) -> tuple[float, float]:
    """Bounds of the gradient axis: whole decades."""
    seen = [y for y in np.ravel(curve[["d_grad", "g_grad"]].to_numpy(float)) if 1e-8 < y < 1e6]
    low, high = (min(seen), max(seen)) if seen else (0.1, 1.0)
    first = math.floor(math.log10(low))
    return 10.0**first, 10.0 ** max(math.ceil(math.log10(high)), first + 1)


def round_stride(span: float) -> float:
    """A third of the span or a little more, as 1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(span / 3))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= span / 3)


def value_ticks(panel: str, low: float, high: float) -> list[float]:
    """Where a panel's y axis has a line: two to five values."""
    if panel == "js":
        return [0.0, 0.2, 0.4, 0.6]
    if panel == "gradients":
        first, last = round(math.log10(low)), round(math.log10(high))
        return [10.0**power for power in range(first, last + 1, -(-(last - first) // 4))]
    stride = round_stride(max(high - low, 0.1))
    return [low + i * stride for i in range(round((high - low) / stride) + 1)]


def step_ticks(last: int, lang: str) -> list[tuple[int, str]]:
    """Where the step axis has a number: powers of ten, and the end if there is room."""
    powers = [0, *(10**power for power in range(1, 6) if 2 * 10**power <= last or 10**power == last)]
    return [(step, number(step, lang)) for step in dict.fromkeys([*powers, last] if last >= 4 * powers[-1] else powers)]


def tick(y: float, lang: str) -> str:
    """A y value in few signs: 0.25, 1000, 10⁶."""
    if y and not 1e-3 <= abs(y) < 1e5:
        mantissa, power = f"{y:.0e}".split("e")
        return ("" if mantissa == "1" else f"{mantissa}·") + "10" + str(int(power)).translate(RAISED)
    return number(round(y, 12) + 0.0, lang, ".4g")


def alt(curve: pd.DataFrame, config: PlaneConfig, lang: str) -> str:
    """What the curves show, in one sentence."""
    if not len(curve):
        return text("chart.alt.empty", lang)
    last, floor = curve.iloc[-1], js_floor(DATASETS[config.dataset])[0]
    return text(
        "chart.alt.curves", lang, step=int(last.step), floor=floor, **{name: float(last[name]) for name in CURVES}
    )


@cache
def spec(lang: str) -> dict[str, Any]:
    """The Vega picture of `table`; colours are the theme's, in the order D, G, JS. Cached: do not change it."""
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "usermeta": {"embedOptions": {"renderer": "canvas"}},
        "padding": {"left": 0, "right": 0, "top": 4, "bottom": 0},
        "autosize": "none",
        "background": "transparent",
        "signals": SIGNALS,
        "data": {"name": "source"},  # not a list: Streamlit takes a list for the data themselves
        "scales": [{"name": "colour", "type": "ordinal", "domain": ["d", "g", "js"], "range": "category"}],
        "marks": [panel_marks(i, panel, lang) for i, panel in enumerate(PANELS)],
    }


SIGNALS: list[dict[str, Any]] = [
    {"name": "narrow", "update": f"width < {NARROW}"},
    {"name": "row", "update": "narrow ? 190 : 0"},
    {"name": "column", "update": "narrow ? 0 : (width + 18) / 3"},
    {"name": "across", "update": "(narrow ? width : (width - 36) / 3) - 56"},
    {"name": "height", "update": "narrow ? 570 : 194"},
]
"""Layout: a panel is 56 pixels narrower than its column, for numbers at its left and names at its right."""
TALL = 124
QUIET = "#7f8a99"
INK = {"fontSize": {"value": 11}, "fill": {"value": QUIET}}
GRID_LINE = {"stroke": {"value": QUIET}, "strokeOpacity": {"value": 0.22}}


def only(condition: str) -> dict[str, str]:
    """A Vega filter."""
    return {"type": "filter", "expr": condition}


def panel_marks(index: int, panel: str, lang: str) -> dict[str, Any]:
    """One panel: its data, its scales and, from back to front, grid, band, levels, lines and names."""
    here = f"datum.panel === '{panel}'"
    data = [
        {"name": f"{panel}_{kind}", "source": "source", "transform": [only(f"{here} && datum.kind === '{kind}'")]}
        for kind in ("bound", "band", "level", "collapse", "x", "y")
    ]
    curve = {"name": "curve", "source": "source", "transform": [only("datum.kind === ''")]}
    return {
        "type": "group",
        "name": panel,
        "encode": {
            "update": {
                "x": {"signal": f"40 + {index} * column"},
                "y": {"signal": f"34 + {index} * row"},
                "width": {"signal": "across"},
                "height": {"value": TALL},
            }
        },
        "data": [curve, *data],
        "scales": panel_scales(panel),
        "marks": [*heading(panel, lang), *frame_marks(panel), *level_marks(panel), *line_marks(panel)],
    }


def panel_scales(panel: str) -> list[dict[str, Any]]:
    """Steps on a symlog scale, which keeps step 0; values as the panel has it."""
    bound = f"{panel}_bound"
    kind = {"type": "log"} if panel == "gradients" else {"type": "linear", "zero": False}
    steps = {"type": "symlog", "constant": 10, "range": [0, {"signal": "across"}]}
    return [
        {"name": "x", "domain": {"data": bound, "field": "step"}, "nice": False, **steps},
        {"name": "y", "domain": {"data": bound, "field": "y"}, "nice": False, "range": [TALL, 0], **kind},
    ]


def heading(panel: str, lang: str) -> list[dict[str, Any]]:
    """The panel's title at its left, what the dashes mean at its right, the axis' name below."""
    subtitle = {
        "losses": "chart.losses.equilibrium",
        "js": "chart.js.subtitle",
        "gradients": "chart.gradients.subtitle",
    }
    title = {"fontWeight": {"value": 600}, "fontSize": {"value": 13}, "fill": {"value": QUIET}}
    right = {"x": {"signal": "across"}, "align": {"value": "right"}}
    return [
        words(text(f"chart.{panel}.title", lang), {"x": {"value": -34}, "y": {"value": -16}, **title}),
        words(text(subtitle[panel], lang), {**right, "y": {"value": -16}, **INK}),
        words(text("chart.axis.step", lang), {**right, "y": {"value": TALL + 28}, **INK}),
    ]


def words(sentence: str, look: dict[str, Any]) -> dict[str, Any]:
    """A text mark."""
    return {"type": "text", "interactive": False, "encode": {"update": {"text": {"value": sentence}, **look}}}


def frame_marks(panel: str) -> list[dict[str, Any]]:
    """Grid lines with their numbers; the sampling floor's band where there is one."""
    y, x = {"scale": "y", "field": "y"}, {"scale": "x", "field": "step"}
    label = {"text": {"field": "label"}, **INK}
    left = {"x": {"value": -6}, "y": y, "align": {"value": "right"}, "baseline": {"value": "middle"}}
    band = {"x": {"value": 0}, "x2": {"signal": "across"}, "y": y, "y2": {"scale": "y", "value": 0}}
    return [
        mark("rule", f"{panel}_y", {"x": {"value": 0}, "x2": {"signal": "across"}, "y": y, **GRID_LINE}),
        mark("text", f"{panel}_y", {**left, **label}),
        mark("text", f"{panel}_x", {"x": x, "y": {"value": TALL + 14}, "align": {"value": "center"}, **label}),
        mark("rect", f"{panel}_band", {**band, "fill": {"value": QUIET}, "fillOpacity": {"value": 0.3}}),
    ]


def level_marks(panel: str) -> list[dict[str, Any]]:
    """Dashed lines of the equilibrium, named on the axis, and dotted ones of a collapse, named on the line."""
    colour, y = {"scale": "colour", "field": "series"}, {"scale": "y", "field": "y"}
    line = {"x": {"value": 0}, "x2": {"signal": "across"}, "y": y, "stroke": colour, "strokeOpacity": {"value": 0.8}}
    name = {"text": {"field": "label"}, "fontSize": {"value": 11}, "fill": colour, "y": y}
    left = {"x": {"value": -6}, "align": {"value": "right"}, "baseline": {"value": "middle"}}
    return [
        mark("rule", f"{panel}_level", {**line, "strokeDash": {"value": [5, 4]}}),
        mark("rule", f"{panel}_collapse", {**line, "strokeDash": {"value": [1, 3]}, "strokeWidth": {"value": 2}}),
        mark("text", f"{panel}_level", {**name, **left}),
        mark("text", f"{panel}_collapse", {**name, "x": {"value": 3}, "dy": {"value": -5}}),
    ]


def line_marks(panel: str) -> list[dict[str, Any]]:
    """The curves, and their names after their last points."""
    return [
        m for series, scalar in PANELS[panel].items() for m in (curve_line(series, scalar), curve_name(series, scalar))
    ]


def curve_line(series: str, scalar: str) -> dict[str, Any]:
    """One curve, broken where it is undefined, inside its panel."""
    at = {"x": {"scale": "x", "field": "step"}, "y": {"scale": "y", "field": scalar}}
    look = {"stroke": {"scale": "colour", "value": series}, "strokeWidth": {"value": 1.6}}
    line = mark("line", "curve", {**at, **look, "defined": {"signal": shown(scalar)}})
    box = {"width": {"signal": "across"}, "height": {"value": TALL}}
    return {"type": "group", "clip": True, "encode": {"update": box}, "marks": [line]}


def curve_name(series: str, scalar: str) -> dict[str, Any]:
    """The curve's letter, where it ends."""
    last = f"{shown(scalar)} && datum.step === peek(data('curve')).step"
    colour = {"scale": "colour", "value": series}
    spot = {"x": {"scale": "x", "field": "step", "offset": 4}, "y": {"scale": "y", "field": scalar}}
    look = {"text": {"signal": f"{last} ? '{series.upper()}' : ''"}, "fill": colour, "fontSize": {"value": 11}}
    return mark("text", "curve", {**spot, **look, "baseline": {"value": "middle"}, "fontWeight": {"value": 600}})


def shown(scalar: str) -> str:
    """The condition under which a curve has a point."""
    positive = f" && datum.{scalar} > 0" if scalar.endswith("grad") else ""
    return f"isValid(datum.{scalar}) && isFinite(datum.{scalar}){positive}"


def mark(kind: str, data: str, look: dict[str, Any]) -> dict[str, Any]:
    """One mark per row of a data set."""
    return {"type": kind, "from": {"data": data}, "interactive": False, "encode": {"update": look}}
