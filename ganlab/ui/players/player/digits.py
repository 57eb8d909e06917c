"""The player of runs on digits: one run as a film, or two beside each other, in the visitor's own time.

One message: u32 length of the JSON | JSON, padded to a multiple of 4 | each run's packed frames (`ganlab.digits.frame`)
back to back, run after run | a PNG strip that the JSON's `look` speaks of. Back come three state values: `want` and
`held`, as the arena's, and `pick`: {run, step, cell}, the image (0 to 63, row by row) of a frame that is looked at
closely.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ganlab.ui import component
from ganlab.ui.component import ignore, packed
from ganlab.ui.players.player import PLAYERS

COMPONENT = "digits"
COMMON = (
    "decimal",
    "toolbar",
    "play",
    "pause",
    "previous",
    "next",
    "reset",
    "speed",
    "step",
    "live",
    "verdict",
    "verdict_none",
    "battle",
    "d_name",
    "d_meter",
    "g_name",
    "g_meter",
    "coin",
    "undefined",
    "summary_battle",
)
"""Labels of the arena's player that this one shares."""


@dataclass(frozen=True)
class Shown:
    """One run as a message brings it."""

    run: str
    name: str
    known: Sequence[int]
    """All steps that have a frame, ascending."""
    epochs: Sequence[float]
    """Of the known steps."""
    owed: Sequence[float]
    """(10,) share of each class among the training images."""
    judge: bool
    """Whether there is a judge for these images."""
    compares: bool
    """Whether D only compares, so that it is neither right nor wrong."""
    real: Mapping[str, float]
    """What real images score, by number."""
    target: int
    live: bool
    frames: Mapping[int, bytes] = field(default_factory=dict)
    verdicts: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """By the step from which on they hold: key, title, sentence; numbers, older, shares, of (step and epoch)."""

    def head(self) -> dict[str, Any]:
        """Its part of the JSON."""
        facts = dict(run=self.run, member=0, name=self.name, target=self.target, live=self.live, judge=self.judge)
        facts |= dict(compares=self.compares, owed=[round(share, 5) for share in self.owed], real=dict(self.real))
        facts |= dict(known=list(self.known), epochs=[round(epoch, 3) for epoch in self.epochs])
        facts |= dict(frames=[[step, len(self.frames[step])] for step in sorted(self.frames)])
        return facts | dict(verdicts={str(step): dict(said) for step, said in self.verdicts.items()})


def digit_labels(lang: str) -> dict[str, str]:
    """Every label of this player in `lang`, by key."""
    return component.labels("digits_stage.player.", lang, COMMON)


def message(
    runs: Sequence[Shown],
    text: Mapping[str, str],
    view: Mapping[str, Any] | None = None,
    look: Mapping[str, Any] | None = None,
    strip: bytes = b"",
) -> bytes:
    """What the player shows, as bytes; one run, or two.

    `look`: run, step, cell, sentence, near [{distance, label}], opinion (10 probabilities or none), with the PNG
    `strip` of the image and its neighbours side by side.
    """
    head = dict(runs=[run.head() for run in runs], live=any(run.live for run in runs), text=dict(text))
    head |= dict(view=dict(view or {}), look=dict(look) if look else None)
    return packed(head, [*(run.frames[step] for run in runs for step in sorted(run.frames)), strip])


def player(data: bytes, key: str) -> None:
    """Mounts the player on the page; what it wants and what was picked stand in the session under `key`."""
    heard = dict.fromkeys(("on_want_change", "on_held_change", "on_pick_change"), ignore)
    PLAYERS.mount(COMPONENT, key=key, data=data, **heard)
