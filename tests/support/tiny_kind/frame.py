"""What a viewer may see of one moment of a curve fit, and its packing to bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganlab.kind.frame import RunFrame

POINTS = 64
"""Abscissas at which the fitted curve is shown, evenly from -3 to 3."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TinyFrame(RunFrame):
    """One moment; there are no players, no D's accuracy, no modes."""

    loss: np.ndarray
    """Of the last update, (M,); nan before the first."""
    curve: np.ndarray
    """The network's values at POINTS abscissas, (M, POINTS)."""


def pack(frame: TinyFrame) -> list[bytes]:
    """One blob a member: f8 step, died, loss, rmse, then f8 values of the curve."""
    rows = zip(frame.diverged_at, frame.loss, frame.metrics["rmse"], frame.curve, strict=True)
    return [
        np.array([frame.step, diverged_at, loss, rmse, *curve], "<f8").tobytes()
        for diverged_at, loss, rmse, curve in rows
    ]


def unpack(blob: bytes) -> TinyFrame:
    """The frame of one member."""
    step, diverged_at, loss, rmse, *curve = np.frombuffer(blob, "<f8")
    dead = diverged_at >= 0
    return TinyFrame(
        step=int(step),
        metrics={"rmse": np.array([rmse], np.float32)},
        diverged_at=np.array([int(diverged_at)]),
        outcome="diverged" if dead else "",
        facts={"step": int(diverged_at), "quantity": "loss", "knob": "rate"} if dead else {},
        loss=np.array([loss], np.float32),
        curve=np.array([curve], np.float32),
    )
