"""The work of a worker process: claims a run, trains it, stores its frames, and leaves on request."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import torch

from ganlab.data.user_files import use_store
from ganlab.host.failure import RunError
from ganlab.kind import devices
from ganlab.kind.config import RunConfig
from ganlab.kind.devices import CPU, DeviceError, fix_arithmetic
from ganlab.kind.engine import Engine, load
from ganlab.kind.frame import RunFrame
from ganlab.kind.state import RunState
from ganlab.kind.training import TOGETHER
from ganlab.service.rate import PERIOD, TURN, Rate
from ganlab.service.replay import restored
from ganlab.store import checkpoints
from ganlab.store.rows import RunRow
from ganlab.store.runs import Lost, Store

BEAT = 1.0
"""Seconds between heartbeats, also during a long step."""
REST = 5.0
"""Seconds between checkpoints that only protect against accidents."""
FIRST_KEPT = 256
"""From this step on, every power of two has a checkpoint."""
PATIENCE = 120.0
"""Seconds that a commit waits for another process that holds the store. The server ends one that was stopped."""
GRACE = 20.0
"""Seconds that training may still take after the server has gone."""
NICE = 10
"""Pages have priority over training."""

LEAVE = threading.Event()
"""This process must write a checkpoint and leave."""
SERVER_GONE = threading.Event()
"""The server is closing or no longer exists."""
TRAINING = threading.Event()
"""This process is training a run."""


def prepare(line: Connection) -> None:
    """Prepares this process as a worker. The server holds the line's other end; it closes when the server ends."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, depart)
    threading.Thread(target=watch, args=(line,), daemon=True).start()


def depart(*_: object) -> None:
    """Ends this process: at once if it is idle, else after a checkpoint."""
    LEAVE.set()
    if not TRAINING.is_set():
        os._exit(0)


def watch(line: Connection) -> None:
    """Waits until the line is closed, then ends this process, after a checkpoint if it trains."""
    line.poll(None)
    SERVER_GONE.set()
    LEAVE.set()
    until = monotonic() + GRACE
    while TRAINING.is_set() and monotonic() < until:
        sleep(PERIOD / 2)
    sleep(PERIOD)  # a closing server still receives the result
    os._exit(0)


def warm(engines: Mapping[str, str]) -> int:
    """Imports what training needs and takes one step with each engine; returns the process id."""
    for kind, name in engines.items():
        engine = load(name)
        config = engine.from_json({"kind": kind})
        fix_arithmetic(1, "highest")
        state = engine.start(config)
        engine.encode(config, engine.snapshot(state))
        engine.advance(state)
    return os.getpid()


def work(store_path: Path, slot: str, engines: Mapping[str, str]) -> None:
    """Computes the requested runs of the store, one after the other, until none waits. slot: <server>/<slot>."""
    TRAINING.set()
    try:
        with Store(store_path, patience=PATIENCE) as store:
            while not LEAVE.is_set() and (run := store.claim(f"{slot}/{os.getpid()}")):
                compute(store, run, engines)
    finally:
        TRAINING.clear()
        if LEAVE.is_set():
            os._exit(0)


def compute(store: Store, run: RunRow, engines: Mapping[str, str]) -> None:
    """Trains a claimed run until it is done, diverges, is no longer requested, or this process must leave."""
    try:
        with signs_of_life(store, run):
            fix_arithmetic(run.threads, run.precision)
            use_store(store.path)
            Session(store, run, load(engines[run.kind])).train()
    except Lost:
        pass
    except Exception as error:
        fail(store, run, error)


def fail(store: Store, run: RunRow, error: Exception) -> None:
    """Stores why a run cannot go on."""
    with suppress(Lost, sqlite3.Error):  # otherwise the missing heartbeat shows it
        store.release(run, "failed", *reason(error))


def reason(error: Exception) -> tuple[str, dict[str, Any]]:
    """The kind of failure of an error, and its facts."""
    facts: dict[str, Any] = {"error": repr(error)[:300]}
    if isinstance(error, RunError):
        return error.failure, facts | error.report()
    if REFUSED in str(error):
        return "memory", facts
    return next(name for kind, name in FAILURES.items() if isinstance(error, kind)), facts


@contextmanager
def signs_of_life(store: Store, run: RunRow) -> Iterator[None]:
    """Sends heartbeats from a thread, so that a long step is not mistaken for a dead worker."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            try:
                store.beat(run)
            except (Lost, sqlite3.Error):
                continue  # the next commit detects it

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Session:
    """A claimed run in this process: its state, and the moments and frames that wait for the next commit."""

    def __init__(self, store: Store, run: RunRow, engine: Engine[RunConfig, RunState[Any], RunFrame]):
        self.store, self.run, self.engine = store, run, engine
        self.config = engine.from_json(run.config)
        self.device = self.settle()
        self.moments: list[Any] = []
        self.frames: list[tuple[int, int, bytes]] = []
        self.state = self.resume() or self.fork() or self.begin()
        self.began = self.committed = self.saved = self.state.step
        self.pace, self.eager = Rate(self.state.step, run.steps_per_s), True
        self.next_save, self.next_named = monotonic() + REST, 0.0
        self.turn_ends, self.next_look = monotonic() + TURN, monotonic() + min(TURN, BEAT)

    def settle(self) -> str:
        """The device to compute on: the submitted one, or the processor if the accelerator fails before the start."""
        run, (device, *_) = self.run, devices.device_parts(self.run.device)
        if device == CPU:
            return CPU
        try:
            if device != devices.chosen():
                raise DeviceError(device, "missing")
            if run.step < 0 and run.deaths:
                raise DeviceError(device, "unable")
            fix_arithmetic(run.threads, run.precision, device)
            if run.step < 0:
                self.engine.vouch(self.config, device)
            return device
        except DeviceError as error:
            fix_arithmetic(run.threads, run.precision)
            self.store.move(run, devices.failed(error))
            return CPU

    def begin(self) -> RunState[Any]:
        """The untrained state; its frame is queued for the next commit."""
        state = self.engine.moved(self.engine.start(self.config), self.device)
        self.moments.append(self.engine.moment(state))
        return state

    def resume(self) -> RunState[Any] | None:
        """The state of the newest valid checkpoint whose frames are stored; None without one."""
        state = self.restored(self.config, self.run.step)
        if state is not None and self.run.note:
            self.store.annotate(self.run, resumed=state.step)
        return state

    def fork(self) -> RunState[Any] | None:
        """The state of a stored ancestor run at the edit where this run departs from it; None without one.

        The ancestor's frames up to there are copied.
        """
        for parent, parting in self.config.ancestors():
            row = self.store.run(parent.key())
            if row is None or devices.device_parts(row.device)[0] != self.device:  # its bits would differ
                continue
            state = self.restored(parent, parting)
            if state is not None:
                self.store.copy_frames(self.run, parent.key(), state.step)
                if self.engine.due(state):
                    self.moments.append(self.engine.moment(state))
                return state
        return None

    def restored(self, source: RunConfig, limit: int) -> RunState[Any] | None:
        """The state of a run's newest valid checkpoint up to a step, with this run's config; None without one."""
        state = next(restored(self.store, self.engine, self.config, source, limit), None)
        return None if state is None else self.engine.moved(state, self.device)

    def train(self) -> None:
        """Trains until there is a reason to end, then ends the claim with that reason. Raises Lost."""
        target = self.commit()
        while not (ending := self.ending(target)):
            self.advance()
            if self.due(target):
                target = self.commit()
                self.save_in_time()
        if ending != "diverged":
            self.save()
        self.finish(ending)

    def advance(self) -> None:
        """One step."""
        if (moment := self.engine.advance(self.state)) is not None:
            self.moments.append(moment)
        if len(self.moments) >= TOGETHER:
            self.develop()

    def develop(self) -> None:
        """Computes and encodes the frames that wait for the next commit."""
        for frame in self.engine.develop(self.moments):
            blobs = self.engine.encode(self.config, frame)
            self.frames += [(frame.step, member, blob) for member, blob in enumerate(blobs)]
        self.moments = []

    def due(self, target: int | None) -> bool:
        """Whether to commit now: at the first new frame, every PERIOD seconds, at the end, and at a kept checkpoint."""
        step = self.state.step
        ends = target is None or step >= target or self.state.outcome or LEAVE.is_set()
        fresh = self.eager and (self.moments or self.frames)
        return bool(ends or fresh or self.pace.elapsed() >= PERIOD or self.at_keepsake())

    def at_keepsake(self) -> bool:
        """Whether this step's checkpoint is permanent. Those named by the engine are skipped if saving is slow."""
        step = self.state.step
        power = step >= FIRST_KEPT and checkpoints.is_power_of_two(step)
        return power or (self.engine.keepsake(self.config, step) and monotonic() >= self.next_named)

    def commit(self) -> int | None:
        """Stores the waiting frames; returns the step up to which the run is requested. Raises Lost."""
        self.develop()
        step, seconds, speed = self.state.step, self.pace.elapsed(), self.pace.measure(self.state.step)
        target = self.store.commit(self.run, step, self.frames, speed, seconds)
        self.eager = self.eager and not (self.frames and step > self.began)
        self.frames, self.committed = [], step
        return target

    def ending(self, target: int | None) -> str:
        """The reason why training ends now; '' if it goes on."""
        if self.state.outcome:
            return "diverged"
        if target is None:
            return "stopped"
        if self.state.step >= target:
            return "done"
        if LEAVE.is_set():
            return "interrupted"
        return "stopped" if self.makes_way() else ""

    def makes_way(self) -> bool:
        """Whether another run comes first now. This one is then queued again, behind the others of its visitor."""
        if monotonic() < self.next_look:
            return False
        self.next_look = monotonic() + BEAT
        if monotonic() < self.turn_ends:
            return self.store.makes_way(self.run.key)
        return any(row.state != "running" for row in self.store.queue())

    def save_in_time(self) -> None:
        """Saves a checkpoint if a permanent one is due or the last one is old. Slow saves are made less often."""
        if self.at_keepsake() or monotonic() >= self.next_save:
            started = monotonic()
            self.save()
            pause = 20 * (monotonic() - started)
            self.next_save, self.next_named = monotonic() + max(REST, pause), monotonic() + pause

    def save(self) -> None:
        """Saves a checkpoint of the current state, after its frames. Raises Lost."""
        step = self.state.step
        if step != self.committed:
            self.commit()
        if step != self.saved:
            blob = checkpoints.encode(self.run.key, step, self.engine.checkpoint(self.state))
            self.store.save_checkpoint(self.run, step, blob, partial(self.engine.keepsake, self.config))
            self.saved = step

    def finish(self, ending: str) -> None:
        """Ends the claim. Raises Lost."""
        step = self.state.step
        if ending == "diverged":
            self.store.release(self.run, ending, facts=dict(self.state.facts))
        elif ending == "interrupted":
            note = "server_restarted" if SERVER_GONE.is_set() else "worker_died"
            self.store.release(self.run, ending, note, {"step": step})
        else:
            self.store.release(self.run, ending)


REFUSED = "can't allocate memory"
"""PyTorch's words for want of the processor's memory, in a RuntimeError."""
FAILURES = {
    MemoryError: "memory",
    torch.OutOfMemoryError: "memory",
    sqlite3.Error: "storage",
    OSError: "storage",
    Exception: "crash",
}
"""The kind of failure of other errors, the first that matches; keys of sentences."""
