"""Runs elsewhere than on the processor: what is fixed at submission, and that no tensor is left behind on the way.

Where there is no accelerator, a second memory that computes as the processor does stands for one.
"""

import pytest
import torch
from few_images import few_images  # noqa: F401
from sameness import assert_equal, assert_same_state
from second_memory import NAME, SecondMemory

from ganlab.digits import train as train_digits
from ganlab.digits.config import DigitsConfig
from ganlab.digits.train import advance, checkpoint, restore, snapshot, start, train, update
from ganlab.kind import devices
from ganlab.kind.devices import DeviceError
from ganlab.kinds import engines
from ganlab.plane.config import PlaneConfig
from ganlab.service import worker
from ganlab.service.runs import Runs
from ganlab.store.database import Database
from ganlab.store.housekeeping import interrupt
from ganlab.store.runs import Store

pytestmark = pytest.mark.usefixtures("few_images")
SMALL = DigitsConfig(batch_size=4, latent_dim=3, steps=4)
KINDS = {
    "light": {},
    "dense": {"architecture": "dense", "minibatch": "stddev"},
    "average_of_a_long_pass": {"ema": 0.9, "d_steps": 2, "classes": "17"},
    "dropout": {"architecture": "classic", "optimizer": "rmsprop"},
    "deep": {"architecture": "deep", "update": "simultaneous", "ema": 0.0},
    "augmented": {"augment": "diffaugment", "regularizer": "r1_r2", "loss": "relativistic"},
    "between": {"regularizer": "wgan_gp", "loss": "wasserstein"},
    "spectral": {"spectral_norm": True, "loss": "hinge", "optimizer": "sgd"},
    "noisy": {"instance_noise": 0.5, "feature_matching": True, "packing": 2},
    "told": {"minibatch": "discrimination", "regularizer": "r1"},
    "spread": {"minibatch": "stddev", "pixels": "unit"},
    "perceptrons": {"architecture": "mlp", "d_norm": "apart", "noise": "uniform", "d_optimizer": "sgd"},
    "clipped": {"regularizer": "clip", "edits": ((1, "loss", "least_squares"),)},
}


@pytest.fixture
def there(monkeypatch):
    """A machine whose accelerator is the second memory."""
    monkeypatch.delenv("GANLAB_DEVICE")
    monkeypatch.setattr(devices, "found", lambda: NAME)
    with SecondMemory() as memory:
        yield memory
    devices.fix_arithmetic(1, "highest")


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_elsewhere_is_the_processor_s_own(kind, there):
    config = SMALL.replace(**KINDS[kind])
    here, far = start(config), start(config, NAME)
    train_digits.vouch(config, NAME)
    assert (here.device.type, far.device.type) == ("cpu", NAME)
    assert_equal(snapshot(here), snapshot(far))
    assert_equal(advance(here), advance(far))
    update(here), update(far)  # in the middle of a round
    kept = checkpoint(far)
    assert_same_state(checkpoint(here), kept)
    assert all(tensor.device.type == "cpu" for tensor in kept.values())
    again = restore(config, kept, NAME)
    for state in (here, again):
        while state.step < 2:
            update(state)
    assert_same_state(checkpoint(here), checkpoint(again))


@pytest.mark.whole
def test_a_run_elsewhere_diverges_with_the_same_words(there):
    config = SMALL.replace(optimizer="sgd", d_lr=1.0, g_lr=1.0, loss="wasserstein")
    here, far = start(config), start(config, NAME)
    while not here.outcome:
        update(here), update(far)
    assert_equal(snapshot(here), snapshot(far))


@pytest.mark.whole
def test_a_run_elsewhere_goes_through_the_store_and_continues_bit_by_bit(tmp_path, there):
    config = SMALL.replace(steps=20)
    undisturbed = {frame.step: train_digits.encode(config, frame)[0] for frame in train(config)}
    with Store(tmp_path) as store:
        for steps in (7, 20):
            store.wish(config.key(), config.replace(steps=steps).to_json(), steps, "me", device=NAME)
            worker.work(store.path, "here/0", engines())
        run = store.run(config.key())
        assert (run.state, run.step, run.device) == ("done", 20, NAME)
        assert store.frames(config.key(), 0) == undisturbed


def test_what_is_left_behind_is_found(there, monkeypatch):
    """The second memory is one: a trainer that forgets to bring its images over fails as on a graphics processor."""
    state = start(SMALL, NAME)
    monkeypatch.setattr(train_digits, "images", lambda state, player, index: state.real[player].row(index))
    with pytest.raises(RuntimeError, match="one memory"):
        advance(state)


def turned(op, *args, **kwargs):
    """A convolution's gradient, with the wrong sign."""
    return tuple(part if part is None else -part for part in op(*args, **kwargs))


def lacking(op, *args, **kwargs):
    """An operation that the accelerator does not have."""
    raise NotImplementedError(str(op))


@pytest.mark.whole
@pytest.mark.parametrize(("broken", "reason"), [(turned, "differs"), (lacking, "unable")])
def test_a_run_whose_accelerator_errs_goes_to_the_processor_and_says_so(broken, reason, tmp_path, there):
    there.broken[torch.ops.aten.convolution_backward.default] = broken
    run, frames = computed(tmp_path, SMALL, NAME)
    assert (run.state, run.device) == ("done", f"cpu/{NAME}/{reason}")
    assert devices.device_parts(run.device) == ("cpu", NAME, reason)
    assert frames == {frame.step: train_digits.encode(SMALL, frame)[0] for frame in train(SMALL)}


@pytest.mark.whole
def test_a_run_begun_on_an_accelerator_that_has_gone_goes_on_and_says_so(tmp_path, monkeypatch):
    with monkeypatch.context() as patch, SecondMemory():
        patch.setattr(devices, "chosen", lambda: NAME)
        assert computed(tmp_path, SMALL.replace(steps=2), NAME)[0].device == NAME
    run, frames = computed(tmp_path, SMALL.replace(steps=4), NAME)
    assert (run.state, run.step, run.device) == ("done", 4, f"cpu/{NAME}/missing")
    assert frames == {frame.step: train_digits.encode(SMALL, frame)[0] for frame in train(SMALL)}


@pytest.mark.whole
def test_a_run_whose_worker_died_on_the_accelerator_before_its_start_goes_to_the_processor(tmp_path, there):
    with Store(tmp_path) as store:
        store.wish(SMALL.key(), SMALL.to_json(), 4, "me", device=NAME)
        store.claim("here/0/1")
        interrupt(store, "here/0")
        assert store.run(SMALL.key()).deaths == 1
        worker.work(store.path, "here/0", engines())
        assert (store.run(SMALL.key()).state, store.run(SMALL.key()).device) == ("done", f"cpu/{NAME}/unable")


@pytest.mark.whole
@pytest.mark.parametrize(("before", "rounds"), [(NAME, 1), ("cpu", 4)])
def test_a_run_goes_on_from_another_s_moment_only_where_that_was_computed(before, rounds, tmp_path, there):
    """Elsewhere its frames would be others: so all are computed again."""
    computed(tmp_path, SMALL.replace(steps=3), before)
    took = []
    there.broken[torch.ops.aten._fused_adam_.default] = lambda op, *args, **kwargs: took.append(op(*args, **kwargs))
    run, frames = computed(tmp_path, SMALL.replace(edits=((3, "g_lr", 1e-4),)), NAME)
    assert (run.state, run.device, set(frames)) == ("done", NAME, {0, 1, 2, 3, 4})
    vouched = 1
    assert len(took) == 2 * (rounds + vouched)


def computed(place, config, device):
    """A run after a worker has had it, and its frames."""
    with Store(place) as store:
        store.wish(config.key(), config.to_json(), config.steps, "me", device=device)
        worker.work(store.path, "here/0", engines())
        return store.run(config.key()), store.frames(config.key(), 0)


def test_the_accelerator_is_taken_unless_the_server_is_told_otherwise(monkeypatch):
    monkeypatch.delenv("GANLAB_DEVICE")
    monkeypatch.setattr(devices, "found", lambda: "cuda")
    assert devices.chosen() == "cuda"
    monkeypatch.setenv("GANLAB_DEVICE", "cpu")
    assert devices.chosen() == "cpu"
    monkeypatch.setenv("GANLAB_DEVICE", "mps")
    with pytest.raises(DeviceError, match="mps: missing"):
        devices.chosen()


def test_a_device_is_fixed_when_a_run_is_submitted_and_the_plane_stays(tmp_path, monkeypatch):
    digits, plane = SMALL, PlaneConfig(steps=1)
    with Store(tmp_path) as store:
        for device in ("cuda", "cpu"):
            with Runs(store, slots=1, device=device) as runs:
                monkeypatch.setattr(runs, "_start", lambda *_: None)  # nobody computes
                for config in (digits, plane):
                    runs.submit(config, "me")
        assert (store.run(digits.key()).device, store.run(plane.key()).device) == ("cuda", "cpu")


def test_a_store_from_before_devices_goes_on(tmp_path):
    with Store(tmp_path) as store:
        store.database.read("ALTER TABLE runs DROP COLUMN device")
    with Store(tmp_path) as store:
        store.wish("a", {"kind": "digits"}, 1, "me")
        assert store.run("a").device == "cpu"
    Database(tmp_path).close()


@pytest.mark.skipif(devices.found() == "cpu", reason="this machine has no accelerator")
@pytest.mark.parametrize("changes", [*KINDS.values(), {"precision": "bfloat16"}])
def test_the_accelerator_of_this_machine_agrees_with_its_processor(changes):
    state = start(SMALL.replace(**changes), devices.found())
    train_digits.vouch(state.config, devices.found())
    while state.step < 3:
        advance(state)
    assert not state.outcome
