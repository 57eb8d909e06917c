"""The board's tables, alike in SQLite and in PostgreSQL."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

VERSION = 1
"""Part of the tables' names: another schema is other tables."""
SCHEMA = MetaData()


def filled(name: str, kind: Any, **more: Any) -> Column[Any]:
    """A column that every row fills."""
    return Column(name, kind, nullable=False, **more)


CLASSES = Table(
    f"board{VERSION}_classes",
    SCHEMA,
    Column("id", String, primary_key=True),
    filled("key_hash", String),
    filled("owner", String, index=True),
    filled("title", String),
    filled("used", Double, index=True),
    filled("revision", Integer, default=0),
    filled("frozen", Boolean, default=False),
    filled("experiment", Text, default=""),
    filled("question", Text, default=""),
    filled("options", JSON, default=list),
    Column("truth", Integer),
    filled("told", Boolean, default=False),
)
STUDENTS = Table(
    f"board{VERSION}_students",
    SCHEMA,
    Column("class_id", String, primary_key=True),
    Column("student", String, primary_key=True),
    filled("name", String),
    filled("folded", String),
    Column("seat", Integer),
    Column("choice", Integer),
    UniqueConstraint("class_id", "folded"),
    UniqueConstraint("class_id", "seat"),
)
PINS = Table(
    f"board{VERSION}_pins",
    SCHEMA,
    Column("class_id", String, primary_key=True),
    Column("student", String, primary_key=True),
    Column("run", String, primary_key=True),
    Column("member", Integer, primary_key=True),
    filled("kind", String),
    filled("link", JSON),
    filled("step", Integer),
    filled("steps", Integer),
    filled("whole", Boolean),
    filled("verdict", String),
    filled("lamps", String),
    Column("tv", Double),
    filled("seconds", Double),
    Column("spread", Double),
    filled("picture", LargeBinary),
    filled("hidden", Boolean, default=False),
    filled("made", Double, index=True),
)
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""By the engine's dialect: an insert that may update the row that is there."""


def prepare(engine: Engine) -> None:
    """Creates the tables that are missing."""
    if engine.dialect.name == "sqlite":
        with suppress(SQLAlchemyError), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.exec_driver_sql("PRAGMA journal_mode = WAL")  # a server that fails to has met another that does so
    for table in SCHEMA.sorted_tables:
        create(engine, CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            create(engine, CreateIndex(index, if_not_exists=True))


def create(engine: Engine, statement: DDLElement) -> None:
    """Creates one thing. If it fails because another server creates it at this moment, the second try finds it."""
    try:
        with engine.begin() as db:
            db.execute(statement)
    except SQLAlchemyError:
        with engine.begin() as db:
            db.execute(statement)
