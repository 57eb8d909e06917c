"""Every page in both languages, at four widths, in both themes: nothing is cut or printed over, and axe finds nothing.

A page is loaded once a language; widths and themes are emulated.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import NEEDS_CHROMIUM, ROOT, press, until

from ganlab.ui.text import LANGUAGES
from streamlit_app import PAGES

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
WIDTHS = {1280: 720, 390: 844, 768: 1024, 1920: 1080}
THEMES = ("light", "dark")
PATHS = [path for entries in PAGES.values() for _, _, path in entries]
OPEN = {"mistakes": "c.card=detach_forgotten"}
"""The link that shows most of a page, where it is not the plain one."""
GEOMETRY = (ROOT / "tests" / "support" / "geometry.js").read_text(encoding="utf-8")
SERIOUS = {"serious", "critical"}
ALLOWED = {
    "list": ("stSidebarNavItems", "Streamlit puts the sections of its menu into the list as div"),
    "scrollable-region-focusable": (
        'data-testid="stMarkdownContainer"',
        "a wide table of Streamlit's Markdown scrolls sideways; Chromium itself lets the keyboard reach it",
    ),
    "listitem": ("<li class=", "the entries of Streamlit's menu stand in those div"),
}
"""What Streamlit itself causes: rule -> (what is in the markup of each place, why it is not ours)."""
SETTLED = """() => new Promise((settled) => {
  const measure = () => document.body.innerText.length + [...document.querySelectorAll("*")].reduce((sum, element) => {
    const { top, left, width } = element.getBoundingClientRect();
    return sum + top + left + width;
  }, 0);
  let before = measure();
  const look = () => { const now = measure(); if (now === before) settled(true); else { before = now; wait(); } };
  const wait = () => setTimeout(() => requestAnimationFrame(look), 120);
  wait();
})"""


@pytest.fixture(scope="module", params=LANGUAGES)
def shown(request, stay):
    """A function that opens a page in a language, as somebody for whom nothing moves."""
    lang, pages = request.param, {}

    def show(path):
        if not pages:
            pages["one"] = stay(path, f"lang={lang}", player=False, reduced_motion="reduce")
        page = pages["one"]
        page.set_viewport_size({"width": 1280, "height": 720})
        page.emulate_media(color_scheme="light")
        page.goto(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}/{path}?lang={lang}&{OPEN.get(path, '')}")
        page.wait_for_selector("h1")
        if path == "mistakes":
            press(page, "c-show")
        if path in ("", "arena", "mnist", "mistakes"):
            page.wait_for_selector("[data-testid=player][data-step]")
        until(lambda: page.locator("[data-testid=stStatusWidget]").count() == 0)
        return page

    return show


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_cut_or_printed_over_and_axe_finds_nothing(shown, path):
    page, found = shown(path), []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(SETTLED)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            until(lambda: page.locator(f".player[data-theme]:not([data-theme={theme}])").count() == 0)  # noqa: B023
            found += [f"{width} {theme}: {said}" for said in page.evaluate(GEOMETRY)]
            if width == 1280:
                page.evaluate(SETTLED)
                found += [f"{theme}: {said}" for said in violations(page)]
    assert not found, "\n".join(found)


FIRST = {1280: 720, 390: 844}


@pytest.mark.parametrize("path", ["", "arena"])
def test_the_first_screen_holds_picture_play_verdict_and_what_the_marks_are(shown, path):
    page = shown(path)
    for width, height in FIRST.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(SETTLED)
        for name in ("play", "canvas", "verdict", "key"):
            box = page.get_by_test_id(name).bounding_box()
            assert box["y"] >= 0, (width, name)
            assert box["y"] + box["height"] <= height, (width, name)


def test_twice_as_large_nothing_is_lost_and_in_forced_colours_lamps_still_say_what_they_say(shown):
    page = shown("arena")
    page.set_viewport_size({"width": 640, "height": 360})
    page.evaluate(SETTLED)
    assert page.evaluate(GEOMETRY) == []
    page.emulate_media(forced_colors="active")
    for place in (".lamp i", ".meter", ".time::-webkit-slider-runnable-track"):
        part, _, pseudo = place.partition("::")
        drawn = page.locator(part).first.evaluate("(part, of) => getComputedStyle(part, of).forcedColorAdjust", pseudo)
        assert drawn == "none", place
    page.emulate_media(forced_colors="none")


def violations(page):
    """What axe finds that is serious and ours."""
    for rule in Axe().run(page).response["violations"]:
        if rule["impact"] not in SERIOUS:
            continue
        for place in rule["nodes"]:
            if rule["id"] not in ALLOWED or ALLOWED[rule["id"]][0] not in place["html"]:
                yield f"{rule['id']}: {place['html'][:160]} {place['failureSummary'][:200]}"


def test_what_is_allowed_of_the_menu_still_occurs(shown):
    """An entry of the list that is no longer needed goes."""
    rules = {rule["id"] for rule in Axe().run(shown("about")).response["violations"]}
    assert {"list", "listitem"} <= rules


BAD = {
    "over": "<p>first words</p><p style='margin-top: -2.2em'>other words</p>",
    "cut": "<p style='width: 30px; overflow: hidden; white-space: nowrap'>a long sentence</p>",
    "scrolls sideways": "<p style='width: 3000px'>wide</p>",
}


def test_the_check_finds_what_it_is_for(shown):
    page = shown("about")
    for name, body in BAD.items():
        page.set_content(f"<main data-testid=stMain>{body}</main>")
        assert any(said.startswith(name) for said in page.evaluate(GEOMETRY)), name
    page.set_content("<main data-testid=stMain><p>one</p><p>two</p></main>")
    assert page.evaluate(GEOMETRY) == []
