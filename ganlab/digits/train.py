"""The engine of digits: updates of D and G, and the frames of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import torch
from torch import Tensor

from ganlab.data.images import IMAGE_SETS, SIDE
from ganlab.digits import snapshot as digits_snapshot
from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import DigitsFrame, ends_epoch, is_frame, judgement
from ganlab.digits.metrics import measure
from ganlab.digits.snapshot import Measure, encode
from ganlab.digits.state import DigitsState, checkpoint, moved, restore, start
from ganlab.game import rounds
from ganlab.gan import countermeasures
from ganlab.gan.augment import AUGMENTS
from ganlab.gan.convnets import ConvNet
from ganlab.gan.countermeasures import ema_decay, ema_update, sees_real
from ganlab.gan.losses import LOSSES
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import stream
from ganlab.kind import training
from ganlab.kind.devices import AGREES, CPU, DeviceError

__all__ = [
    "advance",
    "checkpoint",
    "develop",
    "due",
    "encode",
    "from_json",
    "keepsake",
    "moment",
    "moved",
    "restore",
    "snapshot",
    "start",
    "train",
    "update",
    "vouch",
]

from_json = DigitsConfig.from_json
"""A run's JSON -> its config. Raises ConfigError."""
keepsake = ends_epoch
"""Whose checkpoints stay: (config, step) -> whether a pass over the images is completed by the step."""


def update(state: DigitsState) -> None:
    """One update of D or of G, in place; of both if the round's last D and first G update are simultaneous."""
    step, before = state.step, state.g.updates
    rounds.update(state, d_gradient, g_gradient)
    if state.g.updates > before and state.g_ema is not state.g.net:
        averages, current = ((net.flat, *net.norm_buffers) for net in (state.g_ema, state.g.net))
        ema_update(averages, current, ema_decay(state.config.ema, state.g.updates))
    if state.step > step:
        tally_losses(state)


def tally_losses(state: DigitsState) -> None:
    """Adds a round's losses to those since the last `ends_epoch`."""
    if ends_epoch(state.config, state.step - 1):
        state.tally.zero_()
    for row, player in zip(state.tally, (state.d, state.g), strict=True):
        if player.loss is not None:
            row += torch.tensor([float(player.loss), 1.0], dtype=torch.float64)


def advance(state: DigitsState) -> DigitsFrame | None:
    """One step: the updates to the end of the round. Returns its frame if it is due or the run has diverged."""
    return training.advance(state, update, due, snapshot)


def due(state: DigitsState) -> bool:
    """Whether this step becomes a frame."""
    return is_frame(state.config, state.step)


def snapshot(state: DigitsState) -> DigitsFrame:
    """The frame of the current state, classified if its step requires it; the state is unchanged."""
    return digits_snapshot.snapshot(state, measure_for(state))


moment, develop = snapshot, list[DigitsFrame]
"""Networks of images gain nothing by frames computed together."""


def measure_for(state: DigitsState) -> Measure | None:
    """The measure for the current step's images; None if there is none or the run has diverged."""
    config, asked = state.config, judgement(state.config, state.step)
    if not asked or state.outcome:
        return None
    return partial(measure, due=IMAGE_SETS[config.dataset].shares(config.classes), dear=asked == "full")


def vouch(config: DigitsConfig, device: str) -> None:
    """Raises DeviceError unless a device computes the same first gradients of both players as the processor."""
    probe = config.replace(d_steps=1, g_steps=1, update="simultaneous", edits=())
    here = first_gradients(probe, CPU)
    try:
        there = first_gradients(probe, device)
    except DeviceError:
        raise
    except Exception as error:
        raise DeviceError(device, "unable", error) from error
    for mine, its in zip(here, there, strict=True):
        if mine.norm().isfinite() and not (its - mine).norm() <= AGREES * mine.norm():
            raise DeviceError(device, "differs")


def first_gradients(config: DigitsConfig, device: str) -> list[Tensor]:
    """D's gradient and G's in a run's first round, laid out as their weights. Raises DeviceError."""
    state = start(config, device)
    while state.step == 0:
        update(state)
    return [player.grad.cpu() for player in (state.d, state.g) if player.grad is not None]


def train(config: DigitsConfig) -> Iterator[DigitsFrame]:
    """The frames of a run, from the untrained networks to `config.steps` or to divergence. Raises DataError."""
    yield from training.frames(start(config), advance, moment, develop)


def d_gradient(state: DigitsState) -> None:
    """The gradient of D's loss and penalty at fresh real images and fresh z; G's batch statistics move."""
    now, net, index = state.now, state.d.net, state.d.updates
    masks = stream(now.seed, "d_masks", index)
    with torch.no_grad():
        fake = generate(state, "d", index)
    net.power_iteration()
    real = AUGMENTS[now.augment](images(state, "d", index), stream(now.seed, "d_augment_real", index))
    fake = AUGMENTS[now.augment](fake, stream(now.seed, "d_augment_fake", index))
    real, fake = inputs(state, "d", index, real, fake)
    if now.batchwise and now.d_norm != "mixed":
        logits = [d_logits(now, net, packs, masks) for packs in (real, fake)]
    else:
        logits = list(d_logits(now, net, torch.cat([real, fake]), masks).chunk(2, -1))
    loss = total = LOSSES[now.loss].discriminator(logits[0], logits[1], now.label_smoothing)
    if penalise := REGULARIZERS[now.regularizer].penalty:
        flat_real, flat_fake = real.flatten(1)[None], fake.flatten(1)[None]
        rng = stream(now.seed, "penalty", index)
        state.penalty = penalise(lambda x: d_logits(now, net, unflat(x), masks), flat_real, flat_fake, now, rng)
        total = loss + state.penalty
        state.penalty = state.penalty.detach()
    state.d.loss, state.d.grad = loss.detach(), flat_gradient(total, net)


def g_gradient(state: DigitsState) -> None:
    """The gradient of G's loss at fresh z, and at fresh real images where the loss compares."""
    now, net, index = state.now, state.g.net, state.g.updates
    masks = stream(now.seed, "g_masks", index)
    evaluate = partial(d_logits, now, state.d.net, masks=masks, features=now.feature_matching)
    images_seen = [AUGMENTS[now.augment](generate(state, "g", index), stream(now.seed, "g_augment_fake", index))]
    if sees_real(now):
        images_seen.append(AUGMENTS[now.augment](images(state, "g", index), stream(now.seed, "g_augment_real", index)))
    fake, *others = inputs(state, "g", index, *images_seen)
    fake_output = evaluate(fake)
    with torch.no_grad():
        real_output = evaluate(others[0]) if others else fake_output  # losses that do not compare ignore it
    objective = countermeasures.feature_distance if now.feature_matching else LOSSES[now.loss].generator
    value = objective(real_output, fake_output)
    state.g.loss, state.g.grad = value.detach(), flat_gradient(value, net)


def generate(state: DigitsState, player: str, index: int) -> Tensor:
    """G's images (B, 1, 28, 28) at the z of a player's update, in training."""
    with precision(state.now, state.device):
        return state.g.net(state.z[player].row(index)[0].to(state.device), training=True).to(state.g.net.flat.dtype)


def images(state: DigitsState, player: str, index: int) -> Tensor:
    """The real images (B, 1, 28, 28) of a player's update."""
    return state.real[player].row(index).to(state.device)


def inputs(state: DigitsState, player: str, index: int, *batches: Tensor) -> list[Tensor]:
    """D's input for images (B, 1, 28, 28) in a player's update: noisy packs (B/m, m, 28, 28)."""
    now, rng = state.now, stream(state.now.seed, f"{player}_blur", index)
    if level := countermeasures.noise_level(now, state.step):
        batches = tuple(x + level * torch.randn(x.shape, generator=rng).to(x.device) for x in batches)
    return [countermeasures.pack(x[None], now.packing)[0] for x in batches]


def d_logits(now: DigitsConfig, net: ConvNet, packs: Tensor, masks: torch.Generator, features: bool = False) -> Tensor:
    """D's logits (1, B) of packs (B, m, 28, 28), one batch, in training; or its last features (1, B, h)."""
    with precision(now, net.flat.device):
        seen = net(packs, training=True, rng=masks, **({"features": True} if features else {})).to(net.flat.dtype)
    return seen[None] if features else seen.view(1, -1)


def precision(now: DigitsConfig, device: torch.device) -> AbstractContextManager[object]:
    """The autocast context of the networks."""
    return torch.autocast(device.type, torch.bfloat16) if now.precision == "bfloat16" else nullcontext()


def unflat(x: Tensor) -> Tensor:
    """Packs (B, m, 28, 28) of rows (1, B, 784m)."""
    return x.view(x.shape[1], -1, SIDE, SIDE)


def flat_gradient(loss: Tensor, net: ConvNet) -> Tensor:
    """The gradient of a loss (1,) in one vector laid out as net.flat."""
    return net.flatten(torch.autograd.grad(loss, net.params, torch.ones_like(loss)))
