"""Training on digits is pure: equal configs, frames that change nothing, exact resumption; every loss trains."""

from itertools import islice

import numpy as np
import pytest
import torch
from few_images import few_images  # noqa: F401
from sameness import assert_equal, assert_same_state
from schedules import digit_steps
from waiting import Clock

from ganlab.data import torchvision
from ganlab.digits import frame as digits_frame
from ganlab.digits import train as train_digits
from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import schedule
from ganlab.digits.metrics import DIGIT_METRICS
from ganlab.digits.train import advance, checkpoint, restore, snapshot, start, train, update
from ganlab.gan.losses import LOSSES
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.host import machine
from ganlab.kind.fields import knobs
from ganlab.kinds import engines
from ganlab.links import identity
from ganlab.plane.config import PlaneConfig
from ganlab.service import runs, worker
from ganlab.store.runs import Store
from scripts import record as recorder

pytestmark = pytest.mark.usefixtures("few_images")
SMALL = DigitsConfig(batch_size=4, latent_dim=3, steps=4)
KINDS = {
    "light": {},
    "dense": {"architecture": "dense", "minibatch": "stddev"},
    "classic": {"architecture": "classic", "optimizer": "rmsprop"},
    "deep": {"architecture": "deep", "update": "simultaneous"},
    "many_d": {"d_steps": 2, "g_steps": 2, "loss": "relativistic"},
    "augmented": {"augment": "diffaugment", "regularizer": "r1_r2", "ema": 0.0},
    "spectral": {"spectral_norm": True, "loss": "hinge", "optimizer": "sgd"},
    "half": {"precision": "bfloat16", "regularizer": "wgan_gp"},
    "few": {"classes": "17", "batch_size": 7},
    "perceptrons": {"architecture": "mlp", "d_norm": "mixed", "noise": "uniform", "d_optimizer": "sgd"},
    "sigmoid": {"g_output": "sigmoid", "pixels": "standardised", "d_norm": "apart", "d_optimizer": "rmsprop"},
    "edited": {
        "edits": ((2, "d_steps", 0), (3, "d_steps", 2), (3, "loss", "wasserstein"), (4, "augment", "diffaugment"))
    },
}


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_equal_configs_give_equal_frames_whatever_else_the_process_does(kind):
    config = SMALL.replace(**KINDS[kind])
    alone = list(train(config))
    before, again = torch.random.get_rng_state(), []
    other = start(SMALL.replace(seed=5))
    for frame in train(config):
        again.append(frame)
        update(other)
        assert torch.equal(torch.random.get_rng_state(), before), "the global random state is left alone"
        torch.rand(3)
        before = torch.random.get_rng_state()
    assert len(alone) == len(again) == 5
    for one, two in zip(alone, again, strict=True):
        assert_equal(one, two)


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_taking_frames_changes_nothing_and_a_run_resumes_exactly_after_any_update(kind):
    config = SMALL.replace(**KINDS[kind])
    watched, unwatched = start(config), start(config)
    for done in range(6 if config.edits else 4):
        resumed = restore(config, checkpoint(unwatched))
        if done % 2:
            assert_equal(snapshot(watched), snapshot(resumed))
        for state in (watched, unwatched, resumed):
            update(state)
        assert_same_state(checkpoint(watched), checkpoint(unwatched))
        assert_same_state(checkpoint(resumed), checkpoint(unwatched))


@pytest.mark.whole
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("regularizer", REGULARIZERS)
def test_every_loss_trains_under_every_constraint(loss, regularizer):
    *_, last = train(SMALL.replace(loss=loss, regularizer=regularizer, steps=2))
    assert (last.step, last.outcome) == (2, "")
    assert np.isfinite([last.d_loss, last.g_loss, last.d_grad, last.g_grad]).all()
    assert np.isfinite(last.penalty).all() == (REGULARIZERS[regularizer].penalty is not None)
    assert np.isfinite(last.d_accuracy).all() == (LOSSES[loss].threshold is not None)


@pytest.mark.whole
@pytest.mark.parametrize("architecture", ["classic", "deep"])
@pytest.mark.parametrize("constraint", [{"regularizer": "r1_r2"}, {"spectral_norm": True}])
def test_every_architecture_trains_under_penalties_and_spectral_norm(architecture, constraint):
    *_, last = train(SMALL.replace(architecture=architecture, steps=1, **constraint))
    assert np.isfinite(last.g_loss).all()


@pytest.mark.whole
def test_fewer_steps_are_the_exact_prefix_of_more():
    short, long = (list(islice(train(SMALL.replace(steps=steps)), 4)) for steps in (3, 6))
    assert SMALL.replace(steps=3).key() == SMALL.key()
    for one, two in zip(short, long, strict=True):
        assert_equal(one, two)


@pytest.mark.whole
def test_both_sides_learn_to_win():
    """D alone gets better at telling apart; G alone gets better at fooling a D that rests."""
    small = DigitsConfig(batch_size=16, latent_dim=4, steps=40, ema=0.0)
    first, *_, last = train(small.replace(g_steps=0))
    assert last.d_accuracy[0] > 0.95 > first.d_accuracy[0]
    assert np.isnan(last.g_loss).all()
    *_, last = train(small.replace(d_steps=0))
    assert last.fools[0] == 1.0
    assert np.isnan(last.d_loss).all()


def test_penalties_and_losses_are_those_of_the_registries():
    """R1 on images is γ/2 times the squared norm of D's slope over 784 pixels, at the images of the batch."""
    config = SMALL.replace(regularizer="r1", gamma=3.0, ema=0.0)
    state = start(config)
    d, real = start(config).d.net, start(config).real["d"].row(0).requires_grad_()
    update(state)
    (slope,) = torch.autograd.grad(d(real).sum(), real)
    assert state.penalty.item() == pytest.approx(1.5 * slope.square().sum((1, 2, 3)).mean().item(), rel=1e-5)
    fake = start(config).g.net(start(config).z["d"].row(0)[0], training=True)
    expected = LOSSES["nonsaturating"].discriminator(d(real).view(1, -1), d(fake).view(1, -1))
    assert torch.allclose(state.d.loss, expected, atol=1e-6)


def test_the_average_follows_weights_and_batch_statistics():
    state = start(SMALL.replace(ema=0.5))
    weights, buffer = state.g_ema.flat.clone(), state.g_ema.norm_buffers[0].clone()
    for _ in range(2):
        update(state)
    kept = 2 / 11
    assert torch.allclose(state.g_ema.flat, kept * weights + (1 - kept) * state.g.net.flat)
    assert torch.allclose(state.g_ema.norm_buffers[0], kept * buffer + (1 - kept) * state.g.net.norm_buffers[0])
    raw = start(SMALL.replace(ema=0.0))
    assert raw.g_ema is raw.g.net


def test_divergence_ends_in_a_frame_that_names_step_quantity_and_knob():
    frames = list(train(SMALL.replace(optimizer="sgd", d_lr=1.0, g_lr=1.0, loss="wasserstein", steps=60)))
    assert frames[-1].outcome == "diverged"
    assert all(frame.outcome == "" for frame in frames[:-1])
    assert frames[-1].facts["step"] == frames[-1].step == frames[-1].diverged_at[0]
    assert frames[-1].facts["knob"] == "regularizer"


@pytest.mark.whole
@pytest.mark.parametrize("name", [name for name, spec in knobs(DigitsConfig).items() if spec.live])
def test_every_live_field_can_be_edited(name):
    spec = knobs(DigitsConfig)[name]
    value = spec.choices[-1] if spec.kind == "choice" else {"int": 2, "bool": True}.get(spec.kind, 0.5)
    *_, last = train(SMALL.replace(edits=((1, name, value),), steps=2))
    assert last.step == 2


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimiser_moves_both_sides(optimizer):
    state = start(SMALL.replace(optimizer=optimizer))
    before = state.g.net.flat.clone(), state.d.net.flat.clone()
    advance(state)
    assert not torch.equal(before[0], state.g.net.flat)
    assert not torch.equal(before[1], state.d.net.flat)


@pytest.mark.whole
def test_a_run_goes_through_the_worker_and_the_store_and_continues_bit_by_bit(tmp_path):
    config = SMALL.replace(steps=20)
    undisturbed = {frame.step: train_digits.encode(config, frame)[0] for frame in train(config)}
    with Store(tmp_path) as store:
        for steps in (7, 13, 20):
            store.wish(config.key(), config.replace(steps=steps).to_json(), steps, "me")
            worker.work(store.path, "here/0", engines())
        run = store.run(config.key())
        assert (run.state, run.step, run.kind) == ("done", 20, "digits")
        assert store.frames(config.key(), 0) == undisturbed
        assert store.steps(config.key()) == digit_steps(config)


@pytest.fixture
def each_pass(monkeypatch):
    """Every pass over the 500 images of a digit ends with a frame, as it does with more images."""
    monkeypatch.setattr(digits_frame, "PASS", 500)
    schedule.cache_clear()
    yield
    schedule.cache_clear()


@pytest.mark.whole
@pytest.mark.usefixtures("each_pass")
def test_a_checkpoint_each_epoch_and_a_run_cut_off_between_two_ends_bit_by_bit(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "monotonic", Clock())  # a busy machine makes no checkpoint more and none less
    config = DigitsConfig(classes="1", batch_size=100, latent_dim=2, steps=15)
    undisturbed = {frame.step: train_digits.encode(config, frame)[0] for frame in train(config)}
    with Store(tmp_path) as store:
        for steps in (7, 12, 15):
            store.wish(config.key(), config.replace(steps=steps).to_json(), steps, "me")
            worker.work(store.path, "here/0", engines())
            kept = store.checkpoints.steps(config.key())
            store.checkpoints.paths(config.key())[0].unlink()  # as if it had been killed before its last checkpoint
        assert store.frames(config.key(), 0) == undisturbed
        assert kept == [15, 10, 5]


@pytest.mark.whole
def test_a_prepared_run_is_recorded_with_all_its_epochs_and_goes_on_from_its_end(tmp_path, monkeypatch):
    config = DigitsConfig(classes="1", batch_size=100, latent_dim=2, steps=5)
    monkeypatch.setitem(recorder.RUNS, "digits_dense", config)
    monkeypatch.setattr(recorder, "RECORDED", tmp_path)
    file = recorder.record("digits_dense", tmp_path / "store")
    with Store(tmp_path / "fresh") as store:
        assert store.import_recording(file, identity) == config.key()
        run = store.run(config.key())
        assert (run.step, run.threads, store.steps(run.key)) == (5, runs.threads(config), [0, 1, 2, 3, 4, 5])
        assert run.seconds == 0
        assert store.checkpoints.steps(run.key) == [5]


@pytest.mark.whole
def test_a_recording_that_cannot_be_made_says_why(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLAB_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(torchvision.datasets().MNIST, "mirrors", ["http://127.0.0.1:9/"])
    monkeypatch.setattr(recorder, "RECORDED", tmp_path)
    with pytest.raises(SystemExit, match="no_network"):
        recorder.record("digits_classic", tmp_path / "store")
    assert not list(tmp_path.glob("*.zip"))


def test_a_run_without_its_images_fails_and_says_why(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLAB_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(torchvision.datasets().MNIST, "mirrors", ["http://127.0.0.1:9/"])
    config = SMALL.replace(dataset="mnist")
    with Store(tmp_path) as store:
        store.wish(config.key(), config.to_json(), 3, "me")
        worker.work(store.path, "here/0", engines())
        run = store.run(config.key())
    assert (run.state, run.note, run.facts["dataset"]) == ("failed", "data", "mnist")
    assert run.facts["reason"] == "no_network"


def test_a_run_s_threads_are_fixed_by_its_kind(monkeypatch):
    monkeypatch.setattr(machine, "processors", lambda: 8)
    assert (runs.threads(DigitsConfig()), runs.threads(PlaneConfig())) == (2, 1)
    monkeypatch.setattr(machine, "processors", lambda: 1)
    assert runs.threads(DigitsConfig()) == 1


def test_networks_that_lose_by_threads_have_one(monkeypatch):
    monkeypatch.setattr(machine, "processors", lambda: 8)
    assert [runs.threads(DigitsConfig(architecture=name)) for name in ("light", "dense")] == [2, 1]


PASSES = DigitsConfig(classes="1", latent_dim=2, batch_size=112, steps=7)
"""More than one pass over the 500 images of a digit; the first ends in its fifth batch."""


@pytest.mark.whole
@pytest.mark.usefixtures("each_pass")
def test_the_frame_that_ends_an_epoch_is_judged_in_full_and_changes_nothing():
    frames = {frame.step: frame for frame in train(PASSES)}
    assert set(frames[5].metrics) == set(DIGIT_METRICS)
    assert frames[5].shares.sum() == pytest.approx(1)
    assert [step for step, frame in frames.items() if frame.metrics] == [5]
    state = start(PASSES)
    for step in range(1, 8):
        update(state), update(state)
        if step in (5, 7):
            assert_equal(snapshot(state), frames[step])


@pytest.mark.whole
@pytest.mark.usefixtures("each_pass")
def test_a_frame_has_the_mean_of_every_round_of_the_pass_so_far():
    config = PASSES.replace(edits=((2, "g_steps", 0), (4, "g_steps", 1)))
    state, losses = start(config), []
    for _ in range(config.steps):
        frame = advance(state) or snapshot(state)
        losses.append((float(frame.d_loss[0]), float(frame.g_loss[0])))
        first = 5 if frame.step > 5 else 0
        assert float(frame.d_mean[0]) == pytest.approx(np.mean([d for d, _ in losses[first:]]))
        assert float(frame.g_mean[0]) == pytest.approx(np.nanmean([g for _, g in losses[first:]]))
