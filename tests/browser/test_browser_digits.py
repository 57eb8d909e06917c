"""The player of digits in a real browser: what follows the shown frame, the keyboard, a closer look, pictures saved."""

import io
from urllib.parse import urlencode

import numpy as np
import pytest
from browsing import NEEDS_CHROMIUM, fact, part, step, train_for, until
from PIL import Image
from playwright.sync_api import expect
from schedules import digit_steps

from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import unpack
from ganlab.links import to_query
from ganlab.store.runs import Store

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
RUN = DigitsConfig(classes="17", architecture="dense", batch_size=32, latent_dim=2, steps=64)
OTHER = RUN.replace(seed=1, steps=32)
"""Two epochs of two digits and a step, and one epoch of another seed."""
MUTE = "() => { window.spoken = WebSocket.prototype.send; WebSocket.prototype.send = () => {}; }"
UNMUTE = "() => { WebSocket.prototype.send = window.spoken; }"
"""Keeps the page from telling the server anything, and no longer."""


@pytest.fixture(scope="module", autouse=True)
def runs(server, tmp_path_factory):
    """RUN and OTHER, before the first visitor comes."""
    train_for(server, tmp_path_factory.mktemp("runs"), RUN, OTHER)


@pytest.fixture
def visit(visit):
    """Opens the MNIST page on a run, with another beside it if one is named."""

    def opened(config=RUN, beside=None, lang="en", **options):
        query = {"lang": lang} | to_query(config, "m.") | (to_query(beside, "n.") if beside else {})
        return visit("mnist", urlencode(query), **options)

    return opened


@pytest.fixture(scope="module")
def opened(stay):
    """RUN's page, for all who leave it as it was or at another frame."""
    return stay("mnist", urlencode({"lang": "en"} | to_query(RUN, "m.")))


@pytest.fixture
def page(opened):
    """The same, at its last frame."""
    show(opened, -1)
    return opened


def shown_sheet(page, server):
    """The sheet of RUN's frame on the page as the store has it, (64, 28, 28)."""
    with Store(server.store) as store:
        return unpack(store.frames(RUN.key(), 0, [step(page)])[step(page)]).sheet


def show(page, place):
    """Moves the slider to the place-th frame and waits until that very frame is shown."""
    move = "(time, at) => { time.value = at; time.dispatchEvent(new Event('input')); }"
    part(page, "time").evaluate(move, place % len(digit_steps(RUN)))
    until(lambda: step(page) == digit_steps(RUN)[place])


def load(page):
    """Has the browser fetch every frame."""
    for place in range(int(fact(page, "last")), -1, -1):
        show(page, place)
    assert int(fact(page, "frames")) == 1 + int(fact(page, "last"))


def test_the_scoreboard_follows_the_shown_frame_without_the_server(opened):
    page = opened
    assert step(page) == 64
    expect(part(page, "digits-count")).to_contain_text("of 2 covered")
    expect(part(page, "judged-of")).to_have_text("at step 64 · epoch 2.0")
    until(lambda: part(page, "number-fid").inner_text() not in ("", "–"))
    load(page)
    expect(part(page, "verdict")).to_contain_text("No verdict yet")
    expect(part(page, "verdict")).to_contain_text("step 64")
    for name in ("number-accepted", "number-fid", "digits-count"):
        expect(part(page, name)).to_have_text("–")
    page.evaluate(MUTE)
    show(page, digit_steps(RUN).index(64))
    expect(part(page, "judged-of")).to_have_text("at step 64 · epoch 2.0")
    page.evaluate(UNMUTE)


def test_numbers_of_a_brief_judgement_stand_beside_older_dear_ones(page):
    show(page, digit_steps(RUN).index(64))
    expect(part(page, "judged-of")).to_have_text("at step 64 · epoch 2.0")
    expect(part(page, "judged").locator("[data-part=note-fid]")).to_have_text("of step 63")
    expect(part(page, "judged").locator("[data-part=note-accepted]")).to_contain_text("real")


def test_keys_walk_by_frames_and_by_epochs(page):
    part(page, "next").focus()
    steps = digit_steps(RUN)
    for key in ("PageUp", "PageUp", "PageUp", "PageDown", ".", ",", "ArrowRight", "ArrowLeft", "End", "Home"):
        before = steps.index(step(page))
        epoch = {"PageUp": {64: 2, 63: 1, 32: 0}, "PageDown": {0: 1}}.get(key, {}).get(steps[before])
        move = {".": 1, ",": -1, "ArrowRight": 1, "ArrowLeft": -1, "End": len(steps) - 1 - before, "Home": -before}
        due = RUN.step_of(epoch) if epoch else 0 if epoch == 0 else steps[before + move[key]]
        page.keyboard.press(key)
        until(lambda due=due: step(page) == due)


def test_the_keyboard_picks_an_image_and_its_nearest_training_images_come(page):
    part(page, "sheet").focus()
    before = step(page)
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    look = part(page, "look")
    expect(look).to_have_attribute("data-known", "true")
    assert step(page) == before, "arrows on the sheet move no frame"
    expect(look).to_have_attribute("data-cell", "9")
    expect(look).to_contain_text("row 2, column 2")
    until(lambda: look.locator(".near canvas").count() == 5)
    distances = [float(words.inner_text()) for words in look.locator(".near small").all()]
    assert distances == sorted(distances)
    until(lambda: part(page, "opinion").locator("span").count() == 10)
    expect(part(page, "look-sentence")).to_contain_text("of 1\u202f000 training images")


def test_the_saved_picture_is_the_shown_sheet(page, server):
    with page.expect_download() as download:
        part(page, "save").click()
    assert download.value.suggested_filename == "digits-step-64.png"
    with open(download.value.path(), "rb") as file:
        picture = np.asarray(Image.open(io.BytesIO(file.read())).convert("L"))
    assert picture.shape == (896, 896)
    sheet = shown_sheet(page, server)
    cells = picture[2::4, 2::4].reshape(8, 28, 8, 28).swapaxes(1, 2).reshape(64, 28, 28)
    assert np.abs(cells.astype(int) - sheet).max() <= 1


def test_two_runs_share_a_slider_and_stand_in_one_table(visit):
    page = visit(beside=OTHER)
    expect(part(page, "sheet-b")).to_be_visible()
    assert int(fact(page, "last")) == len(digit_steps(RUN)) - 1, "both have their frames at the same epochs"
    table = part(page, "compare")
    cells = [[c.inner_text() for c in r.locator("th, td").all()] for r in table.locator("tr").all()]
    assert len(cells) == 12
    accepted = next(row for row in cells if row[0] == "Accepted")
    first, second = (int(value.rstrip("\u202f%")) for value in accepted[1:3])
    said = accepted[3].replace("−", "-").rstrip("\u202f%")
    assert int(said) == pytest.approx(second - first, abs=1)
    expect(part(page, "moment-a")).to_contain_text("step 64")
    expect(part(page, "moment-b")).to_contain_text("step 32")
    part(page, "reset").click()
    until(lambda: fact(page, "epoch") == "0")
    expect(part(page, "moment-b")).to_contain_text("step 0")
    part(page, "sheet-b").click(position={"x": 5, "y": 5})
    expect(part(page, "look")).to_have_attribute("data-known", "true")
    expect(part(page, "look")).to_contain_text("step 0")
    page.set_viewport_size({"width": 390, "height": 844})
    until(lambda: part(page, "sheet").bounding_box()["y"] == part(page, "sheet-b").bounding_box()["y"])
    until(lambda: page.evaluate("document.documentElement.scrollWidth") <= 390)


def test_every_number_says_what_it_means(page):
    names = ["Verdict", "Detective D", "Forger G", "Digits", "Quality", "Accepted", "Diversity", "TV", "FID"]
    for name in [*names, "Precision", "Recall", "Density", "Coverage", "A closer look"]:
        label = part(page, "player").locator("[title]", has_text=name).first
        assert len(label.get_attribute("title")) > 40, name


def test_a_phone_shows_the_digits_then_the_verdict_and_a_finger_picks_the_image_below_it(visit):
    page = visit(lang="es", width=390, height=844, has_touch=True, is_mobile=True)
    tops = [part(page, name).bounding_box()["y"] for name in ("play", "sheet", "time", "verdict", "look", "battle")]
    assert tops == sorted(tops)
    until(lambda: page.evaluate("document.documentElement.scrollWidth") <= 390)
    box = part(page, "sheet").bounding_box()
    assert box["width"] >= 260
    assert part(page, "verdict").bounding_box()["y"] < 844
    show(page, digit_steps(RUN).index(RUN.step_of(1)))
    side = part(page, "sheet").bounding_box()["width"] / 8
    part(page, "sheet").click(position={"x": 6.5 * side, "y": 3.5 * side})
    look = part(page, "look")
    expect(look).to_have_attribute("data-known", "true")
    expect(look).to_have_attribute("data-cell", str(3 * 8 + 6))
    expect(look).to_contain_text(f"fila 4, columna 7 · paso {RUN.step_of(1)}")
    expect(part(page, "look-sentence")).to_contain_text("imágenes de entrenamiento")


def test_garments_have_no_judge_and_say_so_and_what_is_not_trained_shows_an_empty_sheet_and_offers_nothing(visit):
    page = visit(DigitsConfig(dataset="fashion_mnist"))
    expect(part(page, "verdict")).to_contain_text("no judge for these images")
    expect(part(page, "judged")).to_be_hidden()
    expect(part(page, "digits")).to_be_hidden()
    assert fact(page, "empty") == "true"
    expect(part(page, "overlay")).to_contain_text("Nothing trained yet")
    expect(part(page, "play")).to_be_disabled()
    expect(part(page, "save")).to_be_disabled()
    part(page, "sheet").click()
    expect(part(page, "look")).to_have_attribute("data-open", "false")
