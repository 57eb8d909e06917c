"""Finds the training images nearest to a generated image, to show whether G has memorised them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ganlab.data.images import IMAGE_SETS, chosen, scaled
from ganlab.digits.config import DigitsConfig
from ganlab.digits.judge import judge
from ganlab.digits.metrics import nearest

COUNT = 5
PART = 2_500
"""Number of training images that are held as floats at once: 8 MB."""


@dataclass(frozen=True, eq=False)
class Lookalikes:
    """The training images nearest to a generated image, and the classification of that image."""

    images: NDArray[np.uint8]
    """(k, 28, 28), nearest first."""
    labels: NDArray[np.int64]
    """(k,)"""
    distances: NDArray[np.float32]
    """(k,) root mean squared difference of pixels in [-1, 1], 0 to 2."""
    opinion: NDArray[np.float32]
    """(10,) the classifier's probabilities; (0,) for data that are not digits."""
    typical: tuple[float, float] | None
    """Distances of test images of the same digit to their nearest training image: the median and the first percentile;
    None if unknown."""


def lookalikes(image: NDArray[np.uint8], config: DigitsConfig) -> Lookalikes:
    """The COUNT training images of a run nearest to an image (28, 28) uint8, pixel by pixel. Raises DataError."""
    images, labels = chosen(config.dataset, config.classes)
    one = scaled(torch.tensor(image)[None])[:, 0]
    found = [(distance, start + i) for start in range(0, len(images), PART) for distance, i in best(one, images, start)]
    distances, places = zip(*sorted(found)[:COUNT], strict=True)
    near = torch.tensor(places)
    opinion = judge(one).probabilities[0].numpy() if IMAGE_SETS[config.dataset].handwritten else np.empty(0, np.float32)
    typical = TYPICAL[config.dataset][int(opinion.argmax())] if config.dataset in TYPICAL and len(opinion) else None
    return Lookalikes(images[near].numpy(), labels[near].numpy(), np.array(distances, np.float32), opinion, typical)


def best(one: torch.Tensor, images: torch.Tensor, start: int) -> list[tuple[float, int]]:
    """(distance, index) of the nearest images of one part of the pool; indices count from its start."""
    indices, distances = nearest(one, scaled(images[start : start + PART])[:, 0], COUNT)
    return [(float(distance), int(i)) for distance, i in zip(distances[0], indices[0], strict=True)]


TYPICAL: dict[str, tuple[tuple[float, float], ...]] = {
    "mnist_5k": (
        (0.37, 0.23),
        (0.16, 0.1),
        (0.43, 0.3),
        (0.4, 0.28),
        (0.36, 0.24),
        (0.4, 0.27),
        (0.35, 0.23),
        (0.31, 0.19),
        (0.41, 0.3),
        (0.32, 0.22),
    ),
    "mnist": (
        (0.31, 0.21),
        (0.12, 0.08),
        (0.36, 0.25),
        (0.34, 0.24),
        (0.31, 0.21),
        (0.34, 0.23),
        (0.3, 0.2),
        (0.26, 0.15),
        (0.36, 0.24),
        (0.27, 0.18),
    ),
}
"""For each digit, the distance of MNIST's test images to the nearest training image: median and first percentile."""
