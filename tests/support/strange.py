"""What strangers send: texts and values that Hypothesis draws, the hostile ones that are known among them."""

from contextlib import contextmanager
from unittest.mock import patch

import streamlit as st
from hypothesis import strategies

from ganlab import ui

HOSTILE = (
    *("", " ", "0", "-0", "nan", "-inf", "1e999", "0x10", "1_000", "true", "None", "²", "١", "½", "\x00", "\ud800"),
    *("9" * 4299, "9" * 5000, "-" + "9" * 70_000, "0." + "1" * 5000, "a" * 70_000, "é" * 5000, ";" * 5000),
    *("<script>window.stranger=1</script>", "<img src=x onerror=window.stranger=1>", "javascript:window.stranger=1"),
    *("`", "``` ", "\r\r# heading", "\n\n---", "\u2028\u2028![](//x)", "[a](//x)", "$x$", ":red[a]", ":material/home:"),
    *(
        "{}",
        "{0}",
        "{value}",
        "%s",
        "../../etc/passwd",
        "points:",
        "points:~",
        "points:~AAAAAAAA",
        "points:" + "f" * 64,
    ),
    *("400:d_lr=0.1", "400:d_lr=0.1;" * 99, "1:loss=hinge;1:loss=hinge", "0:steps=5", "-1:x", "5:edits=1:a=b", "::=="),
)
TEXTS = strategies.sampled_from(HOSTILE) | strategies.text(max_size=40) | strategies.integers().map(str)
VALUES = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.floats() | TEXTS,
    lambda inner: strategies.lists(inner, max_size=4) | strategies.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
"""What JSON may hold, with numbers that are not finite and integers of any length."""


def near(spec):
    """Texts for a field: what a link could hold, and what is a little wrong."""
    numbers = strategies.floats(spec.low, spec.high).map(repr) | strategies.integers().map(str)
    return (strategies.sampled_from(spec.choices) if spec.choices else numbers) | numbers | TEXTS


def links(fields, prefix=""):
    """Links with some of a page's fields, each with a text that may be meant, and with names of nobody."""
    named = {prefix + name: near(spec) for name, spec in fields.items()}
    strange = strategies.dictionaries(TEXTS.map(lambda name: prefix + name[:60]) | TEXTS, TEXTS, max_size=3)
    return strategies.builds(
        lambda known, rest: rest | known, strategies.fixed_dictionaries({}, optional=named), strange
    )


@contextmanager
def session(link):
    """A visit by a link, with a session of its own and without a server."""
    state = {"lang": "en", "link_is_new": True}
    with patch.object(st, "session_state", state), patch.object(ui, "new_link", lambda prefix: part(link, prefix)):
        yield state


def part(link, prefix):
    """The link, if it has a name with the prefix."""
    return dict(link) if any(name.startswith(prefix) for name in link) else None


def attempt(refusals, read, *arguments):
    """What comes of reading: (the result, None), or (None, why not); any other exception is the test's failure."""
    try:
        return read(*arguments), None
    except refusals as refusal:
        return None, refusal


def printable(sentence):
    """Whether a sentence is one line of what can be sent and drawn, but for a no-break space of our own."""
    return sentence.replace("\u00a0", " ").replace("\u202f", " ").isprintable()
