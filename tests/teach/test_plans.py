"""The lesson plans: minutes, links, expected answers, and the documents that scripts write of them."""

from pathlib import Path

import pytest

from ganlab.presets import PRESETS
from ganlab.studies.cards import CARDS, exhibits
from ganlab.teach.link import LONGEST, decode, encode
from ganlab.ui.run import share
from ganlab.ui.run.experiment import places
from ganlab.ui.teach.plans import PARTS, PLANS, facts, markdown, task_of, words
from ganlab.ui.text import LANGUAGES, text
from scripts.write_plans import DOCS, document

MINUTES = {"short": 30, "double": 90, "week": 5 * 45}
TASKS = [name for name, part in PARTS.items() if part.task is not None]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_documents_are_those_of_the_app(lang):
    written = (DOCS / f"plans.{lang}.md").read_text(encoding="utf-8")
    assert written == document(lang), "write them anew: python -m scripts.write_plans"


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_takes_its_minutes_and_no_part_is_cut_by_the_end_of_a_lesson(name):
    plan = PLANS[name]
    assert sum(plan.parts.values()) == MINUTES[name]
    assert set(plan.parts) <= set(PARTS)
    ends = [sum(list(plan.parts.values())[: i + 1]) for i in range(len(plan.parts))]
    assert not plan.lesson or set(range(plan.lesson, MINUTES[name] + 1, plan.lesson)) <= set(ends)


def test_every_part_is_in_a_plan_and_every_belief_has_its_card():
    assert {part for plan in PLANS.values() for part in plan.parts} == set(PARTS)
    assert {card for plan in PLANS.values() for card in plan.beliefs} <= set(CARDS)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_of_a_plan_is_one_in_both_languages_and_has_a_short_link(name):
    made = task_of(name)
    assert decode(encode(made, ""), "") == (made, True)
    assert len(encode(made, "")) < LONGEST / 2
    assert words(name, "en") != words(name, "es")


@pytest.mark.parametrize("name", [name for name in TASKS if task_of(name).here.kind])
def test_a_task_opens_a_run_that_ships(name):
    made = task_of(name)
    shipped = {config.key(): config.steps for _, config in [*exhibits(), *PRESETS.items()]}
    first, second = places(made.here.kind)
    for place in (first, second):
        if any(key.startswith(place.prefix) for key in made.query):
            config, _, _, notices = share.from_link(made.query, place)
            assert not notices
            assert shipped.get(config.key(), 0) >= config.steps


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PARTS)
def test_an_expected_answer_is_said_with_measured_numbers(name, lang):
    said = text(f"plans.part.{name}.expect", lang, **facts(name))
    assert "{" not in said
    assert "nan" not in said


def test_the_answers_that_students_choose_from_are_right_where_the_plan_says_so():
    """What the plans expect of a prediction; a study made anew may say otherwise."""
    game, cures = facts("game"), facts("cures")
    assert game["broken_modes_high"] <= 2
    assert game["fixed_modes_low"] >= 6
    assert cures["broken_modes_high"] < cures["broken_of"] == cures["fixed_modes_low"]
    assert game["k50_r1_modes"] > game["broken_modes"]
    assert game["k50_r1_valid"] < 0.2


def test_a_plan_has_a_link_for_each_task_and_card():
    said = markdown("short", "en", lambda task: f"TASK-{task.page}", lambda card: f"CARD-{card}")
    assert said.count("(TASK-arena)") == 3
    assert [f"(CARD-{card})" in said for card in PLANS["short"].beliefs] == [True] * 3
    assert (Path(DOCS) / "plans.en.md").exists()
