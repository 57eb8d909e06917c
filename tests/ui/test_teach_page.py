"""A teacher's task in the pages: the builder that makes its link, and what a student sees of a page."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
import streamlit as st
from visits import captions, enter, held, opened, quiet_server, sound  # noqa: F401

from ganlab.host import settings
from ganlab.presets import PLANE_PRESETS
from ganlab.teach.link import decode, encode
from ganlab.teach.task import PAGES, Task, Words
from ganlab.ui.run import share
from ganlab.ui.run.experiment import ARENA, MNIST
from ganlab.ui.teach import draft
from ganlab.ui.text import LANGUAGES, text

SECRET = "a secret of the deployer"
TEACH, PAGE = "pages/teach/teach.py", "pages/lab/arena.py"
ASKED = {"en": Words("A strong D", "Raise **k**.", "How many modes?", ("one", "eight"))}
TASK = Task(
    page="arena",
    query={"a.preset": "ring_k50"},
    rest="hidden",
    open=("d_steps",),
    locked=("loss",),
    without=("tries", "about", "train"),
    words=ASKED,
    hand_in=("verdict",),
)


def given(task, lang="en", secret="", **more):
    return opened(task.here.script, {"task": encode(task, secret), **more}, lang)


def said(app):
    return "\n".join(part.value for part in (*app.markdown, *app.subheader, *app.caption, *app.warning))


def keys(app):
    return {widget.key for widget in (*app.selectbox, *app.number_input, *app.button, *app.toggle)}


# The student's page


def test_before_the_prediction_there_is_the_task_and_no_run():
    app = given(TASK)
    assert "A strong D" in said(app)
    assert not app.get("bidi_component")
    assert app.button(key="taught.predict").disabled
    assert app.get("image")


def test_after_the_prediction_the_run_is_there_and_the_link_says_so():
    app = enter(given(TASK), "taught.guess", 1)
    sound(app.button(key="taught.predict").click().run())
    assert text("teach.student.predicted", "en", answer="eight") in said(app)
    assert app.query_params["answer"] == "2"
    assert app.get("bidi_component")
    again = given(TASK, answer="2")
    assert text("teach.student.predicted", "en", answer="eight") in said(again)


def test_an_answer_that_there_is_not_is_none():
    assert "taught.predict" in keys(given(TASK, answer="9"))


def test_settings_are_open_locked_or_hidden_and_parts_are_left_out():
    app = given(TASK, answer="1")
    assert not app.number_input(key="a.w.d_steps").disabled
    assert app.selectbox(key="a.w.loss").disabled
    assert app.selectbox(key="a.w.loss").value == "nonsaturating"
    assert not keys(app) & {"a.w.gamma", "a.w.preset", "a.w.steps", "a.train", "a.further", "a.alone.d", "a.chip.loss"}
    assert not app.expander


def test_a_student_changes_what_is_open_and_nothing_else():
    app = enter(given(TASK, answer="1"), "a.w.d_steps", 1)
    assert held(app, ARENA) == PLANE_PRESETS["ring_k50"].replace(d_steps=1)
    assert app.query_params["a.d_steps"] == "1"
    assert decode(app.query_params["task"], "") == (TASK, True)


def test_other_values_of_bound_settings_in_the_link_are_told_and_not_taken():
    app = given(TASK, answer="1", **{"a.preset": "ring_k50", "a.d_steps": "3", "a.loss": "hinge", "a.seed": "5"})
    assert held(app, ARENA) == PLANE_PRESETS["ring_k50"].replace(d_steps=3)
    assert text("teach.student.bound", "en") in said(app)
    assert text("teach.student.bound", "en") not in said(given(TASK, answer="1", **{"a.preset": "ring_k50"}))


def test_whatever_opens_the_bound_settings_stay():
    app = given(TASK, answer="1")
    app.session_state["a.bound"] = {"loss": "locked"}
    fixed = {"loss": "hinge", "d_steps": 2}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "session_state", app.session_state)
        assert ARENA.kept(PLANE_PRESETS["ring"].replace(**fixed)) == PLANE_PRESETS["ring"].replace(d_steps=2)


@pytest.mark.parametrize("secret", ["", "a secret of the deployer"])
def test_a_changed_task_says_so(monkeypatch, secret):
    monkeypatch.setattr(settings, "read", lambda: settings.Settings(store=None, secret=secret))
    whole = encode(TASK, secret)
    changed = ".".join([*encode(Task(page="arena", words=ASKED), "").split(".")[:2], whole.split(".")[2]])
    for written, told in ((whole, False), (changed, True)):
        app = opened(PAGE, {"task": written})
        assert (text("teach.student.changed", "en") in said(app)) == told


def test_a_damaged_task_and_one_of_another_page_are_told():
    assert text("teach.refused.link", "en") in said(opened(PAGE, {"task": "1.x.y"}))
    assert text("teach.refused.other_page", "en") in said(opened("pages/lab/mnist.py", {"task": encode(TASK, "")}))


@pytest.mark.whole
def test_the_task_stays_through_the_menu_and_goes_with_another_link_or_when_it_is_left():
    app = given(TASK, answer="1")
    app.switch_page("pages/learn/about.py").run()
    app.query_params.clear()
    sound(app.switch_page(PAGE).run())
    assert "A strong D" in said(app)
    sound(app.button(key="taught.leave").click().run())
    assert "A strong D" not in said(app)
    assert "a.w.gamma" in keys(app)
    assert "task" not in app.query_params
    app = given(TASK, answer="1")
    for name, value in {"lang": "en", "a.preset": "ring"}.items():
        app.query_params[name] = value
    del app.query_params["task"]
    assert "a.w.gamma" in keys(sound(app.run()))


@pytest.mark.whole
@pytest.mark.parametrize(("page", "lang"), [("mnist", "en"), ("latent", "es"), ("mistakes", "en"), ("beside", "es")])
def test_every_page_shows_a_task_above_and_leaves_parts_out(page, lang):
    app = given(Task(page=page, without=PAGES[page].parts, words=ASKED), lang, answer="1")
    assert "A strong D" in said(app)
    assert not {"share", "m.train", "c.on", "l.w.view"} & keys(app)
    assert not [expander for expander in app.expander if expander.label == text("latent.page.about", lang)]


def test_settings_of_digits_can_be_locked():
    app = given(Task(page="mnist", query={"m.preset": "digits_k50"}, rest="locked"))
    assert held(app, MNIST).d_steps == 50
    assert app.number_input(key="m.w.d_steps").disabled


HOSTILE = Words(
    "<script>alert(1)</script>[t](javascript:alert(1))",
    '<img src=x onerror="alert(1)">\n![](https://elsewhere.example/a.png) [in](javascript:alert(1)) \u202eevil',
    "![q](https://elsewhere.example/q.png) **?**",
    ("[a](javascript:alert(1))", "<b>b</b>"),
)


def test_a_hostile_text_is_given_to_no_element_that_reads_html():
    app = given(Task(page="arena", words={"en": HOSTILE}))
    shown = [part for part in app.markdown if "elsewhere" in part.value]
    assert len(shown) == 2
    assert not any(part.allow_html for part in shown)
    said = [part.value for part in (*shown, *app.subheader)] + list(app.radio[0].options)
    texts = [re.sub(r"\\.", "", text) for text in said]  # without what is escaped
    assert not [found for found in texts if "](" in found or re.search("<[a-z]", found) or "\u202e" in found]


# The builder


def test_a_link_is_made_without_typing_anything():
    app = opened(TEACH)
    enter(app, "t.w.preset", "ring_k50")
    enter(app, "t.w.rest", "hidden")
    enter(app, "t.w.open", ["d_steps"])
    made = Task(
        page="arena", query={"a.preset": "ring_k50"}, rest="hidden", open=("d_steps",), without=("tries", "about")
    )
    assert decode(app.query_params["task"], "") == (made, True)
    assert encode(made, "") in app.code[0].value
    assert "&amp;embed=true" in app.code[1].value


def test_words_are_kept_for_each_language_and_an_unfinished_question_is_told():
    app = opened(TEACH)
    enter(app, "t.w.title.en", "Title")
    enter(app, "t.w.question.en", "How many?")
    assert not app.code
    assert text("teach.refused.options", "en", most=6) in said(app)
    enter(app, "t.w.options.en", "one\n\n eight ")
    enter(app, "t.w.tongue", "es")
    enter(app, "t.w.title.es", "Título")
    task, _ = decode(app.query_params["task"], "")
    assert task.words["en"].options == ("one", "eight")
    assert task.words["es"].title == "Título"


@pytest.mark.parametrize(
    ("address", "page", "query"),
    [
        ("https://x.example/app/arena?lang=es&a.loss=hinge&v=1", "arena", {"a.loss": "hinge", "v": "1"}),
        ("/mistakes/?c.card=no_cure#top", "mistakes", {"c.card": "no_cure"}),
        ("latent", "latent", {}),
    ],
)
def test_an_address_of_a_page_begins_a_task(address, page, query):
    assert draft.read(address) == (page, query)


def test_a_task_begins_with_a_card_with_an_address_and_with_another_task():
    app = enter(opened(TEACH), "t.w.start", "card")
    enter(app, "t.w.card", "no_cure")
    assert decode(app.query_params["task"], "")[0].page == "mistakes"
    enter(app, "t.w.start", "link")
    enter(app, "taught.pasted", "https://elsewhere.example/login")
    assert text("teach.refused.address", "en") in said(app)
    enter(app, "taught.pasted", f"https://here.example/arena?task={encode(TASK, '')}")
    assert decode(app.query_params["task"], "")[0] == TASK
    again = opened(TEACH, {"task": encode(TASK, "")}, "es")
    assert again.text_input(key="t.w.title.es").value == ""
    assert decode(again.query_params["task"], "")[0] == TASK
    assert decode(opened(TEACH, {"from": "arena?a.preset=grid"}).query_params["task"], "")[0].query == {
        "a.preset": "grid"
    }


# Lesson plans


@pytest.mark.whole
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plan_is_shown_with_links_of_this_server(monkeypatch, lang):
    monkeypatch.setattr(settings, "read", lambda: settings.Settings(secret=SECRET))
    app = opened(TEACH, {"plan": "short"}, lang)
    assert text("plans.plan.short.goals", lang) in said(app)
    links = re.findall(r"\((\w+)\?lang=\w+&task=([\w.-]+)\)", said(app))
    assert [decode(written, SECRET)[1] for _, written in links] == [True] * 3
    assert [page for page, _ in links] == ["arena"] * 3
    assert not app.text_area
    shown, drawn = [], share.qr_code
    monkeypatch.setattr(share, "qr_code", lambda url: shown.append(url) or drawn(url))
    codes = [one.key for one in app.button if one.label == text("share.link.qr", lang)]
    assert codes == ["t.qr.game", "t.qr.strong", "t.qr.repair"]
    sound(app.button(key="t.qr.strong").click().run())
    (query,) = [dict(parse_qsl(urlsplit(url).query)) for url in shown]
    spoken, whole = decode(query["task"], SECRET)
    assert (query["lang"], list(spoken.words), whole) == (lang, [lang], True)
    assert spoken.said(lang) == decode(links[1][1], SECRET)[0].said(lang)


@pytest.mark.whole
def test_the_way_from_the_builder_to_a_plan_and_back():
    app = enter(opened(TEACH, {"plan": "nothing"}), "t.w.plan", "week")
    assert app.query_params["plan"] == "week"
    enter(app, "t.w.plan", "")
    assert app.text_area
    assert "plan" not in app.query_params
