"""What is said of an answer: why it is right or wrong, by the numbers of the run."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ganlab.game.verdict import Verdict
from ganlab.plane.config import PlaneConfig
from ganlab.studies.tables import EVIDENCE
from ganlab.ui.arena import playback
from ganlab.ui.digits import playback as images
from ganlab.ui.text import exists, text
from ganlab.ui.words.questions import QUESTIONS, Look

SEEDS = EVIDENCE / "quiz.json"
"""By the name of a run: how many of sixteen seeds end with each verdict (`scripts/quiz_seeds.py`)."""


def option(name: str, index: int, lang: str) -> str:
    """An option of a question in words."""
    question = QUESTIONS[name]
    which = question.options[index]
    return text(f"quiz.option.{which}" if isinstance(question, Look) else f"quiz.{name}.{which}", lang)


def why(name: str, index: int, lang: str) -> str:
    """Why an option is right or wrong."""
    question = QUESTIONS[name]
    which = question.options[index]
    if not isinstance(question, Look):
        return text(f"quiz.{name}.why_{which}", lang)
    found = verdict(question)
    if index == question.right:
        return said(question, found, lang)
    return text(reason(name, question, which), lang, **facts(found))


def reason(name: str, question: Look, which: str) -> str:
    """The key of the sentence that says why a verdict is not that of a run: its own, or that of its kind."""
    own = f"quiz.{name}.why_{which}"
    kind = "points" if isinstance(question.config, PlaneConfig) else "images"
    return own if exists(own) else f"quiz.{kind}.{which}"


def verdict(question: Look) -> Verdict:
    """The verdict on a run at its end."""
    config = question.config
    if isinstance(config, PlaneConfig):
        film: Any = playback.film_of(config.key(), question.member, config)
    else:
        film = images.film_of(config.key(), config)
    found: Verdict = film.verdict(film.grow(question.member, config.steps)[-1])
    return found


def facts(found: Verdict) -> dict[str, Any]:
    """What a sentence on a verdict may use."""
    return {"m": found.m, "of": found.of, **found.evidence}


def said(question: Look, found: Verdict, lang: str) -> str:
    """The verdict's own sentence."""
    describe = playback.describe if isinstance(question.config, PlaneConfig) else images.describe
    sentence: str = describe(found, lang)["sentence"]
    return sentence


@cache
def repeated() -> dict[str, dict[str, int]]:
    """The table of SEEDS."""
    found: dict[str, dict[str, int]] = json.loads(SEEDS.read_text(encoding="utf-8")) if SEEDS.exists() else {}
    return found


def unusual(question: Look) -> bool:
    """Whether other seeds with the same settings mostly end with another verdict."""
    return most(repeated()[question.run]) != question.answer


def most(counts: dict[str, int]) -> str:
    """The most frequent verdict."""
    return max(counts, key=lambda verdict: counts[verdict])


def luck(question: Look, lang: str) -> str:
    """How many seeds end with the same verdict, and with which one most do."""
    counts = repeated()[question.run]
    said = {"count": counts.get(question.answer, 0), "of": sum(counts.values())}
    if not unusual(question):
        return text("quiz.page.seeds", lang, **said)
    often = most(counts)
    return text("quiz.page.seeds_unusual", lang, **said, often=counts[often], most=text(f"seeds.player.{often}", lang))
