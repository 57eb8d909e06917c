"""Mistakes in the code of a GAN, each trained as PyTorch would train it.

Each mistake changes one or two lines of LOOP. LOOP clears a gradient right after the step that used it (step, then
zero_grad). A gradient that another loss adds to a network therefore remains until that network's next step; `detach`
and the frozen D prevent this. PyTorch's tutorial calls zero_grad right before backward instead. There
`detach_forgotten` and `d_not_frozen` change only the time of an update, not a single bit (a test checks this).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ganlab.gan.derivatives import slope, slopes
from ganlab.gan.losses import LOSSES, Loss

LOOP = """\
bce = nn.BCEWithLogitsLoss()
D = nn.Sequential(*d_layers)
for step in range(steps):
    for _ in range(d_steps):
        real, fake = data(), G(noise())
        d_loss = bce(D(real), ones) + bce(D(fake.detach()), zeros)
        d_loss.backward()
        opt_d.step()
        opt_d.zero_grad()
    D.requires_grad_(False)
    for _ in range(g_steps):
        g_loss = bce(D(G(noise())), ones)
        g_loss.backward()
        opt_g.step()
        opt_g.zero_grad()
    D.requires_grad_(True)
"""
"""The correct program: what the trainer computes without a mistake. A test executes it and every wrong version."""


@dataclass(frozen=True)
class Mistake:
    """A mistake, as changed lines of LOOP and as switches of the trainer."""

    right: tuple[str, ...] = ()
    """Lines of LOOP."""
    wrong: tuple[str, ...] = ()
    """Their replacements, line by line; empty where the lines are missing."""
    leaks: str = ""
    """The player, "d" or "g", whose loss also adds to the other network's gradients until that network's next step."""
    keeps: bool = False
    """Whether gradients are never cleared, so that each step uses their sum."""
    reads: Callable[[Tensor], Tensor] | None = None
    """What both losses take for D's output, as a function of it; None: the output itself."""
    reads_script: str = ""
    """The same in the exported script, with {} for D's output; "": it is left to be written by hand."""
    other_game: bool = False
    """Whether the losses are no longer those of the original game."""
    detaches: bool = False
    """Whether G's loss reaches none of G's weights."""
    swaps: bool = False
    """Whether D's loss labels real points 0 and generated ones 1, while G's loss still aims at 1."""
    refused: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)
    """Configs that it does not go with: key of the reason -> test of the config."""

    @property
    def same_game(self) -> bool:
        """Whether both losses are those of the original game, so that its closed forms hold."""
        return not self.other_game

    def d_loss_inputs(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """The arguments (real, fake) of D's loss, from D's outputs at real and at generated points."""
        real, fake = self.loss_input(real), self.loss_input(fake)
        return (fake, real) if self.swaps else (real, fake)

    def d_slopes(self, loss: Loss, real: Tensor, fake: Tensor, smoothing: float) -> tuple[Tensor, Tensor, Tensor]:
        """D's loss at D's outputs (..., B), and its gradients at both, (...), (..., B), (..., B)."""
        if self.reads:
            return slopes(lambda a, b: loss.discriminator(*self.d_loss_inputs(a, b), smoothing), real, fake)
        if not self.swaps:
            return loss.discriminator_slopes(real, fake, smoothing)
        value, at_fake, at_real = loss.discriminator_slopes(fake, real, smoothing)
        return value, at_real, at_fake

    def g_slope(self, loss: Loss, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """G's loss at D's outputs (..., B), and its gradient at the fake ones, (...), (..., B)."""
        if self.reads:
            return slope(lambda x: loss.generator(self.loss_input(real), self.loss_input(x)), fake)
        return loss.generator_slope(real, fake)

    def loss_input(self, output: Tensor) -> Tensor:
        """The argument of a loss that stands for D's output."""
        return self.reads(output) if self.reads else output


def mistake_of(now: Any) -> Mistake:
    """The mistake that a config chooses."""
    return MISTAKES[getattr(now, "mistake", "none")]


def program(key: str) -> str:
    """LOOP with a mistake in it."""
    text, wrong = LOOP, MISTAKES[key].wrong
    for i, line in enumerate(MISTAKES[key].right):
        whole = next(row for row in LOOP.splitlines(keepends=True) if row.strip() == line)
        text = text.replace(whole, whole.replace(line, wrong[i]) if wrong else "")
    return text


def does_nothing(config: Any) -> bool:
    """Whether the config's mistake changes no update."""
    mistake, rests = mistake_of(config), [config.values(f"{player}_steps") == {0} for player in "dg"]
    swaps_nothing = mistake.swaps and rests[0] and config.values("unroll") == {0}
    return (bool(mistake.leaks) and any(rests)) or swaps_nothing or (mistake.detaches and rests[1])


def simultaneous(config: Any) -> bool:
    """Whether both gradients are computed before either step; LOOP does not do that."""
    return bool(config.update == "simultaneous")


def foresees(config: Any) -> bool:
    """Whether D is unrolled; LOOP does not do that."""
    return bool(config.unroll > 0)


def no_label(config: Any) -> bool:
    """Whether the loss has no labels."""
    return LOSSES[config.loss].smoothing is None


def no_sigmoid(config: Any) -> bool:
    """Whether the loss does not apply a sigmoid to D's output."""
    return not LOSSES[config.loss].logits


def clipped(output: Tensor) -> Tensor:
    """The logit of σ(output) clipped to [CLIP, 1 - CLIP], so that -log σ is at most 16.118; no gradient beyond it."""
    return torch.logit(output.sigmoid(), eps=CLIP)


CLIP = 1e-7
"""Where a clipped probability ends: Keras' default."""
GRADIENTS: Mapping[str, Callable[[Any], bool]] = {"mistake_order": simultaneous, "mistake_unroll": foresees}
D_LOSS = "d_loss = bce(D(real), ones) + bce(D(fake.detach()), zeros)"
G_LOSS = "g_loss = bce(D(G(noise())), ones)"
MISTAKES: dict[str, Mistake] = {
    "none": Mistake(),
    "detach_forgotten": Mistake(
        right=(D_LOSS,), wrong=(D_LOSS.replace(".detach()", ""),), leaks="d", refused=GRADIENTS
    ),
    "d_not_frozen": Mistake(right=("D.requires_grad_(False)", "D.requires_grad_(True)"), leaks="g", refused=GRADIENTS),
    "sigmoid_twice": Mistake(
        right=("D = nn.Sequential(*d_layers)",),
        wrong=("D = nn.Sequential(*d_layers, nn.Sigmoid())",),
        reads=torch.sigmoid,
        reads_script="torch.sigmoid({})",
        other_game=True,
        refused={"no_sigmoid": no_sigmoid},
    ),
    "labels_swapped": Mistake(
        right=(D_LOSS,),
        wrong=("d_loss = bce(D(real), zeros) + bce(D(fake.detach()), ones)",),
        swaps=True,
        other_game=True,
        refused={"no_label": no_label},
    ),
    "zero_grad_missing": Mistake(right=("opt_d.zero_grad()", "opt_g.zero_grad()"), keeps=True, refused=GRADIENTS),
    "log_clipped": Mistake(
        right=("bce = nn.BCEWithLogitsLoss()",),
        wrong=("bce = lambda l, y: nn.BCELoss()(l.sigmoid().clamp(1e-7, 1 - 1e-7), y)",),
        reads=clipped,
        reads_script="torch.logit(torch.sigmoid({}), eps=1e-7)",
        refused={"no_sigmoid": no_sigmoid, "no_label": no_label},
    ),
    "g_detached": Mistake(
        right=(G_LOSS,),
        wrong=("g_loss = bce(D(G(noise()).detach()), ones).requires_grad_()",),
        detaches=True,
        refused={"mistake_unroll": foresees},
    ),
}
"""Their effect in LOOP, where σ is the sigmoid and l is D's output:

detach_forgotten: G also minimises D's loss. In the non-saturating game G minimises E[softplus(-l) + softplus(l)], with
its minimum at l = 0 (D undecided), instead of E softplus(-l). In the saturating game both terms cancel and only noise
remains. With k updates of D, all k gradients reach G.

d_not_frozen: D's step uses the sum of the gradients of its own loss and of G's loss, which labels generated points as
real. (In Keras a combined model compiled without `trainable = False` does the same: its optimiser also updates D.)

sigmoid_twice: the loss uses s = σ(l) in (0, 1) as a logit. The optimal s is log(p/q) clipped to [0, 1]. L_D is
therefore at least softplus(-1) + softplus(0) = 1.006, and s = 0 wherever real points are not the more likely ones.
Every gradient has the factor s(1 - s), which vanishes where D is sure. "Real" still means s > ½, as the author intends.

labels_swapped: D learns 1 for generated points and G still aims at 1. Both players cooperate, and G leaves the data.
D's accuracy falls to 0. With labels swapped in G's loss as well, the game would be the original one.

zero_grad_missing: the gradients of both networks accumulate from the first update on, like momentum without decay.

log_clipped: the loss takes log of σ(l), clipped to [1e-7, 1 - 1e-7], as Keras does with outputs that are
probabilities. Where σ(l) is beyond the clip, the gradient is exactly 0. If that is so at all generated points, G stands
still: L_G is -log 1e-7 = 16.118 if D sees through them, and their part of L_D is 15.942 (1 - 1e-7 in single precision)
if D takes them for real. With logits a player that is wrong has a gradient near -1 there: only the clip takes it away.

g_detached: G's loss does not reach G. PyTorch refuses to go backward from such a loss; `requires_grad_()` silences
that. G keeps its first weights, and D alone learns.
"""
