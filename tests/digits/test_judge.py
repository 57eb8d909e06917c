"""The judge: its accuracy as it ships, what it refuses to call a digit, and the script that trains it."""

import numpy as np
import pytest
import torch
from real_digits import judged_digits
from safetensors import safe_open

from ganlab.digits import judge as judge_module
from ganlab.digits.judge import SHAPES, WEIGHTS, initial_weights, judge, shipped_weights
from ganlab.gan.rng import stream
from scripts.train_judge import batches, strangers, train, warped


@pytest.fixture(scope="module")
def real():
    return judged_digits()


def test_accuracy_of_the_shipped_weights(real):
    _, labels, judged = real
    right = judged.digits == labels
    assert right.double().mean() >= 0.992
    assert min(right[labels == digit].double().mean() for digit in range(10)) >= 0.98


def test_real_images_are_accepted(real):
    assert (real[2].confidence >= 0.9).double().mean() == pytest.approx(0.98, abs=0.01)


def test_labels_belong_to_images(real):
    """The mean 1 is a stroke in the middle, the mean 0 has a hole there."""
    images, labels, _ = real
    zero, one = (images[labels == digit].mean(0)[13:15, 13:15].mean() for digit in (0, 1))
    assert zero < -0.8 < 0.3 < one


NO_DIGITS = {
    "black": -torch.ones(5, 28, 28),
    "grey": torch.zeros(5, 28, 28),
    "white": torch.ones(5, 28, 28),
    "static": torch.rand(100, 28, 28, generator=stream(1, "test")) * 2 - 1,
    "dots": (torch.rand(100, 28, 28, generator=stream(2, "test")) > 0.9) * 2.0 - 1,
    "blobs": strangers(100, stream(3, "test")),
}


@pytest.mark.parametrize("name", NO_DIGITS)
def test_what_is_no_digit_is_not_accepted(name):
    assert (judge(NO_DIGITS[name]).confidence >= 0.9).double().mean() <= 0.01


def test_shapes_types_and_sums():
    judged = judge(NO_DIGITS["static"].numpy())
    assert judged.features.shape == (100, 128)
    assert judged.probabilities.shape == (100, 10)
    assert judged.features.dtype == judged.probabilities.dtype == torch.float32
    assert judged.features.min() >= 0
    np.testing.assert_allclose(judged.probabilities.sum(1), 1, atol=1e-5)
    assert len(judged) == 100


def test_any_batching_gives_the_same(monkeypatch):
    images = NO_DIGITS["blobs"]
    whole = judge(images)
    monkeypatch.setattr(judge_module, "BATCH", 7)
    torch.testing.assert_close(judge(images).features, whole.features, rtol=1e-4, atol=1e-4)


def test_image_types_do_not_matter():
    images = NO_DIGITS["blobs"].half()
    torch.testing.assert_close(judge(images).features, judge(images.double().numpy()).features)


BAD = {
    "shape": torch.zeros(5, 1, 28, 28),
    "one": torch.zeros(28, 28),
    "none": torch.zeros(0, 28, 28),
    "size": torch.zeros(5, 32, 32),
    "nan": torch.full((5, 28, 28), torch.nan),
    "infinite": torch.full((5, 28, 28), torch.inf),
    "bytes": torch.full((5, 28, 28), 255.0),
    "too dark": torch.full((5, 28, 28), -1.01),
    "integers": torch.zeros(5, 28, 28, dtype=torch.uint8),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_judged_is_refused(name):
    with pytest.raises(ValueError, match=r"^images .*: expected "):
        judge(BAD[name])


def test_a_single_nan_is_refused():
    images = torch.zeros(5, 28, 28)
    images[3, 2, 1] = torch.nan
    with pytest.raises(ValueError, match="finite"):
        judge(images)


def test_images_stay_as_they_are_and_global_dice_rest():
    images = NO_DIGITS["blobs"].numpy().copy()
    images.setflags(write=False)
    before = torch.random.get_rng_state()
    judge(images)
    assert torch.equal(before, torch.random.get_rng_state())
    np.testing.assert_array_equal(images, NO_DIGITS["blobs"])


def test_weights_ship_small_and_as_float16():
    assert WEIGHTS.stat().st_size < 1_000_000
    with safe_open(WEIGHTS, "pt") as file:
        found = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    assert {tensor.dtype for tensor in found.values()} == {torch.float16}
    assert {key: tuple(found[f"{key}.weight"].shape) for key in SHAPES} == SHAPES
    assert shipped_weights() is shipped_weights()


# The script.


def test_initial_weights_come_from_named_streams():
    torch.random.default_generator.manual_seed(7)
    first, again, other = initial_weights(0), initial_weights(0), initial_weights(1)
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["hidden.weight"], other["hidden.weight"])
    assert first["hidden.weight"].std() == pytest.approx((2 / 1024) ** 0.5, rel=0.01)


def test_warping_keeps_the_ink_about_where_it_was():
    image = -torch.ones(200, 28, 28)
    image[:, 10:18, 10:18] = 1
    moved = warped(image, stream(0, "test"))
    assert moved.shape == image.shape
    assert moved.min() >= -1 - 1e-5
    assert moved.max() <= 1 + 1e-5
    ink = (moved + 1).sum((1, 2)) / 128
    assert ink.mean() == pytest.approx(1.0, abs=0.05)
    assert ink.std() > 0.05
    row = ((moved + 1).sum(2) * torch.arange(28)).sum(1) / (moved + 1).sum((1, 2))
    assert row.mean() == pytest.approx(13.5, abs=0.3)
    assert 0.5 < row.std() < 2


def test_a_batch_holds_digits_and_strangers():
    pictures, names = next(batches(torch.zeros(200, 28, 28), torch.full((200,), 3), 0, 0))
    assert pictures.shape == (144, 28, 28)
    assert names[:128].argmax(1).eq(3).all()
    np.testing.assert_allclose(names[128:], 0.1, rtol=1e-6)
    np.testing.assert_allclose(names.sum(1), 1, rtol=1e-6)


@pytest.mark.whole
def test_training_repeats_itself(capsys):
    """Bars at ten heights; equal seeds give equal weights, whatever the global dice do."""
    labels = torch.arange(300) % 10
    images = -torch.ones(300, 28, 28)
    for image, label in zip(images, labels, strict=True):
        image[4 + 2 * label : 6 + 2 * label, 6:22] = 1
    before = torch.random.get_rng_state()
    first, again = (train(images, labels, seed=3, epochs=1) for _ in range(2))
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert "epoch  1  loss" in capsys.readouterr().out
