"""Joins, by esbuild, the scripts and styles of the players that the app serves and of a run's own page.

`python -m ganlab bundle` writes them, once `npm ci` was run. Each begins with a hash of the sources that it was made
from: a test compares it without esbuild.
"""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from ganlab.host import command
from ganlab.ui.players.player import PLAYERS
from ganlab.ui.players.webpage import BUILT, WEB

ROOT = Path(__file__).parents[1]
ESBUILD = ROOT / "node_modules" / ".bin" / "esbuild"
OPTIONS = ("--bundle", "--minify", "--charset=utf8", "--target=es2022", "--log-level=warning")
APART = "./moment.js"
"""The module of the shown moment, which other components share; it stays one folder above."""
ALONE, SERVED = ("--format=iife",), ("--format=esm", f"--external:{APART}")
PARTS = {
    BUILT / "host.js": (WEB / "host.js", ALONE),
    BUILT / "host.css": (WEB / "host.css", ALONE),
    BUILT / "digits.css": (WEB / "digits.css", ALONE),
} | {
    PLAYERS.built / f"{name}.{kind}": (PLAYERS.web / f"{name}.{kind}", SERVED)
    for name in PLAYERS.names
    for kind in ("js", "css")
}
"""What is built -> where it begins, and further options."""


def stamp() -> str:
    """The first line of every built file: a hash of all sources."""
    sources = sorted(path for folder in (PLAYERS.web, WEB) for path in folder.glob("*.*s"))
    parts = (f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in sources)
    return f"/* {sha256(''.join(parts).encode()).hexdigest()} */"


def joined(file: Path) -> str:
    """A built file's text. Raises CalledProcessError."""
    source, options = PARTS[file]
    line: list[str | Path] = [ESBUILD, source, *OPTIONS, *options]
    done = subprocess.run(line, check=True, capture_output=True, text=True, cwd=ROOT, timeout=600)  # noqa: S603, ours
    return f"{stamp()}\n{done.stdout.strip()}\n".replace(f'"{APART}"', f'".{APART}"')


def main(arguments: list[str]) -> int:
    """Writes the files, or says which are out of date; returns the exit status."""
    parser = command.parser("bundle", "Joins the scripts and styles of the players and of a run's own page.", "")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is out of date")
    asked = parser.parse_args(arguments)
    made = {file: joined(file) for file in PARTS}
    stale = [file for file, content in made.items() if not current(file, content)]
    if asked.check:
        print(*stale, sep="\n", end="\n" if stale else "")
        return min(len(stale), 1)
    for file in stale:
        file.parent.mkdir(exist_ok=True)
        file.write_text(made[file], encoding="utf-8")
    return 0


def current(file: Path, content: str) -> bool:
    """Whether a built file is there and says this."""
    return file.is_file() and file.read_text(encoding="utf-8") == content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
