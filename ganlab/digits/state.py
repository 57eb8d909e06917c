"""The state of a run on digits: its start, and exact checkpoints."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import torch
from torch import Tensor

from ganlab.data.images import PIXELS, Batches, chosen
from ganlab.digits import uploads
from ganlab.digits.config import DigitsConfig
from ganlab.game import state as gan_state
from ganlab.game.state import GanState, Player
from ganlab.gan.architectures import ARCHITECTURES
from ganlab.gan.convnets import ConvNet
from ganlab.gan.optimizers import slots
from ganlab.gan.rng import NOISES, Draws, Sampler
from ganlab.kind.devices import CPU, DeviceError
from ganlab.kind.fields import ConfigError


@dataclass(kw_only=True)
class DigitsState(GanState[DigitsConfig, ConvNet]):
    """Everything that the rest of a run on digits depends on. It has one member."""

    z: dict[str, Draws]
    """For D's and G's updates: row(i) -> (1, B, latent_dim)."""
    real: dict[str, Batches]
    """For D's and G's updates: row(i) -> (B, 1, 28, 28), on the scale of config.pixels."""
    tally: Tensor = field(default_factory=lambda: torch.zeros(2, 2, dtype=torch.float64))
    """Sum and count of D's losses and of G's losses in the current pass over the images, (2, 2)."""

    @property
    def device(self) -> torch.device:
        """The device of the networks. Random numbers and images stay in the processor's memory."""
        return self.g.net.flat.device


def start(config: DigitsConfig, device: str = CPU) -> DigitsState:
    """The networks of a run before its first step. Raises DataError, WeightsError, ConfigError or DeviceError."""
    state = untrained(config)
    if config.g_from != "none":
        load_generator(state)
    return moved(state, device)


def moved(state: DigitsState, device: str) -> DigitsState:
    """The same state, its networks and their optimisers' memory on another device. Raises DeviceError."""
    if device == CPU:
        return state
    try:
        for net in {id(net): net for net in (state.g.net, state.d.net, state.g_ema)}.values():
            net.to(device)
        for player in (state.g, state.d):
            for owner, names in ((player.memory, ("first", "second", "count")), (player, ("loss", "grad", "left"))):
                for name in names:
                    if (tensor := getattr(owner, name)) is not None:
                        setattr(owner, name, tensor.to(device))
    except Exception as error:
        raise DeviceError(device, "unable", error) from error
    return state


def load_generator(state: DigitsState) -> None:
    """Loads saved weights into G and `g_ema`; D starts untrained. Raises WeightsError or ConfigError."""
    config, given = state.config, uploads.named(state.config.g_from)
    if given.shape != config.shape:
        raise ConfigError("g_from", config.g_from, "other_weights", **asdict(given.shape))
    for net in (state.g.net, state.g_ema):
        for mine, its in zip((net.flat, *net.norm_buffers), (given.net.flat, *given.net.norm_buffers), strict=True):
            mine.copy_(its)


def untrained(config: DigitsConfig) -> DigitsState:
    """The state with the initial random networks. Raises DataError."""
    both, seed, batch = ARCHITECTURES[config.architecture], config.seed, config.batch_size
    g, d = both.generator(config.latent_dim, seed, config.g_output), discriminator(config)
    g_ema = both.generator(config.latent_dim, seed, config.g_output) if config.ema else g
    images, _ = chosen(config.dataset, config.classes)
    z = {name: Draws(latent(config), (batch, config.latent_dim), 1, seed, f"{name}_z") for name in "dg"}
    real = {name: Batches(images, batch, seed, f"{name}_real", PIXELS[config.pixels]) for name in "dg"}
    return DigitsState(
        config=config,
        now=config.at(0),
        g=Player(g, slots(g.flat)),
        d=Player(d, slots(d.flat)),
        g_ema=g_ema,
        z=z,
        real=real,
    )


def discriminator(config: DigitsConfig) -> ConvNet:
    """The untrained D of a run."""
    both = ARCHITECTURES[config.architecture]
    return both.discriminator(
        config.seed, config.spectral_norm, config.packing, config.minibatch_layer, norm=config.d_norm != "none"
    )


def latent(config: DigitsConfig) -> Sampler:
    """A sampler of latent points, (n, rng) -> (n, latent_dim)."""
    return lambda n, rng: NOISES[config.noise].sample(n, config.latent_dim, generator=rng)


def checkpoint(state: DigitsState) -> dict[str, Tensor]:
    """Everything that `restore` needs, as copies, for safetensors; random draws follow from the counters."""
    own = batch_statistics(state) | {"tally": state.tally}
    return gan_state.checkpoint(state) | {name: tensor.to("cpu", copy=True) for name, tensor in own.items()}


def restore(config: DigitsConfig, tensors: dict[str, Tensor], device: str = CPU) -> DigitsState:
    """The state of a checkpoint. Raises KeyError or RuntimeError where tensors are missing or of another shape.

    Raises DeviceError, too.
    """
    state = untrained(config)
    gan_state.fill(state, tensors)
    for name, tensor in (batch_statistics(state) | {"tally": state.tally}).items():
        tensor.copy_(tensors[name])
    return moved(state, device)


def batch_statistics(state: DigitsState) -> dict[str, Tensor]:
    """The tensors that a checkpoint adds: running batch statistics of G and of its moving average."""
    tensors = {f"g.norm.{i}": buffer for i, buffer in enumerate(state.g.net.norm_buffers)}
    if state.g_ema is not state.g.net:
        tensors |= {f"shown.norm.{i}": buffer for i, buffer in enumerate(state.g_ema.norm_buffers)}
    return tensors
