"""A run's own page: its bytes, and the script of a drawn frame while it plays, `python -m benchmarks.webpage`.

CPU milliseconds of the page's scripts for each picture, from Chromium's own counters, at 1280 × 900 without a graphics
processor; the budgets are 8 ms a frame, 1.5 MB on the plane and 3 MB on digits.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

import ganlab

PAGES = {
    "ring": ("ring",),
    "grid_5x5": ("grid_5x5",),
    "one_dimension": ("one_dimension",),
    "grid | grid_packing": ("grid", "grid_packing"),
    "digits_dense": ("digits_dense",),
}
FLAGS = ["--no-sandbox", "--disable-gpu"]
COUNT = """() => {
  window.frames_drawn = 0;
  const count = () => { window.frames_drawn += 1; requestAnimationFrame(count); };
  requestAnimationFrame(count);
}"""
SECONDS = 8


def source(names: tuple[str, ...]) -> str:
    """The page of one run, or of two."""
    run, *beside = map(ganlab.open, names)
    return run.page(next(iter(beside), None))


def script(browser: Browser, file: Path) -> float:
    """Milliseconds of script for each picture while the page plays."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(file.as_uri())
    page.wait_for_selector("[data-testid=player][data-playing=true]")
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")
    page.evaluate(COUNT)
    spent = -counted(tools)
    page.wait_for_timeout(1000 * SECONDS)
    spent += counted(tools)
    drawn = page.evaluate("window.frames_drawn")
    page.close()
    return 1000 * spent / drawn


def counted(tools) -> float:
    """Seconds of script up to now."""
    metrics = {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}
    return metrics["ScriptDuration"]


def main() -> int:
    """Prints the table."""
    print("| page | bytes | script, ms a frame |\n|---|---|---|")
    with sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, runs in PAGES.items():
            file = Path(folder) / "run.html"
            file.write_text(source(runs), encoding="utf-8")
            print(f"| {name} | {file.stat().st_size:,} | {script(browser, file):.1f} |", flush=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
