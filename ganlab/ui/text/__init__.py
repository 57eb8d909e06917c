"""Every sentence that a visitor reads, by key and language.

Keys are "file.section.name": `text("run.train.start", "es")` is `start` in table `[train]` of `es/run.toml`.
Placeholders take Python's format specs; numbers come out in the language's own notation.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

LANGUAGES = ("en", "es")
THIN_SPACE = "\u202f"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
BEFORE_SIGN = re.compile(r"(?<=\d) (?=%)")
"""The space of "1 %" in a sentence. A line does not end there, as it does not at a number that is filled in."""


def text(key: str, lang: str, **values: Any) -> str:
    """The sentence `key` in `lang`, its placeholders filled; KeyError when either is unknown."""
    sentence = sentences(lang)[key]
    return LocalFormatter(lang).format(sentence, **values) if values else sentence


def named(field: str, value: str, lang: str) -> str:
    """The name of a choice of a config's field; without a sentence, its key with spaces."""
    key = f"choice.{field}.{value.partition(':')[0]}"
    return text(key, lang) if exists(key) else value.replace("_", " ").capitalize()


def worded(key: str, lang: str) -> str:
    """The sentence `key`; the key's last part in plain letters where there is none yet."""
    return text(key, lang) if exists(key) else key.rpartition(".")[2].replace("_", " ")


def exists(key: str, lang: str = "en") -> bool:
    """Whether there is a sentence `key` in `lang`."""
    return key in sentences(lang)


def number(value: float, lang: str, spec: str = "") -> str:
    """`value` in the notation of `lang`: 59600 -> "59 600" (thin space), 0.25 -> "0,25" in Spanish; ".0%" -> "86 %"."""
    return LocalFormatter(lang).format_field(value, spec)


def duration(seconds: float, lang: str) -> str:
    """A rounded time: "under 1 s", "40 s", "3 min", "1 h 20 min"."""
    if seconds < 1:
        return text("app.time.instant", lang)
    if seconds < 90:
        return f"{seconds:.0f}{THIN_SPACE}s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes}{THIN_SPACE}min"
    return f"{minutes // 60}{THIN_SPACE}h {minutes % 60}{THIN_SPACE}min"


def language(wanted: str | None, locale: str | None) -> str:
    """The first known of the link's language and the browser's locale ("es-MX" -> "es"), else "en"."""
    for tag in (wanted, locale):
        short = (tag or "").lower().replace("_", "-").split("-")[0]
        if short in LANGUAGES:
            return short
    return LANGUAGES[0]


@cache
def sentences(lang: str) -> dict[str, str]:
    """All sentences of `lang`: full key -> template."""
    folder = Path(__file__).parent / lang
    if lang not in LANGUAGES:
        raise KeyError(lang)
    return {
        f"{path.stem}.{key}": BEFORE_SIGN.sub(THIN_SPACE, sentence)
        for path in sorted(folder.glob("*.toml"))
        for key, sentence in flatten(tomllib.loads(path.read_text(encoding="utf-8")))
    }


def flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(dotted key, sentence) of every leaf of a TOML table."""
    for name, entry in table.items():
        if isinstance(entry, Mapping):
            yield from flatten(entry, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", entry


class LocalFormatter(Formatter):
    """`str.format` whose numbers follow the language: 5 960, in Spanish 5960 and 0,25, and 2·10⁻⁶ everywhere.

    Three format specs are its own. "rate" is of a speed: no decimals from 1 on, below 1 one decimal or the first
    that is not zero. "median" is of a median of counts, which is half-way between two for an even number: 6, but 6.5.
    "ratio" is of a ratio: two digits, and from 10 on all before the point: 1.4, 140.
    """

    def __init__(self, lang: str) -> None:
        self.point = "," if lang == "es" else "."
        self.whole = 5 if lang == "es" else 4
        """Digits from which on a number is divided into threes."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """`format` with the language's signs. Only numbers are changed."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return format(value, format_spec)
        if format_spec in SPECS:
            format_spec = SPECS[format_spec](value)
        plain = format(value, format_spec or (",d" if isinstance(value, int) else ",.4g"))
        digits, _, power = plain.partition("e")
        if len(re.sub(r"[^\d.]|\..*", "", digits)) < self.whole:
            digits = digits.replace(",", "")
        signs = {ord(","): THIN_SPACE, ord("."): self.point, ord("%"): f"{THIN_SPACE}%", ord("-"): "−"}
        return ten_to(digits.translate(signs), int(power)) if power else digits.translate(signs)


def ratio(value: float) -> str:
    """The format spec of a ratio."""
    return ".0f" if abs(value) >= 10 else ".2g"


def rate(value: float) -> str:
    """The format spec of a speed."""
    if value >= 1:
        return ",.0f"
    return ".1f" if value >= 0.05 or not value else ".1g"


def median(value: float) -> str:
    """The format spec of a median of counts."""
    return ",.0f" if float(value).is_integer() else ",.1f"


SPECS = {"rate": rate, "median": median, "ratio": ratio}
"""Format specs of our own."""


def ten_to(digits: str, power: int) -> str:
    """Printed scientific notation: 2·10⁻⁶, and 10⁻⁶ where the digits are 1."""
    raised = "10" + str(power).translate(RAISED)
    return f"{digits.removesuffix('1')}{raised}" if digits in ("1", "−1") else f"{digits}·{raised}"
