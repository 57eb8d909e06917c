"""One's own points on a page: what a browser sends is never trusted, a file goes into the drawing, names, the menus."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from visits import captions, enter, held, opened, quiet_server, sound  # noqa: F401
from waiting import GUARD

from ganlab.data import points
from ganlab.data.plane import own as own_dataset
from ganlab.data.point_files import LARGEST
from ganlab.data.points import IN_NAME, LIMIT, MOST, UNIT, PointsError
from ganlab.data.user_files import use_store
from ganlab.kind.fields import knobs
from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig
from ganlab.ui.arena import own_data
from ganlab.ui.arena.own_data import DRAFT, Draft, kept
from ganlab.ui.players import draw
from ganlab.ui.run import controls, server
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.text import LANGUAGES, number, text

PAGE = "pages/lab/arena.py"
WEB = Path(draw.__file__).parent / "web"
FEW = np.array([[-2.0, -1.0], [2.0, 1.0], [0.0, 0.5]])
SPEC = knobs(PlaneConfig)["dataset"]


@pytest.fixture(autouse=True)
def no_other_data():
    own_dataset.cache_clear()


def cloud(n):
    return np.random.default_rng(0).uniform(-LIMIT, LIMIT, (n, 2))


def sent(places):
    """What the drawing's button sends, as draw.js spells it."""
    whole = np.rint(np.asarray(places) / UNIT).astype("<i2")
    return base64.urlsafe_b64encode(whole.tobytes()).decode().rstrip("=")


# What a browser sends


@pytest.mark.parametrize("n", [2, 7, IN_NAME, IN_NAME + 1, 4000])
def test_points_that_are_drawn_become_a_data_set(n):
    server.service()
    name = kept(sent(cloud(n)))
    assert np.array_equal(points.read(name), points.unpack(points.pack(cloud(n))))
    assert points.count(name) == n
    assert name.startswith(points.PREFIX + points.INSIDE) == (n <= IN_NAME)
    assert PlaneConfig(dataset=name).dataset == name


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "spelling"),
        ({"points": [[0, 0]]}, "spelling"),
        ([1, 2, 3, 4], "spelling"),
        ("<script>", "spelling"),
        ("ÑÑÑÑ", "spelling"),
        ("AAA", "spelling"),
        (sent(np.zeros((MOST + 1, 2))), "spelling"),
        ("", "few"),
        (sent([[1.0, 1.0]]), "few"),
        (sent([[1.0, 1.0]] * 9), "one_place"),
        (sent([[0.0, 0.0], [LIMIT + 0.01, 0.0]]), "outside"),
        (base64.urlsafe_b64encode(np.array([-32768, 0, 0, 0], "<i2").tobytes()).decode(), "outside"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 12 else "",
)
def test_whatever_else_a_browser_sends_is_refused(value, reason):
    with pytest.raises(PointsError) as error:
        kept(value)
    assert error.value.reason == reason
    for lang in LANGUAGES:
        assert "{" not in own_data.refusal(error.value, lang)


def test_every_label_of_the_drawing_is_asked_for_and_exists():
    asked = set(re.findall(r'say\("(\w+)"', "".join((WEB / name).read_text() for name in ("draw.js", "labels.js"))))
    for lang in LANGUAGES:
        assert asked <= draw.labels(lang).keys()


def test_the_message_holds_the_points_and_their_bounds():
    message = draw.message("k", points.pack(FEW), "en")
    size = int.from_bytes(message[:4], "little")
    head = json.loads(message[4 : 4 + size])
    assert (head["key"], head["limit"], head["in_name"], head["most"]) == ("k", LIMIT, IN_NAME, MOST)
    assert (4 + size) % 4 == 0
    assert message[4 + size :] == points.pack(FEW)


# Names


@pytest.mark.parametrize("lang", LANGUAGES)
def test_own_points_have_a_name_with_their_number(lang, tmp_path):
    use_store(tmp_path)
    few, many = points.keep(FEW, tmp_path), points.keep(cloud(3000), tmp_path)
    assert controls.show(SPEC, "dataset", few, lang) == text("own.name.counted", lang, n=3)
    assert number(3000, lang) in controls.show(SPEC, "dataset", many, lang)
    gone = "points:" + "0" * 64
    assert controls.show(SPEC, "dataset", gone, lang) == text("choice.dataset.points", lang)


# The dialog


def drawing(dataset, lang, answer):
    """A page with nothing but the button and the dialog; `answer` is what the browser sends."""
    from unittest.mock import patch

    import streamlit as st

    from ganlab.plane.config import PlaneConfig
    from ganlab.ui.arena import own_data
    from ganlab.ui.run.experiment import ARENA

    if not ARENA.is_open:
        ARENA.open(PlaneConfig(dataset=dataset), "ring")
    own_data.open_button(ARENA, lang)
    once = answer if not st.session_state.get("answered") else None
    with patch.object(own_data, "draw", lambda data, key: st.session_state.update(seen=data) or once):
        own_data.dialog(ARENA, lang)


def dialog(dataset="ring", lang="en", answer=None):
    app = AppTest.from_function(drawing, default_timeout=GUARD, args=(dataset, lang, answer)).run()
    assert "seen" not in app.session_state
    return sound(app.button(key="a.own").click().run())


def uploaded(app, blob, name="mine.csv"):
    app.file_uploader[0].set_value((name, blob, "text/csv"))
    return sound(app.run())


def test_what_is_used_becomes_the_data_set_and_nothing_else_changes():
    app = dialog(answer=sent(FEW))
    assert DRAFT not in app.session_state
    assert app.session_state["a.config"] == PlaneConfig(dataset=kept(sent(FEW)))
    assert app.session_state["touched"] is True


def test_what_cannot_be_used_is_said_and_the_drawing_stays():
    app = dialog(answer=sent([[1.0, 1.0]]))
    assert app.error[0].value == text("points.refused.few", "en", count=1, least=2)
    assert app.session_state["a.config"] == PlaneConfig()
    assert isinstance(app.session_state[DRAFT], Draft)


def test_ones_own_points_are_opened_to_be_edited():
    assert dialog().session_state[DRAFT].content == b""
    app = dialog(points.keep(FEW, Path("unused")))
    assert app.session_state[DRAFT].content == points.pack(FEW)
    assert app.session_state["seen"].endswith(points.pack(FEW))
    assert app.button(key="a.own").label == text("own.open.edit", "en")


def test_points_that_are_gone_are_said_to_be(tmp_path):
    app = dialog("points:" + "0" * 64, "es")
    assert app.warning[0].value == text("points.refused.gone", "es")
    assert app.session_state[DRAFT].content == b""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("blob", "reason"),
    [
        (b"", "few"),
        (b"x,y\n1,2\n", "few"),
        (b"1,2\n" * (MOST + 1), "many"),
        (b"1,2\nnan,3\n", "finite"),
        (b"1,2\n3,inf\n", "finite"),
        (b"1,2\n1,2\n", "one_place"),
        (b"1,2\n3,4,5\n", "columns"),
        (b"1,2\n3,<b>`x`</b>\n", "number"),
        (b"\xff\xfe\x00\x01", "encoding"),
        (b" " * (LARGEST + 1), "too_large"),
        (b"PK\x03\x04\x80\x81", "encoding"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_bad_file_has_its_sentence(blob, reason, lang):
    error = refused(blob)
    assert error.reason == reason
    said = own_data.refusal(error, lang)
    assert said.startswith(text(f"points.refused.{reason}", lang).split("{")[0])
    assert "{" not in said
    assert "<" not in said or "`" in said


def refused(blob):
    from ganlab.data.point_files import parse_csv

    with pytest.raises(PointsError) as error:
        parse_csv(blob)
    return error.value


def test_a_file_goes_into_the_drawing_and_a_bad_one_changes_nothing():
    app = dialog()
    before = app.session_state[DRAFT]
    app = uploaded(app, b"x;y\n10;20\n30;20\n20;25,5\n")
    draft = app.session_state[DRAFT]
    assert draft.key != before.key, "the browser takes new points under a new key only"
    assert np.abs(points.unpack(draft.content)).max() == pytest.approx(points.REACH, abs=1e-3)
    assert "3 points" in app.success[0].value
    assert "`mine.csv`" in app.success[0].value
    assert app.session_state["a.config"] == PlaneConfig(), "a file is a draft until it is used"
    app = uploaded(app, b"1,2\n3,x\n")
    assert "Line" in app.error[0].value or "line" in app.error[0].value
    assert (app.session_state[DRAFT].key, app.session_state[DRAFT].content) == (draft.key, draft.content)


# On the arena's page


@pytest.mark.whole
def test_the_menu_goes_on_to_offer_ones_own_points():
    mine = points.keep(FEW, Path("unused"))
    app = opened(PAGE, to_query(PlaneConfig(dataset=mine), "a.") | {"a.preset": "ring"})
    assert held(app, ARENA).dataset == mine
    assert [b.label for b in app.button if b.key == "a.chip.dataset"] == ["data Your own points (3)"]
    menu = "a.w.dataset"
    app = enter(app, menu, "spiral")
    assert held(app, ARENA).dataset == "spiral"
    app = enter(app, menu, mine)
    assert held(app, ARENA).dataset == mine


@pytest.mark.whole
def test_points_that_go_while_they_are_shown_leave_a_sentence():
    many = kept(sent(cloud(300)))
    app = opened(PAGE, to_query(PlaneConfig(dataset=many, members=2), "a."))
    assert held(app, ARENA).dataset == many
    for file in (server.service().store.path / "points").glob("*.bin"):
        file.unlink()
    own_dataset.cache_clear()
    st.cache_resource.clear()
    st.cache_data.clear()
    app = sound(app.run())
    assert [said.value for said in app.warning] == [text("points.refused.gone", "en")]
