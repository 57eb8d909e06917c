"""Which frames open a film, and which are shown in the place of others."""

from types import SimpleNamespace

import pytest
import streamlit as st

from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import spread
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
