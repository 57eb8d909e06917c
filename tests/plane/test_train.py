"""Training is pure: equal configs, frames, prefixes, resumption (docs/science.md#training); how a run diverges."""

from itertools import islice

import numpy as np
import pytest
import torch
from sameness import assert_equal, assert_same_state
from schedules import frame_steps

from ganlab.data.plane import DATASETS
from ganlab.gan.losses import LOSSES
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.kind.fields import knobs
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import Frame
from ganlab.plane.train import advance, checkpoint, develop, restore, snapshot, start, train, update

SMALL = PlaneConfig(g_width=8, d_width=8, batch_size=24, members=2, steps=12)
KINDS = {
    "default": {},
    "one_dimensional": {"latent_dim": 1, "noise": "uniform"},
    "high_dimensional": {"latent_dim": 9, "activation": "tanh"},
    "linear": {"g_depth": 0, "d_depth": 0},
    "many_d": {"d_steps": 3, "g_steps": 2},
    "simultaneous": {"update": "simultaneous", "d_steps": 2, "g_steps": 2},
    "spectral": {"spectral_norm": True, "loss": "hinge"},
    "packed": {"packing": 3, "regularizer": "r1"},
    "edited": {
        "edits": ((4, "d_steps", 0), (5, "d_steps", 2), (7, "loss", "relativistic"), (8, "regularizer", "wgan_gp"))
    },
}


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_equal_configs_give_equal_frames_whatever_else_the_process_does(kind):
    config = SMALL.replace(**KINDS[kind])
    alone = list(train(config))
    torch.manual_seed(99)
    other, again = train(SMALL.replace(seed=5)), []
    for frame in train(config):
        again.append(frame)
        next(other, None)
        torch.rand(3)
        np.random.rand()  # noqa: NPY002
    assert len(alone) == len(again) == 13
    for one, two in zip(alone, again, strict=True):
        assert_equal(one, two)


def test_the_global_random_state_is_left_alone():
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    list(train(SMALL.replace(regularizer="wgan_gp", spectral_norm=True)))
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_taking_frames_changes_nothing(kind):
    config = SMALL.replace(**KINDS[kind])
    watched, unwatched = start(config), start(config)
    for _ in range(20):
        update(watched)
        update(unwatched)
        snapshot(watched)
        snapshot(watched)
    assert_same_state(checkpoint(watched), checkpoint(unwatched))


def test_fewer_steps_are_the_exact_prefix_of_more():
    config = SMALL.replace(edits=((9, "d_lr", 0.1),))
    short, long = list(train(config.replace(steps=8))), list(train(config.replace(steps=100)))
    assert config.replace(steps=8).key() == config.key()
    for one, two in zip(short, long, strict=False):
        assert_equal(one, two)
    assert (short[-1].step, long[-1].step) == (8, frame_steps(100)[-1])


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_resumed_after_any_update_equals_an_undisturbed_one(kind, optimizer):
    config = SMALL.replace(optimizer=optimizer, **KINDS[kind])
    whole = start(config)
    for _ in range(22 if optimizer == SMALL.optimizer else 6):  # another optimiser keeps other slots, no more
        tensors = {name: tensor.clone() for name, tensor in checkpoint(whole).items()}
        resumed = restore(config, tensors)
        assert_same_state(checkpoint(whole), checkpoint(resumed))
        assert_equal(snapshot(whole), snapshot(resumed))
        update(whole)
        update(resumed)
        assert_same_state(checkpoint(whole), checkpoint(resumed))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("regularizer", REGULARIZERS)
def test_every_loss_trains_under_every_constraint(loss, regularizer):
    config = SMALL.replace(loss=loss, regularizer=regularizer, steps=3)
    *_, last = train(config)
    assert last.step == 3
    assert last.outcome == ""
    for name in ("fake", "push", "rise", "field", "grid", "d_loss", "g_loss", "d_grad", "g_grad"):
        assert np.isfinite(getattr(last, name)).all(), name
    assert np.isfinite(last.penalty).all() == (REGULARIZERS[regularizer].penalty is not None)
    assert np.isfinite(last.d_accuracy).all() == (LOSSES[loss].threshold is not None)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_data_set_trains(dataset):
    *_, last = train(SMALL.replace(dataset=dataset, steps=2))
    assert np.isfinite(last.shares).all()
    assert np.isfinite(last.metrics["js"]).all()


@pytest.mark.whole
def test_both_sides_learn_to_win():
    """D alone gets better at telling apart; G alone gets better at fooling a D that rests."""
    d_only = list(train(PlaneConfig(g_steps=0, steps=300)))
    assert d_only[-1].d_accuracy[0] > 0.9 > d_only[0].d_accuracy[0]
    assert np.array_equal(d_only[0].fake, d_only[-1].fake)
    g_only = list(train(PlaneConfig(d_steps=0, steps=300)))
    assert g_only[-1].fools[0] > 0.99
    assert np.array_equal(d_only[0].field, g_only[-1].field)


def test_a_frame_counts_both_sides_updates_and_losses_of_the_round():
    frames = list(train(SMALL.replace(d_steps=5, g_steps=2, steps=3)))
    assert [(f.step, f.d_updates, f.g_updates) for f in frames] == [(0, 0, 0), (1, 5, 2), (2, 10, 4), (3, 15, 6)]
    resting = next(islice(train(SMALL.replace(d_steps=0)), 1, None))
    assert np.isnan(resting.d_loss).all()
    assert np.isnan(resting.d_grad).all()
    assert np.isfinite(resting.g_loss).all()


def test_simultaneous_updates_see_the_same_weights():
    config = SMALL.replace(update="simultaneous", steps=1)
    d_alone = start(config.replace(update="alternating"))
    update(d_alone)
    both = start(config)
    update(both)
    assert both.step == 1
    assert torch.equal(d_alone.d.net.flat, both.d.net.flat)
    blind_to_d = start(config.replace(d_steps=0))
    update(blind_to_d)
    assert torch.equal(blind_to_d.g.net.flat, both.g.net.flat), "G's gradient comes from the untouched D"


def test_members_are_the_same_networks_however_many_train_beside_them():
    one, three = (list(train(SMALL.replace(members=m, steps=4))) for m in (1, 3))
    for a, b in zip(one, three, strict=True):
        assert np.allclose(a.fake[0], b.fake[0], atol=1e-5)
    assert not np.allclose(three[-1].fake[0], three[-1].fake[1], atol=1e-3)


def test_the_arrows_are_what_they_say():
    frame = snapshot(state := start(SMALL))
    x = torch.tensor(frame.fake, requires_grad=True)
    logits = state.d.net(x).squeeze(-1)
    per_point = torch.nn.functional.softplus(-logits)
    (gradient,) = torch.autograd.grad(per_point.sum(), x)
    assert np.allclose(frame.push, -gradient.numpy(), atol=1e-6)
    (slope,) = torch.autograd.grad(state.d.net(x).sum(), x)
    assert np.allclose(frame.rise, slope.numpy(), atol=1e-6)


def test_the_field_is_d_at_the_cells_with_the_lowest_y_first():
    state, extent = start(SMALL), DATASETS["ring"].extent
    corner = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]]) * extent * (1 - 1 / 40)
    expected = state.d.net(corner.expand(2, 3, 2)).squeeze(-1).detach().numpy()
    field = snapshot(state).field
    assert np.allclose(field[:, [0, 0, -1], [0, -1, 0]], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "quantities", "knob"),
    [
        ({"optimizer": "sgd", "d_lr": 1.0, "loss": "least_squares", "g_lr": 0.5}, {"d_loss", "g_loss"}, "d_lr"),
        ({"loss": "wasserstein", "d_lr": 0.5, "steps": 2000}, {"d_loss", "g_loss"}, "regularizer"),
        ({"regularizer": "r1", "gamma": 100.0, "optimizer": "sgd", "d_lr": 1.0}, {"penalty", "d_loss"}, "gamma"),
    ],
)
def test_divergence_ends_in_a_frame_that_names_step_quantity_and_knob(changes, quantities, knob):
    frames = list(train(PlaneConfig(**({"steps": 400} | changes))))
    last = frames[-1]
    assert last.outcome == "diverged"
    assert all(frame.outcome == "" for frame in frames[:-1])
    assert last.facts["step"] == last.step
    assert last.facts["quantity"] in quantities
    assert last.facts["knob"] == knob


def test_one_member_may_diverge_alone():
    state = start(SMALL.replace(members=3))
    for param in state.d.net.params:
        param.data[1] = 1e9
    (frame,) = develop([advance(state)])
    assert frame.outcome == ""
    assert frame.diverged_at.tolist() == [-1, 1, -1]
    assert np.isfinite(frame.member(0).fake).all()


def test_live_edits_act_from_their_step_on():
    edited = list(train(SMALL.replace(edits=((6, "d_lr", 0.1),))))
    plain = list(train(SMALL))
    for one, two in zip(edited[:7], plain[:7], strict=True):
        assert_equal(one, two)
    assert not np.array_equal(edited[7].field, plain[7].field)


def test_an_edit_shows_the_steps_before_and_after_it():
    edited = SMALL.replace(edits=((77, "g_steps", 0), (78, "g_steps", 1)), steps=80)
    steps = [frame.step for frame in train(edited)]
    assert {77, 78, 79} <= set(steps)
    assert set(steps) - set(frame_steps(80)) <= {77, 78, 79}


@pytest.mark.parametrize("name", [name for name, spec in knobs(PlaneConfig).items() if spec.live])
def test_every_live_field_can_be_edited(name):
    spec = knobs(PlaneConfig)[name]
    value = {"choice": spec.choices[-1:], "int": [2], "bool": [True]}.get(spec.kind, [0.5])[0]
    *_, last = train(SMALL.replace(edits=((2, name, value),), steps=5))
    assert isinstance(last, Frame)
    assert last.step == 5
