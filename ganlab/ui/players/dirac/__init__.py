"""The Dirac-GAN's component: field, path and eigenvalues, computed in the browser while a visitor drags and slides.

The message is the JSON of `ganlab.ui.component.packed` alone: how it opens (`state`), the methods, and the quadrature
of instance noise. The browser takes a `state` whose `origin` is new, and keeps its own otherwise. What comes back is
one state value, `state`, sent when the visitor lets go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ganlab.game.config import UPDATES
from ganlab.gan.dirac import METHODS, NODES, WEIGHTS
from ganlab.ui import component
from ganlab.ui.component import Components, ignore, packed
from ganlab.ui.players import player
from ganlab.ui.text import named, text

DIRAC = Components("ganlab_dirac", Path(__file__).parent / "web", ("dirac",), base=player.PLAYERS)
Bounds = Mapping[str, tuple[float, float, float]]
"""Field -> lowest and highest value, and the distance of two."""
ROUNDS = 500
"""Of a path, as in the paper's notebook."""
EXTENT, LIMIT = 2.5, 2.4
"""How far the view reaches, and a start, in θ and ψ."""
SIGNS = {"gamma": "γ", "sigma": "σ", "c": "c", "": ""}
"""What a method's strength is called."""


def labels(lang: str) -> dict[str, str]:
    """Every label of the component in `lang`, by key."""
    return component.labels("theory.player.", lang, ("decimal",))


def message(state: Mapping[str, Any], origin: str, lang: str, bounds: Bounds) -> bytes:
    """What the component shows, as bytes. `bounds` are those of its sliders, by field of the state."""
    methods = {
        key: {
            "name": text(f"theory.player.method_{key}", lang),
            "strength": SIGNS[method.strength],
            "usual": method.usual,
        }
        for key, method in METHODS.items()
    }
    updates = {key: named("update", key, lang) for key in UPDATES}
    head: dict[str, Any] = dict(state=dict(state), origin=origin, methods=methods, updates=updates, text=labels(lang))
    head |= dict(nodes=rounded(NODES), weights=rounded(WEIGHTS), bounds=dict(bounds))
    head |= dict(rounds=ROUNDS, extent=EXTENT, limit=LIMIT)
    return packed(head)


def rounded(numbers: Sequence[float]) -> list[float]:
    """The same on every machine."""
    return [round(number, 12) for number in numbers]


def show(data: bytes, key: str) -> Mapping[str, Any] | None:
    """Mounts the component. The state in which the visitor left it, None before; a browser may send anything."""
    found: Mapping[str, Any] | None = DIRAC.mount("dirac", key=key, data=data, on_state_change=ignore).state
    return found
