"""What the frame of every GAN has: its losses, gradients and D's accuracy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganlab.kind.frame import RunFrame


@dataclass(frozen=True, eq=False, kw_only=True)
class GanFrame(RunFrame):
    """One moment of a GAN; float32 arrays (M,), nan where a value is undefined."""

    d_updates: int
    g_updates: int
    d_loss: np.ndarray
    """D's adversarial loss in the round's last update."""
    g_loss: np.ndarray
    """G's adversarial loss in the round's last update, the raw G's."""
    penalty: np.ndarray
    """D's penalty in the round's last update, already weighted."""
    d_grad: np.ndarray
    """Norm of the gradient of D's last update."""
    g_grad: np.ndarray
    """Norm of the gradient of G's last update."""
    d_accuracy: np.ndarray
    """Share of real and generated samples, half and half, that D tells right."""
    fools: np.ndarray
    """Share of generated samples that D takes for real."""


MEASURED = ("d_loss", "g_loss", "penalty", "d_grad", "g_grad", "d_accuracy", "fools")
"""The numbers that frames of all GANs have."""
QUANTITIES = ("d_loss", "g_loss", "penalty", "fake")
"""What can blow up."""
BLAMED = ("regularizer", "gamma", "gp_lambda", "d_lr", "g_lr", "mistake", "pixels")
"""The knobs that a divergence can be traced to."""
