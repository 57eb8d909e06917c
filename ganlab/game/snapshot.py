"""The numbers of a GAN's state that its frames contain. Nothing here changes the state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from torch import Tensor

from ganlab.game.config import GanConfig
from ganlab.game.state import GanState, Player
from ganlab.gan.losses import LOSSES


def counts(state: GanState[Any, Any]) -> dict[str, Any]:
    """The fields of a GanFrame that are no floats."""
    return {
        "step": state.step,
        "d_updates": state.d.updates,
        "g_updates": state.g.updates,
        "diverged_at": state.diverged_at.numpy().copy(),
        "outcome": state.outcome,
        "facts": dict(state.facts),
    }


def numbers(state: GanState[Any, Any]) -> dict[str, Any]:
    """The fields of a GanFrame except those that depend on generated samples."""
    members = len(state.diverged_at)
    return counts(state) | {
        "d_loss": known(state.d.loss, members),
        "g_loss": known(state.g.loss, members),
        "penalty": known(state.penalty, members),
        "d_grad": known(norms(state.d), members),
        "g_grad": known(norms(state.g), members),
    }


def known(values: Tensor | None, members: int) -> np.ndarray:
    """Values (M,) as numpy, nan where there was no update."""
    return np.full(members, np.nan, np.float32) if values is None else values.cpu().numpy().copy()


def norms(player: Player[Any]) -> Tensor | None:
    """Each member's gradient norm in the player's last update of this round, (M,)."""
    return None if player.loss is None or player.grad is None else player.net.norms(player.grad)


def accuracy(now: GanConfig, logits: Callable[[], Iterable[Tensor]]) -> tuple[np.ndarray, np.ndarray]:
    """D's accuracy and the share of fakes that fool it, (M,) each, at its logits (M, n) of real and of fake samples.

    nan if the loss has no threshold; then the logits are not computed.
    """
    threshold = LOSSES[now.loss].undecided(now.label_smoothing)
    if threshold is None:
        return (np.full(now.members, np.nan, np.float32),) * 2
    right, fools = told_apart(threshold, *logits())
    return right.cpu().numpy(), fools.cpu().numpy()


def told_apart(threshold: float, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """D's accuracy and the share of fakes that fool it, (M,) each, at its logits (M, n) of real and of fake samples."""
    fools = (fake > threshold).float().mean(-1)
    return ((real > threshold).float().mean(-1) + 1 - fools) / 2, fools
