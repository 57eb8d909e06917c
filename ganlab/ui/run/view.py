"""What the screens that all kinds share need of one kind of run: a module of it has a VIEW."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Generic, Protocol, TypeVar

from ganlab.kind.config import RunConfig
from ganlab.kind.frame import RunFrame
from ganlab.kinds import KINDS
from ganlab.ui.run.experiment import Experiment

C = TypeVar("C", bound=RunConfig, contravariant=True)
F = TypeVar("F", bound=RunFrame)


class Pair(Protocol[C]):
    """Draws two runs in step."""

    def __call__(
        self, both: tuple[C, C], live: bool, lang: str, key: str, view: Opening, names: tuple[str, str]
    ) -> None:
        """`key` is its name on the page, `view` how it opens, `names` what the runs are called, '' by what differs."""


Opening = Mapping[str, Any]
File = Callable[[Experiment, Any, int, str], None]
"""(place, its config, the member shown, language): the button of one file to take along."""


@dataclass(frozen=True, kw_only=True)
class View(Generic[C, F]):
    """How a kind of run is shown."""

    read: Callable[[C, bytes], F]
    """(config, a stored frame) -> the frame of one member, with what numbers need."""
    table: Callable[[C, Sequence[bytes]], str]
    """(config, stored frames of one member) -> their numbers as CSV."""
    pair: Pair[C]
    files: Sequence[File]


def view(kind: str) -> View[Any, Any]:
    """How a kind is shown."""
    found: View[Any, Any] = import_module(KINDS[kind].view).VIEW
    return found
