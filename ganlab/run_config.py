"""What every kind of run's config can do: it is checked, changed, edited in mid-run, named."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, Self

from ganlab.countermeasures import COUNTERMEASURES, MINIBATCH
from ganlab.knobs import ConfigError, Edit, knobs
from ganlab.nets import Company
from ganlab.regularizers import REGULARIZERS

Idle = dict[str, tuple[Callable[[Any], bool], str]]
"""When a field does nothing: (test of the config, reason's key), by field."""


class RunConfig:
    """What all kinds share: a frozen dataclass of each kind inherits it. Equal configs give equal frames.

    It declares no fields: every kind lists its own, in the order of its menus, with its own bounds.
    """

    dataset: str
    loss: str
    regularizer: str
    optimizer: str
    spectral_norm: bool
    packing: int
    minibatch: str
    feature_matching: bool
    label_smoothing: float
    instance_noise: float
    noise_until: int
    ema: float
    update: str
    d_steps: int
    g_steps: int
    d_lr: float
    g_lr: float
    batch_size: int
    members: int
    steps: int
    seed: int
    edits: tuple[Edit, ...]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    kind: str
    engine: ClassVar[int]
    """Raised whenever equal configs of this kind would give other frames than before; part of every run's key."""
    idle: ClassVar[Idle]

    def __post_init__(self) -> None:
        for name, spec in knobs(type(self)).items():
            object.__setattr__(self, name, spec.check(name, getattr(self, name)))
        check_edits(self)
        for step in {0} | {step for step, _, _ in self.edits}:
            self.at(step)._check_together()

    def replace(self, **changes: Any) -> Self:
        """The same config but for the changes. Raises ConfigError."""
        return dataclasses.replace(self, **changes)

    def at(self, step: int) -> Self:
        """The config in force at a step, its edits carried out."""
        if not self.edits:
            return self
        changes = {name: value for start, name, value in self.edits if start <= step}
        return self.replace(edits=(), **changes)

    def values(self, name: str) -> set[Any]:
        """Every value that a field takes in the course of the run."""
        return {getattr(self, name)} | {value for _, edited, value in self.edits if edited == name}

    def ancestors(self) -> Iterator[tuple[Self, int]]:
        """Configs whose runs are this one's up to a step, the last first: (config, the step at which they part)."""
        for start in sorted({step for step, _, _ in self.edits} - {0}, reverse=True):
            yield self.replace(edits=tuple(edit for edit in self.edits if edit[0] < start)), start

    def alone(self, player: str, step: int) -> Self:
        """The run with one update of only "d" or "g" as its next step after `step`. Raises ConfigError."""
        before = self.replace(edits=tuple(edit for edit in self.edits if edit[0] < step)).at(step)
        now, counts = self.at(step), {"d_steps": int(player == "d"), "g_steps": int(player == "g")}
        edits = [edit for edit in self.edits if edit[0] != step or edit[1] not in counts]
        for name, count in counts.items():
            edits += [(step, name, count)] * (getattr(before, name) != count)
            edits += [(step + 1, name, getattr(now, name))] * (getattr(now, name) != count)
        return self.replace(edits=tuple(edits), steps=step + 1)

    def edited(self, step: int, name: str, value: Any) -> Self:
        """The run whose field has another value from a step on, in place of such an edit there. Raises ConfigError."""
        before = self.replace(edits=tuple(edit for edit in self.edits if edit[:2] != (step, name)))
        edited = before.replace(edits=(*before.edits, (step, name, value)))
        if edited.at(step) == before.at(step):
            raise ConfigError(name, value, "same", step=step)
        return edited

    def inactive(self) -> dict[str, str]:
        """Fields that do nothing under the current choice, each with the reason's key."""
        return {name: reason for name, (idle, reason) in self.idle.items() if idle(self)}

    def effective(self, fields: Iterable[str]) -> str | None:
        """The first of some fields that does something under the current choice; None if there is none."""
        idle = self.inactive()
        return next((name for name in fields if name not in idle), None)

    def key(self) -> str:
        """The run's name: 16 hex digits of all that determines its frames; `steps` is a target, not part of it."""
        facts = self.to_json() | {name: None for name in self.inactive()} | {"steps": None, "engine": self.engine}
        said = {name: facts[name] for name in facts.keys() - self._unsaid()}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Every field, and the kind."""
        return {"kind": self.kind} | dataclasses.asdict(self)

    def _unsaid(self) -> set[str]:
        """Fields younger than stored runs that do nothing or are at their default, as before there were such fields."""
        specs, fields, idle = knobs(type(self)), self.__dataclass_fields__, self.inactive()
        young = [name for name, spec in specs.items() if spec.later]
        return {name for name in young if name in idle or self.values(name) == {fields[name].default}}

    def flops(self) -> float:
        """Arithmetic of one step of the whole run."""
        raise NotImplementedError

    def floats(self) -> float:
        """Numbers alive in one update, an estimate from above."""
        raise NotImplementedError

    def penalised(self) -> bool:
        """Whether D pays a gradient penalty, which costs as much again twice."""
        return REGULARIZERS[self.regularizer].penalty is not None

    @property
    def company(self) -> Company | None:
        """What D is told of a point's batch."""
        return MINIBATCH[self.minibatch]

    @property
    def pairs(self) -> float:
        """Numbers that compare one pack with the others of its batch."""
        return self.company.columns * self.batch_size / self.packing if self.company and self.company.size else 0

    def kept_pairs(self, unroll: int = 0) -> float:
        """Numbers that a second derivative keeps of such comparisons (measured)."""
        return self.pairs * (20 * self.penalised() + 12 * unroll)

    def _check_together(self) -> None:
        """Raises ConfigError where values that are right one by one make no sense together."""
        raise NotImplementedError

    def _check_cures(self) -> None:
        """Raises ConfigError where a countermeasure makes no sense with the rest."""
        refusals = [(name, cure.refused) for name, cure in COUNTERMEASURES.items() if name in self.__dataclass_fields__]
        for name, refused in refusals:
            for reason, wrong in refused.items():
                if wrong(self):
                    raise ConfigError(name, getattr(self, name), reason, batch_size=self.batch_size)

    def _check_budget(self, most_flops: float, most_floats: float) -> None:
        """Raises ConfigError where nothing trains, or a step takes too long, or too much memory."""
        batch = self.batch_size
        if self.d_steps == self.g_steps == 0:
            raise ConfigError("d_steps", 0, "nothing_trains")
        if self.flops() > most_flops:
            raise ConfigError("batch_size", batch, "too_slow", gflops=self.flops() / 1e9, most=most_flops / 1e9)
        if self.floats() > most_floats:
            raise ConfigError("batch_size", batch, "too_big", mb=self.floats() * 4e-6, most=most_floats * 4e-6)


def check_edits(config: RunConfig) -> None:
    """Puts the edits in order of their steps, each checked by its own field; reads values that are text."""
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


def never(config: RunConfig, name: str, *active: Any) -> bool:
    """Whether a field never takes one of the values in the course of a run."""
    return not config.values(name) & set(active)


IDLE: Idle = {
    "gamma": (lambda c: never(c, "regularizer", "r1", "r2", "r1_r2") or c.values("d_steps") == {0}, "no_penalty"),
    "gp_lambda": (lambda c: never(c, "regularizer", "wgan_gp") or c.values("d_steps") == {0}, "no_penalty"),
    "clip_bound": (lambda c: never(c, "regularizer", "clip") or c.values("d_steps") == {0}, "no_penalty"),
    "regularizer": (lambda c: c.values("d_steps") == {0}, "d_rests"),
    "d_lr": (lambda c: c.values("d_steps") == {0}, "d_rests"),
    "g_lr": (lambda c: c.values("g_steps") == {0}, "g_rests"),
    "update": (lambda c: c.values("d_steps") == {0} or c.values("g_steps") == {0}, "one_rests"),
    "feature_matching": (lambda c: c.values("g_steps") == {0}, "g_rests"),
    "label_smoothing": (lambda c: c.values("d_steps") == {0}, "d_rests"),
    "noise_until": (lambda c: c.values("instance_noise") == {0.0}, "no_noise"),
    "beta1": (lambda c: c.optimizer != "adam", "not_used"),
    "beta2": (lambda c: c.optimizer == "sgd", "not_used"),
}
"""When a field that all kinds have does nothing."""
UPDATES = {"alternating": "D, then G", "simultaneous": "both gradients at the same weights"}
