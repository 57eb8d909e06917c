"""Slow motion tells what training does: the same batches, losses, gradients and weights, bit for bit."""

import json
import math

import numpy as np
import pytest
import torch
from sameness import assert_same_state

from ganlab.gan.countermeasures import noise_level
from ganlab.gan.losses import LOSSES
from ganlab.gan.optimizers import OPTIMIZERS, Slots
from ganlab.plane import train
from ganlab.plane.config import PlaneConfig
from ganlab.plane.train import advance, checkpoint, snapshot, start, update
from ganlab.service.replay import state_at
from ganlab.store import checkpoints
from ganlab.store.runs import Store
from ganlab.trace.recorder import record_round
from ganlab.trace.slow_motion import slow_motion
from ganlab.trace.trace import COORDINATES, SHOWN, STOPS, TraceError, trace, trace_of

SMALL = PlaneConfig(g_width=8, d_width=8, batch_size=24, members=2, steps=12)
KINDS = {
    "default": {},
    "penalised": {"regularizer": "r1"},
    "clipped": {"regularizer": "clip"},
    "compared": {"loss": "relativistic", "regularizer": "wgan_gp"},
    "many_d": {"d_steps": 3},
    "many_g": {"d_steps": 2, "g_steps": 3},
    "simultaneous": {"update": "simultaneous", "d_steps": 2, "g_steps": 2, "loss": "relativistic"},
    "spectral": {"spectral_norm": True, "loss": "hinge"},
    "line": {"dataset": "unequal_1d", "latent_dim": 1, "packing": 2},
    "packed": {"packing": 3, "optimizer": "rmsprop"},
    "noisy": {"instance_noise": 0.5, "label_smoothing": 0.2},
    "in_company": {"minibatch": "discrimination"},
    "unrolled": {"unroll": 2},
    "matched": {"feature_matching": True, "ema": 0.9},
    "edited": {"edits": ((5, "d_lr", 0.01), (6, "loss", "hinge"))},
}


def at_step(config, step=5):
    state = start(config)
    while state.step < step:
        update(state)
    return state


def stops(told):
    return {stop.key: stop for stop in told.stops}


@pytest.fixture(params=KINDS)
def state(request):
    return at_step(SMALL.replace(**KINDS[request.param]))


def test_the_watched_round_ends_where_the_real_one_does_and_leaves_the_state_alone(state):
    before = checkpoint(state)
    after, d, g = record_round(state)
    assert_same_state(before, checkpoint(state))
    advance(state)
    assert_same_state(checkpoint(after), checkpoint(state))
    assert torch.equal(d.after, state.d.net.flat)
    assert d.index == state.d.updates - 1
    assert g.index == state.g.updates - state.now.g_steps


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("order", ["alternating", "simultaneous"])
def test_the_traced_gradients_applied_give_the_weights_of_training(order, optimizer):
    state = at_step(SMALL.replace(optimizer=optimizer, update=order))
    _, *seen = record_round(state)
    held = {name: (getattr(state, name).net.flat.clone(), getattr(state, name).memory) for name in "dg"}
    memories = {name: Slots(m.first.clone(), m.second.clone(), m.count.clone()) for name, (_, m) in held.items()}
    advance(state)
    for name, one in zip("dg", seen, strict=True):
        flat, now = held[name][0], state.now
        assert torch.equal(flat, one.before)
        OPTIMIZERS[optimizer].step(flat, one.grad, memories[name], getattr(now, f"{name}_lr"), now.beta1, now.beta2)
        assert torch.equal(flat, getattr(state, name).net.flat)


@pytest.mark.parametrize("member", [0, 1])
def test_the_numbers_are_those_of_the_frame_that_follows(state, member):
    told = stops(trace_of(state, member))
    advance(state)
    frame = snapshot(state)
    assert told["d_loss"].numbers["d_loss"] == frame.d_loss[member]
    assert told["d_gradient"].numbers["norm"] == frame.d_grad[member]
    if state.now.g_steps == 1:
        assert told["g_loss"].numbers["g_loss"] == frame.g_loss[member]
        assert told["g_gradient"].numbers["norm"] == frame.g_grad[member]
    assert ("d_penalty" in told) == bool(np.isfinite(frame.penalty[member]))
    if "d_penalty" in told:
        assert told["d_penalty"].numbers["penalty"] == frame.penalty[member]
        total = frame.penalty[member] + frame.d_loss[member]
        assert told["d_penalty"].numbers["total"] == pytest.approx(total, abs=1e-6)


def test_the_points_are_those_that_were_drawn(state):
    told = trace_of(state, 1)
    at, (d, g) = stops(told), (told.d_update, told.g_update)
    assert np.array_equal(at["d_noise"].arrays["z"], state.draws["d_z"].row(d)[1])
    level = noise_level(state.now, state.step)
    noise = (level * state.draws["d_blur"].row(d)[1].numpy()).reshape(2, 24, -1)  # of both halves, real first
    assert np.array_equal(at["d_real"].arrays["seen_real"], state.draws["d_real"].row(d)[1].numpy() + noise[0])
    assert np.array_equal(at["d_real"].arrays["seen_fake"], at["d_fake"].arrays["fake"] + noise[1])
    assert np.array_equal(at["g_noise"].arrays["z"], state.draws["g_z"].row(g)[1])


def test_points_outputs_losses_and_pushes_follow_from_one_another():
    """By hand from the traced noise: what G makes of it, what D says, what it costs, where the points are sent."""
    state = at_step(SMALL.replace(update="simultaneous"))
    told = stops(trace_of(state, 1))
    z = torch.from_numpy(told["g_noise"].arrays["z"]).expand(2, -1, -1)
    fake = state.g.net(z).detach().requires_grad_()
    logits = state.d.net(fake).squeeze(-1)
    assert np.allclose(told["g_fake"].arrays["fake"], fake[1].detach(), atol=1e-6)
    assert np.allclose(told["g_judge"].arrays["fake"], logits[1].detach(), atol=1e-6)
    assert told["g_loss"].numbers["g_loss"] == pytest.approx(
        torch.nn.functional.softplus(-logits[1]).mean().item(), abs=1e-6
    )
    (slope,) = torch.autograd.grad(torch.nn.functional.softplus(-logits).sum(), fake)
    assert np.allclose(told["g_push"].arrays["push"], -slope[1], atol=1e-6)
    assert told["g_push"].numbers["mean"] == pytest.approx(slope[1].norm(dim=-1).mean().item(), abs=1e-6)
    advance(state)
    assert np.allclose(told["g_step"].arrays["moved"], state.g.net(z)[1].detach(), atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_gs_loss_is_that_of_the_outputs_it_was_told(loss):
    told = stops(trace_of(at_step(SMALL.replace(loss=loss))))
    said = {name: torch.from_numpy(logits) for name, logits in told["g_judge"].arrays.items()}
    assert ("real" in said) == LOSSES[loss].generator_sees_real
    value = LOSSES[loss].generator(said.get("real"), said["fake"])
    assert told["g_loss"].numbers["g_loss"] == pytest.approx(value.item(), abs=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_terms_of_ds_loss_add_up(loss):
    config = SMALL.replace(loss=loss)
    told = stops(trace_of(at_step(config)))
    numbers, arrays = told["d_loss"].numbers, told["d_loss"].arrays
    logits = [torch.from_numpy(told["d_judge"].arrays[name]) for name in ("real", "fake")]
    assert numbers["d_loss"] == pytest.approx(LOSSES[loss].discriminator(*logits).item(), abs=1e-6)
    assert ("real" in numbers) == (LOSSES[loss].terms is not None) == (loss != "relativistic")
    if LOSSES[loss].terms:
        assert numbers["real"] + numbers["fake"] == pytest.approx(numbers["d_loss"], abs=1e-6)
        assert {name: cost.mean() for name, cost in arrays.items()} == pytest.approx(
            {name: numbers[name] for name in ("real", "fake")}, abs=1e-6
        )


def test_layers_make_up_the_whole(state):
    told = stops(trace_of(state))
    for key in ("d_gradient", "d_step", "g_gradient", "g_step"):
        layers = told[key].arrays["layers"]
        assert layers.shape == (3 + (key[0] == "d" and state.now.minibatch == "discrimination"),)
        assert math.hypot(*layers) == pytest.approx(told[key].numbers["norm"], rel=1e-5)


def test_a_layers_share_is_its_weight_and_its_bias():
    state = at_step(SMALL)
    _, d, _ = record_round(state)
    weight, bias = d.grad[:32].view(2, 2, 8)[1], d.grad[32:48].view(2, 8)[1]  # members first
    share = stops(trace_of(state, 1))["d_gradient"].arrays["layers"][0]
    assert share == pytest.approx(math.hypot(weight.norm(), bias.norm()), rel=1e-6)


def test_stops_come_in_order_and_who_rests_has_none():
    for changes, player in (({}, "dg"), ({"d_steps": 0}, "g"), ({"g_steps": 0, "regularizer": "r2"}, "d")):
        told = trace_of(start(SMALL.replace(**changes)))
        keys = [stop.key for stop in told.stops]
        due = [key for key in STOPS if key[0] in player and (key != "d_penalty" or "regularizer" in changes)]
        assert keys == due
        assert (told.d_update is None, told.g_update is None) == ("d" not in player, "g" not in player)


def test_a_trace_is_small_and_plain():
    big = PlaneConfig(batch_size=1024, latent_dim=64, packing=4, regularizer="r1", members=2)
    told = trace_of(start(big), 1)
    facts = json.dumps(told.to_json(), allow_nan=False)
    assert len(facts) < 200_000
    at = stops(told)
    assert at["d_noise"].arrays["z"].shape == (SHOWN, COORDINATES)
    assert at["d_judge"].arrays["real"].shape == (SHOWN // 4,)
    again = json.loads(facts)
    assert [stop["key"] for stop in again["stops"]] == list(at)
    assert np.array_equal(np.float32(again["stops"][1]["arrays"]["fake"]), at["d_fake"].arrays["fake"])
    assert told.batch == 1024


def test_a_number_that_is_none_is_said_to_be():
    state = start(SMALL)
    state.d.net.flat[:] = float("inf")
    facts = trace_of(state).to_json()
    assert next(stop for stop in facts["stops"] if stop["key"] == "d_loss")["numbers"]["d_loss"] is None


def test_a_run_that_has_ended_has_no_next_update():
    state = start(SMALL)
    state.diverged_at[:], state.facts = 3, {"step": 3, "quantity": "d_loss", "knob": "d_lr"}
    with pytest.raises(TraceError):
        trace_of(state)


# Replayed from the store


def keep(store, config, state):
    blob = checkpoints.encode(config.key(), state.step, checkpoint(state))
    store.checkpoints.save(config.key(), state.step, blob)


def same(one, other):
    assert one.to_json() == other.to_json()


def test_a_step_is_reached_from_the_nearest_checkpoint_exactly(tmp_path, monkeypatch):
    config = SMALL.replace(regularizer="r1", spectral_norm=True)
    expected = trace_of(at_step(config, 11), 1)
    with Store(tmp_path) as store:
        same(trace(store, config, 11, 1), expected)
        for step in (4, 8, 16):
            keep(store, config, at_step(config, step))
        reached = []
        monkeypatch.setattr(train, "update", lambda s: reached.append(s.step) or update(s))
        assert state_at(store, train, config, 11).step == 11
        assert min(reached) == 8
        same(trace(store, config, 11, 1), expected)


def test_a_damaged_checkpoint_is_passed_over(tmp_path):
    with Store(tmp_path) as store:
        keep(store, SMALL, at_step(SMALL, 4))
        store.checkpoints.save(SMALL.key(), 6, b"nonsense")
        same(trace(store, SMALL, 7), trace_of(at_step(SMALL, 7)))


def test_an_edited_run_starts_from_the_one_that_it_was(tmp_path, monkeypatch):
    edited = SMALL.replace(edits=((6, "d_lr", 0.01),))
    expected = trace_of(at_step(edited, 9))
    with Store(tmp_path) as store:
        for step in (5, 8):
            keep(store, SMALL, at_step(SMALL, step))
        reached = []
        monkeypatch.setattr(train, "update", lambda s: reached.append(s.step) or update(s))
        same(trace(store, edited, 9), expected)
        assert min(reached) == 5, "at 8 the two have parted"


def test_a_worker_answers_in_plain_values(tmp_path):
    facts = slow_motion(tmp_path, SMALL.to_json(), 5, 1)
    assert facts == trace_of(at_step(SMALL), 1).to_json()
    wild = PlaneConfig(optimizer="sgd", d_lr=1.0, loss="least_squares", g_lr=0.5)
    assert slow_motion(tmp_path, wild.to_json(), 3000, 0) is None


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if LOSSES[loss].terms and LOSSES[loss].smoothing])
def test_the_terms_have_the_smoothed_label(loss):
    state = at_step(SMALL.replace(loss=loss, label_smoothing=0.2))
    (judged,) = [stop for stop in trace_of(state).stops if stop.key == "d_loss"]
    numbers = judged.numbers
    assert numbers["real"] + numbers["fake"] == pytest.approx(numbers["d_loss"], abs=1e-6)
    assert judged.arrays["real"].mean() == pytest.approx(numbers["real"], abs=1e-6)
