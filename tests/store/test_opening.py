"""The run store opens whatever has happened to its file, its folder and its disk, and nothing is deleted."""

import os
import sqlite3
import subprocess
import tempfile

import pytest
from rights import as_nobody, read_only  # noqa: F401

from ganlab.store import opening
from ganlab.store.database import FILE
from ganlab.store.opening import open_store
from ganlab.store.runs import Store

SHIPPED = "shipped"


def fill(store):
    store.wish(SHIPPED, {"kind": "plane"}, 10, "server")


@pytest.fixture
def folder(tmp_path):
    """A store with a run and a checkpoint, closed."""
    place = tmp_path / "runs"
    with Store(place) as store:
        for n in range(200):
            store.wish(f"{n:016d}", {"kind": "plane", "note": "x" * 400}, 10, "me")
        store.checkpoints.save("0" * 16, 5, b"weights")
    return place


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Where temporary folders are. The log speaks, even after a library has silenced all loggers."""
    monkeypatch.setattr(opening.log, "disabled", False)
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def opened(folder, fill=fill):
    """The opened store's path, its incidents and its runs; closed again."""
    with open_store(folder, fill) as store:
        return store.path, store.incidents, [row["key"] for row in store.database.read("SELECT key FROM runs")]


def content(folder):
    """The bytes of the store's file after SQLite's header, which counts who opened it."""
    file = folder / FILE
    return (file / "something").read_bytes() if file.is_dir() else file.read_bytes()[100:]


def as_directory(file):
    file.unlink()
    file.mkdir()
    (file / "something").write_text("kept")


def as_noise(file):
    file.write_bytes(b"\x17\x2a\x05" * 33000)


def cut(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def scribbled(file):
    """Sound at its beginning, overwritten in the middle."""
    content = bytearray(file.read_bytes())
    content[3 * 4096 : 9 * 4096] = b"\xff" * (6 * 4096)
    file.write_bytes(content)


def test_a_sound_store_opens_as_it_is(folder):
    place, incidents, keys = opened(folder)
    assert (place, incidents, len(keys)) == (folder, [], 201)
    assert opened(folder) == (place, incidents, keys)


def said(logged):
    """The words of all that was logged."""
    return "\n".join(record.getMessage() for record in logged)


@pytest.mark.parametrize("damage", [as_directory, as_noise, cut, scribbled])
def test_a_damaged_store_is_set_aside_whole_and_the_shipped_runs_are_there(folder, damage, logged):
    damage(folder / FILE)
    before = content(folder)
    assert opened(folder) == (folder, ["damaged"], [SHIPPED])
    (aside,) = folder.glob("damaged-*")
    assert str(aside) in said(logged)
    assert (aside / FILE).exists()
    assert content(aside) == before
    assert [path.read_bytes() for path in aside.rglob("*.safetensors")] == [b"weights"]
    assert opened(folder)[1] == []


def test_a_full_disk_gives_way_to_a_temporary_folder(folder, elsewhere):
    def crowded(store):
        if store.path == folder:
            store.database._db.execute("PRAGMA max_page_count = 1")
            store.wish("much", {"kind": "x" * 500_000}, 10, "me")
        fill(store)

    place, incidents, keys = opened(folder, crowded)
    assert (place.parent, incidents, keys) == (elsewhere, ["full"], [SHIPPED])
    assert len(opened(folder)[2]) == 201


def test_a_folder_that_cannot_be_written_gives_way_and_is_named(tmp_path, elsewhere, logged):
    (tmp_path / "file").write_text("no folder")
    place, incidents, keys = opened(tmp_path / "file" / "runs")
    assert (place.parent, incidents, keys) == (elsewhere, ["unwritable"], [SHIPPED])
    assert str(tmp_path / "file" / "runs") in said(logged)


def test_the_variables_folder_is_named_too(tmp_path, monkeypatch, logged):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("GANLAB_STORE", str(tmp_path / "file" / "variable"))
    assert opened(None)[1] == ["unwritable"]
    assert str(tmp_path / "file" / "variable") in said(logged)


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_store_that_this_user_may_only_read_gives_way_and_stays_as_it_is(read_only):  # noqa: F811
    before = content(read_only)
    with as_nobody():
        place, incidents, keys = opened(read_only)
    assert (place.parent, incidents, keys) == (read_only.parent / "temporary", ["unwritable"], [SHIPPED])
    assert content(read_only) == before


def test_a_store_that_another_program_has_locked_is_left_alone(folder, elsewhere, monkeypatch):
    monkeypatch.setitem(Store.__init__.__kwdefaults__, "patience", 0.05)
    other = sqlite3.connect(folder / FILE, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    other.execute("UPDATE runs SET used = 1")
    place, incidents, _ = opened(folder)
    other.execute("COMMIT")
    other.close()
    assert (place.parent, incidents) == (elsewhere, ["locked"])
    assert not list(folder.glob("damaged-*"))
    assert len(opened(folder)[2]) == 201


def test_where_nothing_can_be_written_the_store_is_in_memory(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(opening, "temporary", lambda: tmp_path / "file" / "temporary")
    with open_store(tmp_path / "file" / "runs", fill) as store:
        assert store.incidents == ["unwritable", "nowhere"]
        assert not store.database.on_disk
        assert store.run(SHIPPED).state == "queued"
        with store.database.transaction() as db:
            db.execute("UPDATE runs SET step = 3")
            assert store.run(SHIPPED).step == 3


@pytest.mark.nightly
@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="mounting takes root")
def test_a_small_disk_holds_the_shipped_runs_no_more(tmp_path, elsewhere):
    from ganlab.ui.run.server import fill as ships

    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], check=True)
    try:
        place, incidents, keys = opened(disk, ships)
        assert (place.parent, incidents) == (elsewhere, ["full"])
        assert len(keys) > 10
    finally:
        subprocess.run(["umount", str(disk)], check=True)
