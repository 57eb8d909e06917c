"""Maintenance of the run store: runs of crashed workers go back to the queue, old runs are removed."""

from __future__ import annotations

from typing import Any

from ganlab.store.runs import Store
from ganlab.store.statements import FORGET, FRAME_BYTES, WISHED

STALE = 5.0
"""Seconds without a heartbeat after which a worker counts as crashed."""
SLOW = 1.0
"""Seconds of waiting for the store after which silence proves nothing."""
DEATHS = 5
"""Crashed workers after which a run has failed, unless a viewer asks for it again."""
DIED = f"""token = NULL, deaths = deaths + 1, facts = json_object('step', max(step, 0)), bytes = {FRAME_BYTES},
    note = CASE WHEN owner LIKE :server || '/%' THEN 'worker_died' ELSE 'server_restarted' END,
    state = CASE WHEN deaths + 1 >= {DEATHS} THEN 'failed' ELSE 'interrupted' END"""
HUNG = (
    f"token = NULL, state = 'failed', note = 'hung', facts = json_object('step', max(step, 0)), bytes = {FRAME_BYTES}"
)
FORGET_FAILED = "DELETE FROM wishes WHERE run IN (SELECT key FROM runs WHERE state = 'failed')"


def interrupt(store: Store, slot: str) -> None:
    """Marks the run of a crashed worker. slot: <server>/<slot>."""
    which = "state = 'running' AND owner LIKE :slot || '/%'"
    with store.database.transaction() as db:
        db.execute(f"UPDATE runs SET {DIED} WHERE {which}", {"server": slot.split("/")[0], "slot": slot})
        db.execute(FORGET_FAILED)


def fail_hung(store: Store, slot: str) -> None:
    """Ends the run of a worker that gets nowhere. A viewer may ask for it again. slot: <server>/<slot>."""
    which = "state = 'running' AND owner LIKE :slot || '/%'"
    with store.database.transaction() as db:
        db.execute(f"UPDATE runs SET {HUNG} WHERE {which}", {"slot": slot})
        db.execute(FORGET_FAILED)


def sweep(store: Store, server: str, patience: float | None = None) -> None:
    """Marks the runs of workers without heartbeat, and stops queued runs without a wish.

    patience: seconds of silence; STALE where it is None.
    """
    silent, unwished = "state = 'running' AND heartbeat < :silent", f"state = 'queued' AND {WISHED} IS NULL"
    silence = STALE if patience is None else patience
    values: dict[str, Any] = {"silent": store.clock() - silence, "fresh": store.fresh, "server": server}
    if not store.database.read(f"SELECT key FROM runs WHERE {silent} OR {unwished} LIMIT 1", **values):
        return
    with store.database.transaction() as db:
        if store.clock() - values["silent"] - silence > SLOW:
            return  # whoever held the store up has held up the heartbeats, too
        db.execute(f"UPDATE runs SET {DIED} WHERE {silent}", values)
        db.execute(FORGET_FAILED)
        db.execute(f"UPDATE runs SET state = 'stopped' WHERE {unwished}", values)


def follow_clock(store: Store, jump: float) -> None:
    """Keeps heartbeats and wishes valid after the machine's clock was set by so many seconds.

    Wishes that were valid are renewed, the others go. A run that stopped for want of a wish waits again.
    """
    values = {"now": store.clock(), "before": store.fresh - jump, "fresh": store.fresh}
    with store.database.transaction() as db:
        for statement in CLOCK_WAS_SET:
            db.execute(statement, values)


CLOCK_WAS_SET = (
    "UPDATE runs SET heartbeat = :now WHERE state = 'running'",
    "DELETE FROM wishes WHERE seen < :before",
    "UPDATE wishes SET seen = :now",
    f"UPDATE runs SET state = 'queued', queued = :now WHERE state = 'stopped' AND {WISHED} > step",
)


def evict(store: Store) -> list[str]:
    """Removes the least recently used runs until the rest fits the store's cap; their keys.

    Runs that are computed, queued or wished are kept, and so is the last one used.
    """
    folders, dropped = store.checkpoints.runs(), []
    rows = store.database.read("SELECT key, bytes FROM runs ORDER BY used, queued, key")
    total = sum(row["bytes"] for row in rows)
    for row in rows[:-1]:
        if total > store.cap and drop(store, row["key"]):
            total -= row["bytes"]
            dropped.append(row["key"])
    with store.database.transaction() as db:
        db.execute(FORGET, {"fresh": store.fresh})
    for stray in set(folders) - {row["key"] for row in rows}:
        store.checkpoints.drop(stray)
    if dropped:
        store.database.vacuum()
    return dropped


def drop(store: Store, key: str) -> bool:
    """Removes a run unless it is in use; whether it was removed."""
    idle = f"state NOT IN ('running', 'queued') AND {WISHED} IS NULL"
    with store.database.transaction() as db:
        if not db.execute(f"DELETE FROM runs WHERE key = :key AND {idle}", {"key": key, "fresh": store.fresh}).rowcount:
            return False
        db.execute("DELETE FROM frames WHERE run = ?", (key,))
        store.checkpoints.drop(key)
    return True
