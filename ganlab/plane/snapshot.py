"""Makes the frame of a state on the plane, without changing the state, and says where frames look."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from ganlab.data.dataset import Dataset, on_plane
from ganlab.data.plane import DATASETS
from ganlab.game.snapshot import accuracy, numbers
from ganlab.gan import countermeasures
from ganlab.gan.losses import LOSSES
from ganlab.gan.nets import Network
from ganlab.gan.rng import NOISES, stream
from ganlab.plane import line, metrics
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import CURVE, FIELD, LATENT_GRID, POINTS, Frame, judged, pack
from ganlab.plane.objectives import g_loss
from ganlab.plane.state import State, d_logits, sample_latent

ROWS = 400
"""Number of the field's points that are evaluated with a batch at once."""
COMPANIONS = 16
"""Number of fixed packs of real points that a single point is added to, if D judges packs."""


def snapshot(state: State) -> Frame:
    """The frame of the current state, for any way in which D judges; the state is unchanged."""
    now, dataset, count = state.now, DATASETS[state.config.dataset], judged(state.step)
    latent, evaluated, real_shown, real = fixed_points(state.config)
    with torch.no_grad():
        fake, grid = state.g_ema(expand(latent, now)), state.g_ema(expand(latent_grid(now), now))
        sample = state.g_ema(expand(evaluated, now)) if count > POINTS else fake
        told = real if count > POINTS else real_shown[: count // now.packing * now.packing]
        values = field_values(state.d.net, field_cells(dataset), real_shown, real, now)
        d_accuracy, fools = accuracy(now, lambda: real_fake_logits(state, expand(told, now), sample))
    push, rise = arrows(state, fake, expand(real_shown, now))
    drawn = line.curves(now, partial(generated, state), partial(judged_alone, state))
    values = values.view(now.members, FIELD, FIELD)
    measured, shares = metrics.measure(sample.numpy(), dataset)
    return Frame(
        **numbers(state),
        fake=on_plane(fake).numpy(),
        push=on_plane(push).numpy(),
        rise=on_plane(rise).numpy(),
        field=values.numpy(),
        grid=on_plane(grid).view(now.members, *lattice(now), 2).numpy(),
        d_accuracy=d_accuracy,
        fools=fools,
        shares=shares,
        metrics=measured,
        judged=count,
        **drawn,
    )


def generated(state: State, z: Tensor) -> Tensor:
    """The shown G at z (n, latent_dim), (M, n, d)."""
    return state.g_ema(expand(z, state.now))


def judged_alone(state: State, x: Tensor) -> Tensor:
    """D at points (n, d) as the field has it, (M, n)."""
    _, _, shown, real = fixed_points(state.config)
    return field_values(state.d.net, x, shown, real, state.now)


def lattice(config: PlaneConfig) -> tuple[int, int]:
    """Rows and columns of the latent grid."""
    return (1, CURVE) if config.latent_dim == 1 else (LATENT_GRID, LATENT_GRID)


@lru_cache(8)
def fixed_points(config: PlaneConfig) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The fixed points that frames look at, shared by all members: z shown, z measured, real shown, real measured."""
    data, n = DATASETS[config.dataset], metrics.EVAL_POINTS // 12 * 12
    latent, rng = partial(sample_latent, config), partial(stream, config.seed, "frame")
    shown, measured = latent(POINTS, rng("z")), latent(metrics.EVAL_POINTS, rng("measured"))
    return shown, measured, data.sample(POINTS, rng("real")), data.sample(n, rng("told"))


def real_points(config: PlaneConfig) -> np.ndarray:
    """The real points that a viewer sees, (POINTS, 2) float32."""
    return on_plane(fixed_points(config)[2]).numpy()


def latent_grid(config: PlaneConfig) -> Tensor:
    """A grid of latent points with equal mass between neighbours, (R·C, latent_dim); a line in one dimension.

    It spans the 2nd to the 98th percentile. Beyond two dimensions it is the slice through 0 along the first two.
    """
    quantile = NOISES[config.noise].quantile
    if config.latent_dim == 1:
        return quantile(torch.linspace(0.02, 0.98, CURVE))[:, None]
    axis = quantile(torch.linspace(0.02, 0.98, LATENT_GRID))
    plane = torch.cartesian_prod(axis, axis)
    return torch.cat([plane, torch.zeros(len(plane), config.latent_dim - 2)], -1)


def field_cells(dataset: Dataset) -> Tensor:
    """Centres of the field's cells, row by row from the lowest y, (FIELD², d); on a line all rows are equal."""
    axis = ((torch.arange(FIELD) + 0.5) / FIELD * 2 - 1) * dataset.extent
    return torch.cartesian_prod(axis, axis).flip(-1)[:, : dataset.dim]


def field_values(net: Network, points: Tensor, shown: Tensor, real: Tensor, config: PlaneConfig) -> Tensor:
    """D at points (n, d) -> (M, n), each joined to fixed real points where D judges more than one.

    With packing, D's mean over COMPANIONS packs of the point and real ones; where D is told of the batch, each such
    pack joins a batch of real packs.
    """
    size = config.packing
    others = shown[: COMPANIONS * (size - 1)].reshape(COMPANIONS if size > 1 else 1, 1, config.dim * (size - 1))
    packs = torch.cat([points.expand(len(others), -1, -1), others.expand(-1, len(points), -1)], -1)
    features = net.features(expand(packs.flatten(0, 1), config))
    if net.minibatch_layer:
        batch = net.features(countermeasures.pack(expand(real[: config.batch_size - size], config), size))
        values = torch.cat([net.conclude(part, net.params, batch) for part in torch.split(features, ROWS, 1)], 1)
    else:
        values = net.conclude(features, net.params)
    return values.view(config.members, len(others), -1).mean(1)


def real_fake_logits(state: State, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """D's outputs (M, n/m) at as many real and fake points (M, n, d)."""
    count = real.shape[1]
    return logits(state, real), logits(state, fake[:, :count])


def arrows(state: State, fake: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """(-∇ₓ of G's loss, ∇ₓD) at each generated point, (M, P, d) each; a pack's gradient is shared out to its points.

    A point without a pack has 0. All batches are computed at once, unless each one unrolls D in its own way.
    """
    count = fake.shape[1] // state.now.packing * state.now.packing
    size = batch(state, count)
    taken = [in_batches(points[:, :count], size) for points in (fake, real)]
    parts = [each.split(size if state.now.unroll else each.shape[1], 1) for each in taken]
    found = zip(*(arrows_at(state, *part) for part in zip(*parts, strict=True)), strict=True)
    spare = (0, 0, 0, fake.shape[1] - count)
    push, rise = (pad(once(torch.cat(column, 1), count, size), spare) for column in found)
    return push, rise


def arrows_at(state: State, fake: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """`arrows` at the points (M, n, d) of whole batches."""
    now, net, x = state.now, judge(state, fake.shape[1]), fake.clone().requires_grad_()
    packs, others = countermeasures.pack(x, now.packing), countermeasures.pack(real, now.packing)
    loss = g_loss(now, replace(state.d, net=net), packs, others)
    value = loss.sum() * (packs.shape[1] * now.members // loss.numel())
    (down,) = torch.autograd.grad(value, x, retain_graph=True)
    return -down, torch.autograd.grad(d_logits(net, packs).sum(), x)[0]


def logits(state: State, points: Tensor) -> Tensor:
    """D's outputs (M, n/m) at packs of points (M, n, d), in batches where D judges them by their batch."""
    count, packing = points.shape[1], state.now.packing
    size = batch(state, count)
    told = d_logits(judge(state, count), countermeasures.pack(in_batches(points, size), packing))
    return once(told, count // packing, size // packing)


def batch(state: State, count: int) -> int:
    """How many of so many points D judges together; all where its view of a point is its own."""
    return min(count, state.now.batch_size) if state.now.minibatch_layer else count


def judge(state: State, count: int) -> Network:
    """D for the batches of so many points, one after the other."""
    net, size = state.d.net, batch(state, count) // state.now.packing
    return net.in_batches(size) if state.now.minibatch_layer else net


def in_batches(points: Tensor, size: int) -> Tensor:
    """Points (M, n, d) as whole batches: the last one overlaps the one before."""
    count = points.shape[1]
    whole = count // size * size
    return points if whole == count else torch.cat([points[:, :whole], points[:, count - size :]], 1)


def once(found: Tensor, count: int, size: int) -> Tensor:
    """What was found for whole batches, (M, n, ...), at each of `count` points once."""
    rest = count % size
    return torch.cat([found[:, : count - rest], found[:, found.shape[1] - rest :]], 1) if rest else found


def expand(points: Tensor, config: PlaneConfig) -> Tensor:
    """The same points (n, d) for every member: (M, n, d)."""
    return points.expand(config.members, *points.shape)


def encode(config: PlaneConfig, frame: Frame) -> list[bytes]:
    """The frame as the store keeps it, one blob a member."""
    now = config.at(frame.step)
    return pack(frame, DATASETS[config.dataset].extent, LOSSES[now.loss].undecided(now.label_smoothing))
