"""The class board in its database: nothing lost and nothing twice, limits, expiry, hostile names, who may do what.

The nightly tier runs the same tests on PostgreSQL.
"""

import sqlite3
import threading
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from ganlab.board import classes, pins, students
from ganlab.board.board import DAY, Board, BoardError
from ganlab.board.names import clean, folded, named
from ganlab.board.pins import Pin
from ganlab.board.seeds import interval, outcomes, run_of
from ganlab.plane.config import PlaneConfig

CLASS = 60
"""Students who do something at once."""
SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=12)


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def board(engines, clock):
    return Board(engines(), clock=clock)


@pytest.fixture
def room(board):
    """A class and its managing key."""
    return classes.create(board, "8B", "teacher")


def made(run="r" * 16, member=0, **other):
    facts = {"kind": SMALL.kind, "link": {"a.seed": "1"}, "step": 12, "steps": 12, "whole": True, "verdict": "collapse"}
    facts |= {"lamps": "1100", "tv": 0.25, "seconds": 2.0, "spread": None, "picture": b"png"}
    return Pin(run=run, member=member, **facts | other)


def refused(reason, act, *args):
    with pytest.raises(BoardError) as error:
        act(*args)
    assert error.value.reason == reason


def at_once(act, count=CLASS):
    """Calls act(n) for each n in threads of their own that start together; the results in order."""
    start = threading.Barrier(count)

    def one(n):
        start.wait()
        return act(n)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


# Many at once


@pytest.mark.whole
def test_of_sixty_who_pin_at_once_nothing_is_lost_and_nothing_is_there_twice(engines, board, room):
    name, key = room
    classes.ask(board, name, key, "How many modes?", ["all", "some"])
    servers = [board, Board(engines(), clock=board.clock)]

    def student(n):
        here, visitor = servers[n % 2], f"v{n}"
        students.join(here, name, visitor, f"Student {n}")
        students.predict(here, name, visitor, n % 2)
        seat = students.deal(here, name, visitor)
        assert students.deal(here, name, visitor) == seat
        for step in (6, 12):
            pins.pin(here, name, visitor, made(member=seat, step=step))
        return seat

    seats = at_once(student)
    assert sorted(seats) == list(range(CLASS))
    for here in servers:
        hung = pins.pins(here, name)
        assert {(one.name, one.member, one.step) for one in hung} == {
            (f"Student {n}", seat, 12) for n, seat in enumerate(seats)
        }
        assert len(hung) == CLASS
        assert students.answers(here, name) == Counter({0: CLASS // 2, 1: CLASS // 2})
        assert students.seats(here, name) == CLASS
        assert classes.find(here, name).revision == 1 + CLASS * 5 + CLASS


def test_two_with_one_name_and_one_browser_in_two_tabs(board, room):
    name, _ = room

    def same_name(n):
        try:
            students.join(board, name, f"v{n}", "Ana" if n % 2 else "ANA")
            return n
        except BoardError as error:
            return error.reason

    joined = at_once(same_name, 8)
    assert Counter(map(str, joined))["taken"] == 7
    (winner,) = [n for n in joined if n != "taken"]
    assert len(set(at_once(lambda _: students.deal(board, name, f"v{winner}"), 8))) == 1
    assert students.seats(board, name) == 1


def test_servers_that_start_together_make_the_tables_once(engines, clock):
    boards = at_once(lambda _: Board(engines(), clock=clock), 8)
    name, key = classes.create(boards[0], "8B", "teacher")
    assert all(classes.manages(one, name, key) for one in boards)


# Who may do what


def test_only_a_hash_of_the_managing_key_is_stored(board, room):
    name, key = room
    assert classes.manages(board, name, key)
    assert not classes.manages(board, name, key[:-1] + "!")
    assert not classes.manages(board, "nowhere", key)
    with board.engine.connect() as db:
        (row,) = db.exec_driver_sql("SELECT * FROM board1_classes").all()
    assert not any(key in str(value) or "teacher" in str(value) for value in row)
    for act in (
        lambda: classes.alter(board, name, "wrong", frozen=True),
        lambda: classes.ask(board, name, "wrong", "?", ["a", "b"]),
        lambda: classes.hide(board, name, "wrong", []),
        lambda: classes.clear(board, name, "wrong"),
    ):
        refused("key", act)
    assert classes.find(board, name).revision == 0


def test_a_frozen_class_takes_nothing_and_keeps_what_it_has(board, room):
    name, key = room
    students.join(board, name, "v", "Ana")
    pins.pin(board, name, "v", made())
    classes.alter(board, name, key, frozen=True)
    for act, *args in (
        (students.join, "w", "Ben"),
        (students.deal, "v"),
        (students.predict, "v", 0),
        (pins.pin, "v", made(member=1)),
    ):
        refused("frozen", act, board, name, *args)
    assert len(pins.pins(board, name)) == 1
    classes.alter(board, name, key, frozen=False)
    pins.pin(board, name, "v", made(member=1))
    assert len(pins.pins(board, name)) == 2


def test_hidden_pins_stay_hidden_and_a_cleared_class_is_empty(board, room):
    name, key = room
    students.join(board, name, "v", "Ana")
    pins.pin(board, name, "v", made())
    pins.pin(board, name, "v", made(member=1))
    classes.hide(board, name, key, [pins.pins(board, name)[0].identity])
    pins.pin(board, name, "v", made())
    pins.pin(board, name, "v", made(member=1))
    assert sorted((one.member, one.hidden) for one in pins.pins(board, name)) == [(0, True), (1, False)]
    classes.hide(board, name, key, [])
    assert not any(one.hidden for one in pins.pins(board, name))
    classes.clear(board, name, key)
    assert pins.pins(board, name) == []
    assert students.student(board, name, "v") is None
    refused("stranger", pins.pin, board, name, "v", made())


def test_predictions_are_open_until_the_truth_is_told(board, room):
    name, key = room
    refused("options", classes.ask, board, name, key, "How many modes?", ["all", " all "])
    classes.ask(board, name, key, "How many modes?", ["all", "", "some"])
    found = classes.find(board, name)
    assert (found.asks, found.options, found.truth) == (True, ("all", "some"), None)
    students.join(board, name, "v", "Ana")
    refused("closed", students.predict, board, name, "v", 2)
    students.predict(board, name, "v", 0)
    students.predict(board, name, "v", 1)
    assert students.answers(board, name) == {1: 1}
    classes.alter(board, name, key, told=True, truth=1)
    assert classes.find(board, name).truth == 1
    refused("closed", students.predict, board, name, "v", 0)
    classes.ask(board, name, key, "", [])
    assert not students.answers(board, name)


# Limits and expiry


def test_there_are_limits_for_a_visitor_and_for_a_class(board, room, monkeypatch):
    name, _ = room
    for act in range(classes.CLASSES_EACH - 1):
        classes.create(board, str(act), "teacher")
    refused("classes", classes.create, board, "one more", "teacher")
    monkeypatch.setattr(classes, "CLASSES_ALL", classes.CLASSES_EACH)
    refused("full", classes.create, board, "8C", "another teacher")
    students.join(board, name, "v", "Ana")
    for member in range(pins.PINS_EACH):
        pins.pin(board, name, "v", made(member=member))
    refused("pins", pins.pin, board, name, "v", made(member=pins.PINS_EACH))
    pins.pin(board, name, "v", made(step=3))
    assert len(pins.pins(board, name)) == pins.PINS_EACH
    monkeypatch.setattr(pins, "PINS_ALL", pins.PINS_EACH)
    students.join(board, name, "w", "Ben")
    refused("pins_all", pins.pin, board, name, "w", made())
    monkeypatch.setattr(students, "STUDENTS_EACH", 2)
    refused("students", students.join, board, name, "x", "Cleo")
    students.join(board, name, "w", "Benno")
    refused("large", pins.pin, board, name, "v", made(picture=b"x" * (pins.PICTURE + 1)))
    refused("large", pins.pin, board, name, "v", made(link={"a.dataset": "x" * (pins.LINK + 1)}))


def test_pins_expire_one_by_one_and_a_class_that_nobody_changes_expires_whole(board, room, clock):
    name, _ = room
    students.join(board, name, "v", "Ana")
    pins.pin(board, name, "v", made())
    clock.now += 20 * DAY
    pins.pin(board, name, "v", made(member=1))
    clock.now += 10 * DAY + 1
    assert [one.member for one in pins.pins(board, name)] == [1]
    board.tidy()
    clock.now -= DAY
    assert [one.member for one in pins.pins(board, name)] == [1], "the first one is deleted"
    clock.now += 25 * DAY
    assert classes.find(board, name) is None
    refused("gone", students.join, board, name, "v", "Ana")
    board.tidy()
    with board.engine.connect() as db:
        for table in ("classes", "students", "pins"):
            assert db.exec_driver_sql(f"SELECT * FROM board1_{table}").all() == []


def test_the_days_are_a_setting(engines, clock):
    board = Board(engines(), days=1, clock=clock)
    name, _ = classes.create(board, "8B", "teacher")
    clock.now += DAY + 1
    assert classes.find(board, name) is None


# Names


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Ana \n María\t", "Ana María"),
        ("x\u202ecba\u200b\x00\ud800", "xcba"),
        ("Z" + "\u0316" * 40 + "o", "Z\u0316\u0316o"),
        ("ＡＢＣ", "ABC"),
        ("\u3164\u2800\u115f", ""),
        ("a" * 50, "a" * students.NAME),
        ("=-HYPERLINK(A1)", "HYPERLINK(A1)"),
        ("<script>alert(1)</script>", "<script>alert(1)</script"),
        ("'); DROP TABLE x; --", "'); DROP TABLE x; --"),
    ],
)
def test_a_name_is_plain_and_short_and_hostile_text_stays_text(board, room, written, kept):
    name, _ = room
    if not kept:
        refused("name", students.join, board, name, "v", written)
        return
    students.join(board, name, "v", written)
    assert students.student(board, name, "v").name == kept


@given(st.text(max_size=100))
def test_clean_text_is_clean(written):
    for kind in (clean, named):
        kept = kind(written, 24)
        assert len(kept) <= 24
        assert kind(kept, 24) == kept
        assert kept.isprintable()
        assert kept == " ".join(kept.split())
    assert folded(kept) == folded(unicodedata.normalize("NFD", kept)) or "\u0300" not in kept


# Seeds


def test_each_seat_has_another_seed_and_sixteen_share_a_run():
    config = SMALL.replace(members=16, seed=2**31 - 1)
    dealt = [run_of(config, seat) for seat in range(28)]
    assert len({(run.key(), member) for run, member in dealt}) == 28
    assert len({run.key() for run, _ in dealt}) == 2
    assert [run.seed for run, _ in dealt[15:17]] == [2**31 - 1, 0]


def test_an_outcome_counts_once_and_only_of_a_dealt_seed_at_the_runs_end():
    config = SMALL.replace(members=16)
    (run, member), (other, place) = run_of(config, 0), run_of(config, 16)
    hung = [
        made(run.key(), member),
        made(run.key(), member, verdict="collapse"),
        made(run.key(), 1, whole=False),
        made(run.key(), 2, steps=6),
        made(other.key(), place, verdict="near_equilibrium"),
        made(other.key(), 1),
        made("f" * 16, 0),
    ]
    said = outcomes(config, 17, hung)
    assert said == {(run.key(), 0): "collapse", (other.key(), 0): "near_equilibrium"}


@pytest.mark.parametrize(("count", "of"), [(0, 1), (1, 1), (7, 28), (28, 28), (0, 28), (1, 500)])
def test_the_interval_is_wilsons(count, of):
    theirs = binomtest(count, of).proportion_ci(method="wilson")
    assert interval(count, of) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_no_count_has_no_interval():
    for wrong in ((0, 0), (3, 2), (-1, 4)):
        with pytest.raises(ValueError, match="expected a count"):
            interval(*wrong)


def test_sqlite_knows_what_the_board_needs():
    assert sqlite3.sqlite_version_info >= (3, 35), "UPDATE ... RETURNING"
