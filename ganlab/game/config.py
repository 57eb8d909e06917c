"""The config that all GANs share: two players, a loss, a constraint on D, countermeasures."""

from __future__ import annotations

from collections import ChainMap
from typing import Any, Self

from ganlab.gan.countermeasures import COUNTERMEASURES, MINIBATCH
from ganlab.gan.nets import MinibatchLayer
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.kind.config import Idle, RunConfig
from ganlab.kind.fields import ConfigError

SAME = "same"
"""D's optimiser is G's."""
D_OPTIMIZERS = ChainMap[str, Any](OPTIMIZERS, {SAME: None})
"""The choices for D, in this order: that of G, then all optimisers, those added later included."""


class GanConfig(RunConfig):
    """The base of all GAN configs. It declares no fields: each kind lists its own, in the order of its menus."""

    loss: str
    regularizer: str
    gamma: float
    gp_lambda: float
    clip_bound: float
    spectral_norm: bool
    packing: int
    minibatch: str
    feature_matching: bool
    label_smoothing: float
    instance_noise: float
    noise_until: int
    latent_dim: int
    optimizer: str
    d_optimizer: str
    beta1: float
    beta2: float
    ema: float
    update: str
    d_steps: int
    g_steps: int
    d_lr: float
    g_lr: float
    heavy = (*RunConfig.heavy, "d_steps", "g_steps", "packing", "latent_dim", "regularizer", "minibatch")

    def alone(self, player: str, step: int) -> Self:
        """The run whose next step after `step` is one update of "d" or "g" alone. Raises ConfigError."""
        before = self.replace(edits=tuple(edit for edit in self.edits if edit[0] < step)).at(step)
        now, counts = self.at(step), {"d_steps": int(player == "d"), "g_steps": int(player == "g")}
        edits = [edit for edit in self.edits if edit[0] != step or edit[1] not in counts]
        for name, count in counts.items():
            if getattr(before, name) != count:
                edits.append((step, name, count))
            if getattr(now, name) != count:
                edits.append((step + 1, name, getattr(now, name)))
        return self.replace(edits=tuple(edits), steps=step + 1)

    def rule(self, player: str) -> str:
        """The optimiser of "d" or "g", a key of OPTIMIZERS."""
        return self.optimizer if player == "g" or self.d_optimizer == SAME else self.d_optimizer

    def wrong(self) -> list[str]:
        """The fields whose values are programming mistakes, the likeliest causes of whatever is found."""
        return ["mistake"] if getattr(self, "mistake", "none") != "none" else []

    def penalised(self) -> bool:
        """Whether D has a gradient penalty, which triples the cost of D's update."""
        return REGULARIZERS[self.regularizer].penalty is not None

    @property
    def minibatch_layer(self) -> MinibatchLayer | None:
        """D's layer that compares a point with its batch; None without one."""
        return MINIBATCH[self.minibatch]

    @property
    def pairs(self) -> float:
        """Kernels of one pack against all packs of its batch."""
        return (
            self.minibatch_layer.columns * self.batch_size / self.packing
            if self.minibatch_layer and self.minibatch_layer.size
            else 0
        )

    def kept_pairs(self, unroll: int = 0) -> float:
        """Numbers that a second derivative stores for such comparisons (measured)."""
        return self.pairs * (20 * self.penalised() + 12 * unroll)

    def _check_cures(self) -> None:
        """Raises ConfigError if a countermeasure does not go with the other fields."""
        refusals = [(name, cure.refused) for name, cure in COUNTERMEASURES.items() if name in self.__dataclass_fields__]
        for name, refused in refusals:
            for reason, wrong in refused.items():
                if wrong(self):
                    raise ConfigError(name, getattr(self, name), reason, batch_size=self.batch_size)

    def _check_budget(self, most_flops: float, most_floats: float) -> None:
        """Raises ConfigError if no player is trained, or if a step needs too much time or memory."""
        if self.d_steps == self.g_steps == 0:
            raise ConfigError("d_steps", 0, "nothing_trains")
        super()._check_budget(most_flops, most_floats)


def weighs_nothing(config: GanConfig, name: str) -> bool:
    """Whether no constraint of a run uses the field as its weight, or D is never updated."""
    used = {REGULARIZERS[key].knob for key in config.values("regularizer")}
    return name not in used or config.values("d_steps") == {0}


def unused(config: GanConfig, name: str) -> bool:
    """Whether no optimiser of either player reads the field."""
    return all(name not in OPTIMIZERS[config.rule(player)].uses for player in "dg")


IDLE: Idle = {
    "gamma": (lambda c: weighs_nothing(c, "gamma"), "no_penalty"),
    "gp_lambda": (lambda c: weighs_nothing(c, "gp_lambda"), "no_penalty"),
    "clip_bound": (lambda c: weighs_nothing(c, "clip_bound"), "no_penalty"),
    "regularizer": (lambda c: c.values("d_steps") == {0}, "d_rests"),
    "d_lr": (lambda c: c.values("d_steps") == {0}, "d_rests"),
    "d_optimizer": (lambda c: c.values("d_steps") == {0}, "d_rests"),
    "optimizer": (lambda c: c.d_optimizer != SAME and c.values("g_steps") == {0}, "g_rests"),
    "g_lr": (lambda c: c.values("g_steps") == {0}, "g_rests"),
    "update": (lambda c: c.values("d_steps") == {0} or c.values("g_steps") == {0}, "one_rests"),
    "feature_matching": (lambda c: c.values("g_steps") == {0}, "g_rests"),
    "label_smoothing": (lambda c: c.values("d_steps") == {0}, "d_rests"),
    "noise_until": (lambda c: c.values("instance_noise") == {0.0}, "no_noise"),
    "beta1": (lambda c: unused(c, "beta1"), "not_used"),
    "beta2": (lambda c: unused(c, "beta2"), "not_used"),
}
"""When a field of all GANs has no effect."""
UPDATES = {"alternating": "D, then G", "simultaneous": "both gradients at the same weights"}
