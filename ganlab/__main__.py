"""The command line: `python -m ganlab COMMAND`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from ganlab.host.command import PROGRAM
from ganlab.host.settings import SettingsError

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Command:
    """One command: the module whose main(arguments) gives the exit status, and what it is for."""

    module: str
    about: str


def available() -> dict[str, Command]:
    """All commands in a checkout of the repository; elsewhere those of the installed package."""
    return COMMANDS | SCRIPTS if (ROOT / "pyproject.toml").is_file() else COMMANDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Carries out a command; 0 when it is done, 1 when it failed, 2 when it was not understood."""
    commands = available()
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Generative adversarial networks, trained and measured.",
        epilog="\n".join(["commands:", *map(line, commands.items()), "", f"example:\n  {PROGRAM} study ring"]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=commands, metavar="COMMAND", help="what to do; each has a --help")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="of the command")
    asked = parser.parse_args(arguments)
    try:
        return carry_out(commands[asked.command], asked.arguments)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2


def line(entry: tuple[str, Command]) -> str:
    """A command in the list of all."""
    return f"  {entry[0]:11} {entry[1].about}"


def carry_out(command: Command, arguments: list[str]) -> int:
    """The exit status of a command; its module is imported only now."""
    if command in SCRIPTS.values():
        sys.path.insert(0, str(ROOT))
    return int(import_module(command.module).main(arguments))


COMMANDS = {
    "study": Command("ganlab.studies.study", "run a named grid of configs and seeds, or list them"),
    "doctor": Command("ganlab.service.profile", "print what this machine offers and what the server chooses"),
    "script": Command("ganlab.export.script", "print a run as one PyTorch script"),
    "site": Command("ganlab.site", "write all shipped runs and cards as a static site"),
    "page": Command("ganlab.page", "write a run as one html file with the player"),
}
"""What the package offers wherever it is installed."""
SCRIPTS = {
    "record": Command("scripts.record", "record the runs that ship"),
    "judge": Command("scripts.train_judge", "train the classifier that judges digits"),
    "generators": Command("scripts.train_generators", "train the generators that ship"),
    "subset": Command("scripts.digits_subset", "make the images that ship"),
    "bundle": Command("scripts.bundle", "join the scripts and styles of the players and of a run's own page"),
}
"""What makes what ships, in a checkout only: these write into the repository and are not installed."""

if __name__ == "__main__":
    sys.exit(main())
