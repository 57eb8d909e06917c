"""Frames that cost little: training copies what they depend on, and those of several steps are computed at once.

This holds where D judges each point alone. Elsewhere `snapshot` makes each frame at its step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from ganlab.data.dataset import on_plane
from ganlab.data.plane import DATASETS
from ganlab.game.snapshot import counts, told_apart
from ganlab.game.state import Player
from ganlab.gan.backprop import outputs
from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import mistake_of
from ganlab.gan.nets import ACTIVATIONS, Network
from ganlab.plane import line, metrics, snapshot
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import FIELD, POINTS, Frame, judged
from ganlab.plane.snapshot import field_cells, fixed_points, latent_grid, lattice
from ganlab.plane.state import State

ALIKE = 16
"""Floats of a cache line; the last bits of a product may depend on where in one it begins."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Moment:
    """What the frame of one step depends on."""

    now: PlaneConfig
    counts: dict[str, Any]
    """The fields of its Frame that are no floats."""
    floats: dict[str, Tensor | None]
    """Losses and penalty, (M,) each, by field."""
    grads: dict[str, Tensor | None]
    """The gradients behind d_grad and g_grad, laid out as the weights."""
    nets: tuple[Network, Network]
    """D and the shown G, for their shapes alone, as training goes on."""
    flats: tuple[Tensor, Tensor]
    """Their weights."""
    power: list[Tensor]
    """D's power vectors."""


def judges_alone(now: PlaneConfig) -> bool:
    """Whether the D that G meets judges each point alone, and its slopes have a closed form."""
    alone = now.packing == 1 and not (now.minibatch_layer or now.unroll or now.feature_matching)
    return alone and ACTIVATIONS[now.activation].backward is not None


def moment(state: State) -> Moment | Frame:
    """What the current state's frame is developed from; where D does not judge each point alone, the frame itself."""
    if not judges_alone(state.now):
        return snapshot.snapshot(state)
    d, g = state.d.net, state.g_ema
    return Moment(
        now=state.now,
        counts=counts(state),
        floats={"d_loss": state.d.loss, "g_loss": state.g.loss, "penalty": state.penalty},
        grads={"d_grad": last_gradient(state.d), "g_grad": last_gradient(state.g)},
        nets=(d, g),
        flats=(d.flat.clone(), g.flat.clone()),
        power=[vector.clone() for vector in d.power],
    )


def last_gradient(player: Player[Network]) -> Tensor | None:
    """A copy of the gradient of a player's last update in this round."""
    return None if player.loss is None or player.grad is None else player.grad.clone()


def develop(moments: Sequence[Moment | Frame]) -> list[Frame]:
    """The frames of moments of one run, in order. Those with the same settings are computed together."""
    frames, alike = list(moments), dict[tuple[PlaneConfig, int], list[int]]()
    for place, one in enumerate(moments):
        if isinstance(one, Moment):
            alike.setdefault((one.now, judged(one.counts["step"])), []).append(place)
    for (now, count), places in alike.items():
        some = frames_of(now, [cast(Moment, moments[place]) for place in places], count)
        for place, frame in zip(places, some, strict=True):
            frames[place] = frame
    return cast(list[Frame], frames)


@torch.no_grad()
def frames_of(now: PlaneConfig, moments: list[Moment], count: int) -> list[Frame]:
    """The frames of moments with the same settings; `count` generated points are judged."""
    (d_net, g_net), (d_flats, g_flats) = moments[0].nets, zip(*(one.flats for one in moments), strict=True)
    d, g = d_net.beside(d_flats, [one.power for one in moments]), g_net.beside(g_flats, [])
    arrays = evaluated(now, d, g, count)
    for name in moments[0].floats:
        arrays[name] = gathered([one.floats[name] for one in moments], now.members)
    for name, net in (("d_grad", d_net), ("g_grad", g_net)):
        arrays[name] = gathered([one.grads[name] for one in moments], now.members, net)
    parts = [slice(first, first + now.members) for first in range(0, d.members, now.members)]
    return [frame_of(one.counts, arrays, part, count) for one, part in zip(moments, parts, strict=True)]


def frame_of(counts: dict[str, Any], arrays: dict[str, Any], part: slice, count: int) -> Frame:
    """The frame of one moment, from the arrays of all."""
    own = {name: array[part] for name, array in arrays.items() if name not in metrics.METRICS}
    measured = {name: arrays[name][part] for name in metrics.METRICS}
    return Frame(**counts, **own, metrics=measured, judged=count)


def evaluated(now: PlaneConfig, d: Network, g: Network, count: int) -> dict[str, Any]:
    """What depends on generated points, of all members of d and g at once, by field or key of METRICS."""
    latent, points, edges = looks(now, count > POINTS)
    made, told = outputs(g, latent), outputs(d, points)[:, 0]
    fake, grid, sample, _ = made.tensor_split([POINTS, *edges[0]], -1)
    field, at_shown, at_real, _ = told.tensor_split([FIELD**2, *edges[1]], -1)
    rise = torch.empty_like(fake)
    at_fake = outputs(d, fake.contiguous(), rise)[:, 0]
    slope = mistake_of(now).g_slope(LOSSES[now.loss], at_shown, at_fake)[1]
    if count > POINTS:
        at_judged = outputs(d, sample[..., : at_real.shape[-1]].contiguous())[:, 0]
    else:
        sample, at_real, at_judged = fake, at_shown, at_fake
    threshold = LOSSES[now.loss].undecided(now.label_smoothing)
    undefined = torch.full((d.members,), torch.nan)
    d_accuracy, fools = (undefined, undefined) if threshold is None else told_apart(threshold, at_real, at_judged)
    measured, shares = metrics.measure(sample.mT.numpy(), DATASETS[now.dataset])
    drawn = {
        "fake": on_plane(fake.mT),
        "push": on_plane((rise * slope[:, None]).mul_(-POINTS).mT),
        "rise": on_plane(rise.mT),
        "grid": on_plane(grid.mT).unflatten(1, lattice(now)),
        "field": field.unflatten(1, (FIELD, FIELD)),
        "d_accuracy": d_accuracy,
        "fools": fools,
    }
    curves = line.curves(now, lambda z: at(g, z).mT, lambda x: at(d, x)[:, 0])
    return {name: tensor.numpy() for name, tensor in drawn.items()} | measured | {"shares": shares} | curves


def at(net: Network, points: Tensor) -> Tensor:
    """A network's outputs (M, out, n) at points (n, in)."""
    return outputs(net, with_ones(points))[..., : len(points)]


def gathered(values: list[Tensor | None], members: int, net: Network | None = None) -> np.ndarray:
    """Values (M,) of all moments, or the norms of gradients laid out as a net's weights; nan where there are none."""
    found = [value for value in values if value is not None]
    numbers = np.full((len(values), members), np.nan, np.float32)
    if found:
        several = torch.stack(found)
        numbers[[value is not None for value in values]] = (net.norms(several) if net else several).numpy()
    return numbers.reshape(-1)


@lru_cache(16)
def looks(now: PlaneConfig, full: bool) -> tuple[Tensor, Tensor, list[list[int]]]:
    """Where frames look, as `Passes.forward` takes inputs of all members: at z shown, of the grid and judged, and at
    points of the field, shown and judged; then where the second and third of each end. There are no judged ones unless
    `full`.
    """
    latent, evaluated, shown, real = fixed_points(now)
    z, x = [latent, latent_grid(now)], [field_cells(DATASETS[now.dataset]), shown]
    z, x = ([*z, evaluated], [*x, real]) if full else (z, x)
    edges = [list(accumulate(map(len, some)))[1:] + [sum(map(len, some))] * (not full) for some in (z, x)]
    return with_ones(torch.cat(z)), with_ones(torch.cat(x)), edges


def with_ones(points: Tensor) -> Tensor:
    """(n, d) -> (d + 1, N), the last row 1; N is n, or more so that each member's memory begins alike."""
    spare = torch.zeros(-len(points) % ALIKE, points.shape[1])
    filled = torch.cat([points, spare])
    return torch.cat([filled, torch.ones(len(filled), 1)], 1).mT.contiguous()
