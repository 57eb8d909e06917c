"""The evaluation of runs on the plane for studies: measures of frames, and a final one with 10,000 fixed z."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch

from ganlab.data.plane import DATASETS
from ganlab.game.evaluation import JUDGED, hits, numbers
from ganlab.gan.rng import stream
from ganlab.kind.evaluation import FINAL, Evaluation
from ganlab.plane import frame, train
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import Frame
from ganlab.plane.metrics import METRICS
from ganlab.plane.metrics import measure as measure_points
from ganlab.plane.snapshot import expand, logits
from ganlab.plane.state import State, sample_latent

PACKED = FINAL // 12 * 12
"""Number of points that D judges: a multiple of every pack size."""


def plane_frame(config: PlaneConfig, blob: bytes) -> Frame:
    """A stored frame of one member."""
    return frame.unpack(blob, DATASETS[config.dataset].extent)


def plane_numbers(seen: Frame) -> dict[str, Any]:
    """The measures of a frame of one member."""
    return numbers(seen) | {name: values[0] for name, values in seen.metrics.items()}


@torch.no_grad()
def evaluate_points(state: State) -> dict[str, Any]:
    """Every metric of FINAL fixed z, the shares of modes or cells, the losses and D's accuracy; (M, ...) by name."""
    config, data, rng = state.now, DATASETS[state.config.dataset], partial(stream, state.config.seed, "study")
    real = expand(data.sample(PACKED, rng("real")), config)
    fake = state.g_ema(expand(sample_latent(config, FINAL, rng("z")), config))
    outputs = (logits(state, points[:, :PACKED]) for points in (real, fake))
    measured, shares = measure_points(fake.numpy(), data)
    return hits(config, *outputs) | measured | {"shares": list(shares.astype(np.float32))}


EVALUATION = Evaluation[PlaneConfig, State, Frame](
    train, plane_frame, plane_numbers, evaluate_points, (*JUDGED, *METRICS)
)
