"""Networks for images: PyTorch modules whose weights are views of one flat vector."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganlab.gan.layers import NORMS, Dropout, MinibatchFeatures

Initialise = Callable[[Tensor, torch.Generator], object]
"""(weight, rng), in place."""


class ConvNet:
    """A module of one architecture, initialised from its own stream of random numbers.

    `flat` holds all weights; 4-d weights have their channels last. `params` are views of it. `norm_buffers` are the
    running means and variances of batch normalisation, where it keeps them. With `spectral`, a layer uses W/σ(W)
    instead of W, where W is a matrix (outputs, rest) and the power vectors estimate σ (arXiv:1802.05957 alg. 1). Only
    `power_iteration` updates the power vectors.
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
        norms = [layer for layer in self.module.modules() if isinstance(layer, NORMS) and layer.track_running_stats]
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
        if isinstance(layer, NORMS) and not layer.track_running_stats:
            nn.init.ones_(layer.weight)
        elif isinstance(layer, NORMS):
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
