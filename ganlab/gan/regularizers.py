"""Constraints on D: gradient penalties, added to its loss, and weight clipping, after its step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganlab.gan.hyperparameters import Weights
from ganlab.gan.nets import Network

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
    """The config's field with its weight."""
    between: bool = False
    """Whether the penalty is evaluated between pairs of real and generated points."""
    tex: str = ""
    """The penalty in LaTeX, as a template: $weight is the knob's value, $real and $fake are the inputs, $D is D's
    output, $mean the mean over the batch. "": slow motion shows the numbers alone."""
    after_tex: tuple[str, ...] = ()
    """Lines about after_step, with $theta for D's weights, aligned at their &."""
    script: str = ""
    """penalty(real, fake) in the exported script, one member's real and fake inputs (B, d) -> a number. The config's
    fields stand in braces; slopes(x) is D's gradient at each input, d_updates the number of D's updates. "": it is left
    to be written by hand."""
    after_script: str = ""
    """clip() in the exported script, which does what after_step does; "": it is left to be written by hand."""


def input_gradients(discriminator: Discriminator, x: Tensor) -> Tensor:
    """∇ₓD at each input, (M, B, d) -> (M, B, d), differentiable in D's weights."""
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)
    return gradient


def squared_gradient(discriminator: Discriminator, x: Tensor) -> Tensor:
    """½E‖∇ₓD‖², (M, B, d) -> (M,): the per-sample sum of squares, its mean over the batch."""
    return input_gradients(discriminator, x).square().sum(-1).mean(-1) / 2


def r1(
    discriminator: Discriminator, real: Tensor, fake: Tensor, config: Weights, rng: torch.Generator | None
) -> Tensor:
    """γ/2 · E‖∇D(x)‖² on real points; for a linear D with weights (3, 4): 12.5 γ."""
    return config.gamma * squared_gradient(discriminator, real)


def r2(
    discriminator: Discriminator, real: Tensor, fake: Tensor, config: Weights, rng: torch.Generator | None
) -> Tensor:
    """γ/2 · E‖∇D(G(z))‖² on generated points; for a linear D with weights (3, 4): 12.5 γ."""
    return config.gamma * squared_gradient(discriminator, fake)


def r1_r2(
    discriminator: Discriminator, real: Tensor, fake: Tensor, config: Weights, rng: torch.Generator | None
) -> Tensor:
    """R1 + R2, both with weight γ/2; for a linear D with weights (3, 4): 25 γ."""
    return r1(discriminator, real, fake, config, rng) + r2(discriminator, real, fake, config, rng)


def wgan_gp(discriminator: Discriminator, real: Tensor, fake: Tensor, config: Weights, rng: torch.Generator) -> Tensor:
    """λ · E(‖∇D(x̂)‖ - 1)² between real and generated points; for a linear D with weights (3, 4): 16 λ."""
    t = torch.rand(*real.shape[:-1], 1, generator=rng).to(real.device)
    gradient = input_gradients(discriminator, torch.lerp(real, fake, t))
    norm: Tensor = gradient.norm(dim=-1)
    return config.gp_lambda * (norm - 1).square().mean(-1)


def clip(d: Network, config: Weights) -> None:
    """Clamps every weight and bias of D to ±clip_bound."""
    d.flat.clamp_(-config.clip_bound, config.clip_bound)


R1_SCRIPT = '''

def penalty(real, fake):
    """R1: D should be flat at real points (arXiv:1801.04406)."""
    return {{ gamma }} * (slopes(real).square().sum(-1).mean() / 2)
'''
R2_SCRIPT = '''

def penalty(real, fake):
    """R2: D should be flat at generated points (arXiv:1801.04406)."""
    return {{ gamma }} * (slopes(fake).square().sum(-1).mean() / 2)
'''
R1_R2_SCRIPT = '''

def penalty(real, fake):
    """R1 and R2: D should be flat at real and at generated points (arXiv:2501.05441)."""
    at_real, at_fake = (slopes(points).square().sum(-1).mean() / 2 for points in (real, fake))
    return {{ gamma }} * at_real + {{ gamma }} * at_fake
'''
WGAN_GP_SCRIPT = '''


def penalty(real, fake):
    """D's slope should be 1 between real and generated points (arXiv:1704.00028)."""
    t = torch.rand({{ members }}, len(real), 1, generator=stream("penalty", d_updates))[MEMBER]
    return {{ gp_lambda }} * (slopes(torch.lerp(real, fake, t)).norm(dim=-1) - 1).square().mean()
'''
CLIP_SCRIPT = '''
@torch.no_grad()
def clip():
    """Keeps D's weights small (arXiv:1701.07875)."""
    for weights in D.parameters():
        weights.clamp_(-{{ clip_bound }}, {{ clip_bound }})
'''
R1_TEX = r"\tfrac{$weight}{2}\cdot $mean \|\nabla $D($real)\|^2"
R2_TEX = r"\tfrac{$weight}{2}\cdot $mean \|\nabla $D($fake)\|^2"
WGAN_GP_TEX = (
    r"$weight \cdot $mean \bigl(\|\nabla $D(\hat x_i)\| - 1\bigr)^2"
    r" \\ &\quad \hat x_i = x_i + t_i\,(\tilde x_i - x_i) \\ &\quad t_i \sim \mathcal U(0, 1)"
)
CLIP_TEX = r"$theta &\leftarrow \min(\max($theta, -c), c)", "c &= $weight"

REGULARIZERS = {
    "none": Regularizer("arXiv:1406.2661"),
    "r1": Regularizer("arXiv:1801.04406 eq. 9", r1, knob="gamma", tex=R1_TEX, script=R1_SCRIPT),
    "r2": Regularizer("arXiv:1801.04406 eq. 10", r2, knob="gamma", tex=R2_TEX, script=R2_SCRIPT),
    "r1_r2": Regularizer(
        "arXiv:2501.05441", r1_r2, knob="gamma", tex=rf"{R1_TEX} \\ &\quad + {R2_TEX}", script=R1_R2_SCRIPT
    ),
    "wgan_gp": Regularizer(
        "arXiv:1704.00028 eq. 3",
        wgan_gp,
        knob="gp_lambda",
        between=True,
        tex=WGAN_GP_TEX,
        script=WGAN_GP_SCRIPT,
    ),
    "clip": Regularizer(
        "arXiv:1701.07875 alg. 1", after_step=clip, knob="clip_bound", after_tex=CLIP_TEX, after_script=CLIP_SCRIPT
    ),
}
