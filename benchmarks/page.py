"""Measures waiting times of a visitor in headless Chromium with a new server; prints the README's table.

Run it on an idle machine with Chromium: `python -m benchmarks.page`. With `--beside FOLDER` it asks another checkout's
server the same in turn, what both have, and prints both: nothing else tells a slower page from a slower machine.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import sync_playwright
from streamlit import file_util

from ganlab.data.plane import DATASETS
from ganlab.plane.config import PlaneConfig
from ganlab.plane.snapshot import encode, snapshot
from ganlab.plane.state import start
from ganlab.studies.cards import LESSONS as CARDS
from ganlab.ui.lessons.lessons import LESSONS

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

from browsing import CHEAP, CHROMIUM, ROOT, Server, fact, offered, part, press, until

EMPTY = 'import streamlit\nstreamlit.title("Empty")\n'
"""A page that has only what each page of Streamlit has."""
CARD_WAITS = ("by a link", "from just show me on", "turned to from the one before")
FILES = 60
"""About as many scripts as Streamlit's page loads before it runs."""
SCREENS = (1280, 900), (1920, 1080)
PICTURES = "[data-testid=player][data-step], [data-testid=walk]"
"""What shows a run: a player with a frame, or a lesson's walk."""
WATCH = """() => {
  const picture = () => {
    for (const host of document.querySelectorAll("*")) {
      const found = host.shadowRoot?.querySelector("PICTURES");
      if (found) return found;
    }
  };
  const look = () => {
    const shown = picture()?.dataset;
    if (shown && !window.opened) window.opened = performance.now();
    if (window.pressed && !window.trained && shown?.empty === "false" && Number(shown.step) > 0) {
      window.trained = performance.now() - window.pressed;
    }
    requestAnimationFrame(look);
  };
  addEventListener("click", () => { window.pressed ??= performance.now(); }, true);
  requestAnimationFrame(look);
}""".replace("PICTURES", PICTURES)
"""Notes, by the browser's own clock: when a picture is drawn after the navigation, and a first frame after a press."""
LOADED = """() => performance.getEntriesByType("resource")
  .filter(({ name }) => new URL(name).pathname.startsWith("/static/"))
  .reduce((sum, { transferSize }) => sum + transferSize, 0)"""
FPS = """async () => {
  const times = [];
  await new Promise((done) => {
    const tick = (now) => { times.push(now); now - times[0] < 5000 ? requestAnimationFrame(tick) : done(); };
    requestAnimationFrame(tick);
  });
  const gaps = times.slice(1).map((t, i) => t - times[i]);
  return [(times.length - 1) / (times.at(-1) - times[0]) * 1000, Math.max(...gaps)];
}"""


def noted(page, name):
    """Seconds that WATCH noted under a name, once it has."""
    return until(lambda: page.evaluate(f"window.{name}")) / 1000


def open_page(browser, server, query="lang=en", width=1280, height=900, path="arena"):
    """(page, seconds from the navigation until a trained picture is drawn), with an empty cache."""
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.add_init_script(f"({WATCH})()")
    page.goto(server.url(path, query), wait_until="commit")
    return page, noted(page, "opened")


def empty_page(browser, times=5):
    """Seconds until a new visitor with an empty cache sees the title of a page that has nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "streamlit_app.py").write_text(EMPTY)
        server = Checkout(Path(folder, "store"), Path(folder))
        seconds = [titled(browser, server) for _ in range(times)]
        server.stop()
    return seconds


def titled(browser, server):
    """Seconds until a visitor sees a title."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(server.url(), wait_until="commit")
    page.wait_for_function("() => document.querySelector('h1')", polling="raf")
    seconds = page.evaluate("performance.now()") / 1000
    page.context.close()
    return seconds


class Checkout(Server):
    """A server of the sources in some folder."""

    def __init__(self, store, root):
        self.root = root
        super().__init__(store, PYTHONPATH=str(root))


def first_visit(browser, root):
    """Seconds of the very first request to a just-started server."""
    with tempfile.TemporaryDirectory() as folder:
        server = Checkout(Path(folder), root)
        seconds = visit(browser, server)
        server.stop()
    return seconds


def visit(browser, server):
    """Seconds until a new visitor with an empty cache sees a trained picture."""
    page, waited = open_page(browser, server)
    page.context.close()
    return waited


def loaded(browser, server):
    """Megabytes of Streamlit's scripts, styles and fonts that a new visitor's browser gets over the network."""
    page, _ = open_page(browser, server)
    time.sleep(4)
    megabytes = page.evaluate(LOADED) / 1e6
    page.context.close()
    return megabytes


def small_files(server):
    """Seconds for FILES of Streamlit's smallest scripts, one after the other on one connection."""
    scripts = sorted(Path(file_util.get_static_dir(), "static", "js").glob("*.js"), key=os.path.getsize)
    connection, began = HTTPConnection(urlsplit(server.url()).netloc), time.perf_counter()
    for file in scripts[:FILES]:
        connection.request("GET", f"/static/js/{file.name}", headers={"Accept-Encoding": "gzip"})
        connection.getresponse().read()
    connection.close()
    return time.perf_counter() - began


def train_and_stop(browser, server, seed):
    """Seconds from Train to the first new frame on the screen, and from Stop to an idle worker; one worker is warm."""
    page, _ = open_page(browser, server, f"lang=en&a.seed={seed}")
    time.sleep(2)
    press(page, "a-train")
    to_frame = noted(page, "trained")
    time.sleep(2)
    offered(page, "a-stop")
    started = time.perf_counter()
    press(page, "a-stop")
    until(lambda: all(state != "running" for state, *_ in server.runs().values()))
    stopped = time.perf_counter() - started
    page.context.close()
    return to_frame, stopped


def frame_rate(browser, server, width, height):
    """Frames per second while a finished run plays with everything on, and the longest gap in milliseconds.

    On are 512 + 512 points, D's field, arrows, the warped grid with its densities, and the pipeline's small pictures.
    """
    page, _ = open_page(browser, server, width=width, height=height)
    time.sleep(4)  # the settings and the curves are drawn after the picture
    if part(page, "pipeline").is_hidden():
        part(page, "tool-pipeline").click()
    for layer in ("real", "fake", "field", "arrows", "grid"):
        assert part(page, f"layer-{layer}").get_attribute("aria-pressed") == "true", layer
    part(page, "play").click()
    time.sleep(1)
    rate, gap = page.evaluate(FPS)
    assert fact(page, "playing") == "true"
    assert part(page, "pipeline").is_visible()
    page.context.close()
    return rate, gap


def card(browser, server, name, following):
    """Seconds until a card of the mistakes lab asks its question by a link, until it shows, until the next one asks.

    It shows when, after `just show me`, both sides are drawn and the lamps of sixteen seeds stand below.
    """
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    began = time.perf_counter()
    page.goto(server.url("mistakes", f"lang=en&c.card={name}"), wait_until="commit")
    linked = asked(page, name, began)
    began = time.perf_counter()
    page.click(".st-key-c-show button")
    for seen in ("[data-testid=player][data-step]", "[data-testid=arm]"):
        page.wait_for_selector(seen)
    shown = time.perf_counter() - began
    began = time.perf_counter()
    page.click(".st-key-c-on button")
    turned = asked(page, following, began)
    page.context.close()
    return linked, shown, turned


def lessons(browser, server, times=3):
    """Each lesson's median of `times` visits, in seconds."""
    visits = [[lesson(browser, server, number + 1) for number in range(len(LESSONS))] for _ in range(times)]
    return [statistics.median(seconds) for seconds in zip(*visits, strict=True)]


def lesson(browser, server, number):
    """Seconds until a new visitor with an empty cache sees the picture of a lesson, opened by its link."""
    page, waited = open_page(browser, server, f"lang=en&lesson={number}", path="")
    page.context.close()
    return waited


def asked(page, name, began):
    """Seconds since then until a card asks."""
    page.wait_for_selector(f".st-key-c-w-guess-{name}")
    return time.perf_counter() - began


def frame_sizes():
    """Kilobytes of a frame of each data set, as it travels."""
    configs = [PlaneConfig(dataset=name) for name in DATASETS]
    return [len(encode(config, snapshot(start(config)))[0]) / 1000 for config in configs]


def memory(process_id):
    """Resident megabytes of a process."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def show(name, values, unit, budget):
    middle = statistics.median(values)
    print(f"| {name} | {middle:.2f} {unit} | {min(values):.2f}–{max(values):.2f} | {budget} |", flush=True)


def warm(browser, root, folder):
    """A server that has been visited. A page stays open: somebody is connected, so a worker gets ready.

    It is one without a player, which would draw on the same processors while another visitor's page is timed.
    """
    server = Checkout(Path(folder), root)
    visit(browser, server)
    browser.new_page().goto(server.url("glossary", "lang=en"))
    time.sleep(8)
    return server


def end(server):
    os.kill(server.process.pid, signal.SIGTERM)
    try:
        server.process.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()


def table(browser, folder):
    print("| what | median | range | budget |\n|---|---|---|---|")
    show("a page of Streamlit that has a title only", empty_page(browser), "s", "–")
    first = [first_visit(browser, ROOT) for _ in range(3)]
    show("first request to a just-started server → trained picture", first, "s", "4 s")
    server = warm(browser, ROOT, folder)
    show("later visits → trained picture", [visit(browser, server) for _ in range(5)], "s", "2 s")
    show("what a first visit loads of Streamlit", [loaded(browser, server)], "MB", "–")
    show(f"{FILES} small files, one after the other", [small_files(server) for _ in range(3)], "s", "–")
    trains = [train_and_stop(browser, server, 100 + i) for i in range(5)]
    show("Train → first new frame on the screen, warm worker", [t for t, _ in trains], "s", "0.5 s")
    show("Stop → worker idle", [s for _, s in trains], "s", "1 s")
    for width, height in SCREENS:
        rates = [frame_rate(browser, server, width, height) for _ in range(3)]
        show(f"frames per second, everything on, {width} px", [rate for rate, _ in rates], "fps", "60 fps")
        show("longest gap between two of them", [gap for _, gap in rates], "ms", "–")
    show("a frame, each data set", frame_sizes(), "KB", "10 KB")
    (_, _, worker), *_ = server.runs().values()
    show("server memory", [memory(server.process.pid)], "MB", "450 MB")
    if Path(f"/proc/{worker}").exists():
        show("plane worker memory", [memory(worker)], "MB", "300 MB")
    seconds = [card(browser, server, *both) for both in pairwise(CARDS)]
    for what, values in zip(CARD_WAITS, zip(*seconds, strict=True), strict=True):
        show(f"a card of the mistakes lab, {what}", values, "s", "2 s")
    show("each lesson's picture, the median of its three visits", lessons(browser, server), "s", "2 s")
    show("server memory after all of it", [memory(server.process.pid)], "MB", "–")
    end(server)


def beside(browser, roots, times):
    """Prints what was asked of two checkouts in turn, the medians and ranges of one beside those of the other."""
    print("| what | here | range | there | range |\n|---|---|---|---|---|")
    first = [partial(first_visit, browser, root) for root in roots]
    compare(["first request to a just-started server → trained picture, s"], first, [()] * 3)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        servers = [warm(browser, root, folder) for root, folder in zip(roots, (one, other), strict=True)]
        compare(
            ["later visits → trained picture, s"], [partial(visit, browser, server) for server in servers], [()] * times
        )
        loads = [partial(loaded, browser, server) for server in servers]
        compare(["what a first visit loads of Streamlit, MB"], loads, [()])
        files = [partial(small_files, server) for server in servers]
        compare([f"{FILES} small files, one after the other, s"], files, [()] * 3)
        trains = [partial(train_and_stop, browser, server) for server in servers]
        names = ["Train → first new frame on the screen, warm worker, s", "Stop → worker idle, s"]
        compare(names, trains, [(100 + i,) for i in range(times)])
        for width, height in SCREENS:
            rates = [partial(frame_rate, browser, server, width, height) for server in servers]
            compare([f"frames per second, everything on, {width} px", "longest gap, ms"], rates, [()] * 3)
        names = [f"a card of the mistakes lab, {what}, s" for what in CARD_WAITS]
        compare(names, [partial(card, browser, server) for server in servers], list(pairwise(CARDS))[:times])
        if all((root / "ganlab" / "ui" / "lessons").is_dir() for root in roots):
            names = ["each lesson → its picture, s"]
            compare(
                names, [partial(lesson, browser, server) for server in servers], [(1 + i,) for i in range(len(LESSONS))]
            )
        compare(["server memory, MB"], [partial(memory, server.process.pid) for server in servers], [()])
        for server in servers:
            end(server)


def compare(names, measures, calls):
    """Shows the numbers, one for each name, that each of two measures gives in turn, called with some arguments."""
    found = [[np.atleast_1d(measure(*call)) for measure in measures] for call in calls]
    for name, values in zip(names, np.array(found).transpose(2, 1, 0), strict=True):
        cells = [f"{np.median(v):.2f} | {min(v):.2f}–{max(v):.2f}" for v in values]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", type=Path, metavar="FOLDER", help="another checkout")
    parser.add_argument("--times", type=int, default=7, help="visits and runs of each, with --beside")
    options = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHEAP)
        if options.beside:
            beside(browser, (ROOT, options.beside.resolve()), options.times)
        else:
            table(browser, folder)
        browser.close()


if __name__ == "__main__":
    main()
