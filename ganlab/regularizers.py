"""What constrains D: gradient penalties, added to its loss, and weight clipping, after its step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganlab.nets import Network

Discriminator = Callable[[Tensor], Tensor]
"""Inputs (M, B, d) -> logits (M, B)."""


@dataclass(frozen=True)
class Regularizer:
    """A constraint on D, as data."""

    source: str
    penalty: Callable[[Discriminator, Tensor, Tensor, Any, torch.Generator], Tensor] | None = None
    """(discriminator, real (M, B, d), fake (M, B, d), config, rng) -> (M,), already weighted; None: no penalty."""
    after_step: Callable[[Network, Any], None] | None = None
    """(D, config) -> None, in place, after each of D's updates."""
    knob: str | None = None
    """The config's field that weighs it."""


def input_gradients(discriminator: Discriminator, x: Tensor) -> Tensor:
    """∇ₓD at each input, (M, B, d) -> (M, B, d), differentiable in D's weights."""
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)
    return gradient


def squared_gradient(discriminator: Discriminator, x: Tensor) -> Tensor:
    """½E‖∇ₓD‖², (M, B, d) -> (M,): the per-sample sum of squares, its mean over the batch."""
    return input_gradients(discriminator, x).square().sum(-1).mean(-1) / 2


def r1(discriminator, real, fake, config, rng) -> Tensor:
    """γ/2 · E‖∇D(x)‖² on real points; for a linear D with weights (3, 4): 12.5 γ."""
    return config.gamma * squared_gradient(discriminator, real)


def r2(discriminator, real, fake, config, rng) -> Tensor:
    """γ/2 · E‖∇D(G(z))‖² on generated points; for a linear D with weights (3, 4): 12.5 γ."""
    return config.gamma * squared_gradient(discriminator, fake)


def r1_r2(discriminator, real, fake, config, rng) -> Tensor:
    """R1 + R2, both with weight γ/2; for a linear D with weights (3, 4): 25 γ."""
    return r1(discriminator, real, fake, config, rng) + r2(discriminator, real, fake, config, rng)


def wgan_gp(discriminator, real, fake, config, rng) -> Tensor:
    """λ · E(‖∇D(x̂)‖ - 1)² between real and generated points; for a linear D with weights (3, 4): 16 λ."""
    t = torch.rand(*real.shape[:-1], 1, generator=rng).to(real.device)
    gradient = input_gradients(discriminator, torch.lerp(real, fake, t))
    return config.gp_lambda * (gradient.norm(dim=-1) - 1).square().mean(-1)


def clip(d: Network, config) -> None:
    """Clamps every weight and bias of D to ±clip_bound."""
    d.flat.clamp_(-config.clip_bound, config.clip_bound)


REGULARIZERS = {
    "none": Regularizer("arXiv:1406.2661"),
    "r1": Regularizer("arXiv:1801.04406 eq. 9", r1, knob="gamma"),
    "r2": Regularizer("arXiv:1801.04406 eq. 10", r2, knob="gamma"),
    "r1_r2": Regularizer("arXiv:2501.05441", r1_r2, knob="gamma"),
    "wgan_gp": Regularizer("arXiv:1704.00028 eq. 3", wgan_gp, knob="gp_lambda"),
    "clip": Regularizer("arXiv:1701.07875 alg. 1", after_step=clip, knob="clip_bound"),
}
