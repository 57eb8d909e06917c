"""Real images that no run is trained on: 1,000 of MNIST's test set, which show what D has memorised."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganlab.data.images import IMAGE_SETS, PIXELS, Batches

HELD_OUT = Path(__file__).with_name("mnist_held_out.npz")
"""Made by `python -m ganlab subset --held-out`; see the note beside it for source and licence."""


@lru_cache(1)
def everything() -> tuple[Tensor, Tensor]:
    """The images (1000, 28, 28) uint8 and labels (1000,), 100 a digit."""
    with np.load(HELD_OUT, allow_pickle=False) as arrays:
        return torch.from_numpy(arrays["images"]), torch.from_numpy(arrays["labels"]).long()


@lru_cache(8)
def held_out(dataset: str, classes: str, count: int, seed: int, pixels: str = "symmetric") -> Tensor | None:
    """`count` images of the chosen digits, (count, 1, 28, 28) on a scale of pixels; None if the data are no digits.

    Images are repeated if there are fewer.
    """
    if not IMAGE_SETS[dataset].handwritten:
        return None
    images, labels = everything()
    kept = torch.isin(labels, torch.tensor([int(name) for name in classes]))
    return Batches(images[kept], count, seed, "frame/held_out", PIXELS[pixels]).row(0)
