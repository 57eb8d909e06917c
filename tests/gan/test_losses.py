"""Losses against the values that a blind D gives, and PyTorch's own cross entropy (docs/science.md#the-losses)."""

from math import exp, log, log1p

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from ganlab.gan.losses import LOSSES

REAL = torch.tensor([[0.3, -1.2, 2.0, 0.5], [4.0, -0.5, 0.1, 1.5]])
FAKE = torch.tensor([[-0.7, 0.4, 1.1, -2.0], [0.2, 0.9, -1.6, 0.0]])


def blind(loss):
    return torch.full((2, 5), loss.threshold or 0.0)


@pytest.mark.parametrize("key", LOSSES)
def test_a_blind_discriminator_gives_the_stated_equilibrium(key):
    loss = LOSSES[key]
    d, g = loss.discriminator(blind(loss), blind(loss)), loss.generator(blind(loss), blind(loss))
    d_value, g_value = loss.equilibrium or (0.0, 0.0)
    assert d.tolist() == pytest.approx([d_value] * 2, abs=1e-6)
    assert g.tolist() == pytest.approx([g_value] * 2, abs=1e-6)


def test_the_known_equilibria():
    known = {"nonsaturating": (log(4), log(2)), "saturating": (log(4), -log(2)), "hinge": (2, 0)}
    known |= {"relativistic": (log(2), log(2)), "least_squares": (0.25, 0.125)}
    assert {key: LOSSES[key].equilibrium for key in known} == {k: pytest.approx(v) for k, v in known.items()}
    assert LOSSES["wasserstein"].equilibrium is None


@pytest.mark.parametrize("member", [0, 1])
def test_cross_entropy_is_pytorchs(member):
    real, fake = REAL[member].double(), FAKE[member].double()
    ones, zeros = torch.ones(4).double(), torch.zeros(4).double()
    d = LOSSES["nonsaturating"].discriminator(real, fake)
    assert d.item() == pytest.approx((bce(real, ones) + bce(fake, zeros)).item(), abs=1e-6)
    assert LOSSES["nonsaturating"].generator(real, fake).item() == pytest.approx(bce(fake, ones).item(), abs=1e-6)
    assert LOSSES["saturating"].generator(real, fake).item() == pytest.approx(-bce(fake, zeros).item(), abs=1e-6)


def test_reference_values_on_fixed_numbers():
    real, fake = torch.tensor([2.0, 0.5]), torch.tensor([-2.0, 0.5])
    assert LOSSES["hinge"].discriminator(real, fake).item() == pytest.approx(0.25 + 0.75)
    assert LOSSES["wasserstein"].discriminator(real, fake).item() == pytest.approx(-0.75 - 1.25)
    assert LOSSES["wasserstein"].generator(real, fake).item() == pytest.approx(0.75)
    assert LOSSES["least_squares"].discriminator(real, fake).item() == pytest.approx((0.625 + 2.125) / 2)
    assert LOSSES["least_squares"].generator(real, fake).item() == pytest.approx((9 + 0.25) / 4)
    pairs = [log(1 + 2.718281828459045**-4), log(2)]
    assert LOSSES["relativistic"].discriminator(real, fake).item() == pytest.approx(sum(pairs) / 2, abs=1e-6)


@pytest.mark.parametrize("member", [0, 1])
def test_the_relativistic_pair_is_r3gan_s(member):
    """R3GAN's Trainer.py: softplus(-(D(x) - D(G))) for D, softplus(-(D(G) - D(x))) for G, pair by pair."""
    real, fake = REAL[member].tolist(), FAKE[member].tolist()
    d = sum(log1p(exp(-(r - f))) for r, f in zip(real, fake, strict=True)) / 4
    g = sum(log1p(exp(-(f - r))) for r, f in zip(real, fake, strict=True)) / 4
    assert LOSSES["relativistic"].discriminator(REAL, FAKE)[member].item() == pytest.approx(d, abs=1e-6)
    assert LOSSES["relativistic"].generator(REAL, FAKE)[member].item() == pytest.approx(g, abs=1e-6)


@pytest.mark.parametrize("key", LOSSES)
def test_members_are_independent_and_only_declared_losses_see_real_points(key):
    loss = LOSSES[key]
    both = loss.discriminator(REAL, FAKE)
    assert both.tolist() == pytest.approx([loss.discriminator(REAL[m], FAKE[m]).item() for m in (0, 1)])
    moved = loss.generator(REAL + 1, FAKE) != loss.generator(REAL, FAKE)
    assert moved.all().item() == loss.generator_sees_real
