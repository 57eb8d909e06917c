"""The engine of the plane: updates of D and G, and the frames of a run."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ganlab.game import rounds
from ganlab.game.state import Player, checkpoint
from ganlab.gan.countermeasures import ema_decay, ema_update
from ganlab.gan.mistakes import mistake_of
from ganlab.gan.nets import Network
from ganlab.kind import training
from ganlab.kind.engine import keepsake, moved, vouch
from ganlab.plane import by_autograd
from ganlab.plane.closed_form import Updates, applies
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import Frame, is_frame
from ganlab.plane.moments import Moment, develop, moment
from ganlab.plane.snapshot import encode, real_points
from ganlab.plane.state import State, restore, start

__all__ = [
    "State",
    "advance",
    "checkpoint",
    "develop",
    "due",
    "encode",
    "from_json",
    "keepsake",
    "moment",
    "moved",
    "real_points",
    "restore",
    "snapshot",
    "start",
    "train",
    "update",
    "vouch",
]


from_json = PlaneConfig.from_json
"""A run's JSON -> its config. Raises ConfigError."""


def update(state: State) -> None:
    """One update of D or of G, in place; of both if the round's last D and first G update are simultaneous."""
    before = state.g.updates
    rounds.update(state, d_gradient, g_gradient)
    if state.g_ema is not state.g.net and state.g.updates > before:
        ema_update([state.g_ema.flat], [state.g.net.flat], ema_decay(state.config.ema, state.g.updates))


def advance(state: State) -> Moment | Frame | None:
    """One step: the updates to the end of the round. Returns its moment if it is due or the run has diverged."""
    return training.advance(state, update, due, moment)


def due(state: State) -> bool:
    """Whether this step becomes a frame."""
    return is_frame(state.step) or state.step in state.marks


def snapshot(state: State) -> Frame:
    """The frame of the current state; the state is unchanged."""
    return develop([moment(state)])[0]


def train(config: PlaneConfig) -> Iterator[Frame]:
    """The frames of a run, from the untrained networks to `config.steps` or to divergence."""
    yield from training.frames(start(config), advance, moment, develop)


def d_gradient(state: State) -> None:
    """Computes D's loss, penalty and gradient at new real points and new z."""
    if updates := closed_form(state, "d"):
        state.d.loss, state.d.grad = updates.d_gradient(state)
    else:
        by_autograd.d_gradient(state)
    add_left(state.d, mistake_of(state.now).keeps)


def g_gradient(state: State) -> None:
    """Computes G's loss and gradient at new z, and at real points if the loss compares pairs or D is unrolled."""
    if updates := closed_form(state, "g"):
        state.g.loss, state.g.grad = updates.g_gradient(state)
    else:
        by_autograd.g_gradient(state)
    if mistake_of(state.now).detaches:
        state.g.grad = torch.zeros_like(state.g.net.flat)
    add_left(state.g, mistake_of(state.now).keeps)


def closed_form(state: State, player: str) -> Updates | None:
    """The state's updates in closed form; None where a player's gradient needs autograd, or all calls are recorded."""
    if state.by_autograd or not applies(state.config, state.now, player):
        return None
    updates: Updates = state.updates or Updates(state)
    state.updates = updates
    return updates


def add_left(player: Player[Network], keeps: bool) -> None:
    """Adds to a player's gradient what a mistake left from earlier updates; `keeps` leaves the sum for the next."""
    assert player.grad is not None
    if player.left is not None:
        player.grad = player.grad + player.left
    player.left = player.grad.clone() if keeps else None
