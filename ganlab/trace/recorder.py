"""Watching training at work: one round of a copy of a state, with all that is asked of both networks noted down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ganlab.game.state import Player
from ganlab.gan.nets import Network
from ganlab.plane import train
from ganlab.plane.state import State


@dataclass
class Call:
    """What a network was asked and answered."""

    net: str
    """d or g."""
    given: Tensor
    """(M, B, in)."""
    answer: Tensor
    """(M, B, out)."""
    through: bool
    """Whether a gradient may flow on to what gave the input."""
    slope: Tensor | None = None
    """∇ of the loss at the answer, like it; None where nothing flowed back."""

    def note(self, slope: Tensor) -> None:
        """Keeps the gradient that flows back."""
        self.slope = slope.detach()


class RecordingNetwork(Network):
    """A network that notes every call; its weights and all else are those of the network that it stands for."""

    def __init__(self, net: Network, name: str):
        vars(self).update(vars(net))
        self.name = name
        self.calls: list[Call] = []

    def __call__(self, x: Tensor, *rest: Any, **options: Any) -> Tensor:
        """As Network's."""
        answer = super().__call__(x, *rest, **options)
        call = Call(self.name, x.detach(), answer.detach(), x.requires_grad)
        if answer.requires_grad:
            answer.register_hook(call.note)
        self.calls.append(call)
        return answer


@dataclass
class RecordedUpdate:
    """One update of one player."""

    net: Network
    index: int
    """Which of the player's updates it is, from 0."""
    before: Tensor
    """All weights, laid out as the net's flat; so are the next two."""
    grad: Tensor
    after: Tensor
    loss: Tensor
    """(M,)."""
    penalty: Tensor | None
    """(M,), D's."""
    calls: list[Call]
    """Of both networks, for this player's gradient."""

    def called(self, net: str) -> list[Call]:
        """What one network was asked, in order."""
        return [call for call in self.calls if call.net == net]


def record_round(state: State) -> tuple[State, RecordedUpdate | None, RecordedUpdate | None]:
    """(the state at the next step, the round's last update of D, its first of G); the given one stays as it is."""
    copy = train.restore(state.config, train.checkpoint(state))
    record_calls(copy)
    d, g = None, None
    while copy.step == state.step:
        seen = update(copy)
        d, g = seen.get("d", d), g or seen.get("g")
    return copy, d, g


def record_calls(state: State) -> None:
    """Has both networks note their calls, in place; G also where it is the one that viewers see."""
    one = state.g_ema is state.g.net
    for name, player in players(state).items():
        player.net = RecordingNetwork(player.net, name)
    if one:
        state.g_ema = state.g.net


def update(state: State) -> dict[str, RecordedUpdate]:
    """Makes one update of watched networks, in place; what was seen of each player that moved."""
    before = {name: (player.updates, player.net.flat.clone()) for name, player in players(state).items()}
    calls: list[Call] = []
    for player in players(state).values():
        assert isinstance(player.net, RecordingNetwork)
        player.net.calls = calls
    train.update(state)
    first = next((i for i, call in enumerate(calls) if call.net == "g" and call.slope is not None), len(calls))
    moved = {name: player for name, player in players(state).items() if player.updates > before[name][0]}
    parts = {"d": calls[:first], "g": calls[first:]} if len(moved) > 1 else dict.fromkeys(moved, calls)
    return {name: recorded(player, *before[name], state.penalty, parts[name]) for name, player in moved.items()}


def recorded(
    player: Player[Network], index: int, flat: Tensor, penalty: Tensor | None, calls: list[Call]
) -> RecordedUpdate:
    """What was seen of a player's update, given its index and its weights before."""
    assert player.grad is not None
    assert player.loss is not None
    return RecordedUpdate(player.net, index, flat, player.grad, player.net.flat.clone(), player.loss, penalty, calls)


def players(state: State) -> dict[str, Player[Network]]:
    """Both sides of the game by name."""
    return {"d": state.d, "g": state.g}
