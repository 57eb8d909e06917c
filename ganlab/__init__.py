"""GAN Arena's computation: generative adversarial networks on the plane and on images, as values in and frames out.

The names below are the library's; each is imported when it is first used, so that `import ganlab` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganlab.computed import Run, diagnose
    from ganlab.digits.config import DigitsConfig
    from ganlab.flow.config import FlowConfig
    from ganlab.library import RunFailed, open, run, sweep, train
    from ganlab.plane.config import PlaneConfig

__all__ = ["DigitsConfig", "FlowConfig", "PlaneConfig", "Run", "RunFailed", "diagnose", "open", "run", "sweep", "train"]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *HOMES})


HOMES = {
    "PlaneConfig": "ganlab.plane.config",
    "DigitsConfig": "ganlab.digits.config",
    "FlowConfig": "ganlab.flow.config",
    "train": "ganlab.library",
    "run": "ganlab.library",
    "open": "ganlab.library",
    "sweep": "ganlab.library",
    "diagnose": "ganlab.computed",
    "Run": "ganlab.computed",
    "RunFailed": "ganlab.library",
}
"""Name -> the module that has it."""
