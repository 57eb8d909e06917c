"""Visitors' own words: names and questions, made plain and short before they are stored."""

from __future__ import annotations

import unicodedata

from ganlab.teach.cleaning import line

BLANKS = dict.fromkeys(map(ord, "\u115f\u1160\u2800"))
"""Letters and symbols that show nothing."""


def clean(text: str, most: int) -> str:
    """The text on one line, in normal form NFKC, at most so many characters; '' where nothing that is seen is left."""
    return line(unicodedata.normalize("NFKC", text[: 4 * most]).translate(BLANKS))[:most].strip()


def folded(name: str) -> str:
    """What two names share that look alike but for upper and lower case."""
    return unicodedata.normalize("NFKC", name.casefold())
