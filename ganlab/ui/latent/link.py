"""The state of the latent page as one value. The session stores it, widgets change it, the link encodes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.digits.pretrained import PRETRAINED
from ganlab.kind.fields import Knob, choice, flag, knob, knobs, spell
from ganlab.links import Notice, parts
from ganlab.ui import code
from ganlab.ui.run.controls import reason
from ganlab.ui.text import exists, text

PREFIX, TOUR = "l.", "l.tour"
"""Prefix of the link's keys; session key of the value."""
MOST = 999_999
"""The largest seed."""
FAR = 4.0
"""Largest shift along a direction."""
VIEWS = ("walk", "map", "turn", "sum", "psi", "pair")


def seed(default: int) -> Any:
    """A field for a latent point: a seed; a negative seed is the opposite point."""
    return knob(default, -MOST, MOST, "seeds")


def generator(default: str) -> Any:
    """A field for a generator: the name of a shipped one, an upload's code or a run's key."""
    return field(default=default, metadata={"knob": Knob("weights", "generator", registry=("", *PRETRAINED))})


@dataclass(frozen=True, kw_only=True)
class Tour:
    """The state that a link encodes."""

    g: str = generator("")
    step: int = knob(0, 0, 1_000_000, "generator")
    """A run's checkpoint; 0 for the newest."""
    member: int = knob(0, 0, 15, "generator")
    view: str = choice("walk", {name: name for name in VIEWS}, "view")
    a: int = seed(1)
    b: int = seed(2)
    page: int = knob(0, 0, 999, "walk")
    """Page of the samples."""
    c: int = seed(3)
    d: int = seed(4)
    """The other two corners of the map."""
    bent: bool = flag(False, "map")
    """Whether the map stays on the shell."""
    whole: bool = flag(True, "map")
    """Whether a 2-dimensional latent space is shown as a whole."""
    x1: float = knob(0.0, -FAR, FAR, "turn")
    x2: float = knob(0.0, -FAR, FAR, "turn")
    x3: float = knob(0.0, -FAR, FAR, "turn")
    x4: float = knob(0.0, -FAR, FAR, "turn")
    x5: float = knob(0.0, -FAR, FAR, "turn")
    e: int = seed(0)
    """Start of the sum; 0 for the most certain sample of the subtracted class."""
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
        """Shifts along the first directions."""
        return (self.x1, self.x2, self.x3, self.x4, self.x5)


def tour() -> Tour:
    """The present state."""
    shown: Tour = st.session_state[TOUR]
    return shown


def change(**values: Any) -> None:
    """Changes the state. Called in callbacks."""
    ui.touched()
    st.session_state[TOUR] = replace(tour(), **values)


def open_link(lang: str) -> list[str]:
    """Applies the link. Returns sentences about its invalid parts."""
    link = ui.new_link(PREFIX)
    if link is None:
        st.session_state.setdefault(TOUR, Tour())
        return []
    st.session_state[TOUR], notices = from_link(link)
    return [explain(notice, lang) for notice in notices[:4]]


def from_link(link: Mapping[str, str]) -> tuple[Tour, list[Notice]]:
    """Decodes a query: the state and notices about invalid parts. Never raises."""
    values, notices = parts(link, PREFIX, knobs(Tour))
    return Tour(**values), notices


def to_link(shown: Tour) -> dict[str, str]:
    """The query with the generator, the view and the fields that the view uses."""
    names = ("g", "step", "member", "view", *USED[shown.view])
    return {PREFIX + name: spell(value) for name in names if (value := getattr(shown, name)) != NOTHING.get(name)}


def explain(notice: Notice, lang: str) -> str:
    """The sentence about an invalid part of a link."""
    if notice.reason == "unknown" or not exists(f"latent.field.{notice.field}"):
        return text("notice.link.unknown", lang, value=code(notice.field))
    label, why = text(f"latent.field.{notice.field}", lang), reason(notice.reason, dict(notice.facts), lang)
    standing = getattr(Tour(), notice.field)
    shown = text(f"latent.view.{standing}", lang) if notice.field == "view" else spell(standing) or "–"
    return text("notice.link.field", lang, label=label, value=code(notice.value), reason=why, default=shown)


USED = {
    "walk": ("a", "b", "page"),
    "map": ("a", "b", "c", "d", "bent", "whole"),
    "turn": ("a", "x1", "x2", "x3", "x4", "x5"),
    "sum": ("e", "minus", "plus"),
    "psi": ("psi",),
    "pair": ("a", "b", "h", "h_step"),
}
"""The fields that each view uses."""
NOTHING = {"g": "", "step": 0, "member": 0, "h": "", "h_step": 0, "page": 0, "e": 0}
"""Default values, omitted in links."""
