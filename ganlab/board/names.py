"""Visitors' own words: names and questions, made plain and short before they are stored."""

from __future__ import annotations

import unicodedata

from ganlab.teach.cleaning import line

BLANKS = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"))
"""Letters and symbols that show nothing."""


def clean(text: str, most: int) -> str:
    """The text on one line, at most so many characters; '' where nothing that is seen is left. It keeps x² and 2º."""
    return line(text[: 4 * most].translate(BLANKS))[:most].strip()


def named(text: str, most: int) -> str:
    """The same of a person's name, in normal form NFKC: two names that look alike are one."""
    return clean(unicodedata.normalize("NFKC", text[: 4 * most]), most)


def folded(name: str) -> str:
    """What two names share that look alike but for upper and lower case."""
    return unicodedata.normalize("NFKC", name.casefold())
