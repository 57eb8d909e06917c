"""The settings of a process: every GANLAB_* variable, checked and typed, read from the environment once.

Worker processes inherit the environment and so have their server's settings, except for its options.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

PREFIX = "GANLAB_"
PROFILES = ("shared", "local")
SWITCH = ("off", "on")
SECRET = 16
"""Least characters of a secret."""


class SettingsError(ValueError):
    """An invalid setting: its variable or option, its value, and what is allowed."""

    def __init__(self, name: str, value: str, allowed: str):
        self.name, self.value, self.allowed = name, value, allowed
        super().__init__(f"{name}={value}: expected {allowed}")


@dataclass(frozen=True)
class Form:
    """How a setting is parsed."""

    read: Callable[[str], Any]
    """Text -> value. Raises ValueError for what is not allowed."""
    allowed: str


def whole(least: int) -> Form:
    """A whole number with a minimum."""
    return Form(lambda text: within(int(text), text, least), f"a whole number of at least {least}")


def within(value: int, text: str, least: int) -> int:
    """The value. Raises ValueError below the least."""
    if value < least:
        raise ValueError(text)
    return value


def positive(text: str) -> float:
    """A number above 0. Raises ValueError for another."""
    if not 0 < (value := float(text)) < float("inf"):
        raise ValueError(text)
    return value


def profile(text: str) -> str:
    """The name of a profile. Raises ValueError for another."""
    if text not in PROFILES:
        raise ValueError(text)
    return text


def switch(text: str) -> bool:
    """Whether a switch is on. Raises ValueError for another word."""
    return bool(SWITCH.index(text))


def secret(text: str) -> str:
    """A secret that cannot be guessed. Raises ValueError for a short one."""
    if len(text) < SECRET:
        raise ValueError(text)
    return text


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings. None: the code that needs the setting chooses a default."""

    store: Path | None = None
    """Folder of the run store."""
    slots: int | None = None
    """Runs that are trained at once."""
    store_bytes: int = 512 * 2**20
    """Bytes of frames and checkpoints of all runs."""
    data: Path | None = None
    """Folder of downloaded images."""
    memory_mb: float | None = None
    """Memory that may be used, in megabytes."""
    device: str = ""
    """Where runs on images are computed: `cpu` or the accelerator; '' for the accelerator if there is one."""
    steps: int | None = None
    """Most steps of a run; None for those of its kind."""
    width: int | None = None
    """Widest networks of a run; None for those of its kind."""
    queue: int = 16
    """Runs of one visitor that may wait."""
    hang_s: float = 600.0
    """Seconds without a step after which a worker is ended."""
    uploads: int = 10
    """Files that one visitor may upload in a minute."""
    profile: str = PROFILES[0]
    """The server's profile; the local one allows wider networks."""
    board: bool = False
    """Whether there is a class board."""
    board_days: int = 30
    """Days after which a pin on the class board expires."""
    ephemeral: bool = False
    """Whether the host erases the disk when it sleeps or deploys anew."""
    secret: str = ""
    """Signs the links that a teacher makes; '' for a checksum instead."""


def variable(name: str) -> str:
    """The environment's name of a setting."""
    return PREFIX + name.upper()


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment; an empty variable counts as absent. Raises SettingsError."""
    written = {name: environment.get(variable(name), "") for name in FORMS}
    return Settings(**{name: value(name, variable(name), text) for name, text in written.items() if text})


def with_options(settings: Settings, arguments: Sequence[str]) -> Settings:
    """The settings with those that the command line gives; other arguments are ignored. Raises SettingsError."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in OPTIONS:
        parser.add_argument(f"--{name}", default="")
    given = vars(parser.parse_known_args(arguments)[0])
    return replace(settings, **{name: value(name, f"--{name}", text) for name, text in given.items() if text})


def value(name: str, label: str, text: str) -> Any:
    """The value of a setting's text. Raises SettingsError."""
    try:
        return FORMS[name].read(text)
    except ValueError:
        raise SettingsError(label, "…" if name == "secret" else text, FORMS[name].allowed) from None


@cache
def read() -> Settings:
    """This process's settings, the same from the first call on. Raises SettingsError."""
    return from_environment(os.environ)


FORMS = {
    "store": Form(Path, "a folder"),
    "slots": whole(1),
    "store_bytes": whole(0),
    "data": Form(Path, "a folder"),
    "memory_mb": Form(positive, "a number above 0"),
    "device": Form(str, "the name of a device"),
    "steps": whole(1),
    "width": whole(1),
    "queue": whole(1),
    "hang_s": Form(positive, "a number above 0"),
    "uploads": whole(0),
    "profile": Form(profile, " or ".join(PROFILES)),
    "board": Form(switch, " or ".join(SWITCH)),
    "board_days": whole(1),
    "ephemeral": Form(switch, " or ".join(SWITCH)),
    "secret": Form(secret, f"at least {SECRET} characters"),
}
OPTIONS = ("store", "slots")
"""Settings that are options of the server, too: `streamlit run streamlit_app.py -- --store FOLDER --slots N`."""
