"""What a study reads of a run on digits: the numbers of its frames, and what 10,000 fixed z make of its G."""

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
from ganlab.digits.state import DigitsState, latent
from ganlab.game.evaluation import JUDGED, hits, numbers
from ganlab.gan.countermeasures import batches, pack
from ganlab.gan.rng import stream
from ganlab.kind.evaluation import FINAL, Evaluation

PART = 500
"""Images that pass through a network at once."""


def digits_frame_of(config: DigitsConfig, blob: bytes) -> DigitsFrame:
    """A stored frame."""
    return frame.unpack(blob)


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
    fake = in_parts(state.g_ema, z)
    real = fixed(config.dataset, config.classes, FINAL, config.seed, config.pixels)
    outputs = (d_logits(state, images) for images in (real, fake))
    values = {name: [value] for name, value in judge_metrics(config, PIXELS[config.pixels].to_display(fake)).items()}
    return hits(state.now, *outputs) | values


def in_parts(net: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
    """A network's outputs, PART at a time."""
    return torch.cat([net(part) for part in torch.split(rows, PART)])


def d_logits(state: DigitsState, images: Tensor) -> Tensor:
    """D's outputs (1, n/m) at packs of images (n, 1, 28, 28), in batches where D judges them by their batch."""
    now, whole = state.now, len(images) // state.now.packing * state.now.packing
    packs = pack(images[None, :whole], now.packing)[0]
    size = now.batch_size // now.packing if now.minibatch_layer else PART
    return torch.cat([state.d.net(packs[part])[own] for part, own in batches(len(packs), size)]).view(1, -1)


def judge_metrics(config: DigitsConfig, images: Tensor) -> dict[str, Any]:
    """Every metric of images (n, 1, 28, 28), FID's floor, and the share of each digit (10,); nan where G is broken."""
    due = IMAGE_SETS[config.dataset].shares(config.classes)
    metrics, shares = dict.fromkeys(DIGIT_METRICS, np.nan), np.full(len(due), np.nan)
    if bool(images.isfinite().all()):
        metrics, shares = measure(images[:, 0], due)
    return metrics | {"fid_floor": fid_floor(len(images), due), "shares": shares.astype(np.float32)}


EVALUATION = Evaluation[DigitsConfig, DigitsState, DigitsFrame](
    train, digits_frame_of, digits_numbers, evaluate_images, (*JUDGED, *DIGIT_METRICS, "fid_floor")
)
