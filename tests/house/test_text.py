"""Every sentence exists in every language, takes the same numbers, and is used."""

import ast
import re
from dataclasses import fields
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from ganlab import kinds
from ganlab.board.board import REASONS as REFUSALS
from ganlab.data.points import REASONS
from ganlab.digits.diagnosis import VERDICTS as DIGIT_VERDICTS
from ganlab.digits.pretrained import PRETRAINED
from ganlab.export.script import REASONS as SCRIPT_REASONS
from ganlab.export.settings import REASONS as SETTINGS_REASONS
from ganlab.game.frame import BLAMED, QUANTITIES
from ganlab.gan.dirac import METHODS
from ganlab.kind.fields import MESSAGES, knobs
from ganlab.latent.paths import PATHS
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import VERDICTS
from ganlab.presets import PRESETS
from ganlab.studies.cards import LESSONS
from ganlab.studies.grids import STUDIES
from ganlab.teach.task import HAND_IN, MOST, STATES
from ganlab.teach.task import PAGES as TEACHABLE
from ganlab.trace.trace import STOPS
from ganlab.ui.arena.predictions import CHOICES as CHOICES_OF_TRIES
from ganlab.ui.arena.predictions import TRIES
from ganlab.ui.arena.slow_motion import REMARKS
from ganlab.ui.arena.view import SHEET as PLANE_SHEET
from ganlab.ui.board.table import FORMATS as PIN_NUMBERS
from ganlab.ui.digits.view import SHEET as DIGIT_SHEET
from ganlab.ui.digits.weights import COLUMNS
from ganlab.ui.latent.link import VIEWS, Tour
from ganlab.ui.mistakes.runs import COLUMNS as MEASURED
from ganlab.ui.players.seed_strip import VERDICTS as SEED_VERDICTS
from ganlab.ui.run.export import MIME as FILES
from ganlab.ui.teach.builder import BEGIN
from ganlab.ui.teach.draft import SPOKEN
from ganlab.ui.teach.plans import PARTS, PLANS
from ganlab.ui.text import LANGUAGES, duration, exists, language, number, sentences, text
from ganlab.ui.text.glossary import TERMS
from ganlab.ui.theory.link import Game
from ganlab.ui.theory.theory import EXAMPLES
from ganlab.ui.words.questions import QUESTIONS, Look, Term
from ganlab.ui.words.studies import FORMATS
from streamlit_app import PAGES

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "streamlit_app.py", *ROOT.glob("pages/**/*.py"), *ROOT.glob("ganlab/ui/**/*.py"))
KINDS = tuple(kind.config for kind in kinds.KINDS.values())
FIELDS = [f.name for kind in KINDS for f in fields(kind)]
CHOICES = [f"{name}.{key}" for kind in KINDS for name, spec in knobs(kind).items() for key in spec.choices]
LESSON = ("title", "what", "why", "question", "a", "b", "c", "verdict", "folklore", "cure")
ARMS = [f"{name}.arm_{arm}" for name, card in LESSONS.items() for arm, _ in card.arms]
MENU = [*PAGES, *(name for entries in PAGES.values() for _, name, _ in entries)]
REGISTERED = {
    "about.arm": [*STUDIES["ring"].arms, *STUDIES["packing"].arms, *STUDIES["digits_10k"].arms],
    "about.column": FORMATS,
    "about.study": [*STUDIES, *(f"{name}_about" for name in STUDIES)],
    "app.nav": [*MENU, *(f"{name}_help" for entries in PAGES.values() for _, name, _ in entries)],
    "board.column": ("picture", "name", "verdict", "lamps", "link", *PIN_NUMBERS),
    "board.refused": (*REFUSALS, "down", "link", "members"),
    "board.verdict": (*VERDICTS, *DIGIT_VERDICTS),
    "choice": CHOICES,
    "digits_stage.sentence": DIGIT_VERDICTS,
    "digits_stage.title": DIGIT_VERDICTS,
    "export.script": SCRIPT_REASONS,
    "export.settings": SETTINGS_REASONS,
    **{f"glossary.{term}": ("term", "forms", "says", "source") for term in TERMS},
    "field.group": [spec.group for kind in KINDS for spec in knobs(kind).values()],
    "field.help": FIELDS,
    "field.label": FIELDS,
    "field.short": FIELDS,
    "latent.field": knobs(Tour),
    "latent.lead": VIEWS,
    "latent.path": PATHS,
    "latent.view": VIEWS,
    "mistakes": [f"{name}.{part}" for name in LESSONS for part in LESSON],
    "mistakes.column": MEASURED,
    "mistakes.study": [name for card in LESSONS.values() for name in card.studies],
    "notice.reason": MESSAGES,
    "plans.belief": [card for plan in PLANS.values() for card in plan.beliefs],
    "plans.part": [f"{name}.{part}" for name in PARTS for part in ("name", "what", "ask", "expect")],
    "plans.plan": [f"{name}.{part}" for name in PLANS for part in ("name", "for_whom", "goals")],
    "plans.task": [f"{name}.{part}" for name, its in PARTS.items() if its.task for part in ("title", "body")],
    "points.refused": REASONS,
    "preset.about": PRESETS,
    "preset.name": PRESETS,
    "quiz": [
        f"{name}.{part}{option}"
        for name, asked in QUESTIONS.items()
        for part, options in (
            ("ask", ("",)),
            *((("", asked.options), ("why_", asked.options)) if isinstance(asked, Term) else ()),
        )
        for option in options
    ],
    "quiz.option": [option for asked in QUESTIONS.values() if isinstance(asked, Look) for option in asked.options],
    "run.quantity": QUANTITIES,
    "seeds.player": SEED_VERDICTS,
    "sheet.number": ["step", "epoch", *PLANE_SHEET, *DIGIT_SHEET],
    "slow.also": REMARKS,
    "slow.say": STOPS,
    "slow.title": STOPS,
    "teach.begin": BEGIN,
    "teach.hand_in": HAND_IN,
    "teach.part": [part for page in TEACHABLE.values() for part in page.parts],
    "teach.part_of": [*MOST, "option", "query"],
    "teach.rights": [*STATES, *(f"rest_{state}" for state in STATES)],
    "teach.words": [f"{part}_{name}" for part in SPOKEN for name in ("label", "help")],
    "theory.example": EXAMPLES,
    "theory.field": knobs(Game),
    "theory.method": METHODS,
    "theory.player": [f"method_{name}" for name in METHODS],
    "theory.says": EXAMPLES,
    "tries.ask": TRIES,
    "tries.name": TRIES,
    "tries.why": [f"{name}.{fate}" for name in TRIES for fate in CHOICES_OF_TRIES],
    "verdict.sentence": VERDICTS,
    "verdict.title": VERDICTS,
    "weights.about": PRETRAINED,
    "weights.column": COLUMNS,
    **{f"export.{name}": ("button", "help") for name in FILES},
}
"""What a registry of the code promises a sentence for each of: prefix -> endings."""
STEMS = "|".join(path.stem for path in (ROOT / "ganlab/ui/text/en").glob("*.toml"))
WHOLE = re.compile(rf"(?:{STEMS})(?:\.\w+){{2,}}")
ELSEWHERE = "player", "sheet.player", "digits_stage.player", "duel.player", "theory.player"
"""Tables that a script in the browser is given whole."""


@cache
def asked(sources=SOURCES) -> tuple[set[str], list[re.Pattern[str]]]:
    """The keys that the code names, and the patterns of those that it puts together."""
    nodes = [node for path in sources for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    parts = [node.values for node in nodes if isinstance(node, ast.JoinedStr)]
    pieces = {id(value) for values in parts for value in values}
    strings = [node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in pieces]
    patterns = [pattern for values in parts if (pattern := shape(values))]
    return {name for name in strings if isinstance(name, str) and WHOLE.fullmatch(name)}, patterns


def shape(values) -> re.Pattern[str] | None:
    """What an f-string of at least one dot may become, its variable parts as groups; None for other strings."""
    fixed = "".join(value.value if isinstance(value, ast.Constant) else "x" for value in values)
    if not re.fullmatch(r"\w+(\.\w+){2,}", fixed):
        return None
    return re.compile("".join(re.escape(v.value) if isinstance(v, ast.Constant) else r"([\w.]+?)" for v in values))


def words() -> set[str]:
    """Every word of the code, in Python and in JavaScript."""
    folders = ROOT / "ganlab", ROOT / "pages"
    files = [path for ending in ("py", "js") for folder in folders for path in folder.rglob(f"*.{ending}")]
    return {word for path in files for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}


def known(ending: str, vocabulary: set[str]) -> bool:
    """Whether the variable part of a key is made of names in the code, whole or joined by underscores."""
    if ending in vocabulary or all(part in vocabulary for part in ending.split(".")):
        return True
    cuts = [i for i, sign in enumerate(ending) if sign == "_"]
    return any(ending[:i] in vocabulary and known(ending[i + 1 :], vocabulary) for i in cuts)


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_that_is_asked_for_exists(lang):
    registered = {f"{prefix}.{ending}" for prefix, endings in REGISTERED.items() for ending in endings}
    assert sorted(key for key in asked()[0] | registered if not exists(key, lang)) == []
    arms = {key.split(".arm_")[1] for key in ARMS if not exists(f"mistakes.{key}", lang)}
    assert sorted(arm for arm in arms if not exists(f"mistakes.arm.{arm}", lang)) == []


def test_every_sentence_is_used():
    (literal, patterns), vocabulary = asked(), words()

    def used(key):
        found = [match for pattern in patterns if (match := pattern.fullmatch(key))]
        return key in literal or any(all(known(part, vocabulary) for part in match.groups()) for match in found)

    ours = {key for key in sentences("en") if not key.startswith(tuple(f"{table}." for table in ELSEWHERE))}
    variants = {key for key in ours if key.endswith("_cells") and used(key.removesuffix("_cells"))}
    assert sorted(key for key in ours - variants if not used(key)) == []


def test_languages_have_the_same_keys_and_placeholders():
    english, spanish = sentences("en"), sentences("es")
    assert english.keys() == spanish.keys()
    assert [key for key in english if placeholders(english[key]) != placeholders(spanish[key])] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_is_empty_or_left_in_the_other_language(lang):
    assert all(sentence.strip() for sentence in sentences(lang).values())
    same = [k for k, s in sentences("en").items() if s == sentences("es")[k] and len(s.split()) > 3]
    same = [key for key in same if not re.fullmatch(r"glossary\.\w+\.source", key)]
    assert [key for key in same if not key.startswith("choice.")] == []


def test_every_idle_reason_and_blamed_knob_has_words():
    busy = [PlaneConfig(), PlaneConfig(d_steps=0), PlaneConfig(g_steps=0), PlaneConfig(g_depth=0, d_depth=0)]
    busy.append(PlaneConfig(optimizer="sgd"))
    reasons = {reason for config in busy for reason in config.inactive().values()}
    assert {f"field.idle.{reason}" for reason in reasons} <= sentences("en").keys()
    assert {f"field.label.{knob}" for knob in BLAMED} <= sentences("es").keys()


def test_numbers_follow_the_language():
    assert number(5960, "en") == "5\u202f960"
    assert [number(n, "es") for n in (596, 5960, -5960, 59600)] == ["596", "5960", "−5960", "59\u202f600"]
    assert number(5960.25, "es", ",.1f") == "5960,2"
    assert number(0.14, "es") == "0,14"
    assert number(0.864, "en", ".0%") == "86\u202f%"
    assert number(-0.5, "es", ".2f") == "−0,50"
    assert text("run.status.done", "en", step=12000) == "Trained: 12\u202f000 steps."


def test_powers_of_ten_are_printed_as_such():
    assert number(1e-6, "en", ",.15g") == "10⁻⁶"
    assert number(-2.5e-7, "es", ",.15g") == "−2,5·10⁻⁷"
    assert number(2e6, "en", ".0e") == "2·10⁶"
    assert number(12345.0, "en", ",.15g") == "12\u202f345"


def test_a_ratio_has_two_digits_and_no_power_of_ten():
    assert [number(value, "es", "ratio") for value in (140.3, 12.4, 2.35, 0.352)] == ["140", "12", "2,4", "0,35"]


def test_a_median_half_way_between_two_counts_says_so():
    assert [number(median, "es", "median") for median in (6.0, 6.5, 0.5)] == ["6", "6,5", "0,5"]


def test_slow_runs_have_a_pace_too():
    paces = [number(pace, "es", "rate") for pace in (0.0, 0.004, 0.34, 1.7, 1234.5)]
    assert paces == ["0,0", "0,004", "0,3", "2", "1234"]


def test_times_are_short():
    assert [duration(s, "en") for s in (0.3, 40, 200, 5000)] == ["under 1 s", "40\u202fs", "3\u202fmin", "83\u202fmin"]
    assert duration(8000, "es") == "2\u202fh 13\u202fmin"


@pytest.mark.parametrize(
    ("wanted_language", "locale", "expected"),
    [("es", "en-US", "es"), (None, "es-MX", "es"), ("fr", "es", "es"), (None, "de-DE", "en"), (None, None, "en")],
)
def test_language_is_the_links_else_the_browsers(wanted_language, locale, expected):
    assert language(wanted_language, locale) == expected


def test_unknown_keys_and_languages_are_errors():
    with pytest.raises(KeyError):
        text("arena.no.such", "en")
    with pytest.raises(KeyError):
        text("arena.page.title", "fr")
