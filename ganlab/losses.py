"""Adversarial losses on logits: D's loss is the sum of its two terms, everything is minimised, natural logarithm."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log

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


LOSSES = {
    "nonsaturating": Loss(cross_entropy_d, nonsaturating_g, (log(4), log(2)), 0.0, "arXiv:1406.2661 sec. 3"),
    "saturating": Loss(cross_entropy_d, saturating_g, (log(4), -log(2)), 0.0, "arXiv:1406.2661 eq. 1"),
    "least_squares": Loss(least_squares_d, least_squares_g, (0.25, 0.125), 0.5, "arXiv:1611.04076"),
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
