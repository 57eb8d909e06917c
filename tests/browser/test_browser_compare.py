"""Two runs side by side in a real browser: one slider for both, in step; exchange, keep, close."""

import pytest
from browsing import NEEDS_CHROMIUM, fact, link, part, press, until
from playwright.sync_api import expect

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
QUERY = "lang=en&a.preset=ring_k50&b.preset=ring"


@pytest.fixture(scope="module")
def page(stay):
    """One visit to two shipped runs: of 1 000 and of 6 000 steps."""
    return stay("arena", QUERY)


def side(page, name):
    return page.locator(f"[data-side={name}]")


def times(page):
    """The moment that the slider shows, and the steps that the two sides do; all at once."""
    read = "all => all.map((element) => Number(element.dataset.step || -1))"
    return page.locator("[data-testid=player], [data-side]").evaluate_all(read)


WATCH = """(player) => {
  const parts = () => [player, ...player.querySelectorAll("[data-side]")], step = ({ dataset }) => Number(dataset.step);
  window.seen = [];
  const changes = { subtree: true, attributes: true, attributeFilter: ["data-step"] };
  new MutationObserver(() => window.seen.push(parts().map(step))).observe(player, changes);
}"""
"""Keeps what `times` would say after each change: to ask for it would cost as much as a picture."""


def shown(page):
    """The steps that the two sides show."""
    return times(page)[1:]


def told(page, difference):
    """Waits until the page names this difference, or that there is none."""
    expect(part(page, "differences")).to_contain_text(difference)


def test_both_open_trained_and_each_says_what_it_is(page):
    assert shown(page) == [1000, 6000]
    expect(side(page, "a").get_by_test_id("moment")).to_have_text("ended at step 1\u202f000")
    expect(side(page, "b").get_by_test_id("moment")).to_have_text("step 6\u202f000")
    expect(side(page, "a").get_by_test_id("verdict")).to_contain_text("Collapse to 1 of 8")
    expect(side(page, "b").get_by_test_id("verdict")).to_contain_text("Healthy")
    expect(side(page, "b").get_by_test_id("modes-count")).to_have_text("8 of 8")
    expect(part(page, "differences")).to_contain_text("k: 50 against 1")


def test_the_pictures_use_the_width(page):
    for width, height in ((1920, 1080), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        room = part(page, "player").bounding_box()["width"]
        until(lambda: sum(side(page, name).locator("canvas").bounding_box()["width"] for name in "ab") > 0.95 * room)  # noqa: B023


def test_one_slider_moves_both_in_step(page):
    part(page, "reset").click()
    until(lambda: shown(page) == [0, 0])
    part(page, "speed").select_option("8")
    part(page, "player").evaluate(WATCH)
    part(page, "play").click()
    until(lambda: times(page) == [6000, 1000, 6000] and fact(page, "playing") == "false")
    seen = {tuple(moment) for moment in page.evaluate("window.seen")}
    assert len(seen) > 3
    for moment, left, right in seen:
        assert max(left, right) == moment
        assert left == 1000 or moment <= 1000
    part(page, "time").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    until(lambda: 0 < (now := times(page))[0] == max(now[1:]) < 100)


def test_exchange_and_close_stand_in_the_link(page):
    press(page, "b-exchange")
    until(lambda: link(page)["a.preset"] == "ring" and link(page)["b.preset"] == "ring_k50")
    told(page, "k: 1 against 50")
    press(page, "b-close")
    until(lambda: not any(name.startswith("b.") for name in link(page)))
    expect(part(page, "differences")).to_have_count(0)


def test_compare_keeps_the_run_and_names_the_one_thing_that_changes(page):
    press(page, "a-compare")
    told(page, "Both sides show the same run")
    box = page.locator(".st-key-a-w-d_steps input:visible").first
    box.fill("2")
    box.press("Enter")
    told(page, "k: 2 against 1")
    until(
        lambda: (
            link(page).get("a.d_steps") == "2" and link(page)["b.preset"] == "ring" and "b.d_steps" not in link(page)
        )
    )
    until(lambda: shown(page) == [-1, 6000])
    assert page.get_by_text("Traceback").count() == 0
