"""The class board's page and the pin in Share: from an empty board to a class that has pinned, by AppTest."""

import io
from urllib.parse import parse_qsl, urlencode

import pytest
import streamlit as st
from PIL import Image
from scipy.stats import binomtest
from visits import enter as choose
from visits import held, opened, quiet_server, record, sound  # noqa: F401

from ganlab import ui
from ganlab.board import classes, pins, students
from ganlab.board.seeds import run_of
from ganlab.links import from_query, to_query
from ganlab.plane.config import PlaneConfig
from ganlab.teach.link import decode, encode
from ganlab.teach.task import PAGES, Task, Words
from ganlab.ui.board import deal, pin, place, room
from ganlab.ui.run import price
from ganlab.ui.run.differences import plain
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.teach.plans import task_of
from ganlab.ui.text import LANGUAGES, duration, text

PAGE, LAB = "pages/teach/board.py", "pages/lab/arena.py"
RUN = PlaneConfig(g_width=4, d_width=4, batch_size=16, members=16, steps=3)


@pytest.fixture(autouse=True)
def turned_on(monkeypatch):
    """A server whose deployer has turned the board on."""
    monkeypatch.setenv("GANLAB_BOARD", "on")
    yield
    place.board().engine.dispose()


@pytest.fixture
def klass(quiet_server):  # noqa: F811
    """A class and its managing key."""
    return classes.create(place.board(), "8B", "teacher")


def visit(klass, script=PAGE, lang="en", manages=False, viewer="", **link):
    """A visitor's page of the class."""
    given = {"class": klass[0]} | ({"manage": klass[1]} if manages else {})
    app = opened(script, given | link, lang)
    if viewer:
        app.session_state["viewer"] = viewer
        sound(app.run())
    return app


def enter(app, key, value):
    """Fills a field of a form."""
    next(one for one in (*app.text_input, *app.text_area) if one.key == key).set_value(value)
    return app


def press(app, key):
    next(one for one in app.button if one.key == key).click().run()
    return sound(app)


def join(klass, name, viewer):
    app = visit(klass, viewer=viewer)
    return press(enter(app, "k.name", name), "k.join.send")


def shown(app):
    """The rows of the board; none where there is no table."""
    return app.dataframe[0].value.to_dict("records") if app.dataframe else []


def said(app):
    return "\n".join(
        one.value for kind in ("markdown", "caption", "info", "warning", "success") for one in app.get(kind)
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_board_that_is_off_is_one_sentence_and_not_in_the_menu(lang, monkeypatch):
    monkeypatch.delenv("GANLAB_BOARD")
    app = opened(PAGE, {"class": "a" * 10}, lang)
    assert [one.value for one in app.info] == [text("board.page.off", lang)]
    assert not app.button
    assert not [name for name in ui.modules() if name.startswith("ganlab.ui.board.")]
    arena = opened(LAB, {"class": "a" * 10}, lang)
    assert text("board.pin.board", lang) not in [one.proto.label for one in arena.get("page_link")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_teacher_opens_a_class_and_gets_two_links(lang):
    app = opened(PAGE, {}, lang)
    assert text("board.page.lead", lang, days=30)[:40] in said(app)
    app = press(enter(app, "k.title", "**8B** www.evil.example"), "k.open")
    name, key = app.query_params["class"], app.query_params["manage"]
    assert classes.manages(place.board(), name, key)
    joining, managing = (one.value for one in app.code[-2:])
    assert f"class={name}" in joining
    assert key not in joining
    assert f"manage={key}" in managing
    assert app.header[0].value == plain("**8B** www.evil.example")
    wrong = opened(PAGE, {"class": name, "manage": "x" + key}, lang)
    assert wrong.warning[0].value.endswith(text("board.page.wrong_key", lang)) or text(
        "board.page.wrong_key", lang
    ) in said(wrong)
    assert "manage" not in wrong.query_params
    assert not [one for one in wrong.button if one.key == "k.clear"]


@pytest.mark.whole
def test_three_students_join_pin_their_dealt_seeds_and_the_class_sees_the_count_grow(klass):
    for seat in (0, 16):
        record(run_of(RUN, seat)[0], seconds=2.0)
    st.cache_resource.clear()
    teacher = visit(klass, manages=True)
    enter(teacher, "k.link", f"https://gan.example/arena?{urlencode(to_query(RUN, 'a.'))}")
    press(teacher, "k.deal.send")
    for n in range(15):
        students.join(place.board(), klass[0], f"v{n}", f"Student {n}")
        assert students.deal(place.board(), klass[0], f"v{n}") == n
    assert text("board.seeds.none", "en", dealt=15) in said(sound(teacher.run()))
    for seat, lang in ((15, "en"), (16, "es"), (17, "en")):
        app = visit(klass, lang=lang)
        app = press(enter(app, "k.name", f" Ana {seat}\u202e "), "k.join.send")
        assert text("board.join.as", lang, name=f"`Ana {seat}`") in said(app)
        label = text("board.seeds.own", lang, seed=seat + 1)
        (link,) = [one.proto for one in app.get("page_link") if one.proto.label == label]
        query = dict(parse_qsl(link.query_string))
        config, member = run_of(RUN, seat)
        assert from_query(query, "plane", "a.")[0] == config
        assert (query["a.member"], query["class"]) == (str(member), klass[0])
        lab = press(visit(klass, LAB, viewer=app.session_state["viewer"], **query), ARENA.name("pin"))
        assert text("board.pin.done", lang) in said(lab)
        assert lab.query_params["class"] == klass[0]
        assert text("board.seeds.pending", "en", of=seat - 14, dealt=seat + 1) in said(sound(teacher.run()))
    hung = pins.pins(place.board(), klass[0])
    n = [one.verdict for one in hung].count("collapse")
    wilson = binomtest(n, 3).proportion_ci(method="wilson")
    facts = {"n": n, "of": 3, "share": n / 3, "low": wilson.low, "high": wilson.high, "sure": 0.95}
    for lang in LANGUAGES:
        app = visit(klass, lang=lang)
        assert all(text(f"board.seeds.{one}", lang, **facts) in said(app) for one in ("count", "interval"))
        rows = shown(app)
        assert [row["name"] for row in rows] == ["Ana 17", "Ana 16", "Ana 15"]
        for row, one in zip(rows, hung, strict=True):
            assert (row["step"], row["seconds"], row["tv"]) == (3, 2.0, one.tv and round(one.tv, 2))
            assert row["verdict"] == text(f"board.verdict.{one.verdict}", lang)
            assert 0 <= row["spread"] <= 1
            assert row["lamps"].count("●") == round(row["coverage"] * len(row["lamps"]))
            assert f"class={klass[0]}" in row["link"]
    assert Image.open(io.BytesIO(hung[0].picture)).size == (144, 144)
    assert len(hung[0].picture) < pins.PICTURE / 2


@pytest.mark.whole
def test_without_joining_or_frames_or_in_a_frozen_class_nothing_is_pinned(klass):
    app = visit(klass, LAB)
    assert text("board.pin.join", "en") in said(app)
    joined = join(klass, "Ana", "f" * 32)
    app = visit(klass, LAB, viewer="f" * 32, **to_query(RUN.replace(seed=9), "a."))
    (button,) = [one for one in app.button if one.key == ARENA.name("pin")]
    assert button.disabled
    assert text("board.pin.train_first", "en") in said(app)
    classes.alter(place.board(), *klass, frozen=True)
    app = visit(klass, LAB, viewer="f" * 32)
    assert text("board.pin.frozen", "en", name="`Ana`") in said(app)
    assert text("board.page.frozen", "en") in said(sound(joined.run()))
    stranger = visit(klass)
    assert next(one for one in stranger.button if one.key == "k.join.send").disabled


@pytest.mark.whole
@pytest.mark.parametrize("lang", LANGUAGES)
def test_predictions_come_first_and_the_truth_shows_what_came_out(klass, lang):
    app = visit(klass, manages=True, lang=lang)
    enter(enter(app, "k.ask.question", "How *many*?"), "k.ask.options", "all [x](http://e.example)\n\nsome")
    app = press(app, "k.ask.send")
    pupil = join(klass, "Ana", "f" * 32)
    assert text("board.predict.open", "en") in said(pupil)
    assert text("board.table.empty", "en") not in said(pupil), "the pins are covered"
    assert not pupil.get("vega_lite_chart"), "the others' predictions before one's own"
    assert [one.replace("\u2060", "") for one in pupil.radio(key=room.PREDICTION).options][1] == "some"
    pupil.radio(key=room.PREDICTION).set_value(0).run()
    assert students.answers(place.board(), klass[0]) == {0: 1}
    assert sound(pupil).get("vega_lite_chart")
    app.run()
    app.selectbox(key="k.truth").set_value(1)
    press(app, "k.tell")
    assert text("board.predict.truth", lang, option="some") in said(app)
    assert not sound(pupil.run()).radio
    assert text("board.table.empty", "en") in said(pupil)
    press(app, "k.end")
    assert not classes.find(place.board(), klass[0]).question


@pytest.mark.whole
def test_the_manager_hides_freezes_and_clears(klass):
    record(RUN.replace(members=1))
    st.cache_resource.clear()
    for n, name in enumerate(("Ana", "<b>[x](y)</b>")):
        join(klass, name, f"{n}" * 32)
        lab = visit(klass, LAB, viewer=f"{n}" * 32, **to_query(RUN.replace(members=1), "a."))
        press(lab, ARENA.name("pin"))
    pupil, app = visit(klass), visit(klass, manages=True)
    assert [row["name"] for row in shown(pupil)] == ["<b>[x](y)</b>", "Ana"]
    (ana,) = [one.identity for one in pins.pins(place.board(), klass[0]) if one.name == "Ana"]
    app.multiselect(key="k.hidden").set_value([ana]).run()
    assert [row["name"] for row in shown(sound(pupil.run()))] == ["<b>[x](y)</b>"]
    app.multiselect(key="k.hidden").set_value([]).run()
    assert len(shown(sound(pupil.run()))) == 2
    app.toggle(key="k.frozen").set_value(True).run()
    assert classes.find(place.board(), klass[0]).frozen
    press(app, "k.clear")
    assert shown(sound(pupil.run())) == []
    assert text("board.table.empty", "en") in said(pupil)


def test_what_cannot_be_dealt_is_refused_with_a_sentence(klass):
    app = visit(klass, manages=True)
    press(enter(app, "k.link", "https://gan.example/mnist?m.seed=1"), "k.deal.send")
    assert text("board.refused.link", "en") in [one.value for one in app.warning]
    assert not classes.find(place.board(), klass[0]).experiment


@pytest.mark.whole
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_link_that_a_student_is_dealt_keeps_the_task_and_its_time_is_said_before(klass, lang, monkeypatch):
    words = {lang: Words(title="Luck", body="Train it.", question="How many?", options=("none", "some"))}
    its = {"page": "arena", "query": to_query(RUN.replace(members=1), "a."), "open": ("loss",), "rest": "locked"}
    link = f"https://gan.example/arena?lang={lang}&task={encode(Task(**its, words=words), '')}"
    monkeypatch.setattr(price, "forecast", lambda config: 10.0 * config.members)
    app = sound(enter(visit(klass, manages=True, lang=lang), "k.link", link).run())
    assert text("board.manage.cost", lang, count=16, eta=duration(160, lang)) in said(app)
    assert not classes.find(place.board(), klass[0]).experiment
    press(app, "k.deal.send")
    assert [one.value for one in app.toast] == [text("board.manage.sent", lang)]
    found = classes.find(place.board(), klass[0])
    assert (found.question, found.options) == ("How many?", ("none", "some"))

    students.join(place.board(), klass[0], "v", "Ana")
    students.deal(place.board(), klass[0], "v")
    pupil = join(klass, "Ben", "f" * 32)
    query = dict(parse_qsl(seed_link(pupil).query_string))
    task, whole = decode(query["task"], "")
    assert whole
    assert (task.words, task.state("loss"), task.state("seed")) == (words, "open", "locked")
    lab = opened(LAB, query | {"lang": lang})
    assert "Luck" in said(lab) + lab.subheader[0].value
    assert lab.button(key="taught.predict").disabled
    pupil.radio(key=room.PREDICTION).set_value(1).run()
    lab = opened(LAB, dict(parse_qsl(seed_link(pupil).query_string)) | {"lang": lang})
    assert text("teach.student.predicted", lang, answer="some") in said(lab)
    assert held(lab, ARENA) == RUN
    assert ARENA.name("member") in lab.query_params
    assert lab.selectbox(key="a.w.regularizer").disabled
    assert not lab.selectbox(key="a.w.loss").disabled


@pytest.mark.whole
def test_a_task_without_seeds_is_dealt_whole_and_its_predictions_are_the_boards(klass):
    words = {"en": Words(question="How many x²?", options=("none", "some")), "es": Words("", "", "¿?", ("0", "más"))}
    its = Task(page="mistakes", query={"c.card": "no_cure"}, without=("contents", "share"), words=words)
    teacher = visit(klass, manages=True)
    enter(teacher, "k.link", f"https://gan.example/mistakes?task={encode(its, '')}")
    press(teacher, "k.deal.send")
    found = classes.find(place.board(), klass[0])
    assert (found.question, found.options) == ("How many x²?", ("none", "some"))
    join(klass, "Ana", "f" * 32)

    def task_page(viewer, **more):
        query = dict(parse_qsl(seed_link(visit(klass, viewer="f" * 32)).query_string))
        assert decode(query["task"], "") == (its, True)
        query.pop("answer", "")  # of whose link it is
        return visit(klass, "pages/lab/mistakes.py", viewer=viewer, **query | more | {"lang": "es"})

    def predicts(viewer, choice):
        return press(choose(task_page(viewer), "taught.guess", choice), "taught.predict")

    assert text("board.predict.counted", "es") in said(predicts("f" * 32, 1))
    assert students.answers(place.board(), klass[0]) == {1: 1}
    assert text("board.predict.join", "es") in said(predicts("e" * 32, 0))
    join(klass, "Ben", "e" * 32)
    assert text("board.predict.uncounted", "es") in said(task_page("e" * 32, answer="1"))
    students.predict(place.board(), klass[0], "f" * 32, 0)
    assert students.answers(place.board(), klass[0]) == {0: 1}, "it is changed, not given twice"
    classes.alter(place.board(), *klass, told=True, truth=0)
    predicts("e" * 32, 0)
    assert students.answers(place.board(), klass[0]) == {0: 1}, "too late"


@pytest.mark.whole
def test_a_task_of_a_plan_is_asked_on_the_board_with_one_click_and_its_seeds_with_another(monkeypatch):
    monkeypatch.setattr(price, "forecast", lambda config: 10.0 * config.members)
    app = press(opened("pages/teach/teach.py", {"plan": "short"}), "t.board.strong")
    name = app.query_params["class"]
    found, task = classes.find(place.board(), name), task_of("strong")
    assert (found.question, found.options) == (task.said("en").question, task.said("en").options)
    assert text("board.manage.join", "en") in said(app)
    assert deal.read(found) == deal.Deal(None, task)
    assert text("board.manage.cost", "en", count=16, eta=duration(160, "en")) in said(app)
    press(app, "k.deal.seeds")
    dealt = deal.read(classes.find(place.board(), name))
    assert (dealt.config.members, dealt.task) == (16, task)
    app = press(sound(app.switch_page("pages/teach/teach.py").run()), "t.board.game")
    assert app.query_params["class"] == name, "the same class gets the next task"
    assert deal.read(classes.find(place.board(), name)).task == task_of("game")


def seed_link(app):
    return next(one.proto for one in app.get("page_link") if "task=" in one.proto.query_string)


def test_what_a_class_deals_is_no_change_of_the_students(klass):
    link = to_query(RUN.replace(seed=7), "a.")
    chips = {"a.chip.members", "a.chip.seed", "a.chip.steps"}
    assert chips & {one.key for one in opened(LAB, link).button} == chips
    assert chips & {one.key for one in visit(klass, LAB, **link).button} == {"a.chip.steps"}


def test_of_a_task_that_is_free_the_class_deals_seed_and_members_alone():
    task = deal.seated(
        Task(page="arena", open=("seed", "loss"), hidden=("members",), without=PAGES["arena"].parts), {"a.seed": "3"}
    )
    assert set(PAGES["arena"].parts) - set(task.without) == {"train", "share"}
    assert task.bound() == {"members": "hidden", "seed": "locked"}


@pytest.mark.whole
def test_a_pin_before_the_end_says_that_it_does_not_count_yet_and_the_teacher_sees_who_has_pinned(klass, monkeypatch):
    run = RUN.replace(members=1)
    record(run)
    st.cache_resource.clear()
    join(klass, "Ana", "f" * 32)
    students.join(place.board(), klass[0], "v", "Ben")
    classes.ask(place.board(), *klass, "How many?", ["none", "some"])
    early = text("board.pin.early", "en")
    with monkeypatch.context() as patch:
        patch.setattr(pin, "ended", lambda config: False)
        lab = visit(klass, LAB, viewer="f" * 32, **to_query(run, "a."))
        assert early in said(lab)
        lab = press(lab, ARENA.name("pin"))
        assert text("board.pin.done", "en") in said(lab)
    assert early in said(sound(lab.run())), "it was pinned before the end"
    teacher = visit(klass, manages=True)
    assert text("board.manage.present", "en", joined=2, pinned=1, ended=0) in said(teacher)
    assert early not in said(press(lab, ARENA.name("pin")))
    assert text("board.manage.present", "en", joined=2, pinned=1, ended=1) in said(sound(teacher.run()))
    assert not shown(teacher)
    assert text("board.manage.present", "en", joined=2, pinned=1, ended=1) not in said(visit(klass))


def test_a_database_that_does_not_answer_is_said(klass, monkeypatch, tmp_path):
    place.board().engine.dispose()
    with monkeypatch.context() as lost:
        lost.setattr(place, "beside_the_store", lambda: f"sqlite:///{tmp_path}/nowhere/board.sqlite")
        st.cache_resource.clear()
        app = opened(PAGE, {"class": klass[0]})
        assert [one.value for one in app.error] == [text("board.page.down", "en")]
    st.cache_resource.clear()
