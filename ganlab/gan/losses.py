"""Adversarial losses on logits. Both players minimise; logarithms are natural.

A `Loss` holds all that is specific to one loss. Where an optional field is missing, pages and exports say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

from ganlab.gan import derivatives

Term = Callable[[Tensor], Tensor]
"""D's cost of one logit, elementwise."""
Pair = Callable[[Tensor, Tensor], Tensor]
"""D's cost of a pair of a real and a fake logit, elementwise."""


@dataclass(frozen=True)
class LossFormulas:
    """A loss in LaTeX, as templates: $real and $fake are the inputs, $mean is the mean over the batch.

    D's own loss says `D`. G's loss says `$D`: with unrolling G is judged by a D some steps ahead, and `$D` becomes that
    one's symbol.
    """

    discriminator: tuple[str, ...]
    """The summands of D's loss: of real and of fake inputs, or of pairs."""
    generator: str
    smoothed: str = ""
    """The term of real inputs that are labelled $label, which is 1 - $rest; "" without labels."""


@dataclass(frozen=True, kw_only=True)
class Loss:
    """The objectives of D and G, and their values when D cannot distinguish real from generated."""

    terms: tuple[Term, Term] | None = None
    """D's loss is the mean of the first over real logits plus that of the second over fake ones; None: see pairs."""
    pairs: Pair | None = None
    """D's loss is the mean of this over pairs of a real and a fake logit; None: see terms."""
    generator: Callable[[Tensor, Tensor], Tensor]
    """(real_logits, fake_logits), each (..., B) -> (...)."""
    source: str
    equilibrium: tuple[float, float] | None = None
    """(L_D, L_G) at p_g = p_data with optimal D; None if D's optimum is not unique or unknown."""
    g_free: bool = False
    """Whether several optimal D give G different losses at the equilibrium, of which `equilibrium` has one."""
    threshold: float | None = None
    """D's output above which it says "real"; None where D only compares."""
    sure: float = 1.0
    """Distance from the threshold at which D is fairly sure; the scale of the colours in slow motion.

    1.5 for a cross entropy, as σ(1.5) = 0.82; else the distance to the output that D aims at. Unused where D only
    compares.
    """
    d_slopes: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]] | None = None
    """The derivatives of D's cost at its real and its fake logits, elementwise, in new memory; None: by autograd."""
    g_slope: Callable[[Tensor, Tensor], Tensor] | None = None
    """(real_logits, fake_logits) -> the derivative of G's cost at each fake one, in new memory; None: by autograd."""
    logits: bool = False
    """Whether the loss takes the sigmoid of D's output l, also where it is written as softplus(-l) = -log σ(l)."""
    generator_sees_real: bool = False
    """Whether G's loss depends on the real logits; if not, the trainer does not compute them."""
    smoothing: Callable[[Tensor, float], Tensor] | None = None
    """(real_logits, α) -> (...): an addition to D's loss if real points have the label 1 - α; None without labels."""
    spoken: Callable[[float], float] | None = None
    """Probability of "real" -> D's output; None without labels."""
    saturates: bool = False
    """Whether G's gradient vanishes where D is sure that a point is generated."""
    lipschitz: bool = False
    """Whether D's loss is unbounded below unless D's slope is bounded."""
    collapse: str = ""
    """The field of theory.Collapse with G's loss in a collapse; "" without a closed form."""
    tex: LossFormulas | None = None
    """None: slow motion shows the numbers alone."""
    script: str = ""
    """d_loss(real, fake) and g_loss(fake), or g_loss(real, fake) if G sees real logits (B,), in the exported script;
    softly(text) is text with α for {0}, or "". "": both are left to be written by hand."""

    def __post_init__(self) -> None:
        if (self.terms is None) == (self.pairs is None):
            raise ValueError("terms, pairs: expected one of both")

    @property
    def probability(self) -> bool:
        """Whether D's output on one input is the logit of a probability."""
        return self.logits and self.terms is not None

    def discriminator(self, real: Tensor, fake: Tensor, smoothing: float = 0.0) -> Tensor:
        """D's objective at logits (..., B) -> (...); real points are labelled 1 - α (one-sided, arXiv:1701.00160)."""
        if self.pairs:
            loss = self.pairs(real, fake).mean(-1)
        else:
            assert self.terms is not None
            loss = self.terms[0](real).mean(-1) + self.terms[1](fake).mean(-1)
        return loss + self.smoothing(real, smoothing) if smoothing and self.smoothing else loss

    def discriminator_slopes(self, real: Tensor, fake: Tensor, smoothing: float = 0.0) -> tuple[Tensor, Tensor, Tensor]:
        """D's objective at logits (..., B), and its gradients at both, (...), (..., B), (..., B)."""
        if self.d_slopes is None or smoothing:
            return derivatives.slopes(lambda one, other: self.discriminator(one, other, smoothing), real, fake)
        at_real, at_fake = self.d_slopes(real, fake)
        return self.discriminator(real, fake), at_real.div_(real.shape[-1]), at_fake.div_(fake.shape[-1])

    def generator_slope(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """G's objective at logits (..., B), and its gradient at the fake ones, (...), (..., B)."""
        if self.g_slope is None:
            return derivatives.slope(lambda logits: self.generator(real, logits), fake)
        return self.generator(real, fake), self.g_slope(real, fake).div_(fake.shape[-1])

    def balance(self, smoothing: float = 0.0) -> tuple[float, float] | None:
        """(L_D, L_G) at p_g = p_data with D optimal, where real points are labelled 1 - α."""
        if not smoothing or (undecided := self.undecided(smoothing)) is None:
            return self.equilibrium
        blind = torch.tensor([undecided], dtype=torch.float64)
        return self.discriminator(blind, blind, smoothing).item(), self.generator(blind, blind).item()

    def undecided(self, smoothing: float = 0.0) -> float | None:
        """D's optimal output where real and generated are equally likely: probability (1 - α)/2 with labels 1 - α."""
        return self.spoken((1 - smoothing) / 2) if smoothing and self.spoken else self.threshold


# Cross entropy


ENTROPIES: tuple[Term, Term] = (lambda real: softplus(-real), softplus)
"""-log D(x) and -log(1 - D(G(z))) with D = σ(logit); both log 2 when D is blind."""


def soft_entropy(real: Tensor, smoothing: float) -> Tensor:
    """α E logit, the difference of -(1 - α) log D - α log(1 - D) and -log D. Logits (..., B) -> (...)."""
    return smoothing * real.mean(-1)


def logit(probability: float) -> float:
    """log(p/(1 - p))."""
    return log(probability / (1 - probability))


def saturating_g(real: Tensor, fake: Tensor) -> Tensor:
    """E log(1 - D(G(z))), the minimax G; -log 2 when D is blind. Logits (..., B) -> (...)."""
    return -softplus(fake).mean(-1)


def nonsaturating_g(real: Tensor, fake: Tensor) -> Tensor:
    """-E log D(G(z)); log 2 when D is blind. Logits (..., B) -> (...)."""
    return softplus(-fake).mean(-1)


ENTROPY_TEX = r"-$mean \log D($real)", r"- $mean \log(1 - D($fake))"
SOFT_ENTROPY_TEX = r"-$mean \bigl[$label\log D($real) \\ &\qquad + $rest\log(1 - D($real))\bigr]"
ENTROPY_SCRIPT = '''
def d_loss(real, fake):
    """-E log D(x) - E log(1 - D(G(z))), where D is the sigmoid of its output; log 4 for a blind D."""
    return softplus(-real).mean() + softplus(fake).mean(){{ softly(" + {0} * real.mean()") }}
'''
NONSATURATING_SCRIPT = '''

def g_loss(fake):
    """-E log D(G(z)): strong gradients as long as D is not fooled; log 2 for a blind D."""
    return softplus(-fake).mean()
'''
SATURATING_SCRIPT = '''

def g_loss(fake):
    """E log(1 - D(G(z))), the minimax game: hardly a gradient while D is not fooled; -log 2 for a blind D."""
    return -softplus(fake).mean()
'''

# Least squares


SQUARES: tuple[Term, Term] = (lambda real: (real - 1).square() / 2, lambda fake: fake.square() / 2)
"""½(D(x) - 1)² and ½D(G(z))²; both ⅛ at the blind D = ½."""


def soft_square(real: Tensor, smoothing: float) -> Tensor:
    """α E(D(x) - 1) + α²/2, the difference of ½(D - 1 + α)² and ½(D - 1)². Outputs (..., B) -> (...)."""
    return smoothing * (real.mean(-1) - 1) + smoothing**2 / 2


def least_squares_g(real: Tensor, fake: Tensor) -> Tensor:
    """½E(D(G(z)) - 1)²; ⅛ at the blind D = ½. Outputs (..., B) -> (...)."""
    return (fake - 1).square().mean(-1) / 2


SQUARES_TEX = r"$mean \tfrac12\bigl(D($real) - 1\bigr)^2", r"+ $mean \tfrac12 D($fake)^2"
SOFT_SQUARE_TEX = r"$mean \tfrac12\bigl(D($real) - $label\bigr)^2"
SQUARES_SCRIPT = '''
def d_loss(real, fake):
    """D's output should be 1 for real points and 0 for generated ones (arXiv:1611.04076)."""
    squares = (real - 1).square().mean() + fake.square().mean()
    return squares / 2{{ softly(" + {0} * (real.mean() - 1) + {0}**2 / 2") }}


def g_loss(fake):
    """G wants D's output to be 1."""
    return (fake - 1).square().mean() / 2
'''

# Critics: D's output is no probability


HINGES: tuple[Term, Term] = (lambda real: relu(1 - real), lambda fake: relu(1 + fake))
"""max(0, 1 - D(x)) and max(0, 1 + D(G(z))); both 1 when D is blind (0 everywhere)."""
DISTANCE: tuple[Term, Term] = (lambda real: -real, lambda fake: fake)
"""-D(x) and D(G(z)): their sum is minus the critic's estimate of the distance."""


def critic_g(real: Tensor, fake: Tensor) -> Tensor:
    """-E D(G(z)). Outputs (..., B) -> (...)."""
    return -fake.mean(-1)


HINGES_TEX = r"$mean \max(0, 1 - D($real))", r"+ $mean \max(0, 1 + D($fake))"
DISTANCE_TEX = "-$mean D($real)", "+ $mean D($fake)"
CRITIC_G_TEX = "-$mean $D($fake)"
HINGE_SCRIPT = '''
def d_loss(real, fake):
    """D's output should be above 1 for real points and below -1 for generated ones; 2 for a blind D."""
    return relu(1 - real).mean() + relu(1 + fake).mean()
'''
CRITIC_SCRIPT = '''
def d_loss(real, fake):
    """Minus the critic's estimate of the distance between real and generated points (arXiv:1701.07875)."""
    return fake.mean() - real.mean()
'''
CRITIC_G_SCRIPT = '''

def g_loss(fake):
    """G wants D's output high."""
    return -fake.mean()
'''

# Pairs


def relativistic_pair(real: Tensor, fake: Tensor) -> Tensor:
    """softplus(-(D(x) - D(G(z)))); log 2 when D is blind."""
    return softplus(fake - real)


def relativistic_g(real: Tensor, fake: Tensor) -> Tensor:
    """E softplus(-(D(G(z)) - D(x))) over pairs; log 2 when D is blind. Logits (..., B) -> (...)."""
    return softplus(real - fake).mean(-1)


RELATIVISTIC_TEX = r"$mean \log\bigl(1 + e^{D($fake) - D($real)}\bigr)"
RELATIVISTIC_G_TEX = r"$mean \log\bigl(1 + e^{$D($real) - $D($fake)}\bigr)"
RELATIVISTIC_SCRIPT = '''
def d_loss(real, fake):
    """A real point should get more than the generated one beside it (arXiv:2501.05441); log 2 for a blind D."""
    return softplus(fake - real).mean()


def g_loss(real, fake):
    """A generated point should get more than the real one beside it."""
    return softplus(real - fake).mean()
'''

LOSSES = {
    "nonsaturating": Loss(
        terms=ENTROPIES,
        generator=nonsaturating_g,
        d_slopes=derivatives.entropy_slopes,
        g_slope=derivatives.nonsaturating_slope,
        source="arXiv:1406.2661 sec. 3",
        equilibrium=(log(4), log(2)),
        threshold=0.0,
        sure=1.5,
        logits=True,
        smoothing=soft_entropy,
        spoken=logit,
        collapse="g_loss",
        tex=LossFormulas(ENTROPY_TEX, r"-$mean \log $D($fake)", SOFT_ENTROPY_TEX),
        script=ENTROPY_SCRIPT + NONSATURATING_SCRIPT,
    ),
    "saturating": Loss(
        terms=ENTROPIES,
        generator=saturating_g,
        d_slopes=derivatives.entropy_slopes,
        g_slope=derivatives.saturating_slope,
        source="arXiv:1406.2661 eq. 1",
        equilibrium=(log(4), -log(2)),
        threshold=0.0,
        sure=1.5,
        logits=True,
        smoothing=soft_entropy,
        spoken=logit,
        saturates=True,
        collapse="g_loss_saturating",
        tex=LossFormulas(ENTROPY_TEX, r"$mean \log(1 - $D($fake))", SOFT_ENTROPY_TEX),
        script=ENTROPY_SCRIPT + SATURATING_SCRIPT,
    ),
    "least_squares": Loss(
        terms=SQUARES,
        generator=least_squares_g,
        d_slopes=derivatives.square_slopes,
        g_slope=derivatives.square_slope,
        source="arXiv:1611.04076",
        equilibrium=(0.25, 0.125),
        threshold=0.5,
        sure=0.5,
        smoothing=soft_square,
        spoken=float,
        tex=LossFormulas(SQUARES_TEX, r"$mean \tfrac12\bigl($D($fake) - 1\bigr)^2", SOFT_SQUARE_TEX),
        script=SQUARES_SCRIPT,
    ),
    "hinge": Loss(
        terms=HINGES,
        generator=critic_g,
        d_slopes=derivatives.hinge_slopes,
        g_slope=derivatives.critic_slope,
        source="arXiv:1802.05957",
        equilibrium=(2.0, 0.0),
        g_free=True,  # a constant D from -1 to 1 costs 2, and G then minus that constant
        threshold=0.0,
        tex=LossFormulas(HINGES_TEX, CRITIC_G_TEX),
        script=HINGE_SCRIPT + CRITIC_G_SCRIPT,
    ),
    "wasserstein": Loss(
        terms=DISTANCE,
        generator=critic_g,
        d_slopes=derivatives.distance_slopes,
        g_slope=derivatives.critic_slope,
        source="arXiv:1701.07875",
        lipschitz=True,
        tex=LossFormulas(DISTANCE_TEX, CRITIC_G_TEX),
        script=CRITIC_SCRIPT + CRITIC_G_SCRIPT,
    ),
    "relativistic": Loss(
        pairs=relativistic_pair,
        generator=relativistic_g,
        d_slopes=derivatives.pair_slopes,
        g_slope=derivatives.relativistic_slope,
        source="arXiv:2501.05441",
        equilibrium=(log(2), log(2)),
        sure=1.5,
        logits=True,
        generator_sees_real=True,
        tex=LossFormulas((RELATIVISTIC_TEX,), RELATIVISTIC_G_TEX),
        script=RELATIVISTIC_SCRIPT,
    ),
}
