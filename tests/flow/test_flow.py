"""Flow matching against autograd, closed forms, and itself after a pause.

docs/science.md#flow-matching
"""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sameness import assert_same_state

from ganlab.data.plane import DATASETS
from ganlab.flow import diagnosis, evaluation, ode, train
from ganlab.flow.config import FlowConfig
from ganlab.flow.frame import MOMENTS, PATHS, POINTS, SCALARS, FlowFrame, schedule
from ganlab.gan.nets import Network
from ganlab.kind.fields import ConfigError
from ganlab.links import from_json, from_query, to_query
from ganlab.plane.frame import slim
from ganlab.plane.metrics import METRICS, measure
from ganlab.studies import tables
from ganlab.studies.grids import STUDIES

SMALL = FlowConfig(width=8, batch_size=16, steps=40, ode_steps=4, members=2)


def at(step, config=SMALL):
    """The state of an undisturbed run."""
    state = train.start(config)
    while state.step < step:
        train.update(state)
    return state


# Training


@pytest.mark.parametrize("activation", ["leaky_relu", "tanh"])
def test_the_gradient_is_that_of_the_loss(activation):
    state = train.start(SMALL.replace(activation=activation))
    x, z, t = (state.draws[name].row(0).clone() for name in ("real", "z", "t"))
    inputs = torch.cat([(1 - t) * z + t * x, t], -1)
    loss = (state.net(inputs) - (x - z)).square().sum(-1).mean(-1)
    due = torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss.sum(), state.net.params)])
    updates = train.Updates(state)
    with torch.no_grad():
        found = updates.gradient(state)
    assert found.tolist() == pytest.approx(loss.tolist(), rel=1e-5)
    assert updates.grad.tolist() == pytest.approx(due.tolist(), abs=1e-5)


@pytest.mark.whole
def test_it_learns_the_velocity_from_noise_to_a_gaussian():
    """For x ~ N(0, s²I) the mean velocity at x_t is (t s² - (1 - t)) x_t / ((1 - t)² + t² s²)."""
    state = at(2000, FlowConfig(dataset="gaussian", width=32))
    std = 0.7
    x = torch.cartesian_prod(torch.linspace(-1, 1, 5), torch.linspace(-1, 1, 5))
    for t in (0.2, 0.5, 0.8):
        with torch.no_grad():
            found = state.net(torch.cat([x, torch.full((25, 1), t)], -1)[None])[0]
        due = (t * std**2 - (1 - t)) / ((1 - t) ** 2 + t**2 * std**2) * x
        assert (found - due).square().mean().sqrt() < 0.15 < due.square().mean().sqrt()
    made = ode.generated(state.net, torch.randn(4000, 2, generator=torch.Generator().manual_seed(1)), 50)
    assert made.std().item() == pytest.approx(std, abs=0.05)


def test_a_run_goes_on_from_its_checkpoint_bit_by_bit():
    whole, half = at(40), at(23)
    resumed = train.restore(SMALL, {name: tensor.clone() for name, tensor in train.checkpoint(half).items()})
    while resumed.step < 40:
        train.update(resumed)
    assert_same_state(train.checkpoint(resumed), train.checkpoint(whole))


def test_members_are_independent_of_each_other():
    both, one = at(10), at(10, SMALL.replace(members=1))
    views, own = both.net.views(both.net.flat), one.net.views(one.net.flat)
    for together, alone in zip(views, own, strict=True):
        assert together[0].numpy() == pytest.approx(alone[0].numpy(), abs=1e-6)
        assert not torch.equal(together[0], together[1])


def test_too_large_a_step_diverges_and_says_so():
    frames = list(train.train(SMALL.replace(lr=1.0, optimizer="sgd", steps=2000)))
    last = frames[-1]
    assert (last.outcome, last.facts["quantity"], last.facts["knob"]) == ("diverged", "loss", "lr")
    assert last.facts["step"] == last.diverged_at.min() <= last.step < 2000


# From noise to data


def test_euler_steps_are_those_of_an_affine_field():
    """v = (a x + c, b t) has the steps x(1 + a/K) + c/K and the sum of b k/K²."""
    net = Network([3, 2], "tanh", 1, 0, "v")
    weight = torch.tensor([[[0.6, 0.0], [0.0, 0.0], [0.0, 2.0]]])
    with torch.no_grad():
        net.params[0].copy_(weight)
        net.params[1].copy_(torch.tensor([[[0.3, 0.0]]]))
    z, steps = torch.tensor([[1.0, -1.0], [0.0, 2.0]]), 5
    places = [place[0].numpy() for place in ode.places(net, z, steps)]
    assert len(places) == steps + 1
    x, y = z[:, 0].numpy(), z[:, 1].numpy()
    for k, place in enumerate(places):
        assert place[:, 0] == pytest.approx(x, abs=1e-6)
        assert place[:, 1] == pytest.approx(y, abs=1e-6)
        x, y = x * (1 + 0.6 / steps) + 0.3 / steps, y + 2.0 * k / steps**2
    assert ode.generated(net, z, steps)[0].numpy() == pytest.approx(places[-1], abs=1e-6)
    assert ode.paths(net, z, steps, 3).shape == (1, 2, 3, 2)
    assert ode.paths(net, z, 100, 21)[0, :, -1].numpy() == pytest.approx(
        ode.generated(net, z, 100)[0].numpy(), abs=1e-6
    )


# Frames


def test_frames_follow_from_the_step_alone_and_change_nothing():
    state = at(16)
    before = train.checkpoint(state)
    seen = train.snapshot(state)
    assert_same_state(before, train.checkpoint(state))
    assert seen.fake.shape == (2, POINTS, 2)
    assert seen.paths.shape == (2, PATHS, 5, 2)
    assert seen.paths[:, :, -1] == pytest.approx(seen.fake[:, :PATHS], abs=1e-5)
    assert [one.step for one in train.train(SMALL)] == [0, 2, 4, 8, 16, 32]
    assert {tables.EARLY, 18_000, 100_000} <= schedule()
    assert train.snapshot(at(0, SMALL.replace(ode_steps=50))).paths.shape[2] == MOMENTS


def test_a_frame_is_packed_as_the_plane_s_player_reads_it():
    seen = train.snapshot(at(8))
    for index, blob in enumerate(train.encode(SMALL, seen)):
        for packed in (blob, slim(blob)):
            back = evaluation.flow_frame(SMALL, packed)
            assert (back.step, back.outcome) == (8, "")
            assert back.fake[0] == pytest.approx(seen.fake[index], abs=2e-3)
            assert back.paths[0] == pytest.approx(seen.paths[index], abs=2e-3)
            assert back.loss[0] == pytest.approx(float(seen.loss[index]), rel=1e-6)
            assert back.shares[0] == pytest.approx(seen.shares[index], abs=1e-6)
            measured = {name: values[0] for name, values in back.metrics.items()}
            assert measured == pytest.approx({name: seen.metrics[name][index] for name in METRICS}, nan_ok=True)
        assert len(blob) % 4 == 0
    assert "d_accuracy" not in SCALARS


def test_links_and_json_carry_it():
    odd = SMALL.replace(dataset="moons", lr=1e-4, edits=((9, "lr", 0.5),))
    assert from_query(to_query(odd, "f."), "flow", "f.") == (odd, [])
    assert from_json(json.loads(json.dumps(odd.to_json()))) == odd
    assert odd.replace(steps=99).key() == odd.key() != odd.replace(ode_steps=5).key()
    with pytest.raises(ConfigError, match="d_steps"):
        from_json({"kind": "flow", "d_steps": 2})


# Verdicts


def shown(points, step=1000):
    """A frame whose points are these."""
    found, shares = measure(points[None], DATASETS["ring"])
    facts = dict(metrics=found, diverged_at=np.array([-1]), loss=np.array([4.0]), paths=np.zeros((1, 1, 1, 2)))
    return FlowFrame(step=step, fake=points[None, :POINTS], shares=shares, **facts)


def test_the_verdict_is_that_of_the_points():
    data, rng = DATASETS["ring"], torch.Generator().manual_seed(0)
    good = data.sample(2500, rng).numpy()
    some = good[good[:, 0] > -1.0]
    smear = torch.randn(2500, 2, generator=rng).numpy()
    found = [diagnosis.verdict([shown(points)], FlowConfig()) for points in (good, some, smear)]
    assert [one.key for one in found] == ["covered", "partial", "smear"]
    assert [(one.m, one.of) for one in found[:2]] == [(8, 8), (5, 8)]
    assert set(diagnosis.VERDICTS) > {one.key for one in found}
    with pytest.raises(ValueError, match="at least one frame"):
        diagnosis.verdict([], FlowConfig())


# Evidence


@pytest.mark.parametrize("data", ["ring", "grid_3x3"])
def test_shipped_evidence_can_be_computed_again(data):
    """The first steps of a cell, member by member; single points may fall otherwise on another machine."""
    table, config = tables.load("beside"), STUDIES["beside"].arms[data][0]
    own = table[(table["arm"] == data) & (table["key"] == config.key()) & (table["step"] == tables.EARLY)]
    shipped = own.sort_values("member")
    assert len(shipped) == config.members, "another ENGINE or other fields: run the study again"
    seen = train.snapshot(at(tables.EARLY, config))
    assert seen.loss.tolist() == pytest.approx(shipped["loss"].tolist(), abs=0.01)
    assert seen.metrics["js"].tolist() == pytest.approx(shipped["js"].tolist(), abs=0.01)


def test_the_final_evaluation_also_samples_with_fewer_steps():
    state = at(8)
    found = evaluation.final(state)
    assert {f"valid_at_{steps}" for steps in evaluation.FEWER} | {*METRICS, "shares"} <= found.keys()
    again = evaluation.final(SimpleNamespace(**vars(state) | {"config": state.config.replace(ode_steps=5)}))
    assert again["js"].tolist() == found["js_at_5"].tolist()
