"""Mistakes in a GAN's code, each trained as PyTorch would train it.

All are changes of one or two lines to the same loop, LOOP. In it a gradient is cleared right after the step that used
it (step, then zero_grad), so what any other loss writes into a network's gradients is still there at its next step;
hence `detach` and the frozen D. In PyTorch's own tutorial zero_grad comes right before backward instead: there
`detach_forgotten` and `d_not_frozen` change nothing but the time that an update takes, bit for bit (a test holds it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from ganlab.gan.losses import LOSSES

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
"""The right program, which the trainer runs where no mistake is made; a test executes it, and each wrong one."""


@dataclass(frozen=True)
class Mistake:
    """What is done instead, as code and as what the trainer does."""

    right: tuple[str, ...] = ()
    """Lines of LOOP."""
    wrong: tuple[str, ...] = ()
    """What stands in their place, line by line; none where they are left out."""
    leaks: str = ""
    """Whose loss, "d" or "g", writes into the other network's gradients too, where they wait for its next step."""
    keeps: bool = False
    """Whether no gradient is ever cleared, so that every step goes along the sum of all so far."""
    sigmoid: bool = False
    """Whether D ends in a sigmoid and both losses, which expect logits, take its output for one."""
    swaps: bool = False
    """Whether D's loss calls real points 0 and generated ones 1, while G's still aims at 1."""
    refused: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)
    """Where it makes no sense: reason's key -> test of the config."""

    @property
    def same_game(self) -> bool:
        """Whether both losses are still those of the plain game, so that its closed forms hold."""
        return not (self.sigmoid or self.swaps)

    def d_loss_inputs(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """What D's loss is given in the places of real and of generated points, at D's outputs on them."""
        real, fake = self.loss_input(real), self.loss_input(fake)
        return (fake, real) if self.swaps else (real, fake)

    def loss_input(self, output: Tensor) -> Tensor:
        """What a loss is given in the place of D's output."""
        return output.sigmoid() if self.sigmoid else output


def mistake_of(now: Any) -> Mistake:
    """The mistake that a config of any kind makes."""
    return MISTAKES[getattr(now, "mistake", "none")]


def program(key: str) -> str:
    """LOOP with a mistake in it."""
    text, wrong = LOOP, MISTAKES[key].wrong
    for i, line in enumerate(MISTAKES[key].right):
        whole = next(row for row in LOOP.splitlines(keepends=True) if row.strip() == line)
        text = text.replace(whole, whole.replace(line, wrong[i]) if wrong else "")
    return text


def does_nothing(config: Any) -> bool:
    """Whether the config's mistake changes no update: nobody is there to suffer it."""
    mistake, rests = mistake_of(config), [config.values(f"{player}_steps") == {0} for player in "dg"]
    return (bool(mistake.leaks) and any(rests)) or (mistake.swaps and rests[0] and config.values("unroll") == {0})


def simultaneous(config: Any) -> bool:
    """Whether both gradients are taken before either step, which LOOP does not do."""
    return bool(config.update == "simultaneous")


def foresees(config: Any) -> bool:
    """Whether G looks ahead at steps of D, which LOOP does not do."""
    return bool(config.unroll > 0)


def no_label(config: Any) -> bool:
    """Whether the loss has no labels."""
    return LOSSES[config.loss].smoothing is None


def no_sigmoid(config: Any) -> bool:
    """Whether the loss takes no sigmoid of D's output."""
    return not LOSSES[config.loss].logits


GRADIENTS: Mapping[str, Callable[[Any], bool]] = {"mistake_order": simultaneous, "mistake_unroll": foresees}
D_LOSS = "d_loss = bce(D(real), ones) + bce(D(fake.detach()), zeros)"
MISTAKES: dict[str, Mistake] = {
    "none": Mistake(),
    "detach_forgotten": Mistake(
        right=(D_LOSS,), wrong=(D_LOSS.replace(".detach()", ""),), leaks="d", refused=GRADIENTS
    ),
    "d_not_frozen": Mistake(right=("D.requires_grad_(False)", "D.requires_grad_(True)"), leaks="g", refused=GRADIENTS),
    "sigmoid_twice": Mistake(
        right=("D = nn.Sequential(*d_layers)",),
        wrong=("D = nn.Sequential(*d_layers, nn.Sigmoid())",),
        sigmoid=True,
        refused={"no_sigmoid": no_sigmoid},
    ),
    "labels_swapped": Mistake(
        right=(D_LOSS,),
        wrong=("d_loss = bce(D(real), zeros) + bce(D(fake.detach()), ones)",),
        swaps=True,
        refused={"no_label": no_label},
    ),
    "zero_grad_missing": Mistake(right=("opt_d.zero_grad()", "opt_g.zero_grad()"), keeps=True, refused=GRADIENTS),
}
"""What each does in LOOP, with σ the sigmoid, l D's output:

detach_forgotten: D's loss is also minimised by G. Of the non-saturating game G then gets E[softplus(-l) + softplus(l)],
least where D is undecided (l = 0), instead of E softplus(-l); of the saturating game nothing but noise, for both terms
cancel. With k updates of D, G suffers all k.

d_not_frozen: D's step follows the gradients of its own loss and of G's, which calls generated points real. (In Keras
the same comes of a combined model compiled without `trainable = False`, whose optimiser then moves D as well.)

sigmoid_twice: the loss sees s = σ(l) in (0, 1) as a logit. D's best is s = log(p/q) cut to [0, 1], so L_D never falls
below softplus(-1) + softplus(0) = 1.006, D calls everything 0 that is not more real than generated, and every gradient
has the factor s(1 - s), which vanishes where D is sure. "Real" still means s > ½ here, the meaning its author gives it.

labels_swapped: D learns 1 for generated points and G still goes where D says 1, so the two help each other: G flees the
data. D's accuracy, as it is counted, goes to 0. Swapped in G's loss as well, it would be the same game by other names.

zero_grad_missing: both networks' gradients add up from the first update on, like a momentum that never fades.
"""
