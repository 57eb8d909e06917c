"""Differentiable augmentations of real and generated images before D sees them. Their random numbers are named."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

SHIFT = 1 / 8
"""The largest translation, as a share of the side."""
HOLE = 1 / 2
"""The side of the square that is cut out, as a share of the image's side."""
BACKGROUND = -1.0
"""The value beyond the edge: that of the images' background."""


def translate(x: Tensor, rng: torch.Generator) -> Tensor:
    """Each image moved by up to an eighth of its sides, (B, 1, n, n) -> (B, 1, n, n)."""
    batch, side = len(x), x.shape[-1]
    most = int(side * SHIFT + 0.5)
    moved = (torch.randint(0, 2 * most + 1, (2, batch, 1), generator=rng) + torch.arange(side)).to(x.device)
    padded = F.pad(x[:, 0], (most,) * 4, value=BACKGROUND)
    own = torch.arange(batch, device=x.device)[:, None, None]
    return padded[own, moved[0][:, :, None], moved[1][:, None, :]][:, None]


def cut_out(x: Tensor, rng: torch.Generator) -> Tensor:
    """Each image with a square of half its side set to 0, which may reach beyond the edge, (B, 1, n, n) -> same."""
    batch, side = len(x), x.shape[-1]
    size = int(side * HOLE + 0.5)
    corner = torch.randint(0, side + 1 - size % 2, (2, batch, 1), generator=rng) - size // 2
    inside = (torch.arange(side) >= corner) & (torch.arange(side) < corner + size)
    return x * ~(inside[0][:, None, :, None] & inside[1][:, None, None, :]).to(x.device)


def diffaugment(x: Tensor, rng: torch.Generator) -> Tensor:
    """Translation, then cutout (arXiv:2006.10738, constants of its code). Never mirrored: a mirrored digit is none."""
    return cut_out(translate(x, rng), rng)


def unchanged(x: Tensor, rng: torch.Generator) -> Tensor:
    """x."""
    return x


AUGMENTS: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {"none": unchanged, "diffaugment": diffaugment}
"""(images (B, 1, 28, 28), rng) -> images."""
DIFFAUGMENT_SCRIPT = '''
def augment(x, rng):
    """Each image moved by at most four pixels, then a square of 14 pixels set to 0 (arXiv:2006.10738)."""
    place, own = torch.arange(28), torch.arange(len(x))[:, None, None]
    moved = torch.randint(0, 9, (2, len(x), 1), generator=rng) + place
    x = nn.functional.pad(x[:, 0], (4,) * 4, value=-1.0)[own, moved[0][:, :, None], moved[1][:, None, :]][:, None]
    corner = torch.randint(0, 29, (2, len(x), 1), generator=rng) - 7
    inside = (place >= corner) & (place < corner + 14)
    return x * ~(inside[0][:, None, :, None] & inside[1][:, None, None, :])
'''
UNCHANGED_SCRIPT = """
def augment(x, rng):
    return x
"""
SCRIPTS = {"none": UNCHANGED_SCRIPT, "diffaugment": DIFFAUGMENT_SCRIPT}
"""augment(x, rng) in the exported script; what is not here is left to be written by hand."""
