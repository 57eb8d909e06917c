"""A teacher's task in a browser: the builder, its link in another browser, the prediction, the lab sheet."""

import pytest
from browsing import NEEDS_CHROMIUM, expect, link, messages, part, press, rested
from playwright.sync_api import Page

from ganlab.ui.teach.plans import PLANS
from ganlab.ui.text import LANGUAGES

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
TITLE = "A strong D <b>bold</b> [login](https://elsewhere.example)"
HOSTILE = """<script>window.hurt = 1</script><img src=x onerror="window.hurt = 1">
<iframe src="javascript:window.hurt = 1"></iframe> ![spy](https://elsewhere.example/spy.png)
[in](javascript:window.hurt=1) [out](https://elsewhere.example/login) <javascript:window.hurt=1>

[ref][a] \u202egnp.exe

[a]: javascript:window.hurt=1

**bold** and https://arxiv.org/abs/1406.2661"""
WORDS = "It will lose modes, as D is too strong."


def write(page: Page, key: str, words: str):
    field = page.locator(f".st-key-t-w-{key} :is(input, textarea)").first
    field.fill(words)
    field.blur()
    rested(page)


def choose(page: Page, key: str, name: str):
    """Not by Enter: while the menu still opens, that would take its first entry, "Select all"."""
    rested(page).locator(f".st-key-t-w-{key} input").click()
    page.get_by_role("option", name=name, exact=True).click()
    page.keyboard.press("Escape")


@pytest.fixture(scope="module")
def address(stay):
    """The link that a teacher makes: a run whose updates of D alone may be changed."""
    page = stay("teach", player=False)
    choose(page, "preset", "Ring, 50 D updates per step")
    page.locator(".st-key-t-w-rest button", has_text="Hidden").click()
    choose(page, "open", "Updates of D (k)")
    choose(page, "locked", "Loss")
    write(page, "title-en", TITLE)
    write(page, "body-en", HOSTILE)
    write(page, "question-en", "How many modes?")
    write(page, "options-en", "one\n<i>all</i> eight")
    page.locator(".st-key-t-w-hand_in button", has_text="conclusion").click()
    page.wait_for_timeout(500)  # a run of the page that begins later would close what is opened
    press(page, "share-qr")
    expect(page.locator(".st-key-qr img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("The link is signed by this server")).to_be_visible()  # by a secret of .streamlit
    return page.locator("code").first.inner_text()


@pytest.fixture(scope="module")
def student(stay, address):
    path, query = address.split("/", 3)[3].split("?")
    return stay(path, f"{query}&embed=true", player=False, width=390, height=844)


def test_a_student_sees_the_task_and_predicts_before_the_run(student):
    task = student.locator(".st-key-taught")
    expect(task).to_contain_text("A strong D")
    assert part(student, "player").count() == 0
    task.get_by_text("one", exact=True).click()
    press(student, "taught-predict")
    expect(part(student, "player")).to_be_visible()
    expect(task).to_contain_text("You predicted: one")
    assert link(student)["answer"] == "1"
    assert "embed=true" in student.url
    assert student.evaluate("document.scrollingElement.scrollWidth") <= 390


def test_settings_are_open_locked_or_hidden(student):
    expect(student.locator(".st-key-a-w-d_steps input")).to_be_enabled()
    expect(student.locator(".st-key-a-w-loss input")).to_be_disabled()
    expect(student.locator(".st-key-a-w-gamma, .st-key-a-w-preset, .st-key-a-w-steps")).to_have_count(0)


def test_a_hostile_text_is_text(student):
    task = student.locator(".st-key-taught")
    assert student.evaluate("window.hurt") is None
    assert task.locator("script, iframe, img, b, i").count() == 0
    hrefs = task.locator("a[href]").evaluate_all("links => links.map((a) => [a.getAttribute('href'), a.innerText])")
    outside = [(href, said) for href, said in hrefs if "://" in href]
    assert "https://arxiv.org/abs/1406.2661" in dict(outside)
    assert all(href.rstrip("/") == said.rstrip("/") for href, said in outside), "a label hides where a link leads"
    assert not [href for href, _ in hrefs if "script" in href]
    said = task.inner_text()
    assert "window.hurt = 1" in said
    assert "\u202e" not in said


def test_words_are_black_on_paper_in_every_theme(student):
    student.emulate_media(media="print")
    assert student.locator(".st-key-taught p").first.evaluate("p => getComputedStyle(p).color") == "rgb(0, 0, 0)"
    student.emulate_media(media="screen")


@pytest.mark.nightly
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_plan_is_printed_on_one_page(stay, lang):
    for plan in PLANS:
        page = stay("teach", f"lang={lang}&plan={plan}", player=False)
        rested(page).wait_for_selector(".st-key-t-plan")
        assert b"/Count 1" in page.pdf(format="A4")


def test_the_sheet_keeps_what_is_written_in_this_browser_alone(student):
    rested(student).locator(".st-key-taught-foot a:visible", has_text="Lab sheet").click()
    expect(part(student, "sheet").locator("h2")).to_have_text(TITLE)
    conclusion, sent = part(student, "sheet-conclusion"), messages(student)
    conclusion.fill(WORDS)
    conclusion.blur()
    assert part(student, "sheet-hypothesis").is_hidden()
    assert sent() == 0
    student.reload()
    expect(conclusion).to_have_value(WORDS)
    with student.expect_download() as saved:
        part(student, "sheet-png").click()
    assert saved.value.suggested_filename.endswith(".png")
