"""A run's own page, opened from the disk without a network: it plays, and shows the numbers of the app."""

import pytest
from browsing import NEEDS_CHROMIUM, PATIENCE, expect, fact, part, until
from webpages import shipped

from ganlab.ui.webpage.page import page

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
NUMBERS = ("d-value", "g-value", "modes-count", "left-value", "right-value", "step")


@pytest.fixture(scope="module")
def disk(browser, tmp_path_factory):
    """Opens the pages of runs from the disk, in a browser that is offline; each fails if it asks for anything."""
    folder, context = tmp_path_factory.mktemp("pages"), browser.new_context(offline=True, accept_downloads=True)

    def visit(*names, lang="en", width=1280, scheme="light"):
        file = folder / f"{'-'.join(names)}-{lang}.html"
        file.write_text(page([shipped(name) for name in names], lang), encoding="utf-8")
        found = context.new_page()
        found.set_default_timeout(PATIENCE)
        found.set_viewport_size({"width": width, "height": 844})
        found.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found.wrong = []
        found.on("pageerror", lambda error: found.wrong.append(str(error)))
        found.on("console", lambda said: found.wrong.append(said.text))
        found.on("request", lambda asked: found.wrong.append(asked.url) if asked.url != file.as_uri() else None)
        found.goto(file.as_uri())
        found.wait_for_selector("[data-testid=player][data-step]")
        return found

    yield visit
    context.close()


def to_the_end(page):
    part(page, "time").evaluate("time => { time.value = time.max; time.dispatchEvent(new Event('input')) }")
    until(lambda: fact(page, "index") == fact(page, "last"))


def numbers(page):
    return {name: part(page, name).inner_text() for name in NUMBERS}


def verdict(page):
    return page.locator("[data-part=verdict-title]").inner_text()


def test_a_page_plays_and_shows_the_numbers_of_the_app(disk, visit):
    alone, app = disk("ring"), visit("arena", "lang=en&a.preset=ring", reduced_motion="reduce")
    assert fact(alone, "index") == fact(alone, "last"), "who wants little motion sees the end first"
    part(alone, "play").click()
    until(lambda: fact(alone, "playing") == "true" and fact(alone, "index") != fact(alone, "last"))
    first = numbers(alone)
    to_the_end(alone)
    until(lambda: fact(app, "step") == fact(alone, "step"))
    assert numbers(alone) == numbers(app)
    assert numbers(alone) != first
    assert verdict(alone) == verdict(app)
    spanish = alone.locator("[data-lang=es]")
    spanish.click()
    assert alone.locator("[data-part=verdict-label]").inner_text() == "Veredicto"
    assert (alone.title(), alone.locator("html").get_attribute("lang")) == ("Anillo, sin restricción", "es")
    assert fact(alone, "index") == fact(alone, "last"), "another language, the same moment"
    assert numbers(alone)["right-value"] == numbers(app)["right-value"].replace(".", ",")
    assert alone.wrong == []


def test_keys_layers_curves_theme_and_picture_work(disk):
    page = disk("one_dimension", scheme="dark", width=390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert fact(page, "theme") == "dark"
    page.locator("#theme").click()
    until(lambda: fact(page, "theme") == "light")
    picture = part(page, "canvas").evaluate("canvas => canvas.toDataURL()")
    part(page, "layer-real").click()
    until(lambda: part(page, "canvas").evaluate("canvas => canvas.toDataURL()") != picture)
    cursor = page.locator("#charts .cursor").first
    before = cursor.get_attribute("x1")
    part(page, "canvas").focus()
    page.keyboard.press("Home")
    until(lambda: fact(page, "index") == "0")
    until(lambda: float(cursor.get_attribute("x1")) < float(before))
    assert page.locator("#charts svg").count() == 3
    with page.expect_download() as saved:
        part(page, "tool-save").click()
    assert saved.value.suggested_filename.endswith(".png")
    assert page.wrong == []


SEVERAL = [("no_cure.broken", "no_cure.fixed"), ("digits_dense",), ("pixels.broken", "few_images.broken")]


@pytest.mark.parametrize("names", SEVERAL, ids="-".join)
def test_two_runs_and_digits_play_too(disk, names):
    page = disk(*names, lang="es")
    to_the_end(page)
    stages = page.locator("canvas[role=img]:visible")
    expect(stages).to_have_count(len(names))
    until(lambda: all(stages.evaluate_all("all => all.map(canvas => canvas.toDataURL().length > 5000)")))
    until(lambda: all(len(title) > 5 for title in page.locator(".verdict > b:visible").all_inner_texts()))
    assert page.locator(".verdict:visible").count() == len(names)
    assert page.locator(".look:visible").count() == 0
    assert page.wrong == []
