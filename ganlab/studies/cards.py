"""The cards of common mistakes: each has a broken and a fixed run that differ in one idea, and further runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ganlab.gan.mistakes import MISTAKES
from ganlab.kind.config import RunConfig
from ganlab.plane.config import PlaneConfig
from ganlab.presets import DENSE, PRESETS
from ganlab.store.recording import RECORDED

LAB = PlaneConfig(batch_size=128, latent_dim=16, seed=2)
"""A healthy run on the ring; sixteen seeds train in about a minute."""
NINE_MODES = LAB.replace(dataset="grid_3x3")
SURE = LAB.replace(optimizer="sgd", g_lr=0.05, d_lr=0.15, steps=8000, edits=((0, "g_steps", 0), (5000, "g_steps", 1)))
"""D alone is trained for 5,000 steps, until it is confident everywhere; then G starts, with plain gradient descent."""
CERTAIN = LAB.replace(
    optimizer="sgd",
    d_optimizer="adam",
    g_lr=0.05,
    d_lr=0.01,
    steps=4000,
    edits=((0, "g_steps", 0), (3000, "d_lr", 5e-4), (3000, "g_steps", 1)),
)
"""D alone is trained for 3,000 steps at a high rate, until its probabilities are beyond 10⁻⁷; then G starts."""
CRITIC = LAB.replace(loss="wasserstein", d_steps=5, beta2=0.9, steps=3000)
OPENING = DENSE.replace(steps=2000, seed=7)
"""The opening run of the MNIST page with another seed, one that is near the medians, for about 13 passes."""
FEW = OPENING.replace(dataset="mnist_100")
"""640 passes over 100 images."""
LUCK = LAB.replace(dataset="grid_3x3", latent_dim=2)
CURES: dict[str, dict[str, Any]] = {
    "packing": {"packing": 2},
    "minibatch_discrimination": {"minibatch": "discrimination"},
    "feature_matching": {"feature_matching": True},
    "unrolling": {"unroll": 5},
    "wgan_gp": {"loss": "wasserstein", "regularizer": "wgan_gp", "d_steps": 5, "beta2": 0.9},
    "r1_r2_relativistic": {"loss": "relativistic", "regularizer": "r1_r2"},
    "spectral_norm": {"spectral_norm": True},
    "minibatch_stddev": {"minibatch": "stddev"},
    "instance_noise": {"instance_noise": 0.5, "noise_until": 6000},
    "ema": {"ema": 0.999},
}
"""The fields that each cure changes."""


@dataclass(frozen=True)
class Card:
    """One mistake. Runs play with their config's seed; the evidence has sixteen seeds of each, from 0."""

    broken: RunConfig
    fixed: RunConfig
    others: Mapping[str, RunConfig] = field(default_factory=dict)
    """Further measured runs, by name."""
    seeds: bool = False
    """Whether the two differ only in the seed. Then each seed of the evidence is a separate run."""
    studies: tuple[str, ...] = ()
    """Further studies of the mistake, by their names in `python -m ganlab study`."""

    @property
    def arms(self) -> Iterator[tuple[str, RunConfig]]:
        """(name, config) of every measured run."""
        yield from (("broken", self.broken), ("fixed", self.fixed), *self.others.items())


CARDS: dict[str, Card] = {
    "too_much_d": Card(
        LAB.replace(d_steps=50, steps=500),
        LAB,
        {
            "k5": LAB.replace(d_steps=5, steps=3000),
            "k50_r1": LAB.replace(d_steps=50, steps=500, regularizer="r1"),
            "k50_wgan_gp": CRITIC.replace(d_steps=50, steps=500, regularizer="wgan_gp"),
        },
        studies=("k", "digits_k"),
    ),
    "no_cure": Card(
        NINE_MODES.replace(steps=20_000),
        NINE_MODES.replace(steps=20_000, **CURES["packing"]),
        {"none_early": NINE_MODES} | {name: NINE_MODES.replace(**changes) for name, changes in CURES.items()},
    ),
    "vanishing": Card(
        SURE.replace(loss="saturating"),
        SURE,
        {
            "adam": SURE.replace(loss="saturating", optimizer="adam", g_lr=5e-4, d_lr=2e-3),
            "overlap": SURE.replace(loss="saturating", edits=()),
        },
    ),
    "too_little_d": Card(LAB.replace(g_steps=10, steps=2000), LAB, {"slow_d": LAB.replace(d_lr=1e-6)}),
    "rates": Card(
        LAB.replace(d_lr=1e-2),
        LAB,
        {"both_high": LAB.replace(g_lr=0.05, d_lr=0.05), "g_high": LAB.replace(g_lr=1e-2)},
    ),
    "losses": Card(
        NINE_MODES.replace(steps=20_000),
        NINE_MODES.replace(packing=2, steps=20_000),
        {"weak_d": LAB.replace(g_steps=5, steps=3000)},
    ),
    "longer": Card(
        NINE_MODES.replace(steps=20_000),
        NINE_MODES.replace(packing=2, steps=20_000),
        {"early": NINE_MODES, "early_fixed": NINE_MODES.replace(packing=2)},
    ),
    "no_constraint": Card(
        CRITIC, CRITIC.replace(regularizer="wgan_gp"), {"clip": CRITIC.replace(regularizer="clip", clip_bound=0.1)}
    ),
    "one_seed": Card(LUCK.replace(seed=4), LUCK.replace(seed=13), seeds=True),
    "pixels": Card(
        OPENING.replace(pixels="bytes"),
        OPENING,
        {name: OPENING.replace(pixels=name) for name in ("unit", "standardised", "half")},
    ),
    "few_images": Card(FEW, OPENING, {"augmented": FEW.replace(augment="diffaugment")}),
}
"""Mistakes in settings and in evaluation, in the order of the page."""
PLACES: dict[str, PlaneConfig] = {"log_clipped": CERTAIN, "g_detached": LAB.replace(steps=2000)}
"""The run without a mistake that shows what the mistake does; LAB for the others."""
IN_CODE: dict[str, Card] = {
    name: Card(PLACES.get(name, LAB).replace(mistake=name), PLACES.get(name, LAB))
    for name in MISTAKES
    if name != "none"
}
"""Mistakes in the program: the broken run is trained as a program with the mistake would train it."""
LESSONS = CARDS | IN_CODE


def exhibits() -> Iterator[tuple[str, RunConfig]]:
    """(name, config) of the runs that only this page plays; of two runs with one key, the longer one."""
    sides = [(f"{name}.{side}", config) for name, card in LESSONS.items() for side, config in islice(card.arms, 2)]
    longest = {config.key(): config.steps for _, config in sorted(sides, key=lambda one: one[1].steps)}
    taken = {config.key() for config in PRESETS.values()}
    for name, config in sides:
        if config.key() not in taken and config.steps == longest[config.key()]:
            taken.add(config.key())
            yield name, config


EXHIBITS: dict[str, RunConfig] = dict(exhibits())


def shipped() -> dict[str, Path]:
    """Key -> recording of every run that ships."""
    named = ((RECORDED / f"{name}.zip", config) for name, config in {**EXHIBITS, **PRESETS}.items())
    return {config.key(): path for path, config in named if path.is_file()}
