"""The state of the page of theory as one value: the session keeps it, the component changes it, the link encodes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.game.config import UPDATES
from ganlab.gan.dirac import METHODS
from ganlab.kind.fields import ConfigError, choice, knob, knobs, spell
from ganlab.links import Notice, parts
from ganlab.ui import code
from ganlab.ui.players import dirac
from ganlab.ui.run.controls import reason
from ganlab.ui.text import exists, text

PREFIX, GAME, ORIGIN = "t.", "t.game", "t.origin"
"""Prefix of the link's keys; session keys of the value, and of the number that tells the component of a new one."""
STEPS = {"step": 0.01, "strength": 0.05, "d_steps": 1.0}
"""The distance of two values of a slider."""


@dataclass(frozen=True, kw_only=True)
class Game:
    """What the page shows of the Dirac-GAN."""

    method: str = choice("minimax", METHODS, "method")
    update: str = choice("simultaneous", UPDATES, "method")
    step: float = knob(0.2, 0.01, 1.0, "method")
    """h, the learning rate of both players."""
    strength: float = knob(0.0, 0.0, 3.0, "method")
    """γ, σ or c."""
    d_steps: int = knob(1, 1, 10, "method")
    theta: float = knob(1.0, -dirac.LIMIT, dirac.LIMIT, "start")
    psi: float = knob(-1.0, -dirac.LIMIT, dirac.LIMIT, "start")

    def __post_init__(self) -> None:
        for name, spec in knobs(Game).items():
            object.__setattr__(self, name, spec.check(name, getattr(self, name)))

    @property
    def alternating(self) -> bool:
        """Whether G answers to the D that has already moved."""
        return self.update == "alternating"


def game() -> Game:
    """The present state."""
    shown: Game = st.session_state[GAME]
    return shown


def origin() -> str:
    """The number of the last state that was opened."""
    return str(st.session_state[ORIGIN])


def put(shown: Game) -> None:
    """Opens a state, in the component too."""
    ui.touched()
    st.session_state[GAME] = shown
    st.session_state[ORIGIN] = st.session_state.get(ORIGIN, 0) + 1


def heard(found: Any) -> None:
    """Takes the state that the component sends, if it began with the present one; what is no state is ignored."""
    try:
        values = dict(found or {})
        shown = replace(game(), **values) if values.pop("origin", "") == origin() else game()
    except (ConfigError, TypeError, ValueError):
        return
    if shown != game():
        st.session_state[GAME] = shown
        ui.rerun()


def open_link(lang: str) -> list[str]:
    """Applies the link. Returns sentences about its invalid parts."""
    link = ui.new_link(PREFIX)
    if link is None:
        if GAME not in st.session_state:
            put(Game())
        return []
    shown, notices = from_link(link)
    put(shown)
    return [explain(notice, lang) for notice in notices[:4]]


def from_link(link: Mapping[str, str]) -> tuple[Game, list[Notice]]:
    """Decodes a query: the state, and notices about invalid parts. Never raises."""
    values, notices = parts(link, PREFIX, knobs(Game))
    return Game(**usual(values.get("method", Game().method)) | values), notices


def usual(method: str) -> dict[str, Any]:
    """A method, with the strength of the paper's program."""
    return {"method": method, "strength": METHODS[method].usual}


def to_link(shown: Game) -> dict[str, str]:
    """The query with every value that is not the usual one."""
    plain = asdict(Game()) | usual(shown.method) | {"method": Game().method}
    return {PREFIX + name: spell(value) for name, value in asdict(shown).items() if value != plain[name]}


def explain(notice: Notice, lang: str) -> str:
    """The sentence about an invalid part of a link."""
    key = f"theory.field.{notice.field}"
    if notice.reason == "unknown" or not exists(key):
        return text("notice.link.unknown", lang, value=code(notice.field))
    why, standing = reason(notice.reason, dict(notice.facts), lang), spell(getattr(Game(), notice.field))
    return text(
        "notice.link.field", lang, label=text(key, lang), value=code(notice.value), reason=why, default=standing
    )


def bounds() -> dict[str, tuple[float, float, float]]:
    """Of the component's sliders."""
    return {name: (knobs(Game)[name].low, knobs(Game)[name].high, step) for name, step in STEPS.items()}
