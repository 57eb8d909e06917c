"""Training on the plane: the update that moves a state, and the frames on the way."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from ganlab import countermeasures
from ganlab.config import PlaneConfig
from ganlab.frame import Frame, is_frame
from ganlab.losses import LOSSES
from ganlab.nets import Network
from ganlab.regularizers import REGULARIZERS
from ganlab.rng import stream
from ganlab.snapshot import encode, real_points, snapshot
from ganlab.state import State, checkpoint, judge, restore, start

__all__ = [
    "State",
    "advance",
    "checkpoint",
    "due",
    "encode",
    "real_points",
    "restore",
    "snapshot",
    "start",
    "train",
    "update",
]

BLOWN_UP = 1e6
"""A loss beyond this, or not finite, ends a member's training."""
HEAVY = 10.0
"""A penalty's weight from which it is the first suspect."""


def update(state: State) -> None:
    """One update of D or of G, in place; of both where a round's last D and first G update are simultaneous."""
    now = state.now
    if state.turn == 0:
        state.d.loss = state.g.loss = state.penalty = None
    meet = now.update == "simultaneous" and now.d_steps > 0 and now.g_steps > 0 and state.turn == now.d_steps - 1
    if state.turn < now.d_steps:
        d_gradient(state)
    if state.turn >= now.d_steps or meet:
        g_gradient(state)
    if state.turn < now.d_steps:
        state.d.step(now.optimizer, now.d_lr, now.beta1, now.beta2)
        if after_step := REGULARIZERS[now.regularizer].after_step:
            after_step(state.d.net, now)
    if state.turn >= now.d_steps or meet:
        state.g.step(now.optimizer, now.g_lr, now.beta1, now.beta2)
    state.turn += 1 + meet
    if state.turn == now.d_steps + now.g_steps:
        end_round(state)


def advance(state: State) -> Frame | None:
    """One step: the updates to the end of the round. The frame, if the step is one or the run has diverged."""
    step = state.step
    while state.step == step:
        update(state)
    return snapshot(state) if due(state) or state.outcome else None


def due(state: State) -> bool:
    """Whether this step becomes a frame."""
    return is_frame(state.step) or state.step in state.marks


def train(config: PlaneConfig) -> Iterator[Frame]:
    """The frames of a run, from the untrained networks to `config.steps` or to divergence."""
    state = start(config)
    yield snapshot(state)
    while state.step < config.steps and not state.outcome:
        if frame := advance(state):
            yield frame


def d_gradient(state: State) -> None:
    """The gradient of D's loss and penalty at fresh real points and fresh z."""
    now, net, index = state.now, state.d.net, state.d.updates
    real = state.draws["d_real"].row(index)
    with torch.no_grad():
        fake = state.g.net(state.draws["d_z"].row(index))
    net.power_iteration()
    real, fake = (countermeasures.pack(points, now.packing) for points in (real, fake))
    logits = judge(net, torch.cat([real, fake], 1))
    loss = total = LOSSES[now.loss].discriminator(*logits.chunk(2, -1))
    if penalise := REGULARIZERS[now.regularizer].penalty:
        state.penalty = penalise(partial(judge, net), real, fake, now, stream(now.seed, "penalty", index))
        total = loss + state.penalty
        state.penalty = state.penalty.detach()
    state.d.loss, state.d.grad = loss.detach(), flat_gradient(total, net)


def g_gradient(state: State) -> None:
    """The gradient of G's loss at fresh z, and at fresh real points where the loss compares."""
    now, net, index = state.now, state.g.net, state.g.updates
    loss = LOSSES[now.loss]
    fake = net(state.draws["g_z"].row(index))
    fake_logits = judge(state.d.net, countermeasures.pack(fake, now.packing))
    real_logits = fake_logits  # ignored by a loss that does not compare
    if loss.generator_sees_real:
        with torch.no_grad():
            real_logits = judge(state.d.net, countermeasures.pack(state.draws["g_real"].row(index), now.packing))
    value = loss.generator(real_logits, fake_logits)
    state.g.loss, state.g.grad = value.detach(), flat_gradient(value, net)


def flat_gradient(loss: Tensor, net: Network) -> Tensor:
    """The gradients of all members' losses (M,) in one vector laid out as net.flat."""
    gradients = torch.autograd.grad(loss, net.params, torch.ones_like(loss))
    return torch.cat([gradient.reshape(-1) for gradient in gradients])


def end_round(state: State) -> None:
    """Counts the step, looks for divergence, carries out the edits that start at the next step."""
    state.step, state.turn = state.step + 1, 0
    losses = {"d_loss": state.d.loss, "g_loss": state.g.loss, "penalty": state.penalty}
    blown_up = {name: loss for name, loss in losses.items() if loss is not None and not calm(loss)}
    if blown_up:
        bury(state, {name: ~(loss.abs() <= BLOWN_UP) for name, loss in blown_up.items()})
    if any(start == state.step for start, _, _ in state.config.edits):
        state.now = state.config.at(state.step)


def calm(loss: Tensor) -> bool:
    """Whether every member's loss is finite and of a sane size."""
    return loss.abs().max().item() <= BLOWN_UP


def bury(state: State, blown_up: dict[str, Tensor]) -> None:
    """Notes when each member diverged, and for the first one what and which knob is likely to blame."""
    fresh = torch.stack(list(blown_up.values())).any(0) & (state.died < 0)
    state.died = torch.where(fresh, state.step, state.died)
    if not state.facts:
        quantity = next(name for name, bad in blown_up.items() if bool(bad.any()))
        state.facts = {"step": state.step, "quantity": quantity, "knob": blame(state.now, quantity)}


def blame(config: PlaneConfig, quantity: str) -> str:
    """The field that most likely let a quantity blow up."""
    if config.loss == "wasserstein" and config.regularizer == "none" and not config.spectral_norm:
        return "regularizer"
    weight = REGULARIZERS[config.regularizer].knob
    if weight in ("gamma", "gp_lambda") and (quantity == "penalty" or getattr(config, weight) >= HEAVY):
        return weight
    return "d_lr" if config.d_lr >= config.g_lr else "g_lr"
