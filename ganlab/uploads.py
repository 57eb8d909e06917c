"""Generators that visitors brought along: files beside the run store, named by their content, bounded."""

from __future__ import annotations

import os
import re
import uuid
from contextvars import ContextVar
from pathlib import Path

from ganlab.checkpoints import size_of
from ganlab.database import find_place
from ganlab.pretrained import PRETRAINED
from ganlab.weights import Generator, WeightsError, code, decode, encode, shipped

KEEP = 32
"""Files at most."""
CAP = 128 * 2**20
"""Bytes at most."""
STORE: ContextVar[Path | None] = ContextVar("store", default=None)
"""The run store's folder in whose name a worker trains; where nobody has said so, the default one."""


class Uploads:
    """The files of one folder: <code>.safetensors. The ones not used for longest go first, never the newest."""

    def __init__(self, store: Path, keep: int = KEEP, cap: int = CAP):
        self.folder, self.keep, self.cap = store / "generators", keep, cap

    def save(self, generator: Generator) -> str:
        """Keeps a generator, by atomic rename; its code."""
        blob = encode(generator)
        name = code(blob)
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f"{uuid.uuid4().hex}.draft"
        try:
            draft.write_bytes(blob)
            os.replace(draft, self.path(name))
        finally:
            draft.unlink(missing_ok=True)
        self.prune()
        return name

    def load(self, name: str) -> Generator:
        """The generator of a code. Raises WeightsError where it is here no more."""
        path = self.path(name)
        try:
            blob = path.read_bytes()
            os.utime(path)
        except OSError:
            raise WeightsError("gone", code=name) from None
        if code(blob) != name:
            raise WeightsError("gone", code=name)
        return decode(blob)

    def path(self, name: str) -> Path:
        """The file of a code, there or not. Raises WeightsError for what is none."""
        if not re.fullmatch("[0-9a-f]{16}", name):
            raise WeightsError("gone", code=name[:80])
        return self.folder / f"{name}.safetensors"

    def paths(self) -> list[Path]:
        """All files, the last used first."""
        return sorted(self.folder.glob("*.safetensors"), key=used, reverse=True)

    def prune(self) -> None:
        """Drops what is too many or too much."""
        total = 0
        for i, path in enumerate(self.paths()):
            total += size_of(path)
            if i and (i >= self.keep or total > self.cap):
                path.unlink(missing_ok=True)


def used(path: Path) -> float:
    """When a file was used last; long ago when it has just gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def named(source: str) -> Generator:
    """A generator by the name that it ships under, or by its code. Raises WeightsError."""
    if source in PRETRAINED:
        return shipped(source)
    return Uploads(STORE.get() or find_place()[0]).load(source)
