"""The only description of a run: frozen, validated values, and the links that carry them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ganlab.datasets import DATASETS
from ganlab.knobs import ConfigError, Edit, Knob, choice, flag, knob, knobs, spell
from ganlab.losses import LOSSES
from ganlab.nets import ACTIVATIONS, parameter_count
from ganlab.optimizers import OPTIMIZERS
from ganlab.regularizers import REGULARIZERS
from ganlab.rng import NOISES, block_rows

ENGINE = 1
"""Raised whenever equal configs would give other frames than before; part of every run's key."""
LINK_VERSION = "1"
"""Raised when a default changes its meaning, so that old links can be told apart."""
LOCAL = os.environ.get("GANLAB_PROFILE", "") == "local"
"""The local profile allows wider networks than a shared server should train."""
MAX_FLOPS = 20e9
"""Arithmetic of one step, at most: about a second of one core."""
MAX_FLOATS = 17e6
"""Numbers alive in one update, at most: about 70 MB, so that a worker stays near 300 MB."""


UPDATES = {"alternating": "D, then G", "simultaneous": "both gradients at the same weights"}
WIDEST = 512 if LOCAL else 128


@dataclass(frozen=True, kw_only=True)
class PlaneConfig:
    """A GAN on the plane. Equal configs give equal frames."""

    dataset: str = choice("ring", DATASETS, "experiment")
    loss: str = choice("nonsaturating", LOSSES, "experiment", live=True)
    d_steps: int = knob(1, 0, 100, "experiment", live=True)
    g_steps: int = knob(1, 0, 10, "experiment", live=True)
    regularizer: str = choice("none", REGULARIZERS, "experiment", live=True)
    gamma: float = knob(0.1, 0.0, 100.0, "experiment", scale="log", live=True)
    gp_lambda: float = knob(0.1, 0.0, 100.0, "experiment", scale="log", live=True)
    clip_bound: float = knob(0.01, 0.0001, 10.0, "experiment", scale="log", live=True)
    spectral_norm: bool = flag(False, "experiment")
    packing: int = knob(1, 1, 4, "experiment")
    g_lr: float = knob(5e-4, 1e-6, 1.0, "experiment", scale="log", live=True)
    d_lr: float = knob(5e-4, 1e-6, 1.0, "experiment", scale="log", live=True)
    g_depth: int = knob(2, 0, 5, "networks")
    g_width: int = knob(64, 1, WIDEST, "networks")
    d_depth: int = knob(2, 0, 5, "networks")
    d_width: int = knob(64, 1, WIDEST, "networks")
    activation: str = choice("leaky_relu", ACTIVATIONS, "networks")
    latent_dim: int = knob(2, 1, 64, "noise")
    noise: str = choice("gaussian", NOISES, "noise")
    optimizer: str = choice("adam", OPTIMIZERS, "optimiser")
    beta1: float = knob(0.5, 0.0, 0.999, "optimiser")
    beta2: float = knob(0.999, 0.0, 0.9999, "optimiser")
    update: str = choice("alternating", UPDATES, "optimiser", live=True)
    batch_size: int = knob(256, 4, 1024, "optimiser", scale="log")
    members: int = knob(1, 1, 16, "run")
    steps: int = knob(6000, 1, 100_000, "run", scale="log")
    seed: int = knob(0, 0, 2**31 - 1, "run")
    edits: tuple[Edit, ...] = field(default=(), metadata={"knob": Knob("edits", "run")})

    kind = "plane"

    def __post_init__(self) -> None:
        for name, spec in knobs(type(self)).items():
            object.__setattr__(self, name, spec.check(name, getattr(self, name)))
        check_edits(self)
        for step in {0} | {step for step, _, _ in self.edits}:
            self.at(step)._check_together()

    @property
    def g_sizes(self) -> list[int]:
        """Layer widths of G, latent to plane."""
        return [self.latent_dim, *[self.g_width] * self.g_depth, 2]

    @property
    def d_sizes(self) -> list[int]:
        """Layer widths of D, pack to logit."""
        return [2 * self.packing, *[self.d_width] * self.d_depth, 1]

    def replace(self, **changes: Any) -> PlaneConfig:
        """The same config but for the changes. Raises ConfigError."""
        return dataclasses.replace(self, **changes)

    def at(self, step: int) -> PlaneConfig:
        """The config in force at a step, its edits carried out."""
        if not self.edits:
            return self
        changes = {name: value for start, name, value in self.edits if start <= step}
        return self.replace(edits=(), **changes)

    def values(self, name: str) -> set[Any]:
        """Every value that a field takes in the course of the run."""
        return {getattr(self, name)} | {value for _, edited, value in self.edits if edited == name}

    def ancestors(self) -> Iterator[tuple[PlaneConfig, int]]:
        """Configs whose runs are this one's up to a step, the last first: (config, the step at which they part)."""
        for start in sorted({step for step, _, _ in self.edits} - {0}, reverse=True):
            yield self.replace(edits=tuple(edit for edit in self.edits if edit[0] < start)), start

    def alone(self, player: str, step: int) -> PlaneConfig:
        """The run with one update of only "d" or "g" as its next step after `step`. Raises ConfigError."""
        before = self.replace(edits=tuple(edit for edit in self.edits if edit[0] < step)).at(step)
        now, counts = self.at(step), {"d_steps": int(player == "d"), "g_steps": int(player == "g")}
        edits = [edit for edit in self.edits if edit[0] != step or edit[1] not in counts]
        for name, count in counts.items():
            edits += [(step, name, count)] * (getattr(before, name) != count)
            edits += [(step + 1, name, getattr(now, name))] * (getattr(now, name) != count)
        return self.replace(edits=tuple(edits), steps=step + 1)

    def inactive(self) -> dict[str, str]:
        """Fields that do nothing under the current choice, each with the reason's key."""
        return {name: reason for name, (idle, reason) in IDLE.items() if idle(self)}

    def key(self) -> str:
        """The run's name: 16 hex digits of all that determines its frames; `steps` is a target, not part of it."""
        facts = self.to_json() | {name: None for name in self.inactive()} | {"steps": None, "engine": ENGINE}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Every field, and the kind."""
        return {"kind": self.kind} | dataclasses.asdict(self)

    def flops(self) -> float:
        """Arithmetic of one step of all members: 2 a weight and point forward, 4 back, thrice that with a penalty."""
        g, d, batch = parameter_count(self.g_sizes), parameter_count(self.d_sizes) / self.packing, self.batch_size
        d_update = 2 * g * batch + 12 * d * batch * (3 if REGULARIZERS[self.regularizer].penalty else 1)
        return self.members * (self.d_steps * d_update + self.g_steps * 6 * (g + d) * batch)

    def floats(self) -> float:
        """Numbers alive in one update of all members, an estimate from above."""
        nets = parameter_count(self.g_sizes) + parameter_count(self.d_sizes)
        layers = sum(self.g_sizes) + 2 * sum(self.d_sizes) * (4 if REGULARIZERS[self.regularizer].penalty else 1)
        drawn = sum(2 * block_rows(self.batch_size, width) * width for width in (2, self.latent_dim))
        return self.members * (6 * nets + self.batch_size * (2 * layers + 2 * self.latent_dim + drawn))

    def _check_together(self) -> None:
        if self.batch_size % self.packing:
            raise ConfigError("packing", self.packing, "packing", batch_size=self.batch_size)
        if self.d_steps == self.g_steps == 0:
            raise ConfigError("d_steps", 0, "nothing_trains")
        if self.flops() > MAX_FLOPS:
            raise ConfigError(
                "batch_size", self.batch_size, "too_slow", gflops=self.flops() / 1e9, most=MAX_FLOPS / 1e9
            )
        if self.floats() > MAX_FLOATS:
            raise ConfigError("batch_size", self.batch_size, "too_big", mb=self.floats() * 4e-6, most=MAX_FLOATS * 4e-6)


def differences(config: PlaneConfig, other: PlaneConfig) -> dict[str, tuple[Any, Any]]:
    """The fields in which two configs differ: (config's value, other's value)."""
    pairs = {name: (getattr(config, name), getattr(other, name)) for name in knobs(type(config))}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def check_edits(config: PlaneConfig) -> None:
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


@dataclass(frozen=True)
class Notice:
    """Something in a link that was not taken as it stands."""

    field: str
    value: str
    reason: str
    facts: dict[str, Any]


def to_query(config: PlaneConfig, prefix: str = "") -> dict[str, str]:
    """The link that reproduces a run: the fields that are not the default, and the version."""
    changed = differences(config, type(config)())
    return {"v": LINK_VERSION} | {prefix + name: spell(mine) for name, (mine, _) in changed.items()}


def from_query(query: Mapping[str, str], kind: str = "plane", prefix: str = "") -> tuple[PlaneConfig, list[Notice]]:
    """The config that a link means; a bad value gives the default and a notice. Never raises."""
    config_class = KINDS[kind]
    specs, values, notices = knobs(config_class), {}, []
    if query.get("v", LINK_VERSION) != LINK_VERSION:
        notices.append(Notice("v", query["v"][:80], "version", {"version": LINK_VERSION}))
    for name, text in query.items():
        field_name = name.removeprefix(prefix)
        if not name.startswith(prefix) or name == "v":
            continue
        if field_name not in specs:
            notices.extend([Notice(field_name[:80], text[:80], "unknown", {})] if prefix else [])
            continue
        try:
            values[field_name] = specs[field_name].parse(field_name, text[:4000])
        except ConfigError as error:
            notices.append(Notice(field_name, text[:80], error.reason, error.facts))
    return settle(config_class, values, notices)


def settle(config_class: type[PlaneConfig], values: dict[str, Any], notices: list[Notice]):
    """The config of values that are right one by one, without those that do not go together."""
    while True:
        try:
            return config_class(**values), notices
        except ConfigError as error:
            culprit = error.field if error.field in values else next(n for n in reversed(values) if n in HEAVY)
            notices.append(Notice(culprit, spell(values.pop(culprit)), error.reason, error.facts))


def from_json(facts: Mapping[str, Any]) -> PlaneConfig:
    """The config of `to_json`'s facts; missing fields have their defaults. Raises ConfigError."""
    config_class = KINDS.get(str(facts.get("kind")))
    if config_class is None:
        raise ConfigError("kind", facts.get("kind"), "choice", choices=", ".join(KINDS))
    specs = knobs(config_class)
    unknown = next((name for name in facts if name not in specs and name != "kind"), None)
    if unknown is not None:
        raise ConfigError(unknown, facts[unknown], "unknown")
    return config_class(**{name: value for name, value in facts.items() if name != "kind"})


HEAVY = ("edits", "members", "batch_size", "d_steps", "g_steps", "d_width", "g_width", "d_depth", "g_depth", "packing")
"""Fields that can make a run too slow, too big or impossible together."""


def never(config: PlaneConfig, name: str, *active: Any) -> bool:
    """Whether a field never takes one of the values in the course of a run."""
    return not config.values(name) & set(active)


IDLE = {
    "gamma": (lambda c: never(c, "regularizer", "r1", "r2", "r1_r2") or c.values("d_steps") == {0}, "no_penalty"),
    "gp_lambda": (lambda c: never(c, "regularizer", "wgan_gp") or c.values("d_steps") == {0}, "no_penalty"),
    "clip_bound": (lambda c: never(c, "regularizer", "clip") or c.values("d_steps") == {0}, "no_penalty"),
    "regularizer": (lambda c: c.values("d_steps") == {0}, "d_rests"),
    "d_lr": (lambda c: c.values("d_steps") == {0}, "d_rests"),
    "g_lr": (lambda c: c.values("g_steps") == {0}, "g_rests"),
    "update": (lambda c: c.values("d_steps") == {0} or c.values("g_steps") == {0}, "one_rests"),
    "g_width": (lambda c: c.g_depth == 0, "no_hidden"),
    "d_width": (lambda c: c.d_depth == 0, "no_hidden"),
    "activation": (lambda c: c.g_depth == c.d_depth == 0, "no_hidden"),
    "beta1": (lambda c: c.optimizer != "adam", "not_used"),
    "beta2": (lambda c: c.optimizer == "sgd", "not_used"),
}
"""When a field does nothing: (test, reason's key)."""
KINDS: dict[str, type[PlaneConfig]] = {"plane": PlaneConfig}
