"""A store that another user may only read. Root may write everywhere, whatever the modes of files say."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from ganlab.store.runs import Store

NOBODY = 65534


@contextmanager
def as_nobody():
    """Root is a user to whom nothing belongs; for another user nothing changes."""
    is_root = os.geteuid() == 0
    if is_root:
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
            os.setegid(0)


@pytest.fixture
def read_only(monkeypatch):
    """A store with one run that everyone may read and nobody write; temporary folders have a place where all may.

    Both are where every user can get at them; pytest's own folders are its user's alone.
    """
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        os.chmod(place, 0o755)
        folder, elsewhere = Path(place) / "runs", Path(place) / "temporary"
        with Store(folder) as store:
            store.wish("kept", {"kind": "plane"}, 10, "me")
        elsewhere.mkdir()
        os.chmod(elsewhere, 0o777)
        change(folder, 0o555, 0o444)
        monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
        yield folder
        change(folder, 0o755, 0o644)


def change(folder, of_folders, of_files):
    """Sets the modes of a folder and of all in it."""
    for path in (folder, *folder.rglob("*")):
        os.chmod(path, of_folders if path.is_dir() else of_files)
