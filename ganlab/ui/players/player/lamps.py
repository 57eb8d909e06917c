"""Lamps for many seeds: a component that shows, for each arm of a measurement, one row a seed and one lamp a mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ganlab.ui.players.player import PLAYERS

COVERED = 0.01
"""Share of all points, or images, from which on a mode is covered."""


def lamps(arms: Sequence[Mapping[str, Any]], key: str) -> None:
    """Mounts the lamps on the page.

    Each of `arms`: title, head and note (what it comes to), rows (seeds × modes, shares of all points), died (whether
    each seed diverged), yours (whether it was computed here), alt (the same in words).
    """
    PLAYERS.mount("lamps", key=key, data={"arms": list(arms), "covered": COVERED})
