"""What the latent page shows, as one value: the session holds it, widgets change it, the link carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.digits.pretrained import PRETRAINED
from ganlab.kind.fields import ConfigError, Knob, choice, flag, knob, knobs, spell
from ganlab.links import Notice
from ganlab.ui import code
from ganlab.ui.run.controls import reason
from ganlab.ui.text import exists, text

PREFIX, TOUR = "l.", "l.tour"
"""Of the link's names; where the session keeps the value."""
MOST = 999_999
"""The largest seed."""
FAR = 4.0
"""The furthest that a point is moved along a direction."""
VIEWS = ("walk", "map", "turn", "sum", "psi", "pair")


def seed(default: int) -> Any:
    """A field that names a latent point: a seed, negative for the opposite of its point."""
    return knob(default, -MOST, MOST, "seeds")


def generator(default: str) -> Any:
    """A field that names a generator: one that ships, an upload's code or a run's key."""
    return field(default=default, metadata={"knob": Knob("weights", "generator", registry=("", *PRETRAINED))})


@dataclass(frozen=True, kw_only=True)
class Tour:
    """Everything that a link must bring back."""

    g: str = generator("")
    step: int = knob(0, 0, 1_000_000, "generator")
    """A run's checkpoint; 0 for the newest."""
    member: int = knob(0, 0, 15, "generator")
    view: str = choice("walk", {name: name for name in VIEWS}, "view")
    a: int = seed(1)
    b: int = seed(2)
    page: int = knob(0, 0, 999, "walk")
    """Of the samples that are offered."""
    c: int = seed(3)
    d: int = seed(4)
    """The other two corners of the map."""
    bent: bool = flag(False, "map")
    """Whether the map stays on the shell."""
    whole: bool = flag(True, "map")
    """Whether a latent space of 2 is shown whole."""
    x1: float = knob(0.0, -FAR, FAR, "turn")
    x2: float = knob(0.0, -FAR, FAR, "turn")
    x3: float = knob(0.0, -FAR, FAR, "turn")
    x4: float = knob(0.0, -FAR, FAR, "turn")
    x5: float = knob(0.0, -FAR, FAR, "turn")
    e: int = seed(0)
    """What the sum starts from; 0 for the surest sample of the class that is subtracted."""
    minus: int = knob(3, 0, 24, "sum")
    plus: int = knob(8, 0, 24, "sum")
    psi: float = knob(0.7, 0.0, 1.5, "psi")
    h: str = generator("")
    """The second generator."""
    h_step: int = knob(0, 0, 1_000_000, "pair")

    def __post_init__(self) -> None:
        for name, spec in knobs(Tour).items():
            spec.check(name, getattr(self, name))

    @property
    def offsets(self) -> tuple[float, ...]:
        """Along the first directions."""
        return (self.x1, self.x2, self.x3, self.x4, self.x5)


def tour() -> Tour:
    """What is shown."""
    return st.session_state[TOUR]


def change(**values: Any) -> None:
    """Shows something else; called from callbacks."""
    ui.touched()
    st.session_state[TOUR] = replace(tour(), **values)


def open_link(lang: str) -> list[str]:
    """Settles what is shown; the sentences about what the link could not have."""
    link = ui.new_link(PREFIX)
    if link is None:
        st.session_state.setdefault(TOUR, Tour())
        return []
    st.session_state[TOUR], notices = from_link(link)
    return [notice(said, lang) for said in notices[:4]]


def from_link(link: Mapping[str, str]) -> tuple[Tour, list[Notice]]:
    """What a query holds, and what of it could not be used. Never raises."""
    values: dict[str, Any] = {}
    notices = []
    for name, value in link.items():
        part = name.removeprefix(PREFIX)
        if part == name:
            continue
        if part not in knobs(Tour):
            notices.append(Notice(part, value, "unknown", {}))
            continue
        try:
            values[part] = knobs(Tour)[part].parse(part, value)
        except ConfigError as error:
            notices.append(Notice(part, value, error.reason, error.facts))
    return Tour(**values), notices


def to_link(shown: Tour) -> dict[str, str]:
    """The query that holds what is shown: which generator, which view, and all that this view depends on."""
    names = ("g", "step", "member", "view", *USED[shown.view])
    return {PREFIX + name: spell(value) for name in names if (value := getattr(shown, name)) != NOTHING.get(name)}


def notice(said: Notice, lang: str) -> str:
    """The sentence about a part of a link that could not be used."""
    if said.reason == "unknown" or not exists(f"latent.field.{said.field}"):
        return text("notice.link.unknown", lang, value=code(said.field))
    label, why = text(f"latent.field.{said.field}", lang), reason(said.reason, dict(said.facts), lang)
    standing = getattr(Tour(), said.field)
    shown = text(f"latent.view.{standing}", lang) if said.field == "view" else spell(standing) or "–"
    return text("notice.link.field", lang, label=label, value=code(said.value), reason=why, default=shown)


USED = {
    "walk": ("a", "b", "page"),
    "map": ("a", "b", "c", "d", "bent", "whole"),
    "turn": ("a", "x1", "x2", "x3", "x4", "x5"),
    "sum": ("e", "minus", "plus"),
    "psi": ("psi",),
    "pair": ("a", "b", "h", "h_step"),
}
"""What each view depends on besides the generator."""
NOTHING = {"g": "", "step": 0, "member": 0, "h": "", "h_step": 0, "page": 0, "e": 0}
"""Values that go without saying."""
