"""The Dirac-GAN in a browser: drag, keys and sliders are answered in the browser, and the link follows."""

import pytest
from browsing import NEEDS_CHROMIUM, link, messages, part, until

from ganlab.ui.theory.link import Game
from ganlab.ui.theory.theory import end

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM


def seen(page):
    """The state that the component shows: θ, ψ, the last distance, the absolute eigenvalue."""
    facts = part(page, "dirac").evaluate("({ dataset }) => ({ ...dataset })")
    return {name: float(facts[name]) for name in ("theta", "psi", "end", "size")}


def test_a_path_is_dragged_without_the_server(visit):
    page = visit("theory", player=False, height=1600)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.wait_for_selector("[data-testid=dirac][data-end]")
    assert seen(page)["end"] == pytest.approx(end(Game()), rel=1e-9)
    box = part(page, "dirac-phase").bounding_box()

    def at(x, y):
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.mouse.move(*at(0.7, 0.7))
    page.mouse.down()
    sent = messages(page)
    for k in range(12):
        page.mouse.move(*at(0.7 - 0.02 * k, 0.7))
    until(lambda: abs(seen(page)["theta"]) < 0.2)
    assert sent() == 0
    page.mouse.up()
    until(lambda: float(link(page).get("t.theta", "9")) == seen(page)["theta"])
    part(page, "dirac-phase").press("ArrowRight")
    until(lambda: float(link(page)["t.theta"]) == seen(page)["theta"])
    part(page, "dirac-update").select_option("alternating")
    until(lambda: link(page).get("t.update") == "alternating")
    assert seen(page)["size"] == pytest.approx(1)
    here = Game(update="alternating", theta=seen(page)["theta"], psi=seen(page)["psi"])
    assert seen(page)["end"] == pytest.approx(end(here), rel=1e-9)
    page.get_by_text("R1", exact=True).click()
    until(lambda: seen(page)["theta"] == 1 and seen(page)["size"] < 0.97)
    assert page.errors == []
