"""How many steps a run needs, as the studies have measured it."""

from __future__ import annotations

from functools import cache

import pandas as pd

from ganlab.data.plane import DATASETS
from ganlab.kind.config import RunConfig
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import MOSTLY
from ganlab.studies.grids import STUDIES
from ganlab.studies.tables import load


def needed(config: RunConfig) -> int | None:
    """Steps after which the median seed covers every mode with most points on the data, and stays so.

    Rounded up to two digits; 0 if no measured step is one of these; None if no study has measured the run.
    """
    return measured().get(lone(config))


def lone(config: RunConfig) -> str:
    """What identifies a run whatever its seed, its members and its length."""
    return config.replace(seed=0, members=1).key()


@cache
def measured() -> dict[str, int]:
    """The steps that are needed by each run on a plane with modes; of two studies of a run, the fewer."""
    found: dict[str, int] = {}
    for name, study in STUDIES.items():
        runs = {arm: (configs[0], modes(configs[0])) for arm, configs in study.arms.items() if modes(configs[0])}
        table = load(name) if runs else pd.DataFrame()
        for arm, (config, count) in runs.items():
            steps = settled(table[table["arm"] == arm], count)
            known = found.get(lone(config), 0)
            found[lone(config)] = min(steps, known) if steps and known else steps or known
    return found


def modes(config: RunConfig) -> int:
    """How many modes a run's data have; 0 of data without any, and off the plane."""
    centres = DATASETS[config.dataset].modes if isinstance(config, PlaneConfig) else None
    return 0 if centres is None else len(centres)


def settled(rows: pd.DataFrame, count: int) -> int:
    """The first step from which on the medians over the seeds are good; 0 without one. count: the modes of the data."""
    medians = rows.groupby("step")[["modes_covered", "valid"]].median()
    good = (medians["modes_covered"] >= count) & (medians["valid"] >= MOSTLY)
    lasting = good[::-1].cummin()[::-1]
    return rounded_up(min((int(step) for step in lasting.index[lasting].tolist()), default=0))


def rounded_up(steps: int) -> int:
    """A number of steps with two digits that are not 0, no smaller one."""
    unit: int = 10 ** max(0, len(str(steps)) - 2)
    return -(-steps // unit) * unit
