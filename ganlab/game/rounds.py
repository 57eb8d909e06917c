"""A training round of any GAN: D's updates, then G's; at its end divergence is checked and edits take effect.

Each kind's trainer supplies the two gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch
from torch import Tensor

from ganlab.game.config import GanConfig
from ganlab.game.state import GanState
from ganlab.gan.losses import LOSSES
from ganlab.gan.regularizers import REGULARIZERS

S = TypeVar("S", bound=GanState[Any, Any])
Gradient = Callable[[S], None]
"""(state) -> None; stores a player's loss and gradient."""
BLOWN_UP = 1e6
"""A member has diverged when a loss exceeds this or is not finite."""
HEAVY = 10.0
"""A penalty's weight from which it is the likeliest cause."""


def update(state: S, d_gradient: Gradient[S], g_gradient: Gradient[S]) -> None:
    """One update of D or of G, in place; of both where a round's last D and first G update are simultaneous."""
    now = state.now
    if state.turn == 0:
        state.d.loss = state.g.loss = state.penalty = None
    meet = now.update == "simultaneous" and now.d_steps > 0 and now.g_steps > 0 and state.turn == now.d_steps - 1
    if state.turn < now.d_steps:
        d_gradient(state)
    if state.turn >= now.d_steps or meet:
        g_gradient(state)
    if state.turn < now.d_steps:
        state.d.step(now.rule("d"), now.d_lr, now.beta1, now.beta2)
        if after_step := REGULARIZERS[now.regularizer].after_step:
            after_step(state.d.net, now)
    if state.turn >= now.d_steps or meet:
        state.g.step(now.rule("g"), now.g_lr, now.beta1, now.beta2)
    state.turn += 1 + meet
    if state.turn == now.d_steps + now.g_steps:
        end_round(state)


def end_round(state: GanState[Any, Any]) -> None:
    """Counts the step, checks for divergence, and applies the edits that start at the next step."""
    state.step, state.turn = state.step + 1, 0
    losses = {"d_loss": state.d.loss, "g_loss": state.g.loss, "penalty": state.penalty}
    blown_up = {name: loss for name, loss in losses.items() if loss is not None and not within_bounds(loss)}
    if blown_up:
        note_divergence(state, {name: ~(loss.abs() <= BLOWN_UP).cpu() for name, loss in blown_up.items()})
    if any(start == state.step for start, _, _ in state.config.edits):
        state.now = state.config.at(state.step)


def within_bounds(loss: Tensor) -> bool:
    """Whether every member's loss is finite and at most BLOWN_UP."""
    return loss.abs().max().item() <= BLOWN_UP


def note_divergence(state: GanState[Any, Any], blown_up: dict[str, Tensor]) -> None:
    """Records the step at which members diverged; for the first one also the quantity and the likely cause."""
    fresh = torch.stack(list(blown_up.values())).any(0) & (state.diverged_at < 0)
    state.diverged_at = torch.where(fresh, state.step, state.diverged_at)
    if not state.facts:
        quantity = next(name for name, bad in blown_up.items() if bool(bad.any()))
        state.facts = {"step": state.step, "quantity": quantity, "knob": likely_cause(state.now, quantity)}


def likely_cause(config: GanConfig, quantity: str) -> str | None:
    """The field that most likely made a quantity diverge; one always has an effect."""
    return config.effective(suspects(config, quantity))


def suspects(config: GanConfig, quantity: str) -> Iterator[str]:
    """Fields that may have made a quantity diverge, likeliest first, whether or not they have an effect."""
    yield from config.wrong()
    if config.d_steps == 0:
        yield "d_steps"
    if LOSSES[config.loss].lipschitz and config.regularizer == "none" and not config.spectral_norm:
        yield "regularizer"
    constraint = REGULARIZERS[config.regularizer]
    weight = constraint.knob if constraint.penalty else None
    if weight and (quantity == "penalty" or getattr(config, weight) >= HEAVY):
        yield weight
    yield from ("d_lr", "g_lr") if config.d_lr >= config.g_lr else ("g_lr", "d_lr")
