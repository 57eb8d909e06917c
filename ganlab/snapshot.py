"""What a viewer sees of a state: frames, taken without changing anything."""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
import torch
from torch import Tensor

from ganlab import countermeasures, metrics
from ganlab.config import PlaneConfig
from ganlab.datasets import DATASETS
from ganlab.frame import CURVE, FIELD, GRID, POINTS, Frame, pack
from ganlab.losses import LOSSES
from ganlab.nets import Network
from ganlab.rng import NOISES, stream
from ganlab.state import Player, State, judge, sample_latent

COMPANIONS = 16
"""Fixed packs of real points that a point joins where D judges packs and the field needs a value at the point."""


def snapshot(state: State) -> Frame:
    """The frame of this moment; changes nothing."""
    now, dataset = state.now, DATASETS[state.config.dataset]
    latent, evaluated, real_shown, real = spectators(state.config)
    with torch.no_grad():
        fake, grid = state.g.net(expand(latent, now)), state.g.net(expand(latent_grid(now), now))
        sample = state.g.net(expand(evaluated, now))
        view = plane_cells(dataset.extent)
        values = field_values(state.d.net, view, real_shown, now)
        accuracy, fools = told_apart(state, expand(real, now), sample)
    push, rise = arrows(state, fake, expand(real_shown, now))
    values = values.view(now.members, FIELD, FIELD)
    measured, shares = metrics.measure(sample.numpy(), dataset)
    rows, columns = (1, CURVE) if now.latent_dim == 1 else (GRID, GRID)
    return Frame(
        *(state.step, state.d.updates, state.g.updates, fake.numpy(), push.numpy(), rise.numpy(), values.numpy()),
        grid=grid.view(now.members, rows, columns, 2).numpy(),
        d_loss=known(state.d.loss, now),
        g_loss=known(state.g.loss, now),
        penalty=known(state.penalty, now),
        d_grad=known(norms(state.d), now),
        g_grad=known(norms(state.g), now),
        d_accuracy=accuracy,
        fools=fools,
        shares=shares,
        metrics=measured,
        died=state.died.numpy().copy(),
        outcome=state.outcome,
        facts=dict(state.facts),
    )


@lru_cache(8)
def spectators(config: PlaneConfig) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The fixed points that frames look at, shared by all members: z shown, z measured, real shown, real measured."""
    data, n = DATASETS[config.dataset], metrics.EVAL_POINTS // 12 * 12
    latent, rng = partial(sample_latent, config), partial(stream, config.seed, "frame")
    shown, measured = latent(POINTS, rng("z")), latent(metrics.EVAL_POINTS, rng("measured"))
    return shown, measured, data.sample(POINTS, rng("real")), data.sample(n, rng("told"))


def real_points(config: PlaneConfig) -> np.ndarray:
    """The real points that a viewer sees, (POINTS, 2) float32."""
    return spectators(config)[2].numpy()


def latent_grid(config: PlaneConfig) -> Tensor:
    """Latent points with equal mass between neighbours, (R·C, latent_dim): a plane's grid, or in one dimension a line.

    From the 2nd to the 98th percentile; beyond two dimensions a slice through 0 along the first two.
    """
    quantile = NOISES[config.noise].quantile
    if config.latent_dim == 1:
        return quantile(torch.linspace(0.02, 0.98, CURVE))[:, None]
    axis = quantile(torch.linspace(0.02, 0.98, GRID))
    plane = torch.cartesian_prod(axis, axis)
    return torch.cat([plane, torch.zeros(len(plane), config.latent_dim - 2)], -1)


def plane_cells(extent: float) -> Tensor:
    """Centres of the field's cells, row by row from the lowest y, (FIELD², 2)."""
    axis = ((torch.arange(FIELD) + 0.5) / FIELD * 2 - 1) * extent
    return torch.cartesian_prod(axis, axis).flip(-1)


def field_values(net: Network, points: Tensor, real: Tensor, config: PlaneConfig) -> Tensor:
    """D at points (n, 2) -> (M, n); with packing, its mean over each point joined to COMPANIONS fixed real packs."""
    if config.packing == 1:
        return judge(net, expand(points, config))
    others = real[: COMPANIONS * (config.packing - 1)].reshape(COMPANIONS, 1, -1)
    packs = torch.cat([points.expand(COMPANIONS, -1, -1), others.expand(-1, len(points), -1)], -1)
    return judge(net, expand(packs.flatten(0, 1), config)).view(config.members, COMPANIONS, -1).mean(1)


def told_apart(state: State, real: Tensor, fake: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """D's accuracy and the share of fakes that fool it, (M,) each; nan where the loss has no threshold."""
    threshold = LOSSES[state.now.loss].threshold
    if threshold is None:
        return (np.full(state.now.members, np.nan, np.float32),) * 2
    real_logits, fake_logits = (
        judge(state.d.net, countermeasures.pack(points[:, : real.shape[1]], state.now.packing))
        for points in (real, fake)
    )
    fools = (fake_logits > threshold).float().mean(-1)
    hits = (real_logits > threshold).float().mean(-1)
    return ((hits + 1 - fools) / 2).numpy(), fools.numpy()


def arrows(state: State, fake: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """(-∇ₓ of G's loss, ∇ₓD) at each generated point, (M, P, 2) each; a pack's gradient is shared out to its points."""
    now, count = state.now, fake.shape[1] // state.now.packing * state.now.packing
    x = fake[:, :count].clone().requires_grad_()
    logits = judge(state.d.net, countermeasures.pack(x, now.packing))
    with torch.no_grad():
        real_logits = judge(state.d.net, countermeasures.pack(real[:, :count], now.packing))
    value = LOSSES[now.loss].generator(real_logits, logits).sum() * logits.shape[1]
    (push,) = torch.autograd.grad(value, x, retain_graph=True)
    (rise,) = torch.autograd.grad(logits.sum(), x)
    rest = (0, 0, 0, fake.shape[1] - count)
    return torch.nn.functional.pad(-push, rest), torch.nn.functional.pad(rise, rest)


def expand(points: Tensor, config: PlaneConfig) -> Tensor:
    """The same points (n, d) for every member: (M, n, d)."""
    return points.expand(config.members, *points.shape)


def norms(player: Player[Network]) -> Tensor | None:
    """Each member's gradient norm in the player's last update of this round, (M,)."""
    return None if player.loss is None or player.grad is None else player.net.norms(player.grad)


def known(values: Tensor | None, config: PlaneConfig) -> np.ndarray:
    """Values (M,) as numpy, nan where there was no update."""
    return np.full(config.members, np.nan, np.float32) if values is None else values.numpy().copy()


def encode(config: PlaneConfig, frame: Frame) -> list[bytes]:
    """The frame as the store keeps it, one blob a member."""
    return pack(frame, DATASETS[config.dataset].extent, LOSSES[config.at(frame.step).loss].threshold)
