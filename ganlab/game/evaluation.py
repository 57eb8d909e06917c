"""The measurements of a GAN's run for studies: the numbers of its frames, the losses and D's accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from ganlab.game.config import GanConfig
from ganlab.game.frame import MEASURED, GanFrame
from ganlab.game.snapshot import accuracy
from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import mistake_of

JUDGED = ("d_loss", "g_loss", "d_accuracy", "fools")


def numbers(seen: GanFrame) -> dict[str, Any]:
    """The numbers of one member's frame that all GANs have."""
    counts = {name: getattr(seen, name) for name in ("step", "d_updates", "g_updates")}
    return counts | {name: getattr(seen, name)[0] for name in MEASURED} | {"died": int(seen.diverged_at[0])}


def hits(now: GanConfig, real: Tensor, fake: Tensor) -> dict[str, np.ndarray]:
    """D's loss, G's, D's accuracy and the share of fakes that fool it, at logits (M, n) each; (M,) by name.

    nan where the loss has no threshold.
    """
    loss, mistake = LOSSES[now.loss], mistake_of(now)
    d_loss = loss.discriminator(*mistake.d_loss_inputs(real, fake), now.label_smoothing)
    g_loss = loss.generator(mistake.loss_input(real), mistake.loss_input(fake))
    judged = (d_loss.numpy(), g_loss.numpy(), *accuracy(now, lambda: (real, fake)))
    return dict(zip(JUDGED, judged, strict=True))
