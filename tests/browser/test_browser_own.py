"""One's own points in a real browser, drawn by touch, mouse and keys; trained on, exported, brought back."""

import csv
import io
import json
from pathlib import Path

import pytest
from browsing import NEEDS_CHROMIUM, choose, fact, link, part, press, rested, until
from PIL import Image
from playwright.sync_api import expect

from ganlab.data.points import INSIDE, PREFIX, read
from ganlab.export.settings import read_settings

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
SMALL = "a.g_width=8&a.d_width=8&a.batch_size=16&a.steps=30"


def count(page):
    return int(part(page, "draw").get_attribute("data-count") or -1)


def stroked(page, least):
    """The count after a stroke that leaves more than so many points; its end is spoken, with the same count."""
    return until(lambda: (n := count(page)) > least and part(page, "draw-spoken").inner_text() == f"{n} points" and n)


def spots(page, places):
    """Where places of the plane are on the screen."""
    box = part(page, "draw-canvas").bounding_box()
    left, top, wide, high = box["x"] + 26, box["y"] + 8, box["width"] - 34, box["height"] - 30
    return [(left + (x / 3 + 1) / 2 * wide, top + (1 - y / 3) / 2 * high) for x, y in places]


def touched(page, places):
    """One stroke of a finger."""
    finger = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(spots(page, places)):
        kind = "touchMove" if i else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def dragged(page, places):
    """One stroke of a mouse."""
    (first, *rest) = spots(page, places)
    page.mouse.move(*first)
    page.mouse.down()
    for spot in rest:
        page.mouse.move(*spot, steps=5)
    page.mouse.up()


def settled(page):
    rested(page)


def taken(page, name):
    """A file that the page hands out: its name and content."""
    settled(page)  # as a rerun makes other files
    with page.expect_download() as waiting:
        press(page, f"a-export-{name}")
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


@pytest.fixture
def page(visit):
    return visit("arena", f"lang=en&{SMALL}", has_touch=True)


def test_draw_use_train_reload_export_and_bring_back(page):
    press(page, "a-own")
    expect(part(page, "draw-count")).to_have_text("0 points.")
    expect(part(page, "draw-use")).to_be_disabled()

    touched(page, [(-2, -1.5), (-1, -1.5), (0, -1.5), (1, -1.5), (2, -1.5)])
    line = stroked(page, 20)
    dragged(page, [(-1, 1), (1, 1)])
    both = stroked(page, line + 10)
    part(page, "draw-eraser").click()
    dragged(page, [(-1.3, 1), (1.3, 1)])
    until(lambda: count(page) <= line + 2)
    part(page, "draw-undo").click()
    until(lambda: count(page) == both)
    part(page, "draw-undo").click()
    until(lambda: count(page) == line)
    part(page, "draw-redo").click()
    until(lambda: count(page) == both)
    part(page, "draw-clear").click()
    until(lambda: count(page) == 0)
    page.keyboard.press("Control+z")
    until(lambda: count(page) == both)
    page.keyboard.press("Control+z")
    until(lambda: count(page) == line)

    part(page, "draw-brush").click()
    part(page, "draw-canvas").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Space")
    keyed = until(lambda: count(page) > line and count(page))
    expect(part(page, "draw-spoken")).to_contain_text(f", {keyed} points")
    expect(part(page, "draw-canvas")).to_have_attribute("aria-label", f"Drawing area from −3 to 3 with {keyed} points")
    upload = page.locator("[class*=st-key-own-file] input[type=file]")
    upload.set_input_files({"name": "bad.csv", "mimeType": "text/csv", "buffer": b"1,2\n3,x\n"})
    expect(page.get_by_test_id("stAlert")).to_contain_text("line 2")
    assert count(page) == keyed, "a bad file takes nothing from the drawing"
    upload.set_input_files({"name": "mine.csv", "mimeType": "text/csv", "buffer": b"x,y\n0,0\n10,0\n10,10\n"})
    until(lambda: count(page) == 3)
    part(page, "draw-undo").click()
    until(lambda: count(page) == keyed)

    part(page, "draw-use").click()
    name = until(lambda: link(page).get("a.dataset"))
    assert name.startswith(PREFIX + INSIDE)
    assert len(read(name)) == keyed
    assert abs(read(name)[:, 1].min() + 1.5) < 0.2
    expect(page.get_by_role("dialog")).to_have_count(0)
    kept = {field: value for field, value in link(page).items() if field.startswith("a.")}
    assert kept["a.g_width"] == "8"
    until(lambda: fact(page, "empty") == "true")
    press(page, "a-train")
    until(lambda: fact(page, "last") == "30")

    page.reload()
    page.wait_for_selector("[data-testid=player][data-step]")
    until(lambda: fact(page, "last") == "30")
    assert {field: value for field, value in link(page).items() if field.startswith("a.")} == kept
    press(page, "a-own")
    until(lambda: count(page) == keyed)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    press(page, "a-export")
    file, settings = taken(page, "settings_file")
    config, notices = read_settings(settings)
    assert (config.dataset, config.steps, notices) == (name, 30, [])
    assert file == f"gan-arena-{config.key()}.json"
    file, numbers = taken(page, "numbers")
    assert file == f"gan-arena-{config.key()}.csv"
    assert [int(row["step"]) for row in csv.DictReader(io.StringIO(numbers.decode()))] == list(range(31))
    file, film = taken(page, "film")
    assert Image.open(io.BytesIO(film)).n_frames == 31
    assert len(film) < 3e6
    file, script = taken(page, "program")
    assert file.endswith(".py")
    compile(script.decode(), file, "exec")

    other = json.dumps(config.replace(dataset="moons", seed=7).to_json()).encode()
    bring = page.locator("[class*=-export-file] input[type=file]")
    bring.set_input_files({"name": "bad.json", "mimeType": "application/json", "buffer": b"{"})
    expect(page.get_by_test_id("stAlert")).to_contain_text("no JSON")
    assert link(page)["a.dataset"] == name
    expect(bring).to_have_count(1)  # until the page has been drawn anew, the old one is beside it
    bring.set_input_files({"name": "other.json", "mimeType": "application/json", "buffer": other})
    until(lambda: link(page).get("a.seed") == "7")
    assert link(page)["a.dataset"] == "moons"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    settled(page)  # as a rerun empties the menu again
    choose(page, "a-w-dataset", f"Your own points ({keyed})")
    until(lambda: link(page).get("a.dataset") == name)
