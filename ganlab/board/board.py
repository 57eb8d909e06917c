"""The board in its database: one transaction on a class at a time, and what expires."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from time import time
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, or_, select, update

from ganlab.board.schema import CLASSES, PINS, STUDENTS, prepare

DAY = 86400.0
DAYS = 30
"""Days after which a pin expires, and a class that nobody changed."""


REASONS = (
    *("classes", "closed", "frozen", "full", "gone", "key", "large", "name", "options", "pins", "pins_all"),
    *("stranger", "students", "taken"),
)
"""Why a change is refused."""


class BoardError(ValueError):
    """A change that the board refuses: one of REASONS, and its facts."""

    def __init__(self, reason: str, **facts: Any):
        self.reason, self.facts = reason, facts
        super().__init__(f"{reason} {facts}" if facts else reason)


@dataclass(frozen=True)
class Board:
    """The board of an engine, whose tables are created where they are missing."""

    engine: Engine
    days: float = DAYS
    clock: Callable[[], float] = time

    def __post_init__(self) -> None:
        prepare(self.engine)

    def oldest(self) -> float:
        """The time before which things have expired."""
        return self.clock() - self.days * DAY

    @contextmanager
    def change(self, class_id: str) -> Iterator[tuple[Connection, Row[Any]]]:
        """One transaction on a class, with its row. Changes of one class wait for each other; all or nothing is kept.

        Raises BoardError without such a class.
        """
        here = (CLASSES.c.id == class_id) & (CLASSES.c.used >= self.oldest())
        taken = update(CLASSES).where(here).values(used=self.clock(), revision=CLASSES.c.revision + 1)
        with self.engine.begin() as db:
            found = db.execute(taken.returning(*CLASSES.c)).one_or_none()
            if found is None:
                raise BoardError("gone")
            yield db, found

    @contextmanager
    def take_part(self, class_id: str) -> Iterator[tuple[Connection, Row[Any]]]:
        """The same for a student. Raises BoardError also where the class is frozen."""
        with self.change(class_id) as (db, found):
            if found.frozen:
                raise BoardError("frozen")
            yield db, found

    @contextmanager
    def manage(self, class_id: str, key: str) -> Iterator[tuple[Connection, Row[Any]]]:
        """The same for whoever has the managing key. Raises BoardError also for another key."""
        with self.change(class_id) as (db, found):
            if not compare_digest(found.key_hash, hashed(key)):
                raise BoardError("key")
            yield db, found

    def tidy(self) -> None:
        """Deletes what has expired."""
        gone = select(CLASSES.c.id).where(CLASSES.c.used < self.oldest())
        with self.engine.begin() as db:
            db.execute(delete(PINS).where(or_(PINS.c.made < self.oldest(), PINS.c.class_id.in_(gone))))
            db.execute(delete(STUDENTS).where(STUDENTS.c.class_id.in_(gone)))
            db.execute(delete(CLASSES).where(CLASSES.c.used < self.oldest()))


def hashed(*secret: str) -> str:
    """What is stored in the place of a managing key or of a browser's name."""
    return sha256("/".join(secret).encode()).hexdigest()
