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
    run TEXT NOT NULL, viewer TEXT NOT NULL, target INTEGER NOT NULL, seen REAL NOT NULL, PRIMARY KEY (run, viewer))
"""
PATIENCE = 10.0
"""Seconds to wait for another writer's transaction."""


class Database:
    """A connection to the tables in a folder; every transaction and every read is short."""

    def __init__(self, folder: Path):
        self._lock = threading.RLock()
        file = folder / f"runs-{SCHEMA_VERSION}.sqlite"
        self._db = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        self._close = weakref.finalize(self, self._db.close)
        self._db.row_factory = sqlite3.Row
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

    def close(self) -> None:
        """Closes the connection; garbage collection does so, too."""
        with self._lock:
            self._close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One short write, rolled back if it fails."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def read(self, sql: str, **values: Any) -> list[sqlite3.Row]:
        """All rows at once, so that no cursor stays open."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()
