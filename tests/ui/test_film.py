"""Which frames open a film, and which are shown in the place of others."""

from types import SimpleNamespace

import pytest
import streamlit as st

from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import spread
from ganlab.ui.run import film as film_module
from ganlab.ui.run.film import FEW, KEY_FRAMES, Film, opening

STEPS = list(range(0, 2000, 10))


def test_a_film_that_stands_still_opens_with_few_frames_and_the_one_that_is_shown():
    assert opening(STEPS, None) == spread(STEPS, FEW)
    assert opening(STEPS, {"at": 777}) == sorted({*spread(STEPS, FEW), 770})
    assert opening(STEPS, {"at": -3}) == spread(STEPS, FEW)
    assert opening([], {"at": 5}) == []


@pytest.mark.parametrize(("said", "more"), [(123, [120]), (-1, []), ("123", []), (None, [])])
def test_another_seed_opens_at_the_moment_at_which_the_visitor_has_stopped(monkeypatch, said, more):
    monkeypatch.setitem(st.session_state, "a.player", {"held": {"step": said}})
    assert opening(STEPS, None, key="a.player") == sorted({*spread(STEPS, FEW), *more})


def test_a_film_that_plays_opens_with_its_key_frames():
    assert opening(STEPS, {"at": 0, "playing": True}) == spread(STEPS, KEY_FRAMES)


def test_a_diverged_frame_comes_with_the_last_finite_one():
    film = Film(PlaneConfig(), bytes, len)
    film.frames = [SimpleNamespace(step=step, outcome="diverged" if step > 40 else "") for step in range(0, 100, 10)]
    assert film.seen([90, 0]) == [0, 40, 90]
    assert film.seen([20, 40]) == [20, 40]
    film.frames = film.frames[5:]
    assert film.seen([90]) == [90]


@pytest.fixture
def growing(monkeypatch):
    """A film whose frames come when a test says so."""
    stored, clock = dict[int, bytes](), SimpleNamespace(now=100.0)
    cache = SimpleNamespace(steps=lambda: sorted(stored), blobs=lambda _, steps: {step: stored[step] for step in steps})
    monkeypatch.setattr(film_module, "service", lambda: SimpleNamespace(frame_cache=lambda _: cache))
    monkeypatch.setattr(film_module, "monotonic", lambda: clock.now)
    film = Film(PlaneConfig(), lambda blob: SimpleNamespace(step=int(blob), outcome=""), len)

    def come(now, *steps):
        clock.now = now
        stored.update({step: str(step).encode() for step in steps})
        film.grow(0, 1000)

    return film, come


def test_all_who_watch_get_the_frames_that_came_lately(growing):
    film, come = growing
    come(100.0, *range(0, 200, 2))
    come(110.0, 200, 210)
    come(111.0, 220)
    come(112.0, 230)
    assert film.common([230]) == film.common([220, 230]) == film.common([]) == [200, 210, 220, 230]
    come(112.5, 240)
    assert film.common([230, 240]) == [220, 230, 240]


def test_who_was_away_for_longer_gets_what_came_since(growing):
    film, come = growing
    come(100.0, 0, 10)
    come(110.0, 20)
    assert film.common([10, 20]) == [10, 20]
    come(111.0, *range(21, 80))
    assert film.common([20, 50, 79]) == [20, 50, 79]


def test_what_all_share_is_made_once_and_only_the_last_are_kept():
    film, made = Film(PlaneConfig(), bytes, len), []

    def make(name):
        return film.once(name, lambda: made.append(name) or name.encode())

    assert [make("a"), make("a"), make("b"), make("a")] == [b"a", b"a", b"b", b"a"]
    assert made == ["a", "b"]
    for name in "cdea":
        make(name)
    assert made == [*"abcde"]
    make("b")
    assert made == [*"abcdeb"]


def test_who_watches_gets_the_curves_of_all_for_two_seconds_and_a_whole_page_gets_the_last(monkeypatch):
    film, now = Film(PlaneConfig(), bytes, len), [100.0]
    monkeypatch.setattr(film_module, "monotonic", lambda: now[0])
    asked = [(100.0, 50), (101.0, 60), (101.9, 70), (102.0, 80), (103.9, 90)]

    def given(part):
        monkeypatch.setattr(film_module, "alone", lambda: part)
        steps = []
        for now[0], last in asked:
            steps.append(film.curves_until(last))
        return steps

    assert given(False) == [50, 60, 70, 80, 90]
    assert given(True) == [50, 50, 50, 80, 80]
    assert film.curves_until(40) == 40, "somebody's page that ends earlier"
