"""The only description of a run: frozen, validated values, and the links that carry them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ganlab import code_mistakes, points
from ganlab.code_mistakes import MISTAKES
from ganlab.countermeasures import MINIBATCH, PAIR
from ganlab.datasets import DATASETS
from ganlab.digits_config import DigitsConfig
from ganlab.knobs import ConfigError, Edit, Knob, choice, flag, knob, knobs, spell
from ganlab.losses import LOSSES
from ganlab.nets import ACTIVATIONS, parameter_count
from ganlab.optimizers import OPTIMIZERS
from ganlab.regularizers import REGULARIZERS
from ganlab.rng import NOISES, block_rows
from ganlab.run_config import IDLE, UPDATES, Idle, RunConfig

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
WIDEST = 512 if LOCAL else 128
PLANE_IDLE: Idle = IDLE | {
    "g_width": (lambda c: c.g_depth == 0, "no_hidden"),
    "d_width": (lambda c: c.d_depth == 0, "no_hidden"),
    "activation": (lambda c: c.g_depth == c.d_depth == 0, "no_hidden"),
    "unroll": (lambda c: c.values("g_steps") == {0}, "g_rests"),
    "ema": (lambda c: c.values("g_steps") == {0}, "g_rests"),
    "label_smoothing": (lambda c: never_learns(c), "d_rests"),
    "d_lr": (lambda c: never_learns(c), "d_rests"),
    "mistake": (code_mistakes.does_nothing, "one_rests"),
}
"""When a field does nothing: (test, reason's key)."""


def own_points(name: str) -> str | None:
    """The one spelling of a name of points (see points.py), be they at hand or not; None for others."""
    try:
        return points.canonical(name) if name.startswith(points.PREFIX) else None
    except points.PointsError:
        raise ConfigError("dataset", name[:80], "points", least=points.LEAST, most=points.IN_NAME) from None


def never_learns(config: PlaneConfig) -> bool:
    """Whether D neither is updated nor has its updates foreseen."""
    return config.values("d_steps") == {0} and (config.values("unroll") == {0} or config.values("g_steps") == {0})


@dataclass(frozen=True, kw_only=True)
class PlaneConfig(RunConfig):
    """A GAN on the plane. Equal configs give equal frames."""

    dataset: str = choice("ring", DATASETS, "experiment", also=own_points)
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
    minibatch: str = choice("none", MINIBATCH, "cures", later=True)
    feature_matching: bool = flag(False, "cures", live=True, later=True)
    unroll: int = knob(0, 0, 5, "cures", live=True, later=True)
    label_smoothing: float = knob(0.0, 0.0, 0.5, "cures", scale="log", live=True, later=True)
    instance_noise: float = knob(0.0, 0.0, 2.0, "cures", scale="log", live=True, later=True)
    noise_until: int = knob(5000, 1, 100_000, "cures", scale="log", live=True, later=True)
    ema: float = knob(0.0, 0.0, 0.9999, "cures", later=True)
    mistake: str = choice("none", MISTAKES, "code", later=True)
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
    engine = ENGINE
    idle = PLANE_IDLE

    @property
    def g_sizes(self) -> list[int]:
        """Layer widths of G, latent to plane."""
        return [self.latent_dim, *[self.g_width] * self.g_depth, 2]

    @property
    def d_sizes(self) -> list[int]:
        """Layer widths of D, pack to logit."""
        return [2 * self.packing, *[self.d_width] * self.d_depth, 1]

    def flops(self) -> float:
        """Arithmetic of one step of all members: 2 a weight and point forward, 4 back, thrice that with a penalty.

        A step of D that is unrolled costs what a penalised one does.
        """
        g, packs = parameter_count(self.g_sizes), self.batch_size // self.packing
        d = parameter_count(self.d_sizes, self.company) + PAIR * self.pairs / 6
        leaks = MISTAKES[self.mistake].leaks
        d_update = (6 if leaks == "d" else 2) * g * self.batch_size + 12 * d * packs * (3 if self.penalised() else 1)
        g_update = 6 * g * self.batch_size + ((8 if leaks == "g" else 6) + 36 * self.unroll) * d * packs
        return self.members * (self.d_steps * d_update + self.g_steps * g_update)

    def floats(self) -> float:
        """Numbers alive in one update of all members, an estimate from above."""
        nets = parameter_count(self.g_sizes) * (2 if self.ema else 1) + parameter_count(self.d_sizes, self.company)
        graphs = 1 + 3 * self.penalised() + 3 * self.unroll
        layers = sum(self.g_sizes) + 2 * sum(self.d_sizes) * graphs + self.kept_pairs(self.unroll) / self.packing
        drawn = sum(2 * block_rows(self.batch_size, width) * width for width in (2, self.latent_dim))
        if self.instance_noise:
            drawn += 8 * block_rows(2 * self.batch_size, 2)
        return self.members * (6 * nets + self.batch_size * (2 * layers + 2 * self.latent_dim + drawn))

    def _check_together(self) -> None:
        self._check_cures()
        for reason, wrong in MISTAKES[self.mistake].refused.items():
            if wrong(self):
                raise ConfigError("mistake", self.mistake, reason)
        self._check_budget(MAX_FLOPS, MAX_FLOATS)


def differences(config: RunConfig, other: RunConfig) -> dict[str, tuple[Any, Any]]:
    """The fields in which two configs differ: (config's value, other's value)."""
    pairs = {name: (getattr(config, name), getattr(other, name)) for name in knobs(type(config))}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@dataclass(frozen=True)
class Notice:
    """Something in a link that was not taken as it stands."""

    field: str
    value: str
    reason: str
    facts: dict[str, Any]


def to_query(config: RunConfig, prefix: str = "") -> dict[str, str]:
    """The link that reproduces a run: the fields that are not the default, and the version."""
    changed = differences(config, type(config)())
    return {"v": LINK_VERSION} | {prefix + name: spell(mine) for name, (mine, _) in changed.items()}


def from_query(query: Mapping[str, str], kind: str = "plane", prefix: str = "") -> tuple[Any, list[Notice]]:
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


def settle(config_class: type[Any], values: dict[str, Any], notices: list[Notice]):
    """The config of values that are right one by one, without those that do not go together."""
    while True:
        try:
            return config_class(**values), notices
        except ConfigError as error:
            culprit = error.field if error.field in values else next(n for n in reversed(values) if n in HEAVY)
            notices.append(Notice(culprit, spell(values.pop(culprit)), error.reason, error.facts))


def at_hand(config: Any, notices: list[Notice]) -> tuple[Any, list[Notice]]:
    """The same config or, where its points are in no store that is open here, one with the default data; a notice."""
    if not str(config.dataset).startswith(points.PREFIX) or points.at_hand(config.dataset):
        return config, notices
    said = Notice("dataset", config.dataset[:80], "points_gone", {})
    return config.replace(dataset=type(config)().dataset), [*notices, said]


def from_json(facts: Mapping[str, Any]) -> Any:
    """The config of `to_json`'s facts; missing fields have their defaults. Raises ConfigError."""
    config_class = KINDS.get(str(facts.get("kind")))
    if config_class is None:
        raise ConfigError("kind", facts.get("kind"), "choice", choices=", ".join(KINDS))
    specs = knobs(config_class)
    unknown = next((name for name in facts if name not in specs and name != "kind"), None)
    if unknown is not None:
        raise ConfigError(unknown, facts[unknown], "unknown")
    return config_class(**{name: value for name, value in facts.items() if name != "kind"})


HEAVY = (
    *("edits", "members", "batch_size", "d_steps", "g_steps"),
    *("d_width", "g_width", "d_depth", "g_depth", "packing", "architecture", "latent_dim", "regularizer"),
    *("minibatch", "unroll"),
)
"""Fields that can make a run too slow, too big or impossible together."""
KINDS: dict[str, type[Any]] = {"plane": PlaneConfig, "digits": DigitsConfig}
