"""Each countermeasure against a slow, obvious implementation of its formula (docs/science.md#countermeasures)."""

from itertools import product
from math import exp, log

import numpy as np
import pytest
import torch
from torch import nn

from ganlab.digits.config import DigitsConfig
from ganlab.gan import countermeasures
from ganlab.gan.countermeasures import COUNTERMEASURES, KERNELS, MINIBATCH, WIDTH, nearness, unrolled
from ganlab.gan.losses import LOSSES
from ganlab.gan.nets import Network, layer_sizes
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.rng import stream
from ganlab.kind.fields import ConfigError, knobs
from ganlab.plane.config import PlaneConfig
from ganlab.plane.objectives import d_loss, g_loss
from ganlab.plane.snapshot import field_values, fixed_points
from ganlab.plane.state import d_logits, start
from ganlab.plane.train import g_gradient, update

SMALL = PlaneConfig(g_width=6, d_width=5, batch_size=12, members=2, latent_dim=3)


def draw(*shape, name="x"):
    return torch.randn(*shape, generator=stream(0, name))


def slow_discrimination(x, t, length):
    """Mean over the other points of exp(-Σ_c |M_ikc - M_jkc|), number by number: x (B, h) -> (B, K)."""
    x, t, length = x.tolist(), t.tolist(), length.flatten().tolist()
    columns = list(zip(*t, strict=True))
    scaled = [
        [v * exp(s) / sum(u * u for u in col) ** 0.5 for v in col] for col, s in zip(columns, length, strict=True)
    ]
    m = [[sum(a * b for a, b in zip(row, col, strict=True)) for col in scaled] for row in x]
    out = []
    for i, one in enumerate(m):
        row = []
        for k in range(KERNELS):
            part = range(k * WIDTH, (k + 1) * WIDTH)
            near = [exp(-sum(abs(one[c] - other[c]) for c in part)) for j, other in enumerate(m) if j != i]
            row.append(sum(near) / len(near))
        out.append(row)
    return torch.tensor(out)


def slow_deviation(x):
    """The mean over the features of their standard deviation in the batch, for every point: x (B, h) -> (B, 1)."""
    x = x.double().numpy()
    stds = [np.sqrt(np.mean([(v - np.mean(column)) ** 2 for v in column])) for column in x.T]
    return torch.full((len(x), 1), float(np.mean(stds)))


SLOW = {"discrimination": slow_discrimination, "stddev": lambda x, *weight: slow_deviation(x)}


def learned(minibatch_layer, h):
    return (
        [draw(2, h, minibatch_layer.size, name="t"), 0.3 * draw(2, 1, minibatch_layer.size, name="length")]
        if minibatch_layer.size
        else []
    )


@pytest.mark.parametrize("key", SLOW)
def test_what_a_batch_tells_is_what_loops_find_for_each_member(key):
    minibatch_layer, x = MINIBATCH[key], draw(2, 9, 4)
    weight = learned(minibatch_layer, 4)
    told = minibatch_layer(x, weight)
    assert told.shape == (2, 9, minibatch_layer.columns)
    for member in range(2):
        expected = SLOW[key](x[member], *(w[member] for w in weight))
        assert torch.allclose(told[member], expected.float(), atol=1e-5)


@pytest.mark.parametrize("key", SLOW)
def test_joining_others_is_being_one_of_their_batch(key):
    minibatch_layer, x, others = MINIBATCH[key], draw(2, 3, 4), draw(2, 7, 4, name="others")
    weight = learned(minibatch_layer, 4)
    joined = minibatch_layer(x, weight, others)
    for i in range(3):
        batch = torch.cat([x[:, i : i + 1], others], 1)
        assert torch.allclose(joined[:, i], minibatch_layer(batch, weight)[:, 0], atol=1e-5)


def test_a_collapsed_batch_is_told_apart_from_a_wide_one():
    alike = 0.01 * draw(1, 20, 4)
    for key, sign in (("discrimination", 1), ("stddev", -1)):
        minibatch_layer = MINIBATCH[key]
        weight = [w[:1] for w in learned(minibatch_layer, 4)]
        assert (sign * (minibatch_layer(alike, weight) - minibatch_layer(100 * alike, weight)) > 0.1).all()


@pytest.mark.parametrize("pairs", [countermeasures.AT_ONCE, 30])
def test_nearness_and_its_gradients_of_two_orders_are_those_of_the_formula(monkeypatch, pairs):
    monkeypatch.setattr(countermeasures, "AT_ONCE", pairs)
    a, b = draw(2, 3, 6, 4).requires_grad_(), draw(2, 3, 5, 4, name="b").requires_grad_()
    found = []
    for close in (nearness, lambda a, b: torch.exp(-(a.unsqueeze(-2) - b.unsqueeze(-3)).abs().sum(-1)).sum(-1)):
        value = close(a, b).square().sum()
        alone = torch.autograd.grad(value, (a, b), retain_graph=True)
        first = torch.autograd.grad(value, (a, b), create_graph=True)
        second = torch.autograd.grad(sum(g.square().sum() for g in first), (a, b))
        found.append((value.detach(), *alone, *(g.detach() for g in first), *second))
    assert all(torch.allclose(one, other, rtol=1e-4, atol=1e-6) for one, other in zip(*found, strict=True))


@pytest.mark.parametrize("key", SLOW)
@pytest.mark.parametrize("packing", [1, 2])
def test_the_field_is_d_in_a_batch_of_fixed_real_points(key, packing):
    config = SMALL.replace(minibatch=key, packing=packing)
    net, (_, _, shown, real) = start(config).d.net, fixed_points(config)
    cells = draw(450, 2)
    values = field_values(net, cells, shown, real, config)
    batch = real[: config.batch_size - packing].reshape(-1, 2 * packing)
    partners = shown[: 16 * (packing - 1)].reshape(-1, 2 * (packing - 1)) if packing > 1 else torch.empty(1, 0)
    for i in (0, 7, 449):
        packs = [torch.cat([cells[i], partner]) for partner in partners]
        seen = [d_logits(net, torch.cat([pack[None], batch]).expand(2, -1, -1))[:, 0] for pack in packs]
        assert torch.allclose(values[:, i], torch.stack(seen).mean(0), atol=1e-5)


def test_what_d_learns_of_batches_lies_behind_its_layers():
    minibatch_layer = MINIBATCH["discrimination"]
    sizes = layer_sizes([2, 5, 1], minibatch_layer)
    assert sizes == [(2, 5), (5 + KERNELS, 1), (5, KERNELS * WIDTH)]
    net = Network([2, 5, 1], "relu", 2, 0, "d", spectral=True, minibatch_layer=minibatch_layer)
    assert net.flat.numel() == 2 * sum((n + 1) * m for n, m in sizes)
    assert (net.params[-1] == 0).all()
    assert not torch.equal(net.params[-2][0], net.params[-2][1])
    assert len(net.power) == 4, "spectral normalisation is for the layers"


def test_feature_matching_is_the_gradient_of_the_written_formula():
    state = start(SMALL.replace(feature_matching=True))
    z, real = state.draws["g_z"].row(0).clone(), state.draws["g_real"].row(0).clone()
    g_gradient(state)
    for member in range(2):
        g, d = twin(state.g.net, member), twin(state.d.net, member)
        distance = sum((d[:-1](real[member]).mean(0) - d[:-1](g(z[member])).mean(0)) ** 2)
        expected = torch.autograd.grad(distance, list(g.parameters()))
        assert state.g.loss[member].item() == pytest.approx(distance.item(), rel=1e-5)
        for ours, theirs in zip(state.g.net.views(state.g.grad), transposed(expected), strict=True):
            assert torch.allclose(ours[member].squeeze(), theirs.squeeze(), atol=1e-6)


def twin(net, member):
    """PyTorch's own layers with a member's weights."""
    layers = []
    for layer in range(net.depth):
        weight, bias = net.weight(layer, net.params)[member].detach(), net.params[2 * layer + 1][member].detach()
        linear = nn.Linear(*weight.shape)
        linear.weight.data.copy_(weight.T)
        linear.bias.data.copy_(bias[0])
        layers += [linear, nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


def transposed(gradients):
    return [g.T if g.dim() == 2 else g for g in gradients]


def unrolled_by_hand(g, d, z, real, memory, config, objective):
    """The gradient of G's loss at a D that foresees its own steps, on copies of D's weights, name by name."""
    fake, weights = g(z), {name: p for name, p in d.named_parameters()}
    first, second, count = memory
    for step in range(config.unroll):
        real_logits, fake_logits = (torch.func.functional_call(d, weights, x).squeeze(-1) for x in (real, fake))
        loss = LOSSES[config.loss].discriminator(real_logits, fake_logits)
        grads = dict(zip(weights, torch.autograd.grad(loss, list(weights.values()), create_graph=True), strict=True))
        if config.optimizer == "adam":
            n = count + step + 1
            first = {k: config.beta1 * first[k] + (1 - config.beta1) * grads[k] for k in grads}
            second = {k: config.beta2 * second[k] + (1 - config.beta2) * grads[k] ** 2 for k in grads}
            hat = {k: (first[k] / (1 - config.beta1**n), second[k] / (1 - config.beta2**n)) for k in grads}
            grads = {k: m / ((v + 1e-16).sqrt() + 1e-8) for k, (m, v) in hat.items()}
        weights = {k: weights[k] - config.d_lr * grads[k] for k in weights}
    see = lambda x: torch.func.functional_call(d, weights, x).squeeze(-1)  # noqa: E731
    value = objective(see(real), see(fake))
    return value, torch.autograd.grad(value, list(g.parameters()))


def memory_of(player, member):
    """A member's Adam averages by the names of a twin's weights, and the count."""
    pairs = []
    for flat in (player.memory.first, player.memory.second):
        parts = [
            view[member].squeeze(0).T if i % 2 == 0 else view[member, 0]
            for i, view in enumerate(player.net.views(flat))
        ]
        pairs.append({f"{2 * (i // 2)}.{('weight', 'bias')[i % 2]}": part.double() for i, part in enumerate(parts)})
    return (*pairs, int(player.memory.count))


@pytest.mark.parametrize(
    ("optimizer", "steps", "loss"),
    [  # Adam makes whole steps of a gradient that is 0 but for rounding, as that of the relativistic D's last bias
        *product(["sgd"], [1, 3], ["nonsaturating", "relativistic", "hinge", "wasserstein"]),
        *product(["adam"], [1, 2], ["nonsaturating", "saturating", "least_squares"]),
    ],
)
def test_unrolling_is_the_explicit_higher_derivative_of_every_member(optimizer, steps, loss):
    config = SMALL.replace(unroll=steps, optimizer=optimizer, loss=loss, d_lr=0.05, members=3, d_depth=1)
    state = start(config)
    for _ in range(7):
        update(state)
    z, real = (state.draws[name].row(state.g.updates).clone().double() for name in ("g_z", "g_real"))
    g_gradient(state)
    for member in range(3):
        g, d = twin(state.g.net, member).double(), twin(state.d.net, member).double()
        memory = memory_of(state.d, member)
        value, gradients = unrolled_by_hand(g, d, z[member], real[member], memory, config, LOSSES[loss].generator)
        assert state.g.loss[member].item() == pytest.approx(value.item(), abs=1e-5)
        ours = torch.cat([v[member].flatten() for v in state.g.net.views(state.g.grad)])
        theirs = torch.cat([g.flatten() for g in transposed(gradients)])
        assert torch.allclose(ours, theirs.float(), atol=1e-5, rtol=1e-3)
        blind = unrolled_by_hand(
            g, d, z[member], real[member], memory, config.replace(unroll=0), LOSSES[loss].generator
        )
        assert not torch.allclose(theirs, torch.cat([x.flatten() for x in transposed(blind[1])]), rtol=1e-2, atol=1e-4)


@pytest.mark.parametrize("optimizer", [name for name, rule in OPTIMIZERS.items() if rule.ahead])
@pytest.mark.parametrize("changes", [{}, {"spectral_norm": True}, {"minibatch": "discrimination", "packing": 2}])
def test_the_foreseen_weights_are_those_of_real_steps_on_that_batch(optimizer, changes):
    config = SMALL.replace(unroll=4, optimizer=optimizer, d_lr=0.01, **changes)
    state = start(config)
    for _ in range(4):
        update(state)
    real, fake = (countermeasures.pack(draw(2, 12, 2, name=name), config.packing) for name in ("real", "fake"))
    net = state.d.net
    power = [p.clone() for p in net.power]
    before = net.flat.clone()
    ahead = unrolled(net, state.d.memory, config, lambda params: d_loss(config, net, real, fake, params))
    assert torch.equal(before, net.flat)
    for _ in range(4):
        loss = d_loss(config, net, real, fake)
        gradients = torch.autograd.grad(loss, net.params, torch.ones_like(loss))
        state.d.grad = torch.cat([gradient.reshape(-1) for gradient in gradients])
        state.d.step(optimizer, config.d_lr, config.beta1, config.beta2)
    assert all(torch.equal(one, two) for one, two in zip(power, net.power, strict=True))
    assert all(torch.allclose(p, view, atol=2e-6) for p, view in zip(ahead, net.views(net.flat), strict=True))


def test_unrolling_sees_through_feature_matching_too():
    config = SMALL.replace(unroll=2, feature_matching=True, d_lr=0.05)
    state = start(config)
    real, fake = (draw(2, 12, 2, name=name) for name in ("real", "fake"))
    ahead = unrolled(state.d.net, state.d.memory, config, lambda p: d_loss(config, state.d.net, real, fake, p))
    known, made = (state.d.net.features(x, ahead) for x in (real, fake))
    expected = (known.mean(1) - made.mean(1)).square().sum(-1)
    assert torch.allclose(g_loss(config, state.d, fake, real), expected, atol=1e-7)


P, Q = torch.tensor([0.5, 0.3, 0.2, 0.0]), torch.tensor([0.1, 0.3, 0.2, 0.4])


@pytest.mark.parametrize("key", ["nonsaturating", "saturating", "least_squares"])
def test_smoothed_labels_make_the_best_d_as_sure_as_the_label(key):
    """(1 - α)p/(p + q): one-sided smoothing scales D*, so the order of points stays, and none is surer than 1 - α."""
    alpha, logits = 0.2, torch.zeros(4, requires_grad=True)
    optimizer, counts = torch.optim.LBFGS([logits], max_iter=200, line_search_fn="strong_wolfe"), (P * 10, Q * 10)
    real, fake = (torch.repeat_interleave(torch.arange(4), c.round().long()) for c in counts)

    def closure():
        optimizer.zero_grad()
        loss = LOSSES[key].discriminator(logits[real], logits[fake], alpha)
        loss.backward()
        return loss

    optimizer.step(closure)
    found = logits.detach() if key == "least_squares" else logits.detach().sigmoid()
    assert found.tolist() == pytest.approx(((1 - alpha) * P / (P + Q)).tolist(), abs=2e-3)


@pytest.mark.parametrize("alpha", [0.1, 0.4])
def test_smoothed_losses_are_those_of_the_softened_labels_and_so_is_their_balance(alpha):
    real, fake, soft = draw(2, 6), draw(2, 6, name="fake"), 1 - alpha
    bce = nn.functional.binary_cross_entropy_with_logits
    for m in range(2):
        expected = bce(real[m], torch.full((6,), soft)) + bce(fake[m], torch.zeros(6))
        found = LOSSES["nonsaturating"].discriminator(real, fake, alpha)[m].item()
        assert found == pytest.approx(expected.item(), abs=1e-6)
        squares = ((real[m] - soft).square().mean() + fake[m].square().mean()) / 2
        found = LOSSES["least_squares"].discriminator(real, fake, alpha)[m].item()
        assert found == pytest.approx(squares.item(), abs=1e-6)
    s = soft / 2
    entropy = -s * log(s) - (1 - s) * log(1 - s)
    assert LOSSES["nonsaturating"].balance(alpha) == pytest.approx((2 * entropy, -log(s)))
    assert LOSSES["saturating"].balance(alpha) == pytest.approx((2 * entropy, log(1 - s)))
    assert LOSSES["least_squares"].balance(alpha) == pytest.approx((soft**2 / 4, (1 + alpha) ** 2 / 8))
    assert LOSSES["nonsaturating"].undecided(alpha) == pytest.approx(log(s / (1 - s)))
    assert LOSSES["least_squares"].undecided(alpha) == pytest.approx(s)
    assert all(loss.balance() == loss.equilibrium and loss.undecided() == loss.threshold for loss in LOSSES.values())


def test_instance_noise_falls_evenly_to_nothing_by_the_step_alone():
    config = SMALL.replace(instance_noise=0.8, noise_until=40)
    levels = [countermeasures.noise_level(config.replace(steps=steps), 10) for steps in (11, 5000)]
    assert levels == [pytest.approx(0.6)] * 2
    assert [countermeasures.noise_level(config, s) for s in (0, 20, 40, 41, 9999)] == pytest.approx([0.8, 0.4, 0, 0, 0])
    assert countermeasures.noise_level(SMALL, 0) == 0


def test_packs_of_points_and_of_images_hold_neighbours_of_one_member():
    points = torch.arange(2 * 4 * 2).view(2, 4, 2)
    assert countermeasures.pack(points, 2).tolist() == [
        [[0, 1, 2, 3], [4, 5, 6, 7]],
        [[8, 9, 10, 11], [12, 13, 14, 15]],
    ]
    images = draw(6, 1, 28, 28)
    packs = countermeasures.pack(images[None], 3)[0]
    assert packs.shape == (2, 3, 28, 28)
    assert torch.equal(packs[1, 2], images[5, 0])


REFUSED = [
    (PlaneConfig, {"packing": 3}, "packing", "packing"),
    (PlaneConfig, {"minibatch": "stddev", "d_depth": 0}, "minibatch", "no_features"),
    (PlaneConfig, {"minibatch": "discrimination", "batch_size": 4, "packing": 4}, "minibatch", "one_pack"),
    (PlaneConfig, {"feature_matching": True, "d_depth": 0}, "feature_matching", "no_features"),
    (PlaneConfig, {"feature_matching": True, "d_depth": 0}, "feature_matching", "no_features"),
    *((PlaneConfig, {"unroll": 1, "regularizer": r}, "unroll", "unroll_constraint") for r in ("r1", "clip", "wgan_gp")),
    (PlaneConfig, {"unroll": 5, "optimizer": "rmsprop"}, "unroll", "unroll_optimizer"),
    (PlaneConfig, {"unroll": 1, "edits": ((5, "regularizer", "r2"),)}, "unroll", "unroll_constraint"),
    *(
        (kind, {"label_smoothing": 0.1, "loss": loss}, "label_smoothing", "no_label")
        for kind, loss in product((PlaneConfig, DigitsConfig), ("hinge", "wasserstein", "relativistic"))
    ),
    (PlaneConfig, {"edits": ((5, "loss", "hinge"), (3, "label_smoothing", 0.1))}, "label_smoothing", "no_label"),
    (DigitsConfig, {"packing": 3}, "packing", "packing"),
    (DigitsConfig, {"minibatch": "stddev", "batch_size": 4, "packing": 4}, "minibatch", "one_pack"),
]


@pytest.mark.parametrize(("kind", "changes", "name", "reason"), REFUSED)
def test_what_makes_no_sense_is_refused_with_a_reason(kind, changes, name, reason):
    with pytest.raises(ConfigError) as refused:
        kind(**changes)
    assert (refused.value.field, refused.value.reason) == (name, reason)


def test_every_refusal_has_its_case():
    cases = {(name, reason) for _, _, name, reason in REFUSED}
    assert cases == {(name, reason) for name, cure in COUNTERMEASURES.items() for reason in cure.refused}


def test_each_countermeasure_is_off_unless_a_config_says_so():
    specs = knobs(PlaneConfig)
    assert all(specs[name].check(name, cure.off) == cure.off for name, cure in COUNTERMEASURES.items())
    assert countermeasures.active(PlaneConfig()) == []
    on = PlaneConfig(packing=2, minibatch="stddev", feature_matching=True, label_smoothing=0.1, instance_noise=0.1)
    assert countermeasures.active(on.replace(unroll=1, ema=0.9)) == list(COUNTERMEASURES)
    assert countermeasures.active(DigitsConfig()) == ["ema"]
    assert countermeasures.plain_game(PlaneConfig(unroll=1, ema=0.9))
    assert not countermeasures.plain_game(PlaneConfig(label_smoothing=0.1))
