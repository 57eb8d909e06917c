"""The latent page in Chromium: films are scrubbed without the server, digits are clicked, maps are pointed at."""

import io
import re
from functools import partial

import pytest
from browsing import NEEDS_CHROMIUM, as_soon_as, link, messages, part, press, rested, until
from PIL import Image
from playwright.sync_api import expect

from ganlab.latent.paths import FRAMES
from ganlab.presets import PRESETS

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
DIGITS = "lang=en&l.g=light&l.a=1&l.b=2"


def seen(visit, query=DIGITS, shows="walk", **options):
    """The page of a new visitor, with what it shows."""
    page = visit("latent", query, player=False, **options)
    ready = {"walk": "[data-t]", "atlas": "[data-cell]"}[shows]
    page.wait_for_selector(f"[data-testid={shows}]{ready}")
    return page


@pytest.fixture
def latent(visit):
    return partial(seen, visit)


@pytest.fixture(scope="module")
def page(stay):
    """The page as it opens, for all that need no other."""
    return seen(stay)


def walk(page, name):
    return part(page, "walk").get_attribute(f"data-{name}")


def now(page):
    return float(walk(page, "t"))


def settled(page):
    rested(page)


def picture(page, name):
    return part(page, name).evaluate("canvas => canvas.toDataURL()")


def test_a_change_of_t_costs_no_server_message(page):
    settled(page)
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


def test_play_has_no_end(page):
    assert int(walk(page, "frames")) == FRAMES
    part(page, "time").focus()
    page.keyboard.press("End")
    part(page, "play").click()
    until(lambda: now(page) < 0.9)
    page.evaluate("document.activeElement.blur()")
    part(page, "time").fill("0.02")
    part(page, "play").click()
    as_soon_as(lambda: now(page) < 0.01)
    until(lambda: now(page) > 0.1)
    assert walk(page, "playing") == "true"
    part(page, "play").click()
    until(lambda: walk(page, "playing") == "false")


def test_two_clicked_digits_are_the_ends_and_the_link_says_so(page, latent):
    settled(page)  # what is clicked while the page is still drawn may be drawn anew
    before = walk(page, "walk")
    part(page, "tile-4").click()
    expect(part(page, "hint")).to_contain_text("where to go")
    expect(part(page, "tile-4")).to_have_attribute("data-mark", "1")
    part(page, "tile-9").click()
    until(lambda: (link(page)["l.a"], link(page)["l.b"]) == ("5", "10"))
    until(lambda: walk(page, "walk") != before)
    expect(part(page, "tile-9")).to_have_attribute("data-mark", "2")
    again = latent(f"lang=en&l.g=light&l.a={link(page)['l.a']}&l.b={link(page)['l.b']}")
    assert walk(again, "walk") == walk(page, "walk")
    for shown in (page, again):
        part(shown, "time").focus()
        shown.keyboard.press("Home")
        until(lambda shown=shown: now(shown) == 0)
    assert picture(again, "strip-slerp") == picture(page, "strip-slerp")


def test_the_middle_of_the_straight_line_is_read_and_has_a_norm(page):
    expect(part(page, "reading-lerp")).to_have_text(re.compile(r"\d · \d+\u202f%"))
    expect(part(page, "chart-norms")).to_have_attribute("aria-label", re.compile("Straight.*Great circle"))
    expect(page.get_by_text("Why not straight?")).to_be_visible()


def test_a_map_is_pointed_at_and_walked_by_keys(latent):
    page = latent(DIGITS + "&l.view=map", "atlas")
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


def test_a_latent_space_of_two_is_shown_whole(latent):
    page = latent("lang=es&l.g=light_2&l.view=map", "atlas")
    until(lambda: part(page, "atlas").get_attribute("data-side") == "20")
    part(page, "map").hover(position={"x": 3, "y": 3})
    expect(part(page, "place")).to_have_text("z = (−3,00; 3,00)")
    until(lambda: part(page, "classes").locator("span").count() > 3)


def test_a_film_can_be_taken_along(page):
    settled(page)
    with page.expect_download() as download:
        press(page, "l-gif-slerp")
    assert download.value.suggested_filename == f"walk-slerp-{link(page)['l.a']}-{link(page)['l.b']}.gif"
    film = Image.open(io.BytesIO(download.value.path().read_bytes()))
    assert film.n_frames > 40
    assert film.info["loop"] == 0


def test_on_the_plane_two_points_are_clicked(latent):
    page = latent(f"lang=en&l.g={PRESETS['ring_r1'].key()}")
    assert walk(page, "kind") == "plane"
    plane = part(page, "plane")
    side = plane.bounding_box()["width"]
    before = (link(page)["l.a"], link(page)["l.b"])
    for x, y in ((0.25, 0.25), (0.75, 0.75)):
        plane.click(position={"x": x * side, "y": y * side})
    until(lambda: (link(page)["l.a"], link(page)["l.b"]) != before)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_page_fits_a_phone(latent, lang):
    page = latent(f"lang={lang}&l.g=light", width=390, height=844, has_touch=True, is_mobile=True)
    until(lambda: page.evaluate("document.documentElement.scrollWidth") <= 390)
    for name in ("play", "strip-slerp", "chart-norms"):
        box = part(page, name).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
