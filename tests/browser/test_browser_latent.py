"""The latent page in Chromium: films are scrubbed without the server, digits are clicked, maps are pointed at."""

import io
import re
from urllib.parse import urlsplit

import pytest
from browsing import NEEDS_CHROMIUM, address, choose, link, messages, part, press, rested, speak, until
from PIL import Image
from playwright.sync_api import expect

from ganlab.latent.paths import FRAMES
from ganlab.presets import PRESETS
from ganlab.ui.latent.sources import title
from ganlab.ui.text import text

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def page(stay):
    """One page for all that follows, each test going on where the one before left it."""
    return ready(stay("latent", "lang=en&l.g=light&l.a=1&l.b=2", player=False))


@pytest.fixture(scope="module")
def other(page, stay):
    """What the link of that page opens for somebody else, for all that follows."""
    return ready(stay("latent", urlsplit(address(page)).query, player=False))


def ready(page, shows="walk"):
    page.wait_for_selector({"walk": "[data-testid=walk][data-t]", "atlas": "[data-testid=atlas][data-cell]"}[shows])
    return page


def view(page, name, lang="en"):
    page.locator(".st-key-l-w-view button", has_text=text(f"latent.view.{name}", lang)).first.click()
    until(lambda: link(page).get("l.view", "walk") == name)


def generator(page, name, lang="en"):
    choose(page, "l-w-g", title(name, lang))
    until(lambda: link(page)["l.g"] == name)
    rested(page)


def walk(page, name):
    return part(page, "walk").get_attribute(f"data-{name}")


def now(page):
    return float(walk(page, "t"))


def picture(page, name):
    return part(page, name).evaluate("canvas => canvas.toDataURL()")


def test_a_change_of_t_costs_no_server_message(page):
    rested(page)
    sent, shown = messages(page), picture(page, "strip-lerp")
    time = part(page, "time")
    time.focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "End"):
        page.keyboard.press(key)
    until(lambda: now(page) == 1)
    part(page, "strip-slerp").click(position={"x": 5, "y": 5})
    until(lambda: now(page) < 0.05)
    part(page, "chart-norms").click(position={"x": 120, "y": 40})
    until(lambda: 0.1 < now(page) < 0.9)
    part(page, "play").click()
    until(lambda: walk(page, "playing") == "true")
    part(page, "play").click()
    assert picture(page, "strip-lerp") != shown
    assert sent() == 0
    part(page, "tile-7").click()
    part(page, "tile-1").click()
    until(lambda: sent() > 0)
    until(lambda: (link(page)["l.a"], link(page)["l.b"]) == ("8", "2"))


WATCH = """(walk) => {
  window.seen = [1];
  const changes = { attributes: true, attributeFilter: ["data-t"] };
  new MutationObserver(() => window.seen.push(Number(walk.dataset.t))).observe(walk, changes);
}"""
"""Keeps every moment that is shown: to ask for each would cost as much as a picture."""


def test_play_has_no_end(page):
    assert int(walk(page, "frames")) == FRAMES
    part(page, "time").focus()
    page.keyboard.press("End")
    part(page, "play").click()
    until(lambda: now(page) < 0.9)
    page.evaluate("document.activeElement.blur()")
    part(page, "time").fill("0.02")
    part(page, "walk").evaluate(WATCH)
    part(page, "play").click()
    until(lambda: page.evaluate("Math.min(...window.seen)") < 0.01 and now(page) > 0.1)
    assert walk(page, "playing") == "true"
    part(page, "play").click()
    until(lambda: walk(page, "playing") == "false")


def test_the_middle_of_the_straight_line_is_read_and_has_a_norm(page):
    expect(part(page, "reading-lerp")).to_have_text(re.compile(r"\d · \d+\u202f%"))
    expect(part(page, "chart-norms")).to_have_attribute("aria-label", re.compile("Straight.*Great circle"))
    expect(page.get_by_text("Why not straight?")).to_be_visible()


def test_a_film_can_be_taken_along(page):
    rested(page)
    with page.expect_download() as download:
        press(page, "l-gif-slerp")
    assert download.value.suggested_filename == f"walk-slerp-{link(page)['l.a']}-{link(page)['l.b']}.gif"
    film = Image.open(io.BytesIO(download.value.path().read_bytes()))
    assert film.n_frames > 40
    assert film.info["loop"] == 0


def test_two_clicked_digits_are_the_ends_and_the_link_says_so(page):
    rested(page)  # what is clicked while the page is still drawn may be drawn anew
    before = walk(page, "walk")
    part(page, "tile-4").click()
    expect(part(page, "hint")).to_contain_text("where to go")
    expect(part(page, "tile-4")).to_have_attribute("data-mark", "1")
    part(page, "tile-9").click()
    until(lambda: (link(page)["l.a"], link(page)["l.b"]) == ("5", "10"))
    until(lambda: walk(page, "walk") != before)
    expect(part(page, "tile-9")).to_have_attribute("data-mark", "2")


def fits(page):
    until(lambda: page.evaluate("document.documentElement.scrollWidth") <= 390)
    for name in ("play", "strip-slerp", "chart-norms"):
        box = until(part(page, name).bounding_box)
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_the_link_opens_the_same_walk_and_fits_a_phone_in_both_languages(page, other):
    assert (link(other)["l.g"], link(other)["l.a"], link(other)["l.b"]) == ("light", "5", "10")
    assert walk(other, "walk") == walk(page, "walk")
    for shown in (page, other):
        part(shown, "time").focus()
        shown.keyboard.press("Home")
        until(lambda shown=shown: now(shown) == 0)
    assert picture(other, "strip-slerp") == picture(page, "strip-slerp")
    other.set_viewport_size({"width": 390, "height": 844})
    fits(other)
    speak(other, "ES")
    until(lambda: link(other)["lang"] == "es")
    expect(other.get_by_text(text("latent.source.bring", "es"))).to_be_visible()
    fits(other)


def test_a_latent_space_of_two_is_shown_whole(other):
    generator(other, "light_2", "es")
    view(other, "map", "es")
    ready(other, "atlas")
    until(lambda: part(other, "atlas").get_attribute("data-side") == "20")
    part(other, "map").hover(position={"x": 3, "y": 3})
    expect(part(other, "place")).to_have_text("z = (−3,00; 3,00)")
    until(lambda: part(other, "classes").locator("span").count() > 3)


def test_a_map_is_pointed_at_and_walked_by_keys(page):
    view(page, "map")
    ready(page, "atlas")
    reading, shown = part(page, "place"), picture(page, "look")
    part(page, "map").hover(position={"x": 3, "y": 3})
    until(lambda: part(page, "atlas").get_attribute("data-cell") == "0")
    expect(reading).to_have_text("right 0.00, down 0.00")
    assert picture(page, "look") != shown
    part(page, "map").focus()
    page.keyboard.press("ArrowRight")
    until(lambda: part(page, "atlas").get_attribute("data-cell") == "1")
    coloured = picture(page, "map")
    part(page, "regions").click()
    expect(part(page, "regions")).to_have_attribute("aria-pressed", "false")
    assert picture(page, "map") != coloured


def test_on_the_plane_two_points_are_clicked(page):
    view(page, "walk")
    generator(page, PRESETS["ring_r1"].key())
    until(lambda: walk(page, "kind") == "plane")
    plane = part(page, "plane")
    side = plane.bounding_box()["width"]
    before = (link(page)["l.a"], link(page)["l.b"])
    for x, y in ((0.25, 0.25), (0.75, 0.75)):
        plane.click(position={"x": x * side, "y": y * side})
    until(lambda: (link(page)["l.a"], link(page)["l.b"]) != before)
