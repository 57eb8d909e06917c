"""The gradients of both players by autograd: every loss with every countermeasure, and what slow motion records."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from ganlab.gan.countermeasures import sees_real
from ganlab.gan.mistakes import mistake_of
from ganlab.gan.nets import Network
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import stream
from ganlab.plane.objectives import d_loss, g_loss, inputs
from ganlab.plane.state import State, d_logits


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
    """Stores the gradient of a player's loss (M,); a mistake may also leave a part for the other player."""
    mine, other = (state.d, state.g) if player == "d" else (state.g, state.d)
    if mistake_of(state.now).leaks == player:
        own, leaked = flat_gradients(loss, mine.net, other.net)
        other.left = leaked if other.left is None else other.left + leaked
    else:
        (own,) = flat_gradients(loss, mine.net)
    mine.grad = own


def flat_gradients(loss: Tensor, *nets: Network) -> list[Tensor]:
    """The gradients of all members' losses (M,), one vector for each net, laid out as its flat."""
    params, several = [param for net in nets for param in net.params], len(nets) > 1
    gradients = torch.autograd.grad(loss, params, torch.ones_like(loss), materialize_grads=several)
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    return list(torch.split(flat, [net.flat.numel() for net in nets]))
