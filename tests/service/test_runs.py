"""Who computes what, when: the worker's loop in this process, then real worker processes, killed and all.

Most run a counter in the place of a GAN; what must hold bit by bit is also held with the real trainer.
"""

import os
import signal
import subprocess
import sys
import textwrap
from itertools import pairwise
from pathlib import Path

import counter_engine
import pytest
from counting import COUNTER, ME, YOU, counted, counter, wish, work
from waiting import GUARD, Clock, until

from benchmarks.containers import Container
from ganlab.host import machine
from ganlab.kinds import engines
from ganlab.plane import train
from ganlab.plane.config import PlaneConfig
from ganlab.service import profile, rate, worker, worker_process
from ganlab.service.runs import Runs, RunStatus, displayed_state
from ganlab.store import housekeeping
from ganlab.store.rows import RunRow
from ganlab.store.runs import Store

HELD = {"plane": "held_engine"}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """Nobody is given up, and no checkpoint is made, because of a busy machine."""
    monkeypatch.setattr(housekeeping, "STALE", 1e9)
    monkeypatch.setattr(worker_process, "GRACE", GUARD)
    monkeypatch.setattr(worker, "REST", 1e9)


@pytest.fixture
def clock(monkeypatch):
    """The time of the worker's loop: it passes only while the counter rests."""
    clock = Clock()
    for module in (worker, rate):
        monkeypatch.setattr(module, "monotonic", clock)
    monkeypatch.setattr(counter_engine, "time", clock)
    return clock


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "runs") as store:
        yield store


def process_id(store, key):
    """Of the worker that has a run."""
    return int(store.run(key).owner.split("/")[-1])


def alive(pid):
    """Whether a process runs; one that waits for its parent to take notice does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


# The loop, in this process


def test_a_run_is_computed_to_its_target(store):
    config = counter(30, members=2)
    key = wish(store, config)
    work(store)
    run = store.run(key)
    assert (run.state, run.step, run.note) == ("done", 30, "")
    assert store.wished(key) is None
    assert store.frames(key, 0) == counted(config)
    assert store.steps(key, member=1) == store.steps(key)
    assert store.frames(key, 1)[3] != store.frames(key, 0)[3]
    assert store.checkpoints.steps(key) == [30]


def test_who_is_told_that_a_run_has_ended_finds_all_its_frames(store, monkeypatch):
    """A page asks once then: what it has last looked at may be a moment old."""
    monkeypatch.setattr("ganlab.store.frame_cache.REFRESH", 1e6)
    with Runs(store, slots=0) as runs:
        key = wish(store, counter(30))
        assert runs.frame_cache(key).steps() == []
        work(store)
        assert runs.status(key).state == "done"
        assert runs.frame_cache(key).steps() == store.steps(key)


def test_a_raised_target_continues_from_the_checkpoint(store, monkeypatch, tmp_path):
    monkeypatch.setenv("COUNTER_LOG", str(tmp_path / "starts"))
    key = wish(store, counter(20))
    work(store)
    monkeypatch.setattr(counter_engine, "start", None)
    wish(store, counter(50))
    work(store)
    monkeypatch.undo()
    assert store.run(key).step == 50
    assert store.frames(key, 0) == counted(counter(50))


def test_a_damaged_checkpoint_gives_way_to_the_one_before(store, monkeypatch):
    key = wish(store, counter(300))
    work(store)
    wish(store, counter(400))
    work(store)
    assert store.checkpoints.steps(key) == [400, 300, 256]
    for path in store.checkpoints.paths(key)[:2]:
        path.write_bytes(path.read_bytes()[:-4])
    restored = []
    original = counter_engine.restore
    monkeypatch.setattr(counter_engine, "restore", lambda c, t: restored.append(original(c, t)) or original(c, t))
    wish(store, counter(420))
    work(store)
    assert [state.step for state in restored] == [256]
    assert store.frames(key, 0) == counted(counter(420))


def test_a_checkpoint_ahead_of_the_frames_is_not_used(store):
    key = wish(store, counter(20))
    work(store)
    with store.database.transaction() as db:
        db.execute("UPDATE runs SET step = 10, state = 'stopped'")
        db.execute("DELETE FROM frames WHERE step > 10")
    wish(store, counter(20))
    work(store)
    assert store.frames(key, 0) == counted(counter(20))


def test_a_checkpoint_never_comes_before_what_led_to_it(store):
    key = wish(store, counter(20))
    session = worker.Session(store, store.claim("here/0/1"), counter_engine)
    session.commit()
    session.advance()
    session.save()
    assert store.checkpoints.steps(key) == [store.run(key).step] == [1]


def test_a_run_that_nobody_wishes_any_more_stops_with_a_checkpoint(store, monkeypatch):
    key = wish(store, counter(10**5))
    commit, commits = Store.commit, []

    def leaving(store, run, step, *rest):
        commits.append(step)
        if len(commits) == 3:
            store.withdraw(run.key, ME)
        return commit(store, run, step, *rest)

    monkeypatch.setattr(Store, "commit", leaving)
    work(store)
    run = store.run(key)
    assert run.state == "stopped"
    assert 0 < run.step < 10**5
    assert store.checkpoints.steps(key)[0] == run.step


def test_what_an_engine_names_has_its_checkpoint_and_keeps_it(store, clock, monkeypatch):
    monkeypatch.setattr(counter_engine, "keepsake", lambda config, step: step % 10 == 5, raising=False)
    key = wish(store, counter(40, seconds=0.02))
    work(store)
    assert store.checkpoints.steps(key) == [40, 35, 25, 15, 5]


def test_keepsakes_that_come_too_fast_are_not_all_saved(store, clock, monkeypatch):
    monkeypatch.setattr(counter_engine, "keepsake", lambda config, step: True, raising=False)
    saves, save = [], Store.save_checkpoint

    def slow(store, run, step, *rest):
        saves.append(step)
        clock.sleep(0.05)
        save(store, run, step, *rest)

    monkeypatch.setattr(Store, "save_checkpoint", slow)
    wish(store, counter(200, seconds=0.002))
    work(store)
    assert saves[-1] == 200
    assert len(saves) == 2


def test_seconds_of_computing_add_up_over_stops_and_are_told(store, clock):
    config = counter(20, seconds=0.01)
    key = wish(store, config)
    work(store)
    assert store.run(key).seconds == pytest.approx(0.2)
    wish(store, config.replace(steps=40))
    clock.sleep(0.3)
    work(store)
    assert store.run(key).seconds == pytest.approx(0.4)
    with Runs(store, slots=1, engines=COUNTER) as runs:
        assert runs.status(key).seconds == store.run(key).seconds


def test_the_first_new_frame_is_stored_at_once_and_then_one_commit_a_period(store, clock, monkeypatch):
    commit, commits = Store.commit, []

    def noted(store, run, step, frames, *rest):
        commits.append((clock.now, step))
        return commit(store, run, step, frames, *rest)

    monkeypatch.setattr(Store, "commit", noted)
    seconds = worker.PERIOD / 31.5
    wish(store, counter(120, seconds=seconds))
    work(store)
    assert [step for _, step in commits] == [0, 3, 35, 67, 99, 120]
    assert [after[0] - before[0] for before, after in pairwise(commits[1:-1])] == pytest.approx([32 * seconds] * 3)


def test_a_divergence_is_an_ending_with_its_facts(store):
    config = counter(30, seed=counter_engine.DIVERGES)
    key = wish(store, config)
    work(store)
    run = store.run(key)
    assert (run.state, run.facts["quantity"], run.step) == ("diverged", "d_loss", counter_engine.FATE)
    assert store.steps(key)[-1] == counter_engine.FATE


@pytest.mark.parametrize(
    ("seed", "note", "fact"),
    [
        (counter_engine.RAISES, "crash", "out of order"),
        (counter_engine.CRASHES_CONFIG, "config", "gamma"),
        (counter_engine.HUNGRY, "memory", "allocate"),
        (counter_engine.GREEDY, "memory", "MemoryError"),
    ],
)
def test_an_error_fails_the_run_and_the_worker_goes_on(store, seed, note, fact):
    bad, good = wish(store, counter(30, seed=seed)), wish(store, counter(30))
    work(store)
    run = store.run(bad)
    assert (run.state, run.note) == ("failed", note)
    assert fact in run.facts["error"]
    assert store.wished(bad) is None
    assert store.run(good).state == "done"
    if note == "config":
        assert (run.facts["field"], run.facts["value"], run.facts["reason"]) == ("gamma", "-1.0", "range")


def test_a_worker_that_lost_its_run_leaves_it_alone(store, monkeypatch):
    key = wish(store, counter(10**5))
    commit, commits = Store.commit, []

    def losing(store, run, step, *rest):
        commits.append(step)
        if len(commits) == 3:
            with store.database.transaction() as db:
                db.execute("UPDATE runs SET token = 'another'")
        return commit(store, run, step, *rest)

    monkeypatch.setattr(Store, "commit", losing)
    work(store)
    assert store.run(key).state == "running"
    assert store.run(key).token == "another"
    assert len(commits) == 3
    assert store.checkpoints.steps(key) == []


def test_a_long_step_gives_signs_of_life(store, monkeypatch):
    monkeypatch.setattr(worker, "BEAT", 0.02)
    beats, beat, advance = [], Store.beat, counter_engine.advance
    monkeypatch.setattr(Store, "beat", lambda store, run: beats.append(1) or beat(store, run))
    monkeypatch.setattr(counter_engine, "advance", lambda state: until(lambda: beats[5:]) and advance(state))
    wish(store, counter(1))
    work(store)
    assert store.run(counter(1).key()).state == "done"


@pytest.mark.whole
def test_the_real_trainer_continues_bit_by_bit_whatever_was_cut_off(store):
    config = PlaneConfig(steps=90, g_width=8, d_width=8, batch_size=16, regularizer="r1")
    undisturbed = {frame.step: train.encode(config, frame)[0] for frame in train.train(config)}
    for steps in (40, 70):
        wish(store, config.replace(steps=steps))
        work(store, engines())
    store.checkpoints.paths(config.key())[0].unlink()
    key = wish(store, config)
    work(store, engines())
    assert store.frames(key, 0) == undisturbed


def test_a_long_run_makes_way_for_those_that_wait_and_both_end_as_undisturbed(store, clock, monkeypatch):
    monkeypatch.setattr(worker, "TURN", 0.1)
    turns, configs = [], [counter(40, seed=seed, seconds=0.02) for seed in (1, 2)]
    claim = Store.claim
    monkeypatch.setattr(Store, "claim", lambda *args: (run := claim(*args)) and (turns.append(run.key), run)[1])
    for config in configs:
        wish(store, config)
    work(store)
    assert len(turns) > 2, "nobody made way"
    for config in configs:
        assert store.run(config.key()).state == "done"
        assert store.frames(config.key(), 0) == counted(config)


@pytest.mark.whole
def test_a_run_with_an_edit_goes_on_from_its_parents_checkpoint_and_ends_as_if_trained_from_scratch(tmp_path):
    parent = PlaneConfig(g_width=8, d_width=8, batch_size=16, steps=90)
    child = parent.alone("d", 90).replace(steps=100)
    blobs = {}
    for name, configs in {"forked": (parent, child), "scratch": (child,)}.items():
        with Store(tmp_path / name) as store:
            for config in configs:
                wish(store, config)
                worker.work(store.path, "here/0", engines())
            blobs[name] = store.frames(child.key(), 0)
            steps = [step for step, _ in store.checkpoints.blobs(child.key(), 100)]
    assert blobs["forked"] == blobs["scratch"]
    assert {90, 91} <= set(blobs["forked"])
    assert steps == [100]


# Worker processes


def test_a_run_that_is_claimed_while_its_status_is_asked_for_is_not_said_to_be_stopped(store, monkeypatch):
    config, queue = counter(), store.queue
    monkeypatch.setattr(worker_process.WorkerProcess, "free", False)
    with Runs(store, slots=1, engines=COUNTER) as runs:
        key = runs.submit(config, ME)
        monkeypatch.setattr(store, "queue", lambda: (store.claim("elsewhere/0"), queue())[1])
        assert runs._status(key).state == "running"


@pytest.fixture(scope="module")
def counters(tmp_path_factory):
    """A server of counters with one slot, for all who leave it without a run: each of its processes imports torch."""
    with Store(tmp_path_factory.mktemp("runs")) as store, pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTER_LOG", str(store.path / "starts"))
        patch.setenv("COUNTER_HELD", str(store.path / "held"))
        with Runs(store, slots=1, engines=COUNTER, device="cpu") as runs:
            yield runs


@pytest.mark.whole
def test_visitors_share_one_computation_wait_their_turn_and_stop_apart(counters):
    store = counters.store
    shared, next_one, last = (counter(10**5, seed=seed, seconds=0.002) for seed in (1, 2, 3))
    key = counters.submit(shared, ME)
    assert counters.submit(shared, YOU) == key
    until(lambda: counters.status(key).state == "running" and counters.frame_cache(key).steps()[3:])

    for config in (next_one, last):
        counters.submit(config, ME)
    second, third = (counters.status(config.key()) for config in (next_one, last))
    assert (second.state, second.position) == ("queued", 1)
    assert (third.state, third.position) == ("queued", 2)
    assert third.eta_s > second.eta_s > 0
    assert counters.status(key).eta_s > 0

    counters.withdraw(key, YOU)
    seen = store.run(key).step
    until(lambda: store.run(key).step > seen + 200)
    assert store.run(key).state == "running"

    counters.withdraw(key, ME)
    until(lambda: counters.status(key).state == "stopped")
    until(lambda: counters.status(next_one.key()).state == "running")
    assert counters.status(last.key()).position == 1
    counters.withdraw(last.key(), ME)
    assert counters.status(last.key()).state == "stopped"
    assert (store.path / "starts").read_text().split().count("1") == 1
    assert counters.frame_cache(key) is counters.frame_cache(key)
    counters.withdraw(next_one.key(), ME)
    until(lambda: counters.status(next_one.key()).state == "stopped")


@pytest.mark.whole
def test_a_killed_worker_is_replaced_until_the_run_has_killed_too_many(counters):
    store = counters.store
    deadly, healthy = counter(30, seed=counter_engine.DIES), counter(30)
    key = counters.submit(deadly, ME)
    until(lambda: store.run(key).deaths == 1)
    with store.database.transaction() as db:
        db.execute("UPDATE runs SET deaths = 4 WHERE key = ?", (key,))
    until(lambda: counters.status(key).state == "failed")
    assert counters.status(key).note == "worker_died"
    counters.submit(healthy, ME)
    until(lambda: counters.status(healthy.key()).state == "done")


@pytest.mark.whole
def test_a_worker_that_hangs_is_ended_its_slot_is_free_and_its_run_can_go_on(counters, monkeypatch):
    store, stuck, healthy = counters.store, counter(30, seed=counter_engine.HANGS), counter(30, seed=20)
    (held := store.path / "held").touch()
    key = counters.submit(stuck, ME)
    until(lambda: store.run(key).step >= 3)
    seen = store.run(key)
    until(lambda: store.run(key).heartbeat > seen.heartbeat)  # alive, not stopped, and without progress
    with monkeypatch.context() as patch:
        patch.setattr(counters._progress, "limit", 0.0)
        until(lambda: counters.status(key).state == "failed")
    until(lambda: not alive(process_id(store, key)))
    assert counters.status(key).note == "hung"
    assert counters.status(key).step >= seen.step
    counters.submit(healthy, ME)
    until(lambda: counters.status(healthy.key()).state == "done")
    held.unlink()
    counters.submit(stuck, ME)
    until(lambda: counters.status(key).state == "done")
    assert counters.status(key).note == ""
    assert list(store.frames(key, 0)) == list(range(0, 31, 3))


@pytest.mark.whole
def test_if_a_warm_worker_dies_another_takes_the_work_even_where_its_source_was_dropped(counters, monkeypatch, logged):
    """A reload of the server's source drops the modules that worker processes are started from."""
    counters.join(ME)
    process = counters._workers[0]
    until(lambda: process.is_warm and process.free)
    (pid,) = process._executor._processes
    os.kill(pid, signal.SIGKILL)
    until(lambda: process._executor._flags.broken)
    monkeypatch.delitem(sys.modules, "ganlab.service.worker")
    key = counters.submit(counter(30, seed=9), ME)
    until(lambda: counters.status(key).state == "done")
    assert not logged


@pytest.mark.whole
def test_a_closing_server_leaves_checkpoints_and_another_goes_on(store):
    config = counter(10**5, seconds=0.002)
    with Runs(store, slots=1, engines=COUNTER) as runs:
        key = runs.submit(config, ME)
        until(lambda: store.run(key).step > 50)
        pid = process_id(store, key)
    run = store.run(key)
    assert (run.state, run.note, run.deaths) == ("interrupted", "server_restarted", 0)
    assert store.checkpoints.steps(key)[0] == run.step
    assert not alive(pid)
    with Runs(store, slots=1, engines=COUNTER) as runs:
        until(lambda: store.run(key).step > run.step)
        status = runs.status(key)
        assert (status.note, status.facts["resumed"]) == ("server_restarted", run.step)
        store.withdraw(key, ME)
        until(lambda: store.run(key).state == "stopped")
    steps = store.steps(key)
    assert store.frames(key, 0) == counted(counter(), steps[-1])


def small(steps):
    """A real GAN, small but long enough to be killed on the way."""
    return PlaneConfig(steps=steps, g_width=4, d_width=4, batch_size=8, g_depth=1, d_depth=1)


@pytest.fixture
def held(monkeypatch, tmp_path):
    """Runs of HELD linger while this file is there: what is to happen to them in the middle, happens in the middle."""
    path = tmp_path / "held"
    path.touch()
    monkeypatch.setenv("GANLAB_TEST_HELD", str(path))
    return path


@pytest.mark.whole
def test_a_killed_workers_run_says_so_and_ends_with_the_frames_of_an_undisturbed_one(store, held):
    config = small(500)
    with Runs(store, slots=1, engines=HELD) as runs:
        key = runs.submit(config, ME)
        until(lambda: store.run(key).step > 300)
        os.kill(process_id(store, key), signal.SIGKILL)
        held.unlink()
        until(lambda: runs.status(key).note == "worker_died")
        assert runs.status(key).facts["step"] >= 300
        until(lambda: runs.status(key).state == "done")
    assert store.frames(key, 0) == undisturbed(config)


def undisturbed(config):
    """The frames of a run of HELD to which nothing has happened."""
    return {frame.step: train.encode(config, frame)[0] for frame in train.train(config)}


@pytest.fixture
def narrow():
    """A control group with 100 MB."""
    try:
        group = Container(100 * 10**6, 1)
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")
    yield group
    until(lambda: not group.processes)
    group.remove()


@pytest.mark.nightly
def test_a_worker_that_the_kernel_ends_for_want_of_memory_is_told_and_its_run_goes_on(store, held, narrow):
    with Runs(store, slots=1, engines=HELD) as runs:
        key = runs.submit(small(500), ME)
        until(lambda: store.run(key).step > 300)
        narrow.enter(process_id(store, key))
        os.truncate(held, 10 * 10**6)
        until(lambda: narrow.killed)
        held.unlink()
        until(lambda: runs.status(key).note == "worker_died")
        until(lambda: runs.status(key).state == "done")
    assert store.frames(key, 0) == undisturbed(small(500))


SERVER = """
import sys, time
from ganlab.plane.config import PlaneConfig
from ganlab.service import worker_process
from ganlab.service.runs import Runs
from ganlab.store.runs import Store

worker_process.GRACE = 300
runs = Runs(Store(sys.argv[1]), slots=1, engines={"plane": "held_engine"})
key = runs.submit(PlaneConfig(steps=int(sys.argv[2]), g_width=4, d_width=4, batch_size=8, g_depth=1, d_depth=1), "me")
while not runs.frame_cache(key).steps()[100:]:
    time.sleep(0.01)
if sys.argv[3] == "stay":
    time.sleep(300)
"""


def serve(store, steps, stay="stay"):
    """A server in a process of its own."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", textwrap.dedent(SERVER), str(store.path), str(steps), stay]
    return subprocess.Popen(command, cwd=root, env=os.environ | {"PYTHONPATH": f"{root}:{root / 'tests' / 'support'}"})


@pytest.mark.whole
def test_a_killed_servers_run_is_taken_up_by_the_next(store, held):
    config, key = small(500), small(500).key()
    with serve(store, 500) as server:
        until(lambda: store.run(key) and store.run(key).step > 300)
        worker_id = process_id(store, key)
        server.kill()
    until(lambda: not alive(worker_id))
    held.unlink()
    assert store.run(key).state == "interrupted"
    assert store.checkpoints.steps(key)[0] == store.run(key).step
    with Runs(store, slots=1) as runs:
        until(lambda: runs.status(key).state == "running")
        assert runs.status(key).note == "server_restarted"
        until(lambda: runs.status(key).state == "done")
    undisturbed = {frame.step: train.encode(config, frame)[0] for frame in train.train(config)}
    assert store.frames(key, 0) == undisturbed


@pytest.mark.whole
def test_a_server_that_ends_does_not_wait_for_its_runs(store, held):
    config = small(10**5)
    with serve(store, config.steps, "end") as server:
        assert server.wait(GUARD) == 0
    run = store.run(config.key())
    assert (run.state, run.note) == ("interrupted", "server_restarted")
    assert store.checkpoints.steps(config.key())[0] == run.step


# What is shown


def row(**facts):
    rest = dict.fromkeys(RunRow.__dataclass_fields__)
    return RunRow(**(rest | {"state": "running", "heartbeat": 100.0} | facts))


def test_a_silent_worker_and_a_forgotten_queue_are_shown_as_what_they_are():
    assert displayed_state(row(), None, 101.0) == "running"
    assert displayed_state(row(), None, 106.0) == "interrupted"
    assert displayed_state(row(state="queued"), 1, 106.0) == "queued"
    assert displayed_state(row(state="queued"), None, 106.0) == "stopped"
    assert displayed_state(row(state="done"), None, 106.0) == "done"


def test_an_unknown_run_is_absent(counters):
    assert counters.status("nothing") == RunStatus("absent")


def test_the_slots_are_what_the_variable_says(monkeypatch):
    monkeypatch.setenv("GANLAB_SLOTS", "3")
    assert profile.slots() == 3
    monkeypatch.delenv("GANLAB_SLOTS")
    monkeypatch.setattr(machine, "found", lambda: machine.Machine(8e9, 8))
    assert profile.slots() == 7
    monkeypatch.setattr(machine, "found", lambda: machine.Machine(1e9, 8))
    assert profile.slots() == 1
