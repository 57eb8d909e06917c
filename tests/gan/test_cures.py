"""Every countermeasure trains with every loss and constraint, or is refused; and does in training what it says."""

from itertools import islice
from math import log

import numpy as np
import pytest
import torch
from few_images import few_images  # noqa: F401
from sameness import assert_equal, assert_same_state

from ganlab.digits import train as train_digits
from ganlab.digits.config import DigitsConfig
from ganlab.gan.countermeasures import COUNTERMEASURES, ema_decay, noise_level
from ganlab.gan.losses import LOSSES
from ganlab.gan.nets import Network
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.kind.fields import ConfigError, knobs
from ganlab.plane.config import PlaneConfig
from ganlab.plane.objectives import inputs
from ganlab.plane.snapshot import arrows, expand, fixed_points, logits
from ganlab.plane.state import d_logits
from ganlab.plane.train import (
    advance,
    checkpoint,
    d_gradient,
    develop,
    g_gradient,
    moment,
    restore,
    snapshot,
    start,
    train,
    update,
)

pytestmark = pytest.mark.usefixtures("few_images")
SMALL = PlaneConfig(g_width=6, d_width=6, batch_size=24, members=2, steps=3)
CURES = {
    "packing": {"packing": 4},
    "stddev": {"minibatch": "stddev"},
    "discrimination": {"minibatch": "discrimination"},
    "feature_matching": {"feature_matching": True},
    "unroll": {"unroll": 2},
    "label_smoothing": {"label_smoothing": 0.1},
    "instance_noise": {"instance_noise": 0.3, "noise_until": 6},
    "ema": {"ema": 0.9},
}
TOGETHER = {
    "all": {"packing": 2, "minibatch": "discrimination", "feature_matching": True, "label_smoothing": 0.1}
    | {"instance_noise": 0.3, "noise_until": 6, "ema": 0.9},
    "unrolled": {"packing": 2, "minibatch": "stddev", "unroll": 2, "spectral_norm": True, "update": "simultaneous"}
    | {"instance_noise": 0.3, "noise_until": 6, "ema": 0.9, "d_steps": 2, "g_steps": 2, "loss": "least_squares"}
    | {"batch_size": 96},  # each batch of a frame unrolls D anew
    "edited": {
        "edits": (
            *((2, "feature_matching", True), (4, "feature_matching", False), (4, "unroll", 1), (6, "unroll", 0)),
            *((5, "label_smoothing", 0.2), (3, "instance_noise", 0.4), (6, "noise_until", 8)),
        )
    },
}
KINDS = CURES | TOGETHER
PARTNERS = [(loss, "none") for loss in LOSSES]
PARTNERS += [("nonsaturating", name) for name in REGULARIZERS if name != "none"]
"""Every loss and every constraint; test_train has every loss under every constraint."""
ON_IMAGES = {name: changes for name, changes in (CURES | {"all": TOGETHER["all"]}).items() if "unroll" not in changes}
IMAGES = DigitsConfig(batch_size=8, latent_dim=3, steps=2, ema=0.0)


def test_every_countermeasure_is_tried():
    assert {name for changes in CURES.values() for name in changes} - {"noise_until"} == set(COUNTERMEASURES)


def refuses(reason, changes):
    with pytest.raises(ConfigError) as refused:
        SMALL.replace(**changes)
    assert refused.value.reason == reason


@pytest.mark.whole
@pytest.mark.parametrize(("loss", "regularizer"), PARTNERS)
@pytest.mark.parametrize("cure", CURES)
def test_every_cure_trains_with_every_loss_and_every_constraint_or_is_refused(cure, loss, regularizer):
    changes = {"loss": loss, "regularizer": regularizer, **CURES[cure]}
    if cure == "unroll" and regularizer != "none":
        return refuses("unroll_constraint", changes)
    if cure == "label_smoothing" and loss in ("hinge", "wasserstein", "relativistic"):
        return refuses("no_label", changes)
    config = SMALL.replace(**changes)
    first, last = ends(config)
    assert (last.step, last.outcome) == (3, "")
    for name in ("fake", "push", "rise", "field", "grid", "d_loss", "g_loss", "d_grad", "g_grad"):
        assert np.isfinite(getattr(last, name)).all(), name
    assert np.isfinite(last.penalty).all() == (REGULARIZERS[regularizer].penalty is not None)
    assert np.isfinite(last.d_accuracy).all() == (LOSSES[loss].threshold is not None)
    assert not np.allclose(last.fake, first.fake, atol=1e-5)


def ends(config):
    """The first and the last frame of a run."""
    state = start(config)
    moments = [moment(state)]
    while state.step < config.steps:
        moments[1:] = [advance(state)]
    return develop(moments)


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_frames_change_nothing_and_a_run_resumes_exactly_after_any_update(kind):
    config = SMALL.replace(**KINDS[kind])
    watched, unwatched = start(config), start(config)
    for i in range(17):
        resumed = restore(config, checkpoint(unwatched))
        if i % 5 == 0:  # after updates of D and of G in turn
            assert_equal(snapshot(watched), snapshot(resumed))
        for state in (watched, unwatched, resumed):
            update(state)
        assert_same_state(checkpoint(watched), checkpoint(unwatched))
        assert_same_state(checkpoint(resumed), checkpoint(unwatched))


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_members_are_the_same_networks_however_many_train_beside_them(kind):
    one, three = (ends(SMALL.replace(members=m, steps=4, **KINDS[kind])) for m in (1, 3))
    for a, b in zip(one, three, strict=True):
        for name in ("fake", "push", "rise", "field", "d_accuracy", "d_loss", "g_loss"):
            assert np.allclose(getattr(a, name)[0], getattr(b, name)[0], atol=2e-4, equal_nan=True), name
    assert not np.allclose(three[-1].fake[0], three[-1].fake[1], atol=1e-3)


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_the_target_is_no_part_of_a_cure(kind):
    config = SMALL.replace(**KINDS[kind])
    short, long = (list(islice(train(config.replace(steps=steps)), 3)) for steps in (2, 9))
    for one, two in zip(short, long, strict=True):
        assert_equal(one, two)
    assert config.replace(steps=77).key() == config.key() != SMALL.key()


def test_runs_without_cures_keep_the_names_that_they_were_stored_by():
    assert PlaneConfig().key() == "d462a98f1b1ea82c"
    assert DigitsConfig().key() == "e6f488a66a5075ff"
    assert PlaneConfig(noise_until=7).key() == PlaneConfig().key(), "it does nothing without noise"
    for kind in (PlaneConfig, DigitsConfig):
        younger = {name for name, spec in knobs(kind).items() if spec.later}
        assert younger >= {"minibatch", "feature_matching", "label_smoothing", "instance_noise", "noise_until"}


def test_two_time_scales_move_each_player_at_its_own_rate():
    base = start(SMALL.replace(optimizer="sgd", update="simultaneous"))
    fast_g, fast_d = (start(base.config.replace(**{name: 5e-3})) for name in ("g_lr", "d_lr"))
    first = start(base.config)
    for state in (base, fast_g, fast_d):
        advance(state)
    for name, fast, other in (("g", fast_g, fast_d), ("d", fast_d, fast_g)):
        origin, slow = getattr(first, name).net.flat, getattr(base, name).net.flat
        assert torch.allclose(getattr(fast, name).net.flat - origin, 10 * (slow - origin), atol=1e-6)
        assert torch.equal(getattr(other, name).net.flat, slow)


def test_frames_show_the_averaged_g_and_losses_those_of_the_raw_one():
    averaged, raw = start(SMALL.replace(ema=0.97)), start(SMALL)
    weights = raw.g.net.flat.clone()
    for updates in range(1, 5):
        frame, plain = (develop([advance(state)])[0] for state in (averaged, raw))
        weights.lerp_(raw.g.net.flat, 1 - ema_decay(0.97, updates))
        assert torch.equal(averaged.g.net.flat, raw.g.net.flat), "training does not look at the average"
        assert torch.equal(averaged.g_ema.flat, weights)
        for name in ("d_loss", "g_loss", "d_grad", "g_grad", "field"):
            assert np.array_equal(getattr(frame, name), getattr(plain, name)), name
        net = Network(averaged.config.g_sizes, "leaky_relu", 2, 0, "g")
        net.flat.copy_(weights)
        shown = net(expand(fixed_points(averaged.config)[0], averaged.config)).detach().numpy()
        np.testing.assert_allclose(frame.fake, shown, rtol=1e-5, atol=1e-6)
        assert not np.array_equal(frame.fake, plain.fake)
        assert not np.array_equal(frame.shares, plain.shares) or not np.array_equal(frame.grid, plain.grid)
    assert raw.g_ema is raw.g.net


def test_noise_reaches_d_in_both_players_updates_with_the_stated_size_and_then_ends():
    state = start(PlaneConfig(instance_noise=0.5, noise_until=100, batch_size=1024, members=2))
    still = torch.zeros(2, 1024, 2)
    for step, sigma in ((0, 0.5), (50, 0.25), (99, 0.005), (100, 0), (2000, 0)):
        state.step = step
        assert noise_level(state.now, step) == pytest.approx(sigma)
        for player in "dg":
            real, fake = inputs(state, player, 3, still, still)
            assert real.std().item() == pytest.approx(sigma, rel=0.05)
            assert torch.equal(real, fake) == (sigma == 0)
            assert not torch.equal(real[0], real[1]) or sigma == 0
    assert not torch.equal(*(inputs(state, "d", index, still)[0] for index in (0, 1))) or state.step == 2000
    assert state.draws["d_blur"].row(0).shape == (2, 2048, 2)


def test_d_is_penalised_where_it_looks():
    """R1 is taken at the noisy points, over the whole pack: γ/2 of the squared slope in all its 4 coordinates."""
    config = SMALL.replace(regularizer="r1", gamma=2.0, instance_noise=0.5, packing=2)
    state, before = start(config), start(config)
    real = before.draws["d_real"].row(0)
    (packs,) = inputs(before, "d", 0, real)
    d_gradient(state)
    packs = packs.requires_grad_()
    (slope,) = torch.autograd.grad(d_logits(before.d.net, packs).sum(), packs)
    assert packs.shape == (2, 12, 4)
    assert torch.allclose(state.penalty, slope.square().sum(-1).mean(-1), atol=1e-6)


@pytest.mark.parametrize("key", ["stddev", "discrimination"])
def test_real_and_generated_points_are_batches_of_their_own(key):
    state = start(SMALL.replace(minibatch=key))
    real, z = state.draws["d_real"].row(0).clone(), state.draws["d_z"].row(0).clone()
    d_gradient(state)
    with torch.no_grad():
        apart = d_logits(state.d.net, real), d_logits(state.d.net, state.g.net(z))
        mixed = d_logits(state.d.net, torch.cat([real, state.g.net(z)], 1)).chunk(2, -1)
    assert torch.allclose(state.d.loss, LOSSES["nonsaturating"].discriminator(*apart), atol=1e-6)
    assert not torch.allclose(state.d.loss, LOSSES["nonsaturating"].discriminator(*mixed), atol=1e-4)


@pytest.mark.parametrize("kind", ["stddev", "discrimination", "feature_matching", "unroll", "all"])
def test_arrows_are_g_s_own_gradient_at_the_points_of_a_batch(kind):
    """Followed through G, minus the arrows add up to G's gradient for that batch."""
    config = SMALL.replace(batch_size=512, **({**KINDS[kind], "instance_noise": 0.0, "ema": 0.0}))
    state = start(config)
    for _ in range(4):
        update(state)
    latent, _, real, _ = fixed_points(config)
    fake = state.g.net(expand(latent, config))
    push, _ = arrows(state, fake.detach(), expand(real, config))
    through = torch.autograd.grad(fake, state.g.net.params, -push / (512 / config.packing))
    state.draws = {
        "g_z": Fixed(expand(latent, config)),
        "g_real": Fixed(expand(real, config)),
    }
    g_gradient(state)
    found = torch.cat([g.reshape(-1) for g in through])
    assert torch.allclose(found, state.g.grad, rtol=1e-3, atol=1e-6)


class Fixed:
    def __init__(self, rows):
        self.rows = rows

    def row(self, index):
        return self.rows


def test_a_batch_that_does_not_fit_reaches_back_and_every_point_has_its_arrow():
    config = SMALL.replace(minibatch="stddev", batch_size=200)
    state = start(config)
    _, _, real, _ = fixed_points(config)
    points = expand(real, config)
    seen = logits(state, points)
    assert seen.shape == (2, 512)
    with torch.no_grad():
        assert torch.allclose(seen[:, :200], d_logits(state.d.net, points[:, :200]), atol=1e-6)
        assert torch.allclose(seen[:, 400:], d_logits(state.d.net, points[:, 312:])[:, 88:], atol=1e-6)
    frame = snapshot(state)
    assert (np.abs(frame.push).sum(-1) > 0).all()


def test_the_accuracy_of_a_d_with_smoothed_labels_is_counted_at_its_own_even_odds():
    """A D that says (1 - α)p/(p + q) takes for real what is likelier real, though it may never say so beyond ½."""
    state = start(SMALL.replace(label_smoothing=0.4, d_depth=0))
    for param, value in zip(state.d.net.params, (0.0, log(0.3 / 0.7) + 0.1), strict=True):
        param.data.fill_(value)
    frame = snapshot(state)
    assert (frame.fools == 1).all()
    state.d.net.params[1].data.sub_(0.2)
    assert (snapshot(state).fools == 0).all()


@pytest.mark.whole
@pytest.mark.parametrize("architecture", ["light", "dense", "classic", "deep", "mlp"])
@pytest.mark.parametrize("cure", ON_IMAGES)
def test_every_cure_trains_on_digits_with_every_architecture(cure, architecture):
    config = IMAGES.replace(architecture=architecture, steps=1, **ON_IMAGES[cure])
    *_, last = train_digits.train(config)
    assert np.isfinite([last.d_loss, last.g_loss, last.d_grad, last.g_grad, last.d_accuracy, last.fools]).all()


@pytest.mark.whole
@pytest.mark.parametrize("cure", ON_IMAGES)
def test_cures_on_digits_resume_exactly_and_frames_change_nothing(cure):
    config = IMAGES.replace(**ON_IMAGES[cure])
    watched, unwatched = train_digits.start(config), train_digits.start(config)
    for _ in range(4):
        resumed = train_digits.restore(config, train_digits.checkpoint(unwatched))
        assert_equal(train_digits.snapshot(watched), train_digits.snapshot(resumed))
        for state in (watched, unwatched, resumed):
            train_digits.update(state)
        assert_same_state(train_digits.checkpoint(watched), train_digits.checkpoint(unwatched))
        assert_same_state(train_digits.checkpoint(resumed), train_digits.checkpoint(unwatched))


@pytest.mark.parametrize("cure", ["packing", "stddev", "discrimination", "feature_matching", "instance_noise"])
@pytest.mark.parametrize("changes", [{"loss": "wasserstein", "regularizer": "wgan_gp"}, {"regularizer": "r1_r2"}])
def test_cures_on_digits_stand_with_penalties_and_spectral_norm(cure, changes):
    *_, last = train_digits.train(IMAGES.replace(steps=1, spectral_norm=True, **changes, **CURES[cure]))
    assert np.isfinite([last.d_loss, last.g_loss, last.penalty]).all()
    assert last.penalty > 0


def test_packs_of_digits_are_channels_of_one_image():
    state = train_digits.start(IMAGES.replace(packing=4))
    real = state.real["d"].row(0)
    (packs,) = train_digits.inputs(state, "d", 0, real)
    assert packs.shape == (2, 4, 28, 28)
    assert torch.equal(packs[1, 2], real[6, 0])
    assert state.d.net(packs).shape == (2, 1)
    accuracy = train_digits.snapshot(state).d_accuracy
    assert 0 <= accuracy <= 1


def test_feature_matching_on_digits_is_the_written_formula():
    config = IMAGES.replace(feature_matching=True, architecture="light")
    state, same = train_digits.start(config), train_digits.start(config)
    train_digits.g_gradient(state)
    d, g = same.d.net.module, same.g.net
    body = torch.nn.Sequential(*list(d)[:-1])
    fake, real = g(same.z["g"].row(0)[0], training=True), same.real["g"].row(0)
    distance = ((body(real).mean(0) - body(fake).mean(0)) ** 2).sum()
    expected = g.flatten(torch.autograd.grad(distance, g.params))
    assert state.g.loss.item() == pytest.approx(distance.item(), rel=1e-4)
    assert torch.allclose(state.g.grad, expected, atol=1e-6, rtol=1e-3)


@pytest.mark.parametrize("architecture", ["light", "dense", "classic", "deep", "mlp"])
@pytest.mark.parametrize("key", ["stddev", "discrimination"])
def test_d_of_digits_is_told_of_a_batch_by_its_last_features(key, architecture):
    config = IMAGES.replace(minibatch=key, architecture=architecture)
    plain = train_digits.start(IMAGES.replace(architecture=architecture)).d.net
    d, images = train_digits.start(config).d.net, train_digits.start(config).real["d"].row(0)
    width = plain(images, features=True).shape[1]
    features, (told, last) = d(images, features=True), list(d.module)[-2:]
    assert features.shape == (8, width)
    assert last.in_features == width + config.minibatch_layer.columns
    among = config.minibatch_layer(features, [p.detach() for p in told.learned])
    assert torch.allclose(d(images), last(torch.cat([features, among], 1)), atol=1e-6)
    assert not torch.allclose(d(images)[:4], d(images[:4]), atol=1e-7), "the others matter"


def test_budgets_grow_with_what_a_cure_costs():
    plain = PlaneConfig()
    for changes in ({"unroll": 3}, {"minibatch": "discrimination"}):
        assert plain.replace(**changes).flops() > 1.5 * plain.flops()
    assert plain.replace(unroll=3).floats() > 2 * plain.floats()
    images = DigitsConfig()
    assert images.replace(packing=2).flops() < images.flops() < images.replace(minibatch="discrimination").flops()
    with pytest.raises(ConfigError, match="MB an update"):
        PlaneConfig(members=16, unroll=5)
    with pytest.raises(ConfigError, match="MB an update"):
        PlaneConfig(members=4, minibatch="discrimination", regularizer="r1_r2")
    PlaneConfig(members=16, minibatch="discrimination")
