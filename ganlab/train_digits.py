"""Training on digits: the update that moves a state, and the frames on the way."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from ganlab import digits_snapshot, rounds
from ganlab.augment import AUGMENTS
from ganlab.convnets import ConvNet
from ganlab.digit_metrics import measure
from ganlab.digits import DIGITS, SIDE
from ganlab.digits_config import DigitsConfig
from ganlab.digits_frame import DigitsFrame, ends_epoch, is_frame, judgement
from ganlab.digits_snapshot import Measure, encode
from ganlab.digits_state import DigitsState, checkpoint, restore, start
from ganlab.losses import LOSSES
from ganlab.regularizers import REGULARIZERS
from ganlab.rng import stream

__all__ = ["advance", "checkpoint", "due", "encode", "keepsake", "restore", "snapshot", "start", "train", "update"]

keepsake = ends_epoch
"""Whose checkpoints stay: (config, step) -> whether a pass over the images is completed by the step."""


def update(state: DigitsState) -> None:
    """One update of D or of G, in place; of both where a round's last D and first G update are simultaneous."""
    step, before = state.step, state.g.updates
    rounds.update(state, d_gradient, g_gradient)
    if state.g.updates > before and state.shown is not state.g.net:
        follow(state.shown, state.g.net, inertia(state.config.ema, state.g.updates))
    if state.step > step:
        count(state)


def count(state: DigitsState) -> None:
    """Adds a round's losses to those of the pass that it belongs to."""
    if ends_epoch(state.config, state.step - 1):
        state.tally.zero_()
    for row, player in zip(state.tally, (state.d, state.g), strict=True):
        if player.loss is not None:
            row += torch.tensor([float(player.loss), 1.0], dtype=torch.float64)


def advance(state: DigitsState) -> DigitsFrame | None:
    """One step: the updates to the end of the round. The frame, if the step is one or the run has diverged."""
    step = state.step
    while state.step == step:
        update(state)
    return snapshot(state) if due(state) or state.outcome else None


def due(state: DigitsState) -> bool:
    """Whether this step becomes a frame."""
    return is_frame(state.config, state.step)


def snapshot(state: DigitsState) -> DigitsFrame:
    """The frame of this moment, judged where its step calls for it; changes nothing."""
    return digits_snapshot.snapshot(state, judge_of(state))


def judge_of(state: DigitsState) -> Measure | None:
    """Who judges this moment's images; nobody where a run has diverged."""
    config, asked = state.config, judgement(state.config, state.step)
    if not asked or state.outcome:
        return None
    return partial(measure, due=DIGITS[config.dataset].shares(config.classes), dear=asked == "full")


def train(config: DigitsConfig) -> Iterator[DigitsFrame]:
    """The frames of a run, from the untrained networks to `config.steps` or to divergence. Raises DataError."""
    state = start(config)
    yield snapshot(state)
    while state.step < config.steps and not state.outcome:
        if frame := advance(state):
            yield frame


def d_gradient(state: DigitsState) -> None:
    """The gradient of D's loss and penalty at fresh real images and fresh z; G's batch statistics move."""
    now, net, index = state.now, state.d.net, state.d.updates
    masks = stream(now.seed, "d_masks", index)
    with torch.no_grad():
        fake = generate(state, "d", index)
    net.power_iteration()
    real = AUGMENTS[now.augment](state.real["d"].row(index), stream(now.seed, "d_augment_real", index))
    fake = AUGMENTS[now.augment](fake, stream(now.seed, "d_augment_fake", index))
    logits = judge(now, net, torch.cat([real, fake]), masks)
    loss = total = LOSSES[now.loss].discriminator(*logits.chunk(2, -1))
    if penalise := REGULARIZERS[now.regularizer].penalty:
        flat_real, flat_fake = real.flatten(1)[None], fake.flatten(1)[None]
        rng = stream(now.seed, "penalty", index)
        state.penalty = penalise(lambda x: judge(now, net, unflat(x), masks), flat_real, flat_fake, now, rng)
        total = loss + state.penalty
        state.penalty = state.penalty.detach()
    state.d.loss, state.d.grad = loss.detach(), flat_gradient(total, net)


def g_gradient(state: DigitsState) -> None:
    """The gradient of G's loss at fresh z, and at fresh real images where the loss compares."""
    now, net, index = state.now, state.g.net, state.g.updates
    loss, masks = LOSSES[now.loss], stream(now.seed, "g_masks", index)
    fake = AUGMENTS[now.augment](generate(state, "g", index), stream(now.seed, "g_augment_fake", index))
    fake_logits = judge(now, state.d.net, fake, masks)
    real_logits = fake_logits  # ignored by a loss that does not compare
    if loss.generator_sees_real:
        with torch.no_grad():
            real = AUGMENTS[now.augment](state.real["g"].row(index), stream(now.seed, "g_augment_real", index))
            real_logits = judge(now, state.d.net, real, masks)
    value = loss.generator(real_logits, fake_logits)
    state.g.loss, state.g.grad = value.detach(), flat_gradient(value, net)


def generate(state: DigitsState, player: str, index: int) -> Tensor:
    """G's images (B, 1, 28, 28) at the z of a player's update, in training."""
    with precision(state.now):
        return state.g.net(state.z[player].row(index)[0], training=True).float()


def judge(now: DigitsConfig, net: ConvNet, images: Tensor, masks: torch.Generator) -> Tensor:
    """D's logits (1, B) of images (B, 1, 28, 28), in training."""
    with precision(now):
        return net(images, training=True, rng=masks).float().view(1, -1)


def precision(now: DigitsConfig) -> torch.autocast:
    """The context in which networks compute."""
    return torch.autocast("cpu", torch.bfloat16, enabled=now.precision == "bfloat16")


def unflat(x: Tensor) -> Tensor:
    """Images (B, 1, 28, 28) of rows (1, B, 784)."""
    return x.view(-1, 1, SIDE, SIDE)


def flat_gradient(loss: Tensor, net: ConvNet) -> Tensor:
    """The gradient of a loss (1,) in one vector laid out as net.flat."""
    return net.flatten(torch.autograd.grad(loss, net.params, torch.ones_like(loss)))


@torch.no_grad()
def follow(average: ConvNet, net: ConvNet, kept: float) -> None:
    """Moves an average of weights and batch statistics towards a network's: kept·average + (1 - kept)·net."""
    for mine, its in zip((average.flat, *average.norm_buffers), (net.flat, *net.norm_buffers), strict=True):
        mine.lerp_(its, 1 - kept)


def inertia(ema: float, updates: int) -> float:
    """How much of the average stays: less in the beginning, so that the untrained G is soon forgotten."""
    return min(ema, (1 + updates) / (10 + updates))
