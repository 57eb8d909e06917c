"""Measures waiting times of a visitor in headless Chromium with a new server; prints the README's table.

Run it on an idle machine with Chromium: `python -m benchmarks.page`.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from ganlab.data.plane import DATASETS
from ganlab.plane.config import PlaneConfig
from ganlab.plane.snapshot import encode, snapshot
from ganlab.plane.state import start
from ganlab.studies.cards import LESSONS as CARDS
from ganlab.ui.lessons.lessons import LESSONS

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

from browsing import CHROMIUM, FLAGS, Server, fact, offered, part, press, until

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


def first_visits(browser, times=3):
    """Seconds of the very first request to a just-started server, several servers."""
    seconds = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder))
            page, waited = open_page(browser, server)
            seconds.append(waited)
            page.context.close()
            server.stop()
    return seconds


def visit(browser, server):
    """Seconds until a new visitor with an empty cache sees a trained picture."""
    page, waited = open_page(browser, server)
    page.context.close()
    return waited


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


def cards(browser, server):
    """Seconds until each card of the mistakes lab asks its question: by a link, and turned to from the card before.

    And from `just show me` until both sides are drawn and the lamps of sixteen seeds stand below.
    """
    linked, turned, shown = [], [], []
    for name, following in zip(CARDS, [*list(CARDS)[1:], None], strict=True):
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        began = time.perf_counter()
        page.goto(server.url("mistakes", f"lang=en&c.card={name}"), wait_until="commit")
        linked.append(asked(page, name, began))
        began = time.perf_counter()
        page.click(".st-key-c-show button")
        for seen in ("[data-testid=player][data-step]", "[data-testid=arm]"):
            page.wait_for_selector(seen)
        shown.append(time.perf_counter() - began)
        if following:
            began = time.perf_counter()
            page.click(".st-key-c-on button")
            turned.append(asked(page, following, began))
        page.context.close()
    return linked, turned, shown


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


def main():
    print("| what | median | range | budget |\n|---|---|---|---|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        show("first request to a just-started server → trained picture", first_visits(browser), "s", "4 s")
        server = Server(Path(folder))
        open_page(browser, server)  # stays open: somebody is connected, so a worker gets ready
        time.sleep(8)
        show("later visits → trained picture", [visit(browser, server) for _ in range(5)], "s", "2 s")
        trains = [train_and_stop(browser, server, 100 + i) for i in range(5)]
        show("Train → first new frame on the screen, warm worker", [t for t, _ in trains], "s", "0.5 s")
        show("Stop → worker idle", [s for _, s in trains], "s", "1 s")
        for width, height in ((1280, 900), (1920, 1080)):
            rates = [frame_rate(browser, server, width, height) for _ in range(3)]
            show(f"frames per second, everything on, {width} px", [rate for rate, _ in rates], "fps", "60 fps")
            show("longest gap between two of them", [gap for _, gap in rates], "ms", "–")
        show("a frame, each data set", frame_sizes(), "KB", "10 KB")
        (_, _, worker), *_ = server.runs().values()
        show("server memory", [memory(server.process.pid)], "MB", "450 MB")
        if Path(f"/proc/{worker}").exists():
            show("plane worker memory", [memory(worker)], "MB", "300 MB")
        for what, seconds in zip(("by a link", "turned to", "shown"), cards(browser, server), strict=True):
            show(f"a card of the mistakes lab, {what}", seconds, "s", "2 s")
        show("each lesson's picture, the median of its three visits", lessons(browser, server), "s", "2 s")
        show("server memory after all of it", [memory(server.process.pid)], "MB", "–")
        browser.close()
        os.kill(server.process.pid, signal.SIGTERM)
        try:
            server.process.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


if __name__ == "__main__":
    main()
