"""The Dirac-GAN against the losses and constraints that train here, by autograd, and against published numbers.

docs/science.md#the-smallest-gan
"""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.autograd.functional import jacobian

from ganlab.gan import dirac
from ganlab.gan.dirac import METHODS, NODES, WEIGHTS, distances, flow_eigenvalues, round_eigenvalues, trajectory
from ganlab.gan.losses import LOSSES
from ganlab.gan.regularizers import REGULARIZERS

TRAINED = {
    "minimax": ("saturating", "none"),
    "nonsaturating": ("nonsaturating", "none"),
    "relativistic": ("relativistic", "none"),
    "wasserstein": ("wasserstein", "none"),
    "clip": ("wasserstein", "clip"),
    "wgan_gp": ("wasserstein", "wgan_gp"),
    "instance_noise": ("saturating", "none"),
    "r1": ("saturating", "r1"),
    "nonsaturating_r1": ("nonsaturating", "r1"),
    "relativistic_r1": ("relativistic", "r1"),
    "consensus": ("saturating", "none"),
}
"""Our loss and constraint of each method."""
SMOOTH = [name for name, method in METHODS.items() if method.slope]
HALF = 0.5j
TABLE = [
    *((name, 0.0, (HALF, -HALF)) for name in ("minimax", "nonsaturating", "relativistic")),
    *((name, 1.0, (1j, -1j)) for name in ("wasserstein", "clip")),
    *((name, 0.3, (-0.15 + 0.47697j, -0.15 - 0.47697j)) for name in ("r1", "nonsaturating_r1", "relativistic_r1")),
    ("r1", 1.0, (-0.5, -0.5)),
    ("r1", 2.0, (-0.13397, -1.86603)),
    ("instance_noise", 0.7, (-0.1225 + 0.48476j, -0.1225 - 0.48476j)),
    ("instance_noise", 2**0.5, (-0.5, -0.5)),
    ("instance_noise", 2.0, (-0.13397, -1.86603)),
    ("consensus", 1.0, (-0.25 + HALF, -0.25 - HALF)),
]
"""Of the flow, arXiv:1801.04406 and its program; checked by finite differences before."""
ENDS = {  # simultaneous, alternating with 1 and with 5 updates of D
    "minimax": (3.10, 1.42, 1.85),
    "nonsaturating": (0.640, 0.284, 0.139),
    "wasserstein": (2.6e4, 1.40, 1.06),
    "clip": (1.0, 1.02, 0.917),
    "wgan_gp": (1.80, 1.22, 0.716),
    "instance_noise": (5.7e-5, 4.0e-6, 0),
    "r1": (2.6e-6, 2.3e-7, 0),
    "nonsaturating_r1": (2.2e-6, 1.5e-7, 0),
    "consensus": (2.6e-10, 1.7e-11, 11),
}
"""The last distance in the setting of the paper's notebook: from its (1, 1), h = 0.2, 500 rounds."""


def costs(name, theta, psi, strength):
    """Our losses (L_D, L_G) and constraint, of D(x) = ψx at the data 0 and at θ; tensors in double precision."""
    loss, rule = LOSSES[TRAINED[name][0]], REGULARIZERS[TRAINED[name][1]]
    nodes = torch.tensor(NODES if name == "instance_noise" else [0.0], dtype=torch.float64) * strength
    weights = torch.tensor(WEIGHTS if name == "instance_noise" else [1.0], dtype=torch.float64)
    pairs = [(psi * node[None], psi * (theta + node)[None]) for node in nodes]
    d = sum(w * loss.discriminator(*pair) for w, pair in zip(weights, pairs, strict=True))
    g = sum(w * loss.generator(*pair) for w, pair in zip(weights, pairs, strict=True))
    if rule.penalty:
        config = SimpleNamespace(gamma=strength, gp_lambda=strength / 2)
        real, fake = torch.zeros(1, 1, 1), theta.float().reshape(1, 1, 1)
        d = d + rule.penalty(lambda x: psi * x[..., 0].double(), real, fake, config, torch.Generator())[0]
    return d, g


def trained(name, place, strength):
    """What one unit of gradient descent on our losses adds at a place (2,), differentiable."""
    theta, psi = place
    d, g = costs(name, theta, psi, strength)
    field = torch.stack([-torch.autograd.grad(cost, x, create_graph=True)[0] for cost, x in ((g, theta), (d, psi))])
    if name != "consensus":
        return field
    square = field.square().sum() / 2
    return field - strength * torch.stack(torch.autograd.grad(square, (theta, psi), create_graph=True))


def trained_round(name, place, strength, step, d_steps, alternating):
    """One round of our updates."""
    theta, psi = place
    for _ in range(d_steps):
        before = torch.stack([theta, psi])
        psi = psi + step * trained(name, before, strength)[1]
    at = torch.stack([theta, psi]) if alternating else before
    return torch.stack([theta + step * trained(name, at, strength)[0], psi])


@pytest.mark.parametrize("name", METHODS)
def test_a_field_is_what_our_losses_and_constraints_give(name):
    for theta, psi in ((1.0, -1.0), (-0.4, 1.7), (2.0, 0.3), (-1.5, -0.8)):
        place = torch.tensor([theta, psi], dtype=torch.float64, requires_grad=True)
        ours = trained(name, place, 0.6).tolist()
        assert METHODS[name].field(theta, psi, 0.6) == pytest.approx(ours, abs=1e-6)


@pytest.mark.parametrize(("name", "strength", "published"), TABLE)
def test_eigenvalues_are_those_of_the_table(name, strength, published):
    assert flow_eigenvalues(name, strength) == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize("name", SMOOTH)
def test_eigenvalues_are_those_of_the_jacobian_of_our_updates(name):
    origin = torch.zeros(2, dtype=torch.float64)
    found = jacobian(lambda place: trained(name, place, 0.6), origin).numpy()
    assert np.array(METHODS[name].slope(0.6)) == pytest.approx(found, abs=1e-6)
    for d_steps, alternating in ((1, False), (1, True), (5, False), (5, True)):
        how = (0.6, 0.2, d_steps, alternating)
        whole = jacobian(lambda place, how=how: trained_round(name, place, *how), origin).numpy()
        expected = sorted(np.linalg.eigvals(whole), key=lambda value: (-value.imag, -value.real))
        assert round_eigenvalues(name, *how) == pytest.approx(expected, abs=1e-6)


def test_where_the_field_has_a_jump_there_are_no_eigenvalues():
    assert flow_eigenvalues("wgan_gp", 0.7) is None
    assert round_eigenvalues("wgan_gp", 0.7, 0.2, 1, True) is None
    above, below = (METHODS["wgan_gp"].field(0.0, psi, 0.7)[1] for psi in (1e-9, -1e-9))
    assert above - below == pytest.approx(1.4)


def test_simultaneous_updates_drive_it_away():
    for step in (0.05, 0.2, 0.5):
        for name, growth in (("minimax", math.sqrt(1 + step**2 / 4)), ("wasserstein", math.sqrt(1 + step**2))):
            assert [abs(value) for value in round_eigenvalues(name, 0, step, 1, False)] == pytest.approx([growth] * 2)


@pytest.mark.parametrize("d_steps", [1, 2, 5, 10])
def test_more_updates_of_d_do_not_make_it_converge(d_steps):
    """α = √n h/2 ≤ 2: trace 2 - α², determinant 1, so both eigenvalues stay on the unit circle."""
    for step in (0.05, 0.2, 1.0):
        one, other = round_eigenvalues("minimax", 0, step, d_steps, True)
        assert one + other == pytest.approx(2 - d_steps * step**2 / 4)
        assert one * other == pytest.approx(1)
        assert abs(one) == pytest.approx(1)
    far = distances(trajectory("minimax", (1.0, -1.0), 0, 0.2, d_steps, True, 500))
    assert far[250:].min() > 0.5


def g_first(name, strength, d_steps):
    """The last distance of 500 rounds in which G moves first, as the paper's program has it."""
    method, step = METHODS[name], 0.2
    theta, psi = 1 + step * method.field(1.0, -1.0, strength)[0], -1.0
    theta, psi = trajectory(name, (theta, psi), strength, step, d_steps, True, 499)[-1]
    still = SimpleNamespace(**vars(method) | {"field": lambda *at: (0.0, method.field(*at)[1])})
    return math.hypot(*dirac.one_round(still, theta, psi, strength, step, d_steps, True))


@pytest.mark.parametrize("name", ENDS)
def test_paths_end_where_those_of_the_papers_program_do(name):
    strength = METHODS[name].usual
    ends = [
        distances(trajectory(name, (1.0, -1.0), strength, 0.2, 1, False, 500))[-1],
        *(g_first(name, strength, d_steps) for d_steps in (1, 5)),
    ]
    for found, published in zip(ends, ENDS[name], strict=True):
        assert found == pytest.approx(published, rel=0.03, abs=1e-11)


@pytest.mark.whole
@pytest.mark.parametrize("step", [0.4, 0.2, 0.1, 0.05])
def test_the_nonsaturating_game_settles_on_a_circle(step):
    far = distances(trajectory("nonsaturating", (1.0, -1.0), 0, step, 1, False, int(400 / step**2)))
    assert far[-1] == pytest.approx(math.sqrt(2 * step), rel=0.01)


def test_its_flow_comes_closer_ever_more_slowly():
    """r = 1/√(½ + t/8) from the distance √2."""
    far = distances(trajectory("nonsaturating", (1.0, -1.0), 0, 0.01, 1, True, 20_000))
    for time, published in ((100, 0.2783), (200, 1 / math.sqrt(25.5))):
        assert far[100 * time] == pytest.approx(published, rel=0.01)
