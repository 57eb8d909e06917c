"""Forward and backward passes of perceptrons in closed form, in memory that is allocated once.

For a small network autograd's bookkeeping takes longer than the arithmetic. Tensors have the batch as their last axis:
(members, features, points).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import torch
from torch import Tensor

from ganlab.gan.nets import Network

AT_ONCE = 1 << 19
"""Floats of a hidden layer that `outputs` computes at once: two megabytes."""
Gradient = Sequence[tuple[Tensor, Tensor]]
"""Each layer's gradients at its weight (m, in, out) and at its bias (m, out)."""


class Passes:
    """The passes of some members of a network without minibatch layer, over a fixed number of points.

    Every view that a pass needs is made once, as making one takes as long as a small product.
    """

    def __init__(self, net: Network, members: slice, points: int):
        widths = [bias.shape[-1] for bias in net.params[1::2]]
        count = len(net.params[0][members])
        assert net.activation.in_place is not None
        assert net.activation.backward is not None
        self.act, self.act_backward = net.activation.in_place, net.activation.backward
        self.memory = [torch.empty(count, width, points) for width in widths]
        self.slope_memory = [torch.empty(count, width, points) for width in widths[:-1]]
        self.bind(net, members)

    def bind(self, net: Network, members: slice) -> None:
        """From now on the passes are those of other members, as many at most, or of another network of these widths."""
        self.given = [weight.detach()[members] for weight in net.params[::2]]
        self.power = [vector[members] for vector in net.power]
        self.weights = [torch.empty_like(weight) for weight in self.given] if self.power else self.given
        self.weights_t = [transposed(weight) for weight in self.weights]
        self.biases = [bias.detach()[members].mT for bias in net.params[1::2]]
        count = len(self.given[0])
        self.count = count
        # Where products of many pairs are several times as fast with the outputs, which are fewer, as rows on the left.
        self.narrows = [count > 1 and weight.shape[2] < weight.shape[1] for weight in self.given]
        self.outputs = [memory[:count] for memory in self.memory]
        self.slopes = [memory[:count] for memory in self.slope_memory]
        self.slopes_t = [slope.mT for slope in self.slopes]

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (m, out, points) at inputs (m, in, points); the next pass overwrites them.

        Inputs of all members, (in + 1, points), have a last row of ones, which the bias multiplies.
        """
        if self.power:
            for weight, norm, effective in zip(self.given, self.norms(), self.weights, strict=True):
                torch.div(weight, norm, out=effective)
        self.x, last = x, len(self.outputs) - 1
        for layer, y in enumerate(self.outputs):
            if x.dim() == 2:
                torch.bmm(torch.cat([self.weights_t[0], self.biases[0]], -1), x.expand(self.count, -1, -1), out=y)
            elif x.shape[1] == 1:  # baddbmm would round one member alone otherwise than several; see `transposed`
                torch.bmm(self.weights_t[layer], x, out=y).add_(self.biases[layer])
            else:
                torch.baddbmm(self.biases[layer], self.weights_t[layer], x, out=y)
            x = self.act(y) if layer < last else y
        return x

    def backward(self, slope: Tensor, gradient: Gradient = (), to_input: Tensor | None = None) -> None:
        """Continues the gradient (m, out, points) at the outputs of the last forward pass.

        The gradient at weights and biases is written to `gradient`, and that at the inputs to `to_input`.
        """
        slope_t = slope.mT if gradient else slope
        for layer in range(len(self.outputs) - 1, -1, -1):
            x = self.outputs[layer - 1] if layer else self.x
            if gradient:
                to_weight, to_bias = gradient[layer]
                if self.narrows[layer]:
                    to_weight.copy_(torch.bmm(slope, x.mT).mT)
                else:
                    torch.bmm(x, slope_t, out=to_weight)
                torch.sum(slope, -1, out=to_bias)
            if layer:
                below = self.slopes[layer - 1]
                product(self.weights[layer], slope, below)
                slope, slope_t = self.act_backward(below, x), self.slopes_t[layer - 1]
        if to_input is not None:
            product(self.weights[0], slope, to_input)
        if self.power and gradient:
            self.through_norms([to_weight for to_weight, _ in gradient])

    def norms(self) -> list[Tensor]:
        """The estimate u W v of each weight's largest singular value, (m, 1, 1)."""
        pairs = zip(self.power[::2], self.power[1::2], self.given, strict=True)
        return [u @ weight @ v.mT for u, v, weight in pairs]

    def through_norms(self, gradient: list[Tensor]) -> None:
        """The gradient at W/σ(W) -> that at W, in place; u and v are constants, so σ's own gradient is u v."""
        pairs = zip(gradient, self.power[::2], self.power[1::2], self.weights, self.norms(), strict=True)
        for slope, u, v, effective, norm in pairs:
            share = (slope * effective).sum((1, 2), keepdim=True)
            slope.sub_(share * (u.mT @ v)).div_(norm)


def product(weight: Tensor, slope: Tensor, out: Tensor) -> None:
    """W·slope, (m, in, out), (m, out, points) -> (m, in, points); an outer product is faster elementwise."""
    if slope.shape[1] == 1:
        torch.mul(weight, slope, out=out)
    else:
        torch.bmm(weight, slope, out=out)


def transposed(weight: Tensor) -> Tensor:
    """(m, in, out) -> (m, out, in).

    A single output has the strides of a row, not of a column: with those the product of one member alone would go to
    another kernel than that of several, whose last bits differ on processors with AVX-512.
    """
    return weight.view(len(weight), 1, -1) if weight.shape[-1] == 1 else weight.mT


def parts(net: Network, flat: Tensor, members: slice) -> Gradient:
    """The part of some members in a vector laid out as `net.flat`, as `Passes.backward` writes it."""
    views = net.views(flat)
    return [(w[members], b[members][:, 0]) for w, b in zip(views[::2], views[1::2], strict=True)]


class _Kept(threading.local):
    """Each thread's passes, by the shape of one member's."""

    def __init__(self) -> None:
        self.passes: dict[tuple[object, ...], Passes] = {}


KEPT, MOST_KEPT = _Kept(), 8


def kept(net: Network, members: slice, points: int) -> Passes:
    """Passes in memory that stays, for so many members or more: to obtain fresh memory would take as long as a pass."""
    key = (net.activation, *(weight.shape[1:] for weight in net.params[::2]), points, net.params[0].dtype)
    passes = KEPT.passes.get(key)
    if passes is None or len(net.params[0][members]) > len(passes.memory[0]):
        if passes is None and len(KEPT.passes) >= MOST_KEPT:
            KEPT.passes.clear()
        passes = KEPT.passes[key] = Passes(net, members, points)
    passes.bind(net, members)
    return passes


def outputs(net: Network, x: Tensor, slope: Tensor | None = None) -> Tensor:
    """Outputs (M, out, points) at inputs (M, in, points), or (in + 1, points) of all members as in `Passes.forward`.

    The gradient of the outputs' sum at the inputs is written to `slope`, (M, in, points).
    """
    width = max(bias.shape[-1] for bias in net.params[1::2])
    points = min(x.shape[-1], max(1, AT_ONCE // width))
    size = min(net.members, max(1, AT_ONCE // (points * width)))
    found = torch.empty(net.members, net.params[-1].shape[-1], x.shape[-1])
    for first in range(0, net.members, size):
        members = slice(first, min(first + size, net.members))
        for start in range(0, x.shape[-1], points):
            some = slice(start, min(start + points, x.shape[-1]))
            count = some.stop - start
            passes = kept(net, members, count)
            y = passes.forward(x[..., some] if x.dim() == 2 else x[members, :, some])
            found[members, :, some] = y
            if slope is not None:
                passes.backward(torch.ones_like(y), to_input=slope[members, :, some])
    return found
