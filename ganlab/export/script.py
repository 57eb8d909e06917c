"""A run as one PyTorch script to read and to run: `python -m ganlab script '<link or settings as JSON>' [member]`.

The script makes the same draws and the same operations in the same order as training here, one member's. What it has no
text for it leaves to be written by hand, and says so.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from ganlab import presets
from ganlab.export.by_hand import Gap
from ganlab.host import command
from ganlab.kind.config import RunConfig
from ganlab.kinds import KINDS


class ScriptError(ValueError):
    """A run has no script: the field and the reason's key."""

    def __init__(self, field: str, reason: str):
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {MESSAGES[reason]}")


def script(config: RunConfig, member: int = 0) -> str:
    """The run of one member as a Python program. Raises ScriptError."""
    if not 0 <= member < config.members:
        raise ScriptError("members", "member")
    text: str = written(config).script(config, member)
    return text


def gaps(config: RunConfig) -> list[Gap]:
    """What the script of a run leaves to be written by hand. Raises ScriptError."""
    found: list[Gap] = written(config).gaps(config)
    return found


def written(config: RunConfig) -> Any:
    """The module that writes the scripts of a kind. Raises ScriptError for a kind without one."""
    module = KINDS[config.kind].script
    if not module:
        raise ScriptError("kind", "kind")
    return import_module(module)


# From the command line


def described(text: str) -> Any:
    """The config of a link, its query, or settings as JSON. Raises ConfigError or ValueError for other text."""
    try:
        return presets.described(text)[0][0]
    except presets.Elsewhere:
        raise ScriptError("kind", "kind") from None


def main(arguments: list[str]) -> int:
    """Prints the script of a run; returns the exit status."""
    parser = command.parser("script", "A run as one PyTorch script.", "'a.preset=ring_r1' > gan.py")
    parser.add_argument("run", help="a link of the app, or settings as JSON")
    parser.add_argument("member", nargs="?", type=int, default=0, help="which of the run's members, from 0")
    asked = parser.parse_args(arguments)
    try:
        print(script(described(asked.run), asked.member), end="")
        return 0
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2


MESSAGES = {
    "kind": "its kind of run has no script",
    "member": "expected a member of the run",
}
REASONS = ("unwritten", "not_covered", "points", "weights")
"""The reasons of gaps; keys of sentences."""
