"""Closed forms to compare training with: the optimal discriminator's losses under mode collapse."""

import math
from dataclasses import dataclass


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
