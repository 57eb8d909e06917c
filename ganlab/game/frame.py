"""The frame that all GANs share: losses, gradient norms and D's accuracy."""

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
    """Share of real and generated samples, in equal numbers, that D classifies correctly."""
    fools: np.ndarray
    """Share of generated samples that D classifies as real."""


MEASURED = ("d_loss", "g_loss", "penalty", "d_grad", "g_grad", "d_accuracy", "fools")
"""The numbers in the frames of all GANs."""
QUANTITIES = ("d_loss", "g_loss", "penalty", "fake")
"""Quantities that can diverge."""
BLAMED = ("regularizer", "gamma", "gp_lambda", "d_lr", "g_lr", "mistake", "pixels", "g_output", "d_steps")
"""The fields that can be named as the cause of a divergence. Frames keep a field's place here: a new one goes
to the end."""
