"""Folders on this machine: the run store's and the data's."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import platformdirs

from ganlab.host import settings

NAME = "ganlab"


def find_place(option: Path | str | None = None) -> tuple[Path, bool]:
    """The store's folder, created if it is missing, and whether it is a temporary one.

    The option, else GANLAB_STORE, else the user's cache, else a temporary folder if the cache is not writable.
    Raises OSError if the option or GANLAB_STORE is not writable.
    """
    if chosen := option or settings.read().store:
        return writable(Path(chosen)), False
    try:
        return writable(at_home(platformdirs.user_cache_path(NAME, appauthor=False))), False
    except (OSError, RuntimeError):
        return temporary(), True


def data_folder() -> Path:
    """GANLAB_DATA, else ganlab in the user's data folder. Raises RuntimeError if the user has no home."""
    return settings.read().data or at_home(platformdirs.user_data_path(NAME, appauthor=False))


def at_home(folder: Path) -> Path:
    """The folder. Raises RuntimeError if it is relative, as for a user without a home."""
    if not folder.is_absolute():
        raise RuntimeError(f"{folder}: expected an absolute path")
    return folder


def writable(folder: Path) -> Path:
    """The folder, created if it is missing. Raises OSError if it is not writable."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        return folder.resolve()


def temporary() -> Path:
    """This user's own temporary folder, the same at every start unless another user owns a folder of that name."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"ganlab-{user}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        facts = folder.lstat()
        if stat.S_ISDIR(facts.st_mode) and facts.st_uid == user:
            return writable(folder)
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="ganlab-"))
