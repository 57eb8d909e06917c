"""The picture of slow motion: a Streamlit v2 component that goes through the stops of one update, forward and back.

The message is the JSON of `ganlab.ui.component.packed` alone, every stop's picture in it, so that going on asks nobody;
what is said at a stop stands beside it on the page, in containers of which the component shows one. Nothing comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganlab.data.plane import DATASETS
from ganlab.gan.losses import LOSSES
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import NOISES
from ganlab.plane.config import PlaneConfig
from ganlab.ui import component
from ganlab.ui.component import Components, packed
from ganlab.ui.players import player
from ganlab.ui.text import number, text

SLOW = Components("ganlab_slow", Path(__file__).parent / "web", ("slow",), base=player.PLAYERS)
BINS = 24
"""Of the histograms of D's outputs."""
SIGNIFICANT = 3
"""To which a picture's numbers are exact."""

Stop = Mapping[str, Any]
"""A stop of Trace.to_json: key, numbers, arrays."""


def labels(lang: str) -> dict[str, str]:
    """Every label of the component in `lang`, by key."""
    return component.labels("slow.player.", lang)


def message(facts: Mapping[str, Any], now: PlaneConfig, titles: Mapping[str, str], key: str, lang: str) -> bytes:
    """What the component shows of a trace (Trace.to_json); `now` is the config in force, `titles` are by stop."""
    stops = [
        {"key": stop["key"], "title": titles[stop["key"]], "bars": bars(stop, now, lang)} | picture(stop, facts, now)
        for stop in facts["stops"]
    ]
    extent = DATASETS[now.dataset].extent
    head = dict(key=key, text=labels(lang), extent=extent, reach=NOISES[now.noise].view, stops=stops)
    return packed(head | {"points": points(facts)})


def points(facts: Mapping[str, Any]) -> dict[str, list[float | None]]:
    """Every array of points, "stop.array" -> x, y, x, y …."""
    arrays = {f"{stop['key']}.{name}": array for stop in facts["stops"] for name, array in stop["arrays"].items()}
    return {name: flat(array) for name, array in arrays.items() if isinstance(array[0], list)}


# Pictures


def picture(stop: Stop, facts: Mapping[str, Any], now: PlaneConfig) -> dict[str, Any]:
    """What is drawn at a stop: its kind, and its points by their names in `points`."""
    key, arrays = stop["key"], stop["arrays"]
    side = key[0]
    if key.endswith("noise"):
        return {"kind": "noise", "z": f"{key}.z"}
    if key.endswith("_fake"):
        return {"kind": "made", "z": f"{side}_noise.z", "fake": f"{key}.fake"}
    if key.endswith("gradient") or key == "d_step":
        return {"kind": "net", "sizes": sizes(side, now), "norms": rounded(arrays["layers"])}
    drawn = {"fake": "g_fake.fake"} if side == "g" else {name: f"d_real.seen_{name}" for name in ("real", "fake")}
    if key == "g_step":
        return {"kind": "moved", "moved": "g_step.moved"} | drawn
    if key == "g_push":
        return {"kind": "push", "push": "g_push.push"} | drawn
    outputs = next((other["arrays"] for other in facts["stops"] if other["key"] == f"{side}_judge"), None)
    pairs = key == "d_penalty" and REGULARIZERS[now.regularizer].between
    belief = {"said": beliefs(outputs, now)} if outputs and key != "d_real" else {}
    histogram = {"histogram": spread(outputs, now)} if outputs and key.endswith("judge") else {}
    weight = {"costs": {name: each(arrays[name], now) for name in arrays}} if key == "d_loss" else {}
    return {"kind": "pairs" if pairs else "points"} | drawn | belief | histogram | weight


def flat(points: Sequence[Sequence[float | None]]) -> list[float | None]:
    """The first two coordinates of each point one after the other; of noise in one dimension the second is 0."""
    return rounded([value for point in points for value in (*point, 0.0)[:2]])


def rounded(values: Sequence[float | None]) -> list[float | None]:
    """As exact as a picture needs it."""
    return [None if value is None else float(f"{value:.{SIGNIFICANT}g}") for value in values]


def each(packs: Sequence[float | None], now: PlaneConfig) -> list[float | None]:
    """A pack's number for each of its points."""
    return rounded([value for value in packs for _ in range(now.packing)])


def sizes(side: str, now: PlaneConfig) -> list[int]:
    """The widths of a player's layers."""
    if side == "g":
        return now.g_sizes
    minibatch_layer = now.minibatch_layer
    if minibatch_layer is None or not minibatch_layer.size:
        return now.d_sizes
    return [*now.d_sizes[:-1], minibatch_layer.size, 1]


def beliefs(outputs: Mapping[str, Sequence[float | None]], now: PlaneConfig) -> dict[str, list[float | None]]:
    """How real D thinks each point is, -1 to 1; where D only compares, against the others of the two batches."""
    values = {name: numbers(packs) for name, packs in outputs.items()}
    together = np.concatenate(list(values.values()))
    finite = together[np.isfinite(together)]
    threshold = LOSSES[now.loss].undecided(now.label_smoothing)
    if threshold is None:
        threshold = float(np.median(finite)) if finite.size else 0.0
    sure = LOSSES[now.loss].sure
    if LOSSES[now.loss].threshold is None and finite.size:
        sure = float(np.abs(finite - threshold).max()) or 1.0
    scaled = {name: np.tanh((packs - threshold) / sure) for name, packs in values.items()}
    return {name: each([float(v) if np.isfinite(v) else None for v in packs], now) for name, packs in scaled.items()}


def spread(outputs: Mapping[str, Sequence[float | None]], now: PlaneConfig) -> dict[str, Any]:
    """Histograms of D's outputs, over the same bins; `mark` is where D is undecided."""
    values = {name: numbers(packs) for name, packs in outputs.items()}
    finite = np.concatenate([packs[np.isfinite(packs)] for packs in values.values()])
    mark = LOSSES[now.loss].undecided(now.label_smoothing)
    around = [*finite, *([] if mark is None else [mark])]
    low, high = (min(around), max(around)) if around else (0.0, 1.0)
    room = max(0.05 * (high - low), 0.05)
    edges = np.linspace(low - room, high + room, BINS + 1)
    counts = {name: np.histogram(packs[np.isfinite(packs)], edges)[0].tolist() for name, packs in values.items()}
    return {"low": float(edges[0]), "high": float(edges[-1]), "mark": mark, "counts": counts}


def numbers(packs: Sequence[float | None]) -> np.ndarray:
    """Numbers with nan for those that are none."""
    return np.array([np.nan if value is None else value for value in packs], float)


# Bars


def bars(stop: Stop, now: PlaneConfig, lang: str) -> list[dict[str, Any]]:
    """The numbers of a stop as bars: name, value, what is written, colour, and a mark at the level of an even match."""
    key, values = stop["key"], stop["numbers"]
    if "layers" in stop["arrays"]:
        colour = "gradient" if key.endswith("gradient") else key[0]
        names = [text("slow.bar.layer", lang, layer=i + 1) for i in range(len(stop["arrays"]["layers"]))]
        rows = [bar(name, v, colour, lang) for name, v in zip(names, stop["arrays"]["layers"], strict=True)]
        return [*rows, bar(text("slow.bar.all", lang), values["norm"], colour, lang)]
    if key == "d_loss":
        terms = [bar(text(f"slow.bar.{n}", lang), values[n], n, lang) for n in ("real", "fake") if n in values]
        return [*terms, bar(text("slow.bar.d_loss", lang), values["d_loss"], "d", lang, level(now, 0))]
    if key == "d_penalty":
        parts = [("d_loss", (values["total"] or 0) - (values["penalty"] or 0), "d")]
        parts += [("penalty", values["penalty"], "gradient"), ("total", values["total"], "d")]
        return [bar(text(f"slow.bar.{name}", lang), value, colour, lang) for name, value, colour in parts]
    if key == "g_loss":
        return [bar(text("slow.bar.g_loss", lang), values["g_loss"], "g", lang, level(now, 1))]
    return []


def level(now: PlaneConfig, player: int) -> float | None:
    """A player's loss where D cannot tell real from generated."""
    if player == 1 and now.feature_matching:
        return 0.0
    loss = LOSSES[now.loss]
    even = loss.balance(now.label_smoothing)
    return None if even is None or (player == 1 and loss.g_free) else even[player]


def bar(name: str, value: float | None, colour: str, lang: str, mark: float | None = None) -> dict[str, Any]:
    """One bar."""
    return {"name": name, "value": value, "shown": written(value, lang), "colour": colour, "mark": mark}


def written(value: float | None, lang: str) -> str:
    """A number in three digits."""
    if value is None:
        return "–"
    return number(value, lang, ".3g" if value == 0 or 1e-3 <= abs(value) < 1e4 else ".1e")


def show(data: bytes, key: str) -> None:
    """Mounts the component."""
    SLOW.mount("slow", key=key, data=data)
