"""The engine of the plane: updates of D and G, and the frames of a run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from ganlab.game import rounds
from ganlab.game.state import checkpoint
from ganlab.gan.countermeasures import ema_decay, ema_update, sees_real
from ganlab.gan.mistakes import mistake_of
from ganlab.gan.nets import Network
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import stream
from ganlab.kind import training
from ganlab.kind.engine import keepsake, moved, vouch
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import Frame, is_frame
from ganlab.plane.objectives import d_loss, g_loss, inputs
from ganlab.plane.snapshot import encode, real_points, snapshot
from ganlab.plane.state import State, d_logits, restore, start

__all__ = [
    "State",
    "advance",
    "checkpoint",
    "due",
    "encode",
    "from_json",
    "keepsake",
    "moved",
    "real_points",
    "restore",
    "snapshot",
    "start",
    "train",
    "update",
    "vouch",
]


from_json = PlaneConfig.from_json
"""A run's JSON -> its config. Raises ConfigError."""


def update(state: State) -> None:
    """One update of D or of G, in place; of both if the round's last D and first G update are simultaneous."""
    before = state.g.updates
    rounds.update(state, d_gradient, g_gradient)
    if state.g_ema is not state.g.net and state.g.updates > before:
        ema_update([state.g_ema.flat], [state.g.net.flat], ema_decay(state.config.ema, state.g.updates))


def advance(state: State) -> Frame | None:
    """One step: the updates to the end of the round. Returns its frame if it is due or the run has diverged."""
    return training.advance(state, update, due, snapshot)


def due(state: State) -> bool:
    """Whether this step becomes a frame."""
    return is_frame(state.step) or state.step in state.marks


def train(config: PlaneConfig) -> Iterator[Frame]:
    """The frames of a run, from the untrained networks to `config.steps` or to divergence."""
    yield from training.frames(start(config), advance, snapshot)


def d_gradient(state: State) -> None:
    """Computes the gradient of D's loss and penalty at new real points and new z."""
    now, net, index = state.now, state.d.net, state.d.updates
    real = state.draws["d_real"].row(index)
    with torch.set_grad_enabled(mistake_of(now).leaks == "d"):
        fake = state.g.net(state.draws["d_z"].row(index))
    net.power_iteration()
    real, fake = inputs(state, "d", index, real, fake)
    loss = total = d_loss(now, net, real, fake)
    if penalise := REGULARIZERS[now.regularizer].penalty:
        state.penalty = penalise(partial(d_logits, net), real, fake, now, stream(now.seed, "penalty", index))
        total = loss + state.penalty
        state.penalty = state.penalty.detach()
    state.d.loss = loss.detach()
    backward(total, "d", state)


def g_gradient(state: State) -> None:
    """Computes the gradient of G's loss at new z, and at real points if the loss compares pairs or D is unrolled."""
    now, net, index = state.now, state.g.net, state.g.updates
    points = [net(state.draws["g_z"].row(index))]
    if now.unroll or sees_real(now):
        points.append(state.draws["g_real"].row(index))
    fake, *real = inputs(state, "g", index, *points)
    value = g_loss(now, state.d, fake, *real)
    state.g.loss = value.detach()
    backward(value, "g", state)


def backward(loss: Tensor, player: str, state: State) -> None:
    """Stores the gradient of a player's loss (M,), with what a mistake adds to it or leaves for the next update."""
    mistake, (mine, other) = mistake_of(state.now), (state.d, state.g) if player == "d" else (state.g, state.d)
    if mistake.leaks == player:
        own, leaked = flat_gradients(loss, mine.net, other.net)
        other.left = leaked if other.left is None else other.left + leaked
    else:
        (own,) = flat_gradients(loss, mine.net)
    mine.grad = own if mine.left is None else mine.left + own
    mine.left = mine.grad if mistake.keeps else None


def flat_gradients(loss: Tensor, *nets: Network) -> list[Tensor]:
    """The gradients of all members' losses (M,), one vector for each net, laid out as its flat."""
    params, several = [param for net in nets for param in net.params], len(nets) > 1
    gradients = torch.autograd.grad(loss, params, torch.ones_like(loss), materialize_grads=several)
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    return list(torch.split(flat, [net.flat.numel() for net in nets]))
