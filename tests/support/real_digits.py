"""MNIST's test set for the tests, where the checkout has it beside it."""

from functools import lru_cache
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ganlab.digits.judge import Judged, judge
from ganlab.gan.rng import stream
from scripts.train_judge import read_mnist

RAW = Path(__file__).parents[3] / "shared" / "data" / "MNIST" / "raw"


def mnist(part: str) -> tuple[Tensor, Tensor]:
    """Images (n, 28, 28) and labels (n,) of "train" or "t10k"; skips the test that asks where there are none."""
    if not RAW.exists():
        pytest.skip("no MNIST in ../shared/data")
    return read_mnist(RAW, part)


@lru_cache(1)
def judged_digits() -> tuple[Tensor, Tensor, Judged]:
    """The test set in random order: images (10000, 28, 28), labels, and what the judge sees in them."""
    images, labels = mnist("t10k")
    order = torch.randperm(len(labels), generator=stream(0, "test"))
    return images[order], labels[order], judge(images[order])


def some(judged: Judged, chosen: slice | list[int] | Tensor) -> Judged:
    """The chosen ones of what has been judged."""
    return Judged(judged.features[chosen], judged.probabilities[chosen])
