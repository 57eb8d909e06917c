"""The lab sheet: what it says of a run, of a task and of a prediction, and what it does not tell."""

import json
from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image
from visits import opened, quiet_server, record, sound  # noqa: F401

from ganlab.digits.diagnosis import verdict
from ganlab.digits.frame import pack, unpack
from ganlab.flow.config import FlowConfig
from ganlab.kinds import KINDS
from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig
from ganlab.plane.train import train
from ganlab.teach.link import encode
from ganlab.teach.task import HAND_IN, Task, Words
from ganlab.ui.arena.view import numbers
from ganlab.ui.digits import playback as digits_playback
from ganlab.ui.digits import view as digits_view
from ganlab.ui.run.film import Film
from ganlab.ui.run.view import view
from ganlab.ui.text import LANGUAGES, text
from tests.ui.test_digits_stage import CONFIG
from tests.ui.test_digits_stage import frame as digits_frame

PAGE = "pages/teach/sheet.py"
SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=12)
QUERY = to_query(SMALL, "a.")
FLOW = FlowConfig(width=4, batch_size=16, steps=36, ode_steps=3, seed=1)
TASK = Task(
    page="arena",
    query=QUERY,
    hidden=("batch_size",),
    words={"en": Words("A strong D", "", "How many?", ("one", "eight"))},
    hand_in=("picture", "settings", "prediction", "conclusion"),
)


def facts(app):
    return json.loads(app.get("bidi_component")[0].proto.json)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sheet_has_picture_verdict_numbers_and_what_differs(lang):
    record(SMALL)
    sheet = facts(opened(PAGE, {"page": "arena", **QUERY}, lang))
    assert Image.open(BytesIO(b64decode(sheet["picture"].partition(",")[2]))).size == (360, 360)
    assert sheet["verdict"]
    assert [text("sheet.number.step", lang), "12"] in sheet["numbers"]
    assert text("sheet.page.count", lang, n=0, of=8) in dict(sheet["numbers"]).values()
    assert [text("field.label.g_width", lang), "4"] in [row[:2] for row in sheet["settings"]]
    assert sheet["parts"] == list(HAND_IN)
    assert "/sheet" not in sheet["link"]
    assert "a.g_width=4" in sheet["link"]
    assert sheet["code"].startswith("data:image/png;base64,")


def test_the_numbers_are_those_of_the_frame():
    record(SMALL)
    found = opened(PAGE, {"page": "arena", **QUERY})
    last = list(train(SMALL))[-1]
    assert facts(found)["numbers"] == [list(row) for row in numbers(last.member(0), "en")]


def test_a_task_says_what_is_on_it_and_what_was_predicted():
    sheet = facts(opened(PAGE, {"task": encode(TASK, ""), "answer": "2"}))
    assert (sheet["title"], sheet["question"]) == ("A strong D", "How many?")
    assert sheet["answer"] == text("sheet.page.predicted", "en", answer="eight")
    assert sheet["parts"] == list(TASK.hand_in)
    assert text("field.label.batch_size", "en") not in [row[0] for row in sheet["settings"]]
    again = facts(opened(PAGE, {"task": encode(TASK, ""), "answer": "7"}))
    assert again["answer"] == text("sheet.page.unpredicted", "en")


def test_a_run_without_frames_and_a_bad_link_say_so():
    app = opened(PAGE, {"page": "nowhere", "a.loss": "nonsense", "task": "1.x.y"})
    assert app.info[0].value == text("sheet.page.untrained", "en")
    assert facts(app)["picture"] == ""
    assert text("teach.refused.link", "en") in app.warning[0].value


def test_words_of_another_run_or_task_are_kept_apart():
    ids = [
        facts(opened(PAGE, link))["id"]
        for link in ({"page": "arena", **QUERY}, {"page": "arena", **QUERY, "a.seed": "3"}, {"task": encode(TASK, "")})
    ]
    assert len(set(ids)) == 3


def test_a_flow_has_a_sheet_too():
    record(FLOW)
    sheet = facts(opened(PAGE, {"page": "beside", **to_query(FLOW, "f.")}))
    assert Image.open(BytesIO(b64decode(sheet["picture"].partition(",")[2]))).size == (360, 360)
    assert (sheet["verdict"], "f.width=4" in sheet["link"]) == (text("beside.verdict.smear", "en"), True)
    assert [name for name, _ in sheet["numbers"]] == [
        text(f"sheet.number.{name}", "en") for name in ("step", "modes_covered", "valid", "js", "loss")
    ]


def test_every_kind_with_a_page_has_a_sheet():
    assert all(view(name).findings for name, kind in KINDS.items() if kind.page)


@pytest.mark.parametrize("page", ["latent", "theory", "mistakes"])
def test_a_page_without_a_run_says_why_it_has_no_sheet(page):
    app = opened(PAGE, {"page": page})
    assert text("sheet.page.elsewhere", "en", page=text(f"app.nav.{page}", "en")) in app.warning[0].value


def test_digits_have_their_newest_scores(monkeypatch):
    frames = [digits_frame(CONFIG, step) for step in (64, 65, CONFIG.steps)]
    monkeypatch.setattr(digits_view, "packed", lambda *_: [pack(frame) for frame in frames])
    monkeypatch.setattr(digits_playback, "film_of", lambda *_: Film(CONFIG, unpack, lambda _: verdict(frames, CONFIG)))
    monkeypatch.setattr(Film, "grow", lambda film, *_: film.frames.extend(frames))
    found = digits_view.findings(CONFIG, 0, "en")
    assert Image.open(BytesIO(found.picture)).size == (448, 448)
    scores = dict(found.numbers)
    assert scores[text("sheet.number.digits_covered", "en")] == "10"
    assert scores[text("sheet.number.d_loss", "en")] == "0.50"
    assert text("sheet.number.digit_tv", "en") in scores


def test_the_arena_leads_to_its_sheet_with_the_task():
    app = opened("pages/lab/arena.py", {"task": encode(TASK, ""), "answer": "1"})
    links = [
        link.proto
        for link in app.get("page_link")
        if link.proto.page.endswith("sheet.py") or "sheet" in link.proto.page
    ]
    assert links
    assert all("answer=1" in link.query_string and "a.g_width=4" in link.query_string for link in links)
