"""The measurements of a card's runs: the results of each arm over its seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from ganlab.kind.config import RunConfig
from ganlab.kind.evaluation import SUFFIX
from ganlab.studies.cards import Card
from ganlab.studies.grids import STUDIES, arm_runs
from ganlab.studies.tables import finals, load
from ganlab.ui.players.player.lamps import COVERED
from ganlab.ui.run.server import service
from ganlab.ui.run.view import view

STUDY = "lab"
NUMBERS = {
    "valid": "valid",
    "tv": "mode_tv",
    "l_d": "d_loss",
    "l_g": "g_loss",
    "acc": "d_accuracy",
    "fools": "fools",
    "accepted": "accepted",
    "digit_tv": "digit_tv",
    "fid": "fid",
    "coverage": "coverage",
}
"""Name in sentences -> name in the final evaluation."""
SEEN = {name: name for name in ("g_grad", "d_grad", "trained", "held_out")}
"""Name in sentences -> name in the last frame."""
FACTS = (
    *("n", "of", "died", "full", "speed", "g_updates", "d_updates"),
    *(f"{number}{end}" for number in ("modes", *NUMBERS, *SEEN) for end in ("", "_low", "_high")),
)
"""Names of an arm's values in sentences, each after the arm's name and `_`."""


@dataclass(frozen=True)
class Arm:
    """The results of one config over its seeds."""

    shares: np.ndarray
    """Share of each mode (or digit), (seeds, K)."""
    diverged: np.ndarray
    """Whether each seed diverged, (seeds,)."""
    numbers: Mapping[str, np.ndarray]
    """By name of NUMBERS and SEEN, (seeds,) each; nan where undefined."""
    steps_per_s: float = 0.0
    g_updates: int = 0
    d_updates: int = 0
    """Updates of each seed; 0 if they were not counted."""

    @property
    def modes(self) -> np.ndarray:
        """Covered modes of each seed, (seeds,)."""
        return np.where(self.diverged, 0, (self.shares >= COVERED).sum(1))

    def facts(self, name: str) -> dict[str, Any]:
        """Medians, and the lowest and highest, by the names that sentences use: `broken_modes`, `broken_modes_low` …"""
        facts: dict[str, Any] = {"n": len(self.diverged), "of": self.shares.shape[1], "died": int(self.diverged.sum())}
        facts |= {"full": int((self.modes == self.shares.shape[1]).sum()), "speed": self.steps_per_s}
        facts |= {"g_updates": self.g_updates, "d_updates": self.d_updates}
        for number, values in {"modes": self.modes, **self.numbers}.items():
            if np.isfinite(values).any():
                facts |= {number: float(np.nanmedian(values))}
                facts |= {f"{number}_low": float(np.nanmin(values)), f"{number}_high": float(np.nanmax(values))}
        return {f"{name}_{fact}": value for fact, value in facts.items()}


# Shipped results


@st.cache_data(show_spinner=False)
def table(study: str = STUDY) -> pd.DataFrame:
    """The shipped rows of a study's final evaluation; empty without any."""
    try:
        return finals(load(study))
    except FileNotFoundError:
        return pd.DataFrame({"arm": []})


def shipped(arms: Iterable[str], study: str = STUDY) -> dict[str, Arm]:
    """The shipped results of a study's arms by name, without arms that were not measured."""
    rows = table(study)
    seen = {arm: rows[rows["arm"] == arm] for arm in arms}
    return {arm: arm_of(found) for arm, found in seen.items() if len(found)}


def arm_of(rows: pd.DataFrame) -> Arm:
    """The arm of the final rows, one per seed."""
    rows = rows.sort_values(["seed", "member"])
    numbers = {name: rows[of + SUFFIX].to_numpy() for name, of in NUMBERS.items() if of + SUFFIX in rows}
    numbers |= {name: rows[of].to_numpy() for name, of in SEEN.items() if of in rows}
    shares = np.nan_to_num(np.stack(list(rows[f"shares{SUFFIX}"])))
    counts = [int(rows[name].max()) if name in rows else 0 for name in ("g_updates", "d_updates")]
    return Arm(shares, rows["died"].to_numpy() >= 0, numbers, float(rows["steps_per_s"].median()), *counts)


def measured(name: str, card: Card) -> dict[str, Arm]:
    """The measured arms of a card, in its order."""
    found = shipped(f"{name}.{arm}" for arm, _ in card.arms)
    return {arm.removeprefix(f"{name}."): seeds for arm, seeds in found.items()}


def studied(study: str) -> dict[RunConfig, Arm]:
    """What ships of a study: the first config of each of its arms, without those that are there for control."""
    arms = STUDIES[study].arms
    found = shipped((arm for arm in arms if not arm.endswith("float32")), study)
    return {arms[arm][0]: seeds for arm, seeds in found.items()}


def facts(arms: Mapping[str, Arm]) -> dict[str, Any]:
    """All values that sentences can use."""
    return {fact: value for name, arm in arms.items() for fact, value in arm.facts(name).items()}


# The visitor's runs


def seeds(card: Card, config: RunConfig) -> Sequence[RunConfig]:
    """The runs of an arm's seeds, with many members in one run if possible."""
    return arm_runs(card, config)


def yours(configs: Iterable[RunConfig]) -> Arm | None:
    """The results of an arm's runs on this server: their last frames; None before the first."""
    found = [one for config in configs for one in last(config)]
    if not found:
        return None
    shares, diverged, numbers = zip(*found, strict=True)
    named = {name: np.array([one[name] for one in numbers]) for name in numbers[0]}
    return Arm(np.nan_to_num(np.stack(shares)), np.array(diverged), named)


def last(config: Any) -> Iterable[tuple[np.ndarray, bool, dict[str, float]]]:
    """Shares, whether it diverged and numbers of each member of a run at its last frame that has shares."""
    cache, steps = service().frame_cache(config.key()), service().frame_cache(config.key()).steps()
    for member in range(getattr(config, "members", 1)):
        for step in [step for step in reversed(steps) if step <= config.steps][:LOOKED]:
            one = view(config.kind).read(config, cache.blobs(member, [step])[step])
            if len(shares := np.ravel(getattr(one, "shares", ()))):
                metrics = {name: float(np.ravel(value)[0]) for name, value in one.metrics.items()}
                seen = metrics | {name: float(np.ravel(getattr(one, name))[0]) for name in FRAMES if hasattr(one, name)}
                numbers = {name: seen.get(of, np.nan) for name, of in (NUMBERS | SEEN).items()}
                yield shares, bool(one.outcome), numbers
                break


FRAMES = ("d_loss", "g_loss", "d_accuracy", "fools", *SEEN)
"""What a GAN's frame has beside its metrics."""
LOOKED = 40
"""Frames that are searched for one with shares: of digits not all are judged."""
