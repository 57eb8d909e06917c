"""The layers of a module of PyTorch as lines of Python."""

from __future__ import annotations

import re

from torch import nn

from ganlab.gan.layers import Dropout, Flatten, MinibatchFeatures

USUAL = re.compile(
    r", (eps=1e-05|momentum=0\.1|affine=True|track_running_stats=True|bias=True|start_dim=1, end_dim=-1)(?=[,)])"
)
"""Arguments that are as PyTorch has them anyway."""
SHORTER = (
    (r"\w*features=", ""),
    (r"(dim|unflattened_size|negative_slope)=", ""),
    (r"=\((\d+), \1\)", r"=\1"),
    (r"start_dim=1, end_dim=-1", ""),
)


def listed(module: nn.Module) -> str:
    """The layers of a sequential module, a line each."""
    layers = list(module.children())
    following = [*layers[1:], None]
    return "\n".join(f"    {line(layer, after)}," for layer, after in zip(layers, following, strict=True))


def line(layer: nn.Module, after: nn.Module | None) -> str:
    """A layer; a layer that compares a point with its batch needs the one behind it for its width."""
    if isinstance(layer, Dropout):
        return f"Dropout({layer.p})"
    if isinstance(layer, MinibatchFeatures):
        assert isinstance(after, nn.Linear)
        return f"BatchLayer({after.in_features - layer.minibatch_layer.columns})"
    if isinstance(layer, Flatten):
        return "nn.Flatten()"
    text = repr(layer)
    if not hasattr(nn, type(layer).__name__):
        return f'by_hand("{text}")'
    text = USUAL.sub("", text)
    for pattern, short in SHORTER:
        text = re.sub(pattern, short, text)
    return f"nn.{text}"
