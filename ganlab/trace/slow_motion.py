"""The short job that traces a step of a stored run. It imports the trainer only when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ganlab.data.user_files import use_store
from ganlab.kind.devices import fix_arithmetic
from ganlab.plane.config import PlaneConfig
from ganlab.store.runs import Store


def slow_motion(store_path: Path, config: Mapping[str, Any], step: int, member: int) -> dict[str, Any] | None:
    """The trace of a stored run at a step, as plain values; None if the run has diverged before."""
    from ganlab.trace.trace import TraceError, trace

    with Store(store_path) as store, suppress(TraceError):
        use_store(store.path)
        chosen = PlaneConfig.from_json(config)
        run = store.run(chosen.key())
        fix_arithmetic(*((run.threads, run.precision) if run else (1, "highest")))
        return trace(store, chosen, step, member).to_json()
    return None
