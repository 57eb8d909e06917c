"""Points that a visitor drew or uploaded: checks, a canonical form, and names that depend on the content.

The name of a few points contains the points themselves, so that a link is complete. The name of many points is their
SHA-256, and the points are in a file beside the run store. The same points in any order have the same name.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganlab.data.user_files import UserFiles, store_in_use
from ganlab.host.failure import RunError

Array = NDArray[np.floating]

PREFIX = "points:"
INSIDE = "~"
"""After the prefix where the points themselves follow, in base64url; else 64 hex digits do."""
LEAST, MOST = 2, 20_000
IN_NAME = 200
"""Points that a name holds, at most: 1,075 characters."""
EXTENT = 3.0
"""Half-width of the view, as of most data sets."""
LIMIT = 2.8
"""Largest coordinate of a point; four times JITTER is left to the edge."""
REACH = 2.0
"""Half of the longer side of points that are scaled into the view: about where the other data sets lie."""
JITTER = 0.05
"""Standard deviation of the noise around a point when it is drawn: a quarter of a square in which js counts."""
UNIT = EXTENT / 32767
"""Coordinates are whole multiples of this: 0.0001."""
CAP = 32 * 2**20
"""Bytes of points beside one run store."""


class PointsError(RunError, ValueError):
    """Points that cannot be used: the key of the reason and its facts."""

    failure = "points"

    def __init__(self, reason: str, **facts: Any):
        self.reason, self.facts = reason, facts
        super().__init__(f"{reason}: {facts}")

    def report(self) -> dict[str, Any]:
        """The reason and its facts."""
        return self.facts | {"reason": self.reason}


def fitted(points: Array) -> Array:
    """The points (n, 2) moved and scaled into the view with equal scales: the longer side reaches ±REACH.

    Raises PointsError: few, many, finite, one_place.
    """
    counted(points)
    size = np.abs(points).max()
    unit = points / (size or 1.0)  # first, as a difference of huge numbers may overflow
    low, sides = unit.min(0), np.ptp(unit, 0)
    if not sides.max() > 0:
        raise PointsError("one_place")
    moved: Array = (unit - low - sides / 2) / (sides.max() / 2) * REACH
    return moved


def pack(points: Array) -> bytes:
    """The points (n, 2) as they are kept: two little-endian int16 each, in units of UNIT, ordered by x, then y.

    A point that occurs twice is kept twice, and drawn twice as often.
    Raises PointsError: few, many, finite, outside, one_place.
    """
    counted(points)
    whole = np.rint(np.asarray(points, np.float64) / UNIT)
    if np.abs(whole).max() > round(LIMIT / UNIT):
        raise PointsError("outside", limit=LIMIT)
    if not np.ptp(whole, 0).any():
        raise PointsError("one_place")
    return whole[np.lexsort((whole[:, 1], whole[:, 0]))].astype("<i2").tobytes()


def unpack(content: bytes) -> Array:
    """The points (n, 2) float32 of what `pack` wrote."""
    return np.frombuffer(content, "<i2").reshape(-1, 2) * np.float32(UNIT)


def counted(points: Array) -> None:
    """Raises PointsError unless there are LEAST to MOST finite points (n, 2)."""
    if len(points) < LEAST:
        raise PointsError("few", count=len(points), least=LEAST)
    if len(points) > MOST:
        raise PointsError("many", count=len(points), most=MOST)
    if not np.isfinite(points).all():
        raise PointsError("finite")


# Names


def keep(points: Array, store: Path) -> str:
    """The name of points (n, 2) of the view; many are put beside a run store. Raises PointsError as `pack`."""
    content = pack(points)
    if len(content) <= 4 * IN_NAME:
        return PREFIX + INSIDE + base64.urlsafe_b64encode(content).decode().rstrip("=")
    return PREFIX + files(store).save(content)


def canonical(name: str) -> str:
    """The canonical spelling of a name, whether its points are available or not. Raises PointsError: spelling."""
    if not name.startswith(PREFIX + INSIDE):
        return PREFIX + code_of(name)
    return PREFIX + INSIDE + base64.urlsafe_b64encode(inside(name)).decode().rstrip("=")


def read(name: str) -> Array:
    """The points (n, 2) float32 of a name. Raises PointsError: spelling, or gone where the store has them no more."""
    if name.startswith(PREFIX + INSIDE):
        return unpack(inside(name))
    code = code_of(name)
    found = files(store_in_use()).load(code)
    if found is None:
        raise PointsError("gone", code=code)
    return unpack(found)


def at_hand(name: str) -> bool:
    """Whether the points of a name can be read."""
    try:
        read(name)
    except PointsError:
        return False
    return True


@lru_cache(256)
def number(name: str) -> int:
    """The number of points of a name, cached. Raises PointsError as `read`."""
    return len(read(name))


def count(name: str) -> int | None:
    """The same; None if they were never available."""
    try:
        return number(name)
    except PointsError:
        return None


def inside(name: str) -> bytes:
    """The points in a name of few points, as `pack` writes them. Raises PointsError: spelling."""
    try:
        return written(name.removeprefix(PREFIX + INSIDE), IN_NAME)
    except PointsError:
        raise PointsError("spelling") from None


def written(text: str, most: int = MOST) -> bytes:
    """What base64url of at most `most` points holds, as `pack` writes it. Raises PointsError: spelling, or `pack`'s."""
    if len(text) > 6 * most:  # sixteen characters hold three points
        raise PointsError("spelling")
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise PointsError("spelling") from None
    if len(content) % 4 or len(content) > 4 * most:
        raise PointsError("spelling")
    return pack(unpack(content))


def code_of(name: str) -> str:
    """The content's code in a name of many points. Raises PointsError: spelling."""
    code = name.removeprefix(PREFIX)
    if not (name.startswith(PREFIX) and re.fullmatch("[0-9a-f]{64}", code)):
        raise PointsError("spelling")
    return code


def files(store: Path) -> UserFiles:
    """The points beside a run store."""
    return UserFiles(store / "points", ".bin", lambda content: hashlib.sha256(content).hexdigest(), CAP)


REASONS = (
    "few",
    "many",
    "finite",
    "outside",
    "one_place",
    "spelling",
    "gone",
    "too_large",
    "encoding",
    "columns",
    "number",
)
"""Why points are refused, or a file of them; keys of sentences."""
