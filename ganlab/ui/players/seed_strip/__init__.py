"""The seed strip: a Streamlit v2 component that shows all members of a run as small pictures, and which is seen large.

A message (little endian): u32 length of the JSON | JSON, padded to a multiple of 4 | records back to back, for each of
the JSON's `steps` one of every member: u32 a bit for each mode (or cell) that is covered | u8 the verdict's place in
VERDICTS | 3 zeros | 32 u8 how full each mode is, 255 twice its due | POINTS × 2 u8 positions, 1 to 255 over the view,
0 out of it. The browser keeps what it got of a run. What comes back is one trigger, `pick` = {run, member}. It follows
the moment that the page's player shows.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganlab.plane.diagnosis import MOST_CELLS, has_modes
from ganlab.plane.frame import Frame
from ganlab.ui import component
from ganlab.ui.component import Components, packed
from ganlab.ui.players import player

SEEDS = Components("ganlab_seeds", Path(__file__).parent / "web", ("seeds",), base=player.PLAYERS)
POINTS = 128
"""Of each picture: the first of the frame's."""
VERDICTS = (
    "near_equilibrium",
    "oscillating",
    "collapse",
    "rotating",
    "smear",
    "d_too_weak",
    "vanishing",
    "diverging",
    "diverged",
    "no_finding",
    "cannot_fill",
    "holes",
)
FULL = 32
"""Modes, or cells, at most."""
COVERED, LIT = 0.01, 0.25
"""Share of all points from which on a mode is covered; share of its due from which on a cell is."""


def labels(lang: str) -> dict[str, str]:
    """Every label of the component in `lang`, by key."""
    return component.labels("seeds.player.", lang, ("decimal",))


def lamps(frame: Frame) -> list[bool]:
    """Whether each mode, or cell, is covered; the frame holds one member alone."""
    shares = frame.shares[0]
    least = COVERED if has_modes(frame) else LIT / len(shares)
    return [bool(share >= least) for share in shares]


def record(frame: Frame, verdict: str, extent: float) -> bytes:
    """One member at one moment; the frame holds that member alone."""
    shares, points = frame.shares[0], frame.fake[0, :POINTS]
    lit = sum(1 << i for i, covered in enumerate(lamps(frame)) if covered)
    fill = np.zeros(FULL, "u1")
    fill[: len(shares)] = np.clip(np.nan_to_num(shares) * len(shares) / 2, 0, 1) * 255
    inside = (np.abs(points) <= extent).all(-1, keepdims=True)  # which nan is not
    spots = np.where(inside, np.rint((np.nan_to_num(points) / extent + 1) * 127 + 1), 0).astype("u1")
    return struct.pack("<IBxxx", lit, VERDICTS.index(verdict)) + fill.tobytes() + spots.tobytes()


def message(
    *,
    run: str,
    shown: int,
    members: int,
    extent: float,
    modes: int | None,
    real: np.ndarray,
    records: Mapping[int, Sequence[bytes]],
    live: bool,
    lang: str,
) -> bytes:
    """What the strip shows, as bytes. `records` step -> each member's; `modes` how many, None for data without."""
    steps = sorted(records)
    head: dict[str, Any] = dict(run=run, shown=shown, members=members, extent=extent, live=live, steps=steps)
    head |= dict(modes=modes, of=modes or FULL, whole=modes or MOST_CELLS + 1, verdicts=VERDICTS, text=labels(lang))
    head |= dict(real=[round(float(v), 2) for v in real[:POINTS].ravel()])
    return packed(head, flattened(records[step] for step in steps))


def flattened(rows: Iterable[Sequence[bytes]]) -> Iterable[bytes]:
    """All records in one row."""
    return (one for row in rows for one in row)


def show(data: bytes, key: str, on_pick: Callable[[], None]) -> None:
    """Mounts the strip; `on_pick` finds the run and member that were clicked in the session's `key`."""
    SEEDS.mount("seeds", key=key, data=data, on_pick_change=on_pick)
