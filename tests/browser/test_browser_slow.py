"""Looking closer, in a browser: slow motion through every stop, then the seed strip of a run with four members."""

import re

from browsing import NEEDS_CHROMIUM, link, part, press, step, until

from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig
from ganlab.presets import PRESETS
from ganlab.trace.trace import STOPS

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
CONFIG = PlaneConfig(g_width=8, d_width=8, batch_size=32, steps=15, regularizer="r1", members=4)
TALE = "[...document.querySelectorAll('[class*=st-key-slow-at-]')].filter(e => e.offsetParent)"


def told(page):
    """What is seen beside the picture: its heading, its formula; whether that is broken or too wide."""
    return page.evaluate(
        f"""() => {{ const [seen, ...more] = {TALE}, formula = seen.querySelector('.katex-display');
        return {{ heading: seen.querySelector('h2, h3, h4').innerText, formula: formula.innerText, more: more.length,
        broken: seen.querySelectorAll('.katex-error').length, key: seen.className.match(/slow-at-(\\w+)/)[1] }} }}"""
    )


def at(page, stop):
    page.wait_for_selector(f"[data-testid=slow][data-stop={stop}]")
    return until(lambda: (found := told(page))["key"] == stop and found)


def to(page, moment):
    """Moves the player's slider to a step, each of which is a frame here."""
    part(page, "time").evaluate(f"time => {{ time.value = {moment}; time.dispatchEvent(new Event('input')) }}")
    until(lambda: step(page) == moment)


def drawn(page):
    return part(page, "slow-canvas").evaluate("canvas => canvas.toDataURL()")


def test_slow_motion_and_the_lottery_of_seeds(visit):
    page = visit(
        "arena",
        "&".join(f"{k}={v}" for k, v in {"lang": "en", **to_query(CONFIG, "a.")}.items()),
        reduced_motion="reduce",
    )
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    part(page, "speed").select_option("8")
    press(page, "a-train")
    until(lambda: step(page) == CONFIG.steps)
    slow_motion(page)
    keyboard_and_play(page)
    lottery(page)
    assert page.errors == []


def slow_motion(page):
    """Asked for at a step of the player's; all stops, each with its own picture and formula, and back to one."""
    to(page, 12)
    part(page, "tools").get_by_role("button", name="Slow motion").click()
    at(page, STOPS[0])
    until(lambda: part(page, "slow").evaluate("slow => slow.getBoundingClientRect().top < innerHeight / 2"))
    until(lambda: "from step 12 to step 13" in page.locator(".st-key-a-slow-head").first.inner_text())
    seen, pictures = [], []
    for stop in STOPS:
        seen.append(at(page, stop))
        pictures.append(drawn(page))
        if stop != STOPS[-1]:
            part(page, "slow-forward").click()
    assert part(page, "slow-forward").is_disabled()
    assert not any(stop["broken"] or stop["more"] for stop in seen)
    assert [stop["heading"].split(".")[0] for stop in seen] == [str(i + 1) for i in range(len(STOPS))]
    assert len({stop["formula"] for stop in seen}) == len({stop["heading"] for stop in seen}) == len(STOPS)
    assert len(set(pictures)) >= len(STOPS) - 2  # a loss is drawn on the points that were judged
    part(page, "slow-back").click()
    at(page, STOPS[-2])
    part(page, "slow-at-d_loss").click()
    at(page, "d_loss")
    until(lambda: part(page, "slow-numbers").locator("output").count() == 3)


def keyboard_and_play(page):
    """Arrows, End; played at ×4 from the beginning; Next step, Close."""
    part(page, "slow-at-d_loss").press("ArrowRight")
    at(page, "d_penalty")
    part(page, "slow-at-d_loss").press("End")
    at(page, "g_step")
    part(page, "slow-speed").select_option("4")
    part(page, "slow-play").click()
    at(page, "d_fake")
    part(page, "slow-play").click()
    press(page, "a-slow-next")
    page.wait_for_function("document.querySelector('.st-key-a-slow-head').innerText.includes('from step 13')")
    at(page, "d_noise")
    press(page, "a-slow-close")
    page.wait_for_selector("[data-testid=slow]", state="detached")


def lottery(page):
    """All members at the player's moment; a click shows one large, at the same moment, and the link says so."""
    seeds = part(page, "seeds")
    until(lambda: seeds.get_attribute("data-step") == "12")
    until(lambda: page.locator("[data-testid=seeds] .tile").count() == 4)
    until(lambda: part(page, "seeds-count").inner_text().endswith("of 4 seeds cover all 8 modes"))
    tally = page.locator("[data-testid=seeds] [data-part=tally] span")
    until(lambda: re.match(r"In \d of 4 seeds: ", tally.first.inner_text()))
    assert sum(int(re.search(r"\d+", text)[0]) for text in tally.all_inner_texts()) == 4
    until(lambda: part(page, "seed-0").get_attribute("aria-pressed") == "true")
    canvases = [part(page, f"seed-{i}").locator("canvas") for i in range(4)]
    until(lambda: len({canvas.evaluate("c => c.toDataURL()") for canvas in canvases}) == 4)
    part(page, "seed-2").click()
    page.wait_for_selector("[data-testid=seed-2][aria-pressed=true]")
    assert link(page)["a.member"] == "2"
    assert step(page) == 12
    to(page, CONFIG.steps - 2)
    until(lambda: seeds.get_attribute("data-step") == str(CONFIG.steps - 2))
    part(page, "seeds-sort").click()
    until(lambda: part(page, "seeds-sort").get_attribute("aria-pressed") == "true")
    part(page, "seeds-play").click()
    until(lambda: seeds.get_attribute("data-step") == str(CONFIG.steps))


def test_styles_that_come_late_still_colour_every_picture(visit):
    query = "&".join(f"{k}={v}" for k, v in to_query(PRESETS["ring_seeds"], "a.").items())
    page = visit("arena", f"lang=en&{query}", late="**/palette.css*")
    ground = "c => String(c.getContext('2d').getImageData(1, 1, 1, 1).data)"
    for name in ("seed-0", "seed-15"):
        until(lambda name=name: part(page, name).locator("canvas").evaluate(ground) == "247,247,247,255")
