"""The house's own laws: imports go down only, folders and files stay small, the core never sees the global dice.

Which folder may import which stands in pyproject.toml, as contracts of import-linter.
"""

import ast
import re
from collections import Counter
from pathlib import Path

from importlinter import cli

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ganlab"
SOURCES = [*sorted(PACKAGE.rglob("*.py")), *sorted((ROOT / "scripts").glob("*.py"))]
PAGES = sorted((ROOT / "pages").rglob("*.py"))
KINDS_NAMED = ("plane", "digits")
ROOMS = {"kinds.py", "presets.py", "plane/config.py", "digits/config.py", "digits/metrics.py"}
ROOMS |= {"ui/players/player/__init__.py", "ui/players/player/digits.py", "ui/words/terms.py"}
"""Files that may name a kind; "digits" is also a preset's key, a unit, and a player's name."""
FULL, LONG = 16, 350
"""Modules of a folder and lines of a file, at most."""


def test_imports_go_down(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(no_cache=True) == cli.EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_kinds_are_named_in_their_rooms_and_their_record_alone():
    found = {
        f"{name}:{node.lineno}"
        for path in [*PACKAGE.rglob("*.py"), *PAGES, ROOT / "streamlit_app.py"]
        if (name := path.relative_to(ROOT).as_posix().removeprefix("ganlab/")) not in ROOMS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in KINDS_NAMED
    }
    assert found == set()


def test_no_global_random_state_and_no_pickles():
    wrong = r"torch\.manual_seed|np\.random\.(?:seed|rand|normal|uniform)\(|pickle\.load|torch\.load\("
    draw = r"torch\.(?:rand|randn|randint|randperm|bernoulli|multinomial)\((?![^\n]*generator=)"
    found = {str(path): re.findall(f"{wrong}|{draw}", path.read_text()) for path in SOURCES}
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_pages_and_router_stay_small():
    assert len((ROOT / "streamlit_app.py").read_text().splitlines()) <= 60
    for page in PAGES:
        assert len(page.read_text().splitlines()) <= 60, page
        assert page.parent.parent.name == "pages", "a script directly in pages/ breaks deep links"


def test_folders_and_files_stay_small():
    modules = Counter(path.parent for path in SOURCES if path.name != "__init__.py")
    assert {folder: count for folder, count in modules.items() if count > FULL} == {}
    assert [path for path in SOURCES if len(path.read_text().splitlines()) > LONG] == []
