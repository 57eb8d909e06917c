"""What the arena leads to, in a real browser: a change in mid-run, the gallery, a guided try."""

import re
from urllib.parse import urlsplit

import pytest
from browsing import NEEDS_CHROMIUM, address, choose, link, part, press, rested, step, until
from playwright.sync_api import expect

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
STEPS = 40
SMALL = f"a.preset=ring&v=1&a.g_width=8&a.d_width=8&a.batch_size=32&a.steps={STEPS}&a.seed=3"


@pytest.fixture(scope="module")
def shared(stay):
    """One page for all that follows, each test going on where the one before left it."""
    page = stay("arena", f"lang=en&{SMALL}")
    part(page, "speed").select_option("8")
    return page


def test_a_run_branches_off_at_the_step_that_is_shown(shared):
    page = shared
    press(page, "a-train")
    until(lambda: step(page) == STEPS)
    part(page, "time").focus()
    page.keyboard.press("Home")
    until(lambda: step(page) == 0)
    for _ in range(5):
        part(page, "next").click()
    until(lambda: step(page) == 5)
    part(page, "tool-fork").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".st-key-a-fork-step input")).to_have_value("5")
    choose(page, "a-fork-value-d_steps", "4")
    expect(dialog.locator(".st-key-a-fork-go button")).to_be_enabled()
    press(page, "a-fork-go")
    until(lambda: link(page).get("a.edits") == "5:d_steps=4")
    expect(dialog).to_have_count(0)
    until(lambda: step(page) == STEPS)
    assert part(page, "speed").input_value() == "8", "the player is the one from before"


def test_the_link_has_the_change_and_the_way_back(shared, visit):
    page = visit("arena", urlsplit(address(shared)).query)
    assert link(page) == link(shared)
    expect(page.locator(".st-key-a-edits")).to_contain_text("5: k 4")
    marked = re.compile("A rule marks the change at step 5: k 4")
    expect(page.get_by_test_id("stVegaLiteChart").first).to_have_attribute("aria-label", marked)
    press(page, "a-back")
    until(lambda: "a.edits" not in link(page))
    assert link(page) | {"a.edits": "5:d_steps=4"} == link(shared)
    until(lambda: step(page) == STEPS)


def test_the_gallery_opens_a_prepared_run(shared):
    page = shared
    press(page, "a-gallery")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("img").first).to_be_visible()
    until(lambda: dialog.locator("img").count() == dialog.locator("[class*=st-key-a-card]").count() >= 12)
    press(page, "a-gallery-ring_k50")
    until(lambda: link(page).get("a.preset") == "ring_k50")
    expect(dialog).to_have_count(0)
    rested(page)  # until the page has been drawn anew, the old player is beside the new one
    expect(part(page, "modes-count")).to_have_count(1)
    expect(part(page, "modes-count")).to_have_text("1 of 8")


def test_a_guided_try_is_predicted_and_answered(shared):
    page = shared
    panel = page.locator(".st-key-a-tries")
    panel.locator("summary").click()
    expect(panel.locator(".st-key-a-go-k50 button")).to_be_disabled()
    panel.get_by_text("Some modes are lost").click()
    press(page, "a-go-k50")
    expect(panel.get_by_text("You were right")).to_be_visible()
    expect(panel).to_contain_text("1 of 3 tried, 1 predicted right.")
    expect(panel).to_contain_text("Collapse to 1 of 8 modes.")
