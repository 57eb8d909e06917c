"""Faults while the server runs: a stopped worker that holds the store, a locked store, a clock that is set, lost files.

What happens when the store is opened is in tests/store/test_opening.py.
"""

import signal
import sqlite3
import subprocess
import sys
import threading
import time

import counter_engine
import pytest
from counting import COUNTER, ME, YOU, counted, counter, wish, work
from waiting import Clock, until

from ganlab.host import machine
from ganlab.kind.fields import ConfigError
from ganlab.service import worker
from ganlab.service.jumps import Jumps
from ganlab.service.progress import Progress
from ganlab.service.runs import Runs
from ganlab.store import housekeeping
from ganlab.store.database import FILE
from ganlab.store.frame_cache import FrameCaches
from ganlab.store.housekeeping import STALE, follow_clock, sweep
from ganlab.store.runs import Store

HOLDER = """
import os, signal, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("UPDATE runs SET state = 'running', token = 't', owner = ?", [f"{sys.argv[2]}/0/{os.getpid()}"])
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE runs SET step = step + 1")
print("held", flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
"""


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "runs") as store:
        yield store


@pytest.fixture
def idle(store, monkeypatch):
    """A run service that never starts a worker and does its rounds when a test asks."""
    monkeypatch.setattr(Runs, "_start", lambda *_: None)
    monkeypatch.setattr(Runs, "_serve", lambda _: None)
    return Runs(store, slots=1)


@pytest.fixture
def holder(store, idle):
    """A worker process of the service that has claimed a run long ago and is stopped in the middle of a write."""
    wish(store, counter(30))
    arguments = [sys.executable, "-c", HOLDER, store.path / FILE, idle.server]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    process.stdout.readline()
    until(lambda: machine.is_stopped(process.pid))
    yield process
    process.kill()
    process.communicate()


def claimed(store, server, process, key="k"):
    """A run that a process of a server has had for a while, by the last heartbeat."""
    with store.database.transaction() as db:
        values = (f"{server}/0/{process}", store.clock() - 2 * STALE, key)
        db.execute("UPDATE runs SET state = 'running', token = 't', owner = ?, heartbeat = ? WHERE key = ?", values)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_worker_stopped_in_the_middle_of_a_write_is_ended_and_the_others_go_on(store, idle, holder):
    idle._round()
    assert holder.wait() == -signal.SIGKILL
    run = store.run(counter(30).key())
    assert (run.state, run.note, run.step) == ("interrupted", "worker_died", -1)
    work(store)
    assert store.frames(run.key, 0) == counted(counter(30))


def test_a_commit_outlasts_a_store_that_is_held_for_long(store, monkeypatch):
    """Today's patience of pages would have ended the run with "database is locked"."""
    monkeypatch.setitem(Store.__init__.__kwdefaults__, "patience", 0.01)
    config = counter(30)
    key = wish(store, config)
    other = sqlite3.connect(store.path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    thread = threading.Thread(target=work, args=(store,))
    thread.start()
    time.sleep(0.3)
    assert thread.is_alive()
    other.execute("ROLLBACK")
    thread.join()
    other.close()
    assert (store.run(key).state, store.frames(key, 0)) == ("done", counted(config))


def test_pages_read_on_while_another_process_holds_the_store(tmp_path):
    with Store(tmp_path / "runs", patience=0.01) as kept:
        key = wish(kept, counter(30))
        other = sqlite3.connect(kept.path / FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE runs SET step = 29")
        runs = object.__new__(Runs)
        runs.store, runs._renewed, runs._statuses, runs._workers = kept, {}, {}, [None]
        runs._frame_caches = FrameCaches(kept)
        assert runs.status(key, ME).state == "queued"
        assert runs._renewed[key, ME] < time.monotonic() - 5  # it is renewed at one of the next looks
        other.execute("COMMIT")
        other.close()


def test_a_request_that_cannot_be_stored_is_refused_with_a_reason(idle, monkeypatch):
    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Store, "wish", full)
    with pytest.raises(ConfigError) as error:
        idle.submit(counter(30), ME)
    assert error.value.reason == "storage"
    assert idle.status(counter(30).key()).state == "absent"


def test_a_server_whose_store_is_in_memory_trains_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Runs, "_serve", lambda _: None)
    runs = Runs(Store(tmp_path, in_memory=True), slots=0)
    with pytest.raises(ConfigError) as error:
        runs.submit(counter(30), ME)
    assert error.value.reason == "storage"
    assert list(tmp_path.iterdir()) == []


# The clock


@pytest.fixture
def set_clock(tmp_path):
    """A store whose clock a test sets, with a run that ME wishes, and one whose wish has ended."""
    clock = Clock(1e9)
    with Store(tmp_path / "clocked", clock=clock) as store:
        wish(store, counter(20, seed=1), YOU)
        clock.now += 700
        wish(store, counter(30), ME)
        yield store, clock


@pytest.mark.parametrize("jump", [3600, -3600])
def test_a_clock_that_is_set_by_an_hour_ends_no_run_and_no_wish(set_clock, jump):
    store, clock = set_clock
    key, forgotten = counter(30).key(), counter(20, seed=1).key()
    run = store.claim("here/0/1")
    assert run.key == key
    clock.now += jump
    follow_clock(store, jump)
    sweep(store, "here", STALE)
    assert store.run(key).state == "running"
    assert store.commit(run, 6) == 30
    assert store.wished(forgotten) is None
    clock.now += 599
    assert store.wished(key) == 30
    clock.now += 2
    assert store.wished(key) is None


def test_a_run_that_stopped_as_the_clock_jumped_goes_on(set_clock):
    store, clock = set_clock
    run = store.claim("here/0/1")
    clock.now += 3600
    assert store.commit(run, 6) is None
    store.release(run, "stopped")
    follow_clock(store, 3600)
    assert (store.run(run.key).state, store.claim("here/0/1").key) == ("queued", run.key)


def test_a_dead_worker_is_noticed_after_the_clock_was_set_back(set_clock):
    store, clock = set_clock
    run = store.claim("there/0/1")
    clock.now -= 3600
    follow_clock(store, -3600)
    clock.now += STALE + 1
    sweep(store, "here", STALE)
    assert store.run(run.key).state == "interrupted"


def test_only_a_jump_is_a_jump():
    wall, steady = Clock(5e8), Clock()
    jumps = Jumps(wall, steady)
    for seconds in (1, 60):
        wall.now, steady.now = wall.now + seconds + 0.5, steady.now + seconds
        assert jumps.seen() == 0
    for jump in (3600, -3600):
        wall.now, steady.now = wall.now + 1 + jump, steady.now + 1
        assert jumps.seen() == jump
        assert jumps.seen() == 0


def test_a_round_follows_the_clock(idle, monkeypatch):
    followed = []
    monkeypatch.setattr("ganlab.service.runs.follow_clock", lambda _, jump: followed.append(round(jump)))
    idle._round()
    idle.store.clock = lambda: time.time() + 3600
    idle._jumps.clock = idle.store.clock
    idle._round()
    idle._round()
    assert followed == [3600]


# Silence


def test_heartbeats_that_a_locked_store_held_up_prove_nothing(store, monkeypatch):
    key = wish(store, counter(30))
    claimed(store, "there", 1, key)
    times = iter([time.time(), time.time(), time.time() + housekeeping.SLOW + STALE + 1])
    monkeypatch.setattr(store, "clock", lambda: next(times, time.time()))
    sweep(store, "here", STALE)
    assert store.run(key).state == "running"
    monkeypatch.undo()
    sweep(store, "here", STALE)
    assert store.run(key).state == "interrupted"


def test_only_a_worker_without_any_step_for_too_long_has_hung():
    clock = Clock()
    progress = Progress(60, clock)
    seen = []
    for now, signs in [
        (0, {"slow": 1, "stuck": 1, "imports": None, "idle": 1}),
        (60, {"slow": 1, "stuck": 1, "imports": None}),
        (61, {"slow": 2, "stuck": 1, "imports": 1, "idle": 1}),
        (121, {"slow": 2, "imports": 1, "idle": 1}),
    ]:
        clock.now = now
        seen.append(progress.hung(signs))
    assert seen == [[], [], ["stuck"], []]


def test_two_servers_share_a_store_and_compute_each_run_once(store, monkeypatch, tmp_path):
    monkeypatch.setenv("COUNTER_LOG", str(tmp_path / "starts"))
    keys = [wish(store, counter(30, seed=seed)) for seed in range(4)]
    with Store(store.path) as other:
        mine, theirs = store.claim("one/0/1"), other.claim("two/0/1")
        assert mine.key != theirs.key
        sweep(store, "one", STALE)
        sweep(other, "two", STALE)
        assert {store.run(run.key).state for run in (mine, theirs)} == {"running"}
        store.release(mine, "interrupted")
        other.release(theirs, "interrupted")
        threads = [threading.Thread(target=worker.work, args=(store.path, f"{name}/0", COUNTER)) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {store.run(key).state for key in keys} == {"done"}
    assert sorted((tmp_path / "starts").read_text().split()) == ["0", "1", "2", "3"]


def test_a_run_whose_checkpoints_are_gone_begins_again_with_equal_frames(store):
    key = wish(store, counter(300))
    work(store)
    store.checkpoints.drop(key)
    wish(store, counter(330))
    work(store)
    assert store.run(key).state == "done"
    assert store.frames(key, 0) == counted(counter(330))


def test_a_disk_that_fills_in_mid_run_fails_the_run_and_keeps_what_there_is(store, monkeypatch):
    key, commits, commit = wish(store, counter(300)), [], Store.commit

    def full(self, run, step, *rest):
        commits.append(step)
        if step > 200:
            raise sqlite3.OperationalError("database or disk is full")
        return commit(self, run, step, *rest)

    monkeypatch.setattr(Store, "commit", full)
    monkeypatch.setattr(counter_engine.time, "sleep", lambda _: None)
    work(store)
    run = store.run(key)
    assert (run.state, run.note) == ("failed", "storage")
    monkeypatch.undo()
    wish(store, counter(300))
    work(store)
    assert (store.run(key).state, store.frames(key, 0)) == ("done", counted(counter(300)))
