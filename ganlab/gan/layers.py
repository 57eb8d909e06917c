"""Layers that torch.nn lacks: dropout from a named generator, flattening that keeps the memory layout, D; G's last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil

import torch
from torch import Tensor, nn

from ganlab.gan.nets import MinibatchLayer

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
COINS = 1 << 15
"""Random numbers that are drawn at once: as many as fit a core's cache."""


class Dropout(nn.Module):
    """Dropout with masks from a named generator; the identity without a generator."""

    def __init__(self, p: float):
        super().__init__()
        self.p = p
        self.rng: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        """x with a share p of its numbers set to 0 and the others divided by 1 - p."""
        if self.rng is None:
            return x
        keep = coins(torch.empty_like(x, device="cpu", requires_grad=False), 1 - self.p, self.rng)
        return x * keep.div_(1 - self.p).to(x.device)


class Flatten(nn.Flatten):
    """(B, ...) -> (B, n), channels first; the gradient has the memory layout of x.

    With two different layouts the backward pass of a rectifier takes ten times as long.
    """

    def forward(self, x: Tensor) -> Tensor:
        """One row for each of x."""
        if x.requires_grad:
            last = x.is_contiguous(memory_format=torch.channels_last)
            layout = torch.channels_last if last else torch.contiguous_format
            x.register_hook(partial(Tensor.contiguous, memory_format=layout))
        return super().forward(x)


class MinibatchFeatures(nn.Module):
    """Appends to each image's features a comparison with its batch: (B, h) -> (B, h + columns)."""

    def __init__(self, width: int, minibatch_layer: MinibatchLayer):
        super().__init__()
        self.minibatch_layer = minibatch_layer
        shapes = [(width, minibatch_layer.size), (minibatch_layer.size,)] if minibatch_layer.size else []
        self.learned = nn.ParameterList([nn.Parameter(torch.empty(shape)) for shape in shapes])

    def forward(self, x: Tensor) -> Tensor:
        """The features and the output of the minibatch layer."""
        return torch.cat([x, self.minibatch_layer(x, list(self.learned))], -1)


class ConvDiscriminator(nn.Sequential):
    """D: a body that computes features, and a head that maps them to a logit."""

    def __init__(self, *layers: nn.Module, head: int = 1):
        super().__init__(*layers)
        self.head = head

    def forward(self, x: Tensor, features: bool = False) -> Tensor:
        """Logits (B, 1) of packs (B, m, 28, 28), or the last features (B, h)."""
        for layer in list(self)[: -self.head]:
            x = layer(x)
        if features:
            return x.flatten(1)
        for layer in list(self)[-self.head :]:
            x = layer(x)
        return x

    def normalised(self) -> ConvDiscriminator:
        """The same D with batch normalisation after every layer with weights but the first and the last.

        (arXiv:1511.06434.) It always uses the statistics of the batch, so that D keeps none of earlier ones.
        """
        _, *between, _ = (layer for layer in self if isinstance(layer, nn.Linear | nn.Conv2d))
        layers: list[nn.Module] = []
        for layer in self:
            layers.append(layer)
            if layer in between:
                layers.append(batch_norm_after(layer))
        return ConvDiscriminator(*layers, head=self.head)

    def with_minibatch_layer(self, minibatch_layer: MinibatchLayer | None) -> ConvDiscriminator:
        """The same D with a minibatch layer before its head. A convolution as head becomes a dense layer."""
        if minibatch_layer is None:
            return self
        last = list(self)[-self.head]
        assert isinstance(last, nn.Linear | nn.Conv2d)
        width = last.weight[0].numel()
        body = [*list(self)[: -self.head], Flatten()]
        return ConvDiscriminator(
            *body, MinibatchFeatures(width, minibatch_layer), nn.Linear(width + minibatch_layer.columns, 1), head=2
        )


def batch_norm_after(layer: nn.Module) -> nn.Module:
    """Batch normalisation without memory for a layer's outputs; the layer loses its bias, which would cancel."""
    layer.register_parameter("bias", None)
    if isinstance(layer, nn.Conv2d):
        return nn.BatchNorm2d(layer.out_channels, track_running_stats=False)
    assert isinstance(layer, nn.Linear)
    return nn.BatchNorm1d(layer.out_features, track_running_stats=False)


def coins(out: Tensor, p: float, rng: torch.Generator) -> Tensor:
    """Fills a tensor, in memory order, with 1 (probability p) or 0: the same numbers as `bernoulli_`, in half the time.

    Both draw 64 bits for each number and use 53 of them. Here a block that fits the cache is compared at once.
    """
    draws = torch.empty(min(COINS, out.numel()), dtype=torch.int64)
    for part in out.as_strided((out.numel(),), (1,)).split(COINS):
        drawn = draws[: len(part)].random_(generator=rng).bitwise_and_(2**53 - 1)
        torch.lt(drawn, ceil(p * 2**53), out=part)
    return out


@dataclass(frozen=True)
class Output:
    """G's last layer, as data."""

    layer: Callable[[], nn.Module]
    low: float
    high: float
    """The values that it can make lie between these two."""


OUTPUTS = {"tanh": Output(nn.Tanh, -1.0, 1.0), "sigmoid": Output(nn.Sigmoid, 0.0, 1.0)}
D_NORMS = {
    "none": "",
    "apart": "batch normalisation; real and generated images in batches of their own",
    "mixed": "batch normalisation; both in one batch while D learns",
}
