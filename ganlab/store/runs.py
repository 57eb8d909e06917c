"""The run store: runs, their frames, and viewers' wishes. It is the only channel between workers and pages.

Runs, frames and wishes are rows of a database; checkpoints are files beside it. Times are in seconds of the store's
clock.
"""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ganlab.host import settings
from ganlab.host.folders import find_place
from ganlab.store import recording, turns
from ganlab.store.checkpoints import Checkpoints, Stays, none
from ganlab.store.database import PATIENCE, Database
from ganlab.store.rows import RunRow, run_row
from ganlab.store.statements import (
    ADOPT,
    CLAIM,
    COPY,
    FRAME_BYTES,
    LEAVE,
    RECORDED,
    SERVE,
    WAITING,
    WISH,
    WISHED,
)

BRIEFLY = 0.1
"""Seconds that a page waits to record that it looks at a run; it will look again."""
LINGER = 30.0
"""Seconds without a connection after which a viewer has left; a connection that breaks comes back sooner."""
WISH_LIFE = 600.0
"""Seconds after which a wish ends unless it is renewed."""


class Lost(Exception):
    """The run was given to another worker."""


class Store:
    """One connection to the run store, for any number of threads.

    cap: bytes of frames and checkpoints of all runs; None for GANLAB_STORE_BYTES. patience: seconds that a write waits
    for that of another process. in_memory: nothing is written to the path, and no other process sees the store.
    """

    def __init__(
        self,
        path: Path | str | None = None,
        *,
        cap: int | None = None,
        clock: Callable[[], float] = time.time,
        patience: float = PATIENCE,
        in_memory: bool = False,
    ):
        self.path, self.temporary = (Path(path or "."), False) if in_memory else find_place(path)
        self.cap, self.clock = settings.read().store_bytes if cap is None else cap, clock
        self.database = Database(None if in_memory else self.path, patience)
        self.checkpoints = Checkpoints(self.path / "checkpoints")
        self.incidents: list[str] = []
        """What kept it from being opened as usual, see opening.py."""

    def close(self) -> None:
        """Closes the connection."""
        self.database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def notices(self) -> list[str]:
        """Keys of problems: incidents; no_wal (readers and writers block each other), temporary."""
        found = {"no_wal": self.database.journal not in ("wal", "memory"), "temporary": self.temporary}
        return [*self.incidents, *(key for key, is_so in found.items() if is_so)]

    @property
    def fresh(self) -> float:
        """Wishes that were renewed after this time are valid."""
        return self.clock() - WISH_LIFE

    # What pages read

    def run(self, key: str) -> RunRow | None:
        """The run with a key; None if the store has none."""
        rows = self.database.read("SELECT * FROM runs WHERE key = :key", key=key)
        return run_row(rows[0]) if rows else None

    def wished(self, key: str) -> int | None:
        """The largest step that a viewer wishes of a run; None without wishes."""
        sql = f"SELECT {WISHED} AS target FROM runs WHERE key = :key"
        return next((row["target"] for row in self.database.read(sql, key=key, fresh=self.fresh)), None)

    def wishes(self, key: str, viewer: str) -> bool:
        """Whether a viewer wishes a run."""
        sql = "SELECT 1 FROM wishes WHERE run = :key AND viewer = :viewer AND seen >= :fresh"
        return bool(self.database.read(sql, key=key, viewer=viewer, fresh=self.fresh))

    def steps(self, key: str, after: int = -1, member: int = 0) -> list[int]:
        """The steps beyond `after` that have a frame, ascending."""
        sql = "SELECT step FROM frames WHERE run = :key AND member = :member AND step > :after ORDER BY step"
        return [row["step"] for row in self.database.read(sql, key=key, member=member, after=after)]

    def frames(self, key: str, member: int, steps: Iterable[int] | None = None) -> dict[int, bytes]:
        """A member's packed frames by step, ascending; all of them, or those of the given steps that there are."""
        chosen = None if steps is None else json.dumps(sorted(steps))
        within = "" if chosen is None else "AND step IN (SELECT value FROM json_each(:chosen))"
        sql = f"SELECT step, blob FROM frames WHERE run = :key AND member = :member {within} ORDER BY step"
        return {row["step"]: row["blob"] for row in self.database.read(sql, key=key, member=member, chosen=chosen)}

    def queue(self) -> list[RunRow]:
        """The runs that are computed, then those that wait, in the order of their turns."""
        return turns.ordered(self._active(), self._visitors())

    def makes_way(self, key: str) -> bool:
        """Whether a run that is computed must end its turn early, see turns.py."""
        return turns.makes_way(key, self._active(), self._visitors())

    def waiting(self, viewer: str) -> set[str]:
        """The runs that wait and that a viewer wishes."""
        visitors = self._visitors()
        return {row.key for row in self._active() if row.state != "running" and viewer in visitors.wishes[row.key]}

    def _active(self) -> list[RunRow]:
        sql = f"SELECT * FROM runs WHERE state = 'running' OR {WAITING}"
        return [run_row(row) for row in self.database.read(sql, fresh=self.fresh)]

    def _visitors(self) -> turns.Visitors:
        wishes: defaultdict[str, set[str]] = defaultdict(set)
        for row in self.database.read("SELECT run, viewer FROM wishes WHERE seen >= :fresh", fresh=self.fresh):
            wishes[row["run"]].add(row["viewer"])
        known = self.database.read("SELECT viewer, served, gone FROM visitors")
        left = {row["viewer"] for row in known if row["gone"] is not None and self.clock() - row["gone"] > LINGER}
        return turns.Visitors(wishes, {row["viewer"]: row["served"] for row in known}, left)

    def finished(self, kind: str) -> list[dict[str, Any]]:
        """The configs of the finished runs of a kind, those used last first."""
        sql = "SELECT config FROM runs WHERE kind = :kind AND state = 'done' AND step > 0 ORDER BY used DESC"
        return [json.loads(row["config"]) for row in self.database.read(sql, kind=kind)]

    def steps_per_s(self, kind: str) -> float | None:
        """Mean steps per second of a kind's runs on this machine; None if none was measured."""
        sql = "SELECT avg(steps_per_s) AS steps_per_s FROM runs WHERE kind = :kind AND steps_per_s > 0"
        mean: float | None = self.database.read(sql, kind=kind)[0]["steps_per_s"]
        return mean

    def paces(self, kind: str) -> list[tuple[dict[str, Any], float]]:
        """(config as JSON, steps per second) of the latest runs of a kind that were computed here, else of all."""
        sql = """SELECT config, steps_per_s FROM runs WHERE kind = :kind AND steps_per_s > 0
            ORDER BY owner = '', used DESC LIMIT 64"""
        here = """SELECT count(*) AS n FROM runs WHERE kind = :kind AND steps_per_s > 0 AND owner != ''"""
        count = min(64, self.database.read(here, kind=kind)[0]["n"])
        rows = self.database.read(sql, kind=kind)
        return [(json.loads(row["config"]), row["steps_per_s"]) for row in rows[: count or None]]

    # What pages write

    def wish(
        self,
        key: str,
        config: Mapping[str, Any],
        target: int,
        viewer: str,
        threads: int = 1,
        precision: str = "highest",
        device: str = "cpu",
    ) -> None:
        """Records a viewer's wish for a run up to a step and queues the run, unless the store has that step."""
        values = {"key": key, "kind": config["kind"], "config": json.dumps(config), "target": target, "viewer": viewer}
        values |= {
            "threads": threads,
            "precision": precision,
            "device": device,
            "now": self.clock(),
            "fresh": self.fresh,
        }
        with self.database.transaction() as db:
            for statement in WISH:
                db.execute(statement, values)

    def withdraw(self, key: str, viewer: str) -> None:
        """Ends a viewer's wish. A queued run without other wishes stops at once, a running one within a second."""
        with self.database.transaction() as db:
            db.execute("DELETE FROM wishes WHERE run = ? AND viewer = ?", (key, viewer))
            idle = f"state IN ('queued', 'interrupted') AND {WISHED} IS NULL"
            values = {"key": key, "fresh": self.fresh}
            db.execute(f"UPDATE runs SET state = 'stopped' WHERE key = :key AND {idle}", values)

    def touch(self, key: str, viewer: str | None = None) -> None:
        """Records that a run is in use, and renews the viewer's wish if there is one. Raises sqlite3.Error soon."""
        with self.database.transaction(BRIEFLY) as db:
            db.execute("UPDATE runs SET used = ? WHERE key = ?", (self.clock(), key))
            db.execute("UPDATE wishes SET seen = ? WHERE run = ? AND viewer = ?", (self.clock(), key, viewer))
            db.execute("UPDATE visitors SET gone = NULL WHERE viewer = ?", (viewer,))

    def leave(self, viewer: str) -> None:
        """Records that a viewer has left the site. Their runs go on while nobody else waits."""
        with self.database.transaction() as db:
            db.execute(LEAVE, {"viewer": viewer, "now": self.clock()})

    # What workers do

    def claim(self, owner: str) -> RunRow | None:
        """Claims the wished run whose turn it is, with a new token; None if none waits."""
        with self.database.transaction() as db:
            in_turn = turns.ordered(self._active(), self._visitors())
            run = next((row for row in in_turn if row.state != "running"), None)
            if run is None:
                return None
            values: dict[str, Any] = {"owner": owner, "server": owner.split("/")[0], "token": uuid.uuid4().hex}
            values |= {"key": run.key, "now": self.clock(), "fresh": self.fresh}
            (row,) = db.execute(CLAIM, values).fetchall()
            db.execute(SERVE, values)
        return run_row(row)

    def commit(
        self,
        run: RunRow,
        step: int,
        frames: Sequence[tuple[int, int, bytes]] = (),
        steps_per_s: float = 0.0,
        seconds: float = 0.0,
    ) -> int | None:
        """Stores frames (step, member, blob) and the step reached; the largest step wished. Raises Lost.

        seconds: of computing since the last commit.
        """
        change = f"""step = max(step, :step), heartbeat = :now, target = coalesce({WISHED}, target),
            steps_per_s = coalesce(nullif(:pace, 0.0), steps_per_s), seconds = seconds + :seconds"""
        values = {"step": step, "pace": steps_per_s, "seconds": seconds, "now": self.clock(), "fresh": self.fresh}
        with self.database.transaction() as db:
            self._change(db, run, change, **values)
            rows = [(run.key, *frame) for frame in frames]
            db.executemany("INSERT OR REPLACE INTO frames (run, step, member, blob) VALUES (?, ?, ?, ?)", rows)
            return self.wished(run.key)

    def copy_frames(self, run: RunRow, parent: str, step: int) -> None:
        """Copies another run's frames up to a step to a claimed run. Raises Lost."""
        values = {"key": run.key, "parent": parent, "step": step}
        with self.database.transaction() as db:
            self._change(db, run, "step = max(step, :step)", step=step)
            db.execute(COPY, values)

    def beat(self, run: RunRow) -> None:
        """Records a heartbeat of the worker. Raises Lost."""
        with self.database.transaction() as db:
            self._change(db, run, "heartbeat = :now", now=self.clock())

    def move(self, run: RunRow, device: str) -> None:
        """Changes a claimed run's device. Raises Lost."""
        with self.database.transaction() as db:
            self._change(db, run, "device = :device", device=device)

    def annotate(self, run: RunRow, **facts: Any) -> None:
        """Adds to a claimed run's facts. Raises Lost."""
        with self.database.transaction() as db:
            self._change(db, run, "facts = json_patch(facts, :facts)", facts=json.dumps(facts))

    def save_checkpoint(self, run: RunRow, step: int, blob: bytes, stays: Stays = none) -> None:
        """Saves a checkpoint of a claimed run whose frames up to that step are stored. Raises Lost."""
        self.beat(run)
        self.checkpoints.save(run.key, step, blob, stays)

    def release(self, run: RunRow, state: str, note: str = "", facts: Mapping[str, Any] | None = None) -> None:
        """Ends a claim. A run that stopped or is done goes back to the queue if more steps are wished. Raises Lost."""
        values = {"state": state, "note": note, "facts": json.dumps(facts or {}), "fresh": self.fresh, "key": run.key}
        values |= {"files": self.checkpoints.size(run.key), "now": self.clock()}
        fate = "" if state in ("stopped", "interrupted") and not note else ", note = :note, facts = :facts"
        satisfied = "" if state in ("diverged", "failed") else "AND target <= (SELECT step FROM runs WHERE key = :key)"
        with self.database.transaction() as db:
            self._change(db, run, f"token = NULL, state = :state, bytes = :files + {FRAME_BYTES} {fate}", **values)
            db.execute(f"DELETE FROM wishes WHERE run = :key {satisfied}", values)
            if state in ("done", "stopped"):
                further = f"key = :key AND {WISHED} > step"
                db.execute(
                    f"UPDATE runs SET state = 'queued', queued = :now, target = {WISHED} WHERE {further}", values
                )

    def _change(self, db: sqlite3.Connection, run: RunRow, change: str, **values: Any) -> None:
        claim = {"key": run.key, "token": run.token}
        if not db.execute(f"UPDATE runs SET {change} WHERE key = :key AND token = :token", values | claim).rowcount:
            raise Lost(run.key)

    # Recorded runs

    def import_recording(self, path: Path | str, identity: recording.Identity) -> str:
        """Imports a recorded run unless the store has as many steps of it; its key. Raises RecordingError."""
        facts = recording.read_summary(Path(path), identity)
        row = self.run(facts["key"])
        if row is None or (row.step < facts["step"] and row.state in ("done", "stopped", "failed")):
            self._adopt(recording.read(Path(path), identity))
        return str(facts["key"])

    def _adopt(self, recorded: recording.Recording) -> None:
        if recorded.checkpoint and self.database.on_disk:
            self.checkpoints.save(recorded.key, *recorded.checkpoint)
        values = {name: getattr(recorded, name) for name in ("key", "step", *RECORDED)}
        values |= {"kind": recorded.config["kind"], "config": json.dumps(recorded.config), "now": self.clock()}
        rows = [(recorded.key, *frame) for frame in recorded.frames]
        with self.database.transaction() as db:
            db.execute(ADOPT, values)
            db.executemany("INSERT OR REPLACE INTO frames (run, step, member, blob) VALUES (?, ?, ?, ?)", rows)
            files = self.checkpoints.size(recorded.key)
            db.execute(f"UPDATE runs SET bytes = ? + {FRAME_BYTES} WHERE key = ?", (files, recorded.key))

    def export_recording(
        self,
        key: str,
        path: Path | str,
        identity: recording.Identity,
        steps: Iterable[int] | None = None,
        members: Iterable[int] = (0,),
    ) -> None:
        """Writes a run to one file: frames of some steps and members, and the last checkpoint. Raises KeyError."""
        row, chosen = self.run(key), None if steps is None else list(steps)
        if row is None:
            raise KeyError(key)
        frames = [(step, m, blob) for m in members for step, blob in self.frames(key, m, chosen).items()]
        kept = {name: getattr(row, name) for name in ("config", "step", *RECORDED)}
        last = next(self.checkpoints.blobs(key, row.step), None)
        engine, _ = identity(row.config)
        recording.write(recording.Recording(engine, key, **kept, frames=frames, checkpoint=last), Path(path))
