"""Databases for the tests of the class board: SQLite, and a PostgreSQL of the test's own, started and stopped here."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine

PATIENCE = "30"
"""Seconds that a writer waits for another one in SQLite."""


def program(name):
    """A program of PostgreSQL; Debian keeps them out of the path."""
    found = shutil.which(name) or next(map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None)
    assert found, f"{name}: install Debian's package postgresql"
    return found


@contextmanager
def postgresql():
    """A server on a socket in a folder of its own, run by the user `postgres` where the tests run as root; its URL."""
    other = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="board"))

    def run(name, *args):
        subprocess.run([program(name), *args], check=True, cwd=folder, stdout=subprocess.DEVNULL, **other)

    try:
        if other:
            shutil.chown(folder, **other)
        data = str(folder / "data")
        run("initdb", "-D", data, "-U", "board", "--auth=trust", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield URL.create("postgresql+psycopg", "board", database="postgres", query={"host": str(folder)})
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server():
    """The one PostgreSQL of all tests that ask for it."""
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)])
def engines(request, tmp_path):
    """Makes an engine, each call another one, on one empty database."""
    made = []
    if request.param == "sqlite":
        url = URL.create("sqlite", database=str(tmp_path / "board.sqlite"), query={"timeout": PATIENCE})
    else:
        url = request.getfixturevalue("server")

    def engine():
        made.append(create_engine(url))
        return made[-1]

    if request.param != "sqlite":
        with engine().begin() as db:
            db.exec_driver_sql("DROP SCHEMA public CASCADE")
            db.exec_driver_sql("CREATE SCHEMA public")
    yield engine
    for one in made:
        one.dispose()
