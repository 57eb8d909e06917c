"""The gradients of both players without autograd, for updates that need no derivative of a derivative.

Members are computed in groups, so that large networks stay in a processor's cache. A test holds every gradient to
autograd's.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ganlab.gan.backprop import Passes, parts
from ganlab.gan.countermeasures import noise_level, sees_real
from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import does_nothing, mistake_of
from ganlab.gan.nets import ACTIVATIONS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.plane.config import PlaneConfig
from ganlab.plane.state import State

GROUP = 1 << 20
"""Floats of the hidden layers of one group: four megabytes. Smaller groups were slower, as each call has its price."""


def applies(config: PlaneConfig, now: PlaneConfig, player: str) -> bool:
    """Whether a player's gradient is computed here, in a run with the settings of now."""
    leaks = mistake_of(now).leaks == player and not does_nothing(config)
    if now.minibatch_layer or leaks or ACTIVATIONS[now.activation].backward is None:
        return False
    if player == "d":
        return REGULARIZERS[now.regularizer].penalty is None
    return not (now.unroll or now.feature_matching)


class Updates:
    """The closed-form updates of one state, whose networks they share."""

    def __init__(self, state: State):
        config = state.config
        self.d_grad, self.g_grad = torch.zeros_like(state.d.net.flat), torch.zeros_like(state.g.net.flat)
        hidden = max(1, config.g_width * config.g_depth, 2 * config.d_width * config.d_depth)
        size = max(1, GROUP // (hidden * config.batch_size))
        members = [slice(first, min(first + size, config.members)) for first in range(0, config.members, size)]
        self.groups = [Group(state, some, self.d_grad, self.g_grad) for some in members]

    @torch.no_grad()
    def d_gradient(self, state: State) -> tuple[Tensor, Tensor]:
        """D's loss (M,), and the gradient of D's weights, which the next update overwrites."""
        state.d.net.power_iteration()
        return torch.cat([group.d_gradient(state) for group in self.groups]), self.d_grad

    @torch.no_grad()
    def g_gradient(self, state: State) -> tuple[Tensor, Tensor]:
        """G's loss (M,), and the gradient of G's weights, which the next update overwrites."""
        return torch.cat([group.g_gradient(state) for group in self.groups]), self.g_grad


class Group:
    """The passes of some members."""

    def __init__(self, state: State, members: slice, d_grad: Tensor, g_grad: Tensor):
        config, self.members = state.config, members
        points, packs = config.batch_size, config.batch_size // config.packing
        self.g, self.d = Passes(state.g.net, members, points), Passes(state.d.net, members, 2 * packs)
        self.d_at_fake, self.d_at_real = (Passes(state.d.net, members, packs) for _ in range(2))
        self.d_grad, self.g_grad = parts(state.d.net, d_grad, members), parts(state.g.net, g_grad, members)
        count, width = len(self.d_grad[0][0]), config.dim * config.packing
        self.z = torch.empty(count, config.latent_dim, points)
        self.both, self.slope = torch.empty(count, width, 2 * packs), torch.empty(count, 1, 2 * packs)
        self.slope_row = self.slope[:, 0]
        self.at_packs = torch.empty(count, width, packs)

    def d_gradient(self, state: State) -> Tensor:
        """Writes the gradient of D's weights; returns D's loss (m,)."""
        real, fake = self.drawn(state, "d_real", state.d.updates), self.generated(state, "d")
        torch.cat(self.packs(state, "d", real, fake), -1, out=self.both)
        at_real, at_fake = self.d.forward(self.both)[:, 0].chunk(2, -1)
        loss, smoothing = LOSSES[state.now.loss], state.now.label_smoothing
        value, *slopes = mistake_of(state.now).d_slopes(loss, at_real, at_fake, smoothing)
        torch.cat(slopes, -1, out=self.slope_row)
        self.d.backward(self.slope, self.d_grad)
        return value

    def g_gradient(self, state: State) -> Tensor:
        """Writes the gradient of G's weights; returns G's loss (m,)."""
        points = [self.generated(state, "g")]
        if sees_real(state.now):
            points.append(self.drawn(state, "g_real", state.g.updates))
        fake, *real = self.packs(state, "g", *points)
        at_fake = self.d_at_fake.forward(fake)[:, 0]
        at_real = self.d_at_real.forward(real[0])[:, 0] if real else at_fake
        value, slope = mistake_of(state.now).g_slope(LOSSES[state.now.loss], at_real, at_fake)
        self.d_at_fake.backward(slope[:, None], to_input=self.at_packs)
        self.g.backward(apart(self.at_packs, state.now.packing), self.g_grad)
        return value

    def drawn(self, state: State, name: str, index: int) -> Tensor:
        """The numbers of an update, (m, d, B)."""
        return state.draws[name].row(index)[self.members].mT

    def generated(self, state: State, player: str) -> Tensor:
        """G's points at the z of a player's update, (m, d, B)."""
        index = state.d.updates if player == "d" else state.g.updates
        return self.g.forward(self.z.copy_(self.drawn(state, f"{player}_z", index)))

    def packs(self, state: State, player: str, *points: Tensor) -> list[Tensor]:
        """D's input for at most two sets of points (m, d, B) in a player's update: noisy packs (m, ds, B/s)."""
        now, index = state.now, state.d.updates if player == "d" else state.g.updates
        if level := noise_level(now, state.step):
            noise = self.drawn(state, f"{player}_blur", index).chunk(2, -1)
            points = tuple(x + level * e for x, e in zip(points, noise, strict=False))
        return [together(x, now.packing) for x in points]


def together(points: Tensor, size: int) -> Tensor:
    """Joins `size` points into one pack: (m, d, B) -> (m, d·size, B/size)."""
    return points if size == 1 else points.unflatten(-1, (-1, size)).permute(0, 3, 1, 2).flatten(1, 2)


def apart(packs: Tensor, size: int) -> Tensor:
    """The inverse: (m, d·size, B/size) -> (m, d, B)."""
    return packs if size == 1 else packs.unflatten(1, (size, -1)).permute(0, 2, 3, 1).flatten(2)
