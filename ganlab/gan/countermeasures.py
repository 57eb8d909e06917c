"""Countermeasures against mode collapse beside the loss and the constraint on D, the same for points and for images.

Features are the outputs of D's last hidden layer. In shapes `...` is the members axis on the plane and nothing for
images.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor

from ganlab.gan.hyperparameters import InstanceNoise, Objective, Unrolling
from ganlab.gan.losses import LOSSES
from ganlab.gan.nets import MinibatchLayer, Network
from ganlab.gan.optimizers import OPTIMIZERS, Slots

KERNELS, WIDTH = 4, 5
"""Kernels of minibatch discrimination, and the dimensions of each (arXiv:1606.03498)."""
AT_ONCE = 1 << 18
"""Pairs that are compared at once, and kept for the backward pass if there are no more: one megabyte."""
PAIR = 200
"""Floating-point operations that take as long as one kernel of one pair, forward and backward, at most (measured)."""

DEVIATION_SCRIPT = '''
class BatchLayer(nn.Module):
    """Appends to each point's features how much the batch's features vary (arXiv:1710.10196)."""

    columns = 1

    def __init__(self, width):
        super().__init__()

    def start(self, draw):
        """It learns nothing."""

    def forward(self, x):
        spread = (x.var(0, correction=0, keepdim=True) + 1e-8).sqrt().mean(-1, keepdim=True)
        return torch.cat([x, spread.expand(len(x), 1)], -1)
'''
DISCRIMINATION_SCRIPT = '''
class BatchLayer(nn.Module):
    """Appends to each point's features how close it is to the others of its batch (arXiv:1606.03498)."""

    columns = 4  # kernels, of five dimensions each

    def __init__(self, width):
        super().__init__()
        self.weight, self.length = nn.Parameter(torch.empty(width, 20)), nn.Parameter(torch.zeros(20))

    def start(self, draw):
        draw(self.weight)

    def forward(self, x):
        t = self.weight * (self.length.exp() / self.weight.norm(dim=0, keepdim=True))
        places = (x @ t).unflatten(-1, (4, 5))
        apart = (places[:, None] - places[None]).abs().sum(-1)
        return torch.cat([x, ((-apart).exp().sum(1) - 1) / (len(x) - 1)], -1)  # without itself
'''

# Packs and batches


def pack(points: Tensor, size: int) -> Tensor:
    """Joins `size` points into one input of D: (M, B, d, ...) -> (M, B/size, size·d, ...) (arXiv:1712.04086)."""
    members, n, d, *rest = points.shape
    return points.reshape(members, n // size, size * d, *rest)


def batches(count: int, size: int) -> Iterator[tuple[slice, slice]]:
    """(slice of a full batch, slice of its new points): the last batch overlaps the one before."""
    size = min(count, size)
    for start in range(0, count, size):
        first = min(start, count - size)
        yield slice(first, first + size), slice(start - first, None)


@dataclass(frozen=True)
class StandardDeviation:
    """The standard deviation of each feature over the batch, averaged over the features: one number for all points.

    (arXiv:1710.10196 sec. 3; its code takes groups of four.)
    """

    columns: int = 1
    size: int = 0
    script: ClassVar[str] = DEVIATION_SCRIPT

    def __call__(self, features: Tensor, weight: list[Tensor], others: Tensor | None = None) -> Tensor:
        """(..., B, h) -> (..., B, 1): each point within the batch, or joined to `others` (..., b, h)."""
        if others is None:
            spread = features.var(-2, correction=0, keepdim=True)
        else:
            n, apart = others.shape[-2], features - others.mean(-2, keepdim=True)
            spread = n / (n + 1) * others.var(-2, correction=0, keepdim=True) + n / (n + 1) ** 2 * apart.square()
        return (spread + 1e-8).sqrt().mean(-1, keepdim=True).expand(*features.shape[:-1], 1)


@dataclass(frozen=True)
class Discrimination:
    """How close each point is to the others of its batch: the mean of exp(-‖Mᵢ - Mⱼ‖₁) over them, M = x·T, K times.

    T's columns have a learned length, exp(bias). Salimans et al. (arXiv:1606.03498 sec. 3.2) take the sum, and learn an
    offset to it: the mean is the same in batches of any size, and the layer that follows has an offset of its own.
    """

    columns: int = KERNELS
    size: int = KERNELS * WIDTH
    script: ClassVar[str] = DISCRIMINATION_SCRIPT

    def __call__(self, features: Tensor, weight: list[Tensor], others: Tensor | None = None) -> Tensor:
        """(..., B, h) -> (..., B, K): each point within the batch, or joined to `others` (..., b, h)."""
        mine = self._project(features, *weight)
        if others is not None:
            return nearness(mine, self._project(others, *weight)).mT / others.shape[-2]
        return (nearness(mine, mine) - 1).mT / (features.shape[-2] - 1)  # without itself

    def _project(self, features: Tensor, t: Tensor, length: Tensor) -> Tensor:
        """(..., B, h) -> (..., K, B, C)."""
        t = t * (length.exp() / t.norm(dim=-2, keepdim=True))
        projected: Tensor = (features @ t).unflatten(-1, (self.columns, -1))
        return projected.transpose(-2, -3).contiguous()


def _distances(a: Tensor, b: Tensor) -> Tensor:
    """torch.cdist(a, b, 1), one dimension of all pairs after the other: (N, B, C), (N, b, C) -> (N, B, b)."""
    dtype = torch.promote_types(a.dtype, torch.float32)
    rows, columns = a.to(dtype).mT.unsqueeze(-1), b.to(dtype).mT.contiguous().unsqueeze(-2)
    distances = (rows[:, 0] - columns[:, 0]).abs_()
    part = torch.empty_like(distances)
    for c in range(1, a.shape[-1]):
        distances += torch.sub(rows[:, c], columns[:, c], out=part).abs_()
    return distances


class _Pull(torch.autograd.Function):
    """Σⱼ gᵢⱼ sign(aᵢ - bⱼ): linear in g, (N, B, b) -> (N, B, C)."""

    @staticmethod
    def forward(ctx: Any, g: Tensor, a: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_backward(a, b)
        g = g.contiguous()
        sums: Tensor = torch.ops.aten._cdist_backward(g, a, b, 1.0, g)  # the last argument is for other norms
        return sums

    @staticmethod
    def backward(ctx: Any, *h: Tensor) -> tuple[Tensor, None, None]:
        a, b = ctx.saved_tensors
        return (h[0].unsqueeze(-2) * (a.unsqueeze(-2) - b.unsqueeze(-3)).sign()).sum(-1), None, None


class _Taxicab(torch.autograd.Function):
    """torch.cdist(a, b, 1) that can be differentiated twice; PyTorch's own cannot."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_backward(a, b)
        return _distances(a, b)

    @staticmethod
    def backward(ctx: Any, *g: Tensor) -> tuple[Tensor, Tensor]:
        a, b = ctx.saved_tensors
        return pull(g[0], a, b), pull(g[0].mT, b, a)


class _Nearness(torch.autograd.Function):
    """Compares the pairs in parts that fit a cache. More than one part is compared again in the backward pass."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        sums, near = [], None
        for x, y in _parts(a, b):
            near = _distances(x, y).neg_().exp_()
            sums.append(near.sum(-1))
        ctx.save_for_backward(a, b, near if len(sums) == 1 else None)
        return torch.cat(sums)

    @staticmethod
    def backward(ctx: Any, *g: Tensor) -> tuple[Tensor, Tensor]:
        a, b, kept = ctx.saved_tensors
        known = None if torch.is_grad_enabled() else kept  # a gradient of the gradient needs to know where it is from
        pulls = []
        for x, y, weight in _parts(a, b, g[0].unsqueeze(-1)):
            weight = -weight * (torch.exp(-taxicab(x, y)) if known is None else known)
            pulls.append((pull(weight, x, y), pull(weight.mT, y, x)))
        to_a, to_b = zip(*pulls, strict=True)
        return torch.cat(to_a), torch.cat(to_b)


pull: Callable[[Tensor, Tensor, Tensor], Tensor] = _Pull.apply
taxicab: Callable[[Tensor, Tensor], Tensor] = _Taxicab.apply
summed: Callable[[Tensor, Tensor], Tensor] = _Nearness.apply


def _parts(a: Tensor, b: Tensor, *rest: Tensor) -> Iterator[tuple[Tensor, ...]]:
    rows = max(1, AT_ONCE // (a.shape[1] * b.shape[1]))
    return zip(*(x.split(rows) for x in (a, b, *rest)), strict=True)


def nearness(a: Tensor, b: Tensor) -> Tensor:
    """Σⱼ exp(-‖aᵢ - bⱼ‖₁), (..., B, C), (..., b, C) -> (..., B); differentiable more than once."""
    return summed(a.flatten(0, -3), b.flatten(0, -3)).view(a.shape[:-1])


# G's objective


def feature_distance(real: Tensor, fake: Tensor) -> Tensor:
    """‖E f(x) - E f(G(z))‖², (..., B, h), (..., b, h) -> (...) (feature matching, arXiv:1606.03498 sec. 3.1)."""
    return (real.mean(-2) - fake.mean(-2)).square().sum(-1)


def sees_real(now: Objective) -> bool:
    """Whether G's objective depends on real points."""
    return now.feature_matching or LOSSES[now.loss].generator_sees_real


def unrolled(net: Network, memory: Slots, now: Unrolling, d_loss: Callable[[list[Tensor]], Tensor]) -> list[Tensor]:
    """D's weights after `now.unroll` further steps, differentiable in D's inputs (arXiv:1611.02163).

    d_loss: weights -> (M,), on one batch. The optimiser starts from its current memory. D and its power vectors do not
    change.
    """
    flat, params, first, second = net.flat, net.params, memory.first, memory.second
    step, count = OPTIMIZERS[now.rule("d")].ahead, memory.count.item()
    assert step is not None
    for ahead in range(1, now.unroll + 1):
        loss = d_loss(params)
        gradients = torch.autograd.grad(loss, params, torch.ones_like(loss), create_graph=True)
        grad = torch.cat([gradient.reshape(-1) for gradient in gradients])
        direction, first, second = step(grad, first, second, count + ahead, now.beta1, now.beta2)
        flat = flat - now.d_lr * direction
        params = net.views(flat)
    return params


# What changes with time


def noise_level(now: InstanceNoise, step: int) -> float:
    """σ of the noise on D's inputs at a step: falls linearly from `instance_noise` to 0 at step `noise_until`."""
    return now.instance_noise * max(0.0, 1 - step / now.noise_until)


@torch.no_grad()
def ema_update(average: Iterable[Tensor], current: Iterable[Tensor], kept: float) -> None:
    """Updates a moving average of weights and batch statistics: kept·average + (1 - kept)·current."""
    for mine, its in zip(average, current, strict=True):
        mine.lerp_(its, 1 - kept)


def ema_decay(ema: float, updates: int) -> float:
    """The decay rate after so many updates: smaller at first, so that the untrained G soon has little weight."""
    return min(ema, (1 + updates) / (10 + updates))


# The registries


@dataclass(frozen=True)
class Countermeasure:
    """A countermeasure; its key is the config's field that turns it on."""

    source: str
    off: Any
    """The field's value that turns it off."""
    same_game: bool = False
    """Whether both losses are those of the original game, so that its closed forms hold."""
    refused: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)
    """Configs that it does not go with: key of the reason -> test of the config."""


def active(now: Any) -> list[str]:
    """The countermeasures that a config turns on."""
    return [name for name, cure in COUNTERMEASURES.items() if getattr(now, name, cure.off) != cure.off]


def plain_game(now: Any) -> bool:
    """Whether the closed forms of the original game hold."""
    return all(COUNTERMEASURES[name].same_game for name in active(now))


def no_features(now: Any) -> bool:
    """Whether D has no hidden layer."""
    return getattr(now, "d_depth", 1) == 0


MINIBATCH: dict[str, MinibatchLayer | None] = {
    "none": None,
    "stddev": StandardDeviation(),
    "discrimination": Discrimination(),
}
"""Layers that compare a point with its batch, by key."""
COUNTERMEASURES: dict[str, Countermeasure] = {
    "packing": Countermeasure("arXiv:1712.04086", 1, refused={"packing": lambda c: c.batch_size % c.packing != 0}),
    "minibatch": Countermeasure(
        "arXiv:1710.10196, arXiv:1606.03498",
        "none",
        refused={
            "no_features": lambda c: c.minibatch != "none" and no_features(c),
            "one_pack": lambda c: c.minibatch != "none" and c.batch_size < 2 * c.packing,
        },
    ),
    "feature_matching": Countermeasure(
        "arXiv:1606.03498", False, refused={"no_features": lambda c: c.feature_matching and no_features(c)}
    ),
    "unroll": Countermeasure(
        "arXiv:1611.02163",
        0,
        same_game=True,
        refused={
            "unroll_constraint": lambda c: getattr(c, "unroll", 0) > 0 and c.regularizer != "none",
            "unroll_optimizer": lambda c: getattr(c, "unroll", 0) > 0 and OPTIMIZERS[c.rule("d")].ahead is None,
        },
    ),
    "label_smoothing": Countermeasure(
        "arXiv:1606.03498",
        0.0,
        refused={"no_label": lambda c: c.label_smoothing > 0 and LOSSES[c.loss].smoothing is None},
    ),
    "instance_noise": Countermeasure("arXiv:1610.04490", 0.0),
    "ema": Countermeasure("arXiv:1806.04498", 0.0, same_game=True),
}
"""By the config's field, in menu order."""
