"""Streamlit v2 components: how their files are served, how they are declared, their labels, their messages.

A component stands in a folder of its own: a Python module beside a folder `web/` with html, css and js. The files are
served once, as those of an installed component are; only the html travels each time. One component's files may import
another's by their address, `../<project>.<name>/<file>`.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from ganlab.ui.text import sentences

PLAYER = "player.player."
"""Prefix of the arena player's labels, some of which the other components share."""


@dataclass(frozen=True)
class Components:
    """The components of one folder `web/`. Each has its html and js under its own name."""

    project: str
    """The first part of their address."""
    web: Path
    names: tuple[str, ...]
    style: str = ""
    """The name of the css file that all share; by default each has its own."""
    base: Components | None = None
    """The components whose files these import."""

    def mount(self, name: str, **arguments: Any) -> Any:
        """Puts a component on the page; its state. Keywords as of Streamlit's mount command: key, data, on_*_change."""
        self.serve()
        return _declared(self, name)(**arguments)

    def serve(self) -> None:
        """Lets Streamlit serve `web/`."""
        if self.base:
            self.base.serve()
        _register(f"{self.project}.{self.names[0]}", self)

    def html(self, file: str) -> str:
        """An html file with the files that it names in comments put in."""
        text = (self.web / file).read_text(encoding="utf-8")
        return re.sub(r"<!-- (\w+\.html) -->", lambda named: self.html(named[1]).strip(), text)


@cache
def _declared(ours: Components, name: str) -> Any:
    """A component's mount command."""
    skeleton = re.sub(r">\n\s*<", ">\n<", ours.html(f"{name}.html"))  # without indentation: it travels each time
    css = f"{ours.style or name}.css"
    return st.components.v2.component(f"{ours.project}.{name}", html=skeleton, css=css, js=f"{name}.js")


def _register(address: str, ours: Components) -> None:
    """Names `web/` to Streamlit's component manager.

    The manager is internal to Streamlit. Streamlit's own scan finds such folders only in installed distributions, and
    GAN Arena also runs from a checkout. Inline js and css need no folder, but travel with every message.
    """
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(address) is None:
        configs = [ComponentConfig(name, ours.web.name) for name in ours.names]
        manager.register_from_manifest(ComponentManifest(ours.project, "1", configs), ours.web.parent)


@cache
def labels(prefix: str, lang: str, shared: Sequence[str] = ()) -> dict[str, str]:
    """The sentences under `prefix` in `lang` by the rest of their key, and the player's labels that are in `shared`."""
    ours = {key: sentences(lang)[PLAYER + key] for key in shared}
    return ours | {key.removeprefix(prefix): said for key, said in sentences(lang).items() if key.startswith(prefix)}


def packed(head: Mapping[str, Any], parts: Iterable[bytes] = ()) -> bytes:
    """A message (little endian): u32 length of the JSON | JSON, padded to a multiple of 4 | the parts back to back."""
    plain = json.dumps(head, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    plain = plain.ljust(-(-len(plain) // 4) * 4)
    return b"".join([struct.pack("<I", len(plain)), plain, *parts])


def ignore() -> None:
    """A callback that does nothing. Streamlit lists a state value in the result only where there is a callback."""
