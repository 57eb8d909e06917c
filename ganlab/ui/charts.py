"""Frames -> one table of all that the curves below the canvas draw; `ganlab.ui.vega` is the picture around it.

The table holds curves and everything else that depends on the run (levels, ticks, bounds, names), so that the browser
keeps the picture and only changes what moved. No streamlit here: tests read tables.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ganlab.code_mistakes import made
from ganlab.datasets import DATASETS
from ganlab.frame import HEADER, SCALARS
from ganlab.gan_verdict import Verdict
from ganlab.losses import LOSSES
from ganlab.metrics import js_floor
from ganlab.plane_config import PlaneConfig
from ganlab.run_config import RunConfig
from ganlab.ui.text import number, text
from ganlab.ui.vega import BEND, PANELS, TALL

CURVES = tuple(scalar for series in PANELS.values() for scalar in series.values())
NAMES = {math.log(4): "log 4", math.log(2): "log 2", -math.log(2): "−log 2", 0.25: "¼", 0.125: "⅛"}
"""Levels that have a better name than their digits."""
WILD = 1e4
"""Losses beyond this are left out of the axis' bounds; their curve leaves the panel."""
WARM_UP = 0.1
"""Share of the steps so far that the loss axis takes no account of: a run's first swings dwarf all that follows."""
APART = 12
"""Pixels between the middles of two labels."""
CROWDED = 0.06
"""Share of the axis between two changes that are both named."""


def curves(blobs: Mapping[int, bytes]) -> pd.DataFrame:
    """The curves' scalars of one member's packed frames, by ascending step."""
    values = [np.frombuffer(blobs[step], "<f4", len(SCALARS), HEADER.size) for step in sorted(blobs)]
    table = pd.DataFrame(np.array(values).reshape(-1, len(SCALARS)), columns=list(SCALARS))[list(CURVES)]
    return table.assign(step=np.array(sorted(blobs), "<f4"))


def table(
    curve: pd.DataFrame,
    config: PlaneConfig,
    verdict: Verdict | None,
    lang: str,
    changes: Sequence[tuple[int, str]] = (),
) -> pd.DataFrame:
    """All that the picture draws, one row each: curves (kind ""), levels, bands, ticks, bounds and names.

    changes: (step, what changes there) in mid-run; a rule marks each.
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
            height, value = scale(panel, low, high)
            thin_out([r for r in levels if r["kind"] == "level"] + ticks, height)
            rows += tags([r for r in levels if r["kind"] == "collapse"], height, value)
    return pd.concat([curve.assign(kind="", panel="", series="", y=np.float32("nan"), label=""), pd.DataFrame(rows)])


def scale(panel: str, low: float, high: float) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Value -> pixels above the panel's foot, and back."""
    if panel != "gradients":
        return lambda y: (y - low) / (high - low) * TALL, lambda height: low + height / TALL * (high - low)
    decades = math.log10(high / low)
    return lambda y: math.log10(y / low) / decades * TALL, lambda height: low * 10 ** (height / TALL * decades)


def thin_out(rows: Sequence[dict[str, Any]], height: Callable[[float], float]) -> None:
    """Takes away, in place, the labels that would stand on an earlier one's."""
    taken: list[float] = []
    for r in rows:
        if any(abs(height(r["y"]) - other) < APART for other in taken):
            r["label"] = ""
        else:
            taken.append(height(r["y"]))


def dodge(heights: Sequence[float]) -> list[float]:
    """Pixels above the foot at which labels stand: where they belong, but inside the panel and apart."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    free = [min(max(heights[i], 5.0), TALL - 5.0) for i in order]
    for i in range(1, len(free)):
        if (lacking := APART - (free[i] - free[i - 1])) > 0:
            down = min(lacking / 2, free[i - 1] - 5.0) if i == 1 else 0.0
            free[i - 1], free[i] = free[i - 1] - down, free[i] + lacking - down
    over = max(0.0, (free[-1] if free else 0.0) - (TALL - 5.0))
    placed = dict(zip(order, (at - over for at in free), strict=True))
    return [placed[i] for i in range(len(heights))]


def names(
    panel: str, curve: pd.DataFrame, height: Callable[[float], float], value: Callable[[float], float]
) -> list[dict[str, Any]]:
    """Each curve's letter beside its last point, never on another's."""
    if not len(curve):
        return []
    last = curve.iloc[-1]
    ends = {series: float(last[scalar]) for series, scalar in PANELS[panel].items()}
    shown = {s: y for s, y in ends.items() if math.isfinite(y) and (panel != "gradients" or y > 0)}
    places = dodge([height(y) for y in shown.values()])
    return [
        row("name", panel, value(at), series.upper(), float(last.step), series)
        for series, at in zip(shown, places, strict=True)
    ]


def tags(
    levels: Sequence[Mapping[str, Any]], height: Callable[[float], float], value: Callable[[float], float]
) -> list[dict[str, Any]]:
    """The names of a collapse's levels: the upper one's above its line, the lower one's below it."""
    ranked = sorted(levels, key=lambda r: r["y"])
    beside = [height(r["y"]) + (10 if r is ranked[-1] else -9) for r in ranked]
    places = dodge(beside)
    return [
        row("tag", r["panel"], value(at), r["label"], series=r["series"]) for r, at in zip(ranked, places, strict=True)
    ]


def rules(panel: str, changes: Sequence[tuple[int, str]], last: int) -> list[dict[str, Any]]:
    """A rule where each change in mid-run begins, named where its name does not stand on an earlier one's."""
    rows, taken = list[dict[str, Any]](), -CROWDED
    for step, said in changes:
        place = across(step, last)
        rows.append(row("edit", panel, 0, said if place - taken >= CROWDED else "", step))
        taken = place if place - taken >= CROWDED else taken
    return [r for r in rows if r["step"] <= last]


def across(step: float, last: int) -> float:
    """Where a step stands on the axis, 0 to 1."""
    return math.log1p(step / BEND) / math.log1p(last / BEND)


def row(kind: str, panel: str, y: float, label: str = "", step: float = 0, series: str = "") -> dict[str, Any]:
    """One row of the table that is not a curve's."""
    return {"kind": kind, "panel": panel, "series": series, "step": step, "y": y, "label": label}


def equilibrium(config: RunConfig, lang: str) -> list[dict[str, Any]]:
    """The dashed levels of D's and G's loss when D is blind; none for a critic, or if the loss changes to another's."""
    found = {
        LOSSES[name].balance(alpha) for name in config.values("loss") for alpha in config.values("label_smoothing")
    }
    values = (found.pop() if len(found) == 1 else None) or ()
    return [row("level", "losses", y, level(y, lang), series=s) for s, y in zip(plain(config), values, strict=False)]


def plain(config: RunConfig) -> str:
    """Whose losses, "d" and "g", are those of the plain game."""
    if not made(config).same_game:
        return ""
    return "d" if True in config.values("feature_matching") else "dg"


def notes(levels: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """What stands at a panel's upper right; the losses explain their dashes only where there are some."""
    said = {"js": text("chart.js.subtitle", lang), "gradients": text("chart.gradients.subtitle", lang)}
    if any(r["kind"] == "level" for r in levels):
        said["losses"] = text("chart.losses.equilibrium", lang)
    return [row("note", panel, 0, sentence) for panel, sentence in said.items()]


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
    """Bounds of the loss axis: the levels and, past the warm-up, all but the wildest fiftieth; round numbers."""
    settled = curve[curve.step >= WARM_UP * curve.step.max()]
    seen = [y for y in np.ravel(settled[["d_loss", "g_loss"]].to_numpy(float)) if abs(y) < WILD]
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
        return number(y, lang, ".0e")
    return number(round(y, 12) + 0.0, lang, ".4g")


def alt(curve: pd.DataFrame, config: PlaneConfig, lang: str, changes: Sequence[tuple[int, str]] = ()) -> str:
    """What the curves show, in one sentence, and where a change is marked."""
    if not len(curve):
        return text("chart.alt.empty", lang)
    last, floor = curve.iloc[-1], js_floor(DATASETS[config.dataset])[0]
    facts = {name: float(last[name]) for name in CURVES}
    marked = [text("chart.alt.change", lang, step=step, change=said) for step, said in changes]
    return " ".join([text("chart.alt.curves", lang, step=int(last.step), floor=floor, **facts), *marked])
