"""Mistakes in the code: the trainer against the very program that each stands for, run by torch.nn and torch.optim."""

import math
from itertools import count

import numpy as np
import pytest
import torch
from sameness import assert_equal, assert_same_state
from torch import nn

from ganlab.game.rounds import likely_cause
from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import LOOP, MISTAKES, program
from ganlab.kind.fields import ConfigError
from ganlab.plane.config import PlaneConfig
from ganlab.plane.evaluation import evaluate_points
from ganlab.plane.train import advance, checkpoint, restore, snapshot, start, train, update
from ganlab.trace.trace import trace_of
from ganlab.ui.run.axes import equilibrium

SMALL = PlaneConfig(g_width=6, d_width=6, batch_size=24, members=2, steps=12)
WRONG = [key for key in MISTAKES if key != "none"]
OPTIMIZERS = {
    "adam": lambda params, lr: torch.optim.Adam(params, lr, betas=(0.5, 0.999)),
    "sgd": lambda params, lr: torch.optim.SGD(params, lr),
}


SURE = {"log_clipped": (20.0, math.log(1e-7))}
"""The factor and the shift of D's output where a mistake acts on a D that is sure."""


def begun(config):
    """The state before the first step, with a D that is as sure as the mistake needs."""
    state = start(config)
    with torch.no_grad():
        factor, shift = SURE.get(config.mistake, (1.0, 0.0))
        state.d.net.params[-2].mul_(factor)
        state.d.net.params[-1].add_(shift)
    return state


def layers(net, member):
    """torch's layers with one member's weights of a network."""
    found = []
    for weight, bias in zip(net.params[::2], net.params[1::2], strict=True):
        layer = nn.Linear(*weight.shape[1:])
        layer.weight.data, layer.bias.data = weight[member].detach().T.clone(), bias[member, 0].detach().clone()
        found += [layer, nn.LeakyReLU(0.2)]
    return found[:-1]


class Endless:
    """Batches as training draws them: D's noise and G's are streams of their own."""

    def __init__(self, state, member):
        self.draws, self.member = state.draws, member
        self.at = {name: count() for name in ("d_real", "d_z", "g_z")}

    def row(self, name):
        return self.draws[name].row(next(self.at[name]))[self.member]


def executed(text, config, member=0):
    """The weights of (D, G) after a program has run, as one vector each."""
    state = begun(config)
    batches = Endless(state, member)
    d_layers, g = layers(state.d.net, member), nn.Sequential(*layers(state.g.net, member))
    order = (["d_z"] * config.d_steps + ["g_z"] * config.g_steps) * config.steps
    names = iter(order)
    shape = (config.batch_size, 1)
    space = {
        "nn": nn,
        "G": g,
        "d_layers": d_layers,
        "steps": config.steps,
        "d_steps": config.d_steps,
        "g_steps": config.g_steps,
        "data": lambda: batches.row("d_real"),
        "noise": lambda: batches.row(next(names)),
        "ones": torch.ones(shape),
        "zeros": torch.zeros(shape),
        "opt_d": OPTIMIZERS[config.optimizer](nn.Sequential(*d_layers).parameters(), config.d_lr),
        "opt_g": OPTIMIZERS[config.optimizer](g.parameters(), config.g_lr),
    }
    exec(text, space)
    return [torch.cat([p.detach().flatten() for p in net.parameters()]) for net in (nn.Sequential(*d_layers), g)]


def trained(config, member=0, sure=""):
    """The same of our trainer; `sure` names the mistake whose D it begins with."""
    state = begun(config) if not sure else start(config)
    if sure:
        state.d.net.flat.copy_(begun(config.replace(mistake=sure)).d.net.flat)
    while state.step < config.steps:
        update(state)
    nets = (nn.Sequential(*layers(player.net, member)) for player in (state.d, state.g))
    return [torch.cat([p.detach().flatten() for p in net.parameters()]) for net in nets]


@pytest.mark.whole
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("counts", [(1, 1), (3, 1), (2, 2)])
@pytest.mark.parametrize("key", MISTAKES)
def test_the_trainer_does_what_the_program_does(key, counts, optimizer):
    rates = {"g_lr": 0.02, "d_lr": 0.05} if optimizer == "sgd" else {}
    config = SMALL.replace(mistake=key, d_steps=counts[0], g_steps=counts[1], optimizer=optimizer, **rates)
    for mine, theirs in zip(trained(config, 1), executed(program(key), config, 1), strict=True):
        assert torch.allclose(mine, theirs, atol=3e-5), (mine - theirs).abs().max()
    if key != "none":
        apart = zip(trained(config), trained(config.replace(mistake="none"), sure=key), strict=True)
        assert max((a - b).abs().max().item() for a, b in apart) > 1e-3, "a mistake that changes nothing"


@pytest.mark.parametrize("key", ["detach_forgotten", "d_not_frozen"])
def test_in_the_tutorials_order_both_are_harmless_to_the_last_bit(key):
    """zero_grad right before backward clears whatever another loss has written."""

    def tutorial(text):
        for player in "dg":
            text = text.replace(f"        opt_{player}.zero_grad()\n", "")
            text = text.replace(
                f"        {player}_loss.backward()",
                f"        opt_{player}.zero_grad()\n        {player}_loss.backward()",
            )
        return text

    assert tutorial(LOOP).count("zero_grad") == 2
    right, wrong = (executed(tutorial(text), SMALL) for text in (LOOP, program(key)))
    assert all(torch.equal(a, b) for a, b in zip(right, wrong, strict=True))


@pytest.mark.parametrize("key", WRONG)
def test_the_diff_is_what_turns_the_right_program_into_the_wrong_one(key):
    mistake, ours, theirs = MISTAKES[key], LOOP.splitlines(), program(key).splitlines()
    gone = [line.strip() for line in ours if line not in theirs]
    come = [line.strip() for line in theirs if line not in ours]
    assert (tuple(gone), tuple(come)) == (mistake.right, mistake.wrong)
    assert len(mistake.right) <= 2
    assert program("none") == LOOP


@pytest.mark.whole
@pytest.mark.parametrize("changes", [{}, {"d_steps": 2, "g_steps": 2, "regularizer": "r1", "ema": 0.9, "packing": 2}])
@pytest.mark.parametrize("key", WRONG)
def test_frames_change_nothing_and_a_run_resumes_exactly_after_any_update(key, changes):
    config = SMALL.replace(mistake=key, **changes)
    watched, unwatched, left = start(config), start(config), set()
    for _ in range(9):
        resumed = restore(config, checkpoint(unwatched))
        assert_equal(snapshot(watched), snapshot(resumed))
        for state in (watched, unwatched, resumed):
            update(state)
        assert_same_state(checkpoint(watched), checkpoint(unwatched))
        assert_same_state(checkpoint(resumed), checkpoint(unwatched))
        left |= {name for name in checkpoint(watched) if name.endswith("left")}
    expected = {"detach_forgotten": {"g.left"}, "d_not_frozen": {"d.left"}, "zero_grad_missing": {"d.left", "g.left"}}
    assert left == expected.get(key, set())


@pytest.mark.parametrize("key", WRONG)
def test_members_are_the_same_networks_however_many_train_beside_them(key):
    one, three = (list(train(SMALL.replace(members=m, steps=4, mistake=key))) for m in (1, 3))
    for a, b in zip(one, three, strict=True):
        assert np.allclose(a.fake[0], b.fake[0], atol=2e-4)


def test_a_run_without_mistakes_keeps_its_name_and_its_checkpoints():
    assert PlaneConfig().key() == PlaneConfig(mistake="none").key() == "d462a98f1b1ea82c"
    assert len({SMALL.replace(mistake=key).key() for key in MISTAKES}) == len(MISTAKES)
    state = start(SMALL)
    update(state)
    assert not [name for name in checkpoint(state) if "left" in name]


@pytest.mark.parametrize(
    ("key", "changes", "reason"),
    [
        ("detach_forgotten", {"update": "simultaneous"}, "mistake_order"),
        ("d_not_frozen", {"unroll": 1}, "mistake_unroll"),
        ("zero_grad_missing", {"edits": ((5, "update", "simultaneous"),)}, "mistake_order"),
        ("sigmoid_twice", {"loss": "hinge"}, "no_sigmoid"),
        ("sigmoid_twice", {"loss": "least_squares"}, "no_sigmoid"),
        ("labels_swapped", {"loss": "wasserstein"}, "no_label"),
        ("labels_swapped", {"loss": "relativistic"}, "no_label"),
        ("log_clipped", {"loss": "least_squares"}, "no_sigmoid"),
        ("log_clipped", {"loss": "relativistic"}, "no_label"),
        ("g_detached", {"unroll": 1}, "mistake_unroll"),
    ],
)
def test_what_makes_no_sense_is_refused(key, changes, reason):
    with pytest.raises(ConfigError) as refused:
        SMALL.replace(mistake=key, **changes)
    assert (refused.value.field, refused.value.reason) == ("mistake", reason)


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("detach_forgotten", {"g_steps": 0}),
        ("detach_forgotten", {"d_steps": 0}),
        ("d_not_frozen", {"d_steps": 0}),
        ("labels_swapped", {"d_steps": 0}),
        ("g_detached", {"g_steps": 0}),
    ],
)
def test_a_mistake_without_a_victim_is_said_to_do_nothing(key, changes):
    config = SMALL.replace(mistake=key, steps=3, **changes)
    assert config.inactive()["mistake"] == "one_rests"
    assert config.key() == config.replace(mistake="none").key()
    for one, two in zip(train(config), train(config.replace(mistake="none")), strict=True):
        assert np.array_equal(one.fake, two.fake)
        assert np.array_equal(one.field, two.field)


def test_fields_that_still_act_are_not_called_idle():
    assert "mistake" not in SMALL.replace(mistake="zero_grad_missing", d_steps=0).inactive()
    assert "mistake" not in SMALL.replace(mistake="sigmoid_twice", g_steps=0).inactive()
    assert "mistake" not in SMALL.replace(mistake="labels_swapped", d_steps=0, unroll=1).inactive()


@pytest.mark.parametrize("loss", ["nonsaturating", "saturating"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("key", WRONG)
def test_a_trace_tells_the_loss_that_is_minimised(key, smoothing, loss):
    state = start(SMALL.replace(mistake=key, label_smoothing=smoothing, loss=loss))
    for _ in range(3):
        advance(state)
    stops = {stop.key: stop for stop in trace_of(state, 1).stops}
    d = stops["d_loss"]
    assert d.numbers["real"] + d.numbers["fake"] == pytest.approx(d.numbers["d_loss"], abs=1e-5)
    assert [np.mean(d.arrays[name]) for name in ("real", "fake")] == pytest.approx(
        [d.numbers[name] for name in ("real", "fake")], abs=1e-5
    )
    advance(state)
    assert d.numbers["d_loss"] == pytest.approx(float(state.d.loss[1]), abs=1e-5)
    assert stops["g_loss"].numbers["g_loss"] == pytest.approx(float(state.g.loss[1]), abs=1e-5)
    assert stops["d_gradient"].numbers["norm"] == pytest.approx(float(state.d.net.norms(state.d.grad)[1]), rel=1e-4)
    assert stops["g_gradient"].numbers["norm"] == pytest.approx(float(state.g.net.norms(state.g.grad)[1]), rel=1e-4)


def test_two_sigmoids_bound_the_loss_and_swapped_labels_name_the_other_one():
    real, fake = torch.tensor([[9.0, 8.0]]), torch.tensor([[-9.0, -8.0]])
    told = MISTAKES["sigmoid_twice"].d_loss_inputs(real, fake)
    assert torch.stack(told).flatten().tolist() == pytest.approx([1, 1, 0, 0], abs=1e-3)
    assert math.log1p(math.exp(-1)) + math.log(2) == pytest.approx(1.0064, abs=1e-4)
    assert MISTAKES["labels_swapped"].d_loss_inputs(real, fake) == (fake, real)
    state = start(SMALL.replace(mistake="labels_swapped", g_steps=0))
    for _ in range(400):
        advance(state)
    assert snapshot(state).d_accuracy.max() < 0.4, "D tells them apart and calls each the other"
    assert snapshot(state).d_loss.max() < math.log(4)
    assert evaluate_points(state)["d_loss"].max() < math.log(4)


@pytest.mark.parametrize("key", WRONG)
def test_the_arrows_follow_the_loss_that_g_minimises(key):
    state = start(SMALL.replace(mistake=key))
    frame = snapshot(state)
    x = torch.tensor(frame.fake, requires_grad=True)
    logits = state.d.net(x).squeeze(-1)
    told = {"sigmoid_twice": logits.sigmoid, "log_clipped": lambda: logits.sigmoid().clamp(1e-7, 1 - 1e-7).logit()}
    per_point = nn.functional.softplus(-told.get(key, lambda: logits)())
    (gradient,) = torch.autograd.grad(per_point.sum(), x)
    assert np.allclose(frame.push, -gradient.numpy(), atol=1e-6)


@pytest.mark.parametrize("loss", ["nonsaturating", "saturating"])
def test_a_clipped_log_stands_at_16_118_without_a_slope(loss):
    mistake, of = MISTAKES["log_clipped"], LOSSES[loss]
    beyond, within = torch.full((1, 4), -20.0), torch.full((1, 4), 0.3)
    value, slope = mistake.g_slope(of, beyond, beyond)
    clipped = -math.log(1e-7) if loss == "nonsaturating" else math.log1p(-1e-7)
    assert float(value) == pytest.approx(clipped, abs=1e-6)
    assert slope.tolist() == [[0.0] * 4]
    d_loss, at_real, at_fake = mistake.d_slopes(of, beyond, -beyond, 0.0)
    assert float(d_loss) == pytest.approx(-math.log(1e-7) - math.log(1.2e-7), abs=0.1), "sure and wrong, twice"
    assert at_real.abs().max() == at_fake.abs().max() == 0
    right = of.g_slope(within, within) / 4
    assert torch.allclose(mistake.g_slope(of, within, within)[1], right, atol=1e-6)
    if loss == "nonsaturating":
        assert of.generator_slope(beyond, beyond)[1].sum() == pytest.approx(-1), "with logits G has its gradient"


@pytest.mark.parametrize("changes", [{}, {"feature_matching": True}, {"minibatch": "stddev"}, {"ema": 0.9}])
def test_a_detached_g_keeps_its_weights_while_d_learns(changes):
    state = start(SMALL.replace(mistake="g_detached", **changes))
    before, d_before = state.g.net.flat.clone(), state.d.net.flat.clone()
    for _ in range(12):
        advance(state)
    assert torch.equal(state.g.net.flat, before)
    assert not torch.equal(state.d.net.flat, d_before)
    assert (snapshot(state).g_grad == 0).all()
    assert (snapshot(state).push != 0).any(), "G's loss has a slope at the points, which does not reach G"


def test_what_pytorch_says_of_a_detached_loss_until_it_is_silenced():
    text = program("g_detached").replace(".requires_grad_()", "")
    with pytest.raises(RuntimeError, match="does not require grad"):
        executed(text, SMALL)


def test_levels_of_the_plain_game_are_drawn_only_where_it_is_played():
    assert len(equilibrium(SMALL.replace(mistake="detach_forgotten"), "en")) == 2
    assert equilibrium(SMALL.replace(mistake="sigmoid_twice"), "en") == []


def test_the_hinge_loss_has_a_level_of_d_alone():
    for constant in (-1.0, 0.5, 1.0):
        blind = torch.full((4,), constant)
        assert LOSSES["hinge"].discriminator(blind, blind) == pytest.approx(2.0)
        assert LOSSES["hinge"].generator(blind, blind) == pytest.approx(-constant)
    assert [row["series"] for row in equilibrium(SMALL.replace(loss="hinge"), "en")] == ["d"]


def test_a_mistake_is_the_first_suspect():
    assert likely_cause(SMALL.replace(mistake="zero_grad_missing"), "g_loss") == "mistake"
