"""Traces one update of D and one of G: the numbers of every stage, as training computes them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import mistake_of
from ganlab.gan.nets import Network
from ganlab.plane import train
from ganlab.plane.config import PlaneConfig
from ganlab.plane.state import State
from ganlab.service.replay import state_at
from ganlab.store.runs import Store
from ganlab.trace.recorder import RecordedUpdate, record_round

SHOWN = 256
"""Number of points of a batch in a trace, at most; its numbers are of the whole batch."""
COORDINATES = 8
"""Number of coordinates of z in a trace, at most."""


class TraceError(ValueError):
    """The run has diverged, so there is no update after this step."""


@dataclass(frozen=True, eq=False)
class Stop:
    """One stage of an update."""

    key: str
    """One of STOPS."""
    numbers: dict[str, float] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    """float32: points (P, d), z (P, ≤ COORDINATES), one number for each pack (P / packing,) or layer (L,)."""


@dataclass(frozen=True, eq=False)
class Trace:
    """One member's updates from a step to the next: the round's last update of D and its first update of G.

    Simultaneous updates both start from the same weights. A player without updates has no stops.
    """

    step: int
    member: int
    d_update: int | None
    """The number of D's update in the run, from 0; None if D has no update."""
    g_update: int | None
    batch: int
    """Number of points in a batch; the first SHOWN are in the arrays."""
    stops: tuple[Stop, ...]
    """In the order of STOPS."""

    def to_json(self) -> dict[str, Any]:
        """The trace as plain values, exact to float32; None for a number that is not finite."""
        values = vars(self) | {"stops": [vars(stop) for stop in self.stops]}
        return {name: plain(value) for name, value in values.items()}


def trace(store: Store, config: PlaneConfig, step: int, member: int = 0) -> Trace:
    """The trace of a run at a step, replayed from the nearest checkpoint. Raises TraceError if the run has ended."""
    return trace_of(state_at(store, train, config, step), member)


def trace_of(state: State, member: int = 0) -> Trace:
    """The trace from a state to its next step; the state is unchanged. Raises TraceError if the run has ended."""
    if state.outcome:
        raise TraceError(f"step={state.step}: expected a run that goes on")
    _, d, g = record_round(state)
    view = View(state.now, member)
    stops = [*(d_stops(d, view) if d else ()), *(g_stops(g, view) if g else ())]
    d_update, g_update = (seen.index if seen else None for seen in (d, g))
    return Trace(state.step, member, d_update, g_update, state.now.batch_size, tuple(stops))


@dataclass(frozen=True)
class View:
    """The part of an update that a trace contains: one member and the first whole packs of a batch."""

    now: PlaneConfig
    member: int

    @property
    def packs(self) -> int:
        """Number of packs in a batch."""
        return self.now.batch_size // self.now.packing

    @property
    def shown(self) -> int:
        """Number of packs in the trace."""
        return min(self.packs, SHOWN // self.now.packing)

    def points(self, batch: Tensor) -> np.ndarray:
        """(M, B, d) -> (P, d)."""
        return batch[self.member, : self.shown * self.now.packing].numpy()

    def each(self, packs: Tensor) -> np.ndarray:
        """(M, B / packing) -> (P / packing,)."""
        return packs[self.member, : self.shown].numpy()

    def one(self, values: Tensor) -> float:
        """(M,) -> this member's value."""
        return values[self.member].item()

    def layers(self, net: Network, flat: Tensor) -> np.ndarray:
        """The Euclidean norm of each layer's share of a vector laid out as net.flat, weights and bias as one, (L,)."""
        parts = torch.split(flat, [param.numel() for param in net.params])
        own = [part.view(self.now.members, -1)[self.member] for part in parts]
        return np.array([torch.cat(own[i : i + 2]).norm().item() for i in range(0, len(own), 2)], np.float32)


def d_stops(seen: RecordedUpdate, view: View) -> Iterator[Stop]:
    """The stops of D's update. `seen_*` is D's input: the points, with the instance noise if there is any."""
    born, asked = seen.called("g")[0], seen.called("d")
    inputs = torch.cat([call.given for call in asked], 1)[:, : 2 * view.packs]
    logits = torch.cat([call.answer for call in asked], 1)[:, : 2 * view.packs, 0]
    real, fake = (half.reshape(view.now.members, -1, view.now.dim) for half in inputs.chunk(2, 1))
    said = dict(zip(("real", "fake"), logits.chunk(2, 1), strict=True))
    yield Stop("d_noise", arrays={"z": view.points(born.given[..., :COORDINATES])})
    yield Stop("d_fake", arrays={"fake": view.points(born.answer)})
    yield Stop("d_real", arrays={"seen_real": view.points(real), "seen_fake": view.points(fake)})
    yield Stop("d_judge", *outputs(said, view))
    yield Stop("d_loss", {"d_loss": view.one(seen.loss)} | terms(said, view), costs(said, view))
    if seen.penalty is not None:
        yield Stop("d_penalty", {"penalty": view.one(seen.penalty), "total": view.one(seen.loss + seen.penalty)})
    yield from step("d", seen, view)


def g_stops(seen: RecordedUpdate, view: View) -> Iterator[Stop]:
    """The stops of G's update. `moved` holds its points after the update."""
    born, asked = seen.called("g")[0], seen.called("d")
    assert born.slope is not None
    answers = [call.answer[..., 0] for call in asked if call.through][-1:]
    if answers and LOSSES[view.now.loss].generator_sees_real:
        answers += [call.answer[..., 0] for call in asked if not call.through][-1:]
    yield Stop("g_noise", arrays={"z": view.points(born.given[..., :COORDINATES])})
    yield Stop("g_fake", arrays={"fake": view.points(born.answer)})
    if answers:  # none if G does not aim at D's output
        yield Stop("g_judge", *outputs(dict(zip(("fake", "real"), answers, strict=False)), view))
    yield Stop("g_loss", {"g_loss": view.one(seen.loss)})
    push = -born.slope * view.packs
    yield Stop("g_push", {"mean": view.one(push.norm(dim=-1).mean(-1))}, {"push": view.points(push)})
    *first, last = step("g", seen, view)
    with torch.no_grad():
        last.arrays["moved"] = view.points(Network.__call__(seen.net, born.given))
    yield from (*first, last)


def step(player: str, seen: RecordedUpdate, view: View) -> Iterator[Stop]:
    """The stops of the gradient and of the step, as norms over all weights and over each layer."""
    for key, flat in (("gradient", seen.grad), ("step", seen.after - seen.before)):
        yield Stop(f"{player}_{key}", {"norm": view.one(seen.net.norms(flat))}, {"layers": view.layers(seen.net, flat)})


Logits = dict[str, Tensor]
"""D's outputs (M, B / packing) on real and on fake packs, by name."""


def outputs(said: Logits, view: View) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """(the means over the batch, the outputs)."""
    means = {name: view.one(logits.mean(-1)) for name, logits in said.items()}
    return means, {name: view.each(logits) for name, logits in said.items()}


def terms(said: Logits, view: View) -> dict[str, float]:
    """The two terms of D's loss; none if the loss compares pairs."""
    return {name: view.one(cost.mean(-1)) for name, cost in priced(said, view).items()}


def costs(said: Logits, view: View) -> dict[str, np.ndarray]:
    """The contribution of each pack to its term of the loss."""
    return {name: view.each(cost) for name, cost in priced(said, view).items()}


def priced(said: Logits, view: View) -> Logits:
    """D's loss at each of its outputs."""
    loss, smoothing, mistake = LOSSES[view.now.loss], view.now.label_smoothing, mistake_of(view.now)
    logits = {name: mistake.loss_input(output) for name, output in said.items()}
    places = ("fake", "real") if mistake.swaps else ("real", "fake")
    found = {name: term(logits[name]) for name, term in zip(places, loss.terms or (), strict=False)}
    if smoothing and loss.smoothing:
        found[places[0]] = found[places[0]] + loss.smoothing(logits[places[0]][..., None], smoothing)
    return {name: found[name] for name in said if name in found}


def plain(value: Any) -> Any:
    """Arrays as lists, floats with the nine digits of a float32, None for those that are not finite."""
    if isinstance(value, dict):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(entry) for entry in (value.tolist() if isinstance(value, np.ndarray) else value)]
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else None
    return value


STOPS = (
    "d_noise",
    "d_fake",
    "d_real",
    "d_judge",
    "d_loss",
    "d_penalty",
    "d_gradient",
    "d_step",
    "g_noise",
    "g_fake",
    "g_judge",
    "g_loss",
    "g_push",
    "g_gradient",
    "g_step",
)
"""Every possible stop of a trace, in order. The page has a sentence and a formula for each."""
