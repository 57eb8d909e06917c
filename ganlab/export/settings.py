"""Exports a run's curves as CSV and reads settings files."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ganlab.data.plane import DATASETS
from ganlab.digits.frame import NUMBERS, DigitsFrame
from ganlab.game.frame import MEASURED
from ganlab.kind.fields import ConfigError, knobs
from ganlab.kinds import KINDS
from ganlab.links import Notice, settle
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import Frame
from ganlab.plane.line import CURVES, total_variation
from ganlab.plane.metrics import METRICS

LARGEST = 64 * 2**10
"""Maximum bytes of a settings file; a config with all edits has a few kilobytes."""
COUNTS = ("step", "d_updates", "g_updates")


class SettingsError(ValueError):
    """A file contains no settings; the reason's key is too_large, encoding, json or kind."""

    def __init__(self, reason: str, **facts: Any):
        self.reason, self.facts = reason, facts
        super().__init__(f"{reason}: {facts}")


def metrics_csv(frames: Iterable[Frame], member: int = 0, config: PlaneConfig | None = None) -> str:
    """The numbers of each frame as a line of CSV; a cell is empty if the number is undefined.

    Columns: COUNTS, MEASURED, METRICS, died (the step), and share_1, … of the modes, or of the 32 equal-mass cells;
    then what is measured of a run on a line alone, if its config is given.
    """
    table = [numbers(frame, member) | on_a_line(frame, member, config) for frame in frames]
    return tabled(list(table[0]) if table else [*COUNTS, *MEASURED, *METRICS], table)


def digits_csv(frames: Iterable[DigitsFrame]) -> str:
    """The numbers of each frame of a run on digits as a line of CSV; a cell is empty if the number is undefined.

    Columns: step, epoch, the updates, NUMBERS, the classifier's metrics, died (the step), and the digit shares.
    """
    table = [digits_numbers(frame) for frame in frames]
    return tabled(list(dict.fromkeys(name for line in table for name in line)) or [*COUNTS, *NUMBERS], table)


def tabled(columns: Sequence[str], table: Iterable[Mapping[str, float]]) -> str:
    """Lines of numbers as CSV."""
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: spelled(value) for name, value in line.items()} for line in table)
    return file.getvalue()


def numbers(frame: Frame, member: int) -> dict[str, float]:
    """The numbers of a frame for one member, without its arrays."""
    counts = {name: getattr(frame, name) for name in COUNTS}
    measured = {name: getattr(frame, name)[member] for name in MEASURED}
    metrics = {name: frame.metrics[name][member] for name in METRICS}
    diverged_at = float(frame.diverged_at[member]) if frame.diverged_at[member] >= 0 else math.nan
    shares = {f"share_{k}": share for k, share in enumerate(frame.shares[member], 1)}
    return counts | measured | metrics | {"died": diverged_at} | shares


def on_a_line(frame: Frame, member: int, config: PlaneConfig | None) -> dict[str, float]:
    """tv, the total variation, of a frame on a line; {} for other runs."""
    if config is None or config.dim != 1:
        return {}
    density = frame.curves[member, CURVES.index("density")]
    return {"tv": float(total_variation(density, DATASETS[config.dataset]))}


def digits_numbers(frame: DigitsFrame) -> dict[str, float]:
    """The numbers of a frame on digits, without its images."""
    counts = {name: getattr(frame, name) for name in ("step", "epoch", "d_updates", "g_updates")}
    measured = {name: getattr(frame, name)[0] for name in NUMBERS}
    diverged_at = float(frame.diverged_at[0]) if frame.diverged_at[0] >= 0 else math.nan
    shares = {f"digit_{k}": share for k, share in enumerate(frame.shares)}
    return counts | measured | {"died": diverged_at} | dict(frame.metrics) | shares


def spelled(value: float) -> str:
    """A number with the nine digits of a float32; nothing for nan."""
    return "" if math.isnan(value) else f"{value:.9g}"


def read_settings(blob: bytes) -> tuple[Any, list[Notice]]:
    """The config of a settings file. An invalid value is replaced by the default, with a notice.

    Raises SettingsError if the file contains no settings.
    """
    facts = parsed(blob)
    kind = KINDS.get(facts["kind"]) if isinstance(facts.get("kind"), str) else None
    if kind is None:
        raise SettingsError("kind")
    config_class = kind.config
    specs, values, notices = knobs(config_class), dict[str, Any](), list[Notice]()
    for name, value in facts.items():
        if name == "kind":
            continue
        try:
            if name not in specs:
                raise ConfigError(name, value, "unknown")
            values[name] = specs[name].check(name, value)
        except ConfigError as error:
            notices.append(Notice(name[:80], str(value)[:80], error.reason, error.facts))
    config, notices = settle(config_class, values, notices)
    return config, [replace(said, value=said.value[:80]) for said in notices]


def parsed(blob: bytes) -> dict[str, Any]:
    """A JSON object. Raises SettingsError."""
    if len(blob) > LARGEST:
        raise SettingsError("too_large", kb=len(blob) / 2**10, most=LARGEST / 2**10)
    try:
        facts = json.loads(blob.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SettingsError("encoding") from None
    except (ValueError, RecursionError):
        raise SettingsError("json") from None
    if not isinstance(facts, dict):
        raise SettingsError("json")
    return facts


REASONS = ("too_large", "encoding", "json", "kind")
"""The reasons of SettingsError; keys of sentences."""
