"""Records one round of training on a copy of a state: every call of both networks and its gradient."""

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
    """One forward pass of a network: its input and output."""

    net: str
    """d or g."""
    given: Tensor
    """(M, B, in)."""
    answer: Tensor
    """(M, B, out)."""
    through: bool
    """Whether a gradient can flow back to the source of the input."""
    slope: Tensor | None = None
    """The gradient of the loss at the output, of its shape; None if nothing was propagated back."""

    def note(self, slope: Tensor) -> None:
        """Stores the gradient at the output."""
        self.slope = slope.detach()


class RecordingNetwork(Network):
    """A network that records every call. It shares the weights and all else with the given network."""

    def __init__(self, net: Network, name: str):
        vars(self).update(vars(net))
        self.name = name
        self.calls: list[Call] = []

    def __call__(self, x: Tensor, *rest: Any, **options: Any) -> Tensor:
        """The same output as the network's own."""
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
    """The number of the update among this player's, from 0."""
    before: Tensor
    """All weights, laid out as net.flat, like the next two."""
    grad: Tensor
    after: Tensor
    loss: Tensor
    """(M,)."""
    penalty: Tensor | None
    """(M,), D's."""
    calls: list[Call]
    """The calls of both networks that this player's gradient needed."""

    def called(self, net: str) -> list[Call]:
        """The calls of one network, in order."""
        return [call for call in self.calls if call.net == net]


def record_round(state: State) -> tuple[State, RecordedUpdate | None, RecordedUpdate | None]:
    """(the state at the next step, the round's last update of D, its first of G); the given one stays as it is."""
    copy = copied(state)
    d, g = None, None
    while copy.step == state.step:
        seen = update(copy)
        d, g = seen.get("d", d), g or seen.get("g")
    return copy, d, g


def copied(state: State) -> State:
    """An equal state that shares nothing with the given one."""
    return train.restore(state.config, train.checkpoint(state))


def update(state: State) -> dict[str, RecordedUpdate]:
    """Makes one update, in place, as training does; returns the record of each player that was updated."""
    before = {name: (player.updates, player.net.flat.clone()) for name, player in players(state).items()}
    calls = next_calls(state)
    train.update(state)
    first = next((i for i, call in enumerate(calls) if call.net == "g" and call.slope is not None), len(calls))
    moved = {name: player for name, player in players(state).items() if player.updates > before[name][0]}
    parts = {"d": calls[:first], "g": calls[first:]} if len(moved) > 1 else dict.fromkeys(moved, calls)
    return {name: recorded(player, *before[name], state.penalty, parts[name]) for name, player in moved.items()}


def next_calls(state: State) -> list[Call]:
    """The calls of both networks in the state's next update, made by autograd on a copy."""
    copy = copied(state)
    record_calls(copy)
    calls: list[Call] = []
    for player in players(copy).values():
        assert isinstance(player.net, RecordingNetwork)
        player.net.calls = calls
    train.update(copy)
    return calls


def record_calls(state: State) -> None:
    """Replaces both networks by recording ones, in place; also `g_ema` if it is G itself."""
    one, state.by_autograd = state.g_ema is state.g.net, True
    for name, player in players(state).items():
        player.net = RecordingNetwork(player.net, name)
    if one:
        state.g_ema = state.g.net


def recorded(
    player: Player[Network], index: int, flat: Tensor, penalty: Tensor | None, calls: list[Call]
) -> RecordedUpdate:
    """The record of a player's update, given its number and the weights before it."""
    assert player.grad is not None
    assert player.loss is not None
    return RecordedUpdate(player.net, index, flat, player.grad, player.net.flat.clone(), player.loss, penalty, calls)


def players(state: State) -> dict[str, Player[Network]]:
    """Both sides of the game by name."""
    return {"d": state.d, "g": state.g}
