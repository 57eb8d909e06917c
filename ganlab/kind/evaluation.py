"""The measurements of a run for studies: the numbers of its frames, and a final evaluation of its state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from ganlab.kind.engine import C, Engine, F, S

FINAL = 10_000
"""Fixed latent points of the final evaluation, as github.com/brycesandlund/paired-discriminator."""
SUFFIX = "_10k"
"""Suffix of the final evaluation's numbers; names without it are a frame's, of fewer points or images."""


@dataclass(frozen=True)
class Evaluation(Generic[C, S, F]):
    """How the runs of a kind are measured."""

    engine: Engine[C, S, F]
    unpack: Callable[[C, bytes], F]
    """(config, a stored frame) -> the frame of one member."""
    numbers: Callable[[F], dict[str, Any]]
    """The numbers of one member's frame."""
    final: Callable[[S], dict[str, Any]]
    """The final evaluation of a state; {name: (M, ...)}."""
    measures: tuple[str, ...]
    """The numbers that the final evaluation has for every run."""

    def frames(self, config: C, state: S) -> list[F]:
        """A state's frame as the store would keep it, one for each member."""
        blobs = self.engine.encode(config, self.engine.snapshot(state))
        return [self.unpack(config, blob) for blob in blobs]

    def evaluate(self, state: S) -> dict[str, Any]:
        """The final evaluation of a state; {name_10k: (M, ...)}."""
        return {name + SUFFIX: value for name, value in self.final(state).items()}
