"""The table for the curves of a run on digits, and their chart.

A frame's losses are those of one update; the thick lines join the means over each epoch. The range of the losses that a
course claims is drawn as a band.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ganlab.data.images import IMAGE_SETS
from ganlab.digits.config import DigitsConfig
from ganlab.digits.diagnosis import covered, digits_due
from ganlab.digits.frame import DigitsFrame, ends_epoch
from ganlab.digits.reference import fid_floor
from ganlab.digits.snapshot import JUDGED
from ganlab.ui.run.axes import dodge, equilibrium, log_bounds, loss_bounds, row, scale, thin_out, tick, value_ticks
from ganlab.ui.run.vega import Curve, Drawing, picture
from ganlab.ui.text import number, text

LOSSES = ("d_loss", "g_loss", "d_grad", "g_grad")
MEANS = ("d_mean", "g_mean")
SCORES = ("accepted", "digit_tv", "fid")
CURVES = {
    "losses": (
        Curve("d", "d_loss", 1.0, 0.4),
        Curve("g", "g_loss", 1.0, 0.4),
        Curve("d", "d_mean", 2.4, sparse=True),
        Curve("g", "g_mean", 2.4, sparse=True),
    ),
    "quality": (
        Curve("accepted", "accepted", sparse=True),
        Curve("covered", "covered", sparse=True),
        Curve("tv", "digit_tv", sparse=True),
    ),
    "fid": (Curve("covered", "fid", sparse=True),),
    "gradients": (Curve("d", "d_grad", 1.2), Curve("g", "g_grad", 1.2)),
}
ENDS = {
    "losses": {"d": "d_mean", "g": "g_mean"},
    "quality": {"accepted": "accepted", "covered": "covered", "tv": "digit_tv"},
    "fid": {"covered": "fid"},
    "gradients": {"d": "d_grad", "g": "g_grad"},
}
"""Panel -> series -> the column whose last value is labelled."""
COURSE = DigitsConfig(architecture="classic")
"""The course's networks and loss."""
CLAIM = {"d": (1.10, 1.18), "g": (1.05, 1.15)}
"""The course's claim: the ranges of D's and G's loss, for the classic networks and the non-saturating loss."""
CLAIMED_FROM = 5
"""First epoch of the claim."""
COLOURS = ("d", "g", "covered", "accepted", "tv")


def curves(frames: Sequence[DigitsFrame], config: DigitsConfig) -> pd.DataFrame:
    """One row a frame: `step` (in epochs), losses, gradient norms, means of the losses at the end of each epoch, and
    the classifier's scores; nan where undefined."""
    rows = [{name: float(getattr(frame, name)[0]) for name in LOSSES} | judged(frame, config) for frame in frames]
    table = pd.DataFrame(rows, columns=[*LOSSES, "covered", *SCORES], dtype=float)
    epochs = np.array([config.epoch(frame.step) for frame in frames], float)
    return table.assign(step=epochs, **{name: means(frames, name, config) for name in MEANS})


def judged(frame: DigitsFrame, config: DigitsConfig) -> dict[str, float]:
    """The scores of a frame by column; `covered` as a share of the digits in the data."""
    if not frame.metrics:
        return {}
    scores = {name: frame.metrics.get(name, math.nan) for name in SCORES}
    return scores | {"covered": covered(frame, config) / digits_due(config)}


def means(frames: Sequence[DigitsFrame], name: str, config: DigitsConfig) -> np.ndarray:
    """Means over epochs, at the frames that end one; nan elsewhere."""
    ends = [ends_epoch(config, frame.step) for frame in frames]
    values = [getattr(frame, name)[0] if end else np.nan for frame, end in zip(frames, ends, strict=True)]
    return np.array(values, float)


def table(curve: pd.DataFrame, config: DigitsConfig, lang: str) -> pd.DataFrame:
    """All rows of the chart: curves (kind ""), levels, claims, ticks, bounds and names."""
    end = max(1.0, math.ceil(config.epoch(config.steps)))
    levels = [*equilibrium(config, lang), *floor(config, lang)]
    bounds = {"losses": losses_between(curve, levels, config), "quality": (0.0, 1.0)}
    bounds |= {"fid": fid_bounds(curve, levels), "gradients": log_bounds(curve)}
    rows = [*levels, *claims(config, end), *notes(config, bool(levels), lang)]
    for panel, (low, high) in bounds.items():
        kind = "gradients" if panel in LOGS else panel
        ticks = [row("y", panel, y, tick(y, lang)) for y in panel_ticks(panel, low, high)]
        rows += [row("bound", panel, low), row("bound", panel, high, step=end), *ticks]
        rows += [row("x", panel, low, label, epoch) for epoch, label in epoch_ticks(end, lang)]
        rows += names(panel, curve, kind, (low, high), lang)
        thin_out([r for r in levels if r["panel"] == panel] + ticks, scale(kind, low, high)[0])
    drawn = curve.assign(kind="", panel="", series="", y=math.nan, label="", y2=math.nan)
    return pd.concat([drawn, pd.DataFrame(rows)])


def losses_between(curve: pd.DataFrame, levels: list[dict[str, Any]], config: DigitsConfig) -> tuple[float, float]:
    """Bounds of the loss axis, including the claim."""
    bands = [row("claim", "losses", y) for band in CLAIM.values() for y in band] if is_claimed(config) else []
    return loss_bounds(curve, [*(r for r in levels if r["panel"] == "losses"), *bands])


def fid_bounds(curve: pd.DataFrame, levels: list[dict[str, Any]]) -> tuple[float, float]:
    """Whole decades around the values and the floor."""
    seen = [*curve["fid"].dropna(), *(r["y"] for r in levels if r["panel"] == "fid")]
    low, high = (min(seen), max(seen)) if seen else (1.0, 1000.0)
    return 10.0 ** math.floor(math.log10(max(low, 0.1))), 10.0 ** math.ceil(math.log10(max(high, 10.0)))


def floor(config: DigitsConfig, lang: str) -> list[dict[str, Any]]:
    """The level of the FID between real images; none where it was not measured."""
    value = (
        fid_floor(JUDGED, IMAGE_SETS[config.dataset].shares(config.classes))
        if IMAGE_SETS[config.dataset].handwritten
        else 0
    )
    return [row("level", "fid", value, number(value, lang, ".2g"), series="covered")] if value > 0 else []


def is_claimed(config: DigitsConfig) -> bool:
    """Whether the networks and the loss are those of the course."""
    return config.architecture == COURSE.architecture and config.values("loss") == {COURSE.loss}


def claims(config: DigitsConfig, end: float) -> list[dict[str, Any]]:
    """The bands of the course's claim."""
    bands = CLAIM if is_claimed(config) and end > CLAIMED_FROM else {}
    return [row("claim", "losses", low, step=CLAIMED_FROM, series=s) | {"y2": high} for s, (low, high) in bands.items()]


def notes(config: DigitsConfig, levels: bool, lang: str) -> list[dict[str, Any]]:
    """The notes at the upper right of the panels."""
    keys = {"quality": "quality_note", "fid": "fid_note", "gradients": "gradients_note"}
    if not IMAGE_SETS[config.dataset].handwritten:
        keys |= {"quality": "no_judge", "fid": "no_judge"}
    if levels or is_claimed(config):
        keys["losses"] = "claim_note" if is_claimed(config) else "losses_note"
    return [row("note", panel, 0, text(f"digits_stage.chart.{key}", lang)) for panel, key in keys.items()]


def panel_ticks(panel: str, low: float, high: float) -> list[float]:
    """The ticks of a panel's y axis."""
    if panel == "quality":
        return [0.0, 0.5, 1.0]
    return value_ticks("gradients" if panel in LOGS else panel, low, high)


def epoch_ticks(end: float, lang: str) -> list[tuple[float, str]]:
    """The ticks of the epoch axis: at most seven round numbers."""
    stride = next(step for step in STRIDES if end / step <= 6)
    return [(epoch, number(epoch, lang)) for epoch in range(0, math.floor(end) + 1, stride)]


def names(panel: str, curve: pd.DataFrame, kind: str, bounds: tuple[float, float], lang: str) -> list[dict[str, Any]]:
    """The name of each curve beside its last value, without overlap."""
    columns = {series: curve[["step", column]].dropna() for series, column in ENDS[panel].items()}
    ends = {series: known.to_numpy(float)[-1].tolist() for series, known in columns.items() if len(known)}
    last = {series: end for series, end in ends.items() if panel not in LOGS or end[1] > 0}
    height, value = scale(kind, *bounds)
    corners = dodge([height(y) for _, y in last.values()])
    return [
        row("name", panel, value(at), name(panel, series, lang), epoch, series)
        for (series, (epoch, _)), at in zip(last.items(), corners, strict=True)
    ]


def name(panel: str, series: str, lang: str) -> str:
    """The name at the end of a curve."""
    if panel == "fid":
        return "FID"
    return series.upper() if series in ("d", "g") else text(f"digits_stage.chart.{series}", lang)


@cache
def spec(lang: str) -> dict[str, Any]:
    """The Vega spec: four panels, two by two if there is room. Cached: do not modify it."""
    return picture(drawing(lang))


def drawing(lang: str) -> Drawing:
    """The chart of a run on digits."""
    return Drawing(
        titles={panel: text(f"digits_stage.chart.{panel}", lang) for panel in CURVES},
        curves=CURVES,
        colours=COLOURS,
        signals=SIGNALS,
        corners=[(f"40 + {i % 2} * column", f"34 + (narrow ? {i} : {i // 2}) * 194") for i in range(len(CURVES))],
        axis=text("digits_stage.chart.epoch", lang),
        x={"type": "linear"},
        logs=LOGS,
    )


def claim(curve: pd.DataFrame, config: DigitsConfig, lang: str) -> str:
    """The course's claim and this run's losses in a sentence; '' for other runs."""
    if not is_claimed(config):
        return ""
    late = curve[curve["step"] >= CLAIMED_FROM].dropna(subset=[*MEANS])
    if not len(late):
        return text("digits_stage.chart.claim_early", lang)
    measured = {"d": float(late["d_mean"].mean()), "g": float(late["g_mean"].mean()), "count": len(late)}
    return text("digits_stage.chart.claim", lang, **measured)


def alt(curve: pd.DataFrame, lang: str) -> str:
    """The text alternative of the curves."""
    if not len(curve):
        return text("digits_stage.chart.alt_empty", lang)
    last = curve.iloc[-1]
    sentence = text("digits_stage.chart.alt", lang, epoch=float(last["step"]), **{n: float(last[n]) for n in LOSSES})
    judged_rows = curve.dropna(subset=["accepted"])
    if not len(judged_rows):
        return sentence
    values = {"accepted": float(judged_rows["accepted"].iloc[-1]), "covered": float(judged_rows["covered"].iloc[-1])}
    return f"{sentence} {text('digits_stage.chart.alt_judged', lang, **values)}"


LOGS = ("fid", "gradients")
STRIDES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 10**6)
SIGNALS: list[dict[str, Any]] = [
    {"name": "narrow", "update": "width < 640"},
    {"name": "column", "update": "narrow ? 0 : (width + 18) / 2"},
    {"name": "across", "update": "(narrow ? width : (width - 18) / 2) - 108"},
    {"name": "height", "update": "narrow ? 776 : 388"},
]
"""Layout: a panel is 108 pixels narrower than its column, for tick labels on the left and names on the right."""
