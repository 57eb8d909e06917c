"""A run as one html file: `python -m ganlab page LINK -o run.html`."""

from __future__ import annotations

import sys
from pathlib import Path

from ganlab.computed import Run
from ganlab.host import command
from ganlab.library import FILE, RunFailed, opened
from ganlab.presets import described


def main(arguments: list[str]) -> int:
    """Writes the page of a run, or of two that a link compares; returns the exit status."""
    parser = command.parser("page", "A run in the player, as one html file.", "ring_r1 -o run.html")
    parser.add_argument("run", help="a link of the app, a preset's name, settings as JSON, or a recorded run (.zip)")
    parser.add_argument("-o", "--out", type=Path, default=Path("run.html"), help="the file to write")
    parser.add_argument("--lang", choices=("en", "es"), default="en", help="the language that it opens in")
    asked = parser.parse_args(arguments)
    try:
        shown, *beside = read(asked.run)
        asked.out.write_text(shown.page(next(iter(beside), None), asked.lang), encoding="utf-8")
    except (ValueError, RunFailed) as error:
        print(error, file=sys.stderr)
        return 1 if isinstance(error, RunFailed) else 2
    return 0


def read(text: str) -> list[Run]:
    """The runs to show: read where they ship or are recorded, else computed."""
    return [Run.load(text)] if text.endswith(FILE) else [opened(*one) for one in described(text)]
