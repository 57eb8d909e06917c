"""What a study reads of a run, by the run's kind: the numbers of its frames, and what 10,000 fixed z make of its G."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganlab import digits_frame, frame, train, train_digits
from ganlab.code_mistakes import made
from ganlab.config import PlaneConfig
from ganlab.countermeasures import batches, pack
from ganlab.datasets import DATASETS
from ganlab.digit_metrics import DIGIT_METRICS, measure
from ganlab.digit_reference import fid_floor
from ganlab.digits import DIGITS, PIXELS, fixed
from ganlab.digits_config import DigitsConfig
from ganlab.digits_frame import DigitsFrame
from ganlab.digits_state import DigitsState, latent
from ganlab.frame import MEASURED, Frame
from ganlab.losses import LOSSES
from ganlab.metrics import METRICS
from ganlab.metrics import measure as measure_points
from ganlab.rng import stream
from ganlab.snapshot import expand, logits
from ganlab.state import State, sample_latent

FINAL = 10_000
"""Fixed latent points of the final evaluation, as github.com/brycesandlund/paired-discriminator."""
PACKED = FINAL // 12 * 12
"""Those of them that D judges on the plane: a multiple of every pack."""
PART = 500
"""Images that pass through a network at once."""
SUFFIX = "_10k"
"""Marks what the final evaluation measured; the same name without it is a frame's, of fewer points or images."""
JUDGED = ("d_loss", "g_loss", "d_accuracy", "fools")


@dataclass(frozen=True)
class Evaluation:
    """How a kind of runs is read."""

    engine: ModuleType
    unpack: Callable[[Any, bytes], Any]
    """(config, a stored frame) -> the frame of one member."""
    numbers: Callable[[Any], dict[str, Any]]
    """What a frame of one member measures."""
    final: Callable[[Any], dict[str, Any]]
    """The final evaluation of a state; {name: (M, ...)}."""
    measures: tuple[str, ...]
    """What the final evaluation has of every run."""

    def frames(self, config: Any, state: Any) -> list[Any]:
        """A state's frame as the store would keep it, one for each member."""
        blobs = self.engine.encode(config, self.engine.snapshot(state))
        return [self.unpack(config, blob) for blob in blobs]

    def evaluate(self, state: Any) -> dict[str, Any]:
        """The final evaluation of a state; {name_10k: (M, ...)}."""
        return {name + SUFFIX: value for name, value in self.final(state).items()}


def numbers(seen: Frame | DigitsFrame) -> dict[str, Any]:
    """What frames of all kinds have of one member."""
    counts = {name: getattr(seen, name) for name in ("step", "d_updates", "g_updates")}
    return counts | {name: getattr(seen, name)[0] for name in MEASURED} | {"died": int(seen.died[0])}


def hits(now: Any, real: Tensor, fake: Tensor) -> dict[str, np.ndarray]:
    """D's loss, G's, D's accuracy and the share of fakes that fool it, at logits (M, n) each; (M,) by name.

    nan where the loss has no threshold.
    """
    loss, mistake, smoothing = LOSSES[now.loss], made(now), now.label_smoothing
    threshold = loss.undecided(smoothing)
    fools = accuracy = torch.full(real.shape[:1], torch.nan)
    if threshold is not None:
        fools = (fake > threshold).float().mean(-1)
        accuracy = ((real > threshold).float().mean(-1) + 1 - fools) / 2
    d_loss = loss.d_loss(*mistake.told(real, fake), smoothing)
    judged = (d_loss, loss.generator(mistake.heard(real), mistake.heard(fake)), accuracy, fools)
    return {name: value.numpy() for name, value in zip(JUDGED, judged, strict=True)}


# The plane


def plane_frame(config: PlaneConfig, blob: bytes) -> Frame:
    """A stored frame of one member."""
    return frame.unpack(blob, DATASETS[config.dataset].extent)


def plane_numbers(seen: Frame) -> dict[str, Any]:
    """What a frame of one member measures."""
    return numbers(seen) | {name: values[0] for name, values in seen.metrics.items()}


@torch.no_grad()
def evaluate_points(state: State) -> dict[str, Any]:
    """Every metric of FINAL fixed z, the shares of the modes or cells, D's losses and hits; (M, ...) by name."""
    config, data, rng = state.now, DATASETS[state.config.dataset], partial(stream, state.config.seed, "study")
    real = expand(data.sample(PACKED, rng("real")), config)
    fake = state.shown(expand(sample_latent(config, FINAL, rng("z")), config))
    told = (logits(state, points[:, :PACKED]) for points in (real, fake))
    measured, shares = measure_points(fake.numpy(), data)
    return hits(config, *told) | measured | {"shares": list(shares.astype(np.float32))}


# Digits


def digits_numbers(seen: DigitsFrame) -> dict[str, Any]:
    """What a frame measures; nan where the judge was not asked."""
    shares = seen.shares.astype(np.float32) if len(seen.shares) else None
    judged = dict.fromkeys(DIGIT_METRICS, np.nan) | dict(seen.metrics)
    return numbers(seen) | {"epoch": seen.epoch} | judged | {"shares": shares}


@torch.no_grad()
def evaluate_images(state: DigitsState) -> dict[str, Any]:
    """What the judge says of FINAL images of the shown G, and D's losses and hits on them; (1, ...) by name.

    D sees as many real images, those of the run's training set once or several times, without dropout or augmentation.
    """
    config = state.config
    z = latent(config)(FINAL, stream(config.seed, "study", "z"))
    fake = through(state.shown, z)
    real = fixed(config.dataset, config.classes, FINAL, config.seed, config.pixels)
    told = (opinion(state, images) for images in (real, fake))
    values = {name: [value] for name, value in judged(config, PIXELS[config.pixels].shown(fake)).items()}
    return hits(state.now, *told) | values


def through(net: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
    """A network's outputs, PART at a time."""
    return torch.cat([net(part) for part in rows.split(PART)])


def opinion(state: DigitsState, images: Tensor) -> Tensor:
    """D's outputs (1, n/m) at packs of images (n, 1, 28, 28), in batches where D judges them by their batch."""
    now, whole = state.now, len(images) // state.now.packing * state.now.packing
    packs = pack(images[None, :whole], now.packing)[0]
    size = now.batch_size // now.packing if now.company else PART
    return torch.cat([state.d.net(packs[part])[own] for part, own in batches(len(packs), size)]).view(1, -1)


def judged(config: DigitsConfig, images: Tensor) -> dict[str, Any]:
    """Every metric of images (n, 1, 28, 28), FID's floor, and the share of each digit (10,); nan where G is broken."""
    due = DIGITS[config.dataset].shares(config.classes)
    metrics, shares = dict.fromkeys(DIGIT_METRICS, np.nan), np.full(len(due), np.nan)
    if bool(images.isfinite().all()):
        metrics, shares = measure(images[:, 0], due)
    return metrics | {"fid_floor": fid_floor(len(images), due), "shares": shares.astype(np.float32)}


EVALUATIONS = {
    "plane": Evaluation(train, plane_frame, plane_numbers, evaluate_points, (*JUDGED, *METRICS)),
    "digits": Evaluation(
        train_digits,
        lambda config, blob: digits_frame.unpack(blob),
        digits_numbers,
        evaluate_images,
        (*JUDGED, *DIGIT_METRICS, "fid_floor"),
    ),
}
