"""Files of visitors (points, generators) beside a run store, named by their content and limited in size.

A config refers to such a file by name. A process chooses the store with one call of `use_store`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ganlab.host import atomic, folders


@dataclass(frozen=True)
class UserFiles:
    """The files of one folder: <name><suffix>. The least recently used go first, never the newest."""

    folder: Path
    suffix: str
    name_of: Callable[[bytes], str]
    """The content's name."""
    cap: int
    """Bytes at most."""
    keep: int | None = None
    """Files at most."""

    def path(self, name: str) -> Path:
        """The file of a name, there or not."""
        return self.folder / (name + self.suffix)

    def save(self, content: bytes) -> str:
        """Saves a content; its name."""
        name = self.name_of(content)
        atomic.write(self.path(name), content)
        self.prune()
        return name

    def load(self, name: str) -> bytes | None:
        """The content of a name; None if it is missing or damaged."""
        try:
            content = self.path(name).read_bytes()
            os.utime(self.path(name))
        except OSError:
            return None
        return content if self.name_of(content) == name else None

    def paths(self) -> list[Path]:
        """All files, the last used first."""
        return sorted(self.folder.glob(f"*{self.suffix}"), key=lambda path: facts(path)[0], reverse=True)

    def prune(self) -> None:
        """Removes the least recently used files beyond the limits."""
        total = 0
        for i, path in enumerate(self.paths()):
            total += facts(path)[1]
            if i and (total > self.cap or (self.keep is not None and i >= self.keep)):
                path.unlink(missing_ok=True)


def facts(path: Path) -> tuple[int, int]:
    """When a file was used last, in nanoseconds, and its bytes; zeros when it has just gone."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


class _Process:
    """The setting of this process."""

    store: Path | None = None


def use_store(store: Path | None) -> None:
    """Sets the store beside which this process looks up files; None: the default one."""
    _Process.store = store


def store_in_use() -> Path:
    """The folder of the store beside which names are looked up."""
    return _Process.store or folders.find_place()[0]
