"""What the frames of a flow-matching run show: one verdict from the positions of its points.

There are no players, so nothing rotates, vanishes or wins. What can be wrong is that points lie between the modes (an
early or a coarse flow) or that modes are missing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ganlab.data.bins import CELLS
from ganlab.data.plane import DATASETS
from ganlab.flow.config import FlowConfig
from ganlab.flow.frame import FlowFrame
from ganlab.game.verdict import Verdict
from ganlab.plane.diagnosis import FEW_CELLS, GOOD, MOST_CELLS, MOSTLY, MOSTLY_CELLS, RECENT, closeness
from ganlab.plane.metrics import EVAL_POINTS, js_floor, on_data

VERDICTS = ("diverged", "smear", "partial", "covered", "no_finding")


def verdict(frames: Sequence[FlowFrame], config: FlowConfig, member: int = 0) -> Verdict:
    """The verdict on a member at the last frame, from medians over the last tenth of the steps so far.

    diverged; smear: less than half of the points on the data, without modes less than three quarters; partial: modes,
    or a quarter of the cells, are missing; covered: none is, most points are on the data, and the JS divergence is near
    its floor; no_finding: anything else. The thresholds are those of GANs. Raises ValueError without frames.
    """
    if not frames:
        raise ValueError("frames=[]: expected at least one frame")
    last = frames[-1]
    if last.diverged_at[member] >= 0:
        return Verdict("diverged", {"step": float(last.diverged_at[member])}, knob="lr")
    recent = [readings(frame, config, member) for frame in frames if frame.step >= (1 - RECENT) * last.step]
    typical = {name: float(np.median([seen[name] for seen in recent])) for name in recent[-1]}
    of = last.shares.shape[1]
    evidence = {"step": float(last.step), **recent[-1]}
    return Verdict(found(typical, of, has_modes(last)), evidence, round(recent[-1]["covered"]), of)


def readings(frame: FlowFrame, config: FlowConfig, member: int) -> dict[str, float]:
    """The measures that decide."""
    data = DATASETS[config.dataset]
    modes, cells = (float(frame.metrics[name][member]) for name in ("modes_covered", "cells_covered"))
    floor = js_floor(data, EVAL_POINTS)[0]
    near = {"js": float(frame.metrics["js"][member]), "js_floor": floor, "js_limit": floor + closeness(data)}
    if has_modes(frame):
        return {"on_data": float(frame.metrics["valid"][member]), "covered": modes, **near}
    return {"on_data": on_data(frame.fake[member], data), "covered": cells * CELLS, **near}


def has_modes(frame: FlowFrame) -> bool:
    """Whether the data have modes; else the frame counts equal-mass cells."""
    return not np.isnan(frame.metrics["modes_covered"]).any()


def found(seen: dict[str, float], of: int, modes: bool) -> str:
    """The verdict's key."""
    few, most = (of - 1, of - 1) if modes else (FEW_CELLS, MOST_CELLS)
    if seen["on_data"] < (MOSTLY if modes else MOSTLY_CELLS):
        return "smear"
    if seen["covered"] <= few:
        return "partial"
    whole = seen["covered"] > most and seen["on_data"] >= GOOD and seen["js"] <= seen["js_limit"]
    return "covered" if whole else "no_finding"
