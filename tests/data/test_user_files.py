"""Files that appear whole, and those that visitors bring: found beside the store that a process uses."""

import hashlib
import os
from pathlib import Path

import pytest

from ganlab.data.user_files import UserFiles, store_in_use, use_store
from ganlab.host import atomic, folders


def name_of(content):
    return hashlib.sha256(content).hexdigest()[:8]


def files(folder, **bounds):
    return UserFiles(folder, ".bin", name_of, **{"cap": 1000} | bounds)


def test_a_draft_replaces_the_file_at_the_end_and_never_before(tmp_path):
    path = tmp_path / "made" / "file"
    atomic.write(path, b"old")
    with atomic.draft(path) as part:
        part.write_bytes(b"new")
        assert path.read_bytes() == b"old"
        assert part.parent == path.parent
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_a_draft_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    atomic.write(path, b"old")
    with pytest.raises(TypeError), atomic.draft(path) as part:
        part.write_text(1)  # the draft is there by now, and empty
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_files_are_named_by_their_content_and_come_back(tmp_path):
    kept = files(tmp_path / "some")
    name = kept.save(b"content")
    assert name == name_of(b"content") == kept.save(b"content")
    assert kept.load(name) == b"content"
    kept.path(name).write_bytes(b"other")
    assert kept.load(name) is None
    assert kept.load("0" * 8) is None


def test_those_not_used_for_longest_go_first_and_never_the_newest(tmp_path):
    kept = files(tmp_path, cap=25)
    names = [kept.save(bytes([n]) * 10) for n in range(2)]
    for age, name in enumerate(names):
        os.utime(kept.path(name), (1000 + age, 1000 + age))
    assert kept.load(names[0])
    names.append(kept.save(b"c" * 10))
    assert [kept.load(name) is not None for name in names] == [True, False, True]
    large = kept.save(b"d" * 100)
    assert [path.stem for path in kept.paths()] == [large]
    few = files(tmp_path, keep=1)
    assert [path.stem for path in few.paths()] == [large]
    assert [few.save(b"e"), *(path.stem for path in few.paths())] == [name_of(b"e")] * 2


def test_a_process_says_beside_which_store_it_looks_else_it_is_the_default_one(tmp_path, own_store):
    assert store_in_use() == folders.find_place()[0] == Path(own_store)
    use_store(tmp_path / "other")
    assert store_in_use() == tmp_path / "other"
    use_store(None)
    assert store_in_use() == Path(own_store)


def test_default_folders_are_those_of_the_first_versions(tmp_path, monkeypatch):
    for name in ("GANLAB_STORE", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folders.find_place() == (tmp_path / ".cache" / "ganlab", False)
    assert folders.data_folder() == tmp_path / ".local" / "share" / "ganlab"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert folders.find_place() == (tmp_path / "cache" / "ganlab", False)
    assert folders.data_folder() == tmp_path / "data" / "ganlab"
    monkeypatch.setenv("GANLAB_DATA", str(tmp_path / "chosen"))
    assert folders.data_folder() == tmp_path / "chosen"


def test_a_user_without_a_home_has_a_temporary_store(tmp_path, monkeypatch):
    monkeypatch.delenv("GANLAB_STORE")
    monkeypatch.delenv("GANLAB_DATA", raising=False)
    for name in ("cache", "data"):
        monkeypatch.setattr(folders.platformdirs, f"user_{name}_path", lambda *_, **__: folders.Path("~/.x/ganlab"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert folders.find_place()[1]
    assert not (tmp_path / "~").exists()
    with pytest.raises(RuntimeError):
        folders.data_folder()
