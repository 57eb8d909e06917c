"""What the server says to the player of digits: messages, read back by an independent reader, and answers."""

import io
import json
import math
import re
import struct
from functools import cache
from string import Formatter

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from schedules import digit_steps
from streamlit.testing.v1 import AppTest
from waiting import GUARD

from ganlab.data.images import subset
from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import SHEET_BYTES, DigitsFrame, judgement, pack
from ganlab.ui.digits import nearest_images
from ganlab.ui.digits import playback as digits_playback
from ganlab.ui.digits.playback import KEY_FRAMES
from ganlab.ui.players.player import WEB
from ganlab.ui.players.player.digits import COMMON, digit_labels
from ganlab.ui.run import film
from ganlab.ui.run.film import FEW
from ganlab.ui.text import sentences
from ganlab.ui.text.glossary import LABELS

CONFIG = DigitsConfig(steps=782)
SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(WEB.glob("*.js")))
SHEET = np.zeros((64, 28, 28), np.uint8)
SHEET[9] = subset()[0][1234]
"""One real digit: a sheet that packs quickly."""


def frame(config, step):
    """What a run could show: real digits, and scores that rise with the epochs; FID in full judgements only."""
    asked, epoch = judgement(config, step), config.epoch(step)
    metrics = {"accepted": min(0.9, epoch / 4), "diversity": 0.9, "digit_tv": 0.1, "digits_covered": 10.0}
    metrics |= {"fid": 100 / (1 + epoch), "recall": math.nan} if asked == "full" else {}
    numbers = ("d_loss", "g_loss", "penalty", "d_grad", "g_grad", "d_accuracy", "fools")
    return DigitsFrame(
        **dict.fromkeys(("step", "d_updates", "g_updates"), step),
        epoch=epoch,
        sheet=SHEET,
        **{name: np.array([0.5], np.float32) for name in numbers},
        metrics=metrics if asked else {},
        diverged_at=np.array([-1]),
        shares=np.full(10, 0.1) if asked else np.empty(0),
    )


@cache
def packed(config, step):
    return pack(frame(config, step))


def blobs(config):
    return {step: packed(config, step) for step in digit_steps(config)}


class Tails:
    """A run service that has frames only."""

    def __init__(self, *configs):
        self.runs = {
            config.key(): {step: pack(frame(config, step)) for step in digit_steps(config)} for config in configs
        }
        self.run = ""

    def frame_cache(self, run):
        self.run = run
        return self

    def steps(self):
        return sorted(self.runs.get(self.run, {}))

    def blobs(self, member, steps):
        known = self.runs.get(self.run, {})
        return {step: known[step] for step in steps if step in known}


@pytest.fixture
def sent(monkeypatch):
    """Serves runs, and notes the messages that the player is sent."""
    messages = []
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(digits_playback, "player", lambda data, key: messages.append(data))
    digits_playback.film_of.clear()
    nearest_images.closer.clear()

    def serve(*configs):
        tails = Tails(*configs)
        for module in (film, digits_playback, nearest_images):
            monkeypatch.setattr(module, "service", lambda: tails)
        return tails

    serve(CONFIG)
    messages_of = type("Sent", (), {"all": messages, "serve": staticmethod(serve)})
    yield messages_of
    digits_playback.film_of.clear()
    nearest_images.closer.clear()


def read(data):
    (size,) = struct.unpack_from("<I", data)
    assert size % 4 == 0
    head, at, frames = json.loads(data[4 : 4 + size]), 4 + size, []
    for run in head["runs"]:
        frames.append({})
        for step, length in run["frames"]:
            frames[-1][step] = data[at : at + length]
            at += length
    return head, frames, data[at:]


def show(sent, config=CONFIG, live=False, lang="en", **more):
    digits_playback.show(config, live, lang, key="p", **more)
    return read(sent.all[-1])


def test_an_opening_is_light_and_names_every_step(sent):
    head, (frames,), strip = show(sent, view={"at": 0})
    run = head["runs"][0]
    assert run["known"] == digit_steps(CONFIG)
    assert len(frames) == FEW
    assert list(frames) == sorted(frames)
    assert {0, 782} <= frames.keys()
    assert frames[782] == pack(frame(CONFIG, 782))
    assert run["epochs"] == [round(CONFIG.epoch(step), 3) for step in run["known"]]
    assert (head["view"], head["look"], strip) == ({"at": 0}, None, b"")
    assert all(len(blob) < SHEET_BYTES + 1500 for blob in frames.values())
    assert len(sent.all[-1]) - sum(map(len, frames.values())) < 25_000


def test_a_film_that_plays_opens_with_as_many_frames_as_go_into_a_message(sent):
    _, (frames,), _ = show(sent, view={"at": 0, "playing": True})
    assert len(frames) == KEY_FRAMES


def test_every_shown_frame_has_the_newest_judgement_at_or_before_it(sent):
    head, (frames,), _ = show(sent)
    told = {int(step): said for step, said in head["runs"][0]["verdicts"].items()}
    judged = [step for step in digit_steps(CONFIG) if judgement(CONFIG, step)]
    for step in frames:
        due = max((other for other in judged if other <= step), default=None)
        newest = max((other for other in told if other <= step), default=None)
        assert newest == due
    last = told[max(told)]
    assert last["key"] == "healthy"
    assert last["of"] == [782, round(CONFIG.epoch(782), 2)]
    assert last["shares"] == [0.1] * 10


def test_a_number_that_is_older_says_so_and_what_is_undefined_is_left_out(sent):
    told = digits_playback.entry(full(), CONFIG, 512, "en")
    assert told["of"][0] == 512
    assert told["numbers"]["fid"] == pytest.approx(100 / (1 + CONFIG.epoch(469)), abs=1e-3)
    assert told["older"] == {"fid": 469}
    assert "recall" not in told["numbers"]


def full():
    reel = digits_playback.film_of(CONFIG.key(), CONFIG)
    reel.grow(0, CONFIG.steps)
    return reel


def test_films_keep_no_sheets(sent):
    assert all(frame.sheet.shape == (0, 28, 28) for frame in full().frames)


def test_live_messages_bring_what_came_lately_and_are_the_same_while_nothing_comes(sent):
    tails = sent.serve(CONFIG)
    whole = dict(tails.runs[CONFIG.key()])
    for last, expected in ((5, {0, 1, 2, 4, 5}), (7, {6, 7}), (8, {6, 7, 8}), (8, {6, 7, 8}), (8, {6, 7, 8})):
        tails.runs[CONFIG.key()] = {step: blob for step, blob in whole.items() if step <= last}
        head, (frames,), _ = show(sent, live=True)
        assert frames.keys() == expected
        assert head["live"]
        assert head["runs"][0]["known"] == list(range(last + 1))


def test_a_wish_is_answered_and_after_it_the_opening_is_not_sent_again(sent):
    show(sent)
    assert len(show(sent)[1][0]) == FEW, "the first may have been lost"
    st.session_state["p"] = {"want": {"run": CONFIG.key(), "member": 0, "from": 300, "to": 500, "n": 4}}
    _, (frames,), _ = show(sent)
    between = [step for step in digit_steps(CONFIG) if 300 <= step <= 500]
    assert frames.keys() <= set(between)
    assert len(frames) == 4
    _, (frames,), _ = show(sent, lang="es")
    assert len(frames) >= FEW, "another language is another opening"


def test_two_runs_share_a_message(sent):
    other = CONFIG.replace(seed=1, steps=157)
    sent.serve(CONFIG, other)
    head, frames, _ = show(sent, beside=other, names=("here", "there"))
    assert [run["name"] for run in head["runs"]] == ["here", "there"]
    assert [run["run"] for run in head["runs"]] == [CONFIG.key(), other.key()]
    assert [max(known) for known in frames] == [782, 157]
    assert sum(map(len, frames)) <= KEY_FRAMES
    head, _, _ = show(sent, beside=CONFIG)
    assert len(head["runs"]) == 1, "a run beside itself is one run"


def test_a_run_without_frames_is_a_message_too(sent):
    head, (frames,), _ = show(sent, CONFIG.replace(seed=9))
    assert (head["runs"][0]["known"], frames) == ([], {})


def test_what_real_images_score_stands_beside(sent):
    real = digits_playback.real_scores
    assert real(CONFIG)["fid"] == pytest.approx(5.0, abs=0.2)
    assert "fid" not in real(CONFIG.replace(classes="01"))
    head, _, _ = show(sent, DigitsConfig(dataset="fashion_mnist"))
    assert not head["runs"][0]["judge"]
    assert show(sent, CONFIG.replace(loss="wasserstein"))[0]["runs"][0]["compares"]


# A closer look


def look(sent, lang="en", **pick):
    st.session_state["p"] = {"pick": {"run": CONFIG.key(), "step": 782, "cell": 9} | pick}
    head, _, strip = show(sent, lang=lang)
    return head["look"], strip


def test_a_picked_image_is_answered_with_its_nearest_training_images(sent):
    answer, strip = look(sent)
    assert (answer["step"], answer["cell"]) == (782, 9)
    assert len(answer["near"]) == 5
    assert answer["near"][0]["distance"] < 0.05, "the sheet shows training images, in fewer greys"
    assert "by heart" in answer["sentence"]
    assert len(answer["opinion"]) == 10
    picture = np.asarray(Image.open(io.BytesIO(strip)))
    assert picture.shape == (28, 6 * 28)
    assert np.array_equal(picture[:, 28:56], SHEET[9])
    assert "de memoria" in look(sent, "es")[0]["sentence"]


@pytest.mark.parametrize(
    "pick", [{"cell": 64}, {"cell": -1}, {"cell": "3"}, {"step": 799}, {"step": None}, {"run": "x"}]
)
def test_a_pick_of_nothing_that_is_shown_is_answered_with_nothing(sent, pick):
    assert look(sent, **pick) == (None, b"")


def test_without_the_training_images_nothing_is_downloaded(sent, monkeypatch, tmp_path):
    monkeypatch.setenv("GANLAB_DATA", str(tmp_path))
    monkeypatch.setattr(nearest_images, "lookalikes", lambda *_: pytest.fail("this would download the full set"))
    config = DigitsConfig(dataset="mnist", steps=256)
    sent.serve(config)
    st.session_state["p"] = {"pick": {"run": config.key(), "step": 256, "cell": 0}}
    head, _, strip = show(sent, config)
    assert head["look"]["near"] == []
    assert "not on this server" in head["look"]["sentence"]
    assert Image.open(io.BytesIO(strip)).size == (28, 28)
    assert list(tmp_path.iterdir()) == []


def test_the_judge_doubts_and_distances_are_weighed(sent):
    facts = {"near": [{"distance": 0.5, "label": 3}], "opinion": [0.05] * 9 + [0.55], "typical": (0.32, 0.22)}
    said = nearest_images.opinion(facts, CONFIG, "en")
    assert "undecided; at best a 9" in said
    assert "no copy" in said
    assert "only 0.20" in nearest_images.opinion(facts | {"near": [{"distance": 0.2, "label": 3}]}, CONFIG, "en")


# Labels


def placeholders(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_label_exists_in_both_languages():
    english, spanish = digit_labels("en"), digit_labels("es")
    assert english.keys() == spanish.keys()
    assert set(COMMON) <= english.keys()
    assert [key for key in english if placeholders(english[key]) != placeholders(spanish[key])] == []


def test_every_label_is_said_and_what_is_said_exists():
    numbers = re.findall(r"^  (\w+): \(\{", (WEB / "digits_board.js").read_text(), re.MULTILINE)
    assert len(numbers) == 8
    built = {f"{prefix}_{name}" for prefix in ("number", "define") for name in numbers}
    built |= {"real_other", "real_fid", "real_digit_tv"}
    files = ("digits", "digits_board", "versus", "look", "histogram", "viewer", "controls", "scores")
    said = "\n".join((WEB / f"{name}.js").read_text() for name in files)
    own = {
        key.removeprefix("digits_stage.player.") for key in sentences("en") if key.startswith("digits_stage.player.")
    }
    own |= LABELS["digits_stage.player."].keys()
    assert built <= own
    assert [key for key in own - built if f'"{key}"' not in said] == []
    assert set(re.findall(r'\bsay\("(\w+)"', said)) <= digit_labels("en").keys()


def page():
    from ganlab.digits.config import DigitsConfig
    from ganlab.ui.digits import playback as digits_playback

    digits_playback.show(DigitsConfig(), False, "es", key="p", beside=DigitsConfig(seed=1))
    digits_playback.curves(DigitsConfig(), "es", beside=DigitsConfig(seed=1), names=("*A*", "$B$"))


@pytest.mark.whole
def test_a_page_without_any_frame_stands():
    app = AppTest.from_function(page, default_timeout=GUARD).run()
    assert not app.exception
    proto = app.get("bidi_component")[0].proto
    assert (proto.css_source_path, proto.js_source_path) == ("built/digits.css", "built/digits.js")
    assert len(proto.html_content.encode()) < 6500
    assert [m.value for m in app.markdown] == ["**\\*A\\***", "**\\$B\\$**"]
