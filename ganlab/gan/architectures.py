"""The pairs of networks for images of 28 × 28 pixels, as PyTorch modules, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import torch
from torch import Tensor, nn

from ganlab.gan.convnets import ConvNet, Initialise
from ganlab.gan.layers import NORMS, OUTPUTS, ConvDiscriminator, Dropout, Flatten, MinibatchFeatures
from ganlab.gan.nets import MinibatchLayer
from ganlab.gan.rng import stream


def glorot(weight: Tensor, rng: torch.Generator) -> object:
    """U(±√(6/(fan_in + fan_out))), Keras' default."""
    return nn.init.xavier_uniform_(weight, generator=rng)


def narrow(weight: Tensor, rng: torch.Generator) -> object:
    """N(0, 0.02²) (arXiv:1511.06434)."""
    return weight.normal_(0, 0.02, generator=rng)


def by_inputs(weight: Tensor, rng: torch.Generator) -> object:
    """U(±1/√fan_in), the default of PyTorch's dense layers."""
    bound: float = weight.shape[1] ** -0.5
    return weight.uniform_(-bound, bound, generator=rng)


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


def leaky_units(*widths: int, drop: float = 0.0) -> list[nn.Module]:
    """Dense layers between the given widths, each with a leaky rectifier of slope 0.2, and dropout if asked."""
    hidden = [[nn.Linear(n, m), nn.LeakyReLU(0.2, inplace=True)] for n, m in pairwise(widths)]
    return [layer for layers in hidden for layer in ([*layers, Dropout(drop)] if drop else layers)]


def mlp_g(latent_dim: int) -> nn.Module:
    """(B, latent_dim) -> (B, 1, 28, 28): dense layers of 256, 512 and 1024 units, without batch normalisation."""
    return nn.Sequential(
        *leaky_units(latent_dim, 256, 512, 1024), nn.Linear(1024, 784), nn.Unflatten(1, (1, 28, 28)), nn.Tanh()
    )


def mlp_d(channels: int) -> ConvDiscriminator:
    """(B, m, 28, 28) -> logits (B, 1): dense layers of 1024, 512 and 256 units, each with dropout."""
    return ConvDiscriminator(Flatten(), *leaky_units(784 * channels, 1024, 512, 256, drop=0.3), nn.Linear(256, 1))


@dataclass(frozen=True)
class Architecture:
    """A pair of networks, as data."""

    g: Callable[[int], nn.Module]
    """latent_dim -> the module, (B, latent_dim) -> (B, 1, 28, 28) in [-1, 1], with tanh as its last layer."""
    d: Callable[[int], ConvDiscriminator]
    """m -> the module, packs (B, m, 28, 28) -> logits (B, 1). Without batch statistics: a logit depends on its pack."""
    initialise: Initialise
    source: str
    script: str = ""
    """The same as `initialise` in the exported script, a line that draws `weight` from rng; "": left by hand."""

    def generator(self, latent_dim: int, seed: int, output: str = "tanh") -> ConvNet:
        """The untrained G with an entry of OUTPUTS as its last layer."""
        return ConvNet(lambda: ending_in(output, self.g(latent_dim)), self.initialise, stream(seed, "g"))

    def discriminator(
        self,
        seed: int,
        spectral: bool = False,
        packing: int = 1,
        minibatch_layer: MinibatchLayer | None = None,
        norm: bool = False,
    ) -> ConvNet:
        """The untrained D for packs of `packing` images, with or without batch normalisation and a minibatch layer."""

        def build() -> nn.Module:
            d = self.d(packing)
            return (d.normalised() if norm else d).with_minibatch_layer(minibatch_layer)

        return ConvNet(build, self.initialise, stream(seed, "d"), spectral)


def ending_in(output: str, g: nn.Module) -> nn.Module:
    """The same G with another last layer."""
    *body, last = g.children()
    assert isinstance(last, nn.Tanh)
    return nn.Sequential(*body, OUTPUTS[output].layer())


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
    architecture: str,
    latent_dim: int,
    packing: int = 1,
    minibatch_layer: MinibatchLayer | None = None,
    norm: bool = False,
) -> tuple[Cost, Cost]:
    """(cost of G for one image, cost of D for one pack)."""
    both = ARCHITECTURES[architecture]
    g = both.generator(latent_dim, 0)
    d = both.discriminator(0, packing=packing, minibatch_layer=minibatch_layer, norm=norm)
    return count(g, torch.zeros(1, latent_dim)), count(d, torch.zeros(1, packing, 28, 28))


@torch.no_grad()
def count(net: ConvNet, x: Tensor) -> Cost:
    """The cost of one input, (1, ...)."""
    macs = floats = 0
    for layer in net.module.eval().children():
        y = x if isinstance(layer, NORMS) else layer(x)  # one input has no batch statistics
        if isinstance(layer, nn.ConvTranspose2d | nn.Linear):
            macs += x.numel() * layer.weight.numel() // x.shape[1]
        elif isinstance(layer, nn.Conv2d):
            macs += y.numel() * layer.weight.numel() // y.shape[1]
        elif isinstance(layer, MinibatchFeatures):
            macs += x.numel() * layer.minibatch_layer.size
        floats, x = floats + y.numel(), y
    return Cost(net.flat.numel(), macs, floats)


NARROW = "weight.normal_(0, 0.02, generator=rng)"
GLOROT = "nn.init.xavier_uniform_(weight, generator=rng)"
BY_INPUTS = "weight.uniform_(-(weight.shape[1] ** -0.5), weight.shape[1] ** -0.5, generator=rng)"
ARCHITECTURES = {
    "light": Architecture(light_g, light_d, narrow, "arXiv:1511.06434, narrower", NARROW),
    "dense": Architecture(dense_g, dense_d, narrow, "docs/digits.md", NARROW),
    "classic": Architecture(classic_g, classic_d, glorot, "tensorflow/docs generative/dcgan", GLOROT),
    "deep": Architecture(deep_g, deep_d, narrow, "arXiv:1511.06434", NARROW),
    "mlp": Architecture(mlp_g, mlp_d, by_inputs, "znxlwm/pytorch-MNIST-CelebA-GAN-DCGAN", BY_INPUTS),
}
