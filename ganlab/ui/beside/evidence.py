"""What was measured of flow matching and of the GAN beside it: sixteen seeds of each, and the time of a step."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pandas as pd

from ganlab.flow.config import FlowConfig
from ganlab.flow.evaluation import FEWER, OF_FEWER
from ganlab.kind.evaluation import FINAL, SUFFIX
from ganlab.studies import tables
from ganlab.studies.cards import LAB, NINE_MODES
from ganlab.studies.tables import EVIDENCE
from ganlab.ui.text import number, text

PACE = EVIDENCE / "pace.json"
"""Seconds of processor time of one GAN round and of one flow step, written by `python -m benchmarks.flow --write`."""
MEASURED = {LAB.dataset: "cures_ring", NINE_MODES.dataset: "cures_grid"}
"""Data set -> the study with the GAN's arms."""
ARMS = ("none", "packing")
"""The GAN without a countermeasure, and with one."""
COLUMNS = {"modes_covered": "median", "valid": ".0%", "js": ".3f"}
"""Measures of the table, with the format of their medians."""


@cache
def pace() -> dict[str, float]:
    """Seconds of one step, by `gan` and `flow`."""
    found: dict[str, float] = json.loads(PACE.read_text(encoding="utf-8"))
    return found


@cache
def arms(data: str) -> dict[str, pd.DataFrame]:
    """The seeds of the GAN's arms and of `flow` on a data set that was measured, in their final evaluation."""
    gan, flow = (tables.finals(tables.load(name)) for name in (MEASURED[data], "beside"))
    return {arm: gan[gan["arm"] == arm] for arm in ARMS} | {"flow": flow[flow["arm"] == data]}


def facts(data: str) -> dict[str, Any]:
    """The numbers that sentences name."""
    found, of = arms(data), len(arms(data)["flow"]["shares_10k"].iloc[0])
    numbers: dict[str, Any] = {"n": len(found["flow"]), "of": of, "steps": FlowConfig().ode_steps, "points": FINAL}
    for arm, seeds in found.items():
        numbers |= {f"{arm}_{name}": float(seeds[name + SUFFIX].median()) for name in COLUMNS}
        numbers[f"{arm}_full"] = int((seeds[f"modes_covered{SUFFIX}"] == of).sum())
    for steps in FEWER:
        numbers[f"valid_at_{steps}"] = float(found["flow"][f"valid_at_{steps}{SUFFIX}"].median())
    return numbers


def table(data: str, lang: str) -> str:
    """Medians over the seeds, an arm a line, as Markdown."""
    heads = ["", *(text(f"beside.column.{name}", lang) for name in (*COLUMNS, "evaluations"))]
    return grid(heads, (cells(arm, seeds, lang) for arm, seeds in arms(data).items()))


def cells(arm: str, seeds: pd.DataFrame, lang: str) -> list[str]:
    """One line of the table."""
    steps = FlowConfig().ode_steps if arm == "flow" else 1
    return [text(f"beside.arm.{arm}", lang), *measures(seeds, SUFFIX, COLUMNS, lang), number(steps, lang)]


def fewer(data: str, lang: str) -> str:
    """The same trained flows, sampled with fewer steps, as Markdown."""
    seeds, shown = arms(data)["flow"], {name: COLUMNS[name] for name in OF_FEWER}
    heads = [text("beside.column.steps", lang), *(text(f"beside.column.{name}", lang) for name in shown)]
    ways = {steps: f"_at_{steps}{SUFFIX}" for steps in FEWER} | {FlowConfig().ode_steps: SUFFIX}
    lines = ([number(steps, lang), *measures(seeds, end, shown, lang)] for steps, end in ways.items())
    return grid(heads, lines)


def measures(seeds: pd.DataFrame, end: str, shown: Mapping[str, str], lang: str) -> list[str]:
    """The medians of some measures; of counts also the lowest and the highest."""
    return [measure(tables.spread(seeds[name + end]), spec, lang) for name, spec in shown.items()]


def measure(found: tuple[float, float, float], spec: str, lang: str) -> str:
    """One median, with its range if it counts."""
    middle, low, high = (number(value, lang, spec) for value in found)
    return f"{middle} [{low}, {high}]" if spec == "median" else middle


def grid(heads: list[str], lines: Iterator[list[str]]) -> str:
    """A Markdown table whose numbers stand at the right."""
    rows = ["|---" + "|---:" * (len(heads) - 1) + "|", *(f"| {' | '.join(line)} |" for line in lines)]
    return "\n".join([f"| {' | '.join(heads)} |", *rows])
