"""Classes: how one begins, what its manager sets, and what its manager takes away."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from ganlab.board.board import Board, BoardError, hashed
from ganlab.board.names import clean
from ganlab.board.schema import CLASSES, PINS, STUDENTS
from ganlab.teach.task import OPTION, OPTIONS, QUESTION

SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of a class's name in links; none looks like another."""
SIZE = 10
"""Signs of such a name."""
TITLE = 60
"""Characters of a title, at most; a question has at most those of a task."""
LEAST = 2
"""Options of a question, at least."""
CLASSES_EACH, CLASSES_ALL = 5, 1000
"""Classes of one visitor, and of all, at most."""


@dataclass(frozen=True)
class Class:
    """What a class's link shows of it."""

    id: str
    title: str
    revision: int
    """Increased by every change."""
    frozen: bool
    experiment: str
    """The JSON of the config whose members are dealt; '' for none."""
    question: str
    options: tuple[str, ...]
    truth: int | None
    """The right option's place; None where none was named."""
    told: bool
    """Whether the truth is shown."""

    @property
    def asks(self) -> bool:
        """Whether predictions are open: what comes out is still covered."""
        return bool(self.question) and not self.told


SHOWN = [CLASSES.c[name] for name in Class.__dataclass_fields__]
"""The columns that a class's link shows."""


def create(board: Board, title: str, visitor: str) -> tuple[str, str]:
    """A new class: its name in links, and the managing key, of which only a hash is stored. Raises BoardError."""
    board.tidy()
    owner, name, key = hashed(visitor), "".join(secrets.choice(SIGNS) for _ in range(SIZE)), secrets.token_urlsafe(16)
    values = {"id": name, "key_hash": hashed(key), "owner": owner, "title": clean(title, TITLE), "used": board.clock()}
    with board.engine.begin() as db:
        db.execute(insert(CLASSES).values(**values))
        if (db.scalar(select(func.count()).where(CLASSES.c.owner == owner)) or 0) > CLASSES_EACH:
            raise BoardError("classes", most=CLASSES_EACH)
        if (db.scalar(select(func.count()).select_from(CLASSES)) or 0) > CLASSES_ALL:
            raise BoardError("full")
    return name, key


def find(board: Board, class_id: str) -> Class | None:
    """A class that has not expired."""
    wanted = select(*SHOWN).where(CLASSES.c.id == class_id, CLASSES.c.used >= board.oldest())
    with board.engine.connect() as db:
        row = db.execute(wanted).one_or_none()
    return None if row is None else Class(**row._asdict() | {"options": tuple(row.options)})


def manages(board: Board, class_id: str, key: str) -> bool:
    """Whether a key is the managing key of a class."""
    with board.engine.connect() as db:
        kept = db.scalar(select(CLASSES.c.key_hash).where(CLASSES.c.id == class_id)) or ""
    return secrets.compare_digest(kept, hashed(key))


# What the manager sets. Each raises BoardError for another key


def alter(board: Board, class_id: str, key: str, **values: Any) -> None:
    """Sets columns of a class."""
    with board.manage(class_id, key) as (db, _):
        db.execute(update(CLASSES).where(CLASSES.c.id == class_id).values(**values))


def ask(board: Board, class_id: str, key: str, question: str, options: Sequence[str]) -> None:
    """Asks for predictions; an empty question ends them. Those given before are deleted. Raises BoardError."""
    question, given = worded(question, options)
    if question and not LEAST <= len(given) <= OPTIONS:
        raise BoardError("options", least=LEAST, most=OPTIONS)
    with board.manage(class_id, key) as (db, _):
        asked = {"question": question, "options": list(given), "truth": None, "told": False}
        db.execute(update(CLASSES).where(CLASSES.c.id == class_id).values(**asked))
        db.execute(update(STUDENTS).where(STUDENTS.c.class_id == class_id).values(choice=None))


def worded(question: str, options: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """A question and its options as a class has them: plain, short, none of them twice."""
    question = clean(question, QUESTION)
    given = dict.fromkeys(filter(None, (clean(option, OPTION) for option in options))) if question else ()
    return question, tuple(given)


def hide(board: Board, class_id: str, key: str, chosen: Collection[tuple[str, str, int]]) -> None:
    """Hides these pins (student, run, member), and no others."""
    here = PINS.c.class_id == class_id
    with board.manage(class_id, key) as (db, _):
        db.execute(update(PINS).where(here).values(hidden=False))
        for student, run, member in chosen:
            one = here & (PINS.c.student == student) & (PINS.c.run == run) & (PINS.c.member == member)
            db.execute(update(PINS).where(one).values(hidden=True))


def clear(board: Board, class_id: str, key: str) -> None:
    """Deletes all pins, students and predictions of a class."""
    with board.manage(class_id, key) as (db, _):
        for table in (PINS, STUDENTS):
            db.execute(delete(table).where(table.c.class_id == class_id))
