"""Networks for images of 28 × 28 pixels: PyTorch modules whose weights are views of one flat vector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganlab.gan.layers import ConvDiscriminator, Dropout, Flatten, MinibatchFeatures
from ganlab.gan.nets import MinibatchLayer
from ganlab.gan.rng import stream

Initialise = Callable[[Tensor, torch.Generator], object]
"""(weight, rng), in place."""
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


class ConvNet:
    """A module of one architecture, initialised from its own stream of random numbers.

    `flat` holds all weights; 4-d weights have their channels last. `params` are views of it. `norm_buffers` are the
    running means and variances of batch normalisation. With `spectral`, a layer uses W/σ(W) instead of W, where W is a
    matrix (outputs, rest) and the power vectors estimate σ (arXiv:1802.05957 alg. 1). Only `power_iteration` updates
    the power vectors.
    """

    def __init__(
        self, build: Callable[[], nn.Module], initialise: Initialise, rng: torch.Generator, spectral: bool = False
    ):
        with torch.device("meta"):  # allocates nothing and draws nothing from the global generator
            self.module = build()
        self.flat = torch.zeros(sum(p.numel() for p in self.module.parameters()))
        self.norm_buffers: list[Tensor] = []
        self.params = lay_out(self.module, self.flat)
        for layer in self.module.modules():
            self._start(layer, initialise, rng)
        self.dropouts = [layer for layer in self.module.modules() if isinstance(layer, Dropout)]
        self.names = [name for name, _ in self.module.named_parameters()]
        self.power: list[Tensor] = []
        if spectral:
            self._start_power(rng)

    def __call__(self, x: Tensor, training: bool = False, rng: torch.Generator | None = None, **asked: bool) -> Tensor:
        """Outputs at inputs (B, ...). In training, batch statistics update the buffers; dropout masks come from rng.

        asked: keyword arguments of the module itself.
        """
        self.module.train(training)
        for layer in self.dropouts:
            layer.rng = rng
        if not self.power:
            y: Tensor = self.module(x, **asked)
        else:
            y = torch.func.functional_call(self.module, dict(self._normalised()), (x,), asked)
        return y

    def to(self, device: torch.device | str) -> ConvNet:
        """This network after it was moved to a device, with its buffers and power vectors."""
        self.flat = self.flat.to(device)
        self.params = lay_out(self.module, self.flat)
        self.norm_buffers = [buffer.to(device) for buffer in self.norm_buffers]
        norms = [layer for layer in self.module.modules() if isinstance(layer, NORMS)]
        for layer, mean, var in zip(norms, self.norm_buffers[::2], self.norm_buffers[1::2], strict=True):
            layer.running_mean, layer.running_var = mean, var
        self.power = [vector.to(device) for vector in self.power]
        return self

    @torch.no_grad()
    def power_iteration(self, times: int = 1) -> None:
        """Runs power iteration on every weight; does nothing without spectral normalisation."""
        for i, w in enumerate(self._matrices() if self.power else []):
            for _ in range(times):
                self.power[2 * i].copy_(F.normalize(self.power[2 * i + 1] @ w, dim=0))
                self.power[2 * i + 1].copy_(F.normalize(w @ self.power[2 * i], dim=0))

    def flatten(self, gradients: tuple[Tensor, ...]) -> Tensor:
        """Gradients of `params` as one vector laid out as `flat`."""
        return torch.cat([(g.permute(0, 2, 3, 1) if g.dim() == 4 else g).reshape(-1) for g in gradients])

    def norms(self, flat: Tensor) -> Tensor:
        """The Euclidean norm of a vector laid out as `flat`, (1,)."""
        norm: Tensor = flat.norm()
        return norm[None]

    def _start(self, layer: nn.Module, initialise: Initialise, rng: torch.Generator) -> None:
        if isinstance(layer, NORMS):
            layer.running_mean, layer.running_var = torch.zeros(layer.num_features), torch.ones(layer.num_features)
            layer.num_batches_tracked = None  # a fixed momentum does not count
            self.norm_buffers += [layer.running_mean, layer.running_var]
            nn.init.ones_(layer.weight)
        elif isinstance(layer, nn.GroupNorm):
            nn.init.ones_(layer.weight)
        elif isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            with torch.no_grad():
                initialise(layer.weight, rng)
        elif isinstance(layer, MinibatchFeatures) and layer.minibatch_layer.size:
            with torch.no_grad():
                initialise(layer.learned[0], rng)

    def _weights(self) -> Iterator[tuple[str, Tensor]]:
        pairs = zip(self.names, self.params, strict=True)
        return ((name, p) for name, p in pairs if p.dim() > 1)

    def _matrices(self) -> list[Tensor]:
        return [w.flatten(1) for _, w in self._weights()]

    def _normalised(self) -> Iterator[tuple[str, Tensor]]:
        pairs = zip(self._weights(), self.power[::2], self.power[1::2], strict=True)
        return ((name, w / (u @ w.flatten(1) @ v)) for (name, w), v, u in pairs)

    def _start_power(self, rng: torch.Generator) -> None:
        for w in self._matrices():
            self.power += [torch.randn(size, generator=rng) for size in reversed(w.shape)]
        self.power_iteration(15)


def lay_out(module: nn.Module, flat: Tensor) -> list[nn.Parameter]:
    """Replaces a module's parameters by views of `flat`; 4-d weights have their channels last."""
    views, start = [], 0
    for owner in module.modules():
        for name, old in list(owner.named_parameters(recurse=False)):
            part, start = flat[start : start + old.numel()], start + old.numel()
            shape = old.shape
            view = part.view(shape) if len(shape) != 4 else part.view(*(shape[i] for i in (0, 2, 3, 1)))
            new = nn.Parameter(view if len(shape) != 4 else view.permute(0, 3, 1, 2))
            setattr(owner, name, new)
            views.append(new)
    return views


def glorot(weight: Tensor, rng: torch.Generator) -> object:
    """U(±√(6/(fan_in + fan_out))), Keras' default."""
    return nn.init.xavier_uniform_(weight, generator=rng)


def narrow(weight: Tensor, rng: torch.Generator) -> object:
    """N(0, 0.02²) (arXiv:1511.06434)."""
    return weight.normal_(0, 0.02, generator=rng)


def batch_norm(n: int) -> list[nn.Module]:
    """Batch normalisation and a leaky rectifier of slope 0.2."""
    return [nn.BatchNorm2d(n), nn.LeakyReLU(0.2, inplace=True)]


def light_g(latent_dim: int, width: int = 32) -> nn.Module:
    """(B, latent_dim) -> (B, 1, 28, 28): a dense layer, two transposed convolutions."""
    return nn.Sequential(
        nn.Linear(latent_dim, 2 * width * 49, bias=False),
        nn.Unflatten(1, (2 * width, 7, 7)),
        *batch_norm(2 * width),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False),
        *batch_norm(width),
        nn.ConvTranspose2d(width, 1, 4, 2, 1),
        nn.Tanh(),
    )


def light_d(channels: int, width: int = 32) -> ConvDiscriminator:
    """(B, m, 28, 28) -> logits (B, 1): two convolutions, a dense layer."""
    return ConvDiscriminator(
        nn.Conv2d(channels, width, 4, 2, 1),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(width, 2 * width, 4, 2, 1),
        nn.LeakyReLU(0.2, inplace=True),
        Flatten(),
        nn.Linear(2 * width * 49, 1),
    )


def dense_units(inputs: int, units: int) -> list[nn.Module]:
    """A dense layer with batch normalisation and a leaky rectifier of slope 0.2."""
    return [nn.Linear(inputs, units, bias=False), nn.BatchNorm1d(units), nn.LeakyReLU(0.2, inplace=True)]


def dense_g(latent_dim: int, width: int = 16) -> nn.Module:
    """(B, latent_dim) -> (B, 1, 28, 28): dense layers of 256 and 64 units, then `light_g` of half the width."""
    return nn.Sequential(*dense_units(latent_dim, 256), *dense_units(256, 64), *light_g(64, width).children())


def dense_d(channels: int, width: int = 16, units: int = 64) -> ConvDiscriminator:
    """(B, m, 28, 28) -> logits (B, 1): `light_d` of half the width with another dense layer before the last."""
    *body, _ = light_d(channels, width)
    return ConvDiscriminator(
        *body, nn.Linear(2 * width * 49, units), nn.LeakyReLU(0.2, inplace=True), nn.Linear(units, 1)
    )


def classic_g(latent_dim: int) -> nn.Module:
    """(B, latent_dim) -> (B, 1, 28, 28): TensorFlow's DCGAN tutorial, 2,305,472 weights at latent 100.

    Keras' "same": a transposed convolution of stride 2 loses one row and column in front and two behind.
    """
    return nn.Sequential(
        nn.Linear(latent_dim, 12544, bias=False),
        nn.BatchNorm1d(12544, 1e-3, 0.01),
        nn.LeakyReLU(0.3, inplace=True),
        nn.Unflatten(1, (256, 7, 7)),
        nn.ConvTranspose2d(256, 128, 5, 1, 2, bias=False),
        nn.BatchNorm2d(128, 1e-3, 0.01),
        nn.LeakyReLU(0.3, inplace=True),
        nn.ConvTranspose2d(128, 64, 5, 2, 1, bias=False),
        nn.ZeroPad2d((0, -1, 0, -1)),
        nn.BatchNorm2d(64, 1e-3, 0.01),
        nn.LeakyReLU(0.3, inplace=True),
        nn.ConvTranspose2d(64, 1, 5, 2, 1, bias=False),
        nn.ZeroPad2d((0, -1, 0, -1)),
        nn.Tanh(),
    )


def classic_d(channels: int) -> ConvDiscriminator:
    """(B, m, 28, 28) -> logits (B, 1): TensorFlow's DCGAN tutorial, 212,865 weights; pads one in front, two behind."""
    return ConvDiscriminator(
        nn.ZeroPad2d((1, 2, 1, 2)),
        nn.Conv2d(channels, 64, 5, 2),
        nn.LeakyReLU(0.3, inplace=True),
        Dropout(0.3),
        nn.ZeroPad2d((1, 2, 1, 2)),
        nn.Conv2d(64, 128, 5, 2),
        nn.LeakyReLU(0.3, inplace=True),
        Dropout(0.3),
        Flatten(),
        nn.Linear(6272, 1),
    )


def deep_g(latent_dim: int) -> nn.Module:
    """(B, latent_dim) -> (B, 1, 28, 28): five transposed convolutions, 1 → 4 → 7 → 14 → 28 → 28 pixels a side."""
    return nn.Sequential(
        nn.Unflatten(1, (latent_dim, 1, 1)),
        nn.ConvTranspose2d(latent_dim, 128, 4, bias=False),
        *batch_norm(128),
        nn.ConvTranspose2d(128, 96, 3, 2, 1, bias=False),
        *batch_norm(96),
        nn.ConvTranspose2d(96, 64, 4, 2, 1, bias=False),
        *batch_norm(64),
        nn.ConvTranspose2d(64, 32, 4, 2, 1, bias=False),
        *batch_norm(32),
        nn.ConvTranspose2d(32, 1, 3, 1, 1),
        nn.Tanh(),
    )


def deep_d(channels: int) -> ConvDiscriminator:
    """(B, m, 28, 28) -> logits (B, 1): five convolutions, 28 → 28 → 14 → 7 → 4 → 1 pixels a side."""
    return ConvDiscriminator(
        nn.Conv2d(channels, 32, 3, 1, 1),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(32, 64, 4, 2, 1),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(64, 96, 4, 2, 1),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(96, 128, 3, 2, 1),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(128, 1, 4),
        Flatten(),
        head=2,
    )


@dataclass(frozen=True)
class Architecture:
    """A pair of networks, as data."""

    g: Callable[[int], nn.Module]
    """latent_dim -> the module, (B, latent_dim) -> (B, 1, 28, 28) in [-1, 1]."""
    d: Callable[[int], ConvDiscriminator]
    """m -> the module, packs (B, m, 28, 28) -> logits (B, 1). Without batch statistics: a logit depends on its pack."""
    initialise: Initialise
    source: str

    def generator(self, latent_dim: int, seed: int) -> ConvNet:
        """The untrained G."""
        return ConvNet(lambda: self.g(latent_dim), self.initialise, stream(seed, "g"))

    def discriminator(
        self, seed: int, spectral: bool = False, packing: int = 1, minibatch_layer: MinibatchLayer | None = None
    ) -> ConvNet:
        """The untrained D for packs of `packing` images, with or without a minibatch layer."""
        return ConvNet(
            lambda: self.d(packing).with_minibatch_layer(minibatch_layer), self.initialise, stream(seed, "d"), spectral
        )


@dataclass(frozen=True)
class Cost:
    """The size of a network and its cost for one input."""

    params: int
    macs: int
    """Multiply-accumulate operations for one input."""
    floats: int
    """Activations of all layers for one input."""


@cache
def costs(
    architecture: str, latent_dim: int, packing: int = 1, minibatch_layer: MinibatchLayer | None = None
) -> tuple[Cost, Cost]:
    """(cost of G for one image, cost of D for one pack)."""
    both = ARCHITECTURES[architecture]
    g, d = both.generator(latent_dim, 0), both.discriminator(0, packing=packing, minibatch_layer=minibatch_layer)
    return count(g, torch.zeros(1, latent_dim)), count(d, torch.zeros(1, packing, 28, 28))


@torch.no_grad()
def count(net: ConvNet, x: Tensor) -> Cost:
    """The cost of one input, (1, ...)."""
    macs = floats = 0
    for layer in net.module.eval().children():
        y = layer(x)
        if isinstance(layer, nn.ConvTranspose2d | nn.Linear):
            macs += x.numel() * layer.weight.numel() // x.shape[1]
        elif isinstance(layer, nn.Conv2d):
            macs += y.numel() * layer.weight.numel() // y.shape[1]
        elif isinstance(layer, MinibatchFeatures):
            macs += x.numel() * layer.minibatch_layer.size
        floats, x = floats + y.numel(), y
    return Cost(net.flat.numel(), macs, floats)


ARCHITECTURES = {
    "light": Architecture(light_g, light_d, narrow, "arXiv:1511.06434, narrower"),
    "dense": Architecture(dense_g, dense_d, narrow, "docs/digits.md"),
    "classic": Architecture(classic_g, classic_d, glorot, "tensorflow/docs generative/dcgan"),
    "deep": Architecture(deep_g, deep_d, narrow, "arXiv:1511.06434"),
}
