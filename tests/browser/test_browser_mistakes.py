"""The mistakes lab in a real browser: predict, see both in step, the seeds, compute them again, go to the next card."""

import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from browsing import NEEDS_CHROMIUM, ROOT, Server, fact, link, part, press, rested, until
from playwright.sync_api import expect
from small_lab import CARD, NAME

from ganlab.kinds import engines
from ganlab.service import worker
from ganlab.store.runs import Store
from ganlab.studies.tables import EVIDENCE, write

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM


class Lab(Server):
    """A server of which one card is small."""

    def start(self):
        script = ROOT / "tests" / "support" / "small_lab.py"
        options = "--server.headless=true --server.address=127.0.0.1"
        command = [sys.executable, script, "run", "streamlit_app.py", f"--server.port={self.port}", *options.split()]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, **quiet)
        until(self.healthy)


def measured(arm, covered):
    """Sixteen seeds that cover so many of eight modes."""
    shares = [np.where(np.arange(8) < covered, 1 / 8, 0).astype("f4") for _ in range(16)]
    plain = {"arm": f"{NAME}.{arm}", "seed": 0, "member": range(16), "died": -1, "steps_per_s": 100.0, "g_grad": 1.0}
    return pd.DataFrame(plain | {"shares_10k": shares, "valid_10k": 0.9, "d_loss_10k": 0.4, "g_loss_10k": 2.2})


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    place = tmp_path_factory.mktemp("store")
    write(pd.concat([measured("broken", 1), measured("fixed", 8)]), place / "evidence" / "lab.parquet")
    shutil.copy(EVIDENCE / "k.parquet", place / "evidence")  # the card's verdict also takes numbers from the sweep of k
    with Store(place) as store:
        for config in (CARD.broken, CARD.fixed):
            store.wish(config.key(), config.to_json(), config.steps, "test")
            worker.compute(store, store.claim("test/0/0"), engines())
    server = Lab(place, LAB_EVIDENCE=str(place / "evidence"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def page(stay):
    page = stay("mistakes", f"lang=en&c.card={NAME}", player=False)
    page.wait_for_selector(".st-key-c-predict")
    return page


def test_the_prediction_comes_first_and_is_answered_by_what_was_measured(page):
    assert part(page, "player").count() == 0
    page.locator(".st-key-c-predict button", has_text="3 to 5").first.click()
    expect(page.get_by_text("You said: 3 to 5. Measured, in the median of the seeds: 1 or 2.")).to_be_visible()
    page.wait_for_selector("[data-testid=player][data-step]")


def test_both_play_in_step_to_their_ends(page):
    part(page, "speed").select_option("8")
    until(lambda: fact(page, "playing") == "false" and fact(page, "step") == "60")
    sides = page.locator("[data-side]").evaluate_all("all => all.map((side) => side.dataset.step)")
    assert sides == ["40", "60"]
    expect(part(page, "differences")).to_contain_text("k: 2 against 1")
    expect(page.locator("[data-side=a]").get_by_test_id("moment")).to_have_text("ended at step 40")


def test_every_seed_has_its_row_of_lamps(page):
    arms = part(page, "arm")
    until(lambda: arms.count() >= 2)
    expect(arms.nth(0)).to_contain_text("1 of 8 covered")
    expect(arms.nth(1)).to_contain_text("8 of 8 covered")
    until(lambda: arms.nth(0).locator(".seed").count() == 16)
    until(lambda: arms.nth(0).locator("i[data-lit=true]").count() == 16)
    expect(page.get_by_text("ends with 1 of 8 modes")).to_be_visible()


PLACES = """async (summary) => {
  const frame = () => new Promise(requestAnimationFrame), places = new Set();
  const button = () => [...document.querySelectorAll(".st-key-c-train-seeds button")].find((one) => one.offsetHeight);
  summary.click();
  while (!button()) await frame();
  button().scrollIntoView();
  for (let i = 0; i < 40; i++, await frame()) places.add(Math.round(button().getBoundingClientRect().y));
  return [...places];
}"""
"""Opens a fold, and where its button is seen to be from then on: the press on one that moves is lost."""


def test_the_seeds_are_computed_again_here(page):
    fold = rested(page).locator("summary", has_text="Compute it again")
    assert len(fold.evaluate(PLACES)) == 1
    press(page, "c-train-seeds")
    expect(page.get_by_text("All computed.")).to_be_visible()
    expect(part(page, "arm-yours").locator(".seed")).to_have_count(16)


def test_a_wide_table_scrolls_within_its_frame_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("summary", has_text="All numbers").click()
    table = page.locator("details[open] table", has_text="seeds with all")
    expect(table).to_be_visible()
    around = "(table) => [table.scrollWidth, table.parentElement.clientWidth, table.closest('details').scrollWidth]"
    until(lambda: (lambda wide, seen, frame: wide > seen and frame <= 390)(*table.evaluate(around)))


def test_the_next_card_stands_in_the_link(page):
    press(page, "c-on")
    until(lambda: link(page)["c.card"] != NAME)
    expect(page.get_by_role("heading", name="Ignoring collapse")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    until(lambda: page.evaluate("document.documentElement.scrollWidth") <= 390)
    assert page.get_by_text("Traceback").count() == 0
