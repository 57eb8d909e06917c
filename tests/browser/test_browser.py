"""The arena in a real browser, over a real server and real workers: what a student does in the first minutes."""

import json
import re
import time
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

import browsing
import pytest
from browsing import (
    NEEDS_CHROMIUM,
    STRANGER,
    address,
    assert_no_stranger_runs,
    fact,
    link,
    part,
    speak,
    step,
    until,
)
from PIL import Image
from playwright.sync_api import expect

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
WILD = "a.loss=wasserstein&a.optimizer=sgd&a.g_lr=1&a.d_lr=1&a.steps=500"
"""A run that diverges."""
BAD = "a.d_steps=-4&a.nonsense=1&" + urlencode({"a.activation": STRANGER})
"""What a link cannot say."""
MOTION = {"reduced_motion": "no-preference"}
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}


@pytest.fixture
def visit(visit):
    """Opens the arena, or another page, as a new visitor, for whom it may move."""
    return lambda path="arena", **options: visit(path, **MOTION | options)


@pytest.fixture(scope="module")
def opened(stay):
    """The arena as it opens, for all who leave it as it was or at another frame."""
    return stay("arena", **MOTION)


@pytest.fixture
def page(opened):
    """The same, as large as at first and at its last frame."""
    opened.set_viewport_size({"width": 1280, "height": 900})
    part(opened, "time").focus()
    opened.keyboard.press("End")
    until(lambda: step(opened) == 6000)
    return opened


def press(page, key):
    browsing.press(page, f"a-{key}")


def choose(page, field, value):
    browsing.choose(page, f"a-w-{field}", value)


@contextmanager
def pixels_change(page):
    before = drawn(page)
    yield
    until(lambda: drawn(page) != before)


def drawn(page):
    return part(page, "canvas").evaluate("canvas => canvas.toDataURL()")


def test_a_deep_link_as_the_very_first_visit_shows_a_trained_run(opened):
    page = opened
    assert step(page) > 5000
    expect(part(page, "verdict")).to_contain_text("Healthy")
    expect(part(page, "modes-count")).to_have_text("8 of 8")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.get_by_text("Traceback").count() == 0


JOURNEY = """async (player) => {
  const [canvas, word] = ["canvas", "layer-morph"].map((name) => player.querySelector(`[data-testid=${name}]`));
  const frame = () => new Promise(requestAnimationFrame), pressed = () => word.ariaPressed === "true";
  const pictures = [canvas.toDataURL()];
  for (word.click(); !pressed(); ) await frame();
  for (; pressed(); pictures.push(canvas.toDataURL())) await frame();
  return pictures;
}"""
"""Presses for the journey of the noise; every picture from before it to after it."""


def test_play_pause_scrub_and_step(page):
    last = step(page)
    part(page, "play").click()
    until(lambda: fact(page, "playing") == "true" and 0 < step(page) < last)
    part(page, "play").click()
    until(lambda: fact(page, "playing") == "false")
    shown = step(page)
    part(page, "next").click()
    until(lambda: step(page) > shown)
    part(page, "previous").click()
    until(lambda: step(page) == shown)
    part(page, "reset").click()
    until(lambda: step(page) == 0)
    expect(part(page, "verdict")).not_to_contain_text("Healthy")
    pictures = part(page, "player").evaluate(JOURNEY)
    assert len(set(pictures)) > 1
    assert pictures[-1] == pictures[0]
    assert step(page) == 0
    part(page, "time").focus()
    page.keyboard.press("End")
    until(lambda: step(page) == last)
    expect(part(page, "verdict")).to_contain_text("Healthy")


def test_a_shared_link_holds_the_step_where_the_visitor_has_stopped(page):
    part(page, "previous").click()
    browsing.press(page, "share")
    expect(page.locator("[data-testid=stCode]").first).to_contain_text(f"a.step={step(page)}")
    page.keyboard.press("Escape")


STOPS = {"real": "real", "fake": "fake", "d": "field", "g": "grid", "back_g": "arrows"}
"""The pipeline's stops that switch a layer of the picture."""


def test_words_and_stops_switch_their_layers_and_what_is_shown_can_be_saved(page, tmp_path):
    expect(part(page, "pipeline")).to_be_hidden()
    part(page, "tool-pipeline").click()
    expect(part(page, "tool-pipeline")).to_have_attribute("aria-expanded", "true")
    for stop, layer in STOPS.items():
        word, button = part(page, f"layer-{layer}"), part(page, f"stop-{stop}")
        expect(word).to_have_attribute("aria-pressed", "true")
        with pixels_change(page):
            word.click()
        expect(button).to_have_attribute("aria-pressed", "false")
        with pixels_change(page):
            button.click()
        expect(word).to_have_attribute("aria-pressed", "true")
    assert thumbs(page) == 6
    expect(part(page, "stop-g_loss")).to_contain_text("equilibrium: log 2")
    expect(part(page, "stop-d_loss")).to_contain_text("equilibrium: log 4")
    before = {
        stop: part(page, f"stop-{stop}").screenshot() for stop in ("noise", "real", "g", "fake", "d", "predictions")
    }
    part(page, "reset").click()
    until(lambda: step(page) == 0)
    for stop, picture in before.items():
        stays = stop in ("noise", "real")
        assert (part(page, f"stop-{stop}").screenshot() == picture) is stays, stop
    with page.expect_download() as saved:
        part(page, "tool-save").click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    assert path.name.endswith("-step-0.png")
    with Image.open(path) as picture:
        assert picture.size == (960, 1016)


THUMBS = """(strip) => [...strip.querySelectorAll(".picture canvas")].filter((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size > 20;
}).length"""


def thumbs(page):
    """How many of the pipeline's small pictures show anything."""
    return part(page, "pipeline").evaluate(THUMBS)


def test_a_knob_makes_another_run_and_a_chip_takes_it_back(page):
    trained = fact(page, "last")
    choose(page, "d_steps", "3")
    until(lambda: link(page).get("a.d_steps") == "3")
    until(lambda: fact(page, "empty") == "true")
    expect(part(page, "play")).to_be_disabled()
    press(page, "chip-d_steps")
    until(lambda: "a.d_steps" not in link(page))
    until(lambda: fact(page, "last") == trained)
    expect(part(page, "play")).to_be_enabled()


def test_one_update_of_d_alone_forks_the_run_at_its_end(page):
    press(page, "alone-d")
    until(lambda: link(page).get("a.edits") == "6000:g_steps=0;6001:g_steps=1")
    until(lambda: step(page) == 6001)
    assert link(page)["a.steps"] == "6001"
    press(page, "edit-chip-0")
    until(lambda: "a.edits" not in link(page))
    until(lambda: step(page) == 6000)


def test_start_shows_a_living_picture_and_leads_to_the_arena(visit):
    page = visit(path="")
    until(lambda: fact(page, "playing") == "true" and step(page) > 0)
    part(page, "speed").select_option("8")
    until(lambda: fact(page, "playing") == "false" and step(page) > 5000)
    page.get_by_role("link", name="Ring with R1").first.click()
    until(lambda: urlsplit(address(page)).path == "/arena")
    page.wait_for_selector("[data-testid=player][data-step]")


def scores_are_explained(page, *names):
    for name in ["Verdict", "Detective D", "Forger G", *names]:
        label = part(page, "player").locator("[title]", has_text=name).first
        assert len(label.get_attribute("title")) > 40, name
        assert label.get_attribute("aria-description") == label.get_attribute("title")
        label.focus()
        shown = label.evaluate("label => getComputedStyle(label, '::after').content")
        assert label.get_attribute("title")[:30] in shown, "on a tap and by keyboard"


def test_every_score_says_what_it_counts(page):
    scores_are_explained(page, "Valid", "Mode TV")


def test_the_picture_fills_a_projector_and_fits_its_height(page):
    page.set_viewport_size({"width": 1920, "height": 1080})
    until(lambda: part(page, "canvas").bounding_box()["width"] >= 780)
    box = part(page, "canvas").bounding_box()
    assert box["height"] <= 1080 - 180
    tools = part(page, "tools").bounding_box()
    assert tools["y"] + tools["height"] <= 1080
    expect(part(page, "pipeline")).to_be_visible()
    board = part(page, "battle").bounding_box()
    assert 1920 - (board["x"] + board["width"]) < 80


@pytest.fixture(scope="module")
def wild(stay):
    """The arena by a link with a run that diverges and settings that there are not."""
    return stay("arena", f"lang=en&{WILD}&{BAD}")


def test_a_bad_link_gives_the_default_and_says_so(wild):
    expect(wild.get_by_test_id("stAlert")).to_contain_text("onerror")
    assert_no_stranger_runs(wild)
    assert wild.get_by_text("Traceback").count() == 0
    assert link(wild).items() >= {"a.loss": "wasserstein"}.items()
    assert not link(wild).keys() & {"a.d_steps", "a.activation", "a.nonsense"}


def test_a_diverged_run_names_the_step_it_shows(wild):
    press(wild, "train")
    note = part(wild, "overlay").locator("small")
    expect(note).to_have_count(1)  # until the page has been drawn anew, the old one is beside it
    expect(note).to_contain_text("The picture is that of step")
    named = int(re.search(r"step ([\d\u202f]+),", note.inner_text())[1].replace("\u202f", ""))
    assert named < step(wild)


def test_reset_a_data_change_and_a_new_layer_change_nothing_else(wild):
    kept = {name: value for name, value in link(wild).items() if name.startswith("a.")}
    part(wild, "reset").click()
    choose(wild, "dataset", "Swiss roll")
    until(lambda: link(wild).get("a.dataset") == "swiss_roll")
    scores_are_explained(wild, "Cells covered", "JS")
    wild.get_by_text("Networks", exact=True).click()
    choose(wild, "g_depth", "3")
    until(lambda: link(wild).get("a.g_depth") == "3")
    now = {name: value for name, value in link(wild).items() if name.startswith("a.")}
    changed = {name for name in now.keys() | kept.keys() if now.get(name) != kept.get(name)}
    assert changed == {"a.dataset", "a.g_depth"}, json.dumps([kept, now])


def fits_a_phone(page, *names):
    """Whether the first screen of a phone holds these parts."""
    for name in names:
        box = part(page, name).bounding_box()
        assert box["y"] >= 0, name
        assert box["y"] + box["height"] <= 844, name
        assert box["x"] + box["width"] <= 390, name


def names_its_settings(page, settings, train):
    said = "(button) => getComputedStyle(button, '::after').content"
    until(lambda: settings in page.get_by_test_id("stExpandSidebarButton").evaluate(said))
    expect(page.get_by_role("button", name=train)).to_be_visible()


def test_the_phones_first_screen_holds_play_canvas_and_verdict_in_the_browsers_language_and_in_another(visit):
    page = visit(query="a.seed=0", locale="es-ES", reduced_motion="reduce", **PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("La batalla en el plano")
    expect(part(page, "verdict")).to_contain_text("Sano")
    names_its_settings(page, "Menú y ajustes", "Entrenar desde cero")
    fits_a_phone(page, "play", "canvas", "verdict", "key")
    until(lambda: page.evaluate("document.documentElement.scrollWidth") <= 390)
    speak(page, "EN")
    expect(page.get_by_role("heading", level=1)).to_have_text("The battle on the plane")
    until(lambda: link(page)["lang"] == "en")
    expect(part(page, "verdict")).to_contain_text("Healthy")
    names_its_settings(page, "Menu and settings", "Train from zero")
    fits_a_phone(page, "play", "canvas", "verdict", "key")
    for tool in ("pipeline", "slow", "fork", "save"):
        box = part(page, f"tool-{tool}").bounding_box()
        assert box["height"] >= 44, tool
        assert box["x"] + box["width"] <= 390, tool
    part(page, "tool-pipeline").dispatch_event("click")
    until(lambda: part(page, "pipeline").evaluate("(strip) => strip.scrollWidth <= strip.clientWidth"))
    fits_a_phone(page, "play", "canvas", "verdict")
    until(lambda: page.evaluate("document.documentElement.scrollWidth") <= 390)


def test_start_holds_still_where_motion_is_unwelcome_and_on_a_phone_says_who_plays_and_folds_its_menu(visit):
    page = visit(path="", reduced_motion="reduce", **PHONE)
    for words in ("G, the generator, makes", "D, the discriminator, colours"):
        box = page.locator("[data-testid=stCaptionContainer]", has_text=words).first.bounding_box()
        assert box["y"] + box["height"] < part(page, "canvas").bounding_box()["y"]
    until(lambda: page.evaluate("document.documentElement.scrollWidth") <= 390)
    assert fact(page, "playing") == "false"
    assert step(page) > 5000
    assert part(page, "tool-slow").count() == 0
    page.get_by_test_id("stExpandSidebarButton").click()
    page.locator("[data-testid=stRadioOption]", has_text="Two networks").click()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    with pixels_change(page):
        part(page, "layer-morph").click()
    noise = drawn(page)
    time.sleep(2.5)
    assert drawn(page) == noise
    expect(part(page, "layer-morph")).to_have_attribute("aria-pressed", "true")
    with pixels_change(page):
        part(page, "layer-morph").click()
