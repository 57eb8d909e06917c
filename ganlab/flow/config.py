"""The description of a flow-matching run on the plane."""

from __future__ import annotations

from dataclasses import dataclass, field

from ganlab.data.plane import ON_THE_PLANE
from ganlab.gan.nets import ACTIVATIONS, parameter_count
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.rng import block_rows
from ganlab.kind.config import Idle, RunConfig
from ganlab.kind.fields import Edit, Knob, choice, knob
from ganlab.plane.config import MAX_FLOATS, MAX_FLOPS, WIDEST, own_points

ENGINE = 1
"""Raised whenever equal configs would give other frames than before; part of every run's key."""
FLOW_IDLE: Idle = {
    "width": (lambda c: c.depth == 0, "no_hidden"),
    "activation": (lambda c: c.depth == 0, "no_hidden"),
    "beta1": (lambda c: "beta1" not in OPTIMIZERS[c.optimizer].uses, "not_used"),
    "beta2": (lambda c: "beta2" not in OPTIMIZERS[c.optimizer].uses, "not_used"),
}
"""When a field does nothing: (test, reason's key)."""


@dataclass(frozen=True, kw_only=True)
class FlowConfig(RunConfig):
    """Conditional flow matching on the plane, from N(0, I) along straight lines (arXiv:2210.02747)."""

    dataset: str = choice("ring", ON_THE_PLANE, "experiment", also=own_points)
    lr: float = knob(2e-3, 1e-6, 1.0, "experiment", scale="log", live=True)
    ode_steps: int = knob(50, 1, 200, "experiment", scale="log")
    depth: int = knob(2, 0, 5, "networks")
    width: int = knob(64, 1, WIDEST, "networks")
    activation: str = choice("leaky_relu", ACTIVATIONS, "networks")
    optimizer: str = choice("adam", OPTIMIZERS, "optimiser")
    beta1: float = knob(0.9, 0.0, 0.999, "optimiser")
    beta2: float = knob(0.999, 0.0, 0.9999, "optimiser")
    batch_size: int = knob(128, 4, 1024, "optimiser", scale="log")
    members: int = knob(1, 1, 16, "run")
    steps: int = knob(18_000, 1, 100_000, "run", scale="log")
    seed: int = knob(0, 0, 2**31 - 1, "run")
    edits: tuple[Edit, ...] = field(default=(), metadata={"knob": Knob("edits", "run")})

    kind = "flow"
    engine = ENGINE
    idle = FLOW_IDLE
    heavy = (*RunConfig.heavy, "width", "depth")

    @property
    def sizes(self) -> list[int]:
        """Layer widths of the network, (x, t) to velocity."""
        return [3, *[self.width] * self.depth, 2]

    def flops(self) -> float:
        """Arithmetic of one step of all members in FLOP: per weight and point 2 forward, 4 backward."""
        return 6.0 * self.members * self.batch_size * parameter_count(self.sizes)

    def floats(self) -> float:
        """An upper estimate of the number of floats in one update of all members."""
        drawn = sum(2 * block_rows(self.batch_size, width) * width for width in (2, 2, 1))
        layers = 2 * sum(self.sizes) + drawn + 16
        return self.members * (6 * parameter_count(self.sizes) + self.batch_size * layers)

    def _check_together(self) -> None:
        self._check_budget(MAX_FLOPS, MAX_FLOATS)
