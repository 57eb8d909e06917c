"""The differences of two runs in words."""

import re

from ganlab.kind.config import RunConfig
from ganlab.kind.fields import knobs
from ganlab.links import differences
from ganlab.presets import PRESETS
from ganlab.ui.run.controls import phrase, said
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.text import text, worded

NAMED = 3
"""Most differences in a run's name."""


def describe_differences(config: RunConfig, other: RunConfig, lang: str) -> list[tuple[str, str, str]]:
    """The settings in which two runs differ, in words: (name, first value, second value)."""
    idle, specs = config.inactive().keys() & other.inactive().keys() | {"steps"}, knobs(type(config))
    found = {name: pair for name, pair in differences(config, other).items() if name not in idle}
    words = ((name, *(phrase(specs[name], name, value, lang) for value in found[name])) for name in found)
    return [(worded(f"field.short.{name}", lang), mine, theirs) for name, mine, theirs in words]


def brief(config: RunConfig, other: RunConfig, lang: str) -> str:
    """How a run differs from another, in a few words."""
    changes = [said(name, mine) for name, mine, _ in describe_differences(config, other, lang)]
    return ", ".join([*changes[:NAMED], *(["…"] if len(changes) > NAMED else [])])


def titles(config: RunConfig, other: RunConfig, lang: str) -> tuple[str, str]:
    """Titles of two runs: their only difference, else their presets, else "this" and "the other"."""
    found = describe_differences(config, other, lang)
    if len(found) == 1:
        (name, mine, theirs) = found[0]
        return said(name, mine), said(name, theirs)
    own = [preset(one, lang) if found else "" for one in (config, other)]
    return own[0] or text("duel.compare.this", lang), own[1] or text("duel.compare.other", lang)


def preset(config: RunConfig, lang: str) -> str:
    """The name of the preset equal to a config; '' without one."""
    return next((text(f"preset.name.{name}", lang) for name, its in PRESETS.items() if its == config), "")


def line(config: RunConfig, other: RunConfig, lang: str) -> str:
    """A sentence with the differences of two runs."""
    found = describe_differences(config, other, lang)
    if not found:
        return text("duel.compare.same", lang)
    pairs = (text("duel.compare.pair", lang, name=name, mine=mine, theirs=its) for name, mine, its in found)
    return text("duel.compare.differ", lang, pairs=", ".join(pairs))


def called(experiment: Experiment, lang: str) -> str:
    """A run in a few words: its preset, and what differs from it."""
    own = text(f"preset.name.{experiment.preset}", lang) if experiment.preset else ""
    return ", ".join(filter(None, (own, brief(experiment.config, experiment.base, lang))))


def plain(name: str) -> str:
    """A name escaped for Markdown, in which no address becomes a link of itself."""
    escaped = re.sub(r"([\\`*_{}\[\]()#+.!|<>$~:&-])", r"\\\1", name)
    return re.sub(r"(?i)www(?=\\\.)|\\:(?=//)|@", "\\g<0>\N{WORD JOINER}", escaped)
