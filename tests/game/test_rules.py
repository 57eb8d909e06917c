"""An optimiser for each player, on both kinds: who takes which, and which settings do something then."""

import pytest
import torch

from ganlab.digits import train as train_digits
from ganlab.digits.config import DigitsConfig
from ganlab.game.config import D_OPTIMIZERS
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.kind.fields import ConfigError, knobs
from ganlab.plane import train as train_plane
from ganlab.plane.config import PlaneConfig

KINDS = {
    "plane": (PlaneConfig(g_width=4, d_width=4, batch_size=8), train_plane),
    "digits": (DigitsConfig(batch_size=4, latent_dim=3), train_digits),
}


def first_steps(config, engine):
    """The weights' changes in a run's first round, over the learning rate, and the gradients: {player: (step, g)}."""
    state = engine.start(config)
    before = {name: getattr(state, name).net.flat.clone() for name in "dg"}
    while state.step == 0:
        engine.update(state)
    steps = {name: (getattr(state, name).net.flat - before[name]) / getattr(config, f"{name}_lr") for name in "dg"}
    return {name: (steps[name], getattr(state, name).grad) for name in "dg"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("g", "d"), [("adam", "sgd"), ("sgd", "adam")])
def test_each_player_takes_its_own_rule(kind, g, d):
    config, engine = KINDS[kind]
    made = first_steps(config.replace(optimizer=g, d_optimizer=d), engine)
    for name, rule in (("g", g), ("d", d)):
        step, grad = made[name]
        large = grad.abs() > 1e-4 * grad.abs().max()
        expected = -grad if rule == "sgd" else -grad.sign()
        assert torch.allclose(step[large], expected[large], rtol=0.05, atol=0.02 * expected.abs().max().item())


def test_the_choices_for_d_are_that_of_g_and_all_optimisers_added_later_too(monkeypatch):
    assert list(D_OPTIMIZERS) == ["same", *OPTIMIZERS]
    monkeypatch.setitem(OPTIMIZERS, "brand_new", OPTIMIZERS["sgd"])
    assert knobs(PlaneConfig)["d_optimizer"].choices == ("same", *OPTIMIZERS)
    assert PlaneConfig(d_optimizer="brand_new").rule("d") == "brand_new"


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_nothing_beside_it(kind):
    config, _ = KINDS[kind]
    same = config.replace(optimizer="sgd")
    assert {"beta1", "beta2"} <= same.inactive().keys()
    assert not {"beta1", "beta2", "optimizer", "d_optimizer"} & same.replace(d_optimizer="adam").inactive().keys()
    assert same.replace(d_optimizer="rmsprop").inactive().keys() & {"beta1", "beta2"} == {"beta1"}
    assert config.replace(d_steps=0).inactive()["d_optimizer"] == "d_rests"
    alone = config.replace(g_steps=0)
    assert "optimizer" not in alone.inactive()
    assert alone.replace(d_optimizer="sgd").inactive()["optimizer"] == "g_rests"
    assert config.key() == config.replace(d_optimizer="same").key() != config.replace(d_optimizer="adam").key()


def test_unrolling_foresees_d_s_own_rule():
    with pytest.raises(ConfigError):
        PlaneConfig(unroll=1, d_optimizer="rmsprop")
    config = KINDS["plane"][0].replace(unroll=1, optimizer="rmsprop", d_optimizer="sgd", steps=2)
    *_, last = train_plane.train(config)
    assert not last.outcome
    assert "d_optimizer" not in config.replace(d_steps=0).inactive()
