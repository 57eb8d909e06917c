"""The generators that ship, as data: what a config must agree with to train one of them further."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """What decides which tensors a generator has."""

    architecture: str
    latent_dim: int


PRETRAINED = {
    "light": Shape("light", 100),
    "classic": Shape("classic", 100),
    "deep": Shape("deep", 100),
    "light_2": Shape("light", 2),
    "light_16": Shape("light", 16),
    "light_512": Shape("light", 512),
    "collapsed": Shape("light", 100),
}
"""Made by `python -m ganlab generators`, which holds the rest of each config."""
