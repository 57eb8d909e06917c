"""Lists the generators that ship, with the shape that a config needs to continue one of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """The fields in which a config and a generator must agree."""

    architecture: str
    latent_dim: int
    g_output: str = "tanh"


PRETRAINED = {
    "dense": Shape("dense", 16),
    "light": Shape("light", 100),
    "classic": Shape("classic", 100),
    "deep": Shape("deep", 100),
    "light_2": Shape("light", 2),
    "light_16": Shape("light", 16),
    "light_512": Shape("light", 512),
    "collapsed": Shape("light", 100),
}
"""Made by `python -m ganlab generators`, which holds the rest of each config."""
