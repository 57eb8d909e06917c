"""The MNIST page in a real browser: train, stop, go on, replay, compare, weights out and in; small networks' runs."""

import os
import signal
from urllib.parse import urlencode, urlsplit

import pytest
from browsing import (
    NEEDS_CHROMIUM,
    STRANGER,
    address,
    assert_no_stranger_runs,
    choose,
    fact,
    link,
    offered,
    part,
    press,
    rested,
    steady,
    step,
    train_for,
    until,
)
from playwright.sync_api import expect

from ganlab.digits.config import DigitsConfig
from ganlab.links import to_query
from tests.digits.test_weights import BAD

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
RUN = DigitsConfig(classes="1", batch_size=32, latent_dim=2, steps=47)
"""Three epochs of one digit."""
SLOW = DigitsConfig(classes="1", batch_size=8, latent_dim=2, d_steps=3, steps=5000)
"""A run that takes long enough to be stopped, killed and shared."""
WRONG = urlencode({"m.architecture": STRANGER, "n.d_lr": "abc"})
"""What a link cannot say."""

MOVED = """(labels) => {
  const shown = [...document.querySelectorAll(".st-key-m-more p")], before = shown[0].textContent;
  const say = (words) => shown.forEach((label) => { label.textContent = words; });
  const places = labels.map((words) => {
    say(words);
    const chips = [...document.querySelectorAll("[class*='-chip-']")];
    return JSON.stringify(chips.map((chip) => chip.getBoundingClientRect()));
  });
  say(before);
  return new Set(places).size - 1;
}"""
"""How many of these labels of "more epochs" move the chips beside it. The estimate on it changes during a run."""


def query(config, beside=None, **more):
    """The link that opens a run, and a second one beside it."""
    return urlencode({"lang": "en"} | to_query(config, "m.") | (to_query(beside, "n.") if beside else {}) | more)


@pytest.fixture(scope="module", autouse=True)
def runs(server, tmp_path_factory):
    """RUN, before the first visitor comes."""
    train_for(server, tmp_path_factory.mktemp("runs"), RUN)


@pytest.fixture
def visit(visit):
    """Opens the MNIST page as a new visitor."""
    return lambda query="lang=en", **options: visit("mnist", query, **options)


@pytest.fixture(scope="module")
def opened(stay):
    """The page of RUN, for all who leave it as it was or at another frame."""
    return stay("mnist", query(RUN))


def epoch(page):
    return float(fact(page, "epoch"))


def drawer(page, name):
    page.get_by_role("tab", name=name).click()


def say(page):
    return page.locator(".st-key-m-status").inner_text()


def test_a_deep_link_as_the_very_first_visit_shows_trained_digits(opened):
    page = opened
    assert step(page) == 47
    expect(page.get_by_text("Trained: 3 epochs, 47 steps. Computing took")).to_be_visible()
    expect(part(page, "digits-count")).to_contain_text("1")
    assert page.get_by_text("Traceback").count() == 0


def test_epochs_are_replayed_and_walked_through(opened):
    page = opened
    part(page, "reset").click()
    until(lambda: step(page) == 0)
    part(page, "play").click()
    until(lambda: fact(page, "playing") == "true" and step(page) > 0)
    until(lambda: fact(page, "playing") == "false" and step(page) == 47)
    part(page, "time").focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    until(lambda: step(page) == 0)
    part(page, "next").click()
    until(lambda: step(page) == 1)
    page.keyboard.press("End")
    until(lambda: epoch(page) > 3)


def test_train_stop_train_on_another_worker_and_five_more_epochs_are_one_run(visit, server):
    page = visit(query(SLOW))
    assert fact(page, "empty") == "true"
    with steady(page):
        press(page, "m-train")
        until(lambda: int(fact(page, "last") or 0) > 2)
        expect(page.locator(".st-key-m-status")).to_contain_text("images/s")
        press(page, "m-stop")
        offered(page, "m-train")
    stopped = until(lambda: server.runs().get(SLOW.key(), ("", 0))[0] == "stopped") and server.runs()[SLOW.key()][1]
    expect(page.locator(".st-key-m-status")).to_contain_text("Trained to epoch")
    press(page, "m-train")
    until(lambda: server.runs()[SLOW.key()][1] > stopped)
    reached, pid = server.runs()[SLOW.key()][1:]
    os.kill(pid, signal.SIGKILL)
    expect(page.get_by_text("The worker died at step")).to_be_visible()
    until(lambda: server.runs()[SLOW.key()][0] == "running" and server.runs()[SLOW.key()][1] > reached)
    press(page, "m-more")
    until(lambda: int(link(page)["m.steps"]) > SLOW.steps)
    assert SLOW.replace(steps=int(link(page)["m.steps"])).key() == SLOW.key()
    (target,) = server.rows("SELECT target FROM wishes WHERE run = ?", SLOW.key())[0]
    assert SLOW.epoch(target) == pytest.approx(round(SLOW.epoch(SLOW.steps)) + 5, abs=0.1)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(MOVED, ["5 more epochs", "5 more epochs · 1 h 20 min"]) == 0
    with steady(page):
        press(page, "m-stop")
        offered(page, "m-train")
    until(lambda: server.runs()[SLOW.key()][0] == "stopped")


def test_every_bad_upload_is_one_clear_sentence(opened, tmp_path):
    page = opened
    drawer(page, "Your own weights")
    for name in ("tensor_misshapen", "tensor_of_floats", "pickle", "half"):
        file = tmp_path / f"{name}.safetensors"
        file.write_bytes(BAD[name][0])
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_test_id("stAlert")).to_have_count(1)
        assert page.get_by_test_id("stAlert").inner_text().strip().endswith(".")
        page.get_by_test_id("stFileChipDeleteBtn").get_by_role("button").click()
        expect(page.get_by_test_id("stAlert")).to_have_count(0)
    huge = tmp_path / "huge.safetensors"
    with huge.open("wb") as file:
        file.truncate(10**9)
    page.locator("input[type=file]").set_input_files(huge)
    expect(page.get_by_text("File must be 20.0MB or smaller.").first).to_be_attached()
    assert page.get_by_text("Traceback").count() == 0


def beside(page, name):
    """Takes an entry of the menu of second runs; when the page is drawn anew, an open menu closes."""
    entry = page.get_by_role("option", name=name)
    until(lambda: entry.count() or rested(page).locator(".st-key-n-w-preset input:visible").first.click())
    entry.click()


def test_two_runs_stand_side_by_side_and_the_link_opens_both(opened, visit):
    page = opened
    choose(page, "m-w-d_steps", "2")
    until(lambda: link(page).get("m.d_steps") == "2")
    beside(page, "the run before")
    expect(page.get_by_text("The second run differs in: k 2 against 1.")).to_be_visible()
    rested(page)  # while the page is drawn anew, the old one stands beside it
    until(lambda: part(page, "sheet-b").count() == 1)
    expect(part(page, "sheet-b")).to_be_visible()
    until(lambda: link(page).get("n.classes") == "1")
    other = visit(urlsplit(address(page)).query)
    expect(part(other, "sheet-b")).to_be_visible()
    assert link(other) == link(page)
    choose(page, "m-w-d_steps", "1")
    expect(page.get_by_text("Both are the same run.")).to_be_visible()
    beside(page, "No comparison")
    until(lambda: not any(name.startswith("n.") for name in link(page)))


FITS = """(versus) => {
  const cards = [...versus.querySelectorAll(":scope > section .card")];
  const [verdict, bars] = ["verdict", "bars"].map((name) => versus.querySelector(`.${name}`).getBoundingClientRect());
  return cards.length === 4 && cards.every((card) => card.scrollWidth <= card.clientWidth) && verdict.top < bars.top;
}"""
"""Whether what is said of two runs stays within its boxes, the verdicts first."""


def test_on_a_phone_the_names_of_two_runs_stay_in_their_boxes(visit):
    page = visit("lang=es&m.preset=digits_dense&n.preset=digits_k50", width=390, height=844)
    board = page.locator(".versus")
    expect(board.get_by_text("Dígitos, 50 actualizaciones de D por paso").first).to_be_visible()
    until(lambda: board.evaluate(FITS))


def test_the_run_beside_is_trained_by_its_own_button_and_a_bad_link_says_what_it_left_out(visit, server):
    other = SLOW.replace(seed=2)
    page = visit(f"{query(RUN, other)}&{WRONG}")
    expect(page.get_by_test_id("stAlert")).to_contain_text("onerror")
    expect(page.get_by_test_id("stAlert")).to_contain_text("Learning rate of D")
    assert_no_stranger_runs(page)
    assert not {"m.architecture", "n.d_lr"} & link(page).keys()
    press(page, "n-train")
    until(lambda: server.runs().get(other.key(), ("", 0))[1] > 0)
    offered(page, "n-stop")
    expect(page.locator(".st-key-n-status")).to_contain_text("epoch")
    assert "Trained: 3 epochs" in say(page)
    press(page, "n-stop")
    until(lambda: server.runs()[other.key()][0] == "stopped")
    assert page.get_by_text("Traceback").count() == 0


def test_a_full_set_without_a_network_is_a_sentence_and_leaves_no_file(opened, server):
    page = opened
    choose(page, "m-w-dataset", "Fashion-MNIST")
    expect(page.get_by_text("To be downloaded once, when you train: 30.9 MB.").first).to_be_visible()
    press(page, "m-train")
    expect(page.get_by_text("there is no network, or no server answered")).to_be_visible()
    assert [path for path in (server.store / "data").rglob("*") if path.is_file()] == []
    offered(page, "m-train")
    press(page, "m-chip-dataset")
    until(lambda: fact(page, "empty") == "false")


def test_weights_go_out_and_come_back(opened, tmp_path):
    page = opened
    drawer(page, "This run's weights")
    files = []
    for name in ("Weights of G", "Settings (.json)"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        files.append(tmp_path / download.value.suggested_filename)
        download.value.save_as(files[-1])
    drawer(page, "Your own weights")
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_text("with 2 latent numbers, kept as")).to_be_visible()
    page.get_by_role("button", name="Train further").click()
    until(lambda: len(link(page).get("m.g_from", "")) == 16)
    until(lambda: fact(page, "empty") == "true")
    press(page, "m-train")
    until(lambda: int(fact(page, "last") or 0) > 0)
