"""The quiz: the answer to a run is the verdict on what ships, every option has its reason, the link has the answers."""

import json
import shutil
import struct
from collections import Counter
from functools import cache

import pytest
from visits import captions, opened, quiet_server, sound  # noqa: F401

from ganlab.data.plane import DATASETS
from ganlab.digits import diagnosis as of_digits
from ganlab.digits.frame import unpack as unpack_digits
from ganlab.links import identity
from ganlab.plane import diagnosis as of_plane
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import unpack
from ganlab.store import recording
from ganlab.studies.grids import LOTTERY
from ganlab.ui.run import server
from ganlab.ui.text import LANGUAGES, text
from ganlab.ui.text.glossary import TERMS
from ganlab.ui.words import answers, quiz
from ganlab.ui.words.answers import option, why
from ganlab.ui.words.questions import QUESTIONS, Look, Term

PAGE = "pages/learn/quiz.py"
LOOKS = {name: asked for name, asked in QUESTIONS.items() if isinstance(asked, Look)}
ALL = "".join(str(asked.right) for asked in QUESTIONS.values())
"""The right answers."""


@cache
def measured(name):
    """The verdict on a question's recording, at its end."""
    asked = LOOKS[name]
    whole, config = recording.read(recording.RECORDED / f"{asked.run}.zip", identity), asked.config
    blobs = [blob for _, member, blob in sorted(whole.frames) if member == asked.member]
    if isinstance(config, PlaneConfig):
        return of_plane.verdict([unpack(blob, DATASETS[config.dataset].extent) for blob in blobs], config)
    return of_digits.verdict([unpack_digits(blob, with_sheet=False) for blob in blobs], config)


def heads(app):
    """The JSON of what the players were sent."""
    blobs = [found.proto.bytes for found in app.get("bidi_component")]
    return [json.loads(blob[4 : 4 + struct.unpack_from("<I", blob)[0]]) for blob in blobs]


def click(app, key):
    app.button(key=key).click().run()
    return sound(app)


def test_one_half_shows_runs_and_the_other_asks_about_terms():
    assert len(QUESTIONS) == 24
    assert len(LOOKS) == 12
    assert {asked.term for asked in QUESTIONS.values() if isinstance(asked, Term)} <= {*TERMS}
    assert {quiz.TERMS_OF[asked.answer] for asked in LOOKS.values()} <= {*TERMS}
    places = [asked.right for asked in QUESTIONS.values()]
    assert max(places.count(place) for place in range(4)) < len(places) / 2


@pytest.mark.parametrize("name", LOOKS)
def test_the_answer_to_a_run_is_its_verdict(name):
    assert measured(name).key == LOOKS[name].answer
    assert len({*LOOKS[name].options}) == 4


def test_sixteen_seeds_are_counted_of_each_run():
    table = answers.repeated()
    assert {*table} == {asked.run for asked in LOOKS.values()}
    assert {sum(counts.values()) for counts in table.values()} == {LOTTERY}


@pytest.mark.parametrize("name", LOOKS)
def test_an_answer_says_how_many_seeds_end_alike(name):
    counts, said = answers.repeated()[LOOKS[name].run], answers.luck(LOOKS[name], "en")
    usual, count = max(counts, key=counts.get), counts[LOOKS[name].answer]
    assert answers.unusual(LOOKS[name]) == (LOOKS[name].answer != usual)
    assert f"in {count} of {LOTTERY}" in said
    assert ("Most often" in said) == (count < max(counts.values()))


@pytest.mark.parametrize(("name", "warned"), [("seeds", True), ("calm", False)])
def test_a_question_says_that_its_seed_is_unusual(name, warned):
    shutil.copy(recording.RECORDED / f"{LOOKS[name].run}.zip", server.RECORDED)
    app = opened(PAGE, {"q.at": str(1 + quiz.NAMES.index(name))})
    assert ("is an unusual one" in captions(app)) == warned


def test_the_count_of_a_lottery_is_that_of_its_recording():
    name, blobs = "seeds", {}
    whole, config = recording.read(recording.RECORDED / f"{LOOKS[name].run}.zip", identity), LOOKS[name].config
    for _, member, blob in sorted(whole.frames):
        blobs.setdefault(member, []).append(unpack(blob, DATASETS[config.dataset].extent))
    keys = [of_plane.verdict(frames, config).key for frames in blobs.values()]
    assert answers.repeated()[LOOKS[name].run] == Counter(keys)
    said = answers.luck(LOOKS[name], "en")
    assert f"in {keys.count(LOOKS[name].answer)} of {len(keys)}" in said
    assert "in 9 of 16, it is “no clear finding”" in said


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", QUESTIONS)
def test_every_option_has_a_reason_of_its_own(name, lang, monkeypatch):
    monkeypatch.setattr(answers, "verdict", lambda asked: measured(name))
    options = range(len(QUESTIONS[name].options))
    reasons = [why(name, index, lang) for index in options]
    assert len({*reasons}) == len({option(name, index, lang) for index in options}) == len(options)
    assert not [said for said in reasons if "{" in said or "nan" in said]


def test_a_reason_has_the_numbers_of_the_run(monkeypatch):
    monkeypatch.setattr(answers, "verdict", lambda asked: measured("between"))
    share = measured("between").evidence["on_data"]
    assert f"{share:.0%}".removesuffix("%") in why("between", 0, "en")
    assert "8 of 8 modes" in why("between", QUESTIONS["between"].options.index("collapse"), "en")


@pytest.mark.parametrize("given", ["", "1", "12-2", ALL, "-" * 23 + "0"])
def test_answers_come_back_from_the_link(given):
    assert quiz.read(given) == given


def test_what_is_no_answer_is_still_open():
    assert quiz.read("1x9") == "1"
    assert quiz.read("0-²1") == "0--1"
    assert quiz.read(ALL + "0000") == ALL
    assert quiz.read("13") == "1", "the second question has three options"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_term_is_answered_and_the_link_shows_the_same_again(lang):
    app = opened(PAGE, {"q.at": "2"}, lang)
    assert app.subheader[0].value == text("quiz.page.place", lang, place=2, of=24)
    click(app, "q.half.0")
    assert text("quiz.half.why_a", lang) in app.warning[0].value
    assert text("quiz.half.why_c", lang) in app.info[0].value
    assert text("quiz.half.why_b", lang) in app.markdown[-1].value
    assert all(app.button(key=f"q.half.{index}").disabled for index in range(3))
    link = {name: app.query_params[name] for name in ("q.at", "q.answers")}
    assert link == {"q.at": "2", "q.answers": "-0"}
    again = opened(PAGE, link, lang)
    assert [one.value for one in again.warning] == [one.value for one in app.warning]
    assert click(again, "q.next").query_params["q.at"] == "3"


def test_a_runs_verdict_is_covered_until_the_answer():
    shutil.copy(recording.RECORDED / "ring_vanishing.zip", server.RECORDED)
    app = opened(PAGE, {"q.at": "5"})
    covered = text("quiz.page.hidden", "en")
    (head,) = heads(app)
    assert {said["title"] for said in head["verdicts"].values()} == {covered}
    (head,) = heads(click(app, "q.still.0"))
    assert covered not in {said["title"] for said in head["verdicts"].values()}
    assert head["verdicts"][str(head["known"][-1])]["key"] == "vanishing"
    assert head["verdicts"][str(head["known"][-1])]["sentence"] in app.success[0].value


def test_digits_are_covered_too():
    shutil.copy(recording.RECORDED / "digits_k50.zip", server.RECORDED)
    app = opened(PAGE, {"q.at": str(1 + quiz.NAMES.index("fifty"))})
    (head,) = heads(app)
    (run,) = head["runs"]
    assert {said["title"] for said in run["verdicts"].values()} == {text("quiz.page.hidden", "en")}
    assert all(said["numbers"] for said in run["verdicts"].values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_result_counts_and_leads_back(lang):
    app = opened(PAGE, {"q.at": "25", "q.answers": ALL[:-1]}, lang)
    assert app.subheader[0].value == text("quiz.page.score", lang, right=23, of=24)
    assert click(app, "q.to.luck").query_params["q.at"] == str(1 + quiz.NAMES.index("luck"))
    app = opened(PAGE, {"q.at": "25", "q.answers": ALL}, lang)
    assert app.subheader[0].value == text("quiz.page.score", lang, right=24, of=24)
    app = click(app, "q.again")
    assert {*app.query_params} == {"lang", "q.at"}


@pytest.mark.parametrize("link", [{"q.at": "99"}, {"q.at": "x"}, {"q.at": "0"}, {"q.answers": "9"}])
def test_a_wrong_link_is_told(link):
    assert text("quiz.page.unknown", "en") in opened(PAGE, {"q.at": "2"} | link).warning[0].value


def test_without_its_recording_a_run_is_said_to_be_missing():
    assert text("lessons.page.unavailable", "en") in [one.value for one in opened(PAGE).info]
