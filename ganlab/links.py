"""Links and JSON: writes the config of any kind, and reads it with a notice for every invalid value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ganlab.data import points
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import MESSAGES, ConfigError, Knob, knobs, spell
from ganlab.kinds import KINDS

C = TypeVar("C", bound=RunConfig)

LINK_VERSION = "1"
"""Increased when the meaning of a default changes, so that old links are recognised."""


def differences(config: RunConfig, other: RunConfig) -> dict[str, tuple[Any, Any]]:
    """The fields in which two configs differ: (config's value, other's value)."""
    pairs = {name: (getattr(config, name), getattr(other, name)) for name in knobs(type(config))}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@dataclass(frozen=True)
class Notice:
    """A value in a link that was not used as written."""

    field: str
    value: str
    reason: str
    facts: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.field}={self.value!r}: {MESSAGES[self.reason].format(**self.facts)}"


def to_query(config: RunConfig, prefix: str = "") -> dict[str, str]:
    """The link that reproduces a run: the fields that are not the default, and the version."""
    return {"v": LINK_VERSION} | changes(config, type(config)(), prefix)


def changes(config: RunConfig, base: RunConfig, prefix: str = "") -> dict[str, str]:
    """The part of a link that says what differs from another config."""
    return {prefix + name: spell(mine) for name, (mine, _) in differences(config, base).items()}


def from_query(query: Mapping[str, str], kind: str, prefix: str = "") -> tuple[Any, list[Notice]]:
    """The config that a link means; a bad value gives the default and a notice. Never raises."""
    config_class = KINDS[kind].config
    values, notices = parts(query, prefix, knobs(config_class))
    if query.get("v", LINK_VERSION) != LINK_VERSION:
        notices.insert(0, Notice("v", query["v"][:80], "version", {"version": LINK_VERSION}))
    return settle(config_class, values, notices)


def parts(query: Mapping[str, str], prefix: str, specs: Mapping[str, Knob]) -> tuple[dict[str, Any], list[Notice]]:
    """The valid values of a query's names with a prefix, and a notice for each other one. Never raises.

    Without a prefix, names that are no field are not ours.
    """
    values: dict[str, Any] = {}
    notices = []
    for name, text in query.items():
        field = name.removeprefix(prefix)
        if not name.startswith(prefix) or name == "v":
            continue
        if field not in specs:
            notices.extend([Notice(field[:80], text[:80], "unknown", {})] if prefix else [])
            continue
        try:
            values[field] = specs[field].parse(field, text[:4000])
        except ConfigError as error:
            notices.append(Notice(field, text[:80], error.reason, error.facts))
    return values, notices


def settle(config_class: type[C], values: dict[str, Any], notices: list[Notice]) -> tuple[C, list[Notice]]:
    """The config of values that are right one by one, without those that do not go together."""
    while True:
        try:
            return config_class(**values), notices
        except ConfigError as error:
            culprit = error.field if error.field in values else heaviest(config_class, values)
            notices.append(Notice(culprit, spell(values.pop(culprit)), error.reason, error.facts))


def heaviest(config_class: type[RunConfig], values: dict[str, Any]) -> str:
    """The last of the values that can make a run too slow, too big or impossible; else the last of all."""
    return next((name for name in reversed(values) if name in config_class.heavy), next(reversed(values)))


def at_hand(config: Any, notices: list[Notice]) -> tuple[Any, list[Notice]]:
    """The same config or, where its points are in no store that is open here, one with the default data; a notice."""
    if not str(config.dataset).startswith(points.PREFIX) or points.at_hand(config.dataset):
        return config, notices
    said = Notice("dataset", config.dataset[:80], "points_gone", {})
    return config.replace(dataset=type(config)().dataset), [*notices, said]


def from_json(facts: Mapping[str, Any]) -> Any:
    """The config of `to_json`'s facts; missing fields have their defaults. Raises ConfigError."""
    kind = KINDS.get(str(facts.get("kind")))
    if kind is None:
        raise ConfigError("kind", facts.get("kind"), "choice", choices=", ".join(KINDS))
    return kind.config.from_json(facts)


def identity(facts: Mapping[str, Any]) -> tuple[int, str]:
    """The engine and the key of a config's JSON: what a recorded run must agree with. Raises ConfigError."""
    config = from_json(facts)
    return config.engine, config.key()
