"""Back and Forward in a real browser: each change of page is one entry, which brings back page, run and settings."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from browsing import NEEDS_CHROMIUM, address, choose, link, part, rested, step, until
from playwright.sync_api import expect

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
SCRIPTS = Path(streamlit.__file__).parent / "static" / "static" / "js"


def entries(page):
    return page.evaluate("history.length")


def go(page, name, path):
    """Goes to a page by the menu, and waits until its address is complete."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    arrived(page, path)


def arrived(page, path):
    until(lambda: urlsplit(address(page)).path == path and link(page).get("lang"))


def test_changes_of_page_are_entries_and_settings_are_not(visit):
    """As many Backs as changes of page; settings, playing and scrubbing add none."""
    page = visit("arena", "a.preset=ring")
    expect(page).to_have_title("Ring, no constraint · Arena · GAN Arena")
    first = entries(page)
    go(page, "Start", "/")
    choose_run(page)
    go(page, "Common mistakes", "/mistakes")
    expect(page).to_have_title(re.compile(r"^.+ · Common mistakes · GAN Arena$"))
    changes = ["/arena", "/", "/arena", "/mistakes"]
    assert entries(page) <= first + len(changes) - 1
    for path in reversed(changes[:-1]):
        page.go_back()
        arrived(page, path)
        if path == "/arena":
            page.wait_for_selector("[data-testid=player][data-step]")
            expect(part(page, "player")).to_have_count(1)
    assert (link(page)["a.preset"], link(page).get("a.d_steps")) == ("ring", None)
    page.go_forward()
    arrived(page, "/")
    page.go_forward()
    arrived(page, "/arena")
    assert (link(page)["a.preset"], link(page)["a.d_steps"]) == ("ring_k50", "3")
    expect(page.locator(".st-key-a-w-d_steps input").first).to_have_value("3")


def choose_run(page):
    """Goes to the arena, chooses a preset, changes a setting, plays and scrubs: one entry."""
    before = entries(page)
    go(page, "Arena", "/arena")
    page.wait_for_selector("[data-testid=player][data-step]")
    rested(page)  # a page that is drawn anew closes what has been opened
    choose(page, "a-w-preset", "Ring, 50 D updates per step")
    until(lambda: link(page)["a.preset"] == "ring_k50")
    page.wait_for_selector("[data-testid=player][data-step]")
    part(page, "play").click()
    part(page, "time").focus()
    page.keyboard.press("Home")
    until(lambda: step(page) == 0)
    choose(page, "a-w-d_steps", "3")
    until(lambda: link(page).get("a.d_steps") == "3")
    assert entries(page) == before + 1


def test_streamlit_still_pushes_an_entry_for_each_change_of_a_query():
    """What ganlab/ui/page.js undoes. When this fails, see whether it is still needed."""
    (app,) = [text for path in SCRIPTS.glob("index.*.js") if "handlePageInfoChanged=" in (text := path.read_text())]
    changed = app.split("handlePageInfoChanged=")[1][:500]
    assert "window.history.pushState({},``,n)" in changed
    assert "window.history.pushState({},``,o)" in app.split("maybeUpdatePageUrl=")[1][:500]
