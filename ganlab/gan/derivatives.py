"""Derivatives of losses at D's outputs, elementwise and in new memory; and those of any loss, by autograd."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def slope(loss: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """A loss (...) at logits (..., B), and its gradient, by autograd."""
    with torch.enable_grad():
        value = loss(x := x.detach().requires_grad_())
        (gradient,) = torch.autograd.grad(value, x, torch.ones_like(value))
    return value.detach(), gradient


def slopes(loss: Callable[[Tensor, Tensor], Tensor], real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A loss (...) at two sets of logits (..., B), and its gradients at both, by autograd."""
    value, gradient = slope(lambda both: loss(*both.unbind()), torch.stack([real, fake]))
    return value, gradient[0], gradient[1]


def entropy_slopes(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """The derivatives of the cross entropies, σ(real) - 1 and σ(fake)."""
    return real.sigmoid().sub_(1), fake.sigmoid()


def saturating_slope(real: Tensor, fake: Tensor) -> Tensor:
    """The derivative of log(1 - D(G(z))), -σ(fake)."""
    return fake.sigmoid().neg_()


def nonsaturating_slope(real: Tensor, fake: Tensor) -> Tensor:
    """The derivative of -log D(G(z)), σ(fake) - 1."""
    return fake.sigmoid().sub_(1)


def square_slopes(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """The derivatives of ½(real - 1)² and ½ fake²."""
    return real - 1, fake.clone()


def square_slope(real: Tensor, fake: Tensor) -> Tensor:
    """The derivative of ½(D(G(z)) - 1)²."""
    return fake - 1


def hinge_slopes(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """The derivatives of max(0, 1 - real) and max(0, 1 + fake): -1 and 1 inside the margin, 0 outside."""
    return (real < 1).to(real.dtype).neg_(), (fake > -1).to(fake.dtype)


def distance_slopes(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """The derivatives of -real and fake, -1 and 1."""
    return torch.full_like(real, -1.0), torch.ones_like(fake)


def critic_slope(real: Tensor, fake: Tensor) -> Tensor:
    """The derivative of -D(G(z)), -1."""
    return torch.full_like(fake, -1.0)


def pair_slopes(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """The derivatives of softplus(fake - real) at both."""
    at_fake = (fake - real).sigmoid_()
    return at_fake.neg(), at_fake


def relativistic_slope(real: Tensor, fake: Tensor) -> Tensor:
    """The derivative of softplus(-(D(G(z)) - D(x))) at D(G(z))."""
    return (real - fake).sigmoid_().neg_()
