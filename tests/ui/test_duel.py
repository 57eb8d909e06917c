"""Two runs on one slider: the message, which frames it brings, what the two are called, the places on the page."""

import json
import re
import struct

import pytest
from visits import enter, held, opened, quiet_server, record, sound  # noqa: F401

from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig
from ganlab.presets import PRESETS
from ganlab.ui.arena import duel
from ganlab.ui.players import player
from ganlab.ui.players.player import duel as duel_player
from ganlab.ui.run import compare, share
from ganlab.ui.run.differences import describe_differences, titles
from ganlab.ui.run.experiment import ARENA, COMPARE
from ganlab.ui.run.film import FEW, SENT

PAGE = "pages/lab/arena.py"
SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=12)
LONG = SMALL.replace(d_steps=2, steps=30)
KEY = "a.duel"


def read(data: bytes) -> tuple[dict, list[dict]]:
    """The JSON of a message, and that of each side."""
    (size,) = struct.unpack_from("<I", data)
    head, at, sides = json.loads(data[4 : 4 + size]), 4 + size, []
    for length in head["sizes"]:
        (inner,) = struct.unpack_from("<I", data, at)
        sides.append(json.loads(data[at + 4 : at + 4 + inner]))
        at += length
    assert at == len(data)
    return head, sides


def shown(app) -> tuple[dict, list[dict]]:
    return read(app.get("bidi_component")[0].proto.bytes)


def brought(side: dict) -> list[int]:
    return [step for step, _ in side["frames"]]


def compared(one=SMALL, other=LONG, lang="en", **more):
    return opened(PAGE, to_query(one, "a.") | to_query(other, "b.") | more, lang)


# The message


def test_a_message_holds_both_sides_whole():
    data = duel_player.message("x y", [b"abc", b"defgh"], ["A", "B"], {}, [("k", "1", "50")], True, {"at": 3})
    (size,) = struct.unpack_from("<I", data)
    head = json.loads(data[4 : 4 + size])
    assert size % 4 == 0
    assert data[4 + size :] == b"abcdefgh"
    assert (head["run"], head["sizes"], head["titles"]) == ("x y", [3, 5], ["A", "B"])
    assert (head["differences"], head["live"], head["view"]) == ([["k", "1", "50"]], True, {"at": 3})


def test_the_labels_are_the_arenas_and_its_own():
    english, spanish = duel_player.duel_labels("en"), duel_player.duel_labels("es")
    assert player.labels("en").items() <= english.items()
    assert english.keys() == spanish.keys()
    used = "".join((player.WEB / f"{name}.js").read_text(encoding="utf-8") for name in ("duel", "side"))
    assert set(re.findall(r'"(duel_\w+)"', used)) == {key for key in english if key.startswith("duel_")}
    assert set(re.findall(r'say\("(\w+)"', used)) <= english.keys()


# Which frames it brings


def test_of_a_moment_each_run_shows_the_latest_frame_that_is_not_after_it():
    assert duel.latest([0, 10, 20], [0, 5, 9, 20, 90]) == {0, 20}
    assert duel.latest([0, 10, 20], [10, 19]) == {10}
    assert duel.latest([5], [0, 4]) == set()
    assert duel.latest([], [3]) == set()


@pytest.fixture
def session(monkeypatch):
    """What the session holds."""
    state: dict = {}
    monkeypatch.setattr("ganlab.ui.run.film.st.session_state", state)
    return state


def test_an_opening_brings_both_runs_at_the_same_moments(session):
    short, long = list(range(0, 101)), list(range(0, 6001, 7))
    left, right = duel.due("k", "run", [short, long], live=False, lang="en", view={"playing": True})
    assert len(left) <= duel.KEY_FRAMES >= len(right) > 15
    assert (left[0], left[-1], right[0], right[-1]) == (0, 100, 0, 5999)
    whole = [m for m in {*short, *long} if duel.latest(short, [m]) <= {*left} and duel.latest(long, [m]) <= {*right}]
    assert len(whole) >= duel.KEY_FRAMES


def test_two_runs_that_stand_still_open_with_few_frames_and_those_that_are_shown(session):
    short, long = list(range(0, 101)), list(range(0, 6001, 7))
    left, right = duel.due("k", "run", [short, long], live=False, lang="en", view={"at": 51})
    assert {0, 51, 100} <= {*left}
    assert {0, 49, 5999} <= {*right}
    assert len(left) <= FEW + 1 >= len(right)


def test_what_is_live_gets_what_is_new_of_each(session):
    duel.due("k", "run", [[0, 1, 2], []], live=True, lang="en")
    assert duel.due("k", "run", [[0, 1, 2], [0, 1]], live=True, lang="en") == [[], [0, 1]]
    assert duel.due("k", "run", [[0, 1, 2], [0, 1, 2, 3]], live=True, lang="en") == [[], [0, 1, 2, 3]]
    assert duel.due("k", "run", [[0, 1, 2], [0, 1, 2, 3]], live=True, lang="en") == [[], [2, 3]]


def test_a_wish_is_granted_for_both(session):
    steps = [list(range(0, 51)), list(range(0, 1001, 10))]
    duel.due("k", "run", steps, live=True, lang="en")
    session["k"] = {"want": {"run": "run", "member": 0, "from": 40, "to": 60, "n": 48}}
    assert duel.due("k", "run", steps, live=True, lang="en") == [list(range(40, 51)), [40, 50, 60]]
    session["k"] = {"want": {"run": "another", "member": 0, "from": 0, "to": 60, "n": 48}}
    assert duel.due("k", "run", steps, live=True, lang="en") == [[], []]
    assert {f"{SENT}.k.0", f"{SENT}.k.1"} <= session.keys()


# What they are called


def test_the_one_difference_is_named_and_names_both():
    one, other = PlaneConfig(), PlaneConfig(d_steps=50, steps=7, gamma=0.7)
    assert describe_differences(one, other, "en") == [("k", "1", "50")]
    assert titles(one, other, "en") == ("k 1", "k 50")


def test_several_differences_leave_the_presets_their_names():
    one, other = PRESETS["ring_k50"], PRESETS["ring_k50"].replace(seed=4, packing=2)
    assert titles(one, PRESETS["ring"], "en") == ("Ring, 50 D updates per step", "Ring, no constraint")
    assert titles(other, one, "es")[0] == "este"
    assert titles(one, one, "en") == ("this run", "the other")


# On the page


@pytest.mark.whole
def test_a_link_holds_both_and_both_are_shown():
    for config in (SMALL, LONG):
        record(config)
    app = compared(**{"b.preset": "ring"})
    head, sides = shown(app)
    assert [side["run"] for side in sides] == [SMALL.key(), LONG.key()]
    assert [brought(side)[-1] for side in sides] == [12, 30]
    assert head["differences"] == [["k", "1", "2"]]
    assert app.query_params["b.d_steps"] == "2"
    again = opened(PAGE, dict(app.query_params))
    assert (held(again, ARENA), held(again, COMPARE)) == (SMALL, LONG)


def test_a_shared_link_holds_the_step_at_which_both_were_stopped(monkeypatch):
    """The player tells it of the first run, whose settings stand in the link too."""
    for config in (SMALL, LONG):
        record(config)
    asked = list[str]()
    monkeypatch.setattr(share, "held", lambda place, player: asked.append(player) or {"a.step": "5"})
    app = compared(**{"a.step": "5"})
    assert asked == [KEY]
    assert shown(app)[0]["view"] == {"keeps": True, "at": 5, "playing": False}
    assert "a.step=5" in app.code[0].value


@pytest.mark.whole
def test_compare_exchange_choose_close():
    app = opened(PAGE, to_query(SMALL, "a."))
    app.button(key="a.compare").click().run()
    assert held(sound(app), COMPARE) == SMALL
    enter(app, "a.w.d_steps", 3)
    assert (held(app, ARENA).d_steps, held(app, COMPARE).d_steps) == (3, 1)
    app.button(key="b.exchange").click().run()
    assert (held(sound(app), ARENA), held(app, COMPARE).d_steps) == (SMALL, 3)
    app.selectbox(key="b.w.preset").select("grid").run()
    assert held(sound(app), COMPARE) == PRESETS["grid"]
    app.selectbox(key="b.w.preset").select(compare.BEFORE).run()
    assert held(sound(app), COMPARE).d_steps == 3
    app.button(key="b.close").click().run()
    assert not any(name.startswith("b.") for name in sound(app).query_params)
    assert held(app, ARENA) == SMALL


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_a_link_gets_wrong_of_the_second_is_told(lang):
    app = compared(lang=lang, **{"b.gamma": "-1", "b.member": "9"})
    assert app.warning[0].value.count("\n- ") == 2
    assert held(app, COMPARE) == LONG


def test_each_has_its_own_button_and_the_first_stays_wished():
    app = compared()
    app.button(key="a.train").click().run()
    app.button(key="b.train").click().run()
    assert [button.key for button in sound(app).button if button.key in ("a.stop", "b.stop")] == ["a.stop", "b.stop"]
