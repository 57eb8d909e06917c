"""Every page in both languages, at four widths, in both themes: nothing is cut or printed over, and axe finds nothing.

Each language is read by one visitor, for whom nothing moves and who also goes by keyboard; widths and themes are
emulated. A page shows each pair of language, width and theme; all three together are for the nightly tier.
"""

from itertools import combinations, product
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import NEEDS_CHROMIUM, ROOT, press, reach, rested, until
from playwright.sync_api import expect

from ganlab.ui.text import LANGUAGES
from streamlit_app import PAGES

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
WIDTHS = {1280: 720, 390: 844, 768: 1024, 1920: 1080}
THEMES = ("light", "dark")
PAIRS = {
    "en": {"light": (390, 1280), "dark": (1920, 768)},
    "es": {"light": (768, 1920), "dark": (1280, 390)},
}
"""Language -> theme -> widths: every two of the three meet."""
AXE = {
    ("en", 1280, "light"): {},
    ("en", 768, "dark"): {"runOnly": ["color-contrast"]},
    ("es", 1280, "light"): {"rules": {"color-contrast": {"enabled": False}}},
}
"""What axe is asked, by language, width and theme: words differ between languages, colours between themes.

The Spanish look is one of the nightly tier: the elements are the same, and other tests hold the texts.
"""
ALL = {lang: {"light": (*WIDTHS,), "dark": (*reversed(WIDTHS),)} for lang in LANGUAGES}
PATHS = [path for entries in PAGES.values() for _, _, path in entries]
BATTLE = dict.fromkeys((1280, 390), ("play", "canvas", "verdict", "key"))
FIRST_SCREEN = {"": BATTLE, "arena": BATTLE, "mnist": {390: ("play", "sheet")}}
"""By page and width, what the first screen must hold: picture, play, verdict and what the marks are."""
OPEN = {"mistakes": "c.card=detach_forgotten"}
"""The link that shows most of a page, where it is not the plain one."""
GEOMETRY = (ROOT / "tests" / "support" / "geometry.js").read_text(encoding="utf-8")
FOCUS = (ROOT / "tests" / "support" / "focus.js").read_text(encoding="utf-8")
BY_KEYS = {path for part in ("learn", "more") for _, _, path in PAGES[part]} - {"glossary"}
"""The pages that are walked by Tab from end to end; the glossary repeats the same three links for each term."""
GRID = ("canvas data-grid-canvas", "td glide-cell-", "div dvn-scroller")
"""A table that sorts: it draws the chosen cell itself, also where the focus is on the cell's text for screen readers.
Its frame is Chromium's own stop."""
FIRST_STOP = "[data-testid=stSkipToContent]"
SERIOUS = {"serious", "critical"}
FAILURES = {"resultTypes": ["violations"]}
"""What passes is not listed place by place, which would take as long again."""
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

MENU = """open => {
  const { left, right } = document.querySelector("[data-testid=stSidebar]").getBoundingClientRect();
  return open ? left === 0 : right <= 0;
}"""
"""Whether the menu stands where it belongs at this width: Streamlit slides it in and out some time after a resize."""
MENU_WIDTH = 768
"""The widest window, in px, that opens without the menu."""
READY = {"player": "step", "walk": "walk", "atlas": "map", "tiles": "tiles", "dirac": "theta", "slow": "at"}
"""What each component writes on itself once it has its data and its words."""
WAITING = ", ".join(
    ["[data-testid=stStatusWidget]", *(f"[data-testid={at}]:not([data-{sign}])" for at, sign in READY.items())]
)
LEAVE = "document.activeElement.blur(), document.querySelector('[data-testid=stMain]').scrollTo(0, 0)"
FOLLOW = """path => {
  const link = [...document.links].find(({ pathname }) => pathname === path);
  link?.click();
  return Boolean(link);
}"""
"""Goes to a page by the menu or by the foot, which loads nothing again; whether there is such a link."""


def stands(page):
    """The page, when it stands down to its foot."""
    page.wait_for_selector("h1")
    return rested(page)


class Reader:
    """Somebody for whom nothing moves, who reads all pages in one language and loads the first one alone."""

    def __init__(self, stay, lang):
        self.lang = lang
        self.page = stands(stay("about", f"lang={lang}", player=False, reduced_motion="reduce"))
        self.look = None

    def looks(self, widths_by_theme):
        """Each width in each theme, from the present look on if it is one end of them: to change the theme is dear."""
        due = [(width, theme) for theme, widths in widths_by_theme.items() for width in widths]
        for width, theme in reversed(due) if self.look == due[-1] else due:
            self.takes(width, theme)
            yield width, theme

    def takes(self, width, theme):
        """Another look at the page, which has settled then."""
        page, before, self.look = self.page, self.look, (width, theme)
        if not before or before[1] != theme:
            page.emulate_media(color_scheme=theme)
            until(lambda: page.locator(f".player[data-theme]:not([data-theme={theme}])").count() == 0)
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        page.wait_for_function(MENU, arg=width > MENU_WIDTH)
        page.evaluate(SETTLED)

    def goes(self, path):
        """To a page, in the present look."""
        page, title = self.page, self.page.title()
        if urlsplit(page.url).path != f"/{path}":
            if path in OPEN or not page.evaluate(FOLLOW, f"/{path}"):
                page.goto(f"{page.url.split('?')[0].rsplit('/', 1)[0]}/{path}?lang={self.lang}&{OPEN.get(path, '')}")
            expect(page).not_to_have_title(title)
        stands(page)
        if path == "mistakes":
            press(page, "c-show")
        if path in ("", "arena", "mnist", "mistakes"):
            page.wait_for_selector("[data-testid=player][data-step]")
        until(lambda: page.locator(WAITING).count() == 0)
        page.evaluate(LEAVE)
        return page


@pytest.fixture(scope="module", params=LANGUAGES)
def reader(request, stay):
    return Reader(stay, request.param)


def test_every_two_of_language_theme_and_width_meet():
    shown = {(lang, theme, width) for lang in LANGUAGES for theme in THEMES for width in PAIRS[lang][theme]}
    pairs = {frozenset(pair) for each in shown for pair in combinations(each, 2)}
    assert pairs == {frozenset(pair) for two in combinations((LANGUAGES, THEMES, WIDTHS), 2) for pair in product(*two)}


@pytest.mark.parametrize(
    "shown", [pytest.param(PAIRS, id="pairs"), pytest.param(ALL, id="all", marks=pytest.mark.nightly)]
)
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_cut_or_printed_over_and_axe_finds_nothing(reader, path, shown):
    page, found = reader.goes(path), []
    for width, theme in reader.looks(shown[reader.lang]):
        found += [f"{width} {theme}: {said}" for said in page.evaluate(GEOMETRY)]
        if (look := (reader.lang, width, theme)) in AXE:
            found += [f"{width} {theme}: {said}" for said in violations(page, AXE[look])]
        if width in FIRST_SCREEN.get(path, {}):
            found += [f"{width} {theme}: {said}" for said in below_the_first_screen(page, path, width)]
        if look == ("en", 1280, "light"):
            found += [f"moves: {said}" for said in page.evaluate(MOVES)]
    if reader.lang == "en" and path in BY_KEYS:  # last, as it scrolls the page
        found += [f"no ring: {stop}" for stop in bare(page)]
    assert not found, "\n".join(found)


MOVES = """() => {
  const menu = getComputedStyle(document.querySelector("[data-testid=stSidebar]"));
  const slides = parseFloat(menu.transitionDuration) > 0.001 ? ["the menu slides"] : [];
  const roots = [...document.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? []);
  return slides.concat(roots.flatMap((root) => [
    ...[...root.querySelectorAll("[data-playing=true]")].map((player) => `${player.dataset.testid} plays`),
    ...root.getAnimations().map(({ animationName }) => `animation ${animationName}`),
  ]));
}"""


def bare(page):
    """The stops of Tab, from the first to the last, that draw nothing more with the focus than without."""
    page.locator(FIRST_STOP).focus()
    page.evaluate(FOCUS)
    for _ in range(150):
        page.keyboard.press("Tab")
        stop, without = page.evaluate(FOCUS)
        if without and not without.startswith(GRID):
            yield without
        if "stSkipToContent" in stop:
            page.evaluate(LEAVE)
            return
    yield f"the keyboard does not come out of {stop}"


@pytest.mark.parametrize("reader", ["es"], indirect=True)
def test_a_question_is_answered_and_its_term_is_read_by_keyboard_alone(reader):
    page = reader.goes("quiz")
    reader.takes(1280, "light")
    page.locator(FIRST_STOP).focus()
    reach(page, page.locator("[class*=st-key-q-settled-1] button"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=stAlert]").first).to_be_visible()
    reach(rested(page), page.locator("[data-testid=stPageLink-NavLink][href*='term=']"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary?**")
    stands(page)
    assert list(bare(page)) == []


def test_twice_as_large_nothing_is_lost_and_in_forced_colours_lamps_still_say_what_they_say(reader):
    page = reader.goes("arena")
    reader.takes(1280, "light")
    page.set_viewport_size({"width": 640, "height": 360})
    page.evaluate(SETTLED)
    assert page.evaluate(GEOMETRY) == []
    page.emulate_media(forced_colors="active")
    for place in (".lamp i", ".meter", ".time::-webkit-slider-runnable-track"):
        part, _, pseudo = place.partition("::")
        drawn = page.locator(part).first.evaluate("(part, of) => getComputedStyle(part, of).forcedColorAdjust", pseudo)
        assert drawn == "none", place
    page.emulate_media(forced_colors="none")


@pytest.mark.parametrize("reader", ["en"], indirect=True)
def test_a_picture_fits_the_first_screen_of_a_phone_that_comes_from_another_page(reader):
    """What stood above it as it came, of the page before, is no reason for its size."""
    reader.goes("about")
    reader.takes(390, "light")
    page = reader.goes("arena")
    page.evaluate(SETTLED)
    assert list(below_the_first_screen(page, "arena", 390)) == []


def below_the_first_screen(page, path, width):
    """Which of the parts that a page's first screen of this width must hold it does not."""
    for name in FIRST_SCREEN[path][width]:
        box = page.get_by_test_id(name).bounding_box()
        if box["y"] < 0 or box["y"] + box["height"] > WIDTHS[width] or box["x"] + box["width"] > width:
            yield f"not on the first screen: {name}"


def violations(page, asked):
    """What axe finds that is serious and ours. A page that has loaded axe has it after a link within the app, too."""
    axe = Axe("") if page.evaluate("'axe' in window") else Axe()
    for rule in axe.run(page, options=asked | FAILURES).response["violations"]:
        if rule["impact"] not in SERIOUS:
            continue
        for place in rule["nodes"]:
            if rule["id"] not in ALLOWED or ALLOWED[rule["id"]][0] not in place["html"]:
                yield f"{rule['id']}: {place['html'][:160]} {place['failureSummary'][:200]}"


WORDS = """() => [...document.querySelectorAll('[data-testid^="stMainMenuItem"]')].map((item) => {
  const own = getComputedStyle(item).fontSize === "0px" ? "" : item.innerText;
  return own + getComputedStyle(item, "::after").content;
})"""
DARK = {"en": "Dark", "es": "Oscuro"}


def test_what_is_allowed_of_the_menu_still_occurs_and_it_speaks_the_pages_language(reader):
    """An entry of the list that is no longer needed goes."""
    rules = {"list", "listitem"}
    found = Axe().run(reader.page, options={"runOnly": list(rules)}).response["violations"]
    assert {rule["id"] for rule in found} == rules
    reader.page.get_by_test_id("stMainMenuButton").click()
    said = reader.page.evaluate(WORDS)
    assert any(DARK[reader.page.evaluate("document.documentElement.lang")] in word for word in said), said
    reader.page.keyboard.press("Escape")


BAD = {
    "over": "<p>first words</p><p style='margin-top: -2.2em'>other words</p>",
    "cut": "<p style='width: 30px; overflow: hidden; white-space: nowrap'>a long sentence</p>",
    "scrolls sideways": "<p style='width: 3000px'>wide</p>",
}


def test_the_check_finds_what_it_is_for(browser):
    page = browser.new_page()
    for name, body in BAD.items():
        page.set_content(f"<main data-testid=stMain>{body}</main>")
        assert any(said.startswith(name) for said in page.evaluate(GEOMETRY)), name
    page.set_content("<main data-testid=stMain><p>one</p><p>two</p></main>")
    assert page.evaluate(GEOMETRY) == []
    page.close()
