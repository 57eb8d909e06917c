"""Closed forms to compare training with: the optimal discriminator, and its losses under mode collapse."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Collapse:
    """Losses of an optimal D against a generator that covers exactly m of M equal, separated modes."""

    d_on_modes: float  # D on every covered mode; D is 1 on the missing ones
    d_loss: float  # sum of D's two cross entropies
    g_loss: float  # non-saturating, E[-log D]
    g_loss_saturating: float  # minimax, E[log(1 - D)]
    accuracy: float
    reverse_kl: float  # KL of G's modes from the data's, nats


def collapse(m: int, modes: int) -> Collapse:
    """The losses of a collapse to m of M = `modes` modes. All are finite; D's gradient vanishes on every covered mode.

    D = m/(M+m); L_D = -(m/M) log(m/(M+m)) - log(M/(M+m)); L_G = log((M+m)/m); accuracy = 1 - m/2M; KL = log(M/m).
    m = M is the equilibrium: 1/2, log 4, log 2, 1/2, 0. Raises ValueError unless 1 <= m <= M.
    Source: Goodfellow et al. 2014 (arXiv:1406.2661), Prop. 1, with p = 1/M on M modes and q = 1/m on m of them.
    """
    if not 1 <= m <= modes:
        raise ValueError(f"m={m}: expected 1 to {modes}")
    d = m / (modes + m)
    return Collapse(
        d_on_modes=d,
        d_loss=-(m / modes) * math.log(d) - math.log(1 - d),
        g_loss=-math.log(d),
        g_loss_saturating=math.log(1 - d),
        accuracy=1 - m / (2 * modes),
        reverse_kl=math.log(modes / m),
    )


def optimal_d(p: np.ndarray, q: np.ndarray, smoothing: float = 0.0) -> np.ndarray:
    """The D that minimises D's loss where the data have density p and the generated points q: (1 - α) p / (p + q).

    That is its probability of "real" for the cross entropies and its output for least squares, if real points have the
    label 1 - α and generated ones 0. nan where both densities are 0, as any D is optimal there.
    Source: Goodfellow et al. 2014 (arXiv:1406.2661), Prop. 1; Mao et al. 2017 (arXiv:1611.04076), eq. 5 with a=0, b=1;
    with labels Goodfellow 2016 (arXiv:1701.00160), sec. 4.2.
    """
    total = np.asarray(p + q)
    share: np.ndarray = np.divide(p, total, out=np.full(total.shape, np.nan), where=total > 0)
    return (1 - smoothing) * share
