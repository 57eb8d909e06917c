"""The curves below a player: one Vega spec with several panels, the same for every run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
"""Width in pixels below which the panels are stacked."""
TALL = 124
"""Height of a panel in pixels."""
BEND = 10
"""Step at which the step axis changes from linear to logarithmic."""


@dataclass(frozen=True)
class Curve:
    """One line of a panel."""

    series: str
    """The series; it determines the colour."""
    scalar: str
    """The table's column."""
    width: float = 1.6
    opacity: float = 1.0
    sparse: bool = False
    """Whether only some rows have a value. The line joins them; other lines break at missing values."""


@dataclass(frozen=True)
class Drawing:
    """The parts of a chart. Colours come from the theme, by series."""

    titles: Mapping[str, str]
    """The titles of the panels, in order."""
    curves: Mapping[str, Sequence[Curve]]
    colours: Sequence[str]
    signals: Sequence[Mapping[str, Any]]
    """Layout: across and height in pixels, and what `corners` refers to."""
    corners: Sequence[tuple[str, str]]
    """The upper left corner of each panel: signals for x and y."""
    axis: str
    """The title of the x axis."""
    x: Mapping[str, Any] = field(default_factory=dict)
    """The x axis' scale."""
    logs: Sequence[str] = ()
    """Panels whose y axis is logarithmic."""


@cache
def spec(lang: str) -> dict[str, Any]:
    """The Vega spec for the tables of `charts`. Cached: do not modify it."""
    return picture(drawing(lang))


def drawing(lang: str) -> Drawing:
    """The chart of a run on the plane."""
    series = {panel: [Curve(*curve) for curve in curves.items()] for panel, curves in PANELS.items()}
    return Drawing(
        titles={panel: text(f"chart.{panel}.title", lang) for panel in PANELS},
        curves=series,
        colours=["d", "g", "js"],
        signals=SIGNALS,
        corners=[(f"40 + {i} * column", f"34 + {i} * row") for i in range(len(PANELS))],
        axis=text("chart.axis.step", lang),
        x={"type": "symlog", "constant": BEND},
        logs=("gradients",),
    )


def picture(drawing: Drawing) -> dict[str, Any]:
    """The Vega spec of a drawing. The table is its data source."""
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "usermeta": {"embedOptions": {"renderer": "canvas"}},
        "padding": {"left": 0, "right": 0, "top": 4, "bottom": 0},
        "autosize": "none",
        "signals": list(drawing.signals),
        "data": {"name": "source"},  # not a list: Streamlit takes a list for the data themselves
        "scales": [{"name": "colour", "type": "ordinal", "domain": list(drawing.colours), "range": "category"}],
        "marks": [
            panel_marks(*corner, panel, drawing) for corner, panel in zip(drawing.corners, drawing.titles, strict=True)
        ],
    }


SIGNALS: list[dict[str, Any]] = [
    {"name": "narrow", "update": f"width < {NARROW}"},
    {"name": "row", "update": "narrow ? 190 : 0"},
    {"name": "column", "update": "narrow ? 0 : (width + 18) / 3"},
    {"name": "across", "update": "(narrow ? width : (width - 36) / 3) - 64"},
    {"name": "height", "update": "narrow ? 570 : 194"},
]
"""Layout: a panel is 64 pixels narrower than its column, for tick labels on the left and names on the right."""
QUIET = "#7f8a99"
INK = {"fontSize": {"value": 11}, "fill": {"value": QUIET}}
GRID_LINE = {"stroke": {"value": QUIET}, "strokeOpacity": {"value": 0.22}}


def only(condition: str) -> dict[str, str]:
    """A Vega filter."""
    return {"type": "filter", "expr": condition}


def panel_marks(x: str, y: str, panel: str, drawing: Drawing) -> dict[str, Any]:
    """One panel: its data, its scales and its marks from back to front: grid, band, levels, lines, names."""
    here = f"datum.panel === '{panel}'"
    data = [
        {"name": f"{panel}_{kind}", "source": "source", "transform": [only(f"{here} && datum.kind === '{kind}'")]}
        for kind in ("bound", "band", "claim", "edit", "level", "collapse", "name", "note", "x", "y")
    ]
    curve = {"name": "curve", "source": "source", "transform": [only("datum.kind === ''")]}
    lines = [*(curve_line(curve, panel in drawing.logs) for curve in drawing.curves[panel])]
    return {
        "type": "group",
        "name": panel,
        "encode": {
            "update": {
                "x": {"signal": x},
                "y": {"signal": y},
                "width": {"signal": "across"},
                "height": {"value": TALL},
            }
        },
        "data": [curve, *data],
        "scales": panel_scales(panel, drawing),
        "marks": [
            *heading(panel, drawing),
            *frame_marks(panel),
            *level_marks(panel),
            *lines,
            *change_marks(panel),
            curve_names(panel),
        ],
    }


def panel_scales(panel: str, drawing: Drawing) -> list[dict[str, Any]]:
    """The scales of a panel: the shared x axis (steps or epochs) and its own y axis."""
    bound = f"{panel}_bound"
    kind = {"type": "log"} if panel in drawing.logs else {"type": "linear", "zero": False}
    across = {**drawing.x, "range": [0, {"signal": "across"}]}
    return [
        {"name": "x", "domain": {"data": bound, "field": "step"}, "nice": False, **across},
        {"name": "y", "domain": {"data": bound, "field": "y"}, "nice": False, "range": [TALL, 0], **kind},
    ]


def heading(panel: str, drawing: Drawing) -> list[dict[str, Any]]:
    """The panel's title, the explanation of its dashed lines, and the title of the x axis."""
    title = {"fontWeight": {"value": 600}, "fontSize": {"value": 13}, "fill": {"value": QUIET}}
    right = {"x": {"signal": "across"}, "align": {"value": "right"}}
    return [
        words(drawing.titles[panel], {"x": {"value": -34}, "y": {"value": -16}, **title}),
        mark("text", f"{panel}_note", {**right, "y": {"value": -16}, "text": {"field": "label"}, **INK}),
        words(drawing.axis, {**right, "y": {"value": TALL + 28}, **INK}),
    ]


def words(sentence: str, look: dict[str, Any]) -> dict[str, Any]:
    """A text mark."""
    return {"type": "text", "interactive": False, "encode": {"update": {"text": {"value": sentence}, **look}}}


def frame_marks(panel: str) -> list[dict[str, Any]]:
    """Grid lines with tick labels, and the band of the sampling floor."""
    y, x = {"scale": "y", "field": "y"}, {"scale": "x", "field": "step"}
    label = {"text": {"field": "label"}, **INK}
    left = {"x": {"value": -6}, "y": y, "align": {"value": "right"}, "baseline": {"value": "middle"}}
    band = {"x": {"value": 0}, "x2": {"signal": "across"}, "y": y, "y2": {"scale": "y", "value": 0}}
    return [
        mark("rule", f"{panel}_y", {"x": {"value": 0}, "x2": {"signal": "across"}, "y": y, **GRID_LINE}),
        mark("text", f"{panel}_y", {**left, **label}),
        mark("text", f"{panel}_x", {"x": x, "y": {"value": TALL + 14}, "align": {"value": "center"}, **label}),
        mark("rect", f"{panel}_band", {**band, "fill": {"value": QUIET}, "fillOpacity": {"value": 0.3}}),
        mark("rect", f"{panel}_claim", claim_band()),
    ]


def change_marks(panel: str) -> list[dict[str, Any]]:
    """A vertical line at each change of a setting, with its text on a halo of the background colour."""
    rule = {"x": {"scale": "x", "field": "step"}, "y": {"value": 0}, "y2": {"value": TALL}, "stroke": {"value": QUIET}}
    beside = {"signal": "scale('x', datum.step) + (scale('x', datum.step) < 14 ? 11 : -4)"}
    name = {"x": beside, "y": {"value": 3}, "angle": {"value": -90}, "align": {"value": "right"}}
    look = {**name, **INK, "text": {"field": "label"}, "limit": {"value": TALL - 6}}
    halo = {"stroke": {"signal": "background"}, "strokeWidth": {"value": 4}, "strokeJoin": {"value": "round"}}
    return [
        mark("rule", f"{panel}_edit", {**rule, "strokeWidth": {"value": 1.5}}),
        *(mark("text", f"{panel}_edit", {**look, **paint}) for paint in (halo, {})),
    ]


def claim_band() -> dict[str, Any]:
    """The claimed range of a curve: between y and y2 from a step on."""
    high = {"y": {"scale": "y", "field": "y"}, "y2": {"scale": "y", "field": "y2"}}
    side = {"x": {"scale": "x", "field": "step"}, "x2": {"signal": "across"}}
    return {**side, **high, "fill": {"scale": "colour", "field": "series"}, "fillOpacity": {"value": 0.22}}


def level_marks(panel: str) -> list[dict[str, Any]]:
    """Dashed lines at the equilibrium, labelled on the axis, and dotted lines at a collapse."""
    colour, y = {"scale": "colour", "field": "series"}, {"scale": "y", "field": "y"}
    line = {"x": {"value": 0}, "x2": {"signal": "across"}, "y": y, "stroke": colour, "strokeOpacity": {"value": 0.8}}
    name = {"text": {"field": "label"}, "fontSize": {"value": 11}, "fill": colour, "y": y}
    left = {"x": {"value": -6}, "align": {"value": "right"}, "baseline": {"value": "middle"}}
    return [
        mark("rule", f"{panel}_level", {**line, "strokeDash": {"value": [5, 4]}}),
        mark("rule", f"{panel}_collapse", {**line, "strokeDash": {"value": [1, 3]}, "strokeWidth": {"value": 2}}),
        mark("text", f"{panel}_level", {**name, **left}),
    ]


def curve_line(curve: Curve, log: bool) -> dict[str, Any]:
    """One curve in its panel. It breaks at undefined values; a sparse curve joins them."""
    valid = f"isValid(datum.{curve.scalar}) && isFinite(datum.{curve.scalar})"
    defined = f"{valid} && datum.{curve.scalar} > 0" if log else valid
    at = {"x": {"scale": "x", "field": "step"}, "y": {"scale": "y", "field": curve.scalar}}
    look = {"stroke": {"scale": "colour", "value": curve.series}, "strokeWidth": {"value": curve.width}}
    look |= {"strokeOpacity": {"value": curve.opacity}} if curve.opacity < 1 else {}
    box = {"width": {"signal": "across"}, "height": {"value": TALL}}
    group = {"type": "group", "clip": True, "encode": {"update": box}}
    if not curve.sparse:
        return group | {"marks": [mark("line", "curve", {**at, **look, "defined": {"signal": defined}})]}
    own = {"name": "sparse", "source": "curve", "transform": [only(defined)]}
    dot = {**at, "size": {"value": 14}, "fill": {"scale": "colour", "value": curve.series}}
    return group | {"data": [own], "marks": [mark("line", "sparse", {**at, **look}), mark("symbol", "sparse", dot)]}


def curve_names(panel: str) -> dict[str, Any]:
    """The names of the curves at their ends."""
    spot = {"x": {"scale": "x", "field": "step", "offset": 4}, "y": {"scale": "y", "field": "y"}}
    look = {"text": {"field": "label"}, "fill": {"scale": "colour", "field": "series"}, "fontSize": {"value": 11}}
    return mark(
        "text", f"{panel}_name", {**spot, **look, "baseline": {"value": "middle"}, "fontWeight": {"value": 600}}
    )


def mark(kind: str, data: str, look: dict[str, Any]) -> dict[str, Any]:
    """One mark per row of a data set."""
    return {"type": kind, "from": {"data": data}, "interactive": False, "encode": {"update": look}}
