"""Visitors take turns, not runs; who has left comes last."""

from dataclasses import dataclass

import counter_engine
import pytest
from counting import counted, counter, wish, work
from waiting import Clock

from ganlab.service import rate, worker
from ganlab.store.runs import LINGER, Store
from ganlab.store.turns import Visitors, makes_way, ordered

ANN, BEN, CY = "ann", "ben", "cy"


@dataclass(frozen=True)
class Row:
    key: str
    queued: float = 0.0
    state: str = "queued"


def visitors(served=None, left=(), **wishes):
    return Visitors({key: set(names.split()) for key, names in wishes.items()}, served or {}, set(left))


def keys(rows, known):
    return [row.key for row in ordered(rows, known)]


def test_each_visitor_has_a_turn_before_anybody_has_a_second():
    rows = [Row("a1", 1), Row("a2", 2), Row("a3", 3), Row("b1", 4), Row("c1", 5), Row("b2", 6)]
    known = visitors(a1=ANN, a2=ANN, a3=ANN, b1=BEN, b2=BEN, c1=CY)
    assert keys(rows, known) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_was_served_longest_ago_is_next():
    rows = [Row("a1", 1), Row("b1", 2), Row("c1", 3)]
    assert keys(rows, visitors({ANN: 30.0, BEN: 20.0}, a1=ANN, b1=BEN, c1=CY)) == ["c1", "b1", "a1"]


def test_a_run_that_is_computed_is_its_visitors_turn():
    rows = [Row("a1", 1, "running"), Row("a2", 2), Row("b1", 9)]
    assert keys(rows, visitors({BEN: 50.0}, a1=ANN, a2=ANN, b1=BEN)) == ["a1", "b1", "a2"]


def test_a_run_that_several_wish_has_the_best_of_their_places():
    rows = [Row("a1", 1), Row("a2", 2), Row("a3", 3), Row("b1", 4)]
    assert keys(rows, visitors(a1=ANN, a2=ANN, a3="ann ben", b1=BEN)) == ["a1", "a3", "a2", "b1"]


def test_who_has_left_comes_last_unless_others_watch():
    rows = [Row("a1", 1), Row("a2", 2), Row("b1", 3), Row("b2", 4)]
    assert keys(rows, visitors(left=[ANN], a1=ANN, a2="ann cy", b1=BEN, b2=BEN)) == ["a2", "b1", "b2", "a1"]


def test_only_a_second_run_and_one_of_nobody_here_make_way_at_once():
    rows = [Row("a1", 1, "running"), Row("a2", 2, "running"), Row("b1", 3)]
    known = visitors(a1=ANN, a2=ANN, b1=BEN)
    assert [makes_way(key, rows, known) for key in ("a1", "a2")] == [False, True]
    assert [makes_way(key, rows[:2], known) for key in ("a1", "a2")] == [False, False]
    own = [*rows[:2], Row("a3", 3)]
    assert not makes_way("a2", own, visitors(a1=ANN, a2=ANN, a3=ANN))
    gone = visitors(left=[ANN], a1=ANN, b1=BEN)
    assert makes_way("a1", [rows[0], rows[2]], gone)


def test_of_thirty_visitors_each_with_many_runs_nobody_waits_for_more_than_the_others():
    wishes = {f"{n:02d}.{k:02d}": {f"visitor {n}"} for n in range(30) for k in range(n + 1)}
    rows = [Row(key, float(key[:2])) for key in sorted(wishes)]
    first = [key[:2] for key in keys(rows, Visitors(wishes, {}, set()))[:30]]
    assert len(set(first)) == 30


# In the store


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    for module in (worker, rate):
        monkeypatch.setattr(module, "monotonic", clock)
    monkeypatch.setattr(counter_engine, "time", clock)
    return clock


@pytest.fixture
def store(tmp_path, clock):
    with Store(tmp_path / "runs", clock=clock) as store:
        yield store


@pytest.fixture
def worked(tmp_path):
    """A store whose times are those of the worker's own connection."""
    with Store(tmp_path / "worked") as store:
        yield store


def test_two_hundred_runs_of_one_visitor_delay_another_by_one_turn(worked, clock, monkeypatch):
    """Each turn is .1 s of the counter, so each run takes about two turns; the second visitor comes in the second."""
    monkeypatch.setattr(worker, "TURN", 0.1)
    began, claim = [], Store.claim

    def claimed(self, owner):
        run = claim(self, owner)
        began.append((run.key, clock.now) if run else None)
        if len(began) == 2:
            wish(worked, late, BEN)
            came.append(clock.now)
        if len(began) == 8:
            worker.LEAVE.set()
        return run

    came, late = [], counter(10, seed=999, seconds=0.02)
    for seed in range(200):
        wish(worked, counter(10, seed=seed, seconds=0.02), ANN)
    monkeypatch.setattr(Store, "claim", claimed)
    monkeypatch.setattr(worker.os, "_exit", lambda _: None)
    try:
        work(worked)
    finally:
        worker.LEAVE.clear()
    waited = next(when for key, when in began[2:] if key == late.key()) - came[0]
    assert waited <= worker.TURN + 0.05
    assert [key for key, _ in began[2:]].index(late.key()) == 0


def test_a_run_of_somebody_who_left_goes_on_until_another_waits(store, clock):
    config = counter(300, seconds=0.02)
    key = wish(store, config, ANN)
    store.leave(ANN)
    clock.now += LINGER + 1
    assert store.claim("here/0/1").key == key
    assert not store.makes_way(key)
    other = wish(store, counter(20, seed=5), BEN)
    assert store.makes_way(key)
    assert [row.key for row in store.queue()] == [key, other]
    store.touch(key, ANN)
    assert not store.makes_way(key)


def test_a_connection_that_breaks_for_ten_seconds_changes_nothing(store, clock):
    key = wish(store, counter(300), ANN)
    store.claim("here/0/1")
    wish(store, counter(20, seed=5), BEN)
    store.leave(ANN)
    clock.now += 10
    assert not store.makes_way(key)
    store.touch(key, ANN)
    clock.now += LINGER + 1
    assert not store.makes_way(key)


def test_a_class_that_opens_one_link_costs_one_run(worked, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTER_LOG", str(tmp_path / "starts"))
    for n in range(30):
        key = wish(worked, counter(30), f"visitor {n}")
    work(worked)
    assert (tmp_path / "starts").read_text().split() == ["0"]
    assert worked.frames(key, 0) == counted(counter(30))
    assert worked.waiting("visitor 3") == set()
