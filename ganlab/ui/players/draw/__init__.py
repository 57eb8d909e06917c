"""Drawing points by hand: a Streamlit v2 component with a brush, an eraser, undo, and one button that sends the points.

A message (little endian): u32 length of the JSON | JSON, padded to a multiple of 4 | the points to begin with, as
`ganlab.data.points` packs them. What comes back is one trigger, `use`: the points drawn, the same bytes in base64url.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganlab.data import points
from ganlab.ui import component
from ganlab.ui.component import Components, ignore, packed
from ganlab.ui.players import player

DRAW = Components("ganlab_draw", Path(__file__).parent / "web", ("draw",), base=player.PLAYERS)


def labels(lang: str) -> dict[str, str]:
    """Every label of the component in `lang`, by key, and how numbers are written."""
    return component.labels("own.draw.", lang, ("decimal",))


def message(key: str, content: bytes, lang: str) -> bytes:
    """What to begin with: `content` as `pack` writes it. The browser keeps what was drawn since while `key` stays."""
    bounds = {"extent": points.EXTENT, "limit": points.LIMIT, "unit": points.UNIT}
    counts = {"least": points.LEAST, "most": points.MOST, "in_name": points.IN_NAME}
    return packed({"key": key, "text": labels(lang), **bounds, **counts}, [content])


def draw(data: bytes, key: str) -> Any:
    """Mounts the drawing; what the visitor has just sent, None otherwise. It comes from a browser: anything may."""
    return DRAW.mount("draw", key=key, data=data, on_use_change=ignore).use
