"""The run store: claims, wishes, queue, checkpoints, eviction, places and recordings. Nothing trains here."""

import json
import os
import sqlite3
import stat
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest
import torch

from ganlab.host.folders import find_place
from ganlab.links import identity
from ganlab.plane.config import PlaneConfig
from ganlab.store import checkpoints, recording
from ganlab.store.checkpoints import Checkpoints
from ganlab.store.frame_cache import FrameCache, FrameCaches
from ganlab.store.housekeeping import DEATHS, STALE, evict, interrupt, sweep
from ganlab.store.recording import RecordingError
from ganlab.store.runs import WISH_LIFE, Lost, Store

ME, YOU = "me", "you"
HERE, THERE = "here/0/100", "there/0/200"


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 1e9

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    with Store(tmp_path / "runs", clock=clock) as store:
        yield store


def wish(store, key="a", target=100, viewer=ME):
    store.wish(key, {"kind": "plane"}, target, viewer)
    return key


def blobs(*steps, member=0, size=8):
    return [(step, member, bytes([step]) * size) for step in steps]


def compute(store, key="a", step=100, size=8, state="done"):
    """What a worker leaves of a run."""
    wish(store, key, step)
    run = store.claim(HERE)
    assert run.key == key
    store.commit(run, step, blobs(step % 256, size=size))
    store.release(run, state)
    store.clock.now += 1


# Wishes and the queue


def test_a_wished_run_is_queued_and_an_unknown_one_absent(store):
    wish(store)
    run = store.run("a")
    assert (run.state, run.step, run.target, run.config) == ("queued", -1, 100, {"kind": "plane"})
    assert store.run("b") is None
    assert store.wished("b") is None


def test_two_viewers_share_a_run_that_ends_with_the_last_wish(store):
    wish(store, viewer=ME)
    wish(store, viewer=YOU, target=50)
    run = store.claim(HERE)
    store.withdraw("a", ME)
    assert store.commit(run, 1) == 50
    store.withdraw("a", YOU)
    assert store.commit(run, 2) is None
    assert store.run("a").state == "running"


def test_a_queued_run_without_wishes_stops(store):
    wish(store)
    store.withdraw("a", ME)
    assert store.run("a").state == "stopped"
    assert store.claim(HERE) is None


def test_a_wish_lives_as_long_as_somebody_looks(store, clock):
    wish(store)
    clock.now += WISH_LIFE - 1
    store.touch("a", ME)
    clock.now += WISH_LIFE - 1
    assert store.wished("a") == 100
    clock.now += 2
    assert store.wished("a") is None
    assert store.claim(HERE) is None
    sweep(store, "here")
    assert store.run("a").state == "stopped"


def test_looking_does_not_bring_a_withdrawn_wish_back(store):
    wish(store)
    store.withdraw("a", ME)
    store.touch("a", ME)
    assert store.wished("a") is None


def test_nothing_is_computed_that_the_store_has(store):
    compute(store, step=100)
    wish(store, target=100)
    assert store.run("a").state == "done"
    assert store.claim(HERE) is None
    wish(store, target=101)
    assert store.claim(HERE).step == 100


def test_a_smaller_target_replaces_the_viewers_greater_one(store):
    wish(store, target=100)
    run = store.claim(HERE)
    store.commit(run, 60)
    wish(store, target=50)
    assert store.commit(run, 61) is None


def test_turns_are_taken_in_the_order_of_asking(store, clock):
    for key in "bac":
        wish(store, key)
        clock.now += 1
    assert [run.key for run in store.queue()] == ["b", "a", "c"]
    assert store.claim(HERE).key == "b"
    assert [(run.key, run.state) for run in store.queue()] == [("b", "running"), ("a", "queued"), ("c", "queued")]


# Claims


def test_one_run_is_claimed_once_however_many_try(store, tmp_path):
    wish(store)
    stores = [Store(tmp_path / "runs", clock=store.clock) for _ in range(4)]
    together = threading.Barrier(8)

    def claim(n):
        together.wait()
        return stores[n % 4].claim(f"here/{n}/{n}")

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(claim, range(8)))
    for other in stores:
        other.close()
    assert sum(run is not None for run in claims) == 1


def test_a_worker_that_lost_its_run_can_write_nothing(store, clock):
    wish(store)
    lost = store.claim(HERE)
    clock.now += STALE + 1
    sweep(store, "there")
    found = store.claim(THERE)
    assert found.token != lost.token
    for write in (
        lambda: store.commit(lost, 9, blobs(9)),
        lambda: store.beat(lost),
        lambda: store.annotate(lost, resumed=1),
        lambda: store.save_checkpoint(lost, 9, b""),
        lambda: store.release(lost, "done"),
    ):
        with pytest.raises(Lost):
            write()
    assert store.steps("a") == []
    assert store.checkpoints.steps("a") == []
    assert store.run("a").token == found.token
    assert store.run("a").step == -1


def test_a_beating_worker_keeps_its_run(store, clock):
    wish(store)
    run = store.claim(HERE)
    for _ in range(5):
        clock.now += STALE - 1
        store.beat(run)
        sweep(store, "there")
    assert store.run("a").state == "running"


def test_frames_come_back_by_member_and_step(store):
    wish(store)
    run = store.claim(HERE)
    store.commit(run, 3, blobs(1, 2, 3) + blobs(1, 2, 3, member=1, size=4), 50.0)
    assert store.steps("a") == [1, 2, 3]
    assert store.steps("a", after=2) == [3]
    assert store.frames("a", 1) == {1: b"\1" * 4, 2: b"\2" * 4, 3: b"\3" * 4}
    assert list(store.frames("a", 0, [3, 1, 7])) == [1, 3]
    assert store.run("a").steps_per_s == store.steps_per_s("plane") == 50.0
    assert store.steps_per_s("digits") is None


def test_frames_computed_again_do_not_count_twice(store):
    wish(store)
    run = store.claim(HERE)
    store.commit(run, 3, blobs(1, 2, 3))
    store.commit(run, 2, blobs(1, 2))
    assert store.run("a").step == 3
    store.release(run, "stopped")
    assert store.run("a").bytes == 24


def test_a_wish_that_comes_while_the_run_ends_is_not_lost(store):
    wish(store)
    run = store.claim(HERE)
    store.commit(run, 100)
    wish(store, target=200, viewer=YOU)
    store.release(run, "done")
    assert store.run("a").state == "queued"
    assert store.run("a").target == 200
    run = store.claim(HERE)
    store.withdraw("a", YOU)
    assert store.commit(run, 150) is None
    wish(store, target=200, viewer=YOU)
    store.release(run, "stopped")
    assert store.claim(HERE) is not None


@pytest.mark.parametrize("ending", ["diverged", "failed"])
def test_a_run_that_cannot_go_on_ends_all_wishes(store, ending):
    wish(store)
    wish(store, viewer=YOU)
    store.release(store.claim(HERE), ending, "crash", {"error": "x"})
    run = store.run("a")
    assert (run.state, run.note, run.facts) == (ending, "crash", {"error": "x"})
    assert store.wished("a") is None
    assert store.claim(HERE) is None


def test_a_failed_run_may_be_tried_again_and_a_diverged_one_not(store):
    wish(store)
    store.release(store.claim(HERE), "failed", "crash")
    wish(store)
    assert store.run("a").note == ""
    store.release(store.claim(HERE), "diverged")
    wish(store)
    assert store.run("a").state == "diverged"
    assert store.claim(HERE) is None


# Deaths


def test_a_death_interrupts_the_run_which_then_takes_its_old_turn(store, clock):
    for key in "ab":
        wish(store, key)
        clock.now += 1
    store.commit(store.claim(HERE), 40, blobs(40))
    interrupt(store, "here/0")
    run = store.run("a")
    assert (run.state, run.note, run.facts, run.step) == ("interrupted", "worker_died", {"step": 40}, 40)
    again = store.claim(HERE)
    assert (again.key, again.note) == ("a", "worker_died")
    store.annotate(again, resumed=32)
    assert store.run("a").facts == {"step": 40, "resumed": 32}
    store.commit(again, 100)
    store.release(again, "done")
    assert (store.run("a").note, store.run("a").facts) == ("", {})


def test_a_death_touches_no_other_workers_run(store):
    wish(store)
    store.claim("here/1/7")
    interrupt(store, "here/0")
    assert store.run("a").state == "running"


def test_after_a_restart_the_silent_workers_run_goes_on(store, clock):
    wish(store)
    store.claim(THERE)
    sweep(store, "here")
    assert store.run("a").state == "running"
    clock.now += STALE + 1
    sweep(store, "here")
    assert (store.run("a").state, store.run("a").note) == ("interrupted", "server_restarted")
    assert store.claim(HERE) is not None


def test_a_run_that_kills_its_workers_fails(store):
    wish(store)
    for _ in range(DEATHS):
        assert store.claim(HERE)
        interrupt(store, "here/0")
    assert (store.run("a").state, store.run("a").note) == ("failed", "worker_died")
    assert store.claim(HERE) is None


# Checkpoints


def saved(tmp_path, *steps, cap=10**6, size=10):
    kept = Checkpoints(tmp_path / "kept", cap)
    for step in steps:
        kept.save("a", step, bytes(size))
    return kept


def test_the_last_two_checkpoints_and_powers_of_two_are_kept(tmp_path):
    kept = saved(tmp_path, 256, 300, 512, 700, 800, 900)
    assert kept.steps("a") == [900, 800, 512, 256]
    assert kept.size("a") == 40
    assert kept.runs() == ["a"]
    assert [step for step, _ in kept.blobs("a", at_most=800)] == [800, 512, 256]


def test_what_a_run_names_is_kept_too(tmp_path):
    kept = checkpoints.Checkpoints(tmp_path)
    for step in (5, 6, 7, 10, 12, 15, 16, 17):
        kept.save("a", step, b"x", lambda step: step % 5 == 0)
    assert kept.steps("a") == [17, 16, 15, 10, 5]


def test_checkpoints_stay_under_their_cap_and_the_newest_stays_anyway(tmp_path):
    assert saved(tmp_path, 256, 512, 700, 800, cap=25).steps("a") == [800, 700]
    assert saved(tmp_path, 900, cap=5).steps("a") == [900]


def test_a_checkpoint_that_is_cut_off_leaves_the_last_one(tmp_path, monkeypatch):
    kept = saved(tmp_path, 256)
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        kept.save("a", 300, b"x")
    assert [path.name for path in (tmp_path / "kept" / "a").iterdir()] == ["000000256.safetensors"]


def test_tensors_come_back_bit_by_bit_also_views():
    flat = torch.arange(6.0)
    tensors = {
        "flat": flat,
        "view": flat[:3],
        "rng": torch.tensor([1, 255], dtype=torch.uint8),
        "count": torch.tensor(3),
    }
    back = checkpoints.decode("a", 7, checkpoints.encode("a", 7, tensors))
    assert back.keys() == tensors.keys()
    assert all(torch.equal(back[name], tensor) and back[name].dtype == tensor.dtype for name, tensor in tensors.items())


def test_a_damaged_or_foreign_checkpoint_is_refused():
    blob = checkpoints.encode("a", 7, {"x": torch.zeros(8)})
    for run, step, bad in (("a", 7, blob[:-1]), ("a", 7, b""), ("b", 7, blob), ("a", 8, blob)):
        with pytest.raises(ValueError, match="checkpoint"):
            checkpoints.decode(run, step, bad)


# Eviction


def test_the_least_recently_used_runs_go_until_the_rest_fits(store):
    for key in "abcd":
        compute(store, key, size=100)
    store.touch("a")
    store.clock.now += 1
    store.cap = 250
    store.checkpoints.save("b", 1, b"x")
    assert evict(store) == ["b", "c"]
    assert store.run("b") is None
    assert store.frames("b", 0) == {}
    assert store.checkpoints.steps("b") == []
    assert store.frames("a", 0)
    assert store.frames("d", 0)
    assert evict(store) == []


def test_no_run_goes_that_is_in_use(store):
    for key in "abcde":
        compute(store, key, size=100, state="done")
    wish(store, "a", 200)
    running = store.claim(HERE)
    wish(store, "b", 200)
    store.claim(THERE)
    wish(store, "c", 200)
    store.clock.now += 1
    for key in "de":
        store.touch(key)
    interrupt(store, "here/0")
    store.cap = 0
    assert (running.key, store.run("a").state) == ("a", "interrupted")
    assert evict(store) == ["d"]


def test_checkpoints_without_a_run_go(store):
    compute(store)
    for run in "ax":
        store.checkpoints.save(run, 1, b"x")
    evict(store)
    assert store.checkpoints.runs() == ["a"]
    assert store.cap > 10**8


# Places


def test_the_place_is_the_option_then_the_variable_then_the_users_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLAB_STORE", str(tmp_path / "variable"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.platform", "linux")
    assert find_place(tmp_path / "option") == (tmp_path / "option", False)
    assert find_place() == (tmp_path / "variable", False)
    monkeypatch.delenv("GANLAB_STORE")
    assert find_place() == (tmp_path / "cache" / "ganlab", False)


def test_where_the_home_cannot_be_written_a_temporary_place_says_so(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.delenv("GANLAB_STORE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    with Store() as store:
        assert store.notices == ["temporary"]
        wish(store)
    with Store() as again:
        assert again.path == store.path
        assert again.run("a")
        assert stat.S_IMODE(again.path.stat().st_mode) == 0o700


def test_a_temporary_place_that_is_somebody_elses_link_is_not_used(tmp_path, monkeypatch):
    (tmp_path / "trap").mkdir()
    (tmp_path / f"ganlab-{os.getuid()}").symlink_to(tmp_path / "trap")
    monkeypatch.delenv("GANLAB_STORE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/cache")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    place, temporary = find_place()
    assert temporary
    assert place.parent == tmp_path
    assert "trap" not in str(place.resolve())


def test_a_place_that_was_asked_for_and_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        Store(tmp_path / "file" / "runs")


def test_the_journal_is_wal_and_its_fallback_says_so(store, tmp_path, monkeypatch):
    assert store.database.journal == "wal"
    assert store.notices == []
    connect = sqlite3.connect

    def without_shared_memory(path, **options):
        return connect(f"file:{path}?vfs=unix-dotfile", uri=True, **options)

    monkeypatch.setattr(sqlite3, "connect", without_shared_memory)
    with Store(tmp_path / "network", clock=store.clock) as slow:
        assert slow.database.journal == "delete"
        assert slow.notices == ["no_wal"]
        compute(slow)
        assert slow.frames("a", 0)


def test_a_write_that_fails_leaves_nothing(store):
    wish(store)
    run = store.claim(HERE)
    with pytest.raises(sqlite3.Error):
        store.commit(run, 5, [(5, 0, b"good"), (6, 0, None)])
    assert store.steps("a") == []
    assert store.run("a").step == -1
    store.commit(run, 5, blobs(5))


def test_many_threads_read_while_one_writes(store, tmp_path):
    wish(store, target=500)
    run, cache = store.claim(HERE), FrameCache(store, "a")

    def read(_):
        with Store(tmp_path / "runs", clock=store.clock) as other:
            return [len(cache.steps()) + len(other.frames("a", 0)) + len(store.queue()) for _ in range(20)]

    with ThreadPoolExecutor(6) as pool:
        reads = pool.map(read, range(6))
        for step in range(100):
            store.commit(run, step, blobs(step))
        assert all(list(reads))
    assert store.steps("a") == list(range(100))


# Tails


def test_a_tail_asks_the_store_for_what_is_new_only(store, monkeypatch):
    monkeypatch.setattr("ganlab.store.frame_cache.REFRESH", 0.0)
    wish(store)
    run, cache = store.claim(HERE), FrameCache(store, "a")
    asked = []
    monkeypatch.setattr(store, "steps", lambda run, after: asked.append(after) or Store.steps(store, run, after))
    monkeypatch.setattr(store, "frames", lambda *ask: asked.append(ask[2]) or Store.frames(store, *ask))
    assert cache.steps() == []
    store.commit(run, 2, blobs(1, 2))
    assert cache.steps() == [1, 2]
    store.commit(run, 3, blobs(3))
    assert cache.steps() == [1, 2, 3]
    assert cache.blobs(0, [2, 1]) == {2: b"\2" * 8, 1: b"\1" * 8}
    assert list(cache.blobs(0, [3, 1, 9])) == [3, 1]
    assert asked == [-1, -1, 2, [2, 1], [3, 9]]


def test_a_tail_looks_at_most_every_so_often(store, monkeypatch):
    wish(store)
    run, cache = store.claim(HERE), FrameCache(store, "a")
    assert cache.steps() == []
    store.commit(run, 1, blobs(1))
    monkeypatch.setattr("ganlab.store.frame_cache.REFRESH", 1e6)
    assert cache.steps() == []
    monkeypatch.setattr("ganlab.store.frame_cache.REFRESH", 0.0)
    assert cache.steps() == [1]


def test_a_tail_looks_at_once_where_the_run_has_come_further(store, monkeypatch):
    monkeypatch.setattr("ganlab.store.frame_cache.REFRESH", 1e6)
    wish(store)
    run, caches = store.claim(HERE), FrameCaches(store)
    cache = caches.of("a")
    assert cache.steps() == []
    for step in (1, 2):
        store.commit(run, step, blobs(step))
        assert cache.steps() == [*range(1, step)]
        caches.expect("a", step)
        assert cache.steps() == [*range(1, step + 1)]
    caches.expect("b", 1)
    caches.expect("a", 1)
    store.commit(run, 3, blobs(3))
    assert cache.steps() == [1, 2], "it has not come further than it was known to be"


def test_tails_are_shared_and_the_least_recently_used_go(store):
    for key in "abc":
        compute(store, key, step=100, size=100)
    caches = FrameCaches(store, cap=150)
    first = caches.of("a")
    first.blobs(0, [100])
    assert caches.of("a") is first
    caches.of("b").blobs(0, [100])
    caches.of("c")
    assert caches.of("a") is not first
    caches.forget(["a"])
    assert caches.of("a").steps() == [100]


def test_a_store_from_before_seconds_were_counted_goes_on(tmp_path):
    with Store(tmp_path) as store:
        store.wish("a", {"kind": "plane"}, 5, ME)
        store.database.read("ALTER TABLE runs DROP COLUMN seconds")
    with Store(tmp_path) as store:
        run = store.claim(HERE)
        assert run.seconds == 0
        store.commit(run, 1, seconds=1.5)
        store.commit(run, 2, seconds=2.0)
        assert store.run("a").seconds == 3.5


# Recorded runs


@cache
def weighty():
    """120 frames of about what a plane's frame weighs."""
    noise = np.random.default_rng(0)
    return [(step, 0, noise.bytes(7600)) for step in range(1, 121)]


@cache
def last_of(key):
    """Its last checkpoint, written once: the order of a file's facts is another each time."""
    return checkpoints.encode(key, 120, {"x": torch.ones(9000)})


def whole_run(store):
    """The key of a run of those frames that ends in a store."""
    config = PlaneConfig(steps=120)
    key = config.key()
    store.wish(key, config.to_json(), 120, ME)
    run = store.claim(HERE)
    store.commit(run, 120, weighty(), 300.0, seconds=4.5)
    store.save_checkpoint(run, 120, last_of(key))
    store.release(run, "done")
    return key


@pytest.fixture(scope="module")
def recording_of_it(tmp_path_factory):
    """Its recording and its key."""
    place = tmp_path_factory.mktemp("recorded")
    with Store(place) as store:
        key = whole_run(store)
        store.export_recording(key, place / "run.zip", identity)
    return place / "run.zip", key


@pytest.fixture
def recorded(store, recording_of_it):
    """The same; the run is in the store, too."""
    assert whole_run(store) == recording_of_it[1]
    return recording_of_it


@pytest.mark.whole
def test_a_recorded_run_comes_back_as_it_was(store, recorded, tmp_path):
    path, key = recorded
    with Store(tmp_path / "fresh") as fresh:
        assert fresh.import_recording(path, identity) == key
        run, original = fresh.run(key), store.run(key)
        assert (run.state, run.step, run.target, run.steps_per_s) == ("done", 120, 120, 300.0)
        assert run.seconds == 4.5
        assert run.config == original.config
        assert run.bytes == original.bytes
        assert fresh.frames(key, 0) == store.frames(key, 0)
        assert list(fresh.checkpoints.blobs(key, 120)) == list(store.checkpoints.blobs(key, 120))
        fresh.wish(key, run.config, 200, YOU)
        assert fresh.claim(HERE).step == 120


def test_a_recording_holds_the_frames_that_were_asked_for(store, recorded, tmp_path):
    _, key = recorded
    store.export_recording(key, tmp_path / "few.zip", identity, steps=[1, 60, 120], members=[0])
    with Store(tmp_path / "fresh") as fresh:
        fresh.import_recording(tmp_path / "few.zip", identity)
        assert fresh.steps(key) == [1, 60, 120]
    with pytest.raises(KeyError):
        store.export_recording("absent", tmp_path / "none.zip", identity)


def test_importing_again_changes_nothing_and_never_takes_back(store, recorded):
    path, key = recorded
    store.wish(key, store.run(key).config, 200, ME)
    run = store.claim(HERE)
    store.commit(run, 150, blobs(150))
    store.import_recording(path, identity)
    assert store.run(key).token == run.token
    store.withdraw(key, ME)
    store.release(run, "stopped")
    store.import_recording(path, identity)
    assert (store.run(key).state, store.run(key).step, len(store.steps(key))) == ("stopped", 150, 121)


def test_an_import_completes_a_run_that_was_stopped_early(store, recorded, tmp_path):
    path, key = recorded
    with Store(tmp_path / "fresh") as fresh:
        fresh.wish(key, store.run(key).config, 120, ME)
        run = fresh.claim(HERE)
        fresh.commit(run, 2, [(1, 0, b"x")])
        fresh.withdraw(key, ME)
        fresh.release(run, "stopped")
        fresh.import_recording(path, identity)
        assert (fresh.run(key).state, fresh.run(key).step, len(fresh.steps(key))) == ("done", 120, 120)


def test_an_older_recording_knows_no_seconds_and_no_device(recording_of_it, tmp_path):
    facts = json.loads(summary(recording_of_it[0]))
    del facts["seconds"], facts["device"]
    old = rewritten(recording_of_it[0], tmp_path, run=json.dumps(facts))
    with Store(tmp_path / "fresh") as fresh:
        run = fresh.run(fresh.import_recording(old, identity))
        assert (run.seconds, run.device) == (0, "cpu")


def rewritten(path, tmp_path, **parts):
    """The same recording with some parts replaced, or without those that are None."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "bad.zip", "w") as new:
        for name in old.namelist():
            blob = parts.get(name.split(".")[0], old.read(name))
            if blob is not None:
                new.writestr(name, blob)
    return tmp_path / "bad.zip"


def summary(path, **changes):
    return json.dumps(recording.read_summary(path, identity) | changes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"engine": 99}, "engine=99: expected"),
        ({"format": 99}, "format=99: expected"),
        ({"key": "../../etc"}, "key=.*: expected"),
        ({"config": {"kind": "plane", "seed": 5}}, "key=.*: expected"),
        ({"config": {"kind": "nothing"}}, "kind='nothing'"),
        ({"config": {"kind": "plane", "gamma": -1.0}}, "gamma"),
        ({"frames": [[1, 0, 5]]}, "frames=.* bytes: expected"),
        ({"frames": [[1, 0, -5]]}, "frames=False"),
        ({"frames": 5}, "run.json"),
    ],
)
def test_a_recording_that_does_not_fit_is_refused(recording_of_it, tmp_path, change, message):
    path, key = recording_of_it
    bad = rewritten(path, tmp_path, run=summary(path, **change))
    with Store(tmp_path / "fresh") as fresh:
        with pytest.raises(RecordingError, match=message):
            fresh.import_recording(bad, identity)
        assert fresh.queue() == []
        assert fresh.run(key) is None


def test_a_recording_of_format_1_is_read(recording_of_it, tmp_path):
    """As they were written before parts were packed: deflated, under their own names."""
    path = recording_of_it[0]
    whole, old = recording.read(path, identity), tmp_path / "old.zip"
    with zipfile.ZipFile(old, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("run.json", summary(path, format=1))
        file.writestr("frames", b"".join(blob for _, _, blob in whole.frames))
        file.writestr("checkpoint.safetensors", whole.checkpoint[1])
    assert recording.read(old, identity) == whole


def test_a_damaged_or_oversized_recording_is_refused(recording_of_it, tmp_path, monkeypatch):
    path = recording_of_it[0]
    (tmp_path / "text.zip").write_text("not a zip")
    for bad in (tmp_path / "text.zip", tmp_path / "absent.zip", rewritten(path, tmp_path, frames=None)):
        with pytest.raises(RecordingError):
            recording.read(bad, identity)
    monkeypatch.setitem(recording.LARGEST, "frames", 1000)
    with pytest.raises(RecordingError, match="at most 1000 bytes"):
        recording.read(path, identity)
