"""One seed for each student: which member of which run a seat has, what came out, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from statistics import NormalDist
from typing import TypeVar

from ganlab.board.pins import Pin
from ganlab.kind.config import RunConfig

C = TypeVar("C", bound=RunConfig)

SURE = 0.95
"""How often Wilson's interval holds the share."""
SEEDS = 2**31
"""Seeds that a config may have."""


def run_of(config: C, seat: int) -> tuple[C, int]:
    """The run and the member of a seat: the first seats share the config's run, the next ones that of the next seed."""
    run, member = divmod(seat, config.members)
    return config.replace(seed=(config.seed + run) % SEEDS), member


def outcomes(config: RunConfig, seats: int, pinned: Iterable[Pin]) -> dict[tuple[str, int], str]:
    """The verdict on each dealt seed that was pinned at its end: (run, member) -> the verdict's key."""
    dealt = [run_of(config, seat) for seat in range(seats)]
    keys = {(run.key(), member) for run, member in dealt}
    ended = [one for one in pinned if one.whole and one.steps == config.steps]
    return {(one.run, one.member): one.verdict for one in ended if (one.run, one.member) in keys}


def interval(count: int, of: int, sure: float = SURE) -> tuple[float, float]:
    """Wilson's interval of a binomial share, count of `of` (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    if not 0 <= count <= of or of < 1:
        raise ValueError(f"{count} of {of}: expected a count of at least one")
    z = NormalDist().inv_cdf((1 + sure) / 2)
    share, weight = count / of, z * z / of
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * sqrt(share * (1 - share) / of + weight / of / 4)
    return (0.0 if count == 0 else middle - half), (1.0 if count == of else middle + half)
