"""The changes of a run as a visitor made them: single updates of D or G are one change, not two edits and a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ganlab.kind.config import RunConfig
from ganlab.kind.fields import Edit, knobs
from ganlab.ui.run import controls
from ganlab.ui.text import text, worded

COUNTS = ("d_steps", "g_steps")
"""The fields by which one network rests while the other is updated alone."""


@dataclass(frozen=True)
class Change:
    """One change: an edit, or the edits that make single updates and end them."""

    step: int
    edits: tuple[Edit, ...]
    alone: tuple[tuple[str, int], ...] = ()
    """In order, which network was updated alone ("d" or "g"), and how often."""

    def words(self, config: RunConfig, lang: str) -> str:
        """The change in short, without its step: "k 50", "+1 D"."""
        if self.alone:
            return ", ".join(text(f"fork.list.alone_{player}", lang, count=count) for player, count in self.alone)
        _, name, value = self.edits[0]
        wording = controls.phrase(knobs(type(config))[name], name, value, lang)
        return controls.said(worded(f"field.short.{name}", lang), wording)

    def ends(self, config: RunConfig) -> bool:
        """Whether the run ends with these single updates."""
        return bool(self.alone) and config.steps == self.step + sum(count for _, count in self.alone)


def grouped(config: RunConfig) -> list[Change]:
    """The changes of a run by step, with single updates as one change each."""
    left, found = list(config.edits), list[Change]()
    while left:
        found.append(single_updates(config, left) or Change(left[0][0], (left[0],)))
        left = [edit for edit in left if edit not in found[-1].edits]
    return found


def single_updates(config: RunConfig, edits: Sequence[Edit]) -> Change | None:
    """The edits, from the first of some, in which one network rests at each step until all is as before; else None."""
    first, steps = edits[0][0], sorted({step for step, *_ in edits})
    before, alone = counts(config, first - 1) if first else base_counts(config), list[tuple[str, int]]()
    for step, end in pairwise(steps):
        here = counts(config, step)
        if here not in ((1, 0), (0, 1)) or here == before:
            return None
        alone.append(("d" if here == (1, 0) else "g", end - step))
        if counts(config, end) == before:
            mine = tuple(edit for edit in edits if first <= edit[0] <= end)
            return Change(first, mine, tuple(alone)) if all(name in COUNTS for _, name, _ in mine) else None
    return None


def counts(config: RunConfig, step: int) -> tuple[int, ...]:
    """The updates of D and of G in a step."""
    return base_counts(config.at(step))


def base_counts(config: RunConfig) -> tuple[int, ...]:
    """The updates of D and of G in a step of the run without its changes."""
    return tuple(getattr(config, name, 0) for name in COUNTS)
