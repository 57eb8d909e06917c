"""A run in the store as a value."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RunRow:
    """A run in the store."""

    key: str
    kind: str
    config: dict[str, Any]
    threads: int
    precision: str
    state: str
    """queued, running, done, stopped, interrupted, diverged or failed."""
    step: int
    """The last step whose frames are stored; -1 if there are none."""
    target: int
    steps_per_s: float
    """0 while unknown."""
    note: str
    """A key: worker_died, server_restarted, or the reason of a failure; '' if nothing happened."""
    facts: dict[str, Any]
    owner: str
    """<server>/<slot>/<process id> of the worker that has it or had it last."""
    token: str | None
    """The worker's claim: only its holder may write."""
    heartbeat: float
    deaths: int
    """Workers that crashed on it since a viewer last asked for it."""
    queued: float
    used: float
    bytes: int
    seconds: float
    """Seconds of computation in total; 0 if unknown."""
    device: str
    """Where it is computed, as `devices` has it."""


def run_row(row: sqlite3.Row) -> RunRow:
    """A row of the table as a value."""
    return RunRow(**{**row, "config": json.loads(row["config"]), "facts": json.loads(row["facts"])})
