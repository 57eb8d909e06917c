"""Students of a class: their names, their seats and their predictions. A student is a hash of a browser's name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from ganlab.board.board import Board, BoardError, hashed
from ganlab.board.names import folded, named
from ganlab.board.schema import INSERT, STUDENTS

NAME = 24
"""Characters of a student's name, at most."""
FORMULA = "=+-@ "
"""How no name begins, since a spreadsheet that opens the board's numbers would compute it."""
STUDENTS_EACH = 120
"""Students of a class, at most."""


@dataclass(frozen=True)
class Student:
    """A student of a class."""

    name: str
    seat: int | None
    """The place at which seeds are dealt, from 0; None before."""
    choice: int | None
    """The option that the student predicts."""


def hash_of(class_id: str, visitor: str) -> str:
    """A student in the tables; the same browser is another one in another class."""
    return hashed(class_id, visitor)


def me(class_id: str, visitor: str) -> ColumnElement[bool]:
    """The student's row."""
    return (STUDENTS.c.class_id == class_id) & (STUDENTS.c.student == hash_of(class_id, visitor))


def student(board: Board, class_id: str, visitor: str) -> Student | None:
    """The student that a visitor is in a class."""
    columns = (STUDENTS.c.name, STUDENTS.c.seat, STUDENTS.c.choice)
    with board.engine.connect() as db:
        row = db.execute(select(*columns).where(me(class_id, visitor))).one_or_none()
    return None if row is None else Student(**row._asdict())


def joined(db: Connection, class_id: str, visitor: str) -> Row[Any]:
    """The student's row. Raises BoardError for a visitor who has not joined."""
    row = db.execute(select(*STUDENTS.c).where(me(class_id, visitor))).one_or_none()
    if row is None:
        raise BoardError("stranger")
    return row


def join(board: Board, class_id: str, visitor: str, name: str) -> None:
    """A visitor joins a class, or takes another name. Raises BoardError: frozen, no name, taken, too many."""
    shown, own = named(name, NAME).lstrip(FORMULA), hash_of(class_id, visitor)
    if not shown:
        raise BoardError("name")
    with board.take_part(class_id) as (db, _):
        others = (STUDENTS.c.class_id == class_id) & (STUDENTS.c.student != own)
        if db.scalar(select(func.count()).where(others, STUDENTS.c.folded == folded(shown))):
            raise BoardError("taken")
        if (db.scalar(select(func.count()).where(others)) or 0) >= STUDENTS_EACH:
            raise BoardError("students", most=STUDENTS_EACH)
        names = {"name": shown, "folded": folded(shown)}
        row = INSERT[db.dialect.name](STUDENTS).values(class_id=class_id, student=own, **names)
        db.execute(row.on_conflict_do_update(index_elements=["class_id", "student"], set_=names))


def deal(board: Board, class_id: str, visitor: str) -> int:
    """The student's seat: the next free one, and the same ever after. Raises BoardError."""
    with board.take_part(class_id) as (db, _):
        seat: int | None = joined(db, class_id, visitor).seat
        if seat is None:
            taken = select(func.coalesce(func.max(STUDENTS.c.seat) + 1, 0)).where(STUDENTS.c.class_id == class_id)
            seat = int(db.scalar(taken) or 0)
            db.execute(update(STUDENTS).where(me(class_id, visitor)).values(seat=seat))
    return seat


def predict(board: Board, class_id: str, visitor: str, choice: int) -> None:
    """Stores a student's prediction while predictions are open; the last one counts. Raises BoardError."""
    with board.take_part(class_id) as (db, found):
        joined(db, class_id, visitor)
        if found.told or not 0 <= choice < len(found.options):
            raise BoardError("closed")
        db.execute(update(STUDENTS).where(me(class_id, visitor)).values(choice=choice))


def answers(board: Board, class_id: str) -> Counter[int]:
    """How many students predict each option."""
    given = select(STUDENTS.c.choice).where(STUDENTS.c.class_id == class_id, STUDENTS.c.choice.is_not(None))
    with board.engine.connect() as db:
        return Counter(db.scalars(given))


def seats(board: Board, class_id: str) -> int:
    """How many seats are dealt."""
    with board.engine.connect() as db:
        return db.scalar(select(func.count(STUDENTS.c.seat)).where(STUDENTS.c.class_id == class_id)) or 0


def count(board: Board, class_id: str) -> int:
    """How many students have joined."""
    with board.engine.connect() as db:
        return db.scalar(select(func.count()).where(STUDENTS.c.class_id == class_id)) or 0
