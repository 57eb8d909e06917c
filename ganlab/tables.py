"""What a study measured, as rows: one for each config, member and evaluated step; their medians over the seeds."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from ganlab import checkpoints, train
from ganlab.config import ENGINE, PlaneConfig
from ganlab.datasets import DATASETS
from ganlab.frame import MEASURED, Frame, unpack
from ganlab.losses import LOSSES
from ganlab.metrics import METRICS, measure
from ganlab.rng import stream
from ganlab.snapshot import expand, logits, told_apart
from ganlab.state import State, sample_latent
from ganlab.store import Store

EVIDENCE = Path(__file__).parent / "evidence"
"""The tables that ship."""
FINAL = 10_000
"""Fixed latent points of the final evaluation, as github.com/brycesandlund/paired-discriminator."""
PACKED = FINAL // 12 * 12
"""Those of them that D judges: a multiple of every pack."""
SUFFIX = "_10k"
"""Marks what the final evaluation measured; the same name without it is a frame's, of 2,500 points."""
JUDGED = ("d_loss", "g_loss", "d_accuracy", "fools")


@dataclass(frozen=True)
class Expected:
    """Where an arm's median should lie, or a measure of at least `least` seeds, and what was reported before."""

    arm: str
    measure: str
    low: float
    high: float
    reported: str = ""
    least: int = 0


# A run in the store -> rows


def rows(store: Store, config: PlaneConfig) -> pd.DataFrame:
    """Every frame of a run up to config.steps and its state there, which alone has the *_10k; sorted by member."""
    run, state = store.run(config.key()), state_at(store, config)
    last, final = train.snapshot(state), evaluate(state)
    about = {"key": config.key(), "engine": ENGINE, "steps_per_s": run.steps_per_s if run else 0.0}
    about |= {name: getattr(config, name) for name in ("seed", "members", "steps")}
    seen: list[dict[str, Any]] = []
    for member in range(config.members):
        for frame in [*stored(store, config, member, state.step), last.member(member)]:
            seen.append(about | {"member": member} | scalars(frame))
        seen[-1] |= {name: values[member] for name, values in final.items()}
    return tidy(pd.DataFrame(seen))


def stored(store: Store, config: PlaneConfig, member: int, before: int) -> Iterator[Frame]:
    """A member's stored frames before a step."""
    extent = DATASETS[config.dataset].extent
    for step, blob in store.frames(config.key(), member).items():
        if step < before:
            yield unpack(blob, extent)


def scalars(frame: Frame) -> dict[str, Any]:
    """The numbers of a frame of one member."""
    values = {name: getattr(frame, name)[0] for name in MEASURED} | {name: a[0] for name, a in frame.metrics.items()}
    counts = {name: getattr(frame, name) for name in ("step", "d_updates", "g_updates")}
    return counts | values | {"died": int(frame.died[0])}


def state_at(store: Store, config: PlaneConfig) -> State:
    """A run's state at config.steps, or where it diverged: from its newest checkpoint up to there, and on."""
    state = next(restored(store, config), None) or train.start(config)
    while state.step < config.steps and not state.outcome:
        train.update(state)
    return state


def restored(store: Store, config: PlaneConfig) -> Iterator[State]:
    """The states of a run's sound checkpoints up to config.steps, newest first."""
    for step, blob in store.checkpoints.blobs(config.key(), config.steps):
        try:
            yield train.restore(config, checkpoints.decode(config.key(), step, blob))
        except (KeyError, ValueError, RuntimeError):
            continue


def evaluate(state: State) -> dict[str, Any]:
    """Every metric of FINAL fixed z, the shares of the modes or cells, D's losses and hits; {name_10k: (M, ...)}."""
    config, data, rng = state.now, DATASETS[state.config.dataset], partial(stream, state.config.seed, "study")
    real = expand(data.sample(PACKED, rng("real")), config)
    with torch.no_grad():
        fake = state.shown(expand(sample_latent(config, FINAL, rng("z")), config))
        judged_real, judged_fake = (logits(state, points[:, :PACKED]) for points in (real, fake))
        accuracy, fools = told_apart(state, real, fake)
        loss = LOSSES[config.loss]
        d_loss = loss.d_loss(judged_real, judged_fake, config.label_smoothing)
        judged = (d_loss.numpy(), loss.generator(judged_real, judged_fake).numpy(), accuracy, fools)
    measured, shares = measure(fake.numpy(), data)
    values = dict(zip(JUDGED, judged, strict=True)) | measured | {"shares": list(shares.astype(np.float32))}
    return {name + SUFFIX: value for name, value in values.items()}


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """The same rows with 32-bit numbers: what frames have, and half the bytes."""
    narrow = {"f": "float32", "i": "int32"}
    kinds = {name: narrow[kind.kind] for name, kind in table.dtypes.items() if (kind.kind in narrow)}
    return table.astype(kinds)


# Files


def write(table: pd.DataFrame, path: Path) -> None:
    """Puts a table in place by atomic rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    table.to_parquet(draft, index=False, compression="zstd")
    os.replace(draft, path)


def load(name: str) -> pd.DataFrame:
    """The table of a study that ships. Raises FileNotFoundError."""
    return pd.read_parquet(EVIDENCE / f"{name}.parquet")


# Medians over the seeds


def finals(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the final evaluation: one for each arm and seed."""
    return table[table[f"valid{SUFFIX}"].notna()]


def spread(values: pd.Series) -> tuple[float, float, float]:
    """Median, lowest and highest; nan where no seed has the measure."""
    return float(values.median()), float(values.min()), float(values.max())


def medians(table: pd.DataFrame, columns: Iterable[str] | None = None) -> pd.DataFrame:
    """Each arm's medians over its seeds in the final evaluation, in the order of the table; index arm."""
    chosen = list(columns or (name + SUFFIX for name in (*JUDGED, *METRICS)))
    return finals(table).groupby("arm", sort=False)[chosen].median()


@dataclass(frozen=True)
class Check:
    """An expectation and what was measured: the median, and how many of the seeds lie within."""

    expected: Expected
    median: float
    within: int
    seeds: int

    @property
    def holds(self) -> bool:
        """Whether the median lies within, or enough seeds do."""
        bounds, least = self.expected, self.expected.least
        return self.within >= least if least else bounds.low <= self.median <= bounds.high


def check(table: pd.DataFrame, expected: Expected) -> Check | None:
    """What became of an expectation; None while its arm was not measured."""
    last = finals(table)
    values = last.loc[last["arm"] == expected.arm, expected.measure + SUFFIX]
    if values.empty:
        return None
    within = int(values.between(expected.low, expected.high).sum())
    return Check(expected, float(values.median()), within, len(values))


# Markdown


COLUMNS = {
    "modes_covered": ("modes ≥ 1 %", 0),
    "valid": ("valid", 3),
    "mode_tv": ("mode TV", 3),
    "reverse_kl": ("reverse KL", 3),
    "d_loss": ("L_D", 3),
    "g_loss": ("L_G", 3),
    "d_accuracy": ("D accuracy", 3),
}
"""What the markdown table shows of the final evaluation: title, digits."""


def markdown(table: pd.DataFrame, expected: Sequence[Expected] = ()) -> str:
    """Medians over the seeds with their ranges, then the expectations and what became of them."""
    titles = ["arm", "seeds", "G updates", "D updates", *(title for title, _ in COLUMNS.values()), "steps/s"]
    body = [line(arm, group) for arm, group in finals(table).groupby("arm", sort=False)]
    checks = [found for one in expected if (found := check(table, one))]
    held = f"{sum(found.holds for found in checks)} of {len(checks)} expectations hold."
    told = ["", held, "", *grid(CHECKED, map(verdict, checks))] if checks else []
    return "\n".join([*grid(titles, body), *told])


CHECKED = ("arm", "measure", "reported", "expected", "median", "seeds within", "agrees")


def line(arm: Any, group: pd.DataFrame) -> list[str]:
    """One arm's cells."""
    counts = [str(len(group)), *(f"{group[name].max():,}" for name in ("g_updates", "d_updates"))]
    cells = [ranged(group[name + SUFFIX], digits) for name, (_, digits) in COLUMNS.items()]
    return [f"`{arm}`", *counts, *cells, f"{group['steps_per_s'].median():.0f}"]


def ranged(values: pd.Series, digits: int) -> str:
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
