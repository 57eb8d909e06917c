"""The configs of the later looks: other people's settings, drawn by lot from menus before any of them was trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, TypeVar

from ganlab.kind.config import RunConfig
from ganlab.kind.fields import ConfigError
from ganlab.plane.config import PlaneConfig

LOTS = {
    "third": ("lot", "third look"),
    "fourth": ("new", "fourth look"),
    "fifth": ("next", "fifth look"),
    "sixth": ("more", "one more look"),
    "seventh": ("other", "seventh look"),
    "eighth": ("again", "eighth look"),
}
"""By look, the first word of its configs' names, and the seed of its draw."""
EACH = 3
"""Configs of each kind."""
Menu = Mapping[str, Sequence[Any]]
"""By field, the values that are as likely."""

C = TypeVar("C", bound=RunConfig)
BASE = PlaneConfig(members=8)
NETS: Menu = {
    "g_width": (32, 64, 128),
    "d_width": (32, 64, 128),
    "activation": ("leaky_relu", "relu", "tanh"),
    "latent_dim": (2, 8, 16),
    "batch_size": (64, 128, 256),
    "loss": ("nonsaturating", "nonsaturating", "least_squares", "hinge"),
    "beta1": (0.0, 0.5, 0.9),
}
"""What every config draws, unless its kind says otherwise."""
MODES, WIDE = ("ring", "grid_3x3", "two_gaussians", "blobs"), ("annulus", "moons", "swiss_roll", "checkerboard")
AREA = ("checkerboard", "annulus", "gaussian", "blobs")
"""Data that fill an area, which no curve does."""
PARTED = ("ring", "grid_3x3", "annulus", "moons")
"""Data that are far from every shifted and stretched Gaussian."""
ALONE = ((0, "g_steps", 0), (3000, "g_steps", 1))
"""D learns alone for 3,000 steps."""
DESCENT: Menu = {"optimizer": ("sgd",), "g_lr": (0.05,), "d_lr": (0.15,), "beta1": (0.5,), "loss": ("saturating",)}
R3: Menu = {"loss": ("relativistic",), "regularizer": ("r1_r2",), "gamma": (0.02, 0.1), "beta1": (0.0,)}

KINDS: dict[str, tuple[Menu, ...]] = {
    "healthy": (
        {"dataset": MODES, "regularizer": ("r1",), "beta1": (0.0, 0.5), "steps": (4000,)},
        {"dataset": (*MODES, "gaussian"), "g_lr": (1e-3,), "d_lr": (1e-3,), "steps": (4000,), **R3},
        {"dataset": ("two_gaussians", "blobs", "gaussian"), "steps": (2000, 3000)},
    ),
    "collapse": (
        {"dataset": ("ring", "grid_3x3"), "g_lr": (5e-4, 1e-3), "d_lr": (5e-4, 1e-3), "steps": (1500, 2500)},
        {"dataset": ("ring", "grid_3x3"), "d_steps": (5, 10), "steps": (500,)},
    ),
    "fast_g": (
        {"dataset": MODES, "g_lr": (2e-3, 5e-3), "d_lr": (1e-4, 2e-4), "steps": (1000, 1500)},
        {"dataset": MODES, "g_steps": (5, 10), "g_lr": (1e-3, 2e-3), "steps": (600, 1000)},
    ),
    "weak": ({"dataset": (*MODES, "moons"), "d_lr": (2e-6, 5e-6, 1e-5), "steps": (800, 1500)},),
    "young": ({"dataset": (*MODES, *WIDE), "regularizer": ("none", "r1"), "steps": (200, 300, 400)},),
    "vanishing": (
        {"dataset": (*MODES, "annulus"), "edits": (ALONE,), "steps": (3600,), **DESCENT},
        {
            "dataset": MODES,
            "loss": ("saturating",),
            "d_steps": (10, 20),
            "g_lr": (1e-4,),
            "d_lr": (2e-3,),
            "steps": (400,),
        },
    ),
    "diverging": (
        {"dataset": (*MODES, "moons"), "loss": ("wasserstein",), "d_steps": (1, 5), "steps": (500, 800)},
        {"dataset": MODES, "mistake": ("labels_swapped",), "loss": ("nonsaturating", "hinge"), "steps": (800,)},
    ),
    "high_rates": ({"dataset": (*MODES, "moons"), "g_lr": (5e-3, 1e-2), "d_lr": (5e-3, 1e-2), "steps": (1200,)},),
    "narrow": (
        {"dataset": AREA, "latent_dim": (1,), "regularizer": ("none", "r1"), "steps": (1500, 2500)},
        {"dataset": PARTED, "g_depth": (0,), "regularizer": ("none", "r1"), "steps": (1500,)},
    ),
    "wide": ({"dataset": WIDE, "regularizer": ("none", "r1"), "steps": (1500, 3000)},),
}
"""By what is done to the runs, the menus; a config draws one of them first."""


def lots(
    kinds: Mapping[str, Sequence[Menu]], nets: Menu, base: C, each: int, word: str, lot: Random
) -> dict[str, tuple[str, C]]:
    """By name, (what is done, config): so many of every kind; their names begin with a word."""
    names = [(kind, f"{word}_{kind}_{number + 1}") for kind in kinds for number in range(each)]
    return {name: (kind, one(kinds[kind], nets, base, lot)) for kind, name in names}


def one(menus: Sequence[Menu], nets: Menu, base: C, lot: Random) -> C:
    """A config of one of the menus; another one if it is refused."""
    menu = {**nets, **lot.choice(menus)}
    try:
        return base.replace(**{field: lot.choice(values) for field, values in menu.items()})
    except ConfigError:
        return one(menus, nets, base, lot)


DRAWN = {look: lots(KINDS, NETS, BASE, EACH, word, Random(seed)) for look, (word, seed) in LOTS.items()}
