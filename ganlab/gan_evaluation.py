"""What a study reads of a run of any GAN: the numbers of its frames, D's losses and its accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganlab.code_mistakes import made
from ganlab.digits_frame import DigitsFrame
from ganlab.frame import MEASURED, Frame
from ganlab.losses import LOSSES

JUDGED = ("d_loss", "g_loss", "d_accuracy", "fools")


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
