"""Drawing points by hand: a Streamlit v2 component with a brush, an eraser, undo, and one button that sends the points.

A message (little endian): u32 length of the JSON | JSON, padded to a multiple of 4 | the points to begin with, as
`ganlab.points.pack` writes them. What comes back is one trigger, `use`: the points drawn, the same bytes in base64url.
The files under `web/` are served once; they build on those of `ganlab.ui.player`, by their address.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from ganlab import points
from ganlab.ui import player
from ganlab.ui.text import sentences

WEB = Path(__file__).parent / "web"
PROJECT, COMPONENT = "ganlab_draw", "draw"


@cache
def labels(lang: str) -> dict[str, str]:
    """Every label of the component in `lang`, by key, and how numbers are written."""
    prefix, ours = "own.draw.", {"decimal": sentences(lang)["player.player.decimal"]}
    return ours | {key.removeprefix(prefix): words for key, words in sentences(lang).items() if key.startswith(prefix)}


def message(key: str, content: bytes, lang: str) -> bytes:
    """What to begin with: `content` as `pack` writes it. The browser keeps what was drawn since while `key` stays."""
    bounds = {"extent": points.EXTENT, "limit": points.LIMIT, "unit": points.UNIT}
    counts = {"least": points.LEAST, "most": points.MOST, "in_name": points.IN_NAME}
    return player.packed({"key": key, "text": labels(lang), **bounds, **counts}, [content])


def draw(data: bytes, key: str) -> Any:
    """Mounts the drawing; what the visitor has just sent, None otherwise. It comes from a browser: anything may."""
    player.component(player.COMPONENTS[0])  # whose files ours import
    serve()
    return declared()(key=key, data=data, on_use_change=player.ignore).use


@cache
def declared() -> Any:
    """The component."""
    skeleton = (WEB / f"{COMPONENT}.html").read_text(encoding="utf-8")
    return st.components.v2.component(f"{PROJECT}.{COMPONENT}", html=skeleton, css="draw.css", js="draw.js")


def serve() -> None:
    """Lets Streamlit serve `web/` from a checkout, as `ganlab.ui.player` does its own."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(f"{PROJECT}.{COMPONENT}") is None:
        manifest = ComponentManifest(PROJECT, "1", [ComponentConfig(COMPONENT, WEB.name)])
        manager.register_from_manifest(manifest, WEB.parent)
