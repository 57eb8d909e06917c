"""Joins the scripts and styles of a run's own page, `ganlab/ui/players/webpage/built`, by esbuild.

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
OPTIONS = ("--bundle", "--minify", "--charset=utf8", "--target=es2022", "--format=iife", "--log-level=warning")
PARTS = {
    "host.js": WEB / "host.js",
    "host.css": WEB / "host.css",
    "player.css": PLAYERS.web / "player.css",
    "duel.css": PLAYERS.web / "duel.css",
    "digits.css": WEB / "digits.css",
}
"""What is built -> where it begins."""


def stamp() -> str:
    """The first line of every built file: a hash of all sources."""
    sources = sorted(path for folder in (PLAYERS.web, WEB) for path in folder.glob("*.*s"))
    parts = (f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in sources)
    return f"/* {sha256(''.join(parts).encode()).hexdigest()} */"


def joined(name: str) -> str:
    """A built file's text. Raises CalledProcessError."""
    line: list[str | Path] = [ESBUILD, PARTS[name], *OPTIONS]
    done = subprocess.run(line, check=True, capture_output=True, text=True, cwd=ROOT, timeout=600)  # noqa: S603, ours
    return f"{stamp()}\n{done.stdout.strip()}\n"


def main(arguments: list[str]) -> int:
    """Writes the files, or says which are out of date; returns the exit status."""
    parser = command.parser("bundle", "Joins the scripts and styles of a run's own page.", "")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is out of date")
    asked = parser.parse_args(arguments)
    made = {name: joined(name) for name in PARTS}
    stale = [name for name, content in made.items() if not current(name, content)]
    if asked.check:
        print(*stale, sep="\n", end="\n" if stale else "")
        return min(len(stale), 1)
    for name in stale:
        (BUILT / name).write_text(made[name], encoding="utf-8")
    return 0


def current(name: str, content: str) -> bool:
    """Whether a built file is there and says this."""
    file = BUILT / name
    return file.is_file() and file.read_text(encoding="utf-8") == content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
