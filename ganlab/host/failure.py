"""The base class of all errors that explain why a run cannot be computed."""

from __future__ import annotations

from typing import Any, ClassVar


class RunError(Exception):
    """A run cannot be computed, for a known reason. Each subclass is one kind of failure."""

    failure: ClassVar[str]
    """The kind of failure, the key of a sentence: config, data, points, weights or device."""

    def report(self) -> dict[str, Any]:
        """The facts that are stored with the failed run, as JSON takes them: by default none."""
        return {}
