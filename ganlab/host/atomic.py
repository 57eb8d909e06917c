"""Atomic writes: a file is written as a draft in the same folder and renamed when it is complete."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """A file to write in the body; it replaces the one at `path` at the end, and is removed if the body fails.

    The folder is created if it is missing. Readers see the old file or the new one, never a part.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{uuid.uuid4().hex}.draft")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write(path: Path, blob: bytes) -> None:
    """Writes bytes to a path."""
    with draft(path) as part:
        part.write_bytes(blob)
