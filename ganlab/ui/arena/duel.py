"""Two runs on the plane side by side: the frames of each in the next message, and the message."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import Frame
from ganlab.ui.arena import playback
from ganlab.ui.players import player
from ganlab.ui.players.player import duel as duel_player
from ganlab.ui.run.differences import describe_differences, titles
from ganlab.ui.run.film import SENT, Film, carried, opening, wanted
from ganlab.ui.run.server import service

KEY_FRAMES = 24
"""Most frames of each run in the first message, and in the answer to a request."""


@dataclass(frozen=True)
class Side:
    """One of the two runs."""

    config: PlaneConfig
    member: int = 0
    title: str = ""
    """Its title; without one, the difference from the other run."""

    @property
    def name(self) -> str:
        """The key of the run and its member."""
        return f"{self.config.key()}.{self.member}"

    @property
    def film(self) -> Film[Frame]:
        """Its frames."""
        return playback.film_of(self.config.key(), self.member, self.config)


def duel(left: Side, right: Side, live: bool, lang: str, key: str, view: Mapping[str, Any] | None = None) -> None:
    """Shows both runs in one player and sends the missing frames. `view`: the player's initial state."""
    sides = (left, right)
    run = " ".join(side.name for side in sides)
    steps = [side.film.grow(side.member, side.config.steps) for side in sides]
    frames = [side.film.seen(named) for side, named in zip(sides, due(key, run, steps, live, lang, view), strict=True)]
    own = titles(left.config, right.config, lang)
    data = duel_player.message(
        run,
        [part(side, known, named, live, lang) for side, known, named in zip(sides, steps, frames, strict=True)],
        [side.title or title for side, title in zip(sides, own, strict=True)],
        duel_player.duel_labels(lang),
        describe_differences(left.config, right.config, lang),
        live,
        view,
    )
    duel_player.player(data, key=key)


def part(side: Side, known: Sequence[int], named: Sequence[int], live: bool, lang: str) -> bytes:
    """A run's part of a message, with the frames at the steps `named`."""
    film = side.film

    def make() -> bytes:
        scene = playback.scenery(side.config, side.member, lang) | {"text": {}, "known": known, "live": live}
        frames = service().frame_cache(side.config.key()).blobs(side.member, named)
        which = side.member, side.config.members
        verdicts = {step: playback.describe(film.verdict(step), lang, *which) for step in named}
        return player.message(frames=frames, verdicts=verdicts, **scene)

    return film.once((side.config.steps, lang, live, tuple(known[-1:]), tuple(named)), make)


def due(
    key: str,
    run: str,
    steps: Sequence[Sequence[int]],
    live: bool,
    lang: str,
    view: Mapping[str, Any] | None = None,
) -> list[list[int]]:
    """The steps of each run's frames in the next message: key frames, new frames and requested frames."""
    moments = sorted(set().union(*steps))
    first, wish = opening(moments, view, KEY_FRAMES), wanted(key, (run, 0), moments, KEY_FRAMES)
    found = []
    for index, known in enumerate(steps):
        fresh, opens = carried((key, lang, run), known, live, KEY_FRAMES, slot=f"{SENT}.{key}.{index}")
        found.append(sorted({*(latest(known, first) if opens else fresh), *latest(known, wish)}))
    return found


def latest(known: Sequence[int], moments: Iterable[int]) -> set[int]:
    """The steps that a run shows at the moments: the latest one at or before each moment."""
    counts = (bisect_right(known, moment) for moment in moments)
    return {known[index - 1] for index in counts if index}
