"""The run server: schedules runs on worker processes and reports their status to visitors."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from ganlab.host import machine, settings
from ganlab.kind import devices
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import ConfigError
from ganlab.kinds import KINDS, engines
from ganlab.service import limits, profile
from ganlab.service.crowd import Crowd
from ganlab.service.forecast import Paces, step_seconds
from ganlab.service.jumps import Jumps
from ganlab.service.progress import Progress
from ganlab.service.rate import TURN
from ganlab.service.worker_process import WorkerProcess, interpreter_ends
from ganlab.store.frame_cache import FrameCache, FrameCaches
from ganlab.store.housekeeping import STALE, evict, fail_hung, follow_clock, interrupt, sweep
from ganlab.store.rows import RunRow
from ganlab.store.runs import Store

TICK = 1.0
"""Seconds between two scheduling rounds; an event may start one earlier."""
RENEW = 10.0
"""Seconds between two renewals of a viewer's request for a run."""
SAME = 0.2
"""Seconds for which a status is cached."""
HOUSEKEEPING = 15.0
"""Seconds between two evictions."""
RATE = 250.0
"""Steps per second that are assumed for a run without measurements."""
PRECISION = "highest"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunStatus:
    """The status of a run."""

    state: str
    """absent, queued, running, done, stopped, interrupted, diverged or failed."""
    step: int = 0
    """The last step computed and stored."""
    target: int = 0
    position: int | None = None
    """Its position in the queue, from 1; None if it does not wait."""
    eta_s: float | None = None
    """Seconds until it starts if it waits; seconds until it is done if it is computed."""
    steps_per_s: float | None = None
    seconds: float = 0.0
    """Seconds of computation so far; 0 if unknown."""
    device: str = devices.CPU
    """The device that computes it, in the notation of `devices`."""
    note: str = ""
    """worker_died, server_restarted (until it ends); where it failed the kind of failure (`worker.fail`); else ''."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Interruption: `step`, and `resumed` (step) after it. Failure: `error` and its own. Divergence: its own."""


class Runs:
    """The runs of one server process. It ends with `close` or with the process.

    engines: who trains a run, by its kind; None as KINDS has it. threads: of every run that is submitted here; None by
    its kind. device: of those that use an accelerator; None the machine's. patience: as `housekeeping.sweep` has
    it. limit: runs of one viewer that may wait. Raises DeviceError where GANLAB_DEVICE names one that is not there.
    """

    def __init__(
        self,
        store: Store,
        slots: int | None = None,
        engines: Mapping[str, str] | None = None,
        threads: int | None = None,
        patience: float | None = None,
        device: str | None = None,
        limit: int | None = None,
    ):
        self.store, self.device = store, device or devices.chosen()
        self.crowd = Crowd(profile.watchers(profile.here().cpus))
        self._engines = engines
        self.threads, self.patience, self.limit = threads, patience, limit
        self.server = uuid.uuid4().hex[:12]
        self._workers = [
            WorkerProcess(f"{self.server}/{n}") for n in range(profile.slots() if slots is None else slots)
        ]
        self._paces = Paces(store)
        self._frame_caches = FrameCaches(store, profile.profile().frames)
        self._renewed: dict[tuple[str, str | None], float] = {}
        self._statuses: dict[str, tuple[float, RunStatus]] = {}
        self._visitors: dict[str, str] = {}
        self._gone: set[str] = set()
        self._last_housekeeping, self._jumps = 0.0, Jumps(store.clock)
        self._progress = Progress(settings.read().hang_s)
        self._wake, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve, name="runs", daemon=True)
        self._thread.start()

    # What pages ask

    def submit(self, config: RunConfig, viewer: str) -> str:
        """Requests a run up to config.steps; returns its key. Stored steps are not recomputed. Raises ConfigError."""
        key = config.key()
        if self.reached(key) < config.steps:
            limits.check(config)
            limits.check_queue(config, self.store.waiting(viewer) - {key}, self.limit)
        device = self.device if KINDS[config.kind].accelerated else devices.CPU
        fixed = self.threads or threads(config), PRECISION, device
        if not self._workers:
            raise ConfigError("steps", config.steps, "storage")
        try:
            self.store.wish(key, config.to_json(), config.steps, viewer, *fixed)
        except sqlite3.Error as error:
            log.warning("a run could not be requested: %s", error)
            raise ConfigError("steps", config.steps, "storage") from error
        self._renewed[key, viewer] = monotonic()
        self._statuses.pop(key, None)
        self._wake.set()
        return key

    def withdraw(self, key: str, viewer: str) -> None:
        """Ends a viewer's request. The run stops within a second unless another viewer requests it."""
        self.store.withdraw(key, viewer)
        self._statuses.pop(key, None)

    def touch(self, key: str, viewer: str | None = None) -> None:
        """Records that a run is being viewed. This also renews the viewer's request."""
        now = monotonic()
        if now - self._renewed.get((key, viewer), -RENEW) >= RENEW:
            self._renewed[key, viewer] = now
            try:
                self.store.touch(key, viewer)
            except sqlite3.Error:  # somebody else writes, or nobody can: the page looks again soon
                self._renewed[key, viewer] = now - RENEW + TICK

    def status(self, key: str, viewer: str | None = None) -> RunStatus:
        """The status of a run. If a viewer is given, it also renews that viewer's request."""
        self.touch(key, viewer)
        when, status = self._statuses.get(key, (-SAME, None))
        if status is None or monotonic() - when >= SAME:
            status = self._status(key)
            self._statuses[key] = (monotonic(), status)
            self._frame_caches.expect(key, status.step)
        return status

    def reached(self, key: str) -> int:
        """The last step that is stored now; -1 if there is none."""
        row = self.store.run(key)
        return row.step if row else -1

    def forecast(self, config: RunConfig) -> float | None:
        """Seconds that a run to config.steps still takes on this server; None if no run of its kind was measured."""
        row = self.store.run(config.key())
        left = max(0, config.steps - max(row.step if row else 0, 0))
        if row and row.steps_per_s and row.owner:
            return left / row.steps_per_s
        seconds = step_seconds(config, self._paces.of(config.kind))
        return None if seconds is None else left * seconds

    def frame_cache(self, key: str) -> FrameCache:
        """The run's frames, in memory, one for all visitors."""
        return self._frame_caches.of(key)

    def wishes(self, key: str, viewer: str) -> bool:
        """Whether a viewer requests a run."""
        return self.store.wishes(key, viewer)

    def wished(self, key: str) -> bool:
        """Whether any viewer requests a run."""
        return self.store.wished(key) is not None

    def join(self, visit: str, viewer: str = "") -> None:
        """Registers a visit. One worker is kept warm as long as there is a visitor."""
        self._visitors[visit] = viewer
        self._wake.set()

    def leave(self, visit: str) -> None:
        """Ends a visit. A viewer who has no other one comes last from now on."""
        self.crowd.leave(visit)
        viewer = self._visitors.pop(visit, "")
        if viewer and viewer not in self._visitors.values():
            self._gone.add(viewer)

    def finished(self, config: RunConfig) -> list[RunConfig]:
        """The finished runs of the same kind."""
        return [KINDS[config.kind].config.from_json(facts) for facts in self.store.finished(config.kind)]

    def close(self) -> None:
        """Stops the workers; each writes a checkpoint first."""
        self._closing.set()
        self._wake.set()
        self._thread.join()

    def __enter__(self) -> Runs:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _status(self, key: str) -> RunStatus:
        row, queue = self._row(key)
        if row is None:
            return RunStatus("absent")
        waiting = [other.key for other in queue if other.state != "running"]
        position = waiting.index(key) + 1 if key in waiting else None
        return RunStatus(
            state=displayed_state(row, position, self.store.clock()),
            step=max(row.step, 0),
            target=row.target,
            position=position,
            eta_s=self._eta(row, queue, position),
            steps_per_s=row.steps_per_s or None,
            seconds=row.seconds,
            device=row.device,
            note=row.note,
            facts=row.facts,
        )

    def _row(self, key: str) -> tuple[RunRow | None, list[RunRow]]:
        """The run's row, and the queue where the run is in it. A run may be claimed between two looks at the store."""
        row = self.store.run(key)
        if row is None or row.state not in ("queued", "running", "interrupted"):
            return row, []
        queue = self.store.queue()
        return next((other for other in queue if other.key == key), None) or self.store.run(key), queue

    def _eta(self, row: RunRow, queue: list[RunRow], position: int | None) -> float | None:
        if row.state == "running":
            return self._remaining(row)
        if position is None:
            return None
        ahead = queue[: [other.key for other in queue].index(row.key)]
        if len(ahead) < len(self._workers):
            return 0.0
        return sum(min(TURN, self._remaining(one)) for one in ahead) / max(1, len(self._workers))

    def _remaining(self, row: RunRow) -> float:
        """Seconds of work left, by the run's own rate, else by the rate of its kind."""
        rate = row.steps_per_s or self.store.steps_per_s(row.kind) or RATE
        return max(row.target - max(row.step, 0), 0) / rate

    @property
    def engines(self) -> dict[str, str]:
        """The engine of each kind of run."""
        return dict(engines() if self._engines is None else self._engines)

    # What goes on beside the pages, in a thread of its own

    def _serve(self) -> None:
        while not self._closing.is_set() and not interpreter_ends():
            try:
                self._round()
            except Exception:
                log.exception("a round of the run server failed")
                self._closing.wait(TICK)
            self._wake.wait(TICK)
            self._wake.clear()
        for worker in self._workers:
            worker.hang_up()
        for worker in self._workers:
            worker.close()

    def _round(self) -> None:
        """Handles ended workers, assigns work to free ones, keeps one warm, and evicts old runs."""
        self._end_stopped()
        self._end_hung()
        if jump := self._jumps.seen():
            follow_clock(self.store, jump)
        while self._gone:
            self.store.leave(self._gone.pop())
        for worker in self._workers:
            if worker.reap():
                interrupt(self.store, worker.name)
        sweep(self.store, self.server, self.patience)
        waiting = sum(row.state != "running" for row in self.store.queue())
        free = sorted((worker for worker in self._workers if worker.free), key=lambda worker: -worker.used)
        for worker in free[:waiting]:
            self._start(worker, "work", self.store.path, worker.name, self.engines)
        idle = free[waiting:]
        if idle and not idle[0].is_warm and self._visitors:
            self._start(idle[0], "warm", {key: name for key, name in self.engines.items() if KINDS[key].warm})
        if monotonic() - self._last_housekeeping >= HOUSEKEEPING:
            self._housekeep()

    def _end_stopped(self) -> None:
        """Ends own workers that were stopped by a signal: one may hold the store. Its run goes to another."""
        silence = STALE if self.patience is None else self.patience
        for row in self.store.queue():
            ours = row.state == "running" and row.owner.startswith(f"{self.server}/")
            if ours and abs(self.store.clock() - row.heartbeat) > silence:
                end_if_stopped(int(row.owner.rpartition("/")[2]))

    def _end_hung(self) -> None:
        """Ends workers that have made no step for too long, so that their slots are free again."""
        running = [row for row in self.store.queue() if row.state == "running"]
        steps = {row.owner.rpartition("/")[0]: (row.key, row.step) for row in running}
        busy = {worker.name: worker for worker in self._workers if worker.is_busy}
        for name in self._progress.hung({name: steps.get(name) for name in busy}):
            log.warning("worker %s has made no step for too long and is ended", name)
            fail_hung(self.store, name)
            busy[name].end()

    def _start(self, worker: WorkerProcess, function: str, *args: Any) -> None:
        try:
            worker.submit(self._ended, function, *args)
        except Exception:  # the queue is in the store: nothing is lost, and the worker is tried again later
            log.exception("worker %s could not be started", worker.name)

    def _ended(self, _: Future[Any]) -> None:
        self._wake.set()

    def _housekeep(self) -> None:
        self._frame_caches.forget(evict(self.store))
        now = self._last_housekeeping = monotonic()
        self._renewed = {who: when for who, when in self._renewed.copy().items() if now - when < RENEW}
        self._statuses = {key: told for key, told in self._statuses.copy().items() if now - told[0] < SAME}


def end_if_stopped(process: int) -> None:
    """Ends a process that was stopped by a signal; a stopped one takes no other signal."""
    if machine.is_stopped(process):
        log.warning("worker process %s was stopped and is ended", process)
        os.kill(process, signal.SIGKILL)


def displayed_state(row: RunRow, position: int | None, now: float) -> str:
    """The state to display: a run whose worker is silent is interrupted; a queued run without a request is stopped."""
    if row.state == "running" and now - row.heartbeat > STALE:
        return "interrupted"
    return "stopped" if row.state == "queued" and position is None else row.state


def threads(config: RunConfig) -> int:
    """The number of threads for a run. It is fixed for the whole run, as the bits depend on it."""
    kind = KINDS[config.kind]
    most = 1 if getattr(config, "architecture", "") in kind.single else kind.threads
    return min(most, profile.profile().threads)
