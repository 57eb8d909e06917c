"""What a study reads of a flow-matching run: every metric of 10,000 fixed z, some of them with fewer steps as well."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ganlab.data.plane import DATASETS
from ganlab.flow import frame, ode, train
from ganlab.flow.config import FlowConfig
from ganlab.flow.frame import FlowFrame
from ganlab.flow.state import FlowState, noise
from ganlab.gan.rng import stream
from ganlab.kind.evaluation import FINAL, Evaluation
from ganlab.plane.metrics import METRICS, measure

FEWER = (1, 2, 5, 10, 20)
"""Numbers of steps with which a trained flow is sampled as well."""
OF_FEWER = ("modes_covered", "valid", "js")


def flow_frame(config: FlowConfig, blob: bytes) -> FlowFrame:
    """A stored frame of one member."""
    return frame.unpack(blob, DATASETS[config.dataset].extent)


def numbers(seen: FlowFrame) -> dict[str, Any]:
    """The measures of a frame of one member."""
    measured = {name: values[0] for name, values in seen.metrics.items()}
    return {"step": seen.step, "loss": seen.loss[0], "died": int(seen.diverged_at[0])} | measured


@torch.no_grad()
def final(state: FlowState) -> dict[str, Any]:
    """Every metric and the shares; of fewer steps as NAME_at_STEPS; (M, ...) by name."""
    z, data = noise(FINAL, stream(state.config.seed, "study", "z")), DATASETS[state.config.dataset]
    measured, shares = measure(ode.generated(state.net, z, state.config.ode_steps).numpy(), data)
    found = measured | {"shares": list(shares.astype(np.float32))}
    for steps in FEWER:
        some, _ = measure(ode.generated(state.net, z, steps).numpy(), data)
        found |= {f"{name}_at_{steps}": some[name] for name in OF_FEWER}
    return found


EVALUATION = Evaluation[FlowConfig, FlowState, FlowFrame](train, flow_frame, numbers, final, tuple(METRICS))
