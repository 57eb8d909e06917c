"""Whose turn it is: visitors take turns, however many runs each of them asks for.

A run has the best place that one of its visitors gives it. A visitor gives the first place to the run that is computed,
else to the one that waits longest, the second place to the next one, and so on. Who has left the site comes last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

R = TypeVar("R", bound=Any)
Place = tuple[bool, int, float]
NOBODY: Place = (True, 0, 0.0)
"""The place of a run without visitors."""


@dataclass(frozen=True)
class Visitors:
    """Who wishes what, who has left, and when a run of each visitor was claimed last."""

    wishes: Mapping[str, Collection[str]]
    """Visitors by run."""
    served: Mapping[str, float]
    left: Collection[str]


def places(rows: Iterable[Any], visitors: Visitors) -> dict[str, Place]:
    """By key the best place of each run: its visitor has left, runs before it, when the visitor was served last."""
    found: dict[str, Place] = {}
    before: dict[str, int] = {}
    for row in sorted(rows, key=turn):
        for viewer in visitors.wishes.get(row.key, ()):
            place = (viewer in visitors.left, before.get(viewer, 0), visitors.served.get(viewer, 0.0))
            before[viewer] = place[1] + 1
            found[row.key] = min(place, found.get(row.key, place))
    return found


def turn(row: Any) -> tuple[bool, float, str]:
    """The order among the runs of one visitor."""
    return row.state != "running", row.queued, row.key


def ordered(rows: Iterable[R], visitors: Visitors) -> list[R]:
    """The runs that are computed, then those that wait, in the order of their turns."""
    known = list(rows)
    place = places(known, visitors)
    return sorted(known, key=lambda row: (row.state != "running", place.get(row.key, NOBODY), *turn(row)))


def makes_way(run: str, rows: Sequence[Any], visitors: Visitors) -> bool:
    """Whether a run must end its turn early, for others that wait: its visitor has another one, or has left."""
    place = places(rows, visitors)
    own = place.get(run, NOBODY)[:2]
    return any(place.get(row.key, NOBODY)[:2] < own for row in rows if row.state != "running")
