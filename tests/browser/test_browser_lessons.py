"""The path of thirty minutes in a browser, as a student walks it; the browser keeps where they were.

On a wide screen a lesson is answered by keyboard alone and nothing moves of itself, on a narrow one by the pointer.
"""

from itertools import cycle

import pytest
from browsing import NEEDS_CHROMIUM, link, offered, press, reach, rested, until
from playwright.sync_api import expect

from ganlab.ui.lessons.lessons import PATHS
from ganlab.ui.text import text

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
NUMBERS = {name: str(place + 1) for place, name in enumerate(PATHS["90"])}
"""A lesson's number in the link."""
WIDER = "document.querySelector('[data-testid=stMain]').scrollWidth - document.documentElement.clientWidth"


WAYS = [
    ("en", (1280, 390)),
    *(pytest.param(lang, (width,), marks=pytest.mark.nightly) for lang in ("en", "es") for width in (1280, 390)),
]
"""Language, and the widths that the window has in turn."""
DRAWN = {"game": "terms", "equilibrium": "line", "cures": "cures_table"}
"""Lesson -> the title of what it draws from its runs or from the studies, in lessons.toml."""
IDEA = ".st-key-s-idea, .st-key-s-first"


def assert_idea_and_picture_are_together(page, width):
    """The idea stands beside the run, on a phone before it but in the first lesson; both are on two screens."""
    if width < 640 and page.locator(".st-key-s-first").count():
        return
    places = [page.locator(found).first for found in (IDEA, "[data-testid=player] canvas")]

    def together():
        idea, stage = (place.bounding_box() for place in places)
        if not idea or not stage:  # the page is drawn anew
            return False
        beside = idea["y"] + idea["height"] < stage["y"] if width < 640 else idea["x"] > stage["x"] + stage["width"]
        return beside and stage["y"] + stage["height"] < 2 * page.viewport_size["height"]

    until(together)


def choose_second(page, answers, way):
    """Chooses the second of three answers by keys, which reach the first of them from above and the last from below."""
    reach(page, answers.locator("xpath=.."), way)
    page.keyboard.press("ArrowRight" if way == "Tab" else "ArrowLeft")
    expect(answers.nth(1)).to_be_focused()
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("lang", "widths"), WAYS)
def test_the_short_path_is_walked_by_its_own_buttons(visit, lang, widths):
    names, way = PATHS["30"], "Tab"
    page = visit("", f"lang={lang}&path=30", width=widths[0])
    for name, on, width in zip(names, (*names[1:], None), cycle(widths), strict=False):
        by_keys = width > 640
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(reduced_motion="reduce" if by_keys else "no-preference")
        expect(page.get_by_role("heading", name=text(f"lessons.{name}.title", lang), exact=True)).to_be_visible()
        page.wait_for_selector("[data-testid=player][data-step]")
        assert_idea_and_picture_are_together(page, width)
        if name in DRAWN:
            expect(page.get_by_role("heading", name=text(f"lessons.{DRAWN[name]}.title", lang))).to_be_visible()
        answers = rested(page).locator(f".st-key-s-w-answer-{name} button")
        if by_keys:
            expect(page.locator("[data-testid=player][data-playing=true]")).to_have_count(0)
            choose_second(page, answers, way)
        else:
            answers.nth(1).click()
        until(lambda name=name: NUMBERS[name] in link(page).get("done", "").split("."))
        expect(page.locator("[data-testid=stAlert]")).to_be_visible()
        until(lambda: page.evaluate(WIDER) <= 0)
        if on and by_keys:
            reach(page, page.locator(".st-key-s-on button"))
            page.keyboard.press("Enter")
        elif on:
            press(page, "s-on")
        way = "Shift+Tab"  # the focus stays on this button, below the next lesson's answers
    explained = page.get_by_text(text(f"lessons.{names[-1]}.can", lang))
    expect(explained).to_be_visible()
    assert len(link(page)["done"].split(".")) == len(names)
    page.goto(page.url.split("?")[0] + f"?lang={lang}")
    offered(page, "s-welcome")
    press(page, "s-welcome")
    until(lambda: link(page).get("lesson") == NUMBERS[names[-1]])
