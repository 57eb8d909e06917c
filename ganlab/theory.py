"""Closed forms that training is held against: the optimal discriminator, and what a collapse looks like to it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Collapse:
    """What an optimal D sees of a generator that sits exactly on m of M equal, separated modes."""

    d_on_modes: float  # D on every covered mode; on the lost ones D is 1
    d_loss: float  # sum of D's two cross entropies
    g_loss: float  # non-saturating, E[-log D]
    g_loss_saturating: float  # minimax, E[log(1 - D)]
    accuracy: float
    reverse_kl: float  # KL of G's modes from the data's, nats


def collapse(m: int, M: int) -> Collapse:
    """The losses of a collapse to m of M modes: all finite, and D's gradient vanishes on every covered mode.

    D = m/(M+m); L_D = -(m/M) log(m/(M+m)) - log(M/(M+m)); L_G = log((M+m)/m); accuracy = 1 - m/2M; KL = log(M/m).
    m = M is the equilibrium: 1/2, log 4, log 2, 1/2, 0. Raises ValueError unless 1 <= m <= M.
    Source: Goodfellow et al. 2014 (arXiv:1406.2661), Prop. 1, with p = 1/M on M modes and q = 1/m on m of them.
    """
    if not 1 <= m <= M:
        raise ValueError(f"m={m}: expected 1 to {M}")
    d = m / (M + m)
    return Collapse(
        d_on_modes=d,
        d_loss=-(m / M) * math.log(d) - math.log(1 - d),
        g_loss=-math.log(d),
        g_loss_saturating=math.log(1 - d),
        accuracy=1 - m / (2 * M),
        reverse_kl=math.log(M / m),
    )


def optimal_discriminator(p: ArrayLike, q: ArrayLike) -> NDArray[np.float64]:
    """D*(x) = p/(p+q), 0 to 1, for real density p and generated density q of one shape; nan where both are 0.

    Source: Goodfellow et al. 2014 (arXiv:1406.2661), Prop. 1.
    """
    p, q = np.asarray(p, float), np.asarray(q, float)
    total = p + q
    return np.divide(p, total, out=np.full(total.shape, np.nan), where=total > 0)


def optimal_value(p: ArrayLike, q: ArrayLike) -> float:
    """V(D*) = sum p log D* + q log(1 - D*) = -log 4 + 2 JS(p, q), for masses (B,) that sum to 1; -log 4 to 0.

    D's loss at the optimum is -V. Source: Goodfellow et al. 2014 (arXiv:1406.2661), Thm. 1.
    """
    p, q = np.asarray(p, float), np.asarray(q, float)
    real, fake = optimal_discriminator(p, q)[p > 0], optimal_discriminator(q, p)[q > 0]
    return float(np.log(real) @ p[p > 0] + np.log(fake) @ q[q > 0])
