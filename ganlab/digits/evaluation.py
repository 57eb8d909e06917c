"""The evaluation of runs on digits for studies: measures of frames, and a final one with 10,000 fixed z."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganlab.data.images import IMAGE_SETS, PIXELS, fixed
from ganlab.digits import frame, train
from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import DigitsFrame
from ganlab.digits.metrics import DIGIT_METRICS, measure
from ganlab.digits.reference import fid_floor
from ganlab.digits.snapshot import logits
from ganlab.digits.state import DigitsState, latent
from ganlab.game.evaluation import JUDGED, hits, numbers
from ganlab.gan.countermeasures import batches, pack
from ganlab.gan.rng import stream
from ganlab.kind.evaluation import FINAL, Evaluation

PART = 500
"""Number of images in one forward pass."""


def digits_frame_of(config: DigitsConfig, blob: bytes) -> DigitsFrame:
    """A stored frame."""
    return frame.unpack(blob)


def digits_numbers(seen: DigitsFrame) -> dict[str, Any]:
    """The measures of a frame, nan if it was not classified, and what D takes for real of the data."""
    shares = seen.shares.astype(np.float32) if len(seen.shares) else None
    judged = dict.fromkeys(DIGIT_METRICS, np.nan) | dict(seen.metrics)
    of_d = {"trained": float(seen.trained[0]), "held_out": float(seen.held_out[0])}
    return numbers(seen) | of_d | {"epoch": seen.epoch} | judged | {"shares": shares}


@torch.no_grad()
def evaluate_images(state: DigitsState) -> dict[str, Any]:
    """The classifier's metrics of FINAL images of `g_ema`, the losses and D's accuracy on them; (1, ...) by name.

    D sees the same number of real images, repeated if the training set is smaller, without dropout or augmentation.
    """
    config = state.config
    z = latent(config)(FINAL, stream(config.seed, "study", "z"))
    fake = in_parts(state.g_ema, z)
    real = fixed(config.dataset, config.classes, FINAL, config.seed, config.pixels)
    mixed = state.now.d_norm == "mixed"
    outputs = logits(state, real, fake) if mixed else [d_logits(state, images) for images in (real, fake)]
    values = {name: [value] for name, value in judge_metrics(config, PIXELS[config.pixels].to_display(fake)).items()}
    return hits(state.now, *outputs) | values


def in_parts(net: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
    """A network's outputs, in parts of PART rows."""
    return torch.cat([net(part) for part in torch.split(rows, PART)])


def d_logits(state: DigitsState, images: Tensor) -> Tensor:
    """D's logits (1, n/m) at packs of images (n, 1, 28, 28), in batches if D depends on the batch."""
    now, whole = state.now, len(images) // state.now.packing * state.now.packing
    packs = pack(images[None, :whole], now.packing)[0]
    size = now.batch_size // now.packing if now.batchwise else PART
    return torch.cat([state.d.net(packs[part])[own] for part, own in batches(len(packs), size)]).view(1, -1)


def judge_metrics(config: DigitsConfig, images: Tensor) -> dict[str, Any]:
    """Every metric of images (n, 1, 28, 28), the FID floor, the digit shares (10,); nan if an image is not finite."""
    due = IMAGE_SETS[config.dataset].shares(config.classes)
    metrics, shares = dict.fromkeys(DIGIT_METRICS, np.nan), np.full(len(due), np.nan)
    if bool(images.isfinite().all()):
        metrics, shares = measure(images[:, 0], due)
    return metrics | {"fid_floor": fid_floor(len(images), due), "shares": shares.astype(np.float32)}


EVALUATION = Evaluation[DigitsConfig, DigitsState, DigitsFrame](
    train, digits_frame_of, digits_numbers, evaluate_images, (*JUDGED, *DIGIT_METRICS, "fid_floor")
)
