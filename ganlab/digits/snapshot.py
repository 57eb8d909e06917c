"""Makes the frame of a state on digits, without changing the state."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ganlab.data.held_out import held_out
from ganlab.data.images import PIXELS, fixed
from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import ROWS, DigitsFrame, pack
from ganlab.digits.state import DigitsState, latent
from ganlab.game.snapshot import accuracy, numbers
from ganlab.gan import countermeasures
from ganlab.gan.losses import LOSSES
from ganlab.gan.rng import stream

ACCURACY_SAMPLES = 128
"""Training, held-out and generated images, each, by which D is measured; the sheet shows the first generated ones."""
JUDGED = 1000
"""Number of generated images that are classified: the error of a digit's share is about 1 %."""
Measure = Callable[[np.ndarray], tuple[dict[str, float], np.ndarray]]
"""Images (n, 28, 28) in [-1, 1] -> numbers by key, and the share of each digit (10,)."""


@torch.no_grad()
def snapshot(state: DigitsState, measure: Measure | None = None) -> DigitsFrame:
    """The frame of the current state; the state is unchanged. `measure`, if given, evaluates JUDGED images."""
    config, fake = state.config, generated(state, ACCURACY_SAMPLES)
    real = fixed(config.dataset, config.classes, ACCURACY_SAMPLES, config.seed, config.pixels)
    d_accuracy, fools = accuracy(state.now, lambda: logits(state, real.to(state.device), fake))
    metrics, shares = measure(sample(state, JUDGED)[:, 0].cpu().numpy()) if measure else ({}, np.empty(0))
    return DigitsFrame(
        **numbers(state),
        epoch=config.epoch(state.step),
        sheet=to_bytes(PIXELS[config.pixels].to_display(fake[: ROWS**2])),
        d_accuracy=d_accuracy,
        fools=fools,
        metrics=metrics,
        shares=shares,
        d_mean=mean(state.tally[0]),
        g_mean=mean(state.tally[1]),
        held_out=taken_for_real(state, fake),
    )


def taken_for_real(state: DigitsState, fake: Tensor) -> np.ndarray:
    """Share (1,) of held-out images that D takes for real, beside generated ones where they share its batch.

    nan if there are none or the loss has no threshold.
    """
    config, threshold = state.config, LOSSES[state.now.loss].undecided(state.now.label_smoothing)
    real = held_out(config.dataset, config.classes, ACCURACY_SAMPLES, config.seed, config.pixels)
    if real is None or threshold is None:
        return np.full(1, np.nan, np.float32)
    share = (logits(state, real.to(state.device), fake)[0] > threshold).float().mean(-1)
    return share.cpu().numpy()


@torch.no_grad()
def sample(state: DigitsState, count: int) -> Tensor:
    """What viewers see of the run's first `count` fixed latent points, (count, 1, 28, 28) in [-1, 1]."""
    return PIXELS[state.config.pixels].to_display(generated(state, count))


def generated(state: DigitsState, count: int) -> Tensor:
    """What the shown G makes of them, as D would see it, (count, 1, 28, 28)."""
    return state.g_ema(fixed_latents(state.config)[:count].to(state.device))


@lru_cache(8)
def fixed_latents(config: DigitsConfig) -> Tensor:
    """The latent points that every frame of a run looks at, (JUDGED, latent_dim)."""
    return latent(config)(JUDGED, stream(config.seed, "frame", "z"))


def to_bytes(images: Tensor) -> np.ndarray:
    """Images (n, 1, 28, 28) in [-1, 1] as (n, 28, 28) uint8; nan becomes black."""
    return (images[:, 0].nan_to_num(-1.0) * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8).cpu().numpy()


def logits(state: DigitsState, real: Tensor, fake: Tensor) -> Tensor:
    """D's logits (2, 1, n/m) at packs of real and fake images (n, 1, 28, 28), in batches if D depends on the batch."""
    now, whole = state.now, len(real) // state.now.packing * state.now.packing
    packs = [countermeasures.pack(images[None, :whole], now.packing)[0] for images in (real, fake)]
    if not now.batchwise:
        return state.d.net(torch.cat(packs)).view(2, 1, -1)
    parts = list(countermeasures.batches(len(packs[0]), now.batch_size // now.packing))
    if now.d_norm == "mixed":
        pairs = [(state.d.net(torch.cat([x[part] for x in packs])).unflatten(0, (2, -1)), own) for part, own in parts]
        return torch.cat([both[:, own] for both, own in pairs], 1).view(2, 1, -1)
    return torch.stack([torch.cat([state.d.net(x[part])[own] for part, own in parts]).view(1, -1) for x in packs])


def mean(tally: Tensor) -> np.ndarray:
    """The mean (1,) from a sum and a count, (2,); nan if the count is 0."""
    return (tally[:1] / tally[1:]).float().numpy()


def encode(config: DigitsConfig, frame: DigitsFrame) -> list[bytes]:
    """The frame as the store keeps it; a run on digits has one member."""
    return [pack(frame)]
