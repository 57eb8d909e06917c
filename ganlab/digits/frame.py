"""The frame of a run on digits, the schedule of frames, and their binary format."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import numpy as np
from PIL import Image

from ganlab.data.images import IMAGE_SETS, SIDE
from ganlab.digits.config import DigitsConfig
from ganlab.game.frame import MEASURED, GanFrame

ROWS = 8
"""Number of rows and of columns of the sheet."""
SHEET_BYTES, SLIM_BYTES = 20_000, 11_000
"""Of a sheet, at most: in a store, and in a recording that ships."""
DENSE = 8
"""Every step up to this one is a frame."""
EARLY = 150
"""About the number of frames that are evenly spaced in log step up to LAST."""
EPOCHS = 200
"""Every epoch up to this one ends with a frame, if the data are at least PASS images."""
PASS = 1000
"""Images between two epochs that end with a frame, at least: a full classification costs as much as some 20 steps."""
LAST = 200_000
FIRST_JUDGED = 64
"""From this step on, powers of two are classified; earlier images are noise."""


@dataclass(frozen=True, eq=False, kw_only=True)
class DigitsFrame(GanFrame):
    """One moment of a run with one member. `metrics`, the classifier's, are empty if the images were not classified."""

    epoch: float
    """Passes over the images."""
    sheet: np.ndarray
    """Images of G, or its moving average, at the same ROWS² latent points in every frame, (ROWS², 28, 28) uint8."""
    shares: np.ndarray = field(default_factory=lambda: np.empty(0))
    """(10,) share of generated images that are classified as each digit; (0,) if they were not classified."""
    d_mean: np.ndarray = field(default_factory=lambda: np.full(1, np.nan, np.float32))
    """Mean of `d_loss` over every round of the pass over the images so far."""
    g_mean: np.ndarray = field(default_factory=lambda: np.full(1, np.nan, np.float32))
    """Mean of `g_loss` over every round of the pass over the images so far."""

    held_out: np.ndarray = field(default_factory=lambda: np.full(1, np.nan, np.float32))
    """Share of held-out real images that D takes for real."""

    @property
    def trained(self) -> np.ndarray:
        """Share of training images that D takes for real, from its accuracy on them and on generated images."""
        share: np.ndarray = 2 * self.d_accuracy + self.fools - 1
        return share


LATER = ("held_out",)
"""Numbers that frames of earlier versions lack."""
NUMBERS = (*MEASURED, "d_mean", "g_mean", *LATER)


@lru_cache(16)
def schedule(config: DigitsConfig) -> frozenset[int]:
    """All steps with a frame: dense early, then evenly spaced in log step, powers of two, and the ends of epochs.

    An edit adds the step at which it starts and the next. There are at most 370 others. The target has no influence.
    """
    even = {int(step) for step in np.rint(np.geomspace(1, LAST, EARLY))}
    edges = {start + after for start, _, _ in config.edits for after in (0, 1)}
    powers = {2**i for i in range(LAST.bit_length())}
    return frozenset(range(DENSE + 1)) | even | powers | set(epoch_ends(config)) | edges


def epoch_ends(config: DigitsConfig) -> list[int]:
    """The steps at which the first EPOCHS passes are complete, or sets of passes, up to LAST."""
    ends = (config.step_of(epoch * passes(config)) for epoch in range(1, EPOCHS + 1))
    return [step for step in ends if step < LAST]


def passes(config: DigitsConfig) -> int:
    """Passes over the images from one end with a frame to the next: 1, or as many as take PASS images."""
    return math.ceil(PASS / config.count)


def ends_epoch(config: DigitsConfig, step: int) -> bool:
    """Whether a pass over the images is completed by a step, the last of as many as `passes` says."""
    each = passes(config)
    return step > 0 and math.floor(config.epoch(step) / each) > math.floor(config.epoch(step - 1) / each)


def judgement(config: DigitsConfig, step: int) -> str:
    """The extent of the classification at a step: "full" where `ends_epoch`, "brief" at a power of two, else "".

    It is always "" for data that are not digits.
    """
    if not IMAGE_SETS[config.dataset].handwritten:
        return ""
    if ends_epoch(config, step):
        return "full"
    power_of_two = step & (step - 1) == 0
    return "brief" if power_of_two and step >= FIRST_JUDGED else ""


def is_frame(config: DigitsConfig, step: int) -> bool:
    """Whether a step becomes a frame."""
    return step in schedule(config)


def pack(frame: DigitsFrame) -> bytes:
    """The frame as bytes: u32 length of the JSON, the JSON (null for nan), the sheet as a grey PNG of 8 bits."""
    head: dict[str, Any] = {name: number(getattr(frame, name)[0]) for name in NUMBERS}
    head |= {name: getattr(frame, name) for name in ("step", "epoch", "d_updates", "g_updates", "outcome")}
    head |= {"died": int(frame.diverged_at[0]), "facts": dict(frame.facts)}
    head |= {"metrics": {name: number(value) for name, value in frame.metrics.items()}}
    head |= {"shares": [round(float(share), 6) for share in frame.shares]}
    text = json.dumps(head, sort_keys=True, allow_nan=False).encode()
    return len(text).to_bytes(4, "little") + text + png(tiled(frame.sheet))


def slim(blob: bytes) -> bytes:
    """A packed frame whose sheet has as many grey levels as fit into SLIM_BYTES; its numbers are the same."""
    end = 4 + int.from_bytes(blob[:4], "little")
    return blob[:end] + png(np.asarray(Image.open(io.BytesIO(blob[end:]))), SLIM_BYTES)


def unpack(blob: bytes, with_sheet: bool = True) -> DigitsFrame:
    """The frame of a blob. The sheet may have fewer grey levels; without `with_sheet` it has no images."""
    end = 4 + int.from_bytes(blob[:4], "little")
    head = json.loads(blob[4:end])
    head = dict.fromkeys(LATER) | head
    for name in NUMBERS:
        head[name] = np.array([math.nan if head[name] is None else head[name]], np.float32)
    head["diverged_at"], head["shares"] = np.array([head.pop("died")]), np.array(head["shares"])
    head["metrics"] = {name: math.nan if value is None else value for name, value in head["metrics"].items()}
    sheet = cut(np.asarray(Image.open(io.BytesIO(blob[end:])))) if with_sheet else np.empty((0, SIDE, SIDE), np.uint8)
    return DigitsFrame(sheet=sheet, **head)


def number(value: Any) -> float | None:
    """A number for JSON; None if it is not finite."""
    return float(value) if math.isfinite(value) else None


def tiled(sheet: np.ndarray) -> np.ndarray:
    """Images (ROWS², 28, 28) side by side, (ROWS·28, ROWS·28)."""
    return sheet.reshape(ROWS, ROWS, SIDE, SIDE).swapaxes(1, 2).reshape(ROWS * SIDE, ROWS * SIDE)


def cut(picture: np.ndarray) -> np.ndarray:
    """The images (ROWS², 28, 28) of `tiled`."""
    return picture.reshape(ROWS, SIDE, ROWS, SIDE).swapaxes(1, 2).reshape(ROWS**2, SIDE, SIDE)


def png(picture: np.ndarray, most: int = SHEET_BYTES) -> bytes:
    """A grey picture as a PNG of at most `most` bytes, with as many of 256 grey levels as fit, at least 4."""
    for greys in GREYS:
        file = io.BytesIO()
        Image.fromarray(levels(greys)[picture]).save(file, "PNG", compress_level=9)
        if file.tell() <= most:
            break
    return file.getvalue()


@cache
def levels(greys: int) -> np.ndarray:
    """The nearest of `greys` evenly spaced levels, black and white included, to each of 256, (256,) uint8."""
    return np.rint(np.rint(np.arange(256) / 255 * (greys - 1)) * 255 / (greys - 1)).astype(np.uint8)


GREYS = (256, 64, 32, 16, 8, 4)
