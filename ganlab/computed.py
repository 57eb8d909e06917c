"""A computed run as a value: its frames, its numbers as a table, its verdict, a chart, and the player in a notebook."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganlab.kind.config import RunConfig
from ganlab.kind.frame import RunFrame
from ganlab.kinds import KINDS
from ganlab.links import from_json, identity
from ganlab.store import recording
from ganlab.studies.tables import evaluation

if TYPE_CHECKING:
    import pandas as pd

    from ganlab.game.verdict import Verdict

UNKNOWN: dict[str, Any] = {"threads": 1, "precision": "highest", "steps_per_s": 0.0, "seconds": 0.0, "device": "cpu"}
"""How a run was computed, where nothing says it."""
TALL = 900
"""Pixels of the player in a notebook."""
KEPT = 250_000
"""Bytes of deflated frames of that player, since a notebook keeps it in its file."""
SANDBOX = "allow-scripts allow-downloads"
"""What the player in a notebook may do: neither read the notebook nor open anything."""


@dataclass(frozen=True)
class Run:
    """A run that was computed. `frames`, `metrics` and the rest are those of `member`."""

    config: RunConfig
    step: int
    """The last one."""
    read: Callable[[int], Mapping[int, bytes]]
    """A member -> its stored frames by step, ascending."""
    member: int = 0
    made: Mapping[str, Any] = field(default_factory=lambda: UNKNOWN)
    """How it was computed: threads, precision, steps_per_s, seconds, device."""

    def of(self, member: int) -> Run:
        """The same run, of which another member is looked at."""
        if not 0 <= member < self.config.members:
            raise ValueError(f"member={member}: expected 0 to {self.config.members - 1}")
        return replace(self, member=member)

    @cached_property
    def frames(self) -> list[RunFrame]:
        """The frames, the untrained one first."""
        unpack = evaluation(self.config.kind).unpack
        return [unpack(self.config, blob) for blob in self.read(self.member).values()]

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """A row for each frame: `step`, and a column for each number; nan where it was not measured."""
        import pandas as pd

        numbers = evaluation(self.config.kind).numbers
        rows: list[dict[str, Any]] = [numbers(frame) for frame in self.frames]
        several = {name for row in rows for name, value in row.items() if np.ndim(value)}
        return pd.DataFrame(rows).drop(columns=[*several])

    @property
    def verdict(self) -> Verdict:
        """What the frames show up to the last. Raises ValueError for kinds of run without a diagnosis."""
        return diagnose(self.frames, self.config)

    def plot(self, *names: str) -> Any:
        """The named columns of `metrics` as curves, a panel each, in an Altair chart; else the kind's own measures.

        Raises ValueError for a name that is no column.
        """
        with screen("webpage.plot") as drawn:
            return drawn.plot(self.metrics, names or shown(self))

    def page(self, beside: Run | None = None, lang: str = "en", room: int | None = None) -> str:
        """The run in the player, as one html file; with another run of its kind, both side by side.

        `room`: bytes of deflated frames, else as many as the app allows. Raises NoPage.
        """
        with screen("webpage.page") as made:
            runs = [made.Told(run.config, run.read(run.member), run.member) for run in (self, beside) if run]
            source: str = made.page(runs, lang, room=room)
        return source

    def _repr_html_(self) -> str:
        """The player, for a notebook."""
        look = f'width="100%" height="{TALL}" style="border: 0" sandbox="{SANDBOX}"'
        return f'<iframe title="GAN Arena" {look} srcdoc="{escape(self.page(room=KEPT), quote=True)}"></iframe>'

    def save(self, path: Path | str) -> None:
        """Writes the frames of all members to a file, which `load` and `ganlab.open` read."""
        members = {member: self.read(member) for member in range(self.config.members)}
        frames = [(step, member, blob) for member, blobs in members.items() for step, blob in blobs.items()]
        facts = self.config.engine, self.config.key(), self.config.to_json(), self.step
        recording.write(recording.Recording(*facts, **self.made, frames=frames, checkpoint=None), Path(path))

    @classmethod
    def load(cls, path: Path | str) -> Run:
        """The run of a file, as `save` wrote it or as it ships. Raises RecordingError."""
        found = recording.read(Path(path), identity)
        made = {name: getattr(found, name) for name in UNKNOWN}
        return cls(from_json(found.config), found.step, lambda member: recorded(found, member), made=made)


def recorded(found: recording.Recording, member: int) -> dict[int, bytes]:
    """A member's frames of a recording, by step."""
    return {step: blob for step, of, blob in found.frames if of == member}


def shown(run: Run) -> Sequence[str]:
    """The columns that a plot shows unasked: what the kind's evaluation measures, where it was measured."""
    known = run.metrics.dropna(axis="columns", how="all").columns
    return [name for name in evaluation(run.config.kind).measures if name in known]


def diagnose(frames: Sequence[RunFrame], config: RunConfig) -> Verdict:
    """What the frames of one member show up to the last. Raises ValueError for kinds of run without a diagnosis."""
    module = KINDS[config.kind].diagnosis
    if not module:
        raise ValueError(f"kind={config.kind}: has no diagnosis")
    found: Verdict = import_module(module).verdict(frames, config)
    return found


@contextmanager
def screen(name: str) -> Iterator[Any]:
    """A module of the screens that needs no server. Streamlit, which it imports, is not heard: it warns of that."""
    logging.disable(logging.WARNING)
    try:
        yield import_module(f"ganlab.ui.{name}")
    finally:
        logging.disable(logging.NOTSET)
