"""torchvision, whose compiled operators need not fit this torch: its data sets and transforms use none of them."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

OPERATORS = ("nms", "qnms")
"""What `import torchvision` looks up; it dies without them (torch for CPU beside torchvision for CUDA)."""


@cache
def datasets() -> Any:
    """The module torchvision.datasets, imported when first needed: it takes most of a second."""
    declare_operators()
    return import_module("torchvision.datasets")


@cache
def declare_operators() -> torch.library.Library | None:
    """Declares the operators that torchvision's own library does not bring, by their schema alone.

    The library must be kept: what nobody holds is undeclared again; the cache does.
    """
    load_own_operators()
    missing = [name for name in OPERATORS if not hasattr(torch.ops.torchvision, name)]
    if not missing:
        return None
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in missing:
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library


def load_own_operators() -> None:
    """Loads torchvision's compiled operators where they fit, as its import would."""
    spec = find_spec("torchvision")
    for path in Path(spec.origin).parent.glob("_C.*") if spec and spec.origin else ():
        with suppress(OSError, RuntimeError):
            torch.ops.load_library(path)
