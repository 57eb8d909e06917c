"""The images that no run is trained on, and D's share of them in frames."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from ganlab.data import held_out
from ganlab.data.images import PIXELS, fixed, is_here, mnist, subset
from ganlab.digits import frame as digits_frame
from ganlab.digits.config import DigitsConfig
from ganlab.digits.snapshot import ACCURACY_SAMPLES, snapshot
from ganlab.digits.state import start
from ganlab.digits.train import update

SMALL = DigitsConfig(batch_size=8, latent_dim=3, ema=0.0)


def rows(images):
    return {image.numpy().tobytes() for image in images}


def test_a_hundred_of_each_digit_and_none_is_a_training_image():
    images, labels = held_out.everything()
    assert (images.shape, images.dtype) == ((1000, 28, 28), torch.uint8)
    assert labels.bincount().tolist() == [100] * 10
    assert len(rows(images)) == 1000
    assert not rows(images) & rows(subset()[0])


@pytest.mark.skipif(not is_here("MNIST"), reason="the full set is not here")
def test_none_is_a_training_image_of_the_full_set():
    assert not rows(held_out.everything()[0]) & rows(mnist()[0])


def test_they_are_of_the_chosen_digits_on_the_run_s_scale():
    found = held_out.held_out("mnist_5k", "37", 128, 0, "unit")
    assert found.shape == (128, 1, 28, 28)
    images, labels = held_out.everything()
    both = images[(labels == 3) | (labels == 7)]
    assert rows(PIXELS["unit"].to_display(found).mul(127.5).add(127.5).round().to(torch.uint8)[:, 0]) <= rows(both)
    assert torch.equal(held_out.held_out("mnist", "37", 128, 0), held_out.held_out("mnist_5k", "37", 128, 0))
    assert len(rows(held_out.held_out("mnist_5k", "0", 128, 0))) == 100
    assert held_out.held_out("fashion_mnist", "37", 128, 0) is None


@pytest.mark.whole
def test_a_frame_has_d_s_share_of_both_kinds_of_real_images():
    state = start(SMALL)
    update(state), update(state)
    frame = snapshot(state)
    images = held_out.held_out("mnist_5k", SMALL.classes, ACCURACY_SAMPLES, 0)
    with torch.no_grad():
        assert frame.held_out[0] == (state.d.net(images) > 0).float().mean()
    assert frame.trained[0] == pytest.approx(2 * frame.d_accuracy[0] - 1 + frame.fools[0])
    assert 0 <= frame.trained[0] <= 1


@pytest.mark.parametrize("changes", [{"loss": "wasserstein"}, {"loss": "relativistic"}])
def test_without_a_threshold_there_is_no_share(changes):
    assert np.isnan(snapshot(start(SMALL.replace(**changes))).held_out).all()


@pytest.mark.whole
@pytest.mark.parametrize("d_norm", ["apart", "mixed"])
def test_a_d_that_sees_batches_judges_them_as_training_images(d_norm):
    """Where held-out images are the training images, both shares are the same."""
    config = SMALL.replace(d_norm=d_norm)
    state = start(config)
    for _ in range(4):
        update(state)
    frame = snapshot(state)
    with pytest.MonkeyPatch.context() as patch:
        same = fixed(config.dataset, config.classes, ACCURACY_SAMPLES, config.seed, config.pixels)
        patch.setattr("ganlab.digits.snapshot.held_out", lambda *_: same)
        assert snapshot(state).held_out[0] == pytest.approx(frame.trained[0])


def test_frames_from_before_have_none():
    frame = replace(snapshot(start(SMALL)), held_out=np.array([0.25], np.float32))
    blob = digits_frame.pack(frame)
    assert digits_frame.unpack(blob).held_out[0] == 0.25
    end = 4 + int.from_bytes(blob[:4], "little")
    head = json.loads(blob[4:end])
    del head["held_out"]
    text = json.dumps(head).encode()
    old = digits_frame.unpack(len(text).to_bytes(4, "little") + text + blob[end:])
    assert np.isnan(old.held_out[0])
    assert old.d_accuracy == frame.d_accuracy
