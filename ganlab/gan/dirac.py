"""The Dirac-GAN, the smallest GAN: its vector fields, updates, trajectories and eigenvalues (arXiv:1801.04406).

The data is the point 0, the generator is one point θ, and the discriminator D(x) = ψx has one weight, its slope. As
elsewhere here, D is high where it says "real"; the paper has the opposite sign of ψ, and the same eigenvalues. A round
is d_steps updates of D, then one of G, as `ganlab.game.rounds` has it. Numbers are floats or arrays of any one shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Number = Any
"""A float, or an array."""
Field = Callable[[Number, Number, float], tuple[Number, Number]]
"""(θ, ψ, strength) -> (dθ/dt, dψ/dt): what one unit of gradient descent of both players adds."""
Matrix = NDArray[np.float64]
NODES, WEIGHTS = (part.tolist() for part in np.polynomial.hermite_e.hermegauss(24))
WEIGHTS = [weight / sum(WEIGHTS) for weight in WEIGHTS]
"""Gauss-Hermite quadrature: E f(ε) for ε ~ N(0, 1) is Σ WEIGHTS f(NODES)."""


@dataclass(frozen=True)
class Method:
    """A way to train the Dirac-GAN."""

    field: Field
    slope: Callable[[float], list[list[float]]] | None
    """strength -> the field's Jacobian at 0, rows θ and ψ; None where the field has a jump there."""
    source: str
    tex: tuple[str, str]
    """dθ/dt and dψ/dt, in LaTeX."""
    roots: str = ""
    """The eigenvalues of `slope`, in LaTeX; "" where it has none."""
    strength: str = ""
    """What `strength` is called: gamma, sigma or c; "" where there is none."""
    usual: float = 0.0
    """Its value in the paper's program."""
    clips: bool = False
    """Whether ψ is clipped to ±strength after each of D's updates."""


def sigmoid(t: Number) -> Number:
    """1/(1 + e^-t), as tanh, which does not overflow."""
    return (1 + np.tanh(t / 2)) / 2


# Fields


def minimax(theta: Number, psi: Number, _: float = 0.0) -> tuple[Number, Number]:
    """The gradients of the value function: (ψσ(θψ), -θσ(θψ))."""
    s = sigmoid(theta * psi)
    return psi * s, -theta * s


def nonsaturating(theta: Number, psi: Number, _: float = 0.0) -> tuple[Number, Number]:
    """G maximises log D: (ψσ(-θψ), -θσ(θψ))."""
    return psi * sigmoid(-theta * psi), -theta * sigmoid(theta * psi)


def wasserstein(theta: Number, psi: Number, _: float = 0.0) -> tuple[Number, Number]:
    """(ψ, -θ), a rotation."""
    return psi, -theta


def wgan_gp(theta: Number, psi: Number, gamma: float) -> tuple[Number, Number]:
    """D's slope is drawn towards ±1: (ψ, -θ - γ(|ψ| - 1) sign ψ)."""
    return psi, -theta - gamma * (np.abs(psi) - 1) * np.sign(psi)


def instance_noise(theta: Number, psi: Number, sigma: float) -> tuple[Number, Number]:
    """The minimax field for both points blurred by N(0, σ²), by quadrature."""
    to_theta, to_psi = 0.0 * theta, 0.0 * psi
    for node, weight in zip(NODES, WEIGHTS, strict=True):
        real, fake = sigma * node, theta + sigma * node
        says = weight * sigmoid(psi * fake)
        to_theta = to_theta + psi * says
        to_psi = to_psi + real * weight * sigmoid(-psi * real) - fake * says
    return to_theta, to_psi


def consensus(theta: Number, psi: Number, gamma: float) -> tuple[Number, Number]:
    """The minimax field v less the gradient of γ/2 |v|²; |v|² = σ(θψ)²(θ² + ψ²)."""
    s = sigmoid(theta * psi)
    bent = (theta**2 + psi**2) * s**2 * (1 - s)
    return psi * s - gamma * (theta * s**2 + psi * bent), -theta * s - gamma * (psi * s**2 + theta * bent)


def penalised(field: Field) -> Field:
    """The field with R1 in D's loss, γψ²/2; R2 is the same here, as D's slope is ψ everywhere."""

    def pulled(theta: Number, psi: Number, gamma: float) -> tuple[Number, Number]:
        to_theta, to_psi = field(theta, psi, gamma)
        return to_theta, to_psi - gamma * psi

    return pulled


# Jacobians at the equilibrium


def turning(rate: float) -> Callable[[float], list[list[float]]]:
    """A rotation, with R1 of any strength: [[0, rate], [-rate, -γ]]."""
    return lambda gamma: [[0.0, rate], [-rate, -gamma]]


def free(rate: float) -> Callable[[float], list[list[float]]]:
    """A rotation whatever the strength."""
    return lambda _: turning(rate)(0.0)


# What follows from a method


def eigenvalues(matrix: list[list[float]]) -> tuple[complex, complex]:
    """Those of a 2×2 matrix, the one with the larger imaginary, then real part first."""
    (a, b), (c, d) = matrix
    middle, root = (a + d) / 2, np.emath.sqrt((a - d) ** 2 / 4 + b * c)
    return complex(middle + root), complex(middle - root)


def flow_eigenvalues(method: str, strength: float) -> tuple[complex, complex] | None:
    """Of the field at the equilibrium: it converges if both real parts are negative. None where it has a jump."""
    slope = METHODS[method].slope
    return eigenvalues(slope(strength)) if slope else None


def round_eigenvalues(
    method: str, strength: float, step: float, d_steps: int, alternating: bool
) -> tuple[complex, complex] | None:
    """Of one round at the equilibrium: it converges if both lie inside the unit circle. None where it has a jump."""
    slope = METHODS[method].slope
    if not slope:
        return None
    jacobian, one = step * np.array(slope(strength)), np.eye(2)
    g, d = one + jacobian * [[1], [0]], one + jacobian * [[0], [1]]
    last = g @ d if alternating else one + jacobian
    return eigenvalues((last @ np.linalg.matrix_power(d, d_steps - 1)).tolist())


def trajectory(
    method: str, start: tuple[float, float], strength: float, step: float, d_steps: int, alternating: bool, rounds: int
) -> Matrix:
    """(θ, ψ) after every round from `start` on, (rounds + 1, 2)."""
    places = [start]
    for _ in range(rounds):
        places.append(one_round(METHODS[method], *places[-1], strength, step, d_steps, alternating))
    return np.array(places)


def one_round(
    method: Method, theta: float, psi: float, strength: float, step: float, d_steps: int, alternating: bool
) -> tuple[float, float]:
    """D's updates, then G's; both of the last two are at the same point unless they alternate."""
    for update in range(d_steps):
        before = psi
        psi = psi + step * method.field(theta, psi, strength)[1]
        if method.clips:
            psi = min(max(psi, -strength), strength)
        if update == d_steps - 1:
            theta = theta + step * method.field(theta, psi if alternating else before, strength)[0]
    return theta, psi


def distances(places: Matrix) -> NDArray[np.float64]:
    """From the equilibrium (0, 0)."""
    found: NDArray[np.float64] = np.hypot(places[:, 0], places[:, 1])
    return found


def with_r1(field: Field, tex: tuple[str, str], source: str) -> Method:
    """A rotation with R1."""
    roots = r"-\tfrac\gamma2\pm\sqrt{\tfrac{\gamma^2}4-\tfrac14}"
    tex = tex[0], rf"{tex[1]}-\gamma\psi"
    return Method(penalised(field), turning(0.5), source, tex, roots, "gamma", 0.3)


ROTATION, FASTER = r"\pm\tfrac12 i", r"\pm i"
MINIMAX = r"\psi\,\sigma(\theta\psi)", r"-\theta\,\sigma(\theta\psi)"
NONSATURATING = r"\psi\,\sigma(-\theta\psi)", MINIMAX[1]
WASSERSTEIN = r"\psi", r"-\theta"
NOISY = (
    r"\psi\,\mathbb E\,\sigma(\psi\tilde x)",
    r"\mathbb E\,[\sigma\epsilon\,\sigma(-\psi\sigma\epsilon)-\tilde x\,\sigma(\psi\tilde x)]",
)
CONSENSUS = (
    r"v_\theta-\tfrac\gamma2\,\partial_\theta\lVert v\rVert^2",
    r"v_\psi-\tfrac\gamma2\,\partial_\psi\lVert v\rVert^2",
)
GP = r"\psi", r"-\theta-\gamma\,(|\psi|-1)\,\operatorname{sign}\psi"
METHODS: dict[str, Method] = {
    "minimax": Method(minimax, free(0.5), "arXiv:1406.2661", MINIMAX, ROTATION),
    "nonsaturating": Method(nonsaturating, free(0.5), "arXiv:1406.2661", NONSATURATING, ROTATION),
    "relativistic": Method(nonsaturating, free(0.5), "arXiv:2501.05441", NONSATURATING, ROTATION),
    "wasserstein": Method(wasserstein, free(1.0), "arXiv:1701.07875", WASSERSTEIN, FASTER),
    "clip": Method(wasserstein, free(1.0), "arXiv:1701.07875", WASSERSTEIN, FASTER, "c", 1.0, clips=True),
    "wgan_gp": Method(wgan_gp, None, "arXiv:1704.00028", GP, "", "gamma", 0.7),
    "instance_noise": Method(
        instance_noise,
        lambda sigma: [[0.0, 0.5], [-0.5, -(sigma**2) / 2]],
        "arXiv:1610.04490",
        NOISY,
        r"-\tfrac{\sigma^2}4\pm\sqrt{\tfrac{\sigma^4}{16}-\tfrac14}",
        "sigma",
        0.7,
    ),
    "r1": with_r1(minimax, MINIMAX, "arXiv:1801.04406 eq. 9"),
    "nonsaturating_r1": with_r1(nonsaturating, NONSATURATING, "arXiv:1801.04406 eq. 9"),
    "relativistic_r1": with_r1(nonsaturating, NONSATURATING, "arXiv:2501.05441"),
    "consensus": Method(
        consensus,
        lambda gamma: [[-gamma / 4, 0.5], [-0.5, -gamma / 4]],
        "arXiv:1705.10461",
        CONSENSUS,
        r"-\tfrac\gamma4\pm\tfrac12 i",
        "gamma",
        1.0,
    ),
}
"""Every method, in the order of the menu."""
