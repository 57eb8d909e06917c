"""The named studies: configs by arm, each over several seeds, with protocols and expectations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, TypeVar

from ganlab.digits.config import DigitsConfig
from ganlab.flow.config import FlowConfig
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import ConfigError, knobs
from ganlab.plane.config import PlaneConfig
from ganlab.presets import PUBLISHED
from ganlab.studies.cards import CURES, LAB, LESSONS, NINE_MODES, Card
from ganlab.studies.tables import Expected

C = TypeVar("C", bound=RunConfig)
SEEDS = 5
IDENTITY = ("seed", "members", "steps")
"""Fields that every row has."""


@dataclass(frozen=True)
class Study:
    """A study: arms by name, with configs of one kind. An arm's seeds are its configs and their members."""

    arms: Mapping[str, tuple[RunConfig, ...]]
    protocol: str
    expected: tuple[Expected, ...] = ()
    history: bool = True
    """Whether its table has every frame, or only an early one and the final evaluation."""

    @property
    def cells(self) -> Iterator[tuple[str, RunConfig]]:
        """(arm, config) in the order of computation: the first config of every arm, then the second."""
        turns = zip_longest(*([(arm, config) for config in configs] for arm, configs in self.arms.items()))
        return (cell for turn in turns for cell in turn if cell)

    @property
    def varied(self) -> list[str]:
        """The fields in which the configs differ, among the fields that all of them have."""
        configs = [config for _, config in self.cells]
        shared = set.intersection(*({*knobs(kind)} for kind in {type(config) for config in configs}))
        names = [name for name in knobs(type(configs[0])) if name in shared.difference(IDENTITY)]
        return [name for name in names if len({getattr(config, name) for config in configs}) > 1]

    def only(self, prefix: str) -> Study:
        """The same study with only the arms whose names begin with the prefix."""
        return replace(self, arms={arm: configs for arm, configs in self.arms.items() if arm.startswith(prefix)})

    def first(self, count: int) -> Study:
        """The same study with only the first configs of every arm."""
        return replace(self, arms={arm: configs[:count] for arm, configs in self.arms.items()})


def side_by_side(config: PlaneConfig) -> tuple[PlaneConfig, ...]:
    """The seeds as members of one batched run, which takes 20 to 40 % less work than separate runs."""
    return (config.replace(members=SEEDS),)


def one_by_one(config: C, seeds: int = SEEDS) -> tuple[C, ...]:
    """The seeds as separate runs, if a batched run exceeds the arithmetic limit or the kind has no members."""
    return tuple(config.replace(seed=seed) for seed in range(seeds))


PLAIN = {"nonsaturating": PUBLISHED, "saturating": PUBLISHED.replace(loss="saturating")}
BOUND = {
    "r1": PUBLISHED.replace(regularizer="r1", gamma=1.0),
    "wgan_gp": PUBLISHED.replace(loss="wasserstein", regularizer="wgan_gp", gp_lambda=0.1, beta2=0.9),
}
G_UPDATES, D_UPDATES = 500, 25_000
PUBLISHED_NINE_MODES = PUBLISHED.replace(dataset="grid_3x3")

LIGHT = DigitsConfig(batch_size=64, precision="bfloat16", steps=1000)
WAYS = {
    "nonsaturating": LIGHT,
    "saturating": LIGHT.replace(loss="saturating"),
    "wgan_gp": LIGHT.replace(loss="wasserstein", regularizer="wgan_gp", beta2=0.9),
    "r1_r2": LIGHT.replace(loss="relativistic", regularizer="r1_r2"),
}
EXACT = LIGHT.replace(precision="float32")
ON_DIGITS = {
    **{f"{name}_k1": way for name, way in WAYS.items()},
    **{f"{name}_k50_equal_d": way.replace(d_steps=50, steps=100) for name, way in WAYS.items()},
    **{f"{name}_k5": way.replace(d_steps=5) for name, way in WAYS.items()},
    "nonsaturating_k1_float32": EXACT,
    "nonsaturating_k5_float32": EXACT.replace(d_steps=5),
    **{f"{name}_k1_equal_d": way.replace(steps=5000) for name, way in WAYS.items()},
    "nonsaturating_k1_equal_d_float32": EXACT.replace(steps=5000),
    **{f"{name}_k50": way.replace(d_steps=50) for name, way in WAYS.items()},
}
"""The k sweep, the cheap arms first. k = 5 has 5,000 updates of D after 1,000 of G, like the arms `equal_d`."""
WIDE = DigitsConfig(dataset="mnist", latent_dim=128, g_lr=2e-4, d_lr=2e-4, batch_size=128, ema=0.0, steps=10_000)
"""The protocol of github.com/brycesandlund/paired-discriminator docs/MNIST.md with our networks."""
LOTTERY = 16
"""Number of seeds of an arm of the cures."""


def lottery_runs(config: C) -> tuple[C, ...]:
    """LOTTERY seeds in as few batched runs as the limits per step allow."""
    for members in (LOTTERY, 8, 4, 2):
        with suppress(ConfigError):
            return tuple(config.replace(members=members, seed=seed) for seed in range(LOTTERY // members))
    return tuple(config.replace(seed=seed) for seed in range(LOTTERY))


def cure_arms(base: PlaneConfig) -> dict[str, tuple[PlaneConfig, ...]]:
    """An arm without a cure, and one for each."""
    arms: dict[str, dict[str, Any]] = {"none": {}} | CURES
    return {name: lottery_runs(base.replace(**changes)) for name, changes in arms.items()}


def lab_arms() -> dict[str, tuple[RunConfig, ...]]:
    """The arms of all cards of the mistakes lab, as `card.arm`; equal configs are computed once."""
    return {f"{name}.{arm}": arm_runs(card, config) for name, card in LESSONS.items() for arm, config in card.arms}


def arm_runs(card: Card, config: RunConfig) -> tuple[RunConfig, ...]:
    """The seeds of a card's arm."""
    return one_by_one(config, LOTTERY) if card.seeds or not isinstance(config, PlaneConfig) else lottery_runs(config)


LAB_PROTOCOL = (
    "The arena's nets (64×2 each, leaky ReLU 0.2), latent 16, Adam 5e-4 (0.5, 0.999), batch 128, non-saturating, "
    "16 seeds."
)
CURES_PROTOCOL = (
    f"{LAB_PROTOCOL} 6,000 G updates; each arm is one cure alone: packing of 2; minibatch discrimination with 4 "
    "kernels of 5 dimensions; R1 + R2 with γ = 0.1 and the relativistic loss; WGAN-GP with λ = 0.1, k = 5 and Adam "
    "(0.5, 0.9); 5 unrolled D steps; instance noise of 0.5, gone at the end; the moving average of G with 0.999."
)

STUDIES: dict[str, Study] = {
    "ring": Study(
        arms={"vanilla": side_by_side(PUBLISHED)},
        protocol="The ring-8 anchor: non-saturating, no penalty, one D update a G update, 10,000 of each. Reported: "
        "github.com/brycesandlund/paired-discriminator, mean ± SD of 5 seeds, which draws its numbers otherwise.",
        expected=(
            Expected("vanilla", "modes_covered", 7, 8, "7.60 ± 0.89"),
            Expected("vanilla", "valid", 0.80, 0.90, "0.849 ± 0.012"),
            Expected("vanilla", "mode_tv", 0.15, 0.36, "0.226 ± 0.072"),
        ),
    ),
    "packing": Study(
        arms={
            "vanilla": side_by_side(PUBLISHED_NINE_MODES),
            "packing": side_by_side(PUBLISHED_NINE_MODES.replace(packing=2)),
        },
        protocol="The 3×3 grid, spacing 1.5, σ 0.1: vanilla against packing of 2 points (128 packs a batch), 10,000 "
        "updates. Reported: github.com/brycesandlund/paired-discriminator, mean ± SD of 5 seeds.",
        expected=(
            Expected("vanilla", "modes_covered", 4, 6, "4.8"),
            Expected("vanilla", "mode_tv", 0.45, 0.56, "0.519 ± 0.003"),
            Expected("packing", "modes_covered", 8.5, 9, "9.0"),
            Expected("packing", "mode_tv", 0, 0.30, "0.190 ± 0.022"),
        ),
    ),
    "k": Study(
        arms={f"{name}_k50": side_by_side(arm.replace(d_steps=50, steps=G_UPDATES)) for name, arm in PLAIN.items()}
        | {
            f"{name}_k{k}": side_by_side(arm.replace(d_steps=k, steps=G_UPDATES))
            for k in (5, 1)
            for name, arm in (PLAIN | BOUND).items()
        }
        | {f"{name}_k50": one_by_one(arm.replace(d_steps=50, steps=G_UPDATES)) for name, arm in BOUND.items()}
        | {
            f"{name}_k{k}_equal_d": side_by_side(arm.replace(d_steps=k, steps=D_UPDATES // k))
            for arms in (PLAIN, BOUND)
            for k in (5, 1)
            for name, arm in arms.items()
        }
        | {f"{name}_k50_long": side_by_side(arm.replace(d_steps=50, steps=1000)) for name, arm in PLAIN.items()}
        | {f"{name}_k50_long": one_by_one(arm.replace(d_steps=50, steps=700)) for name, arm in BOUND.items()},
        protocol="D updates per G update, 1, 5 and 50, under four ways to hold D, for 500 G updates; `equal_d`: for "
        "the 25,000 D updates that k = 50 has by then; `long`: further. `r1` is non-saturating with γ = 1; `wgan_gp` "
        "has λ = 0.1 and Adam (0.5, 0.9). Nothing is published on it. The bands are those of an earlier run of ours, "
        "one or two seeds; one of eight modes, perfectly drawn, has L_D .392, L_G 2.197 and accuracy .938. Few modes "
        "with a small valid share are a smear that has not found the modes yet, no collapse.",
        expected=(
            *(Expected(f"{name}_k50", "modes_covered", 0, 2, "1", least=4) for name in PLAIN),
            *(Expected(f"{name}_k50", "d_loss", 0.30, 0.50, ".34 to .42") for name in PLAIN),
            *(Expected(f"{name}_k50", "d_accuracy", 0.92, 0.96, ".936 to .942") for name in PLAIN),
            *(Expected(f"{name}_k50", "valid", 0, 0.15, ".07 to .08") for name in BOUND),
        ),
        history=False,
    ),
    "digits_k": Study(
        arms={arm: one_by_one(config, 3) for arm, config in ON_DIGITS.items()},
        protocol="D updates per G update on digits, 1, 5 and 50, under four ways to hold D, for 1,000 G updates; "
        "`equal_d`: for 5,000 D updates, which k = 5 has after its 1,000. `wgan_gp` has λ = 10 and Adam (0.5, 0.9); "
        "`r1_r2` is relativistic with γ = 0.1 on both penalties. Convolutions in bfloat16; `float32` is the control. "
        "Nothing is published on it, so nothing was expected.",
        history=False,
    ),
    "digits_10k": Study(
        arms={
            "float32": (WIDE,),
            "bfloat16": (WIDE.replace(precision="bfloat16"),),
            "average": (WIDE.replace(precision="bfloat16", ema=0.995),),
        },
        protocol="The protocol of github.com/brycesandlund/paired-discriminator docs/MNIST.md as far as our networks "
        "allow: all 60,000 training images, non-saturating, latent 128, batch 128, Adam 2e-4 (0.5, 0.999), weights "
        "from N(0, 0.02²), 10,000 updates of each, and the images of G itself. It differs in this: our light G has "
        "half the maps (434,881 weights against 941,569), our light D two convolutions instead of three (36,513 "
        "weights against 659,137), the judge is ours, and there is one seed instead of five. `bfloat16`: convolutions "
        "in it; `average`: the same with the moving average of G (0.995). Reported: their mean ± SD of 5 seeds.",
        expected=(
            Expected("float32", "digits_covered", 9.5, 10, "10.0 ± 0"),
            Expected("float32", "digit_tv", 0.08, 0.22, "0.140 ± 0.019"),
            Expected("float32", "accepted", 0.70, 0.82, "0.763 ± 0.002"),
        ),
        history=False,
    ),
    "lab": Study(
        arms=lab_arms(),
        protocol=f"What the mistakes lab shows, as `card.arm`. {LAB_PROTOCOL} On digits (`pixels`, `few_images`): the "
        "opening run of the MNIST page up to 2,000 updates, most cells on 16 cores of another machine with PyTorch "
        "2.11. Changes: `ganlab/studies/cards.py`.",
        history=False,
    ),
    "cures_ring": Study(arms=cure_arms(LAB), protocol=f"Cures of the ring of 8. {CURES_PROTOCOL}", history=False),
    "cures_grid": Study(arms=cure_arms(NINE_MODES), protocol=f"Cures of the 3×3 grid. {CURES_PROTOCOL}", history=False),
    "beside": Study(
        arms={data: lottery_runs(FlowConfig(dataset=data)) for data in (LAB.dataset, NINE_MODES.dataset)},
        protocol="Conditional flow matching along straight lines from N(0, I), by data set, 16 seeds. One network of "
        "64×2, leaky ReLU 0.2, Adam 2e-3 (0.9, 0.999), batch 128, 18,000 steps, which take the processor time of 6,000 "
        "rounds of the GAN in `cures_ring` and `cures_grid`, arm `none` (`python -m benchmarks.flow`). Sampled with 50 "
        "Euler steps, and with fewer where a column says so; a GAN evaluates G once a point.",
        history=False,
    ),
}
