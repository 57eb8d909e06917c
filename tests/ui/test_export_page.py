"""What is taken along of a run, and brought back: every file opened and checked; pages by AppTest."""

import csv
import io
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest
from visits import held, opened, quiet_server, record, sound  # noqa: F401
from webpages import Page

from ganlab import ui
from ganlab.digits.config import DigitsConfig
from ganlab.export import plane_script
from ganlab.export.script import REASONS, script
from ganlab.export.settings import LARGEST, digits_csv, metrics_csv, read_settings
from ganlab.gan.losses import LOSSES
from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig
from ganlab.plane.train import train
from ganlab.presets import nearest
from ganlab.ui.arena import gif, view
from ganlab.ui.run import export
from ganlab.ui.run.experiment import ARENA, MNIST
from ganlab.ui.text import LANGUAGES, text
from ganlab.ui.webpage.page import made
from tests.ui.test_digits_stage import CONFIG as DIGITS_RUN
from tests.ui.test_digits_stage import frame as digits_frame

PAGE, DIGITS_PAGE = "pages/lab/arena.py", "pages/lab/mnist.py"
SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=12)
TWO = SMALL.replace(members=2, dataset="spiral", steps=3)


def shown(app):
    """The files that the page offers: name -> whether it is there to be had."""
    return {b.key.rpartition(".")[2]: not b.proto.disabled for b in app.get("download_button")}


# A film


def film(config, member=0, threshold=0.0, count=6, said="step 1 · 8 of 8 modes"):
    frames = [frame.member(member) for frame in train(config)][:count]
    real = np.random.default_rng(0).normal(size=(64, 2))
    return frames, gif.gif(frames, real, 3.0, threshold, lambda frame: f"{said} {frame.step}")


def pictures(blob):
    image = Image.open(io.BytesIO(blob))
    for index in range(image.n_frames):
        image.seek(index)
        yield np.asarray(image.convert("RGB")).astype(int)


def near(picture, colour, reach=30):
    """How many pixels have about a colour."""
    return int((np.abs(picture - colour).sum(-1) < reach).sum())


@pytest.mark.parametrize("threshold", [0.0, None])
def test_a_film_has_every_frame_with_points_field_and_words(threshold):
    frames, blob = film(SMALL, threshold=threshold)
    seen = list(pictures(blob))
    assert len(seen) == len(frames) == 6
    assert seen[0].shape == (gif.SIDE + gif.LINE, gif.SIDE, 3)
    for picture in seen:
        plane, words = picture[: gif.SIDE], picture[gif.SIDE :]
        assert near(plane, gif.INK["fake"]) > 50
        assert near(plane, gif.INK["real"], 160) > 50
        assert near(words, gif.INK["words"], 120) > 50
        assert near(words, gif.INK["fake"]) == 0
    assert (seen[0] != seen[-1]).any()
    image = Image.open(io.BytesIO(blob))
    image.seek(image.n_frames - 1)
    assert image.info["duration"] == gif.LAST
    assert "loop" in image.info


def test_generated_points_are_where_they_are():
    frames, _ = film(SMALL)
    one = frames[-1]
    fake = np.full_like(one.fake, np.nan)
    fake[0, 0] = (1.5, 2.25)
    lone = type(one)(**{name: getattr(one, name) for name in one.__dataclass_fields__} | {"fake": fake})
    (picture,) = pictures(gif.gif([lone], np.zeros((0, 2)), 3.0, 0.0, lambda _: ""))
    rows, columns = np.nonzero(np.abs(picture - gif.INK["fake"]).sum(-1) < 60)
    assert columns.mean() == pytest.approx(0.75 * gif.SIDE, abs=2)
    assert rows.mean() == pytest.approx(0.125 * gif.SIDE, abs=2)


def test_the_field_is_coloured_as_in_the_player():
    field = np.array([[-9.0, 0.0], [1.0, 9.0]])
    assert gif.belief(field, 0.0) == pytest.approx(np.array([[-1, 0], [0.5, 1]]))
    assert gif.belief(field / 100, 0.0)[1, 1] == pytest.approx((0.09 / 0.5) ** 0.5), "a blind D looks blind"
    assert np.abs(gif.belief(field, None)).max() == 1
    assert gif.belief(np.full((2, 2), np.nan), None) == pytest.approx(np.zeros((2, 2)))
    top, bottom = (np.asarray(gif.ground(gif.belief(field, 0.0)))[row, -1] for row in (0, -1))
    assert tuple(top) == gif.SAYS_REAL
    assert tuple(bottom) == gif.UNDECIDED


@pytest.mark.whole
def test_a_diverged_run_has_a_film_too():
    wild = SMALL.replace(loss="wasserstein", optimizer="sgd", g_lr=1.0, d_lr=1.0, steps=400, activation="relu")
    frames, blob = film(wild, count=None)
    assert frames[-1].outcome
    assert len(list(pictures(blob))) > 1


def test_no_frames_make_no_film():
    with pytest.raises(ValueError, match="no frames"):
        gif.gif([], np.zeros((1, 2)), 3.0, 0.0, lambda _: "")


# Numbers


def test_digits_have_numbers_too():
    frames = [digits_frame(DIGITS_RUN, step) for step in (0, 128, 782)]
    rows = list(csv.DictReader(io.StringIO(digits_csv(frames))))
    assert [int(row["step"]) for row in rows] == [0, 128, 782]
    assert [row["accepted"] for row in rows] == ["", *(f"{frame.metrics['accepted']:.9g}" for frame in frames[1:])]
    assert (rows[1]["digit_3"], rows[2]["fid"], rows[2]["recall"]) == ("0.1", f"{frames[2].metrics['fid']:.9g}", "")
    assert float(rows[1]["d_loss"]) == 0.5
    assert digits_csv([]).startswith("step,")


# Of a run on the page


@pytest.mark.whole
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_file_of_a_trained_run(lang):
    record(TWO)
    app = opened(PAGE, to_query(TWO, "a.") | {"a.member": "1"}, lang)
    assert shown(app) == dict.fromkeys(("webpage", "numbers", "film", "settings_file", "program"), True)
    rows = list(csv.DictReader(io.StringIO(export.numbers(TWO, 1))))
    frames = list(train(TWO))
    assert [int(row["step"]) for row in rows] == [frame.step for frame in frames] == [0, 1, 2, 3]
    assert float(rows[3]["d_loss"]) == pytest.approx(float(frames[3].d_loss[1]), rel=1e-6)
    assert export.numbers(TWO, 1).splitlines()[0] == metrics_csv([frames[0]]).splitlines()[0]
    assert len(list(pictures(view.film(TWO, 1, lang)))) == 4
    said = view.words(TWO, lang, frames[3].member(1))
    assert said.startswith(text("export.film.cells", lang, step=3, n=0, of=32)[:6])
    assert export.stem(TWO, 1) == f"gan-arena-{TWO.key()}-member-1"
    assert export.stem(SMALL) == f"gan-arena-{SMALL.key()}"
    compile(script(TWO, 1), "run.py", "exec")
    head, _ = Page(made([(TWO, 1), (TWO, 0)], lang)).message(lang)
    assert head["run"] == f"{TWO.key()}.1 {TWO.key()}.0", "two that are compared are on one page"


def test_a_run_without_frames_has_no_numbers_and_a_script_that_says_what_is_left():
    edited = SMALL.replace(edits=((5, "d_lr", 0.1),), dataset="points:" + "0" * 64)
    app = opened(PAGE, to_query(SMALL.replace(edits=edited.edits), "a."))
    assert shown(app) == {
        **dict.fromkeys(("webpage", "numbers", "film"), False),
        **dict.fromkeys(("settings_file", "program"), True),
    }
    assert export.left(SMALL.replace(edits=edited.edits), "en") == []
    assert export.left(edited, "en") == [text("export.script.points", "en")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whatever_a_script_leaves_is_a_sentence(lang, monkeypatch):
    monkeypatch.setitem(LOSSES, "without_script", replace(LOSSES["hinge"], script=""))
    covered = tuple(name for name in plane_script.COVERED if name != "feature_matching")
    monkeypatch.setattr(plane_script, "COVERED", covered)
    gaps = {
        "not_covered": SMALL.replace(feature_matching=True),
        "unwritten": SMALL.replace(loss="without_script"),
        "points": SMALL.replace(dataset="points:" + "0" * 64),
        "weights": DigitsConfig(architecture="light", latent_dim=100, g_from="light"),
    }
    assert gaps.keys() == {*REASONS}
    for config in gaps.values():
        (said,) = export.left(config, lang)
        assert len(said) > 20
        assert "{" not in said
    assert text("field.label.feature_matching", lang) in export.left(gaps["not_covered"], lang)[0]


def test_the_digits_page_has_its_files():
    assert shown(opened(DIGITS_PAGE)).keys() == {"webpage", "numbers", "settings_file", "program"}


@pytest.mark.parametrize("beside", [False, True])
def test_of_two_runs_side_by_side_it_says_which_it_takes(beside):
    app = opened(PAGE, to_query(SMALL, "a.") | (to_query(SMALL.replace(seed=5), "b.") if beside else {}))
    said = {key: text(f"export.page.{key}", "en") for key in ("title", "title_beside")}
    found = "\n".join(markdown.value for markdown in app.markdown)
    assert {key: f"**{words}**" in found for key, words in said.items()} == {
        "title": not beside,
        "title_beside": beside,
    }


def compared():
    """A page that says which run a page of its own shows beside the arena's."""
    import streamlit as st

    from ganlab.ui.run.experiment import ARENA
    from ganlab.ui.webpage.page import beside

    st.text(",".join(config.key() for config in beside(ARENA)))


@pytest.mark.parametrize("trained", [False, True])
def test_the_run_beside_is_on_the_page_once_it_has_frames(trained):
    if trained:
        record(SMALL)
    app = AppTest.from_function(compared)
    app.session_state["b.config"] = SMALL
    assert sound(app.run()).text[0].value == (SMALL.key() if trained else "")


# Back again


def bring(app, blob, prefix="a."):
    key = next(w.key for w in app.file_uploader if w.key.startswith(f"{prefix}export.file"))
    app.file_uploader(key=key).set_value(("settings.json", blob, "application/json"))
    return sound(app.run())


@pytest.mark.whole
def test_settings_go_and_come_back_to_the_same_run():
    config = SMALL.replace(loss="hinge", members=3, edits=((40, "d_lr", 0.1),))
    app = bring(opened(PAGE), json.dumps(config.to_json(), indent=1).encode())
    assert held(app, ARENA) == config
    assert held(app, ARENA).key() == config.key()
    assert ARENA.name("member") in app.session_state
    assert app.query_params["a.preset"] == nearest(config)
    assert app.success[0].value == text("export.bring.done", "en")
    other = SMALL.replace(seed=9)
    assert held(bring(app, json.dumps(other.to_json()).encode()), ARENA) == other


def test_what_is_wrong_in_a_file_is_said():
    app = bring(opened(PAGE, lang="es"), b'{"kind": "plane", "gamma": -1, "loss": "hinge", "<b>": 1}')
    assert held(app, ARENA) == PlaneConfig(loss="hinge")
    first, gamma, unknown = app.success[0].value.split("\n")
    assert first == text("export.bring.done", "es")
    assert "-1" in gamma
    assert "`<b>`" in unknown


@pytest.mark.whole
def test_a_bad_file_has_one_sentence_and_loses_nothing():
    bad = [(b"", "json"), (b"[]", "json"), (b'{"kind": "cars"}', "kind"), ("{}".encode("utf-16"), "encoding")]
    bad += [(b" " * (LARGEST + 1), "too_large"), (json.dumps(DigitsConfig(seed=5).to_json()).encode(), "only_digits")]
    app = opened(PAGE, to_query(SMALL, "a."))
    for blob, reason in bad:
        app = bring(app, blob)
        (error,) = app.error
        assert error.value.startswith(text(f"export.settings.{reason}", "en").split("{")[0])
        assert held(app, ARENA) == SMALL
        assert not app.warning


def test_settings_of_the_plane_are_none_for_digits():
    app = opened(DIGITS_PAGE)
    before = held(app, MNIST)
    app = bring(app, json.dumps(SMALL.to_json()).encode(), "m.")
    assert app.error[0].value == text("export.settings.only_plane", "en")
    assert held(app, MNIST) == before
    brought = DigitsConfig(seed=5)
    assert held(bring(app, json.dumps(brought.to_json()).encode(), "m."), MNIST) == brought
    assert read_settings(json.dumps(brought.to_json()).encode()) == (brought, [])


def test_points_that_are_here_no_more_give_way_with_a_notice():
    config = SMALL.replace(dataset="points:" + "0" * 64)
    app = bring(opened(PAGE), json.dumps(config.to_json()).encode())
    assert held(app, ARENA) == SMALL
    assert text("notice.reason.points_gone", "en") in app.success[0].value


# In a frame


@pytest.mark.parametrize(
    ("embedded", "url", "same_site", "protected", "works"),
    [
        (False, "http://here.example/arena", "lax", True, True),
        (True, "http://here.example/arena", "lax", True, False),
        (True, "https://here.example/arena", "lax", True, False),
        (True, "https://here.example/arena", "none", True, True),
        (True, "http://here.example/arena", "none", True, False),
        (True, "http://here.example/arena", "lax", False, True),
    ],
)
def test_a_place_for_files_is_where_they_can_be_uploaded(monkeypatch, embedded, url, same_site, protected, works):
    options = {"server.enableXsrfProtection": protected, "server.xsrfCookieSameSite": same_site}
    monkeypatch.setattr(ui.st, "get_option", options.__getitem__)
    monkeypatch.setattr(ui.st, "context", SimpleNamespace(is_embedded=embedded, url=url))
    assert ui.uploads() is works


def test_where_no_file_can_be_uploaded_the_page_says_why(monkeypatch):
    monkeypatch.setattr(ui, "uploads", lambda: False)
    app = opened(PAGE)
    assert not app.get("file_uploader")
    assert text("export.bring.label", "en") in app.info[0].value
