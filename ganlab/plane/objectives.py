"""The losses of D and G on the plane at given points, with the active countermeasures."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlab.game.state import Player
from ganlab.gan import countermeasures
from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import mistake_of
from ganlab.gan.nets import Network
from ganlab.plane.config import PlaneConfig
from ganlab.plane.state import State, d_logits


def inputs(state: State, player: str, index: int, *points: Tensor) -> list[Tensor]:
    """D's input for at most two sets of points (M, B, d) in a player's update: noisy packs (M, B/m, dm)."""
    now = state.now
    if level := countermeasures.noise_level(now, state.step):
        noise = state.draws[f"{player}_blur"].row(index).chunk(2, 1)
        points = tuple(x + level * e for x, e in zip(points, noise, strict=False))
    return [countermeasures.pack(x, now.packing) for x in points]


def d_loss(now: PlaneConfig, net: Network, real: Tensor, fake: Tensor, params: list[Tensor] | None = None) -> Tensor:
    """D's adversarial loss (M,) at packs. Real and generated packs are separate batches."""
    if net.minibatch_layer:
        logits = [d_logits(net, packs, params) for packs in (real, fake)]
    else:
        logits = list(d_logits(net, torch.cat([real, fake], 1), params).chunk(2, -1))
    return LOSSES[now.loss].discriminator(*mistake_of(now).d_loss_inputs(*logits), now.label_smoothing)


def g_loss(now: PlaneConfig, d: Player[Network], fake: Tensor, real: Tensor | None = None) -> Tensor:
    """G's loss (M,) at packs (M, B, d). Real packs are needed if the loss compares pairs or D is unrolled.

    (M, batches) if D's network is told that they are several.
    """
    net, params, loss = d.net, None, LOSSES[now.loss]
    if now.unroll:
        assert real is not None
        params = countermeasures.unrolled(net, d.memory, now, lambda ahead: d_loss(now, net, real, fake, ahead))
    evaluate = Network.features if now.feature_matching else d_logits
    fake_output = real_output = evaluate(net, fake, params)  # losses that do not compare ignore the second
    if real is not None and countermeasures.sees_real(now):
        with torch.set_grad_enabled(now.unroll > 0):
            real_output = evaluate(net, real, params)
    if now.feature_matching:
        return countermeasures.feature_distance(net.apart(real_output), net.apart(fake_output))
    loss_input = mistake_of(now).loss_input
    return loss.generator(loss_input(net.apart(real_output)), loss_input(net.apart(fake_output)))
