"""A GAN and flow matching in one player, in a browser: both are drawn, on one slider, with their own numbers."""

from browsing import NEEDS_CHROMIUM, fact, part, until

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM


def pictures(page):
    return part(page, "canvas").evaluate_all("all => all.map(canvas => canvas.toDataURL())")


def test_two_kinds_of_run_share_a_slider(visit):
    page = visit("beside", height=1600)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    until(lambda: fact(page, "empty") == "false")
    ends = pictures(page)
    assert ends[0] != ends[1]
    assert part(page, "more").count() == 2
    assert part(page, "moment").all_inner_texts() == ["step 6\u202f000", "step 18\u202f000"]
    assert [one.is_visible() for one in page.locator("[data-testid=battle]").all()] == [True, False]
    part(page, "time").evaluate("time => { time.value = 0; time.dispatchEvent(new Event('input')) }")
    until(lambda: part(page, "moment").all_inner_texts() == ["step 0", "step 0"])
    assert all(now != then for now, then in zip(pictures(page), ends, strict=True))
    assert "after 0.0 s" in part(page, "more").first.inner_text()
    with_paths = pictures(page)[1]
    part(page, "layer-grid").click()
    until(lambda: pictures(page)[1] != with_paths)
    assert page.errors == []
