"""A run's own page, read back as a browser reads it."""

import base64
import json
import zlib
from html.parser import HTMLParser

from ganlab.links import from_json, identity
from ganlab.store import recording
from ganlab.store.recording import RECORDED
from ganlab.ui.run.view import Told


class Page(HTMLParser):
    """The elements and blocks of a page."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.source, self.tags, self.blocks, self.said, self.inside = source, [], [], [], ""
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag in ("script", "style"):
            self.blocks.append((tag, dict(attributes), []))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        (self.blocks[-1][2] if self.inside in ("script", "style") else self.said).append(data)

    def block(self, **wanted):
        """The text of the only script or style with these attributes."""
        (found,) = ["".join(text) for _, attributes, text in self.blocks if wanted.items() <= attributes.items()]
        return found

    @property
    def book(self):
        return json.loads(self.block(id="book"))

    def message(self, lang):
        """The player's message: (its JSON, what follows)."""
        whole, chunks = zlib.decompress(base64.b64decode(self.block(id="parts"))), []
        for length in self.book["chunks"]:
            chunks, whole = [*chunks, whole[:length]], whole[length:]
        assert whole == b""
        return opened(b"".join(chunks[i] for i in self.book["languages"][lang]["message"]))


def opened(data):
    """A message's JSON, and what follows."""
    end = 4 + int.from_bytes(data[:4], "little")
    return json.loads(data[4:end]), data[end:]


def shipped(name, **names):
    """A run that ships."""
    found = recording.read(RECORDED / f"{name}.zip", identity)
    return Told(from_json(found.config), {step: blob for step, member, blob in found.frames if not member}, **names)
