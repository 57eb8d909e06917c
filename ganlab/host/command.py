"""Parsers for the commands of `python -m ganlab`."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable

PROGRAM = "python -m ganlab"


def parser(name: str, about: str, example: str) -> argparse.ArgumentParser:
    """The parser of a command; its help ends with an example, given without the program and the command's name."""
    end = f"example:\n  {PROGRAM} {name} {example}".rstrip()
    form = argparse.RawDescriptionHelpFormatter
    return argparse.ArgumentParser(prog=f"{PROGRAM} {name}", description=about, epilog=end, formatter_class=form)


def expect(parser: argparse.ArgumentParser, names: Iterable[str], known: Collection[str]) -> None:
    """Ends the program with the parser's usage if a name is unknown."""
    for name in names:
        if name not in known:
            parser.error(f"{name}: expected {', '.join(known)}")
