"""The SQL of the run store: conditions and statements that are joined from them. Every value is bound."""

from __future__ import annotations

WISHED = "(SELECT max(target) FROM wishes WHERE run = runs.key AND seen >= :fresh)"
"""The largest step that a viewer wishes of a run; NULL without wishes."""
WAITING = f"(state IN ('queued', 'interrupted') AND {WISHED} > step)"
UNDER_WAY = "state IN ('queued', 'running', 'interrupted')"
RECORDED = ("threads", "precision", "device", "steps_per_s", "seconds")
"""The columns about its computation that a recorded run has."""
FRAME_BYTES = "(SELECT coalesce(sum(length(blob)), 0) FROM frames WHERE run = key)"
WISH = (
    """INSERT OR IGNORE INTO runs (key, kind, config, threads, precision, device, state, step, target, used)
    VALUES (:key, :kind, :config, :threads, :precision, :device, 'stopped', -1, :target, :now)""",
    "DELETE FROM wishes WHERE run = :key AND viewer = :viewer",
    """INSERT INTO wishes SELECT key, :viewer, :target, :now FROM runs
    WHERE key = :key AND step < :target AND state != 'diverged'""",
    f"""UPDATE runs SET state = 'queued', queued = :now, note = '', facts = '{{}}'
    WHERE key = :key AND NOT {UNDER_WAY} AND {WISHED} > step""",
    f"UPDATE runs SET deaths = 0, target = {WISHED} WHERE key = :key AND {WISHED} > step",
    "UPDATE runs SET used = :now WHERE key = :key",
)
"""One transaction: adds the run if it is missing, replaces the viewer's wish, and queues a wished run."""
CLAIM = f"""UPDATE runs SET state = 'running', token = :token, owner = :owner, heartbeat = :now, target = {WISHED},
    note = CASE WHEN state = 'interrupted' AND owner NOT LIKE :server || '/%' THEN 'server_restarted' ELSE note END
    WHERE key = :key RETURNING *"""
SERVE = """INSERT INTO visitors (viewer, served) SELECT viewer, :now FROM wishes WHERE run = :key AND seen >= :fresh
    ON CONFLICT (viewer) DO UPDATE SET served = excluded.served"""
LEAVE = """INSERT INTO visitors (viewer, gone) VALUES (:viewer, :now)
    ON CONFLICT (viewer) DO UPDATE SET gone = excluded.gone"""
FORGET = "DELETE FROM visitors WHERE viewer NOT IN (SELECT viewer FROM wishes WHERE seen >= :fresh)"
COPY = """INSERT OR REPLACE INTO frames (run, step, member, blob)
    SELECT :key, step, member, blob FROM frames WHERE run = :parent AND step <= :step"""
ADOPT = """INSERT INTO runs
    (key, kind, config, threads, precision, device, state, step, target, steps_per_s, seconds, used)
    VALUES (:key, :kind, :config, :threads, :precision, :device, 'done', :step, :step, :steps_per_s, :seconds, :now)
    ON CONFLICT (key) DO UPDATE
    SET state = 'done', step = excluded.step, target = excluded.target, seconds = excluded.seconds,
        note = '', facts = '{}'
    WHERE state IN ('done', 'stopped', 'failed')"""
