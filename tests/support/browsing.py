"""Chromium, a real server and real workers, for the tests of every page in a browser."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from few_images import judged_by_few
from playwright.sync_api import expect, sync_playwright
from waiting import GUARD
from waiting import until as as_soon_as

from ganlab.kinds import engines
from ganlab.links import identity
from ganlab.service import worker
from ganlab.store import packing
from ganlab.store.runs import Store

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UNUSED = [
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay"),
    *("MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch"),
    *("ThirdPartyStoragePartitioning", "WebUIOmniboxAimPopup", "WebUIOmniboxPopup"),
]
"""What Playwright switches off, whose list this replaces, and two pages behind each window's address bar."""
CHEAP = [*FLAGS, f"--disable-features={','.join(UNUSED)}"]
"""For tests and benchmarks: nobody sees those pages, and a visitor's window has loaded them before."""
HURRIED = [*CHEAP, "--in-process-gpu", "--js-flags=--no-opt"]
"""For tests, whose pages live for seconds: what is drawn and run is the same, but V8 does not optimise it for long use,
and one process less takes part."""
NOWHERE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
PATIENCE = GUARD * 1000
expect.set_options(timeout=PATIENCE)
until = partial(as_soon_as, pause=0.2)
"""Asks a page five times a second: each time costs it as much as a picture. `as_soon_as` asks for what is soon over."""

if CHROMIUM is None and os.environ.get("CI"):
    raise RuntimeError("CI needs Chromium: a skipped browser test is a failure there")
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
    pytest.mark.filterwarnings("default"),
]


class Server:
    """One Streamlit server over one store; may be killed and started again."""

    root = ROOT

    def __init__(self, store: Path, **environment: str):
        self.store, self.environment = store, os.environ | {"GANLAB_STORE": str(store)} | environment
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    def start(self):
        options = f"--server.port={self.port} --server.headless=true --server.address=127.0.0.1"
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options.split()]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=self.root, env=self.environment, **quiet)
        until(self.healthy)

    def healthy(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_stcore/health", timeout=GUARD).status == 200
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(GUARD)
        except subprocess.TimeoutExpired:
            self.kill()

    def url(self, path="", query=""):
        return f"http://127.0.0.1:{self.port}/{path}?{query}"

    def rows(self, sql, *values):
        with sqlite3.connect(next(self.store.glob("*.sqlite*")), timeout=GUARD) as db:
            return db.execute(sql, values).fetchall()

    def runs(self):
        """Of runs that somebody had trained here: key -> (state, step, owner's process id, token)."""
        rows = self.rows("SELECT key, state, step, owner FROM runs WHERE owner != ''")
        return {key: (state, step, int(owner.split("/")[-1])) for key, state, step, owner in rows}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One for all files: to start another costs as much as many visits. It reaches no network."""
    store, secrets = tmp_path_factory.mktemp("store"), tmp_path_factory.mktemp("deployer") / "secrets.toml"
    secrets.write_text('GANLAB_SECRET = "known to the deployer"\n')
    settings = {"GANLAB_DATA": str(store / "data"), "STREAMLIT_SECRETS_FILES": str(secrets)}
    server = Server(store, **settings, **NOWHERE)
    yield server
    server.stop()


def train_for(server, place, *configs):
    """Has the server's store have these runs, which are trained here, in a store of their own."""
    with Store(place) as apart, Store(server.store) as store, judged_by_few(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "PRESET", 0)
        for config in configs:
            apart.wish(config.key(), config.to_json(), config.steps, "test")
            worker.compute(apart, apart.claim("test/0/0"), engines())
            apart.export_recording(config.key(), place / "run.zip", identity)
            store.import_recording(place / "run.zip", identity)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=HURRIED)
        yield browser
        browser.close()


class Visitors:
    """Pages for visitors, who come with nothing of the one before: no cookie, nothing stored, no history, a session of
    their own.

    What the browser has loaded and compiled of the scripts stays, as that is half of the work of a visit. So a phone,
    a language and a wish for little motion are put on the page, not on a browser of their own. Most wish for little, as
    a player that plays draws sixty pictures a second.
    """

    def __init__(self, browser):
        self.browser, self.idle = browser, []

    def come(self, width=1280, height=900, reduced_motion="reduce", **looks):
        """An empty page of somebody new, and what is to be called when they leave."""
        page = self.idle.pop() if self.idle else self.browser.new_context().new_page()
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(reduced_motion=reduced_motion)
        tools = page.context.new_cdp_session(page)
        tools.send("Page.resetNavigationHistory")
        for command, values in overrides(page, width, height, **looks):
            tools.send(f"Emulation.{command}", values)

        def leave():
            tools.detach()  # which ends what it has overridden
            self.idle.append(emptied(page))

        return page, leave


def overrides(page, width, height, is_mobile=False, has_touch=False, locale=None):
    """What makes a page that of a phone, of a finger, of somebody with another language; as playwright does it."""
    if is_mobile:
        metrics = {"width": width, "height": height, "screenWidth": width, "screenHeight": height}
        yield "setDeviceMetricsOverride", metrics | {"deviceScaleFactor": 1, "mobile": True}
    if has_touch:
        yield "setTouchEmulationEnabled", {"enabled": True}
    if locale:
        agent = page.evaluate("navigator.userAgent")
        yield "setUserAgentOverride", {"userAgent": agent, "acceptLanguage": locale}
        yield "setLocaleOverride", {"locale": locale}


def emptied(page):
    """The page, without anything of who has looked at it."""
    page.unroute_all(behavior="wait")
    page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.goto("about:blank")
    page.context.clear_cookies()
    return page


@pytest.fixture(scope="session")
def visitors(browser):
    return Visitors(browser)


@pytest.fixture
def visit(visitors, server):
    """Opens a page as a new visitor and waits for its player."""
    yield from visits(visitors, server)


@pytest.fixture(scope="module")
def stay(visitors, server):
    """The same, for pages that stay open for a whole file."""
    yield from visits(visitors, server)


def visits(visitors, server):
    """Once: what opens a page. When asked again, all have left."""
    goodbyes = []

    def visit(path, query="lang=en", player=True, late=None, **options):
        page, leave = visitors.come(**options)
        goodbyes.append(leave)
        if late:  # a page with a route takes nothing from what it has loaded before
            page.route(late, lambda route: (time.sleep(1), route.continue_()))
        page.goto(server.url(path, query))
        if player:
            page.wait_for_selector("[data-testid=player][data-step]")
            page.evaluate("document.fonts.ready")  # others are wider
        return page

    yield visit
    for leave in goodbyes:
        leave()


def part(page, name):
    return page.get_by_test_id(name)


FACT = "(all, name) => all.length === 1 && [all[0].getAttribute(name)]"


def fact(page, name):
    """What the player says of itself. While a page runs again, the one before may stand beside the new one."""
    return until(lambda: part(page, "player").evaluate_all(FACT, f"data-{name}"))[0]


COUNT = """() => {
  const { prototype } = WebSocket, { send } = prototype;
  window.messages = 0;
  prototype.send = function (...parts) {
    window.messages += 1;
    return send.apply(this, parts);
  };
}"""


def messages(page):
    """Begins to count the page's messages to the server; what says how many there were."""
    page.evaluate(COUNT)
    return lambda: page.evaluate("window.messages")


WATCH = """() => {
  window.jumps = [];
  window.watching?.disconnect();
  window.watching = new PerformanceObserver((seen) => window.jumps.push(...seen.getEntries()));
  window.watching.observe({ type: "layout-shift" });
}"""
SETTLED = """async () => {
  do {
    window.jumps = [];
    await new Promise((done) => setTimeout(done, 1000));
    window.jumps.push(...window.watching.takeRecords());
  } while (window.jumps.length);
}"""
"""Waits until a second has passed without a shift: after a change of the window, charts are drawn anew late."""
JUMPED = """() => {
  window.jumps.push(...window.watching.takeRecords());
  const place = (rect) => [rect.x, rect.y, rect.width, rect.height].map(Math.round).join(" ");
  const named = (node) => node && `${node.nodeName} ${node.className ?? node.textContent}`.slice(0, 80);
  return window.jumps.map(({ value, sources }) => [
    value,
    ...sources.map((one) => `${named(one.node)}: ${place(one.previousRect)} -> ${place(one.currentRect)}`),
  ]);
}"""
"""Each shift: how far, and what moved from where to where."""
STEADY = 0.05
"""How far the layout may shift. Unlike the usual measure, this counts what follows upon a click, too."""


@contextmanager
def steady(page):
    """What is done inside moves nothing on the page."""
    rested(page).evaluate(WATCH)
    page.evaluate(SETTLED)
    yield
    jumps = rested(page).evaluate(JUMPED)
    assert sum(far for far, *_ in jumps) < STEADY, jumps


STRANGER = "<img src=/x onerror=stranger=1>[x](javascript:stranger=1)"
"""A script of a stranger, as HTML and as Markdown might run it."""
PROBE = """() => ({
  ran: "stranger" in window,
  parts: [...document.querySelectorAll("[onerror], [src='/x'], [href^='javascript:']")].map((part) => part.outerHTML),
})"""


def assert_no_stranger_runs(page):
    """A page that shows STRANGER has it as text, not as a part of the document; and it loads nothing from elsewhere."""
    assert page.evaluate(PROBE) == {"ran": False, "parts": []}
    assert page.evaluate(LOADS) == "blocked by img-src"


LOADS = """() => new Promise((found) => {
  document.addEventListener("securitypolicyviolation", (event) => found(`blocked by ${event.effectiveDirective}`));
  const image = new Image();
  image.onerror = () => setTimeout(() => found("not blocked"), 500);
  image.src = "https://example.org/x.png";
})"""


def step(page):
    return int(fact(page, "step") or -1)


def address(page):
    return page.evaluate("location.href")


def link(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(address(page)).query).items()}


def rested(page):
    """The page, when its script does not run: a button that is drawn anew takes no click."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    return page


HIT = """key => {
  window.hit = false;
  const note = ({ target }) => { window.hit = Boolean(target.closest(`.st-key-${key}`)); };
  document.addEventListener("click", note, { capture: true, once: true });
}"""


def press(page, key):
    """Clicks a button; again if the page ran between the two halves of the click, as the button is another one then."""

    def clicked():
        rested(page).evaluate(HIT, key)
        page.locator(f".st-key-{key} button:visible").first.click()
        return page.evaluate("window.hit")

    until(clicked)


def reach(page, place, key="Tab"):
    """Presses a key until the place, or a part of it, has the focus."""
    for _ in range(150):
        page.keyboard.press(key)
        if place.first.evaluate("place => place.matches(':focus-within')"):
            return
    raise AssertionError(f"{key} does not reach {place}")


def speak(page, name):
    """Changes the page's language, also where its button is folded away, as on a phone."""
    page.locator(".st-key-language button", has_text=name).first.dispatch_event("click")


def offered(page, key):
    page.wait_for_selector(f".st-key-{key} button:visible")


def choose(page, field, value):
    box = page.locator(f".st-key-{field} input:visible").first
    box.fill(value)
    box.press("Enter")
