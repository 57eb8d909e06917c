"""Visitors' own words: names and questions, made plain and short before they are stored."""

from __future__ import annotations

import unicodedata

MARKS = 2
"""Accents and other marks on one letter, at most."""
BLANKS = "\u115f\u1160\u2800"
"""Letters and symbols that show nothing."""


def clean(text: str, most: int) -> str:
    """The text on one line: in normal form NFKC, printable, at most so many characters; '' where nothing is left.

    Signs that change the direction of writing, or that are not seen, are left out.
    """
    normal = unicodedata.normalize("NFKC", text[: 4 * most])
    seen = "".join(sign for sign in normal if sign.isspace() or (sign.isprintable() and sign not in BLANKS))
    return " ".join(few_marks(seen).split())[:most].strip()


def few_marks(text: str) -> str:
    """The text with at most MARKS marks on each letter."""
    kept, marks = [], 0
    for sign in text:
        marks = marks + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if marks <= MARKS:
            kept.append(sign)
    return "".join(kept)


def folded(name: str) -> str:
    """What two names share that look alike but for upper and lower case."""
    return unicodedata.normalize("NFKC", name.casefold())
