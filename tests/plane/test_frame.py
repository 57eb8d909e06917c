"""When frames are taken, and what their packing keeps."""

import dataclasses

import numpy as np
import pytest
from schedules import frame_steps

from ganlab.data.plane import DATASETS
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import EVERY, LAST, Frame, pack, spread, unpack
from ganlab.plane.train import encode, snapshot, start

EXTENT = DATASETS["ring"].extent


@pytest.fixture(scope="module")
def frame():
    return snapshot(start(PlaneConfig(members=2)))


def test_frames_come_at_every_early_step_and_then_at_round_steps_about_evenly_in_log_step():
    steps = frame_steps(LAST)
    assert steps[: EVERY + 1] == list(range(EVERY + 1))
    assert steps[-1] == LAST
    assert len(steps) == len(set(steps)) <= 401
    assert frame_steps(1000) == [step for step in steps if step <= 1000]
    ratios = np.array(steps[EVERY + 1 :]) / steps[EVERY:-1]
    assert ratios.min() > 1.019
    assert ratios.max() <= 1.0501
    assert {300, 1000, 1500, 4000, 6000, 12_000, 24_000} <= set(steps)


def test_packing_keeps_points_scalars_and_signs(frame):
    for member, blob in enumerate(pack(frame, EXTENT, 0.0)):
        seen, true = unpack(blob, EXTENT), frame.member(member)
        assert len(blob) % 4 == 0
        assert len(blob) <= 10_000
        assert np.abs(seen.fake - true.fake).max() <= 2 * EXTENT / 32767
        assert np.abs(seen.grid - true.grid).max() <= 2 * EXTENT / 32767
        assert (seen.step, seen.d_updates, seen.g_updates) == (true.step, true.d_updates, true.g_updates)
        assert np.array_equal(seen.shares, true.shares.astype(np.float32))
        for name in true.metrics:
            assert seen.metrics[name] == pytest.approx(true.metrics[name], abs=1e-6, nan_ok=True)
        assert np.isnan(seen.d_loss)
        longest = np.linalg.norm(true.push, axis=-1).max()
        assert np.abs(seen.push - true.push).max() <= 0.02 * longest
        assert np.abs(seen.field - true.field).max() <= 0.01 * np.abs(true.field).max()
        assert ((seen.field > 0) == (true.field > 0))[np.abs(true.field) > 1e-3].all()


def test_packing_says_what_is_not_finite_and_what_lies_far_away(frame):
    fake = frame.fake.copy()
    fake[0, 0], fake[0, 1] = np.nan, 1e9
    lost = dataclasses.replace(frame, fake=fake, field=np.full_like(frame.field, np.inf), push=frame.push * np.nan)
    seen = unpack(pack(lost, EXTENT)[0], EXTENT)
    assert np.isnan(seen.fake[0, 0]).all()
    assert seen.fake[0, 1].tolist() == pytest.approx([2 * EXTENT] * 2)
    assert np.isfinite(seen.push).all()


def test_a_divergence_travels_with_the_frame(frame):
    facts = {"step": 12, "quantity": "g_loss", "knob": "d_lr"}
    dead = dataclasses.replace(frame, diverged_at=np.array([12, -1]), facts=facts)
    first, second = (unpack(blob, EXTENT) for blob in pack(dead, EXTENT))
    assert (first.outcome, dict(first.facts), first.diverged_at.tolist()) == ("diverged", facts, [12])
    assert (second.outcome, dict(second.facts), second.diverged_at.tolist()) == ("", {}, [-1])


def test_the_engine_packs_as_documented(frame):
    assert encode(PlaneConfig(members=2), frame) == pack(frame, EXTENT, 0.0)
    assert isinstance(frame, Frame)


def test_a_spread_holds_both_ends_and_no_more_than_asked():
    assert spread(range(0, 400, 2), 48)[0] == 0
    assert spread(range(0, 400, 2), 48)[-1] == 398
    assert len(set(spread(range(400), 48))) == 48
    assert (spread([3], 48), spread([], 48)) == ([3], [])
