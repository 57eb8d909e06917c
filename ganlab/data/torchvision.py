"""Makes torchvision, and packages that import it, importable where its compiled operators are missing."""

import importlib
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import torch

OPERATORS = ("nms", "qnms")


@lru_cache(1)
def prepare_torchvision() -> None:
    """Imports torchvision if it is installed; call it before importing torchvision or torchmetrics.

    PyPI's torchvision beside a CPU build of torch finds no compiled operators and fails when it registers `nms`. Data
    sets, transforms and torchmetrics do not need it. Only in that case two operators get a schema without code.
    """
    if find_spec("torchvision") is None:
        return
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        _declare_operators()
        importlib.import_module("torchvision")


def _declare_operators() -> None:
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in OPERATORS:
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _KEPT.append(library)


_KEPT: list[torch.library.Library] = []
"""Kept alive: a library that is garbage-collected removes its operators."""


@lru_cache(1)
def datasets() -> Any:
    """The module torchvision.datasets, imported when first needed: it takes most of a second."""
    prepare_torchvision()
    return importlib.import_module("torchvision.datasets")
