"""From noise to data: dx/dt = v(x, t) from t = 0 to 1 in equal Euler steps."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ganlab.gan.backprop import outputs
from ganlab.gan.nets import Network


def places(net: Network, z: Tensor, steps: int) -> Iterator[Tensor]:
    """The points (M, n, 2) of all members after 0, 1, … steps from z (n, 2), each in new memory."""
    x = z.expand(net.members, *z.shape).mT.contiguous()
    for step in range(steps):
        yield x.mT
        t = torch.full_like(x[:, :1], step / steps)
        x = x + outputs(net, torch.cat([x, t], 1)) / steps
    yield x.mT


def generated(net: Network, z: Tensor, steps: int) -> Tensor:
    """The points of all members at t = 1, (M, n, 2)."""
    *_, last = places(net, z, steps)
    return last


def paths(net: Network, z: Tensor, steps: int, moments: int) -> Tensor:
    """The way of each point at so many times, evenly, or at all where there are fewer: (M, n, times, 2)."""
    whole = list(places(net, z, steps))
    chosen = torch.linspace(0, steps, min(moments, steps + 1)).round().long().tolist()
    return torch.stack([whole[index] for index in chosen], 2)
