"""M independent multilayer perceptrons that are trained side by side. Every tensor has a leading members axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ganlab.gan.rng import stream

aten = torch.ops.aten


def leaky_relu(x: Tensor) -> Tensor:
    """x where positive, 0.2 x elsewhere (the slope of DCGAN, arXiv:1511.06434)."""
    return F.leaky_relu(x, 0.2)


class MinibatchLayer(Protocol):
    """A layer before D's last one that compares a point's features with those of its batch."""

    @property
    def columns(self) -> int:
        """Numbers that are appended to each point's features."""

    @property
    def size(self) -> int:
        """Columns of its own weight (h, size) and bias (1, size); 0 without parameters."""

    @property
    def script(self) -> str:
        """class BatchLayer in the exported script, a module with `columns` and start(draw), where draw(weight)
        initialises a weight; "": it is left to be written by hand."""

    def __hash__(self) -> int:
        """Equal layers have equal hashes."""

    def __call__(self, features: Tensor, weight: list[Tensor], others: Tensor | None = None) -> Tensor:
        """(..., B, h) -> (..., B, columns): each point against the batch, or against `others` (..., b, h)."""


class Network:
    """M perceptrons with layer widths `sizes`, all weights as views of one flat vector.

    Layer l holds a weight (M, in, out) and a bias (M, 1, out), initialised as PyTorch's Linear does, U(±1/√in),
    member m from stream(seed, name, m). With `spectral`, every weight is divided by its largest singular value,
    as estimated by the power vectors (arXiv:1802.05957 alg. 1), which only `power_iteration` updates. With a
    `minibatch_layer` a point's output depends on its batch. The layer's parameters come last in `flat`; its weight is
    initialised like the others, its bias is 0.
    """

    def __init__(
        self,
        sizes: list[int],
        activation: str,
        members: int,
        seed: int,
        name: str,
        spectral: bool = False,
        minibatch_layer: MinibatchLayer | None = None,
    ):
        self.members, self.activation, self.minibatch_layer = members, ACTIVATIONS[activation], minibatch_layer
        self.batch: int | None = None
        layers = layer_sizes(sizes, minibatch_layer)
        self.shapes = [shape for n, m in layers for shape in ((members, n, m), (members, 1, m))]
        self.counts = [torch.Size(shape).numel() for shape in self.shapes]
        self.depth = len(sizes) - 1
        self.flat = torch.empty(sum(self.counts))
        views = self.views(self.flat)
        for member in range(members):
            rng = stream(seed, name, member)
            for weight, bias in zip(views[::2], views[1::2], strict=True):
                bound = weight.shape[1] ** -0.5
                weight[member].uniform_(-bound, bound, generator=rng)
                bias[member].uniform_(-bound, bound, generator=rng)
        for bias in views[2 * self.depth + 1 :: 2]:
            bias.zero_()
        self.params = [view.detach().requires_grad_() for view in views]
        self.power: list[Tensor] = []
        if spectral:
            self._start_power(stream(seed, name, "power"))

    def __call__(self, x: Tensor, params: list[Tensor] | None = None) -> Tensor:
        """Outputs (M, B, sizes[-1]) of inputs (M, B, sizes[0]); with the weights `params` instead of its own."""
        params = self.params if params is None else params
        return self.conclude(self.features(x, params), params)

    def features(self, x: Tensor, params: list[Tensor] | None = None) -> Tensor:
        """The last hidden layer's outputs (M, B, h) at inputs (M, B, sizes[0])."""
        params = self.params if params is None else params
        for layer in range(self.depth - 1):
            x = self.activation.function(torch.baddbmm(params[2 * layer + 1], x, self.weight(layer, params)))
        return x

    def conclude(self, features: Tensor, params: list[Tensor], others: Tensor | None = None) -> Tensor:
        """Outputs of the last layer at the features (M, B, h) of a batch, or of points that each join `others`."""
        end = 2 * self.depth
        if self.minibatch_layer:
            compare = self.minibatch_layer if self.batch is None else self.compared
            features = torch.cat([features, compare(features, params[end:], others)], -1)
        return torch.baddbmm(params[end - 1], features, self.weight(self.depth - 1, params))

    def compared(self, features: Tensor, weight: list[Tensor], others: Tensor | None) -> Tensor:
        """The minibatch layer's numbers at the features (M, n, h) of several batches, each within its own."""
        assert self.minibatch_layer is not None
        own = self.minibatch_layer(self.apart(features), [part.unsqueeze(1) for part in weight], others)
        return own.flatten(1, 2)

    def apart(self, values: Tensor) -> Tensor:
        """Values (M, n, ...) of all points by batch, (M, n/b, b, ...); unchanged if they are one batch."""
        return values if self.batch is None else values.unflatten(1, (-1, self.batch))

    def in_batches(self, size: int) -> Network:
        """This network, for points that are batches of so many, one after the other."""
        other = copy(self)
        other.batch = size
        return other

    def weight(self, layer: int, params: list[Tensor]) -> Tensor:
        """The effective weight of a layer, (M, in, out): W, or W/σ(W) under spectral normalisation."""
        w = params[2 * layer]
        return w / (self.power[2 * layer] @ w @ self.power[2 * layer + 1].mT) if self.power else w

    def views(self, flat: Tensor) -> list[Tensor]:
        """A vector laid out as `flat`, as weights and biases in turn."""
        return [view.view(shape) for view, shape in zip(flat.split(self.counts), self.shapes, strict=True)]

    @torch.no_grad()
    def power_iteration(self, times: int = 1) -> None:
        """Runs power iteration on every weight; does nothing without spectral normalisation."""
        for i, w in enumerate(self.params[: 2 * self.depth : 2] if self.power else []):
            for _ in range(times):
                self.power[2 * i].copy_(F.normalize(self.power[2 * i + 1] @ w.mT, dim=-1))
                self.power[2 * i + 1].copy_(F.normalize(self.power[2 * i] @ w, dim=-1))

    def beside(self, flats: Sequence[Tensor], power: Sequence[list[Tensor]]) -> Network:
        """The networks that this one was at several moments, as members of one, moment by moment.

        flats: copies of `flat`; power: of `power`. The new one's own `flat` is of no use.
        """
        other = copy(self)
        parts = zip(torch.stack(tuple(flats)).split(self.counts, 1), self.shapes, strict=True)
        other.members, other.params = len(flats) * self.members, [p.reshape(-1, *shape[1:]) for p, shape in parts]
        other.power = [torch.cat(column) for column in zip(*power, strict=True)]
        return other

    def norms(self, flat: Tensor) -> Tensor:
        """The Euclidean norm (..., M) of each member's share of vectors (..., n) laid out as `flat`."""
        rows = [
            part.reshape(-1, part.shape[-1] // self.members).square().numpy() for part in flat.split(self.counts, -1)
        ]
        with np.errstate(over="ignore"):  # numpy's sum of a row does not depend on the other rows, torch's does
            squares = np.stack([row.sum(-1) for row in rows])
        return torch.from_numpy(np.sqrt(squares.sum(0))).view(*flat.shape[:-1], self.members)

    def _start_power(self, rng: torch.Generator) -> None:
        for w in self.params[: 2 * self.depth : 2]:
            members, n, m = w.shape
            self.power += [torch.randn(members, 1, size, generator=rng) for size in (n, m)]
        self.power_iteration(15)


def layer_sizes(sizes: list[int], minibatch_layer: MinibatchLayer | None = None) -> list[tuple[int, int]]:
    """(inputs, outputs) of every layer, then of the minibatch layer. Its columns are inputs of the last layer."""
    *hidden, (n, m) = pairwise(sizes)
    if minibatch_layer is None:
        return [*hidden, (n, m)]
    return [*hidden, (n + minibatch_layer.columns, m), *([(n, minibatch_layer.size)] if minibatch_layer.size else [])]


def parameter_count(sizes: list[int], minibatch_layer: MinibatchLayer | None = None) -> int:
    """Weights and biases of one member."""
    return sum((n + 1) * m for n, m in layer_sizes(sizes, minibatch_layer))


@dataclass(frozen=True)
class Activation:
    """What stands between two layers, as data."""

    function: Callable[[Tensor], Tensor]
    """Elementwise."""
    script: str = ""
    """The same as a layer of torch.nn in the exported script; "": it is left to be written by hand."""
    in_place: Callable[[Tensor], Tensor] | None = None
    """The same in place; None, like `backward`: its networks are trained with autograd."""
    backward: Callable[[Tensor, Tensor], Tensor] | None = None
    """(gradient at the output, output) -> gradient at the input, in place."""


def leaky_relu_backward(slope: Tensor, y: Tensor) -> Tensor:
    """The gradient before `leaky_relu`, in place, from that behind it and the output."""
    before: Tensor = aten.leaky_relu_backward.grad_input(slope, y, 0.2, True, grad_input=slope)
    return before


def relu_backward(slope: Tensor, y: Tensor) -> Tensor:
    """The gradient before a rectifier, in place, from that behind it and the output."""
    before: Tensor = aten.threshold_backward.grad_input(slope, y, 0, grad_input=slope)
    return before


def tanh_backward(slope: Tensor, y: Tensor) -> Tensor:
    """The gradient before tanh, in place, from that behind it and the output."""
    before: Tensor = aten.tanh_backward.grad_input(slope, y, grad_input=slope)
    return before


ACTIVATIONS = {
    "leaky_relu": Activation(
        leaky_relu, "nn.LeakyReLU(0.2)", partial(F.leaky_relu_, negative_slope=0.2), leaky_relu_backward
    ),
    "relu": Activation(F.relu, "nn.ReLU()", torch.relu_, relu_backward),
    "tanh": Activation(torch.tanh, "nn.Tanh()", torch.tanh_, tanh_backward),
}
