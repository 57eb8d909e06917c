"""Distributions on a line that the generator learns.

All random numbers come from the generator that is passed in; nothing here uses global random state.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

from ganlab.data.dataset import Dataset


def gaussian(mean: float, std: float, extent: float) -> Dataset:
    """One Gaussian N(mean, std^2), measured like data without modes: a generator can only miss its place and width."""
    one = mixture([mean], [1.0], std, extent)
    return Dataset(one.sample, extent, density=one.density, script=one.script, dim=1)


def mixture(means: list[float], weights: list[float], std: float, extent: float) -> Dataset:
    """Gaussians N(mean_k, std^2) with probabilities that sum to 1."""
    modes, likely = torch.tensor(means)[:, None], torch.tensor(weights)

    def sample(n: int, rng: Generator) -> Tensor:
        which = torch.multinomial(likely, n, replacement=True, generator=rng)
        return torch.randn(n, 1, generator=rng).mul_(std).add_(modes[which])

    def density(x: Tensor) -> Tensor:
        bells = ((x - modes.to(x).T) / std).square().mul(-0.5).exp()
        return bells @ likely.to(x) / (std * math.sqrt(2 * math.pi))

    unequal = likely if len(set(weights)) > 1 else None
    script = MIXTURE_SCRIPT.format(modes=[[mean] for mean in means], weights=weights, std=std)
    return Dataset(sample, extent, modes, std, density, script, unequal, dim=1)


def uniform(half: float, extent: float) -> Dataset:
    """Uniform on [-half, half]."""

    def sample(n: int, rng: Generator) -> Tensor:
        return (torch.rand(n, 1, generator=rng) * 2 - 1) * half

    def density(x: Tensor) -> Tensor:
        return (x[:, 0].abs() <= half).to(x) / (2 * half)

    return Dataset(sample, extent, density=density, script=UNIFORM_SCRIPT.format(half=half), dim=1)


MIXTURE_SCRIPT = '''
MODES = torch.tensor({modes})
WEIGHTS = torch.tensor({weights})


def real_points(n, rng):
    """The data, on a line: one of MODES, as likely as WEIGHTS say, with noise."""
    which = torch.multinomial(WEIGHTS, n, replacement=True, generator=rng)
    return torch.randn(n, 1, generator=rng) * {std} + MODES[which]
'''
UNIFORM_SCRIPT = '''
def real_points(n, rng):
    """The data, on a line: even between -{half} and {half}."""
    return (torch.rand(n, 1, generator=rng) * 2 - 1) * {half}
'''

# With the half-width of most data on the plane, so that lengths and rates compare.
ON_A_LINE = {
    "gaussian_1d": gaussian(mean=0.5, std=0.6, extent=3.0),
    "two_gaussians_1d": mixture([-1.2, 1.2], [0.5, 0.5], std=0.35, extent=3.0),
    "unequal_1d": mixture([-1.2, 1.2], [0.75, 0.25], std=0.35, extent=3.0),
    "uniform_1d": uniform(half=1.5, extent=3.0),
}
