"""What training images are scaled to: D sees it, G's tanh does not follow, and what is shown and judged stays right."""

import numpy as np
import pytest
import torch
from sameness import assert_same_state

from ganlab.data.images import PIXELS, chosen, fixed, scaled
from ganlab.digits import train
from ganlab.digits.config import DigitsConfig
from ganlab.digits.evaluation import d_logits
from ganlab.digits.snapshot import fixed_latents, generated, sample
from ganlab.digits.state import checkpoint, restore, start
from ganlab.digits.weights import from_checkpoint
from ganlab.game.evaluation import hits
from ganlab.kind.fields import ConfigError

SMALL = DigitsConfig(batch_size=8, latent_dim=3, steps=2, ema=0.0)
ODD = ["unit", "bytes", "half", "standardised"]


PIXEL_ENDS = [("symmetric", -1, 1), ("unit", 0, 1), ("bytes", 0, 255), ("half", -0.5, 0.5)]
PIXEL_ENDS += [("standardised", -0.1307 / 0.3081, 0.8693 / 0.3081)]


def everything():
    return torch.arange(256, dtype=torch.uint8).repeat(4)[: 28 * 28].view(1, 28, 28)


@pytest.mark.parametrize(("pixels", "low", "high"), PIXEL_ENDS)
def test_images_are_scaled_from_paper_to_ink_and_shown_as_they_were(pixels, low, high):
    images = everything()
    x = PIXELS[pixels].scaled(images)
    assert x.shape == (1, 1, 28, 28)
    assert (x.min().item(), x.max().item()) == pytest.approx((low, high))
    assert torch.allclose(PIXELS[pixels].to_display(x), scaled(images), atol=1e-6)


def test_standardised_images_have_the_mean_and_the_deviation_of_the_full_set():
    """The subset has as many images of each digit, so both are off by a little."""
    x = PIXELS["standardised"].scaled(chosen("mnist_5k", "0123456789")[0])
    assert x.mean().item() == pytest.approx(0, abs=0.03)
    assert x.std().item() == pytest.approx(1, abs=0.03)


def test_the_right_scale_is_what_it_was_to_the_last_bit():
    images, _ = chosen("mnist_5k", "0123456789")
    before = images[:50, None].to(torch.float32).div_(127.5).sub_(1)
    assert torch.equal(PIXELS["symmetric"].scaled(images[:50]), before)
    made_up = torch.tensor([-0.3, 0.7])
    assert PIXELS["symmetric"].to_display(made_up) is made_up
    assert DigitsConfig().key() == DigitsConfig(pixels="symmetric").key() == "e6f488a66a5075ff"


def test_what_lies_outside_is_cut_off():
    tanh = torch.tensor([-1.0, -0.2, 0.0, 0.5, 1.0])
    assert PIXELS["unit"].to_display(tanh).tolist() == [-1, -1, -1, 0, 1]
    assert PIXELS["bytes"].to_display(tanh).max().item() == pytest.approx(2 / 255 - 1)


@pytest.mark.parametrize("pixels", ODD)
def test_d_is_shown_the_scaled_images_and_viewers_the_plotted_ones(pixels):
    config = SMALL.replace(pixels=pixels)
    state, plain = start(config), start(SMALL)
    assert torch.allclose(PIXELS[pixels].to_display(state.real["d"].row(3)), plain.real["d"].row(3), atol=1e-6)
    assert generated(state, 9).min() < PIXELS[pixels].ink, "D sees what tanh makes"
    assert torch.equal(sample(state, 9), PIXELS[pixels].to_display(generated(state, 9)))
    frame = train.snapshot(state)
    assert frame.sheet.max() <= (1 if pixels == "bytes" else 255)
    real, fake = fixed(config.dataset, config.classes, 128, 0, pixels), generated(state, 128)
    with torch.no_grad():
        found = hits(config, d_logits(state, real), d_logits(state, fake))
    assert frame.d_accuracy[0] == pytest.approx(found["d_accuracy"][0], abs=1e-6)
    generator = from_checkpoint(config, 0, checkpoint(state))
    mine, theirs = generator.sample(fixed_latents(config)[:9]), sample(state, 9)[:, 0]
    assert torch.allclose(mine, theirs, atol=0.02)
    assert mine.min() >= -1


@pytest.mark.parametrize("pixels", ODD)
def test_it_trains_otherwise_and_resumes_exactly(pixels):
    config = SMALL.replace(pixels=pixels)
    state, plain = start(config), start(SMALL)
    for _ in range(3):
        resumed = restore(config, checkpoint(state))
        for one in (state, plain, resumed):
            train.update(one)
        assert_same_state(checkpoint(state), checkpoint(resumed))
    assert not torch.equal(state.d.net.flat, plain.d.net.flat)
    assert config.key() != SMALL.key()
    assert np.isfinite(float(state.d.loss))


def test_augmentation_that_fills_with_other_paper_is_refused():
    for changes in ({"augment": "diffaugment"}, {"edits": ((1, "augment", "diffaugment"),)}):
        with pytest.raises(ConfigError) as refused:
            SMALL.replace(pixels="unit", **changes)
        assert (refused.value.field, refused.value.reason) == ("pixels", "pixels_augment")
