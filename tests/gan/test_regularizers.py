"""Penalties against a linear D, whose gradient is known (docs/science.md#constraints-on-d)."""

import pytest
import torch

from ganlab.gan.nets import Network
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import stream
from ganlab.plane.config import PlaneConfig

WEIGHTS = torch.tensor([[3.0, 4.0], [0.6, 0.8]])
"""Two members: gradient norms 5 and 1."""


def linear(x):
    return (x * WEIGHTS[:, None]).sum(-1)


def penalty(key, **knobs):
    points = torch.randn(2, 7, 2, generator=stream(0, "points"))
    config = PlaneConfig(regularizer=key, **knobs)
    return REGULARIZERS[key].penalty(linear, points, points.flip(1), config, stream(0, "rng")).tolist()


@pytest.mark.parametrize(
    ("key", "knobs", "expected"),
    [
        ("r1", {"gamma": 2.0}, [25, 1]),
        ("r2", {"gamma": 2.0}, [25, 1]),
        ("r1_r2", {"gamma": 2.0}, [50, 2]),
        ("wgan_gp", {"gp_lambda": 3.0}, [48, 0]),
    ],
)
def test_a_linear_discriminator(key, knobs, expected):
    assert penalty(key, **knobs) == pytest.approx(expected, abs=1e-5)


def bent(member):
    """A D of one member that is no plane: its slope differs from point to point."""
    return lambda x: torch.tanh(x @ WEIGHTS[member].to(x.dtype)) + 0.3 * (x**2).sum(-1) * x[..., 0]


def slopes(member, points):
    """∇D at each point, one after the other."""
    return torch.stack([torch.autograd.functional.jacobian(bent(member), point) for point in points])


@pytest.mark.parametrize("key", ["r1", "r2", "r1_r2", "wgan_gp"])
def test_a_bent_discriminator_against_the_published_formulas_point_by_point(key):
    """R3GAN's Trainer.py: γ/2 · mean of the squared slopes' sums; WGAN-GP: λ · mean((slope - 1)²) in between."""
    real, fake = (torch.randn(2, 7, 2, generator=stream(0, name)) for name in ("real", "fake"))
    config = PlaneConfig(regularizer=key, gamma=0.7, gp_lambda=0.7)

    def both(x):
        return torch.stack([bent(member)(x[member]) for member in (0, 1)])

    t = torch.rand(2, 7, 1, generator=stream(0, "t"))
    found = REGULARIZERS[key].penalty(both, real, fake, config, stream(0, "t"))
    real, fake = real.double(), fake.double()
    for member in (0, 1):
        square = {name: slopes(member, x[member]).square().sum(-1).mean() for name, x in (("r1", real), ("r2", fake))}
        between = slopes(member, real[member] + t[member].double() * (fake[member] - real[member]))
        expected = {name: 0.7 / 2 * value for name, value in square.items()}
        expected["r1_r2"] = expected["r1"] + expected["r2"]
        expected["wgan_gp"] = 0.7 * (between.square().sum(-1).sqrt() - 1).square().mean()
        assert found[member].item() == pytest.approx(expected[key].item(), rel=1e-6)


def test_r1_looks_at_real_points_and_r2_at_generated_ones():
    def steep_on_the_right(x):
        return torch.relu(x[..., 0]) * 3

    right, left = torch.full((1, 4, 2), 1.0), torch.full((1, 4, 2), -1.0)
    config = PlaneConfig(gamma=2.0)
    at = {key: REGULARIZERS[key].penalty(steep_on_the_right, right, left, config, None).item() for key in ("r1", "r2")}
    assert at == {"r1": pytest.approx(9), "r2": pytest.approx(0)}


def test_the_gradient_penalty_looks_between_real_and_generated():
    seen = []

    def spy(x):
        seen.append(x)
        return linear(x)

    real, fake = torch.zeros(2, 5, 2), torch.ones(2, 5, 2)
    REGULARIZERS["wgan_gp"].penalty(spy, real, fake, PlaneConfig(), stream(0, "t"))
    assert ((seen[0] > 0) & (seen[0] < 1)).all()
    assert len(seen[0].unique()) == 10, "every sample of every member has its own place"


def test_clipping_bounds_every_weight():
    d = Network([2, 8, 1], "relu", 3, 0, "d")
    REGULARIZERS["clip"].after_step(d, PlaneConfig(clip_bound=0.05))
    assert max(p.abs().max().item() for p in d.params) == pytest.approx(0.05)
