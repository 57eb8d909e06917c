"""One run, or two side by side, as one html file with the player: no network and no server, from a disk or an LMS.

The file holds the html, style and script of the player as the app serves them, and two blocks of data. `book` is JSON:
which player it is, and for each language the words, the curves and of which chunks the player's message is made.
`parts` is base64: all chunks back to back, deflated. The messages of the languages share the frames.

Scripts and styles are joined by `python -m ganlab bundle`, since modules cannot import each other there.
"""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ganlab.ui.players.player import PLAYERS

HOME = Path(__file__).parent
WEB, BUILT = HOME / "web", HOME / "built"
TEMPLATES = Environment(
    loader=FileSystemLoader(HOME), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
)


@dataclass(frozen=True)
class Played:
    """What a page shows in one language."""

    component: str
    """The player: "player", "duel" or "digits"."""
    message: bytes
    shared: Sequence[bytes]
    """Parts of the message that are the same in every language, in the message's order: the frames."""
    charts: Sequence[Mapping[str, Any]]
    """The curves below it, see `ChartData` in types/messages.d.ts."""
    words: Mapping[str, str]
    """title, about (what differs from the usual settings), alone, settings, theme."""


def document(played: Mapping[str, Played], start: str, settings: Any) -> str:
    """The file. `played`: by language; `start`: the language that it opens in; `settings`: JSON that it can show."""
    store, languages = Chunks(), dict[str, Any]()
    for lang, one in played.items():
        parts = store.keep(cut(one.message, one.shared))
        languages[lang] = {"words": dict(one.words), "charts": list(one.charts), "message": parts}
    opening = played[start]
    book = {"component": opening.component, "start": start, "languages": languages, "chunks": store.lengths}
    style, look, script = map(built, (BUILT / "host.css", look_of(opening.component), BUILT / "host.js"))
    return TEMPLATES.get_template("page.html").render(
        start=start,
        languages=list(played),
        title=opening.words["title"],
        about=opening.words["about"],
        alone=opening.words["alone"],
        policy=policy(script, style, look),
        style=style,
        look=look,
        script=script,
        skeleton=skeleton(opening.component),
        settings=json.dumps(settings, indent=1, ensure_ascii=False),
        book=inert(book),
        parts=store.packed(),
    )


class Chunks:
    """Pieces of messages, each kept once."""

    def __init__(self) -> None:
        self.places: dict[bytes, int] = {}

    def keep(self, pieces: Iterable[bytes]) -> list[int]:
        """The places of pieces, which are added where they are new."""
        return [self.places.setdefault(piece, len(self.places)) for piece in pieces]

    @property
    def lengths(self) -> list[int]:
        """The number of bytes of each."""
        return [len(piece) for piece in self.places]

    def packed(self) -> str:
        """All of them, deflated, in base64."""
        return b64encode(zlib.compress(b"".join(self.places), 9)).decode()


def cut(message: bytes, shared: Iterable[bytes]) -> list[bytes]:
    """The pieces of a message: its shared parts, and what is between them."""
    pieces, at = list[bytes](), 0
    for part in shared:
        found = message.index(part, at)
        pieces += [message[at:found], part]
        at = found + len(part)
    return [piece for piece in (*pieces, message[at:]) if piece]


def look_of(component: str) -> Path:
    """A player's style: that of the app, or one of its own here."""
    own = BUILT / f"{component}.css"
    return own if own.is_file() else PLAYERS.built / own.name


@cache
def built(file: Path) -> str:
    """A joined script or style."""
    return file.read_text(encoding="utf-8").strip()


@cache
def skeleton(component: str) -> str:
    """A player's html, without the style that hides it until its files are loaded: the policy allows no attribute."""
    return re.sub(r' style="[^"]*"', "", PLAYERS.html(f"{component}.html"))


def policy(script: str, *styles: str) -> str:
    """The page's content security policy: this script and these styles, which load nothing, and nothing else."""
    allowed = {"script-src": hashed(script), "style-src": " ".join(map(hashed, styles))}
    closed = dict.fromkeys(("default-src", "base-uri", "form-action"), "'none'")
    return "; ".join(f"{name} {value}" for name, value in (closed | allowed).items())


def hashed(content: str) -> str:
    """The source expression of an inline script or style."""
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def inert(facts: Any) -> str:
    """JSON in which no text can end the block that it stands in."""
    plain = json.dumps(facts, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return plain.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
