"""The description of a run on the plane."""

from __future__ import annotations

from dataclasses import dataclass, field

from ganlab.data import points
from ganlab.data.plane import DATASETS, dimension
from ganlab.game.config import D_OPTIMIZERS, IDLE, SAME, UPDATES, GanConfig
from ganlab.gan import mistakes
from ganlab.gan.countermeasures import MINIBATCH, PAIR
from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import MISTAKES
from ganlab.gan.nets import ACTIVATIONS, parameter_count
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import NOISES, block_rows
from ganlab.host import settings
from ganlab.kind.config import Idle
from ganlab.kind.fields import ConfigError, Edit, Knob, choice, flag, knob

ENGINE = 2
"""Raised whenever equal configs would give other frames than before; part of every run's key."""
LOCAL = settings.read().profile == "local"
"""The local profile allows wider networks than the shared server."""
MAX_FLOPS = 20e9
"""Maximum arithmetic of one step in FLOP: about one second of one core."""
MAX_FLOATS = 17e6
"""Maximum number of floats in one update: about 70 MB, so that a worker stays near 300 MB."""
WIDEST = 512 if LOCAL else 128
PLANE_IDLE: Idle = IDLE | {
    "g_width": (lambda c: c.g_depth == 0, "no_hidden"),
    "d_width": (lambda c: c.d_depth == 0, "no_hidden"),
    "activation": (lambda c: c.g_depth == c.d_depth == 0, "no_hidden"),
    "unroll": (lambda c: c.values("g_steps") == {0}, "g_rests"),
    "ema": (lambda c: c.values("g_steps") == {0}, "g_rests"),
    "label_smoothing": (lambda c: never_learns(c), "d_rests"),
    "d_lr": (lambda c: never_learns(c), "d_rests"),
    "d_optimizer": (lambda c: never_learns(c), "d_rests"),
    "mistake": (mistakes.does_nothing, "one_rests"),
}
"""When a field does nothing: (test, reason's key)."""


def own_points(name: str) -> str | None:
    """The canonical name of a user's points (see points.py), available or not; None for other names."""
    try:
        return points.canonical(name) if name.startswith(points.PREFIX) else None
    except points.PointsError:
        raise ConfigError("dataset", name[:80], "points", least=points.LEAST, most=points.IN_NAME) from None


def never_learns(config: PlaneConfig) -> bool:
    """Whether D is never updated, in training or in unrolled steps."""
    return config.values("d_steps") == {0} and (config.values("unroll") == {0} or config.values("g_steps") == {0})


@dataclass(frozen=True, kw_only=True)
class PlaneConfig(GanConfig):
    """A GAN of points on the plane, or on a line. Equal configs give equal frames."""

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
    d_optimizer: str = choice(SAME, D_OPTIMIZERS, "optimiser", later=True)
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
    heavy = (*GanConfig.heavy, "d_width", "g_width", "d_depth", "g_depth", "unroll")

    @property
    def dim(self) -> int:
        """The dimension of the data's points: 2 on the plane, 1 on a line."""
        return dimension(self.dataset)

    @property
    def g_sizes(self) -> list[int]:
        """Layer widths of G, latent to point."""
        return [self.latent_dim, *[self.g_width] * self.g_depth, self.dim]

    @property
    def d_sizes(self) -> list[int]:
        """Layer widths of D, pack to logit."""
        return [self.dim * self.packing, *[self.d_width] * self.d_depth, 1]

    def flops(self) -> float:
        """Arithmetic of one step of all members in FLOP.

        Per weight and point: 2 forward, 4 backward, and three times as much with a penalty. An unrolled step of D costs
        as much as a penalised one.
        """
        g, packs = parameter_count(self.g_sizes), self.batch_size // self.packing
        d = parameter_count(self.d_sizes, self.minibatch_layer) + PAIR * self.pairs / 6
        leaks = MISTAKES[self.mistake].leaks
        d_update = (6 if leaks == "d" else 2) * g * self.batch_size + 12 * d * packs * (3 if self.penalised() else 1)
        g_update = 6 * g * self.batch_size + ((8 if leaks == "g" else 6) + 36 * self.unroll) * d * packs
        return self.members * (self.d_steps * d_update + self.g_steps * g_update)

    def floats(self) -> float:
        """An upper estimate of the number of floats in one update of all members."""
        nets = parameter_count(self.g_sizes) * (2 if self.ema else 1) + parameter_count(
            self.d_sizes, self.minibatch_layer
        )
        graphs = 1 + 3 * self.penalised() + 3 * self.unroll
        layers = sum(self.g_sizes) + 2 * sum(self.d_sizes) * graphs + self.kept_pairs(self.unroll) / self.packing
        drawn = sum(2 * block_rows(self.batch_size, width) * width for width in (self.dim, self.latent_dim))
        if self.instance_noise:
            drawn += 8 * block_rows(2 * self.batch_size, self.dim)
        return self.members * (6 * nets + self.batch_size * (2 * layers + 2 * self.latent_dim + drawn))

    def _check_together(self) -> None:
        self._check_cures()
        for reason, wrong in MISTAKES[self.mistake].refused.items():
            if wrong(self):
                raise ConfigError("mistake", self.mistake, reason)
        self._check_budget(MAX_FLOPS, MAX_FLOATS)
