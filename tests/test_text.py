"""Every sentence exists in every language, takes the same numbers, and is used."""

import re
from dataclasses import fields
from pathlib import Path
from string import Formatter

import pytest

from ganlab.cards import LESSONS
from ganlab.diagnosis import VERDICTS
from ganlab.digits_config import DigitsConfig
from ganlab.digits_diagnosis import VERDICTS as DIGIT_VERDICTS
from ganlab.export import REASONS as SETTINGS_REASONS
from ganlab.gan_frame import BLAMED, QUANTITIES
from ganlab.knobs import DIGITS, MESSAGES, knobs
from ganlab.latent import PATHS
from ganlab.losses import LOSSES
from ganlab.plane_config import PlaneConfig
from ganlab.points import REASONS
from ganlab.presets import PRESETS
from ganlab.pretrained import PRETRAINED
from ganlab.script import REASONS as SCRIPT_REASONS
from ganlab.trace import STOPS
from ganlab.ui.export import MIME as FILES
from ganlab.ui.latent_link import VIEWS, Tour
from ganlab.ui.mistakes_seeds import COLUMNS as MEASURED
from ganlab.ui.seed_strip import VERDICTS as SEED_VERDICTS
from ganlab.ui.slow import REMARKS
from ganlab.ui.text import LANGUAGES, duration, exists, language, number, sentences, text
from ganlab.ui.tries import CHOICES as CHOICES_OF_TRIES
from ganlab.ui.tries import TRIES
from ganlab.ui.weights import COLUMNS

ROOT = Path(__file__).parents[1]
SOURCES = [ROOT / "streamlit_app.py", *ROOT.glob("pages/**/*.py"), *ROOT.glob("ganlab/ui/**/*.py")]
KINDS = (PlaneConfig, DigitsConfig)
FIELDS = [f.name for kind in KINDS for f in fields(kind)]
CHOICES = [f"{name}.{key}" for kind in KINDS for name, spec in knobs(kind).items() for key in spec.choices]
PAGES = ("start", "arena", "mnist", "latent", "mistakes")
PHASES = ("absent", "starting", "worker_died", "server_restarted")
WORDS = ("running", "running_unknown", "done", "part")
PLACES = ("ring", "ring_k50", "grid", "grid_packing", "swiss_roll")
LATENT_LABELS = [
    *("play", "pause", "time", "digit", "mode", "no_mode", "on_data", "off_data", "norm", "norms", "norms_note"),
    *(
        "shell_gaussian",
        "shell_uniform",
        "sure",
        "sure_note",
        "steps",
        "steps_note",
        "legend",
        "legend_real",
        "regions",
    ),
    *("sure_plane", "sure_note_plane", "steps_plane", "steps_note_plane", "pick_points", "pick_first", "pick_next"),
    *("place_whole", "place_square", "regions"),
]
DRAW_LABELS = [
    *("brush", "eraser", "undo", "redo", "clear", "thin", "use", "size", "density", "tools", "keys", "canvas"),
    *("count", "count_one", "few", "inside", "many", "full", "spoken", "spoken_place"),
]
SLOW_OWN = [
    *((stop, "") for stop in STOPS),
    ("d_judge", "probability"),
    *(("d_loss", loss) for loss in ("least_squares", "hinge", "wasserstein", "relativistic")),
    *(("d_penalty", name) for name in ("r1", "r2", "r1_r2", "wgan_gp")),
    *(("d_step", name) for name in ("adam", "rmsprop")),
    ("g_noise", "simultaneous"),
    *(("g_loss", loss) for loss in (*LOSSES, "matched")),
]
"""Stops of slow motion, and what has a sentence of its own there."""
LESSON = ("title", "what", "why", "question", "a", "b", "c", "verdict", "folklore", "cure")
OWN_ARMS = [f"{name}.arm_{arm}" for name, card in LESSONS.items() for arm, _ in card.arms]
COMMON_ARMS = {key.split(".arm_")[1] for key in OWN_ARMS if not exists(f"mistakes.{key}")}
FAMILIES = {
    "mistakes": [
        *(f"{name}.{part}" for name in LESSONS for part in LESSON),
        *(key for key in OWN_ARMS if exists(f"mistakes.{key}")),
    ],
    "mistakes.arm": sorted(COMMON_ARMS),
    "mistakes.column": [*MEASURED, "digits"],
    "mistakes.study": [part for card in LESSONS.values() for name in card.studies for part in (name, f"{name}_about")],
    "mistakes.page": [
        "what",
        "why",
        "verdict",
        "folklore",
        "cure",
        "back",
        "on",
        "show",
        "again",
        "arm_head",
        "arm_note",
    ],
    "digits_stage.title": DIGIT_VERDICTS,
    "digits_stage.sentence": [*DIGIT_VERDICTS, "d_too_weak_rests"],
    "digits_stage.also": ["lost", "alike", "losses"],
    "digits_stage.look": ["sure", "unsure", "nearest", "suspicious", "plain", "absent"],
    "digits_stage.chart": [
        *("losses", "quality", "fid", "gradients", "accepted", "covered", "tv"),
        *("losses_note", "claim_note", "quality_note", "fid_note", "gradients_note", "no_judge"),
    ],
    "field.label": FIELDS,
    "field.short": FIELDS,
    "field.help": FIELDS,
    "field.group": [spec.group for kind in KINDS for spec in knobs(kind).values()],
    "field.digits": ["dataset", "gamma", "gp_lambda", "latent_dim", "batch_size", "steps", "packing", "minibatch"],
    "choice": [*CHOICES, "dataset.points", *(f"fashion_mnist.{digit}" for digit in DIGITS)],
    "points.refused": list(REASONS),
    "export.script": list(SCRIPT_REASONS),
    "export.settings": [*SETTINGS_REASONS, "only_plane", "only_digits"],
    **{f"export.{name}": ["button", "help"] for name in FILES},
    "own.draw": [*DRAW_LABELS, *(f"{name}_help" for name in DRAW_LABELS[:7])],
    "notice.reason": list(MESSAGES),
    "notice.expected": ["int", "float", "bool", "classes", "weights", "edits"],
    "notice.refusal": ["many_edits", "no_classes"],
    "preset.name": list(PRESETS),
    "preset.about": list(PRESETS),
    "verdict.title": VERDICTS,
    "verdict.sentence": [*VERDICTS, "smear_late", "d_too_weak_rests"],
    "verdict.also": ["coin", "lost", "losses", "knob"],
    "run.status": [*PHASES, "device_missing", "device_unable", "device_differs"],
    "arena.status": WORDS,
    "mnist.status": WORDS,
    "duel.compare": ["before", "own"],
    "duel": [f"{act}.{part}" for act in ("exchange", "close") for part in ("button", "help")],
    "mnist.drawer": ["about", "own", "ready", "brought"],
    "arena.alone": ["d", "d_help", "g", "g_help"],
    "run.quantity": list(QUANTITIES),
    "run.failure": [
        *("config", "data", "points", "memory", "storage", "crash", "weights"),
        *("data_no_network", "data_damaged", "data_storage"),
        "device",
    ],
    "app.nav": ["learn", "lab", *(f"{name}{help}" for name in PAGES for help in ("", "_help"))],
    "start.page": ["lead", "forger", "detective", "limit"],
    "start.go": [f"{name}{about}" for name in ("arena", *PLACES) for about in ("", "_about")],
    "chart": ["losses.title", "js.title", "gradients.title"],
    "fork.dialog": [f"{part}{help}" for part in ("step", "steps") for help in ("", "_help")],
    "gallery.fate": ["modes", "cells"],
    "tries.ask": list(TRIES),
    "tries.choice": CHOICES_OF_TRIES,
    "tries.name": list(TRIES),
    "tries.panel": ["right", "wrong"],
    "tries.why": [f"{name}.{fate}" for name in TRIES for fate in CHOICES_OF_TRIES],
    "field.idle": ["no_penalty", "d_rests", "g_rests", "one_rests", "no_hidden", "not_used", "no_noise"],
    "seeds.player": [
        *("title", "about", "step", "waiting", "count", "count_cells", "tile", "tile_shown", "play", "pause", "sort"),
        *("large", "small", *SEED_VERDICTS),
    ],
    "slow.title": STOPS,
    "slow.say": [f"{stop}_{own}" if own else stop for stop, own in SLOW_OWN],
    "slow.also": list(REMARKS),
    "slow.bar": ["layer", "all", "real", "fake", "d_loss", "g_loss", "penalty", "total"],
    "slow.which": [f"{player}_{which}" for player in "dg" for which in ("one", "many", "rests")],
    "slow.player": [
        *("decimal", "toolbar", "stops", "play", "pause", "back", "forward", "speed"),
        *(f"legend_{kind}" for kind in ("noise", "made", "points", "pairs", "net", "push", "moved")),
        *(f"legend_{stop}" for stop in ("d_judge", "d_loss", "g_judge", "g_loss")),
    ],
    "latent.bend": ["same", "opposite", "line", "zero"],
    "latent.ends": ["from", "to"],
    "latent.field": list(knobs(Tour)),
    "latent.lead": VIEWS,
    "latent.lesson": ["shell", "between", "disc"],
    "latent.map": ["bent_help", "whole_help"],
    "latent.pair": ["head_digits", "head_plane"],
    "latent.path": [f"{path}{note}" for path in PATHS for note in ("", "_note")],
    "latent.player": LATENT_LABELS,
    "latent.psi": ["precision", "recall", "coverage"],
    "latent.view": VIEWS,
    "weights.about": list(PRETRAINED),
    "weights.column": ["name", *COLUMNS],
    "weights.refusal": [
        *("too_big", "pickle", "zip", "hdf5", "numpy", "not_safetensors", "truncated", "damaged", "storage", "gone"),
        *("no_config", "two_configs", "config", "config_unreadable", "kind", "files", "only_config"),
        *("missing", "unknown", "shape", "dtype", "not_finite", "breaks"),
    ],
}
"""Keys that the code puts together: prefix -> endings."""


def wanted() -> set[str]:
    stems = "|".join(path.stem for path in (ROOT / "ganlab/ui/text/en").glob("*.toml"))
    literal = {
        key
        for path in SOURCES
        for key in re.findall(rf"[\"']((?:{stems})(?:\.\w+){{2,}})[\"']", path.read_text(encoding="utf-8"))
    }
    return literal | {f"{prefix}.{ending}" for prefix, endings in FAMILIES.items() for ending in endings}


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_that_is_asked_for_exists(lang):
    assert sorted(key for key in wanted() if not exists(key, lang)) == []


def test_every_sentence_is_used():
    ours = {key for key in sentences("en") if not key.startswith(("player.", "digits_stage.player.", "duel.player."))}
    variants = {key for key in ours if key.endswith("_cells") and key.removesuffix("_cells") in wanted()}
    assert sorted(ours - wanted() - variants) == []


def test_languages_have_the_same_keys_and_placeholders():
    english, spanish = sentences("en"), sentences("es")
    assert english.keys() == spanish.keys()
    assert [key for key in english if placeholders(english[key]) != placeholders(spanish[key])] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_is_empty_or_left_in_the_other_language(lang):
    assert all(sentence.strip() for sentence in sentences(lang).values())
    same = [k for k, s in sentences("en").items() if s == sentences("es")[k] and len(s.split()) > 3]
    assert [key for key in same if not key.startswith("choice.")] == []


def test_every_idle_reason_and_blamed_knob_has_words():
    busy = [PlaneConfig(), PlaneConfig(d_steps=0), PlaneConfig(g_steps=0), PlaneConfig(g_depth=0, d_depth=0)]
    busy.append(PlaneConfig(optimizer="sgd"))
    reasons = {reason for config in busy for reason in config.inactive().values()}
    assert {f"field.idle.{reason}" for reason in reasons} <= sentences("en").keys()
    assert {f"field.label.{knob}" for knob in BLAMED} <= sentences("es").keys()


def test_numbers_follow_the_language():
    assert number(5960, "en") == "5\u202f960"
    assert number(0.14, "es") == "0,14"
    assert number(0.864, "en", ".0%") == "86\u202f%"
    assert number(-0.5, "es", ".2f") == "−0,50"
    assert text("arena.status.done", "en", step=12000) == "Trained: 12\u202f000 steps."


def test_powers_of_ten_are_printed_as_such():
    assert number(1e-6, "en", ",.15g") == "10⁻⁶"
    assert number(-2.5e-7, "es", ",.15g") == "−2,5·10⁻⁷"
    assert number(2e6, "en", ".0e") == "2·10⁶"
    assert number(12345.0, "en", ",.15g") == "12\u202f345"


def test_slow_runs_have_a_pace_too():
    paces = [number(pace, "es", "rate") for pace in (0.0, 0.004, 0.34, 1.7, 1234.5)]
    assert paces == ["0,0", "0,004", "0,3", "2", "1\u202f234"]


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
