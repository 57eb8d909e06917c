"""The description of a curve fit."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from ganlab.gan.nets import parameter_count
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import Edit, Knob, choice, knob

CURVES = {"sine": torch.sin, "bend": torch.abs}
"""The function to fit on [-3, 3]."""
MAX_FLOPS, MAX_FLOATS = 1e8, 1e6


@dataclass(frozen=True, kw_only=True)
class TinyConfig(RunConfig):
    """A least-squares fit of a curve."""

    dataset: str = choice("sine", CURVES, "experiment")
    rate: float = knob(0.01, 1e-6, 1e9, "optimiser", scale="log", live=True)
    width: int = knob(16, 1, 512, "networks")
    batch_size: int = knob(32, 4, 1024, "optimiser", scale="log")
    members: int = knob(2, 1, 16, "run")
    steps: int = knob(200, 1, 10_000, "run", scale="log")
    seed: int = knob(0, 0, 2**31 - 1, "run")
    edits: tuple[Edit, ...] = field(default=(), metadata={"knob": Knob("edits", "run")})

    kind = "tiny"
    engine = 1
    heavy = (*RunConfig.heavy, "width")

    @property
    def sizes(self) -> list[int]:
        """Layer widths of the network."""
        return [1, self.width, 1]

    def flops(self) -> float:
        """Arithmetic of one step of all members."""
        return self.members * self.batch_size * 6 * parameter_count(self.sizes)

    def floats(self) -> float:
        """Numbers alive in one update of all members."""
        return self.members * (4 * parameter_count(self.sizes) + 2 * self.batch_size * self.width)

    def _check_together(self) -> None:
        self._check_budget(MAX_FLOPS, MAX_FLOATS)
