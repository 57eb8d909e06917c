"""What a class's manager deals: the members of a run, the task that it came from, or a task alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import streamlit as st

from ganlab.board import classes, seeds, students
from ganlab.board.classes import Class, worded
from ganlab.host import settings
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import ConfigError
from ganlab.links import from_json, to_query
from ganlab.plane.config import PlaneConfig
from ganlab.teach.link import ANSWER, TASK, decode, encode
from ganlab.teach.task import Task, TaskError, Words
from ganlab.ui.arena.seeds import most
from ganlab.ui.board import DEALT, place
from ganlab.ui.run import share
from ganlab.ui.run.experiment import ARENA

NEEDED = ("train", "share")
"""Parts of the page that a student needs to train the dealt seed and to pin it."""


@dataclass(frozen=True)
class Deal:
    """What is dealt."""

    config: RunConfig | None
    """None for a task that has no seeds to deal: all students get the same."""
    task: Task | None = None

    @property
    def script(self) -> str:
        """The page that a student opens."""
        return self.task.here.script if self.task else ARENA.script

    def stored(self) -> str:
        """As the class has it: the config's JSON, and the task beside it."""
        task = {} if self.task is None else {TASK: encode(self.task, settings.read().secret)}
        return json.dumps((self.config.to_json() if self.config else {}) | task)

    def query(self, seat: int, answer: int | None = None) -> dict[str, str]:
        """The link that opens a seat's member, through the task if there is one. Raises TaskError if it is too long."""
        query = member_of(self.config, seat) if self.config else {}
        if self.task is None:
            return query
        written = encode(seated(self.task, query) if query else self.task, settings.read().secret)
        return {TASK: written} | ({} if answer is None else {ANSWER: str(answer + 1)})

    def check(self) -> None:
        """Raises TaskError if the link of a seat would be too long."""
        for seat in range(students.STUDENTS_EACH):
            self.query(seat)


def asks(task: Task | None, found: Class) -> bool:
    """Whether a class asks the task's question, in any of its languages: then each option has the same place."""
    words = task.words.values() if task else ()
    here = (found.question, found.options)
    same = (len(said.options) == len(found.options) and worded(said.question, said.options) == here for said in words)
    return bool(found.question) and any(same)


def member_of(config: RunConfig, seat: int) -> dict[str, str]:
    """The query of a seat's member."""
    run, member = seeds.run_of(config, seat)
    return to_query(run, ARENA.prefix) | {ARENA.name("member"): str(member)}


def seated(task: Task, query: Mapping[str, str]) -> Task:
    """The task with a seat's run, which can be trained and pinned. What the class deals is locked, unless hidden."""
    opened = tuple(name for name in task.open if name not in DEALT)
    locked = tuple(name for name in DEALT if task.state(name) == "open")
    without = tuple(part for part in task.without if part not in NEEDED)
    return replace(task, query=query, open=opened, locked=(*task.locked, *locked), without=without)


def read(found: Class) -> Deal | None:
    """What a class deals; None where there is nothing, or it can no longer be read."""
    try:
        facts = json.loads(found.experiment or "{}")
        task, _ = taught(facts.pop(TASK, ""))
        return Deal(from_json(facts) if facts else None, task) if facts or task else None
    except ConfigError:
        return None


def offer(found: Class, link: str, lang: str) -> bool:
    """Deals the seeds of a link's run, with as many members as one run may have. A task's question is asked, too."""
    deal, words, refused = offered(link, lang)
    if deal is None:
        st.session_state[place.REFUSED] = (refused, {})
        return False
    return give(found, deal, words)


def give(found: Class, deal: Deal, words: Words) -> bool:
    """Deals to a class, and asks it a task's question if there is one. Whether both were done."""
    done = place.attempt(classes.alter, found.id, place.key(), experiment=deal.stored())
    if done and words.question:
        done = place.attempt(classes.ask, found.id, place.key(), words.question, words.options)
    return bool(done)


def offered(link: str, lang: str) -> tuple[Deal | None, Words, str]:
    """What a link can deal, the words of its task, and why it cannot be dealt."""
    task, query = taught(query_of(link).get(TASK, ""))
    words = task.said(lang) if task else Words()
    if task and task.page != ARENA.words:
        return Deal(None, task), words, ""
    query = query if task else query_of(link)
    if not any(name.startswith(ARENA.prefix) for name in query):
        return None, words, "link"
    config = share.from_link(query, ARENA)[0]
    many = most(config)[0] if isinstance(config, PlaneConfig) else None
    if many is None:
        return None, words, "members"
    deal = Deal(many, task)
    try:
        deal.check()
    except TaskError:
        return None, words, "long"
    return deal, words, ""


def link_of(task: Task) -> str:
    """The link that opens a task, without the server's address."""
    return f"{task.page}?{urlencode({TASK: encode(task, settings.read().secret)})}"


def taught(written: str) -> tuple[Task | None, Mapping[str, str]]:
    """A link's task and the query of its run; nothing where it cannot be read."""
    try:
        task, _ = decode(written, settings.read().secret)
    except TaskError:
        return None, {}
    return task, task.query


def query_of(link: str) -> dict[str, str]:
    """The query of a typed link; {} for what is no address."""
    try:
        return dict(parse_qsl(urlsplit(link.strip()).query, max_num_fields=200))
    except ValueError:
        return {}
