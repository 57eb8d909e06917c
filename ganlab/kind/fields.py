"""Knobs: descriptions of a config's fields. Validation, widgets, links and exports all use them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from ganlab.host.failure import RunError

MAX_EDITS = 32
DIGIT_CHARACTERS = "0123456789"
Edit = tuple[int, str, Any]
"""(step, field, value): from that step on the field has that value."""


class ConfigError(RunError, ValueError):
    """An invalid value: the field, the value, the key of the reason and its facts."""

    failure = "config"

    def __init__(self, field: str, value: Any, reason: str, **facts: Any):
        self.field, self.value, self.reason, self.facts = field, value, reason, facts
        super().__init__(f"{field}={value!r}: {MESSAGES[reason].format(**facts)}")

    def report(self) -> dict[str, Any]:
        """The reason, the field and its value."""
        return {"field": self.field, "value": repr(self.value)[:80], "reason": self.reason}


@dataclass(frozen=True)
class Knob:
    """The allowed values of one field."""

    kind: str
    """choice, int, float, bool, classes, weights or edits."""
    group: str
    low: float = 0.0
    high: float = 0.0
    registry: Collection[str] = field(default=(), hash=False)
    """The choices: the registry itself, so that entries added later are choices, too."""
    scale: str = "linear"
    """linear, or log for knobs that span orders of magnitude."""
    live: bool = False
    """Whether an edit can change it in mid-run."""
    later: bool = False
    """Whether the field was added after the first stored runs: its default is no part of a run's key."""
    also: Callable[[str], str | None] | None = None
    """Further values of a choice: text -> its canonical spelling, or None. Raises ConfigError."""

    @property
    def choices(self) -> tuple[str, ...]:
        """The current choices, in menu order."""
        return tuple(self.registry)

    def check(self, name: str, value: Any) -> Any:
        """The value in the field's own type. Raises ConfigError."""
        return CHECKS[self.kind](self, name, value)

    def parse(self, name: str, text: str) -> Any:
        """The value that a link's text means. Raises ConfigError."""
        try:
            return self.check(name, PARSERS[self.kind](text))
        except (ValueError, OverflowError) as error:
            if isinstance(error, ConfigError):
                raise
            raise ConfigError(name, text[:80], "type", expected=self.kind) from None


def knob(default: Any, low: float, high: float, group: str, **rest: Any) -> Any:
    """A number's field: an int or a float by its default. rest: scale, live, later."""
    kind = "int" if isinstance(default, int) else "float"
    return field(default=default, metadata={"knob": Knob(kind, group, low, high, **rest)})


def choice(default: str, registry: Collection[str], group: str, **rest: Any) -> Any:
    """A field that names an entry of a registry. rest: live, later, also."""
    return field(default=default, metadata={"knob": Knob("choice", group, registry=registry, **rest)})


def flag(default: bool, group: str, **rest: Any) -> Any:
    """A yes-or-no field. rest: live, later."""
    return field(default=default, metadata={"knob": Knob("bool", group, **rest)})


def knobs(kind: type) -> dict[str, Knob]:
    """A config class's fields with their descriptions, in menu order."""
    return {f.name: f.metadata["knob"] for f in dataclasses.fields(kind)}


def check_number(spec: Knob, name: str, value: Any) -> Any:
    """An int or a float inside the bounds."""
    whole = spec.kind == "int"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise ConfigError(name, value, "type", expected=spec.kind)
    if not spec.low <= value <= spec.high:  # also refuses what is not finite
        raise ConfigError(name, value, "range", low=spec.low, high=spec.high)
    return value if whole else float(value)


def check_choice(spec: Knob, name: str, value: Any) -> str:
    """A key of the registry, or a further value of the field."""
    if value in spec.choices:
        return str(value)
    own = spec.also(value) if spec.also and isinstance(value, str) else None
    if own is None:
        raise ConfigError(name, value, "choice", choices=", ".join(spec.choices))
    return own


def check_bool(spec: Knob, name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise ConfigError(name, value, "type", expected="bool")
    return value


def check_classes(spec: Knob, name: str, value: Any) -> str:
    """Digits, at least one, each once, in order: "310" is "013"."""
    if not isinstance(value, str):
        raise ConfigError(name, value, "type", expected=spec.kind)
    if not value or set(value) - set(DIGIT_CHARACTERS):
        raise ConfigError(name, value, "choice", choices=", ".join(DIGIT_CHARACTERS))
    return "".join(sorted(set(value)))


def check_weights(spec: Knob, name: str, value: Any) -> str:
    """A generator that ships, or the code of one that was uploaded: 16 hex digits."""
    if not isinstance(value, str) or not (value in spec.choices or re.fullmatch("[0-9a-f]{16}", value)):
        raise ConfigError(name, value, "weights", choices=", ".join(spec.choices))
    return value


def check_tuple(spec: Knob, name: str, value: Any) -> tuple[Edit, ...]:
    """A tuple of at most MAX_EDITS (step, field, value); check_edits checks fields and values."""
    if not isinstance(value, list | tuple) or not all(isinstance(e, list | tuple) and len(e) == 3 for e in value):
        raise ConfigError(name, value, "type", expected="edits")
    if len(value) > MAX_EDITS:
        raise ConfigError(name, len(value), "many_edits", most=MAX_EDITS)
    return tuple(tuple(edit) for edit in value)


def parse_bool(text: str) -> bool:
    """True for "1", False for "0". Raises ValueError for anything else."""
    return bool(("0", "1").index(text))


def parse_edits(text: str) -> list[list[Any]]:
    """ "400:d_lr=0.1;500:loss=hinge" -> [[400, "d_lr", "0.1"], [500, "loss", "hinge"]]; the config reads the values."""
    edits: list[list[Any]] = []
    for part in text.split(";"):
        step, _, change = part.partition(":")
        name, _, value = change.partition("=")
        edits.append([int(step), name, value])
    return edits


def spell(value: Any) -> str:
    """A value as links write it; `parse` reads it back exactly."""
    if isinstance(value, tuple):
        return ";".join(f"{step}:{name}={spell(v)}" for step, name, v in value)
    if isinstance(value, bool):
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


MESSAGES = {
    "range": "expected {low} to {high}",
    "choice": "expected one of {choices}",
    "type": "expected {expected}",
    "points": "expected {least} to {most} points in the view, or the SHA-256 of more, as this program writes them",
    "points_gone": "expected points that are still here",
    "packing": "expected a divisor of batch_size={batch_size}",
    "no_features": "expected a hidden layer of D",
    "one_pack": "expected two packs in batch_size={batch_size}",
    "mixed_minibatch": "expected minibatch='none'",
    "no_label": "expected a loss with labels",
    "unroll_constraint": "expected regularizer='none'",
    "unroll_optimizer": "expected an optimizer that can be differentiated through",
    "mistake_order": "expected update='alternating'",
    "mistake_unroll": "expected unroll=0",
    "pixels_augment": "expected augment='none'",
    "no_sigmoid": "expected a loss that takes a sigmoid of D's output",
    "nothing_trains": "expected d_steps or g_steps above 0",
    "too_slow": "{times:.1f} times the arithmetic that a step may have; a batch of {batch} would do",
    "too_big": "{mb:.0f} MB an update, expected at most {most:.0f}",
    "not_live": "expected a field that may change in mid-run",
    "many_edits": "expected at most {most} edits",
    "same": "expected another value than it has at step {step}",
    "unknown": "expected a field of the config",
    "version": "expected link version {version}",
    "weights": "expected one of {choices} or the 16 hex digits of an uploaded generator",
    "other_weights": "its architecture is {architecture}, its latent_dim {latent_dim}, its g_output {g_output}",
    "storage": "expected a run store that can be written",
    "queue": "expected at most {most} waiting runs of one viewer",
    "small_memory": "{mb:.0f} MB of memory, expected at least {least:.0f}",
}
CHECKS: dict[str, Callable[[Knob, str, Any], Any]] = {
    "int": check_number,
    "float": check_number,
    "choice": check_choice,
    "bool": check_bool,
    "classes": check_classes,
    "weights": check_weights,
    "edits": check_tuple,
}
PARSERS: dict[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "choice": str,
    "bool": parse_bool,
    "classes": str,
    "weights": str,
    "edits": parse_edits,
}
