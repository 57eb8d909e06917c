"""What a study reads of a curve fit."""

from __future__ import annotations

from typing import Any

from ganlab.kind.evaluation import FINAL, Evaluation
from tiny_kind import engine
from tiny_kind.config import TinyConfig
from tiny_kind.engine import TinyState
from tiny_kind.frame import TinyFrame, unpack


def unpacked(config: TinyConfig, blob: bytes) -> TinyFrame:
    """A stored frame of one member."""
    return unpack(blob)


def numbers(seen: TinyFrame) -> dict[str, Any]:
    """What a frame of one member measures."""
    measured = {name: values[0] for name, values in seen.metrics.items()}
    return {"step": seen.step, "loss": seen.loss[0], "died": int(seen.diverged_at[0])} | measured


def final(state: TinyState) -> dict[str, Any]:
    """The error at FINAL abscissas, (M,)."""
    return {"rmse": engine.measured(state, FINAL)[1].numpy()}


EVALUATION = Evaluation[TinyConfig, TinyState, TinyFrame](engine, unpacked, numbers, final, ("rmse",))
