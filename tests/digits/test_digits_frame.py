"""Frames of digits: which steps have one, and what their bytes hold."""

import numpy as np
import pytest
from schedules import digit_steps

from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import (
    SHEET_BYTES,
    SLIM_BYTES,
    DigitsFrame,
    ends_epoch,
    epoch_ends,
    is_frame,
    judgement,
    pack,
    schedule,
    slim,
    unpack,
)
from ganlab.digits.snapshot import snapshot
from ganlab.digits.state import start

LONG = DigitsConfig(steps=200_000, batch_size=64)
DATA = {
    "subset": ({}, 1),
    "full": ({"dataset": "mnist"}, 1),
    "k5": ({"d_steps": 5}, 1),
    "thousand": ({"classes": "37"}, 1),
    "one_digit": ({"classes": "3", "batch_size": 512}, 2),
    "hundred": ({"dataset": "mnist_100", "batch_size": 32}, 10),
}
"""Changes of the config, and how many passes take a thousand images."""


def sheet(blob):
    """The sheet in a packed frame, a PNG."""
    return blob[4 + int.from_bytes(blob[:4], "little") :]


@pytest.mark.parametrize("kind", DATA)
def test_frames_are_dense_early_come_every_thousand_images_or_epoch_and_are_at_most_400(kind):
    changes, each = DATA[kind]
    config = LONG.replace(**changes)
    steps = digit_steps(config)
    assert steps[:9] == list(range(9))
    assert len(steps) <= 400
    assert steps == sorted(set(steps))
    ends = epoch_ends(config)
    assert set(ends) <= set(steps)
    for turn, step in enumerate(ends[:50], 1):
        assert config.epoch(step) >= each * turn > config.epoch(step - 1)
        assert ends_epoch(config, step)
        assert judgement(config, step) == "full"
    assert sum(ends_epoch(config, step) for step in range(ends[20] + 1)) == 21


def test_the_schedule_is_of_the_step_alone_whatever_the_target():
    assert schedule(LONG) == schedule(LONG.replace(steps=5))
    edited = LONG.replace(edits=((777, "g_lr", 0.1),))
    assert schedule(edited) == schedule(LONG) | {777, 778}
    assert is_frame(edited, 777)


def test_an_edit_of_d_steps_moves_only_the_epochs_after_it():
    edited = LONG.replace(edits=((1000, "d_steps", 4),))
    assert {s for s in schedule(edited) if s <= 1000} - {1000} == {s for s in schedule(LONG) if s < 1000}
    assert edited.epoch(1078) - edited.epoch(1000) == pytest.approx(4 * 78 * 64 / 5000)


def frame(sheet):
    one = np.array([0.25], np.float32)
    gone = np.array([np.nan], np.float32)
    return DigitsFrame(
        **dict.fromkeys(("step", "d_updates", "g_updates"), 7),
        epoch=0.09,
        sheet=sheet,
        **dict.fromkeys(("d_loss", "d_grad", "g_grad", "d_accuracy"), one),
        **dict.fromkeys(("penalty", "fools"), gone),
        g_loss=one * 2,
        metrics={"covered": 9.0, "fid": float("nan")},
        diverged_at=np.array([-1]),
    )


def digits():
    from ganlab.data.images import fixed

    return ((fixed("mnist_5k", "0123456789", 64, 0)[:, 0].numpy() + 1) * 127.5).round().astype(np.uint8)


def test_a_frame_of_digits_comes_back_exactly():
    before, after = frame(digits()), unpack(pack(frame(digits())))
    assert np.array_equal(after.sheet, before.sheet)
    for name in (
        "step",
        "epoch",
        "d_updates",
        "outcome",
        "facts",
        "d_loss",
        "g_loss",
        "penalty",
        "fools",
        "diverged_at",
    ):
        assert np.array_equal(getattr(after, name), getattr(before, name), equal_nan=name in ("penalty", "fools")), name
    assert after.metrics["covered"] == 9.0
    assert np.isnan(after.metrics["fid"])
    assert sheet(pack(before))[:4] == b"\x89PNG"


def test_even_noise_fits_into_a_sheets_bytes_by_giving_up_greys():
    noise = np.random.default_rng(0).integers(0, 256, (64, 28, 28), np.uint8)
    blob = pack(frame(noise))
    assert len(sheet(blob)) <= SHEET_BYTES
    assert np.abs(unpack(blob).sheet.astype(int) - noise).max() <= 43
    assert len(sheet(pack(snapshot_frame()))) <= SHEET_BYTES


def test_a_frame_that_ships_has_fewer_greys_and_the_same_numbers():
    grainy = np.maximum(digits(), np.random.default_rng(0).integers(0, 9, (64, 28, 28), np.uint8))
    blob = pack(frame(grainy))
    small = slim(blob)
    assert len(sheet(small)) <= SLIM_BYTES < len(sheet(blob))
    assert small[: -len(sheet(small))] == blob[: -len(sheet(blob))]
    assert np.abs(unpack(small).sheet.astype(int) - grainy).max() <= 255 / 14, "at least 8 levels"
    assert slim(small) == small


def snapshot_frame():
    return snapshot(start(DigitsConfig(latent_dim=2)))


def test_a_judge_may_add_numbers_of_the_images_that_are_shown():
    seen = []

    def judge(images):
        seen.append(images)
        return {"mean": float(images.mean())}, np.full(10, 0.1)

    taken = snapshot(start(DigitsConfig(latent_dim=2)), judge)
    assert seen[0].shape == (1000, 28, 28)
    assert np.array_equal(np.rint(seen[0][:64] * 127.5 + 127.5).astype(np.uint8), taken.sheet)
    assert taken.metrics == {"mean": float(seen[0].mean())}
    assert np.array_equal(unpack(pack(taken)).shares, np.full(10, 0.1))


def test_the_judge_is_asked_at_epochs_and_powers_of_two_and_never_of_garments():
    config = LONG.replace(steps=400)
    asked = {step: judgement(config, step) for step in range(400) if judgement(config, step)}
    assert asked == dict.fromkeys((64, 128, 256), "brief") | dict.fromkeys(epoch_ends(config)[:5], "full")
    assert {judgement(LONG.replace(dataset="fashion_mnist"), step) for step in range(2000)} == {""}
    assert set(asked) <= schedule(config)
