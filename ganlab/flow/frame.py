"""The frame of a flow-matching run, its schedule, and its binary format, which the plane's player reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ganlab.kind.frame import RunFrame
from ganlab.plane.frame import HEADER, HEADER_FIELDS, Reader, positions, quantise
from ganlab.plane.metrics import EVAL_POINTS, METRICS

POINTS = 512
PATHS, MOMENTS = 32, 21
"""Generated points whose whole way is kept, and at how many times of it."""
FIRST = (0, 2, 4, 8, 16, 32, 64)
ROUND = (100, 140, 180, 240, 320, 420, 560, 750)
DECADES = (1, 10, 100)
SCALARS = ("loss", *METRICS, "died", "judged")
"""The numbers of a packed frame, in order."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FlowFrame(RunFrame):
    """One moment of a run of M members; numpy float32 arrays."""

    loss: np.ndarray
    """Of the last update, (M,); nan before the first."""
    fake: np.ndarray
    """Generated points of the same P latent points in every frame, (M, P, 2)."""
    paths: np.ndarray
    """The way of the first of them from noise to data, (M, PATHS, times, 2)."""
    shares: np.ndarray
    """Share of the judged points that are valid in each mode, or that lie in each of 32 cells, (M, K)."""


@cache
def schedule() -> frozenset[int]:
    """All steps that ever become frames; each needs an integration, so they are fewer than those of a GAN."""
    return frozenset((*FIRST, *(step * decade for decade in DECADES for step in ROUND), 100_000))


def pack(frame: FlowFrame, extent: float) -> list[bytes]:
    """The frame as bytes, one blob a member, in the layout of `ganlab.plane.frame`.

    The paths stand in the place of the latent grid, the arrows have length 0, and there is no field.
    """
    return [_pack(frame, index, extent) for index in range(len(frame.loss))]


def _pack(frame: FlowFrame, index: int, extent: float) -> bytes:
    fake, paths, shares = (array[index : index + 1] for array in (frame.fake, frame.paths, frame.shares))
    died = np.nan if frame.diverged_at[index] < 0 else float(frame.diverged_at[index])
    scalars = [frame.loss[index], *(frame.metrics[name][index] for name in METRICS), died, EVAL_POINTS]
    shape = (fake.shape[1], *paths.shape[1:3], 0, shares.shape[1], len(SCALARS))
    head = HEADER.pack(frame.step, 0, 0, *shape, 0.0, 1.0, 1.0, 1.0, int(died == died))
    arrows = np.zeros((2, *fake.shape), "i1")
    arrays = (np.array(scalars, "<f4"), shares.astype("<f4"), quantise(fake, extent), quantise(paths, extent), arrows)
    body = b"".join(array.tobytes() for array in arrays)
    return (head + body).ljust(-(-(len(head) + len(body)) // 4) * 4, b"\0")


def unpack(blob: bytes, extent: float) -> FlowFrame:
    """The frame of one member."""
    head, read = dict(zip(HEADER_FIELDS, HEADER.unpack_from(blob), strict=True)), Reader(blob, HEADER.size)
    values = dict(zip(SCALARS, read.take("<f4", (head["scalars"], 1)), strict=True))
    shares = read.take("<f4", (1, head["shares"]))
    fake = positions(read.take("<i2", (1, head["points"], 2)), extent)
    paths = positions(read.take("<i2", (1, head["rows"], head["columns"], 2)), extent)
    died = int(np.nan_to_num(values["died"], nan=-1)[0])
    return FlowFrame(
        step=head["step"],
        metrics={name: values[name] for name in METRICS},
        diverged_at=np.array([died]),
        outcome="diverged" if died >= 0 else "",
        facts=blame(died) if died >= 0 else {},
        loss=values["loss"],
        fake=fake,
        paths=paths,
        shares=shares,
    )


def blame(step: int) -> dict[str, object]:
    """A divergence at a step."""
    return {"step": step, "quantity": "loss", "knob": "lr"}
