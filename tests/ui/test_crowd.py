"""More visitors watch a run than there is processor time for: pages are updated less often, and say so."""

from types import SimpleNamespace

import pytest
import streamlit as st
from visits import captions, opened, quiet_server  # noqa: F401

from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig
from ganlab.service.crowd import Crowd
from ganlab.ui.run import server, training
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.text import LANGUAGES, text

RUN = PlaneConfig(steps=5000, seed=3)


@pytest.fixture
def paces(monkeypatch):
    """Seconds between two updates of the page's parts, in the order of their fragments."""
    seen, fragment = [], st.fragment
    monkeypatch.setattr(st, "fragment", lambda part, run_every=None: seen.append(run_every) or fragment(part))
    return seen


def watching(lang="en"):
    """The page of a visitor who watches what somebody else has asked for and a worker trains."""
    server.service().submit(RUN, "somebody")
    assert server.service().store.claim("server/0").key == RUN.key()
    server.service()._statuses.clear()
    return opened("pages/lab/arena.py", to_query(RUN, "a."), lang)


@pytest.mark.whole
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("crowd", "seconds"), [(0.5, 1), (1.2, 1), (2.0, 2), (90.0, 5)])
def test_a_crowd_is_updated_less_often_and_told_so(monkeypatch, paces, crowd, seconds, lang):
    monkeypatch.setattr(Crowd, "size", lambda _: crowd)
    monkeypatch.setattr(training, "share", lambda: 0.5)
    app = watching(lang)
    slowed = min(5, max(1, crowd))
    assert sorted({pace for pace in paces if pace}) == pytest.approx([slowed, 2 * slowed])
    sentence = text("run.status.crowded", lang, seconds=seconds)
    assert (sentence in captions(app)) == (seconds > 1)


def test_a_page_tells_its_own_pace_and_not_what_the_crowd_would_give_it_now(monkeypatch):
    watching()
    monkeypatch.setattr(training, "own_pace", lambda: 4.0)
    monkeypatch.setattr(st, "session_state", {"viewer": "0", training.OWN_PACE: 2.0})
    status = training.status_line(ARENA, RUN, {}, "en")
    assert text("run.status.crowded", "en", seconds=2.0) in status


def test_visitors_differ_in_pace(monkeypatch):
    monkeypatch.setattr(Crowd, "size", lambda _: 2.0)
    paces = []
    for share in (0.0, 0.5, 1.0):
        monkeypatch.setattr(training, "share", lambda own=share: own)
        paces.append(training.own_pace())
    assert paces == pytest.approx([1.6, 2.0, 2.4])


@pytest.mark.parametrize(("before", "kept"), [(1.0, False), (1.95, True), (2.0, True), (2.15, True), (4.0, False)])
def test_a_page_changes_its_pace_when_it_would_be_clearly_another(monkeypatch, before, kept):
    monkeypatch.setattr(training, "own_pace", lambda: 2.0)
    monkeypatch.setattr(st, "session_state", {training.OWN_PACE: before})
    training.keep_up()
    assert st.session_state[training.OWN_PACE] == (before if kept else 2.0)


@pytest.fixture
def look(monkeypatch, paces):
    """What a page does at each update, given the phase of its run; and when it ran again as a whole."""
    reruns, looks, now = [], [], [100.0]
    monkeypatch.setattr(training.ui, "viewer", lambda: "0")
    monkeypatch.setattr(training.ui, "language", lambda: "en")
    monkeypatch.setattr(training, "visit", lambda: "0")
    monkeypatch.setattr(training, "monotonic", lambda: now[0])
    monkeypatch.setattr(training, "share", lambda: 0.5)
    monkeypatch.setattr(training.ui, "rerun", lambda: reruns.append(now[0]))
    monkeypatch.setattr(st, "fragment", lambda part, run_every=None: looks.append(part) or (lambda: None))
    monkeypatch.setattr(Crowd, "__len__", lambda _: 50)

    def begin(phase):
        monkeypatch.setattr(training, "phases", lambda _: [phase])
        training.watch([RUN], *[lambda *_: None] * 3)
        return looks[-2:]

    def at(look, phase, *times):
        reruns.clear()
        monkeypatch.setattr(training, "phases", lambda _: [phase])
        for now[0] in times:
            look()
        return list(dict.fromkeys(reruns))

    return begin, at


@pytest.mark.parametrize(("mine", "reruns"), [(False, [205.1]), (True, [200.0, 204.0, 204.9, 205.1])])
def test_who_only_watches_waits_a_turn_when_the_run_ends_and_who_asked_for_it_does_not(monkeypatch, look, mine, reruns):
    begin, at = look
    monkeypatch.setattr(server.service(), "wishes", lambda *_: mine)
    page, _ = begin("running")
    assert at(page, "running", 150.0) == []
    assert at(page, "done", 200.0, 204.0, 204.9, 205.1) == reruns


@pytest.mark.parametrize(("phase", "timers"), [("running", [4.0, 8.0]), ("done", [])])
def test_a_growing_crowd_changes_the_timers_of_pages_that_are_updated_and_draws_none_anew(
    monkeypatch, look, phase, timers
):
    begin, at = look
    page, curves = begin(phase)
    set_to = []
    monkeypatch.setattr(training, "set_timer", set_to.append)
    monkeypatch.setattr(Crowd, "size", lambda _: 4.0)
    assert at(page, phase, 200.0, 300.0) == []
    curves()
    assert set_to == pytest.approx(timers), "once for each part"


def test_the_timer_of_the_part_that_is_drawn_is_the_one_that_changes(monkeypatch):
    sent = []
    monkeypatch.setattr(training, "get_script_run_ctx", lambda: SimpleNamespace(enqueue=sent.append))
    monkeypatch.setattr(training.ThreadState, "get", lambda: SimpleNamespace(fragment_id="the curves"))
    training.set_timer(2.5)
    assert [(one.auto_rerun.fragment_id, one.auto_rerun.interval) for one in sent] == [("the curves", 2.5)]


@pytest.mark.whole
def test_who_watches_is_counted_until_they_leave_or_are_not_updated():
    crowd = server.service().crowd
    crowd.room = 2
    for visit in "abc":
        crowd.watch(visit)
    assert crowd.size() == 1.5
    server.service().leave("a")
    assert crowd.size() == 1.0
    crowd._updated["b"] -= 600
    assert crowd.size() == 0.5
    watching()
    assert crowd.size() == 1.0, "the page counts itself"
