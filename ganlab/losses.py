"""Adversarial losses on logits: D's loss is the sum of its two terms, everything is minimised, natural logarithm."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus


@dataclass(frozen=True)
class Loss:
    """A GAN's two objectives, and what they are worth when D cannot tell real from generated."""

    discriminator: Callable[[Tensor, Tensor], Tensor]
    """(real_logits, fake_logits), each (..., B) -> (...)."""
    generator: Callable[[Tensor, Tensor], Tensor]
    """(real_logits, fake_logits), each (..., B) -> (...)."""
    equilibrium: tuple[float, float] | None
    """(L_D, L_G) at p_g = p_data with D optimal; None where a constant of D stays free."""
    threshold: float | None
    """D's output above which it says "real"; None where D only compares."""
    source: str
    generator_sees_real: bool = False
    """Whether G's loss depends on the real logits; where it does not, the trainer does not compute them."""
    smoothing: Callable[[Tensor, float], Tensor] | None = None
    """(real_logits, α) -> (...): what D's loss gains where a real point's label is 1 - α; None without labels."""
    spoken: Callable[[float], float] | None = None
    """D's output that means a probability of "real"; None without labels."""

    def d_loss(self, real: Tensor, fake: Tensor, smoothing: float = 0.0) -> Tensor:
        """D's objective where real points are labelled 1 - α (one-sided, arXiv:1701.00160), (..., B) -> (...)."""
        loss = self.discriminator(real, fake)
        return loss + self.smoothing(real, smoothing) if smoothing and self.smoothing else loss

    def balance(self, smoothing: float = 0.0) -> tuple[float, float] | None:
        """(L_D, L_G) at p_g = p_data with D optimal, where real points are labelled 1 - α."""
        if not smoothing or (undecided := self.undecided(smoothing)) is None:
            return self.equilibrium
        blind = torch.tensor([undecided], dtype=torch.float64)
        return self.d_loss(blind, blind, smoothing).item(), self.generator(blind, blind).item()

    def undecided(self, smoothing: float = 0.0) -> float | None:
        """D's optimal output where real and generated are as likely; (1 - α)/2 in probability with labels 1 - α."""
        return self.spoken((1 - smoothing) / 2) if smoothing and self.spoken else self.threshold


def cross_entropy_d(real: Tensor, fake: Tensor) -> Tensor:
    """-E log D(x) - E log(1 - D(G(z))) with D = σ(logit); log 4 when D is blind. Logits (..., B) -> (...)."""
    return softplus(-real).mean(-1) + softplus(fake).mean(-1)


def saturating_g(real: Tensor, fake: Tensor) -> Tensor:
    """E log(1 - D(G(z))), the minimax G; -log 2 when D is blind. Logits (..., B) -> (...)."""
    return -softplus(fake).mean(-1)


def nonsaturating_g(real: Tensor, fake: Tensor) -> Tensor:
    """-E log D(G(z)); log 2 when D is blind. Logits (..., B) -> (...)."""
    return softplus(-fake).mean(-1)


def least_squares_d(real: Tensor, fake: Tensor) -> Tensor:
    """½E(D(x) - 1)² + ½E D(G(z))²; ¼ at the blind D = ½. Outputs (..., B) -> (...)."""
    return ((real - 1).square().mean(-1) + fake.square().mean(-1)) / 2


def least_squares_g(real: Tensor, fake: Tensor) -> Tensor:
    """½E(D(G(z)) - 1)²; ⅛ at the blind D = ½. Outputs (..., B) -> (...)."""
    return (fake - 1).square().mean(-1) / 2


def hinge_d(real: Tensor, fake: Tensor) -> Tensor:
    """E max(0, 1 - D(x)) + E max(0, 1 + D(G(z))); 2 when D is blind (0 everywhere). Outputs (..., B) -> (...)."""
    return relu(1 - real).mean(-1) + relu(1 + fake).mean(-1)


def critic_g(real: Tensor, fake: Tensor) -> Tensor:
    """-E D(G(z)). Outputs (..., B) -> (...)."""
    return -fake.mean(-1)


def wasserstein_d(real: Tensor, fake: Tensor) -> Tensor:
    """E D(G(z)) - E D(x), minus the critic's estimate of the distance; 0 when D is blind. Outputs (..., B) -> (...)."""
    return fake.mean(-1) - real.mean(-1)


def relativistic_d(real: Tensor, fake: Tensor) -> Tensor:
    """E softplus(-(D(x) - D(G(z)))) over pairs; log 2 when D is blind. Logits (..., B) -> (...)."""
    return softplus(fake - real).mean(-1)


def relativistic_g(real: Tensor, fake: Tensor) -> Tensor:
    """E softplus(-(D(G(z)) - D(x))) over pairs; log 2 when D is blind. Logits (..., B) -> (...)."""
    return softplus(real - fake).mean(-1)


def soft_cross_entropy(real: Tensor, smoothing: float) -> Tensor:
    """α E logit: -(1 - α) log D - α log(1 - D) exceeds -log D by as much. Logits (..., B) -> (...)."""
    return smoothing * real.mean(-1)


def soft_least_squares(real: Tensor, smoothing: float) -> Tensor:
    """α E(D(x) - 1) + α²/2: ½(D - 1 + α)² exceeds ½(D - 1)² by as much. Outputs (..., B) -> (...)."""
    return smoothing * (real.mean(-1) - 1) + smoothing**2 / 2


def logit(probability: float) -> float:
    """log(p/(1 - p))."""
    return log(probability / (1 - probability))


ENTROPY: dict[str, Any] = {"smoothing": soft_cross_entropy, "spoken": logit}
LOSSES = {
    "nonsaturating": Loss(cross_entropy_d, nonsaturating_g, (log(4), log(2)), 0.0, "arXiv:1406.2661 sec. 3", **ENTROPY),
    "saturating": Loss(cross_entropy_d, saturating_g, (log(4), -log(2)), 0.0, "arXiv:1406.2661 eq. 1", **ENTROPY),
    "least_squares": Loss(
        *(least_squares_d, least_squares_g, (0.25, 0.125), 0.5, "arXiv:1611.04076"),
        smoothing=soft_least_squares,
        spoken=float,
    ),
    "hinge": Loss(hinge_d, critic_g, (2.0, 0.0), 0.0, "arXiv:1802.05957"),
    "wasserstein": Loss(wasserstein_d, critic_g, None, None, "arXiv:1701.07875"),
    "relativistic": Loss(relativistic_d, relativistic_g, (log(2), log(2)), None, "arXiv:2501.05441", True),
}
Term = Callable[[Tensor], Tensor]
"""What one logit costs D, elementwise."""
ENTROPIES: tuple[Term, Term] = (lambda real: softplus(-real), softplus)
TERMS: dict[str, tuple[Term, Term]] = {
    "nonsaturating": ENTROPIES,
    "saturating": ENTROPIES,
    "least_squares": (lambda real: (real - 1).square() / 2, lambda fake: fake.square() / 2),
    "hinge": (lambda real: relu(1 - real), lambda fake: relu(1 + fake)),
    "wasserstein": (lambda real: -real, lambda fake: fake),
}
"""D's loss is the mean of the first over real logits and of the second over fake ones; none where it compares pairs."""
