"""The judge: a small digit classifier. Its last hidden layer is the feature space for comparing images.

Two convolutions (32, 64), 5 x 5, each with ReLU and 2 x 2 pooling, 128 features, ten logits: LeNet's shape (LeCun et
al. 1998) with modern widths. The shipped weights are float16. `python -m ganlab judge` makes them and prints their
accuracy.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from ganlab.gan.rng import stream

FEATURES = 128
N_DIGITS = 10
SIDE = 28
BATCH = 250
"""Number of images in one forward pass: 25 MB of activations."""
WEIGHTS = Path(__file__).parents[1] / "weights" / "judge.safetensors"
SHAPES = {
    "conv1": (32, 1, 5, 5),
    "conv2": (64, 32, 5, 5),
    "hidden": (FEATURES, 64 * 4 * 4),
    "output": (N_DIGITS, FEATURES),
}

Weights = dict[str, Tensor]
"""`<layer>.weight` in the shapes of SHAPES and `<layer>.bias` (out,)."""
Images = Tensor | NDArray[np.floating]
"""(n, 28, 28) in [-1, 1], ink at 1."""


@dataclass(frozen=True)
class Judged:
    """The classifier's output for n images."""

    features: Tensor  # (n, 128) float32, >= 0
    probabilities: Tensor  # (n, 10) float32, each row sums to 1

    @property
    def digits(self) -> Tensor:
        """(n,) the most probable digit of each image."""
        return self.probabilities.argmax(1)

    @property
    def confidence(self) -> Tensor:
        """(n,) the probability of that digit, 0.1 to 1; not calibrated."""
        return self.probabilities.amax(1)

    def __len__(self) -> int:
        return len(self.features)


def judge(images: Images, weights: Weights | None = None) -> Judged:
    """Features and probabilities of images (n, 28, 28) in [-1, 1], by the shipped weights unless others are given.

    Raises ValueError for any other shape, for none, for values that are not finite or outside [-1, 1].
    """
    weights = weights or shipped_weights()
    with torch.no_grad():
        parts = [features_of(part, weights) for part in torch.split(checked(images), BATCH)]
        features = torch.cat(parts)
        return Judged(features, logits_of(features, weights).softmax(1))


def checked(images: Images) -> Tensor:
    """The images as a float32 tensor (n, 28, 28). Raises ValueError as `judge` does."""
    found = images if isinstance(images, Tensor) else torch.from_numpy(np.require(images, requirements="W"))
    if found.ndim != 3 or found.shape[1:] != (SIDE, SIDE) or not len(found):
        raise ValueError(f"images of shape {tuple(found.shape)}: expected (n, {SIDE}, {SIDE}) with n >= 1")
    if not found.is_floating_point():
        raise ValueError(f"images of type {found.dtype}: expected floating point numbers in [-1, 1]")
    low, high = (float(end) for end in torch.aminmax(found))
    if not (low >= -1.001 and high <= 1.001):
        raise ValueError(f"images with values from {low:g} to {high:g}: expected finite numbers in [-1, 1]")
    return found.detach().to("cpu", torch.float32)


def features_of(images: Tensor, weights: Weights) -> Tensor:
    """Images (n, 28, 28) -> features (n, 128), after ReLU."""
    x = images[:, None]
    for layer in ("conv1", "conv2"):
        x = F.max_pool2d(F.conv2d(x, weights[f"{layer}.weight"], weights[f"{layer}.bias"]), 2).relu()
    return F.linear(x.flatten(1), weights["hidden.weight"], weights["hidden.bias"]).relu()


def logits_of(features: Tensor, weights: Weights) -> Tensor:
    """Features (n, 128) -> logits (n, 10)."""
    return F.linear(features, weights["output.weight"], weights["output.bias"])


def initial_weights(seed: int) -> Weights:
    """Untrained weights: He's normal (arXiv:1502.01852), each layer from its own stream, and biases of 0."""
    weights = {}
    for layer, shape in SHAPES.items():
        scale = (2 / np.prod(shape[1:])) ** 0.5
        weights[f"{layer}.weight"] = torch.randn(shape, generator=stream(seed, "judge", layer)) * scale
        weights[f"{layer}.bias"] = torch.zeros(shape[0])
    return weights


@lru_cache(1)
def shipped_weights() -> Weights:
    """The shipped weights as float32; the file is read once."""
    return {key: value.float() for key, value in load_file(WEIGHTS).items()}
