"""In what two runs differ, in words."""

import re

from ganlab.kind.config import RunConfig
from ganlab.kind.fields import knobs
from ganlab.links import differences
from ganlab.presets import PRESETS
from ganlab.ui.run.controls import show
from ganlab.ui.text import text, worded


def describe_differences(config: RunConfig, other: RunConfig, lang: str) -> list[tuple[str, str, str]]:
    """The settings that make two runs differ, in words: (name, the one's, the other's)."""
    idle, specs = config.inactive().keys() & other.inactive().keys() | {"steps"}, knobs(type(config))
    found = {name: pair for name, pair in differences(config, other).items() if name not in idle}
    words = ((name, *(show(specs[name], name, value, lang) for value in found[name])) for name in found)
    return [(worded(f"field.short.{name}", lang), mine, theirs) for name, mine, theirs in words]


def titles(config: RunConfig, other: RunConfig, lang: str) -> tuple[str, str]:
    """What two runs are called side by side: what alone differs, else their presets, else this and the other."""
    found = describe_differences(config, other, lang)
    if len(found) == 1:
        (name, mine, theirs) = found[0]
        return f"{name} {mine}", f"{name} {theirs}"
    own = [preset(one, lang) if found else "" for one in (config, other)]
    return own[0] or text("duel.compare.this", lang), own[1] or text("duel.compare.other", lang)


def preset(config: RunConfig, lang: str) -> str:
    """The name of the preset that a config is; '' if it is none."""
    return next((text(f"preset.name.{name}", lang) for name, its in PRESETS.items() if its == config), "")


def line(config: RunConfig, other: RunConfig, lang: str) -> str:
    """In what two runs differ, as a sentence."""
    found = describe_differences(config, other, lang)
    if not found:
        return text("duel.compare.same", lang)
    pairs = (text("duel.compare.pair", lang, name=name, mine=mine, theirs=its) for name, mine, its in found)
    return text("duel.compare.differ", lang, pairs=", ".join(pairs))


def plain(name: str) -> str:
    """A name as markdown shows it literally."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|<>$~:-])", r"\\\1", name)
