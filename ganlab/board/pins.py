"""Pins: what a student hangs on the board of a run, and the board as it hangs."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import func, select

from ganlab.board.board import Board, BoardError
from ganlab.board.schema import INSERT, PINS, STUDENTS
from ganlab.board.students import hash_of, joined

PINS_EACH, PINS_ALL = 12, 600
"""Pins of a student, and of a class, at most."""
PICTURE, LINK = 16_384, 8_192
"""Bytes of a picture, and characters of a link's values, at most."""
IDENTITY = ("class_id", "student", "run", "member")


@dataclass(frozen=True, kw_only=True)
class Pin:
    """A run's member at a step, with what its verdict rests on."""

    run: str
    """The run's key."""
    member: int
    kind: str
    link: dict[str, str]
    """The query that opens it, without the language."""
    step: int
    steps: int
    """The step at which the run ends."""
    whole: bool
    """Whether it had ended."""
    verdict: str
    """The verdict's key."""
    lamps: str
    """A sign for each mode, digit or cell: 1 covered, 0 not."""
    tv: float | None
    seconds: float
    """Of computation; 0 if unknown."""
    spread: float | None
    """Over the run's members: the largest coverage minus the smallest; None for a single member."""
    picture: bytes
    """A PNG."""

    @property
    def coverage(self) -> float | None:
        """Share of the modes that are covered; None where nothing was judged."""
        return self.lamps.count("1") / len(self.lamps) if self.lamps else None


@dataclass(frozen=True, kw_only=True)
class Pinned(Pin):
    """A pin on the board."""

    student: str
    name: str
    hidden: bool
    made: float

    @property
    def identity(self) -> tuple[str, str, int]:
        """What sets it apart from the others of its class."""
        return self.student, self.run, self.member


def pin(board: Board, class_id: str, visitor: str, fresh: Pin) -> None:
    """Pins a run; a pin of the same member by the same student is replaced. Raises BoardError."""
    if len(fresh.picture) > PICTURE or sum(map(len, fresh.link.values())) > LINK:
        raise BoardError("large")
    own, here = hash_of(class_id, visitor), PINS.c.class_id == class_id
    with board.take_part(class_id) as (db, _):
        joined(db, class_id, visitor)
        row = INSERT[db.dialect.name](PINS).values(class_id=class_id, student=own, made=board.clock(), **asdict(fresh))
        newer = {column.name: column for column in row.excluded if column.name not in (*IDENTITY, "hidden")}
        db.execute(row.on_conflict_do_update(index_elements=IDENTITY, set_=newer))
        for reason, most, counted in (
            ("pins", PINS_EACH, here & (PINS.c.student == own)),
            ("pins_all", PINS_ALL, here),
        ):
            if (db.scalar(select(func.count()).where(counted, PINS.c.made >= board.oldest())) or 0) > most:
                raise BoardError(reason, most=most)


def pins(board: Board, class_id: str) -> list[Pinned]:
    """The pins of a class that have not expired, the newest first."""
    columns = [PINS.c[name] for name in Pinned.__dataclass_fields__ if name != "name"]
    both = (STUDENTS.c.class_id == PINS.c.class_id) & (STUDENTS.c.student == PINS.c.student)
    wanted = select(*columns, STUDENTS.c.name).join(STUDENTS, both).where(PINS.c.class_id == class_id)
    recent = wanted.where(PINS.c.made >= board.oldest()).order_by(PINS.c.made.desc(), PINS.c.student, PINS.c.member)
    with board.engine.connect() as db:
        return [Pinned(**row._asdict()) for row in db.execute(recent)]
