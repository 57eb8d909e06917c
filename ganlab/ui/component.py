"""Streamlit v2 components: declaration, served files, labels and messages.

A component has its own folder: a Python module and a folder `web/` with html, css and js. Streamlit serves these files
like those of an installed component; only the html is sent with each message. The files of one component may import
those of another by their address, `../<project>.<name>/<file>`.
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
from ganlab.ui.text.glossary import LABELS, meaning

PLAYER = "player.player."
"""Prefix of the arena player's labels. Other components share some of them."""


@dataclass(frozen=True)
class Components:
    """The components of one folder `web/`. The html and js files are named after the component."""

    project: str
    """The first part of their address."""
    web: Path
    names: tuple[str, ...]
    style: str = ""
    """The name of a shared css file; by default each component has its own."""
    base: Components | None = None
    """The components whose files these import."""
    joined: bool = False
    """Whether js and css are served as `python -m ganlab bundle` joins them: sooner than file by file."""

    @property
    def built(self) -> Path:
        """The folder of the joined files."""
        return self.web / "built"

    def mount(self, name: str, **arguments: Any) -> Any:
        """Mounts a component and returns its state. Keywords are those of Streamlit: key, data, on_*_change."""
        self.serve()
        return _declared(self, name)(**arguments)

    def serve(self) -> None:
        """Lets Streamlit serve `web/`."""
        if self.base:
            self.base.serve()
        _register(f"{self.project}.{self.names[0]}", self)

    def html(self, file: str) -> str:
        """An html file, with the files named in its comments included."""
        text = (self.web / file).read_text(encoding="utf-8")
        return re.sub(r"<!-- (\w+\.html) -->", lambda named: self.html(named[1]).strip(), text)


@cache
def _declared(ours: Components, name: str) -> Any:
    """A component's mount command."""
    skeleton = re.sub(r">\n\s*<", ">\n<", ours.html(f"{name}.html"))  # shorter: it is sent with each message
    folder = f"{ours.built.name}/" if ours.joined else ""
    css, js = f"{folder}{ours.style or name}.css", f"{folder}{name}.js"
    return st.components.v2.component(f"{ours.project}.{name}", html=skeleton, css=css, js=js)


def _register(address: str, ours: Components) -> None:
    """Registers `web/` with Streamlit's component manager.

    The manager is internal to Streamlit. Streamlit's own scan finds such folders in installed distributions only, and
    GAN Arena also runs from a checkout. Inline js and css need no folder, but would be sent with every message.
    """
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(address) is None:
        configs = [ComponentConfig(name, ours.web.name) for name in ours.names]
        manager.register_from_manifest(ComponentManifest(ours.project, "1", configs), ours.web.parent)


@cache
def labels(prefix: str, lang: str, shared: Sequence[str] = ()) -> dict[str, str]:
    """The sentences under `prefix`, keyed by the rest of the key, and the player's labels named in `shared`.

    The players also get the meanings of the terms that they show.
    """
    ours = {key: sentences(lang)[PLAYER + key] for key in shared}
    ours |= {label: meaning(term, lang) for label, term in LABELS.get(prefix, {}).items()}
    return ours | {key.removeprefix(prefix): label for key, label in sentences(lang).items() if key.startswith(prefix)}


def packed(head: Mapping[str, Any], parts: Iterable[bytes] = ()) -> bytes:
    """A message (little endian): u32 length of the JSON | JSON, padded to a multiple of 4 | the parts back to back."""
    plain = json.dumps(head, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    plain = plain.ljust(-(-len(plain) // 4) * 4)
    return b"".join([struct.pack("<I", len(plain)), plain, *parts])


def told(key: str, name: str) -> Mapping[str, Any]:
    """What a mounted component last sent under a name; {} for what is no object, as a browser may send anything."""
    found = (st.session_state.get(key) or {}).get(name)
    return found if isinstance(found, Mapping) else {}


def ignore() -> None:
    """An empty callback. Streamlit includes a state value in the result only if it has a callback."""
