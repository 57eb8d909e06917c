"""The frame of a run on the plane, the schedule of frames, and their binary format."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numpy as np

from ganlab.game.frame import BLAMED, MEASURED, QUANTITIES, GanFrame
from ganlab.plane.metrics import EVAL_POINTS, METRICS

POINTS = 512
FIELD = 40
LATENT_GRID = 21
CURVE = 64
EVERY = 100
"""Every step up to this one is a frame."""
KEY = 50
"""Up to 2 · EVERY, every frame at a multiple of this step judges EVAL_POINTS points, the others the shown ones."""
LAST = 100_000
ROUND = (*range(105, 200, 5), *range(200, 500, 10), *range(500, 1001, 20))
"""The later frames of a decade, in hundredths of it: round steps, 2 to 5 % apart, so that runs end with a frame."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Frame(GanFrame):
    """One moment of a run of M members; numpy float32 arrays, nan where a value is undefined."""

    fake: np.ndarray
    """Generated points of the same P latent points in every frame, (M, P, 2); y is 0 for data on a line."""
    push: np.ndarray
    """-∇ₓ of G's loss at each of them, (M, P, 2): the direction in which G moves them."""
    rise: np.ndarray
    """∇ₓD at each of them, (M, P, 2)."""
    field: np.ndarray
    """D's output at the centres of FIELD × FIELD cells of the view, lowest y first, (M, FIELD, FIELD)."""
    grid: np.ndarray
    """G of a grid of latent points with equal mass between them, (M, R, C, 2)."""
    shares: np.ndarray
    """Share of the judged points that are valid in each mode, or that lie in each of 32 cells, (M, K)."""
    judged: int = EVAL_POINTS
    """Number of generated points behind shares, metrics and D's accuracy."""
    curves: np.ndarray = dataclasses.field(default_factory=lambda: np.empty((0, 3, 0), np.float32))
    """For data on a line, the curves of line.py over the bins of the view, (M, 3, BINS)."""

    @property
    def members(self) -> int:
        """Number of networks that are trained in parallel."""
        return len(self.d_loss)

    def member(self, index: int) -> Frame:
        """The frame of one member."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self)}
        one: dict[str, Any] = {name: a[index : index + 1] for name, a in arrays.items() if isinstance(a, np.ndarray)}
        metrics = {name: a[index : index + 1] for name, a in self.metrics.items()}
        dead = bool(self.diverged_at[index] >= 0)
        return replace(
            self, metrics=metrics, outcome="diverged" if dead else "", facts=self.facts if dead else {}, **one
        )


def judged(step: int) -> int:
    """Number of generated points that a frame judges: those shown where steps follow each other closely, else more."""
    return EVAL_POINTS if step % KEY == 0 or step > 2 * EVERY else POINTS


@cache
def schedule() -> tuple[int, ...]:
    """All steps that ever become frames: 0 to EVERY, then about evenly in log step up to LAST; 326 in all."""
    return (*range(EVERY + 1), *(step * decade for decade in (1, 10, 100) for step in ROUND))


def is_frame(step: int) -> bool:
    """Whether a step becomes a frame."""
    return step in _due()


@cache
def _due() -> frozenset[int]:
    return frozenset(schedule())


def spread(steps: Sequence[int], n: int) -> list[int]:
    """At most n of the steps, evenly by their place, the first and the last among them."""
    places = np.linspace(0, len(steps) - 1, min(n, len(steps))).round().astype(int)
    return [steps[i] for i in places]


def pack(frame: Frame, extent: float, threshold: float | None = None) -> list[bytes]:
    """The frame as bytes, one blob a member, about 8 KB each; see HEADER for the layout.

    The field is most precise around D's decision threshold or, without one, around its median.
    """
    field, zeros, field_scales = _field(frame.field, threshold)
    (push, push_scales), (rise, rise_scales) = _short(frame.push), _short(frame.rise)
    arrays = (_scalars(frame), frame.shares.astype("<f4"), quantise(frame.fake, extent), quantise(frame.grid, extent))
    shape = (frame.fake.shape[1], *frame.grid.shape[1:3], frame.field.shape[-1], frame.shares.shape[1], len(SCALARS))
    scales, curves = (zeros, field_scales, push_scales, rise_scales), frame.curves.astype("<f4")
    return [
        _joined(
            HEADER.pack(*_counts(frame), *shape, *(scale[index] for scale in scales), _outcome_code(frame, index)),
            [array[index] for array in (*arrays, push, rise, field)],
            curves[index : index + 1],
        )
        for index in range(frame.members)
    ]


def unpack(blob: bytes, extent: float) -> Frame:
    """The frame of one member. Points are exact to 1/16384 of the view, scalars to float32."""
    head = dict(zip(HEADER_FIELDS, HEADER.unpack_from(blob), strict=True))
    read = Reader(blob, HEADER.size)
    scalars = read.take("<f4", (head["scalars"],))
    shares = read.take("<f4", (1, head["shares"]))
    fake = positions(read.take("<i2", (1, head["points"], 2)), extent)
    grid = positions(read.take("<i2", (1, head["rows"], head["columns"], 2)), extent)
    push = _arrows(read.take("i1", (1, head["points"], 2)), head["push_scale"])
    rise = _arrows(read.take("i1", (1, head["points"], 2)), head["rise_scale"])
    side = head["side"]
    field = _unstretch(read.take("i1", (1, side, side))) * head["field_scale"] + head["field_zero"]
    values = {name: scalars[i : i + 1] for i, name in enumerate(SCALARS)}
    diverged_at = np.nan_to_num(values.pop("died"), nan=-1).astype(np.int64)
    count = values.pop("judged")
    measured: dict[str, Any] = {name: values.pop(name) for name in MEASURED}
    outcome, facts = _outcome(head["outcome"], int(diverged_at[0]))
    return Frame(
        step=head["step"],
        d_updates=head["d_updates"],
        g_updates=head["g_updates"],
        fake=fake,
        push=push,
        rise=rise,
        field=field,
        grid=grid,
        shares=shares,
        metrics=values,
        diverged_at=diverged_at,
        outcome=outcome,
        facts=facts,
        judged=int(count[0]) if count.size else EVAL_POINTS,
        curves=read.rest("<f4", (1, 3, -1)),
        **measured,
    )


HEADER = struct.Struct("<IIIHBBBBHffffI")
HEADER_FIELDS = (
    "step",
    "d_updates",
    "g_updates",
    "points",
    "rows",
    "columns",
    "side",
    "shares",
    "scalars",
    "field_zero",
    "field_scale",
    "push_scale",
    "rise_scale",
    "outcome",
)
"""After it: f4 scalars, f4 shares, i2 fake, i2 grid, i1 push, i1 rise, i1 field, 0 to a multiple of 4, f4 curves."""
GRAIN = 16
"""Units of a position in a frame that ships; a store's frames have units of 1. The view is 32,767 units wide."""
SCALARS = (*MEASURED, *METRICS, "died", "judged")
"""Frames of ENGINE 1 end with "died"; they judge EVAL_POINTS."""


def _counts(frame: Frame) -> tuple[int, int, int]:
    return frame.step, frame.d_updates, frame.g_updates


def _scalars(frame: Frame) -> np.ndarray:
    """(M, SCALARS)."""
    values = {name: getattr(frame, name) for name in MEASURED} | dict(frame.metrics)
    values["died"] = np.where(frame.diverged_at < 0, np.nan, frame.diverged_at)
    values["judged"] = np.full(frame.members, frame.judged)
    return np.stack([values[name] for name in SCALARS], 1).astype("<f4")


def _joined(head: bytes, arrays: Sequence[np.ndarray], curves: np.ndarray) -> bytes:
    body = head + b"".join(array.tobytes() for array in arrays)
    return body.ljust(-(-len(body) // 4) * 4, b"\0") + curves.tobytes()


def slim(blob: bytes) -> bytes:
    """A packed frame whose positions are rounded to GRAIN units, half a pixel or less; the rest is the same."""
    head = dict(zip(HEADER_FIELDS, HEADER.unpack_from(blob), strict=True))
    start = HEADER.size + 4 * (head["scalars"] + head["shares"])
    q = np.frombuffer(blob, "<i2", 2 * (head["points"] + head["rows"] * head["columns"]), start).astype(np.int32)
    most = 32767 // GRAIN * GRAIN
    rounded = np.where(q == -32768, q, np.clip((q + GRAIN // 2) // GRAIN * GRAIN, -most, most))
    return blob[:start] + rounded.astype("<i2").tobytes() + blob[start + 2 * len(q) :]


def quantise(points: np.ndarray, extent: float) -> np.ndarray:
    """Positions as i2, 32,767 units for the view; what is not finite is -32768."""
    q = np.rint(np.clip(points / (2 * extent), -1, 1) * 32767)
    return np.where(np.isfinite(points), q, -32768).astype("<i2")


def positions(q: np.ndarray, extent: float) -> np.ndarray:
    """The inverse of `quantise`."""
    return np.where(q == -32768, np.nan, q / np.float32(32767) * np.float32(2 * extent)).astype(np.float32)


def _field(values: np.ndarray, threshold: float | None) -> tuple[np.ndarray, list[float], list[float]]:
    """Fields (M, S, S) as i1, and for each member what is 0 there and the unit."""
    if threshold is None:
        zeros = [float(np.nan_to_num(np.median(one), posinf=0, neginf=0)) for one in values]
    else:
        zeros = [threshold] * len(values)
    values = _finite(values - np.array(zeros, values.dtype)[:, None, None])
    size = np.abs(values)
    scale = _unit(size.max((1, 2), keepdims=True))
    return np.rint(np.sign(values) * np.sqrt(size / scale) * 127).astype("i1"), zeros, _kept(scale)


def _finite(values: np.ndarray) -> np.ndarray:
    """As float64, with large numbers in the place of infinite ones and 0 in that of nan."""
    values = values.astype(np.float64)
    return values if np.isfinite(values).all() else np.nan_to_num(values, posinf=3e38, neginf=-3e38)


def _unit(largest: np.ndarray) -> np.ndarray:
    return np.where(largest == 0, 1.0, largest)


def _kept(scale: np.ndarray) -> list[float]:
    kept: list[float] = np.minimum(scale.ravel(), 3e38).tolist()
    return kept


def _unstretch(q: np.ndarray) -> np.ndarray:
    v = q.astype(np.float32) / 127
    return v * np.abs(v)


def _short(arrows: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Arrows (M, P, 2) as i1, and each member's unit."""
    arrows = _finite(arrows)
    length = np.linalg.norm(arrows, axis=-1, keepdims=True)
    scale = _unit(length.max(1, keepdims=True))
    unit = np.divide(arrows, length, out=np.zeros_like(arrows), where=length > 0)
    return np.rint(unit * np.sqrt(length / scale) * 127).astype("i1"), _kept(scale)


def _arrows(q: np.ndarray, scale: float) -> np.ndarray:
    u = q.astype(np.float32) / 127
    arrows: np.ndarray = u * np.linalg.norm(u, axis=-1, keepdims=True) * np.float32(scale)
    return arrows


def _outcome_code(frame: Frame, member: int) -> int:
    if frame.diverged_at[member] < 0:
        return 0
    return 1 | QUANTITIES.index(frame.facts["quantity"]) << 8 | BLAMED.index(frame.facts["knob"]) << 16


def _outcome(code: int, step: int) -> tuple[str, dict[str, Any]]:
    if not code:
        return "", {}
    return "diverged", {"step": step, "quantity": QUANTITIES[code >> 8 & 255], "knob": BLAMED[code >> 16 & 255]}


class Reader:
    """Takes one array after the other from a packed frame."""

    def __init__(self, blob: bytes, offset: int):
        self.blob, self.offset = blob, offset

    def take(self, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
        """The next array."""
        array = np.frombuffer(self.blob, dtype, int(np.prod(shape)), self.offset).reshape(shape)
        self.offset += array.nbytes
        return array

    def rest(self, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
        """What follows from the next multiple of 4 on."""
        return np.frombuffer(self.blob, dtype, -1, -(-self.offset // 4) * 4).reshape(shape)
