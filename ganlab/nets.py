"""M independent multilayer perceptrons that train side by side: every tensor has a leading members axis."""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional as F

from ganlab.rng import stream


def leaky_relu(x: Tensor) -> Tensor:
    """x where positive, 0.2 x elsewhere (the slope of DCGAN, arXiv:1511.06434)."""
    return F.leaky_relu(x, 0.2)


class Network:
    """M perceptrons with layer widths `sizes`, all weights as views of one flat vector.

    Layer l holds a weight (M, in, out) and a bias (M, 1, out), initialised as PyTorch's Linear does, U(±1/√in),
    member m from stream(seed, name, m). With `spectral`, every weight is divided by its largest singular value,
    as estimated by the power vectors (arXiv:1802.05957 alg. 1); they move only in `power_iteration`.
    """

    def __init__(self, sizes: list[int], activation: str, members: int, seed: int, name: str, spectral: bool = False):
        shapes = [shape for n, m in pairwise(sizes) for shape in ((members, n, m), (members, 1, m))]
        counts = [torch.Size(shape).numel() for shape in shapes]
        self.members, self.activation = members, ACTIVATIONS[activation]
        self.flat = torch.empty(sum(counts))
        views = [view.view(shape) for view, shape in zip(self.flat.split(counts), shapes, strict=True)]
        for member in range(members):
            rng = stream(seed, name, member)
            for weight, bias in zip(views[::2], views[1::2], strict=True):
                bound = weight.shape[1] ** -0.5
                weight[member].uniform_(-bound, bound, generator=rng)
                bias[member].uniform_(-bound, bound, generator=rng)
        self.params = [view.detach().requires_grad_() for view in views]
        self.power: list[Tensor] = []
        if spectral:
            self._start_power(stream(seed, name, "power"))

    def __call__(self, x: Tensor) -> Tensor:
        """Outputs (M, B, sizes[-1]) of inputs (M, B, sizes[0])."""
        *hidden, (weight, bias) = zip(self.weights(), self.params[1::2], strict=True)
        for w, b in hidden:
            x = self.activation(torch.baddbmm(b, x, w))
        return torch.baddbmm(bias, x, weight)

    def weights(self) -> list[Tensor]:
        """The weights that act, (M, in, out) each: W, or W/σ(W) under spectral normalisation."""
        if not self.power:
            return self.params[::2]
        pairs = zip(self.params[::2], self.power[::2], self.power[1::2], strict=True)
        return [w / (v @ w @ u.mT) for w, v, u in pairs]

    @torch.no_grad()
    def power_iteration(self, times: int = 1) -> None:
        """Moves every pair of power vectors towards the leading singular pair; nothing without spectral norm."""
        for i, w in enumerate(self.params[::2] if self.power else []):
            for _ in range(times):
                self.power[2 * i].copy_(F.normalize(self.power[2 * i + 1] @ w.mT, dim=-1))
                self.power[2 * i + 1].copy_(F.normalize(self.power[2 * i] @ w, dim=-1))

    def norms(self, flat: Tensor) -> Tensor:
        """The Euclidean norm (M,) of each member's share of a vector laid out as `flat`."""
        parts = flat.split([p.numel() for p in self.params])
        squares = torch.stack([part.view(self.members, -1).square().sum(-1) for part in parts])
        return squares.sum(0).sqrt()

    def _start_power(self, rng: torch.Generator) -> None:
        for w in self.params[::2]:
            members, n, m = w.shape
            self.power += [torch.randn(members, 1, size, generator=rng) for size in (n, m)]
        self.power_iteration(15)


def parameter_count(sizes: list[int]) -> int:
    """Weights and biases of one member."""
    return sum((n + 1) * m for n, m in pairwise(sizes))


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "leaky_relu": leaky_relu,
    "relu": F.relu,
    "tanh": torch.tanh,
}
