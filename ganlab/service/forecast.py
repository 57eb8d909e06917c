"""How long a run will take on this server, from runs that it has computed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from time import monotonic
from typing import Any

from ganlab.kind.config import RunConfig
from ganlab.kinds import KINDS
from ganlab.store.runs import Store

KNOWN = 5.0
"""Seconds for which paces are kept: the pages of a class ask for many forecasts at one moment."""

OVERHEAD, ARITHMETIC = 3e-4, 2e10
"""Seconds of an update beside its arithmetic, and FLOP a second: the ratio of two runs' times per step, roughly."""


def work(config: RunConfig) -> float:
    """The nominal seconds of a step: what the times per step of two runs are compared by."""
    updates = sum(int(getattr(config, name, 1)) for name in ("d_steps", "g_steps"))
    return OVERHEAD * updates + config.flops() / ARITHMETIC


def step_seconds(config: RunConfig, measured: Iterable[tuple[RunConfig, float]]) -> float | None:
    """Seconds of a step of a run: those of the measured run (config, steps per second) with the most similar work,
    times the ratio of their work; None without measurements."""
    mine = work(config)
    found: list[Any] = [(abs(math.log(mine / work(other))), mine / work(other) / pace) for other, pace in measured]
    return min(found)[1] if found else None


class Paces:
    """The runs of a store whose steps per second are known."""

    def __init__(self, store: Store):
        self._store = store
        self._read: dict[str, tuple[float, list[tuple[RunConfig, float]]]] = {}

    def of(self, kind: str) -> list[tuple[RunConfig, float]]:
        """Those of a kind: (config, steps per second)."""
        when, known = self._read.get(kind, (-KNOWN, []))
        if monotonic() - when >= KNOWN:
            known = [(KINDS[kind].config.from_json(facts), pace) for facts, pace in self._store.paces(kind)]
            self._read[kind] = (monotonic(), known)
        return known
