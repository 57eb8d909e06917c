"""The picture of the curves below the canvas: one Vega spec of three panels, the same for every run and table."""

from functools import cache
from typing import Any

from ganlab.ui.text import text

PANELS: dict[str, dict[str, str]] = {
    "losses": {"d": "d_loss", "g": "g_loss"},
    "js": {"js": "js"},
    "gradients": {"d": "d_grad", "g": "g_grad"},
}
"""Panel -> series -> the frame's scalar."""
NARROW = 760
"""Below this width, in pixels, the panels stand one above the other."""
TALL = 124
"""Height of a panel in pixels."""


@cache
def spec(lang: str) -> dict[str, Any]:
    """The Vega picture of a table of `charts`; colours are the theme's: D, G, JS. Cached: do not change it."""
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "usermeta": {"embedOptions": {"renderer": "canvas"}},
        "padding": {"left": 0, "right": 0, "top": 4, "bottom": 0},
        "autosize": "none",
        "signals": SIGNALS,
        "data": {"name": "source"},  # not a list: Streamlit takes a list for the data themselves
        "scales": [{"name": "colour", "type": "ordinal", "domain": ["d", "g", "js"], "range": "category"}],
        "marks": [panel_marks(i, panel, lang) for i, panel in enumerate(PANELS)],
    }


SIGNALS: list[dict[str, Any]] = [
    {"name": "narrow", "update": f"width < {NARROW}"},
    {"name": "row", "update": "narrow ? 190 : 0"},
    {"name": "column", "update": "narrow ? 0 : (width + 18) / 3"},
    {"name": "across", "update": "(narrow ? width : (width - 36) / 3) - 64"},
    {"name": "height", "update": "narrow ? 570 : 194"},
]
"""Layout: a panel is 64 pixels narrower than its column, for numbers at its left and names at its right."""
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
        for kind in ("bound", "band", "level", "collapse", "tag", "name", "note", "x", "y")
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
    title = {"fontWeight": {"value": 600}, "fontSize": {"value": 13}, "fill": {"value": QUIET}}
    right = {"x": {"signal": "across"}, "align": {"value": "right"}}
    return [
        words(text(f"chart.{panel}.title", lang), {"x": {"value": -34}, "y": {"value": -16}, **title}),
        mark("text", f"{panel}_note", {**right, "y": {"value": -16}, "text": {"field": "label"}, **INK}),
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
    """Dashed lines of the equilibrium, named on the axis, and dotted ones of a collapse."""
    colour, y = {"scale": "colour", "field": "series"}, {"scale": "y", "field": "y"}
    line = {"x": {"value": 0}, "x2": {"signal": "across"}, "y": y, "stroke": colour, "strokeOpacity": {"value": 0.8}}
    name = {"text": {"field": "label"}, "fontSize": {"value": 11}, "fill": colour, "y": y}
    left = {"x": {"value": -6}, "align": {"value": "right"}, "baseline": {"value": "middle"}}
    return [
        mark("rule", f"{panel}_level", {**line, "strokeDash": {"value": [5, 4]}}),
        mark("rule", f"{panel}_collapse", {**line, "strokeDash": {"value": [1, 3]}, "strokeWidth": {"value": 2}}),
        mark("text", f"{panel}_level", {**name, **left}),
    ]


def line_marks(panel: str) -> list[dict[str, Any]]:
    """The curves, then what must stay legible on them: the levels' names and the curves' own."""
    return [*(curve_line(*curve) for curve in PANELS[panel].items()), *level_tags(panel), curve_names(panel)]


def level_tags(panel: str) -> list[dict[str, Any]]:
    """The names of the dotted levels, inside at the right, each on a halo of the page's colour."""
    spot = {"x": {"signal": "across - 4"}, "y": {"scale": "y", "field": "y"}, "align": {"value": "right"}}
    look = {"text": {"field": "label"}, "fontSize": {"value": 11}, "baseline": {"value": "middle"}}
    halo = {"stroke": {"signal": "background"}, "strokeWidth": {"value": 5}, "strokeJoin": {"value": "round"}}
    colour = {"fill": {"scale": "colour", "field": "series"}}
    return [mark("text", f"{panel}_tag", {**spot, **look, **paint}) for paint in (halo, colour)]


def curve_line(series: str, scalar: str) -> dict[str, Any]:
    """One curve, broken where it is undefined, inside its panel."""
    at = {"x": {"scale": "x", "field": "step"}, "y": {"scale": "y", "field": scalar}}
    look = {"stroke": {"scale": "colour", "value": series}, "strokeWidth": {"value": 1.6}}
    line = mark("line", "curve", {**at, **look, "defined": {"signal": shown(scalar)}})
    box = {"width": {"signal": "across"}, "height": {"value": TALL}}
    return {"type": "group", "clip": True, "encode": {"update": box}, "marks": [line]}


def curve_names(panel: str) -> dict[str, Any]:
    """The curves' letters, where they end."""
    spot = {"x": {"scale": "x", "field": "step", "offset": 4}, "y": {"scale": "y", "field": "y"}}
    look = {"text": {"field": "label"}, "fill": {"scale": "colour", "field": "series"}, "fontSize": {"value": 11}}
    return mark(
        "text", f"{panel}_name", {**spot, **look, "baseline": {"value": "middle"}, "fontWeight": {"value": 600}}
    )


def shown(scalar: str) -> str:
    """The condition under which a curve has a point."""
    positive = f" && datum.{scalar} > 0" if scalar.endswith("grad") else ""
    return f"isValid(datum.{scalar}) && isFinite(datum.{scalar}){positive}"


def mark(kind: str, data: str, look: dict[str, Any]) -> dict[str, Any]:
    """One mark per row of a data set."""
    return {"type": kind, "from": {"data": data}, "interactive": False, "encode": {"update": look}}
