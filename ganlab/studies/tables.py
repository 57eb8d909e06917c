"""Tables of a study's results: one row for each config, member and step; their medians over the seeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from ganlab.host import atomic
from ganlab.kind.config import RunConfig
from ganlab.kind.evaluation import SUFFIX, Evaluation
from ganlab.kind.fields import spell
from ganlab.kind.frame import RunFrame
from ganlab.kind.state import RunState
from ganlab.kinds import KINDS
from ganlab.service.replay import state_at
from ganlab.store.runs import Store

EVIDENCE = Path(__file__).parents[1] / "evidence"
"""The folder of the shipped tables."""
EARLY = 8
"""A step with a frame in every run; it is quick to recompute."""


@dataclass(frozen=True)
class Expected:
    """The expected range of an arm's median, or of the measure of at least `least` seeds, and the published value."""

    arm: str
    measure: str
    low: float
    high: float
    reported: str = ""
    least: int = 0


# A run in the store -> rows


def rows(store: Store, config: RunConfig) -> pd.DataFrame:
    """A row for every frame of a run in the store up to config.steps, as `measured` has them."""
    state = state_at(store, evaluation(config.kind).engine, config, config.steps)
    run = store.run(config.key())
    about = facts(config, run.threads if run else 0, run.steps_per_s if run else 0.0)
    films = [stored_frames(store, config, member) for member in range(config.members)]
    return measured(config, state, films, about)


def measured(
    config: RunConfig, state: RunState[Any], films: Sequence[Iterable[RunFrame]], about: Mapping[str, Any]
) -> pd.DataFrame:
    """A row for every frame of every member, then one for the last state; only the last ones have the *_10k.

    films: each member's frames, those before the last step at least.
    """
    kind = evaluation(config.kind)
    final, seen = kind.evaluate(state), list[dict[str, Any]]()
    for member, (film, last) in enumerate(zip(films, kind.frames(config, state), strict=True)):
        for frame in [*(frame for frame in film if frame.step < state.step), last]:
            seen.append({**about, "member": member} | kind.numbers(frame))
        seen[-1] |= {name: values[member] for name, values in final.items()}
    return tidy(pd.DataFrame(seen))


def evaluation(kind: str) -> Evaluation[RunConfig, RunState[Any], RunFrame]:
    """The evaluation of a kind of run."""
    found: Evaluation[RunConfig, RunState[Any], RunFrame] = import_module(KINDS[kind].evaluation).EVALUATION
    return found


def facts(config: RunConfig, threads: int, steps_per_s: float) -> dict[str, Any]:
    """The columns that are equal in all rows of a run."""
    about = {"key": config.key(), "engine": config.engine, "threads": threads, "steps_per_s": steps_per_s}
    return about | {"seed": config.seed, "members": config.members, "steps": config.steps}


def stored_frames(store: Store, config: RunConfig, member: int) -> Iterator[RunFrame]:
    """A member's stored frames."""
    kind = evaluation(config.kind)
    return (kind.unpack(config, blob) for blob in store.frames(config.key(), member).values())


def labelled(arm: str, config: RunConfig, varied: Iterable[str], rows: pd.DataFrame) -> pd.DataFrame:
    """A config's rows, after columns for the arm and the varied fields."""
    names = {name: f"run_{name}" if name in rows else name for name in varied}  # precision is also a metric
    values = {name: getattr(config, name) for name in varied}
    labels = {"arm": arm} | {names[k]: spell(v) if isinstance(v, tuple) else v for k, v in values.items()}
    return pd.concat([pd.DataFrame(labels, index=rows.index), rows], axis=1)


def cells(table: pd.DataFrame, arm: str, configs: Iterable[RunConfig]) -> dict[RunConfig, pd.DataFrame]:
    """An arm's rows in a table by config, without labels; rows of configs that the arm no longer has are left out."""
    mine = table.loc[table["arm"] == arm, list(table)[list(table).index("key") :]]
    found = {config: mine[(mine["key"] == config.key()) & (mine["steps"] == config.steps)] for config in configs}
    return {config: rows for config, rows in found.items() if len(rows)}


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """The same rows with 32-bit numbers, the precision of frames."""
    narrow = {"f": "float32", "i": "int32"}
    kinds = {name: narrow[kind.kind] for name, kind in table.dtypes.items() if (kind.kind in narrow)}
    return table.astype(kinds)


# Files


def write(table: pd.DataFrame, path: Path) -> None:
    """Writes a table atomically."""
    with atomic.draft(path) as part:
        table.to_parquet(part, index=False, compression="zstd")


def load(name: str) -> pd.DataFrame:
    """The table of a study that ships. Raises FileNotFoundError."""
    return pd.read_parquet(EVIDENCE / f"{name}.parquet")


# Medians over the seeds


def finals(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the final evaluation: one for each arm and seed."""
    return table[evaluated(table)]


def evaluated(table: pd.DataFrame) -> pd.Series:
    """Whether each row is of the final evaluation, that is, has any *_10k."""
    return table[[name for name in table if str(name).endswith(SUFFIX)]].notna().any(axis=1)


def ends(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the final evaluation and of step EARLY, which identifies the run cheaply."""
    return table[evaluated(table) | (table["step"] == EARLY)]


def spread(values: pd.Series) -> tuple[float, float, float]:
    """Median, minimum and maximum; nan if no seed has the measure."""
    return float(values.median()), float(values.min()), float(values.max())


def medians(table: pd.DataFrame, columns: Iterable[str] | None = None) -> pd.DataFrame:
    """Each arm's medians over its seeds in the final evaluation, in the order of the table; index arm."""
    chosen = list(columns or (name for name in map(str, table.select_dtypes("number")) if name.endswith(SUFFIX)))
    return finals(table).groupby("arm", sort=False)[chosen].median()


@dataclass(frozen=True)
class Check:
    """An expectation and its result: the median and the number of seeds within the range."""

    expected: Expected
    median: float
    within: int
    seeds: int

    @property
    def holds(self) -> bool:
        """Whether the median, or enough seeds, lie within the range."""
        bounds, least = self.expected, self.expected.least
        return self.within >= least if least else bounds.low <= self.median <= bounds.high


def check(table: pd.DataFrame, expected: Expected) -> Check | None:
    """The result of an expectation; None if its arm was not measured."""
    last = finals(table)
    values = last.loc[last["arm"] == expected.arm, expected.measure + SUFFIX]
    if values.empty:
        return None
    within = int(values.between(expected.low, expected.high).sum())
    return Check(expected, float(values.median()), within, len(values))


# Markdown


COUNTS = {"g_updates": "G updates", "d_updates": "D updates"}
"""Counted columns of the markdown table, if the kind has them."""
COLUMNS = {
    "modes_covered": ("modes ≥ 1 %", 0),
    "valid": ("valid", 3),
    "mode_tv": ("mode TV", 3),
    "reverse_kl": ("reverse KL", 3),
    "js": ("JS", 3),
    "valid_at_1": ("valid, 1 step", 3),
    "modes_covered_at_1": ("modes, 1 step", 0),
    "valid_at_5": ("valid, 5 steps", 3),
    "modes_covered_at_5": ("modes, 5 steps", 0),
    "valid_at_20": ("valid, 20 steps", 3),
    "digits_covered": ("digits ≥ 1 %", 0),
    "digits_accepted": ("accepted digits ≥ 1 %", 0),
    "digit_tv": ("digit TV", 3),
    "accepted": ("accepted", 3),
    "fid": ("FID", 1),
    "fid_floor": ("FID floor", 1),
    "coverage": ("coverage", 3),
    "diversity": ("diversity", 2),
    "d_loss": ("L_D", 3),
    "g_loss": ("L_G", 3),
    "d_accuracy": ("D accuracy", 3),
}
"""Columns of the final evaluation in the markdown table, if measured: title and decimal places."""
LAST = {"trained": ("training images for real", 2), "held_out": ("held-out images for real", 2)}
"""The same for numbers of the last frame."""


def markdown(table: pd.DataFrame, expected: Sequence[Expected] = ()) -> str:
    """Medians over the seeds with their ranges, then the expectations and their results."""
    known = {name + SUFFIX: shown for name, shown in COLUMNS.items()} | LAST
    columns = {name: shown for name, shown in known.items() if name in table}
    counted = [title for name, title in COUNTS.items() if name in table]
    titles = ["arm", "seeds", *counted, *(title for title, _ in columns.values()), "steps/s"]
    body = [arm_cells(arm, group, columns) for arm, group in finals(table).groupby("arm", sort=False)]
    checks = [found for one in expected if (found := check(table, one))]
    held = f"{sum(found.holds for found in checks)} of {len(checks)} expectations hold."
    told = ["", held, "", *grid(CHECKED, map(verdict, checks))] if checks else []
    return "\n".join([*grid(titles, body), *told])


CHECKED = ("arm", "measure", "reported", "expected", "median", "seeds within", "agrees")


def arm_cells(arm: Any, group: pd.DataFrame, columns: Mapping[str, tuple[str, int]]) -> list[str]:
    """One arm's cells."""
    diverged = int((group["died"] >= 0).sum())
    seeds = f"{len(group)} ({diverged} diverged)" if diverged else f"{len(group)}"
    counts = [seeds, *(f"{group[name].max():,}" for name in COUNTS if name in group)]
    cells = [median_and_range(group[name], digits) for name, (_, digits) in columns.items()]
    pace = group["steps_per_s"].median()
    return [f"`{arm}`", *counts, *cells, f"{pace:.{int(pace < 10)}f}"]


def median_and_range(values: pd.Series, digits: int) -> str:
    """`median [lowest, highest]`; a dash where nothing is defined."""
    middle, low, high = (f"{value:.{digits}f}" for value in spread(values))
    return "–" if values.isna().all() else f"{middle} [{low}, {high}]"


def verdict(found: Check) -> list[str]:
    """One expectation's cells."""
    one = found.expected
    bounds = f"{one.low:g} to {one.high:g}" + (f" in ≥ {one.least} seeds" if one.least else "")
    numbers = [bounds, f"{found.median:.3f}", f"{found.within} of {found.seeds}", "yes" if found.holds else "**no**"]
    return [f"`{one.arm}`", one.measure, one.reported or "–", *numbers]


def grid(titles: Iterable[str], body: Iterable[Iterable[str]]) -> list[str]:
    """The lines of a markdown table."""
    heads = list(titles)
    return ["| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *body)]
