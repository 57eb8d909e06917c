"""A teacher's task as a value: what a class sees of a page, what it may change of its run, and what it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ganlab.kind.fields import knobs
from ganlab.kinds import KINDS
from ganlab.teach.cleaning import clean, line

LANGUAGES = ("en", "es")
STATES = ("open", "locked", "hidden")
"""What a class may do with a setting: change it, see it, neither."""
TITLE, BODY, QUESTION, OPTION, OPTIONS = 120, 2000, 300, 120, 6
"""Most characters of the texts, and most options."""
QUERY = 4000
"""Most characters of the page's own query."""
HAND_IN = ("picture", "settings", "verdict", "prediction", "hypothesis", "conclusion")
"""The parts of a lab sheet that a task may ask for."""


class TaskError(ValueError):
    """Why there is no such task: a reason, which the texts know, and its facts."""

    def __init__(self, reason: str, **facts: Any):
        self.reason, self.facts = reason, facts
        super().__init__(f"{reason}: {facts}")


@dataclass(frozen=True)
class Page:
    """A page that a task can open."""

    script: str
    prefixes: tuple[str, ...]
    """Of the page's names in a link."""
    parts: tuple[str, ...]
    """What a task may leave out."""
    kind: str = ""
    """The kind of its run, if a task may lock settings of it."""


@dataclass(frozen=True)
class Words:
    """What a task says in one language. Markdown is allowed in the body; the rest are single lines."""

    title: str = ""
    body: str = ""
    question: str = ""
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value in (("title", line(self.title)), ("body", clean(self.body)), ("question", line(self.question))):
            object.__setattr__(self, name, short(name, value, MOST[name]))
        offered = tuple(short("option", said, OPTION) for option in self.options if (said := line(option)))
        object.__setattr__(self, "options", offered)
        if len(offered) > OPTIONS or len(offered) != len(set(offered)) or bool(self.question) != (len(offered) > 1):
            raise TaskError("options", most=OPTIONS)


def short(name: str, value: str, most: int) -> str:
    """The text. Raises TaskError for one that is too long."""
    if len(value) > most:
        raise TaskError("too_long", part=name, n=len(value), most=most)
    return value


@dataclass(frozen=True, kw_only=True)
class Task:
    """A teacher's task. Raises TaskError for what is no page, setting or part, and for a text that is too long."""

    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    """The page's state, as its links have it."""
    rest: str = "open"
    """The state of all settings that are not named."""
    open: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Parts of the page that are left out."""
    words: Mapping[str, Words] = field(default_factory=dict)
    """By language; one is enough."""
    hand_in: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.page not in PAGES:
            raise TaskError("page", value=self.page[:80])
        among("part", self.without, self.here.parts)
        among("hand_in", self.hand_in, HAND_IN)
        among("state", (self.rest,), STATES)
        among("language", tuple(self.words), LANGUAGES)
        among("setting", (*self.open, *self.locked, *self.hidden), self.fields)
        among("query", tuple(name for name in self.query if name != "v"), OwnNames(self.here.prefixes))
        if sum(len(name) + len(value) for name, value in self.query.items()) > QUERY:
            raise TaskError("too_long", part="query", n=len(str(self.query)), most=QUERY)
        if len({len(words.options) for words in self.words.values() if words.question}) > 1:
            raise TaskError("unequal")

    @property
    def here(self) -> Page:
        """The page."""
        return PAGES[self.page]

    @property
    def fields(self) -> tuple[str, ...]:
        """The settings of the page's run, in menu order."""
        return tuple(knobs(KINDS[self.here.kind].config)) if self.here.kind else ()

    def state(self, name: str) -> str:
        """What a class may do with a setting: one of STATES."""
        return next((state for state in STATES if name in getattr(self, state)), self.rest)

    def bound(self) -> dict[str, str]:
        """The state of each setting that may not be changed."""
        states = {name: self.state(name) for name in self.fields}
        return {name: state for name, state in states.items() if state != "open"}

    def said(self, lang: str) -> Words:
        """The words in a language, or in the only one there is."""
        return self.words.get(lang) or next(iter(self.words.values()), Words())


@dataclass(frozen=True)
class OwnNames:
    """The names in a page's links."""

    prefixes: Sequence[str]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and len(name) < 40 and name.startswith(tuple(self.prefixes))


def among(what: str, values: Sequence[str], known: Any) -> None:
    """Raises TaskError for a value that is not known."""
    for value in values:
        if value not in known:
            raise TaskError(what, value=value[:80])


def page_of_run(name: str, *parts: str) -> Page:
    """The page of a kind of run, by its address."""
    kind, found = next((kind, found) for kind, found in KINDS.items() if found.page == name)
    return Page(f"pages/{found.section}/{name}.py", found.prefixes, parts, kind)


ARENA = ("presets", "train", "compare", "slow", "seeds", "curves", "tries", "share", "export", "about")
MOST = {"title": TITLE, "body": BODY, "question": QUESTION}
PAGES: dict[str, Page] = {
    "arena": page_of_run("arena", *ARENA),
    "mnist": page_of_run("mnist", "presets", "train", "compare", "curves", "share", "export", "about"),
    "latent": Page("pages/lab/latent.py", ("l.",), ("generators", "views", "share", "about")),
    "mistakes": Page("pages/lab/mistakes.py", ("c.",), ("contents", "seeds", "share")),
    "beside": page_of_run("beside", "measured", "share", "export", "about"),
}
"""By address; links carry it."""
