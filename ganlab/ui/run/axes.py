"""Axes and labels of the curves below a player: bounds, ticks, pixels, levels of the losses at the equilibrium."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import mistake_of
from ganlab.kind.config import RunConfig
from ganlab.ui.run.vega import TALL
from ganlab.ui.text import number

NAMES = {math.log(4): "log 4", math.log(2): "log 2", -math.log(2): "−log 2", 0.25: "¼", 0.125: "⅛"}
"""Levels with a symbolic name."""
WILD = 1e4
"""Larger losses do not count for the bounds of the axis; their curve leaves the panel."""
WARM_UP = 0.1
"""Share of the steps that the bounds of the loss axis ignore, because early losses are much larger."""
APART = 12
"""Least distance of two labels, in pixels."""


def scale(panel: str, low: float, high: float) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """The maps from a value to pixels above the bottom of the panel, and back."""
    if panel != "gradients":
        return lambda y: (y - low) / (high - low) * TALL, lambda height: low + height / TALL * (high - low)
    decades = math.log10(high / low)
    return lambda y: math.log10(y / low) / decades * TALL, lambda height: low * 10 ** (height / TALL * decades)


def thin_out(rows: Sequence[dict[str, Any]], height: Callable[[float], float]) -> None:
    """Clears, in place, the labels that would overlap an earlier one."""
    taken: list[float] = []
    for r in rows:
        if any(abs(height(r["y"]) - other) < APART for other in taken):
            r["label"] = ""
        else:
            taken.append(height(r["y"]))


def dodge(heights: Sequence[float]) -> list[float]:
    """Positions of labels in pixels above the bottom: near their values, inside the panel, without overlap."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    free = [min(max(heights[i], 5.0), TALL - 5.0) for i in order]
    for i in range(1, len(free)):
        if (lacking := APART - (free[i] - free[i - 1])) > 0:
            down = min(lacking / 2, free[i - 1] - 5.0) if i == 1 else 0.0
            free[i - 1], free[i] = free[i - 1] - down, free[i] + lacking - down
    over = max(0.0, (free[-1] if free else 0.0) - (TALL - 5.0))
    placed = dict(zip(order, (at - over for at in free), strict=True))
    return [placed[i] for i in range(len(heights))]


def row(kind: str, panel: str, y: float, label: str = "", step: float = 0, series: str = "") -> dict[str, Any]:
    """A row of the table that is not part of a curve."""
    return {"kind": kind, "panel": panel, "series": series, "step": step, "y": y, "label": label}


def equilibrium(config: RunConfig, lang: str) -> list[dict[str, Any]]:
    """The levels of D's and G's loss at equilibrium. None for a critic, or if the loss changes during the run.

    G has none where it is not one number.
    """
    found = {
        LOSSES[name].balance(alpha) for name in config.values("loss") for alpha in config.values("label_smoothing")
    }
    values = (found.pop() if len(found) == 1 else None) or ()
    series = plain(config)[:1] if any(LOSSES[name].g_free for name in config.values("loss")) else plain(config)
    return [row("level", "losses", y, level(y, lang), series=s) for s, y in zip(series, values, strict=False)]


def plain(config: RunConfig) -> str:
    """The networks, "d" and "g", whose loss is that of the original game."""
    if not mistake_of(config).same_game:
        return ""
    return "d" if True in config.values("feature_matching") else "dg"


def level(y: float, lang: str) -> str:
    """A level's name, "log 4" rather than 1.386."""
    return next((name for value, name in NAMES.items() if math.isclose(value, y)), number(y, lang, ".3g"))


def loss_bounds(curve: pd.DataFrame, levels: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Rounded bounds of the loss axis: the levels, and after warm-up the 1 % to 99 % quantiles of the losses."""
    settled = curve[curve.step >= WARM_UP * curve.step.max()]
    seen = [y for y in np.ravel(settled[["d_loss", "g_loss"]].to_numpy(float)) if abs(y) < WILD]
    tails = list(np.quantile(seen, (0.01, 0.99))) if seen else [0.0, 2.0]
    low, high = min([*tails, *(r["y"] for r in levels)]), max([*tails, *(r["y"] for r in levels)])
    return round_bounds(low, high)


def round_bounds(low: float, high: float) -> tuple[float, float]:
    """Rounded bounds of a linear axis, with room above."""
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
    power = 10.0 ** math.floor(math.log10(span / 3))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= span / 3)


def value_ticks(panel: str, low: float, high: float) -> list[float]:
    """The ticks of a panel's y axis: two to five values."""
    if panel == "js":
        return [0.0, 0.2, 0.4, 0.6]
    if panel == "gradients":
        first, last = round(math.log10(low)), round(math.log10(high))
        return [10.0**power for power in range(first, last + 1, -(-(last - first) // 4))]
    stride = round_stride(max(high - low, 0.1))
    return [low + i * stride for i in range(round((high - low) / stride) + 1)]


def tick(y: float, lang: str) -> str:
    """A short y value: 0.25, 1000, 10⁶."""
    if y and not 1e-3 <= abs(y) < 1e5:
        return number(y, lang, ".0e")
    return number(round(y, 12) + 0.0, lang, ".4g")


def step_ticks(last: int, lang: str) -> list[tuple[int, str]]:
    """The ticks of the step axis: powers of ten, and the end if there is room."""
    powers = [0, *(10**power for power in range(1, 6) if 2 * 10**power <= last or 10**power == last)]
    return [(step, number(step, lang)) for step in dict.fromkeys([*powers, last] if last >= 4 * powers[-1] else powers)]
