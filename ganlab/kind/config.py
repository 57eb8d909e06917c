"""The base of all configs: checks, changes, edits in mid-run, and the run's key."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

from ganlab.kind.fields import ConfigError, Edit, knobs

Idle = dict[str, tuple[Callable[[Any], bool], str]]
"""When a field has no effect: field -> (test of the config, key of the reason)."""


class RunConfig:
    """The base of every kind's frozen dataclass. Equal configs give equal frames.

    It declares no fields: every kind lists its own, with its own bounds, in the order of its menus.
    """

    dataset: str
    batch_size: int
    members: int
    steps: int
    seed: int
    edits: tuple[Edit, ...]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    kind: ClassVar[str]
    """Its key in KINDS."""
    engine: ClassVar[int]
    """Raised whenever equal configs of this kind would give other frames than before; part of every run's key."""
    idle: ClassVar[Idle] = {}
    heavy: ClassVar[tuple[str, ...]] = ("edits", "members", "batch_size")
    """Fields that together can make a run too slow, too big or impossible."""

    def __post_init__(self) -> None:
        for name, spec in knobs(type(self)).items():
            object.__setattr__(self, name, spec.check(name, getattr(self, name)))
        check_edits(self)
        for step in {0} | {step for step, _, _ in self.edits}:
            self.at(step)._check_together()

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Self:
        """The config of `to_json`'s facts; missing fields have their defaults. Raises ConfigError."""
        if facts.get("kind") != cls.kind:
            raise ConfigError("kind", facts.get("kind"), "choice", choices=cls.kind)
        specs, values = knobs(cls), {name: value for name, value in facts.items() if name != "kind"}
        unknown = next((name for name in values if name not in specs), None)
        if unknown is not None:
            raise ConfigError(unknown, values[unknown], "unknown")
        return cls(**values)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed. Raises ConfigError."""
        return dataclasses.replace(self, **changes)

    def at(self, step: int) -> Self:
        """The config in force at a step, with its edits applied."""
        if not self.edits:
            return self
        changes = {name: value for start, name, value in self.edits if start <= step}
        return self.replace(edits=(), **changes)

    def values(self, name: str) -> set[Any]:
        """Every value of a field in the course of the run."""
        return {getattr(self, name)} | {value for _, edited, value in self.edits if edited == name}

    def ancestors(self) -> Iterator[tuple[Self, int]]:
        """Configs whose runs are identical up to a step, latest first: (config, last common step)."""
        for start in sorted({step for step, _, _ in self.edits} - {0}, reverse=True):
            yield self.replace(edits=tuple(edit for edit in self.edits if edit[0] < start)), start

    def edited(self, step: int, name: str, value: Any) -> Self:
        """The run whose field has another value from a step on; replaces an edit at that step. Raises ConfigError."""
        before = self.replace(edits=tuple(edit for edit in self.edits if edit[:2] != (step, name)))
        edited = before.replace(edits=(*before.edits, (step, name, value)))
        if edited.at(step) == before.at(step):
            raise ConfigError(name, value, "same", step=step)
        return edited

    def inactive(self) -> dict[str, str]:
        """Fields without effect under the other fields' values, each with the key of the reason."""
        return {name: reason for name, (idle, reason) in self.idle.items() if idle(self)}

    def effective(self, fields: Iterable[str]) -> str | None:
        """The first of some fields that has an effect; None if there is none."""
        idle = self.inactive()
        return next((name for name in fields if name not in idle), None)

    def key(self) -> str:
        """The run's key: 16 hex digits, a hash of everything that determines its frames. `steps` is not part of it."""
        return self._key

    @cached_property
    def _key(self) -> str:
        facts = self.to_json() | {name: None for name in self.inactive()} | {"steps": None, "engine": self.engine}
        said = {name: facts[name] for name in facts.keys() - self._unsaid()}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Every field, and the kind."""
        return {"kind": self.kind} | dataclasses.asdict(self)

    def _unsaid(self) -> set[str]:
        """Fields added after the first stored runs that have no effect or their default; the key omits them."""
        specs, fields, idle = knobs(type(self)), self.__dataclass_fields__, self.inactive()
        young = [name for name, spec in specs.items() if spec.later]
        return {name for name in young if name in idle or self.values(name) == {fields[name].default}}

    def flops(self) -> float:
        """Arithmetic of one step of the whole run."""
        raise NotImplementedError

    def floats(self) -> float:
        """Numbers alive in one update, an estimate from above."""
        raise NotImplementedError

    def _check_together(self) -> None:
        """Raises ConfigError if valid values do not go together."""
        raise NotImplementedError

    def _check_budget(self, most_flops: float, most_floats: float) -> None:
        """Raises ConfigError if a step needs too much time or memory."""
        batch = self.batch_size
        if self.flops() > most_flops:
            ratio = self.flops() / most_flops
            raise ConfigError("batch_size", batch, "too_slow", times=ratio, batch=power_below(batch / ratio))
        if self.floats() > most_floats:
            raise ConfigError("batch_size", batch, "too_big", mb=self.floats() * 4e-6, most=most_floats * 4e-6)


def power_below(number: float) -> int:
    """The largest power of two that is not above a number; 1 at least."""
    return 1 << max(0, math.floor(math.log2(number)))


def check_edits(config: RunConfig) -> None:
    """Sorts the edits by step and checks each by its field; parses values that are text."""
    specs, checked = knobs(type(config)), []
    steps = dataclasses.replace(specs["steps"], low=0)
    for step, name, value in config.edits:
        spec = specs.get(name) if isinstance(name, str) else None
        if spec is None or not spec.live:
            raise ConfigError("edits", str(name)[:80], "not_live")
        try:
            value = spec.parse(name, value) if isinstance(value, str) else spec.check(name, value)
        except ConfigError as error:
            raise ConfigError("edits", f"{name}={error.value}", error.reason, **error.facts) from None
        checked.append((steps.check("edits", step), name, value))
    object.__setattr__(config, "edits", tuple(sorted(checked, key=lambda edit: edit[0])))
