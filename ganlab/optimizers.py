"""First-order optimisers on one flat vector: PyTorch's own arithmetic through its functional interface."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.optim.rmsprop import rmsprop as torch_rmsprop


@dataclass
class Slots:
    """What an optimiser remembers of one flat vector."""

    first: Tensor
    """Mean of the gradients, as long as the vector."""
    second: Tensor
    """Mean of their squares, as long as the vector."""
    count: Tensor = field(default_factory=lambda: torch.zeros(()))
    """Updates so far."""


def slots(flat: Tensor) -> Slots:
    """Empty memory for a vector."""
    return Slots(torch.zeros_like(flat), torch.zeros_like(flat))


def adam(flat: Tensor, grad: Tensor, memory: Slots, lr: float, beta1: float, beta2: float) -> None:
    """Adam with bias correction, ε = 1e-8 (arXiv:1412.6980 alg. 1), in place."""
    memory.count += 1
    # What torch.optim.adam.adam(fused=True) ends in; its checks cost as much as a small network's step.
    torch._fused_adam_(
        [flat],
        [grad],
        [memory.first],
        [memory.second],
        [],
        [memory.count],
        lr=lr,
        beta1=beta1,
        beta2=beta2,
        eps=1e-8,
        weight_decay=0.0,
        amsgrad=False,
        maximize=False,
    )


def rmsprop(flat: Tensor, grad: Tensor, memory: Slots, lr: float, beta1: float, beta2: float) -> None:
    """RMSProp with smoothing constant β2, no momentum, ε = 1e-8 (Tieleman and Hinton 2012), in place."""
    torch_rmsprop(
        [flat],
        [grad],
        [memory.second],
        [],
        [],
        [memory.count],
        foreach=False,
        lr=lr,
        alpha=beta2,
        eps=1e-8,
        weight_decay=0.0,
        momentum=0.0,
        centered=False,
    )


def sgd(flat: Tensor, grad: Tensor, memory: Slots, lr: float, beta1: float, beta2: float) -> None:
    """Plain gradient descent, in place."""
    flat.sub_(grad, alpha=lr)


OPTIMIZERS: dict[str, Callable[[Tensor, Tensor, Slots, float, float, float], None]] = {
    "adam": adam,
    "rmsprop": rmsprop,
    "sgd": sgd,
}
