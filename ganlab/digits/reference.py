"""Statistics of real digits in the classifier's features, as made by `python -m ganlab judge`."""

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from ganlab.digits.judge import N_DIGITS

REFERENCE = Path(__file__).parents[1] / "weights" / "digits.safetensors"
IMAGES = 60_000
"""Number of training images for the means and covariances."""
NEIGHBOURS = 2_000
"""Maximum number of real images for precision, recall, density and coverage."""

Shares = tuple[float, ...]
"""(10,) share of each digit, sum 1."""
COUNTS = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
TRAINING: Shares = tuple(count / IMAGES for count in COUNTS)
"""The shares of MNIST's training set."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Real digits in the classifier's 128 features, mixed in the digit shares of the training data."""

    due: NDArray[np.float64]  # (10,) those shares
    mean: Tensor  # (128,) float64
    moment: Tensor  # (128, 128) float64, the mean of f f^T
    spread: Tensor  # (10,) float64, root mean squared distance between two real images of a digit
    features: Tensor  # (m, 128) float32 of m <= 2000 real images; every prefix holds the digits in their shares


@lru_cache(32)
def reference(due: Shares = TRAINING) -> Reference:
    """The real digits in the given shares. Raises ValueError unless they are ten, not negative, and sum to 1."""
    if len(due) != N_DIGITS or not (min(due) >= 0 and abs(sum(due) - 1) < 1e-6):
        raise ValueError(f"due={due}: expected {N_DIGITS} shares, none negative, with sum 1")
    means, covariances = _shipped()["mean"].double(), _shipped()["covariance"].double()
    weights = torch.tensor(due, dtype=torch.float64)
    moments = covariances + means[:, :, None] * means[:, None, :]
    return Reference(
        due=np.array(due),
        mean=weights @ means,
        moment=torch.tensordot(weights, moments, 1),
        spread=(2 * covariances.diagonal(dim1=1, dim2=2).sum(1)).sqrt(),
        features=_mixed(_shipped()["features"].float(), due),
    )


def _mixed(pool: Tensor, due: Shares) -> Tensor:
    """Rows of the pool (10, p, 128) in one sequence (m, 128), with evenly spaced digits, until one is used up."""
    places = (np.arange(pool.shape[1]) + 0.5)[None] / np.maximum(due, 1e-9)[:, None]
    length = min(NEIGHBOURS, pool.shape[1] / max(due))
    order = np.argsort(places, axis=None, kind="stable")[: int((places < length).sum())]
    return pool.flatten(0, 1)[torch.from_numpy(order)]


def fid_floor(n: int, due: Shares = TRAINING) -> float:
    """FID of n real images against all other real images: the best score that a generator can have.

    It falls roughly as 1/n. It was measured for random training images at 8 sizes from 250 to 30 000. Between them it
    is interpolated in logarithms, outside them it is constant. nan if a digit is missing in `due`.
    """
    if min(due) == 0:
        return math.nan
    sizes, values = _shipped()["floor_n"].log().numpy(), _shipped()["floor_fid"].log().numpy()
    return float(np.exp(np.interp(math.log(n), sizes, values)))


@lru_cache(1)
def _shipped() -> dict[str, Tensor]:
    return load_file(REFERENCE)
