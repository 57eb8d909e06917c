"""What a script says of a run: the value of each field, or a name in capitals where the run changes it on its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ganlab.kind.config import RunConfig
from ganlab.kind.fields import knobs


@dataclass(frozen=True)
class Plan:
    """A run as its script sees it: fields without effect have their default."""

    config: RunConfig
    base: Mapping[str, Any]
    """Every field's value at the start."""
    edits: tuple[tuple[int, str, Any], ...]
    """(rounds before it, field, value), in order."""

    def values(self, name: str) -> list[Any]:
        """The values of a field in the course of the run, each once, in order; none where the kind lacks it."""
        if name not in self.base:
            return []
        return list(dict.fromkeys([self.base[name], *(value for _, edited, value in self.edits if edited == name)]))

    def ever(self, *names: str) -> bool:
        """Whether a field is on at some time."""
        return any(value for name in names for value in self.values(name))

    def changes(self, *names: str) -> bool:
        """Whether a field changes."""
        return any(len(self.values(name)) > 1 for name in names)

    def written(self, name: str) -> Any:
        """What stands for a field in the script."""
        return name.upper() if self.changes(name) else self.base[name]

    def fields(self) -> dict[str, Any]:
        """What stands for every field."""
        return {name: self.written(name) for name in self.base}


def plan(config: RunConfig) -> Plan:
    """The plan of a run."""
    plain, idle = type(config)(), config.inactive()
    base = {name: getattr(plain if name in idle else config, name) for name in knobs(type(config)) if name != "edits"}
    return Plan(config, base, tuple(effective(config, set(idle))))


def effective(config: RunConfig, idle: set[str]) -> Iterator[tuple[int, str, Any]]:
    """The edits that change a field which has an effect, in order."""
    now: dict[str, Any] = {}
    for step, name, value in sorted(config.edits, key=lambda edit: edit[0]):
        if name not in idle and now.get(name, getattr(config, name)) != value:
            now[name] = value
            yield step, name, value


def literal(value: Any) -> str:
    """A value as Python."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def table(edits: Mapping[int, Mapping[str, str]]) -> str:
    """EDITS, the list of (rounds before them, what changes then)."""
    rows = []
    for step, changes in edits.items():
        facts = ", ".join(f'"{name}": {value}' for name, value in changes.items())
        rows.append(f"    ({step}, {{{facts}}}),\n")
    return f"EDITS = [  # (after how many rounds, what changes then)\n{''.join(rows)}]\n"
