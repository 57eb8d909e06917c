"""A gate: so many are drawn at once, who waits lets others go on, and who takes too long loses its place."""

import threading

import pytest

from ganlab.service import gate as gate_module
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


def test_who_sleeps_has_no_place_meanwhile_and_one_afterwards(monkeypatch, drawing):
    asleep, wake = threading.Event(), threading.Event()
    monkeypatch.setattr(gate_module, "sleep", lambda _: (asleep.set(), wake.wait(WAIT)))
    gate = Gate(1, longest=60)
    slow, _ = drawing(gate, sleeps=1)
    assert asleep.wait(WAIT)
    fast, end = drawing(gate)
    assert fast.wait(WAIT)
    wake.set()
    assert not slow.wait(0.2), "the place is taken when it wakes"
    end.set()
    assert slow.wait(WAIT)


def test_who_has_no_place_sleeps_without_one(drawing):
    gate = Gate(1, longest=60)
    gate.sleep(0.01)
    assert drawing(gate)[0].wait(WAIT)


def test_who_takes_too_long_goes_on_beside_others(monkeypatch, drawing):
    now = [0.0]
    monkeypatch.setattr(gate_module, "monotonic", lambda: now[0])
    gate = Gate(1, longest=0.05)
    slow, end = drawing(gate)
    assert slow.wait(WAIT)
    second, _ = drawing(gate)
    assert not second.wait(0.2), "the clock stands still"
    now[0] = 1.0
    assert second.wait(WAIT)
    third, _ = drawing(gate)
    end.set()
    assert not third.wait(0.2), "the first one's place was given away: it gives none back, or two would draw at once"
    now[0] = 2.0
    assert third.wait(WAIT), "the second takes too long as well"
