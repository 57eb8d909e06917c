"""One record of all settings: what is accepted, what is refused, who reads it, and the README's table of it."""

import ast
import os
import re
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from ganlab.host import settings
from ganlab.host.settings import FORMS, OPTIONS, Settings, SettingsError, from_environment, variable, with_options

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "ganlab").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "streamlit_app.py"]
GIVEN = {
    "store": ("/runs", Path("/runs")),
    "slots": ("3", 3),
    "store_bytes": ("1000", 1000),
    "data": ("images", Path("images")),
    "memory_mb": ("690.5", 690.5),
    "device": ("mps", "mps"),
    "steps": ("5000", 5000),
    "width": ("64", 64),
    "queue": ("4", 4),
    "hang_s": ("90", 90.0),
    "uploads": ("3", 3),
    "profile": ("local", "local"),
    "board": ("on", True),
    "board_days": ("7", 7),
    "ephemeral": ("on", True),
    "secret": ("sixteen or more!", "sixteen or more!"),
}
"""Of every setting a text and its value."""


def test_every_setting_is_read_from_its_variable_and_has_its_type():
    assert list(FORMS) == [entry.name for entry in fields(Settings)] == list(GIVEN)
    read = from_environment({variable(name): text for name, (text, _) in GIVEN.items()})
    assert read == Settings(**{name: value for name, (_, value) in GIVEN.items()})
    assert type(read.slots) is int
    with pytest.raises(FrozenInstanceError):
        read.slots = 4


def test_what_is_absent_or_empty_has_its_default():
    assert from_environment({}) == from_environment(dict.fromkeys(map(variable, GIVEN), "")) == Settings()
    assert from_environment({"GANLAB_NO_SUCH": "1", "SLOTS": "2"}) == Settings()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("slots", text) for text in ("0", "-1", "two", "1.5")),
        *(("store_bytes", text) for text in ("-1", "512M")),
        *(("memory_mb", text) for text in ("0", "-5", "nan", "inf", "1G")),
        *(("profile", text) for text in ("Local", "class")),
        *(("board", text) for text in ("1", "ON", "yes")),
        *(("ephemeral", text) for text in ("1", "true")),
        *(("board_days", text) for text in ("0", "1.5")),
    ],
)
def test_an_error_names_the_variable_the_value_and_what_is_allowed(name, text):
    with pytest.raises(SettingsError) as error:
        from_environment({variable(name): text})
    assert str(error.value) == f"GANLAB_{name.upper()}={text}: expected {FORMS[name].allowed}"


def test_options_win_over_variables_and_others_are_ignored():
    base = from_environment({"GANLAB_STORE": "/variable", "GANLAB_SLOTS": "5"})
    assert with_options(base, []) == base
    asked = with_options(base, ["--verbose", "--store", "/option", "--slot", "7", "more"])
    assert (asked.store, asked.slots) == (Path("/option"), 5)
    assert with_options(base, ["--slots=2"]).slots == 2
    with pytest.raises(SettingsError, match=r"--slots=none: expected a whole number of at least 1"):
        with_options(base, ["--slots", "none"])


def test_a_process_reads_its_settings_once_and_not_before_they_are_needed():
    program = """
import os
from ganlab.host import settings
os.environ["GANLAB_SLOTS"] = "2"
first = settings.read()
os.environ["GANLAB_SLOTS"] = "3"
assert first.slots == settings.read().slots == 2
"""
    environment = os.environ | {"GANLAB_SLOTS": "1", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_nobody_else_reads_the_variables():
    """No other file has the name of a variable as a value, or puts one together."""
    others = {path: text for path in SOURCES if "GANLAB_" in (text := path.read_text())}
    assert others.pop(Path(settings.__file__))
    for path, source in others.items():
        texts = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
        assert not [text for text in texts if isinstance(text, str) and re.fullmatch("GANLAB_[A-Z_]*", text)], path


def test_the_readme_lists_them_all_with_meaning_and_default():
    lines = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| `GANLAB_")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [row[0] for row in rows] == [f"`{variable(name)}`" for name in GIVEN]
    for name, (_, option, meaning, default) in zip(GIVEN, rows, strict=True):
        assert option == (f"`--{name}`" if name in OPTIONS else "")
        assert len(meaning) > 10
        assert default
    said = {name: row[3] for name, row in zip(GIVEN, rows, strict=True)}
    assert said["store_bytes"] == f"{Settings().store_bytes / 2**20:.0f} MiB"
    assert (said["queue"], said["uploads"]) == (str(Settings().queue), str(Settings().uploads))
    assert said["profile"].startswith(f"`{Settings().profile}`")


def test_the_server_takes_its_options(monkeypatch, tmp_path):
    from ganlab.data import user_files
    from ganlab.ui.run import server

    monkeypatch.setattr(sys, "argv", ["streamlit_app.py", "--store", str(tmp_path / "asked"), "--slots", "2"])
    monkeypatch.setattr(server, "RECORDED", tmp_path)
    runs = server.service.__wrapped__()
    try:
        assert runs.store.path == user_files.store_in_use() == tmp_path / "asked"
        assert len(runs._workers) == 2
    finally:
        runs.close()
