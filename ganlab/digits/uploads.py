"""Stores generators that visitors uploaded: files beside the run store, named by content, of limited total size."""

from __future__ import annotations

import re
from pathlib import Path

from ganlab.data.user_files import UserFiles, store_in_use
from ganlab.digits.pretrained import PRETRAINED
from ganlab.digits.weights import Generator, WeightsError, code, decode, encode, shipped

KEEP = 32
"""Maximum number of files."""
CAP = 128 * 2**20
"""Maximum total bytes."""


class Uploads:
    """The generators beside a run store: <code>.safetensors."""

    def __init__(self, store: Path, keep: int = KEEP, cap: int = CAP):
        self.files = UserFiles(store / "generators", ".safetensors", code, cap, keep)

    def save(self, generator: Generator) -> str:
        """Stores a generator; returns its code."""
        return self.files.save(encode(generator))

    def load(self, name: str) -> Generator:
        """The generator of a code. Raises WeightsError if it no longer exists."""
        blob = self.files.load(name) if re.fullmatch("[0-9a-f]{16}", name) else None
        if blob is None:
            raise WeightsError("gone", code=name[:80])
        return decode(blob)

    def names(self) -> list[str]:
        """All codes, the most recently used first."""
        return [path.stem for path in self.files.paths()]


def named(source: str) -> Generator:
    """A generator by the name that it ships under, or by its code. Raises WeightsError."""
    if source in PRETRAINED:
        return shipped(source)
    return Uploads(store_in_use()).load(source)
