"""A stranger's text: without invisible characters, and with no html, link or picture for Markdown."""

from __future__ import annotations

import re
import unicodedata

INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode's categories of controls, direction marks, joiners, surrogates, and what is not assigned."""
MARKS = 2
"""Most combining marks on one letter. More of them would cover the lines around it."""


def clean(text: str) -> str:
    """The text in Unicode's composed form, without invisible characters. It keeps its lines."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    kept, marks = list[str](), 0
    for sign in composed:
        category = unicodedata.category(sign)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= MARKS and (sign == "\n" or category not in INVISIBLE):
            kept.append(sign)
    return "".join(kept).strip()


def line(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split())


def harmless(markdown: str) -> str:
    """Markdown whose html stays text, and whose links and pictures stay text. A bare address is still a link.

    A space breaks what begins them, inside code as well: so it does not matter what a parser takes for code.
    """
    return re.sub(r"\](?=[(:\[])", "] ", re.sub(r"<(?=[A-Za-z/!?])", "< ", markdown))
