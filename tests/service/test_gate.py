"""A gate: so many are drawn at once, who waits lets others go on, and who takes too long loses its place."""

import threading
from time import monotonic, sleep

import pytest

from ganlab.service.gate import Gate

WAIT = 10
"""Seconds after which a test gives up."""


@pytest.fixture
def drawing():
    """Begins to draw in a thread; returns what ends it, and what says that it has its place."""
    threads = []

    def begin(gate, sleeps=0.0):
        has, end = threading.Event(), threading.Event()

        def draw():
            with gate.inside():
                gate.sleep(sleeps) if sleeps else None
                has.set()
                end.wait(WAIT)

        threads.append((threading.Thread(target=draw, daemon=True), end))
        threads[-1][0].start()
        return has, end

    yield begin
    for thread, end in threads:
        end.set()
        thread.join(WAIT)


def test_so_many_at_once_and_the_next_as_one_ends(drawing):
    gate = Gate(2, longest=60)
    (one, end), (two, _), (three, _) = (drawing(gate) for _ in range(3))
    assert one.wait(WAIT)
    assert two.wait(WAIT)
    assert not three.wait(0.2)
    end.set()
    assert three.wait(WAIT)


def test_a_place_is_free_again_after_an_error():
    gate = Gate(1, longest=60)
    for _ in range(3):
        with pytest.raises(ValueError, match="drawn"), gate.inside():
            raise ValueError("drawn")


def test_who_sleeps_has_no_place_meanwhile_and_one_afterwards(drawing):
    gate = Gate(1, longest=60)
    slow, _ = drawing(gate, sleeps=0.5)
    sleep(0.1)
    fast, end = drawing(gate)
    assert fast.wait(WAIT)
    assert not slow.is_set()
    assert not slow.wait(0.7), "the place is taken when it wakes"
    end.set()
    assert slow.wait(WAIT)


def test_who_has_no_place_sleeps_without_one(drawing):
    gate = Gate(1, longest=60)
    gate.sleep(0.01)
    assert drawing(gate)[0].wait(WAIT)


def test_who_takes_too_long_goes_on_beside_others(drawing):
    gate = Gate(1, longest=0.2)
    (slow, end), began = drawing(gate), monotonic()
    assert slow.wait(WAIT)
    second, _ = drawing(gate)
    assert second.wait(WAIT)
    assert monotonic() - began >= 0.2
    third, _ = drawing(gate)
    end.set()  # its place was given away: it gives none back, or two would draw at once
    assert not third.wait(0.1)
    assert third.wait(WAIT), "the second takes too long as well"
