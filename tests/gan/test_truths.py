"""What the theory says of a GAN, found again by our own trainer: optimal D, collapse in closed form, the gradient that
vanishes and the one that does not."""

import pytest
import torch

from ganlab.data.plane import DATASETS
from ganlab.gan.losses import LOSSES
from ganlab.gan.rng import Draws, stream
from ganlab.gan.theory import collapse
from ganlab.plane.config import PlaneConfig
from ganlab.plane.state import d_logits
from ganlab.plane.train import g_gradient, start, update

RING = DATASETS["ring"]


def some_modes(m):
    """A sampler of exactly m of the ring's modes."""

    def sample(n, rng):
        which = torch.randint(m, (n,), generator=rng)
        return RING.modes[which] + RING.std * torch.randn(n, 2, generator=rng)

    return sample


@pytest.mark.whole
@pytest.mark.parametrize("m", [8, 4, 1])
def test_a_trained_d_against_a_fixed_sampler_sits_on_the_closed_form(m):
    """L_D, L_G and accuracy of m of 8 modes, all finite (docs/science.md#a-collapse-in-numbers)."""
    config = PlaneConfig(g_steps=0, d_lr=2e-3, beta1=0.9, activation="relu", batch_size=512)
    state = start(config)
    state.g.net, state.by_autograd = (lambda points: points), True
    state.draws["d_z"] = Draws(some_modes(m), (512, 2), 1, 0, "modes")
    for step in range(1200):
        if step in (800, 1000):
            state.now = state.now.replace(d_lr=state.now.d_lr / 7)
        update(state)
    rng = stream(5, "test", m)
    even = RING.modes.repeat(5000, 1) + RING.std * torch.randn(40_000, 2, generator=rng)
    with torch.no_grad():
        real, fake = (d_logits(state.d.net, points[None]) for points in (even, some_modes(m)(40_000, rng)))
    expected = collapse(m, 8)
    assert LOSSES["nonsaturating"].discriminator(real, fake).item() == pytest.approx(expected.d_loss, abs=0.02)
    assert LOSSES["nonsaturating"].generator(real, fake).item() == pytest.approx(expected.g_loss, abs=0.04)
    accuracy = ((real > 0).float().mean() + (fake < 0).float().mean()).item() / 2
    assert accuracy == pytest.approx(expected.accuracy, abs=0.02)


SCRATCH = PlaneConfig(d_depth=3, d_width=128, d_lr=1e-3, g_lr=1e-3, beta2=0.9, steps=500)
"""The protocol of docs/science.md#the-vanishing-gradient."""


def gradients(state, loss):
    """The norm of G's gradient under a loss, at this D."""
    before, state.now = state.now, state.now.replace(loss=loss)
    g_gradient(state)
    state.now = before
    return state.g.net.norms(state.g.grad).item()


def alone(config, steps, **changes):
    """D trained from scratch against a G that rests: the norms of G's gradient, before and after."""
    state = start(config)
    state.now = state.now.replace(g_steps=0, **changes)
    before = {loss: gradients(state, loss) for loss in ("saturating", "nonsaturating", "wasserstein")}
    for _ in range(steps):
        play(state)
    return before, {loss: gradients(state, loss) for loss in before}


def play(state):
    """One step, without a frame."""
    step = state.step
    while state.step == step:
        update(state)


@pytest.mark.whole
def test_the_saturating_gradient_vanishes_where_supports_are_disjoint_and_the_other_grows():
    before, after = alone(SCRATCH, 500)
    assert after["saturating"] < 1e-5 * before["saturating"]
    assert after["nonsaturating"] > 10 * before["nonsaturating"]


@pytest.mark.whole
def test_a_critic_with_a_gradient_penalty_keeps_its_gradient():
    _, early = alone(SCRATCH.replace(regularizer="wgan_gp", gp_lambda=10.0), 20, loss="wasserstein")
    _, late = alone(SCRATCH.replace(regularizer="wgan_gp", gp_lambda=10.0), 250, loss="wasserstein")
    assert 0.1 < late["wasserstein"] / early["wasserstein"] < 10


@pytest.mark.whole
def test_where_supports_overlap_the_saturating_gradient_does_not_vanish():
    trained = start(SCRATCH)
    for _ in range(400):
        play(trained)
    fresh = start(SCRATCH.replace(seed=1))
    fresh.g.net.flat.copy_(trained.g.net.flat)
    fresh.now = fresh.now.replace(g_steps=0)
    before = gradients(fresh, "saturating")
    for _ in range(500):
        play(fresh)
    assert gradients(fresh, "saturating") > 0.1 * before
