"""Opens the run store whatever has happened to its file, its folder and its disk.

A damaged store is moved aside and kept. Where the chosen folder cannot be used, a temporary one takes its place, and
where that cannot be used either, memory: then runs can be watched, and none can be trained.
"""

from __future__ import annotations

import errno
import logging
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from ganlab.host import settings
from ganlab.host.folders import find_place, temporary
from ganlab.store.database import FILE
from ganlab.store.runs import Store

DAMAGED, FULL, LOCKED, UNWRITABLE, NOWHERE = "damaged", "full", "locked", "unwritable", "nowhere"
CODES = {
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
}
"""SQLite's primary result codes; every other one counts as unwritable."""
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
LEAST = 2**20
"""Bytes that must be free, as SQLite reports some full disks as other errors."""

log = logging.getLogger(__name__)


def open_store(option: Path | str | None, fill: Callable[[Store], object]) -> Store:
    """The store, filled by a function. Its `incidents` say what happened; one that is NOWHERE is in memory."""
    asked = folder_of(option)
    incidents: list[str] = []
    store = first_usable(option, asked, fill, incidents)
    store.incidents = incidents
    return store


def first_usable(
    option: Path | str | None, asked: Path, fill: Callable[[Store], object], incidents: list[str]
) -> Store:
    """The store in the first place that can be used: the chosen one, a temporary one, memory."""
    try:
        return filled(option, fill, incidents)
    except (OSError, sqlite3.Error) as error:
        incidents.append(noted(reason_of(error, asked), asked))
    try:
        return filled(temporary(), fill, incidents)
    except (OSError, sqlite3.Error):
        incidents.append(noted(NOWHERE, asked))
    store = Store(asked, in_memory=True)
    fill(store)
    return store


def filled(option: Path | str | None, fill: Callable[[Store], object], incidents: list[str]) -> Store:
    """The store of one place. If it proves to be damaged, it is moved aside, and a new one is made."""
    folder = find_place(option)[0]
    try:
        return whole(option, fill)
    except sqlite3.Error as error:
        if reason_of(error, folder) != DAMAGED:
            raise
    incidents.append(noted(DAMAGED, set_aside(folder)))
    return whole(option, fill)


def whole(option: Path | str | None, fill: Callable[[Store], object]) -> Store:
    """The store of one place, checked and filled. Raises sqlite3.Error."""
    store = Store(option)
    try:
        if store.database.read("PRAGMA quick_check(1)")[0][0] != "ok":
            raise damage()
        fill(store)
    except BaseException:
        store.close()
        raise
    return store


def damage() -> sqlite3.DatabaseError:
    """The error of a file whose parts do not fit together."""
    error = sqlite3.DatabaseError("the check of the file has failed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def reason_of(error: Exception, folder: Path) -> str:
    """The reason why a place cannot be used."""
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return FULL
    if (folder / FILE).is_dir():
        return DAMAGED
    known = CODES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return known or (FULL if is_full(folder) else UNWRITABLE)


def is_full(folder: Path) -> bool:
    """Whether hardly any space is left."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free < LEAST
    return False


def folder_of(option: Path | str | None) -> Path:
    """The folder that was asked for, whether it can be used or not."""
    with suppress(OSError, RuntimeError):
        return find_place(option)[0]
    return Path(option or settings.read().store or ".")


def set_aside(folder: Path) -> Path:
    """Moves a damaged store and its checkpoints into a folder of their own; that folder."""
    aside = folder / time.strftime(f"{DAMAGED}-%Y%m%d-%H%M%S")
    aside.mkdir(exist_ok=True)
    for path in parts(folder):
        with suppress(FileNotFoundError):  # another server was faster
            path.rename(aside / path.name)
    return aside


def parts(folder: Path) -> Iterator[Path]:
    """What belongs to the store; files of visitors do not."""
    yield from folder.glob(f"{FILE}*")
    yield folder / "checkpoints"


def noted(reason: str, place: Path) -> str:
    """The reason, for the visitors; the log also names the place."""
    log.warning("the run store: %s: %s", reason, place)
    return reason
