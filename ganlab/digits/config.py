"""The description of a run on images of digits."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from math import ceil

from ganlab.data.images import CLASSES, IMAGE_SETS, PIXELS
from ganlab.digits.pretrained import PRETRAINED, Shape
from ganlab.game.config import D_OPTIMIZERS, IDLE, SAME, UPDATES, GanConfig
from ganlab.gan.architectures import ARCHITECTURES, Cost, costs
from ganlab.gan.augment import AUGMENTS
from ganlab.gan.countermeasures import MINIBATCH, PAIR
from ganlab.gan.layers import D_NORMS, OUTPUTS
from ganlab.gan.losses import LOSSES
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import NOISES
from ganlab.kind.fields import ConfigError, Edit, Knob, choice, flag, knob, knobs

ENGINE = 1
"""Raised whenever equal configs would give other frames than before; part of every run's key."""
MAX_FLOPS = 1e12
"""Maximum arithmetic of one step in FLOP: about ten seconds of two cores."""
MAX_FLOATS = 150e6
"""Maximum number of floats in one update: 600 MB, beside the 270 MB of a worker that has imported torch."""
PRECISIONS = {"float32": "", "bfloat16": "convolutions in 8 bits of mantissa; the weights stay float32"}


@dataclass(frozen=True, kw_only=True)
class DigitsConfig(GanConfig):
    """A GAN on images of digits. Equal configs give equal frames."""

    dataset: str = choice("mnist_5k", IMAGE_SETS, "experiment")
    classes: str = field(default=CLASSES, metadata={"knob": Knob("classes", "experiment")})
    architecture: str = choice("light", ARCHITECTURES, "experiment")
    g_from: str = field(
        default="none", metadata={"knob": Knob("weights", "experiment", registry=("none", *PRETRAINED), later=True)}
    )
    loss: str = choice("nonsaturating", LOSSES, "experiment", live=True)
    d_steps: int = knob(1, 0, 50, "experiment", live=True)
    g_steps: int = knob(1, 0, 10, "experiment", live=True)
    regularizer: str = choice("none", REGULARIZERS, "experiment", live=True)
    gamma: float = knob(0.1, 0.0, 100.0, "experiment", scale="log", live=True)
    gp_lambda: float = knob(10.0, 0.0, 100.0, "experiment", scale="log", live=True)
    clip_bound: float = knob(0.01, 0.0001, 10.0, "experiment", scale="log", live=True)
    spectral_norm: bool = flag(False, "experiment")
    augment: str = choice("none", AUGMENTS, "experiment", live=True)
    pixels: str = choice("symmetric", PIXELS, "code", later=True)
    packing: int = knob(1, 1, 4, "cures", later=True)
    minibatch: str = choice("none", MINIBATCH, "cures", later=True)
    feature_matching: bool = flag(False, "cures", live=True, later=True)
    label_smoothing: float = knob(0.0, 0.0, 0.5, "cures", scale="log", live=True, later=True)
    instance_noise: float = knob(0.0, 0.0, 2.0, "cures", scale="log", live=True, later=True)
    noise_until: int = knob(3000, 1, 200_000, "cures", scale="log", live=True, later=True)
    g_lr: float = knob(1e-3, 1e-6, 1.0, "experiment", scale="log", live=True)
    d_lr: float = knob(1e-3, 1e-6, 1.0, "experiment", scale="log", live=True)
    g_output: str = choice("tanh", OUTPUTS, "networks", later=True)
    d_norm: str = choice("none", D_NORMS, "networks", later=True)
    latent_dim: int = knob(64, 2, 512, "noise")
    noise: str = choice("gaussian", NOISES, "noise", later=True)
    optimizer: str = choice("adam", OPTIMIZERS, "optimiser")
    d_optimizer: str = choice(SAME, D_OPTIMIZERS, "optimiser", later=True)
    beta1: float = knob(0.5, 0.0, 0.999, "optimiser")
    beta2: float = knob(0.999, 0.0, 0.9999, "optimiser")
    update: str = choice("alternating", UPDATES, "optimiser", live=True)
    batch_size: int = knob(32, 4, 512, "optimiser", scale="log")
    ema: float = knob(0.995, 0.0, 0.9999, "optimiser")
    precision: str = choice("float32", PRECISIONS, "run")
    steps: int = knob(3125, 1, 200_000, "run", scale="log")
    seed: int = knob(0, 0, 2**31 - 1, "run")
    edits: tuple[Edit, ...] = field(default=(), metadata={"knob": Knob("edits", "run")})

    members = 1
    kind = "digits"
    engine = ENGINE
    idle = IDLE
    heavy = (*GanConfig.heavy, "architecture")

    @property
    def count(self) -> int:
        """Number of training images."""
        return IMAGE_SETS[self.dataset].size(self.classes)

    def epoch(self, step: int) -> float:
        """Passes over the images up to a step. A step without updates of D counts as one batch."""
        return batches_seen(self, step) * self.batch_size / self.count

    def step_of(self, epoch: float) -> int:
        """The first step at which the given number of passes is complete; the last possible step if there is none."""
        batches, most = ceil(epoch * self.count / self.batch_size), int(knobs(type(self))["steps"].high)
        return bisect_left(range(most), batches, key=lambda step: batches_seen(self, step))

    def for_epochs(self, epochs: float) -> DigitsConfig:
        """The same run with a number of passes as its target. Raises ConfigError."""
        return self.replace(steps=max(1, self.step_of(epochs)))

    def flops(self) -> float:
        """Arithmetic of one step in FLOP: 2 per multiplication forward, 4 backward; thrice that for a penalised D."""
        g, d = self.costs[0].macs, (self.costs[1].macs + PAIR * self.pairs / 12) / self.packing
        d_update = 2 * g + 12 * d * (3 if self.penalised() else 1)
        return self.batch_size * (self.d_steps * d_update + self.g_steps * (6 * g + 4 * d))

    def floats(self) -> float:
        """An upper estimate of the number of floats in one update."""
        g, d = self.costs
        layers = g.floats + 2 * d.floats / self.packing * (3 if self.penalised() else 1)
        return 8 * (g.params + d.params) + 1.5 * self.batch_size * (layers + self.kept_pairs() / self.packing)

    @property
    def costs(self) -> tuple[Cost, Cost]:
        """(G's for one image, D's for one pack)."""
        return costs(self.architecture, self.latent_dim, self.packing, self.minibatch_layer, norm=self.d_norm != "none")

    @property
    def batchwise(self) -> bool:
        """Whether D's logit at an image depends on the other images of its batch."""
        return self.minibatch_layer is not None or self.d_norm != "none"

    def wrong(self) -> list[str]:
        """The field to blame where G's last layer cannot make the values of the images, or only part of its own."""
        output, scale = OUTPUTS[self.g_output], PIXELS[self.pixels]
        if (scale.paper, scale.ink) == (output.low, output.high):
            return super().wrong()
        return [*super().wrong(), "pixels" if self.g_output == "tanh" or self.pixels != "symmetric" else "g_output"]

    @property
    def shape(self) -> Shape:
        """The fields in which a run must agree with a generator that it starts from."""
        return Shape(self.architecture, self.latent_dim, self.g_output)

    def _check_together(self) -> None:
        if (its := PRETRAINED.get(self.g_from)) not in (None, self.shape):
            raise ConfigError("g_from", self.g_from, "other_weights", **asdict(its))
        if self.pixels != "symmetric" and self.augment != "none":
            raise ConfigError("pixels", self.pixels, "pixels_augment")
        if self.d_norm != "none" and self.batch_size < 2 * self.packing:
            raise ConfigError("d_norm", self.d_norm, "one_pack", batch_size=self.batch_size)
        if self.d_norm == "mixed" and self.minibatch != "none":
            raise ConfigError("d_norm", self.d_norm, "mixed_minibatch")
        self._check_cures()
        self._check_budget(MAX_FLOPS, MAX_FLOATS)


def batches_seen(config: DigitsConfig, step: int) -> int:
    """Batches of real images that D has seen up to a step, one a step where it rests."""
    total = 0
    for start, end, rate in rates(config):
        total += rate * max(0, min(step, end) - start)
    return total


@lru_cache(64)
def rates(config: DigitsConfig) -> tuple[tuple[int, int, int], ...]:
    """The intervals of a run with a constant number of batches per step: (first step, end, batches per step)."""
    starts = sorted({0} | {step for step, name, _ in config.edits if name == "d_steps"})
    ends = [*starts[1:], 2**62]
    return tuple((start, end, max(1, config.at(start).d_steps)) for start, end in zip(starts, ends, strict=True))
