"""The run store's file: its tables, and one connection to it for any number of threads."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA_VERSION = 1
"""Part of the file's name: another schema is another file."""
FILE = f"runs-{SCHEMA_VERSION}.sqlite"
LATER = {"seconds": "REAL NOT NULL DEFAULT 0", "device": "TEXT NOT NULL DEFAULT 'cpu'"}
"""Columns of runs that were added later."""
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS runs (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, config TEXT NOT NULL, threads INTEGER NOT NULL, precision TEXT NOT NULL,
    state TEXT NOT NULL, step INTEGER NOT NULL, target INTEGER NOT NULL, steps_per_s REAL NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '', facts TEXT NOT NULL DEFAULT '{{}}',
    owner TEXT NOT NULL DEFAULT '', token TEXT, heartbeat REAL NOT NULL DEFAULT 0, deaths INTEGER NOT NULL DEFAULT 0,
    queued REAL NOT NULL DEFAULT 0, used REAL NOT NULL, bytes INTEGER NOT NULL DEFAULT 0,
    {", ".join(f"{name} {kind}" for name, kind in LATER.items())});
CREATE TABLE IF NOT EXISTS frames (
    run TEXT NOT NULL, step INTEGER NOT NULL, member INTEGER NOT NULL, blob BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS frames_by_member ON frames (run, member, step);
CREATE TABLE IF NOT EXISTS wishes (
    run TEXT NOT NULL, viewer TEXT NOT NULL, target INTEGER NOT NULL, seen REAL NOT NULL, PRIMARY KEY (run, viewer));
CREATE TABLE IF NOT EXISTS visitors (viewer TEXT PRIMARY KEY, served REAL NOT NULL DEFAULT 0, gone REAL)
"""
MEMORY = ":memory:"
"""SQLite's name of a file in memory."""
PATIENCE = 10.0
"""Seconds to wait for another writer's transaction."""


class Database:
    """The tables in a folder; every transaction and every read is short.

    Readers have a connection of their own: they do not wait for a writer that waits for another process. Without a
    folder the tables are in memory.
    """

    def __init__(self, folder: Path | None, patience: float = PATIENCE):
        self._lock, self._reading = threading.RLock(), threading.RLock()
        self._writer, self._patience = 0, patience
        self.on_disk = folder is not None
        file = folder / FILE if folder else MEMORY
        self._db = connected(file, patience)
        self._close = weakref.finalize(self, self._db.close)
        self._db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        (self.journal,) = self._db.execute("PRAGMA journal_mode = WAL").fetchone()
        """The mode in force: wal, or where the file system cannot share memory delete."""
        self._db.execute("PRAGMA synchronous = NORMAL")
        for statement in SCHEMA.split(";"):
            self._db.execute(statement)
        known = {column["name"] for column in self._db.execute("PRAGMA table_info(runs)")}
        for name, kind in LATER.items():
            if name not in known:
                self._db.execute(f"ALTER TABLE runs ADD COLUMN {name} {kind}")
        self._reader = connected(file, patience) if folder else self._db
        self._close_reader = weakref.finalize(self, self._reader.close)

    def close(self) -> None:
        """Closes the connections; garbage collection does so, too."""
        with self._reading, self._lock:
            self._close_reader()
            self._close()

    @contextmanager
    def transaction(self, patience: float | None = None) -> Iterator[sqlite3.Connection]:
        """One short write, rolled back if it fails. patience: seconds to wait for other writers, if not the usual."""
        wait = self._patience if patience is None else patience
        with taken(self._lock, wait if patience is not None else -1):
            self._db.execute(f"PRAGMA busy_timeout = {wait * 1000:.0f}")
            self._db.execute("BEGIN IMMEDIATE")
            self._writer = threading.get_ident()
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite has ended it itself where the disk is full
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._writer = 0

    def read(self, sql: str, **values: Any) -> list[sqlite3.Row]:
        """All rows at once, so that no cursor stays open. Inside a transaction its own changes are seen."""
        if self._writer == threading.get_ident():
            return self._db.execute(sql, values).fetchall()
        with self._lock if self._reader is self._db else self._reading:
            return self._reader.execute(sql, values).fetchall()

    def vacuum(self) -> None:
        """Gives the space of removed rows back to the disk."""
        with self._lock:
            self._db.execute("PRAGMA incremental_vacuum").fetchall()


@contextmanager
def taken(lock: threading.RLock, patience: float) -> Iterator[None]:
    """Holds a lock; a patience of −1 is endless. Raises sqlite3.OperationalError if it is not free in time."""
    if not lock.acquire(timeout=patience):
        raise sqlite3.OperationalError("another thread writes")
    try:
        yield
    finally:
        lock.release()


def connected(file: Path | str, patience: float) -> sqlite3.Connection:
    """A connection to a file, for any thread."""
    db = sqlite3.connect(file, timeout=patience, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db
