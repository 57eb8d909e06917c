"""What the screens that all kinds share need of one kind of run: a module of it has a VIEW."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Generic, TypeVar

from ganlab.kind.config import RunConfig
from ganlab.kind.frame import RunFrame
from ganlab.kinds import KINDS
from ganlab.ui.players.webpage import Played
from ganlab.ui.run.experiment import Experiment

C = TypeVar("C", bound=RunConfig)
F = TypeVar("F", bound=RunFrame)


Opening = Mapping[str, Any]


@dataclass(frozen=True)
class Told(Generic[C]):
    """A computed run as a page of its own tells it."""

    config: C
    frames: Mapping[int, bytes]
    """All stored frames of one member, by step."""
    member: int = 0
    kept: Sequence[int] = ()
    """The steps whose frames the page holds, ascending."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What it is called, by language; without a name, by what sets it apart."""

    @property
    def shown(self) -> dict[int, bytes]:
        """The frames that the page holds."""
        return {step: self.frames[step] for step in self.kept}


File = Callable[[Experiment, Any, int, str], None]
"""(place, its config, the member shown, language): the button of one file to take along."""


@dataclass(frozen=True)
class Findings:
    """What a lab sheet says of a run's newest frame."""

    picture: bytes
    """A PNG."""
    alt: str
    title: str
    """The verdict."""
    sentence: str
    numbers: Sequence[tuple[str, str]]
    """(name, value) in words."""


@dataclass(frozen=True, kw_only=True)
class View(Generic[C, F]):
    """How a kind of run is shown."""

    read: Callable[[C, bytes], F]
    """(config, a stored frame) -> the frame of one member, with what numbers need."""
    table: Callable[[C, Sequence[bytes]], str]
    """(config, stored frames of one member) -> their numbers as CSV."""
    pair: Callable[[tuple[C, C], bool, str, str, Opening, tuple[str, str]], None]
    """(two runs, whether any is under way, language, key, how it opens, their names) -> draws them side by side.

    The key is its name on the page; a run without a name is called by what sets it apart.
    """
    files: Sequence[File]
    lamps: Callable[[C, F], Sequence[bool]] | None = None
    """(config, a frame) -> whether each mode, cell or digit is covered; none where that was not measured."""
    thumbnail: Callable[[C, bytes], bytes] | None = None
    """(config, a stored frame) -> a small PNG of it."""
    played: Callable[[Sequence[Told[C]], str], Played] | None = None
    """(one run or two, language) -> what a page of their own plays, its words apart; None where there is none."""
    room: int = 800_000
    """Bytes of deflated frames in such a page, at most."""
    findings: Callable[[C, int, str], Findings | None] | None = None
    """(config, member, language) -> what a lab sheet says of it; None for a run without frames."""
    first: Callable[[C, str], tuple[bytes, str]] | None = None
    """(config, language) -> a PNG of what G has to learn and where it begins, and what it shows."""


def view(kind: str) -> View[Any, Any]:
    """How a kind is shown."""
    found: View[Any, Any] = import_module(KINDS[kind].view).VIEW
    return found
