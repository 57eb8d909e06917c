"""Networks of images: the tutorial's constants, weights from named streams, what training and evaluation change.

docs/science.md#networks-for-digits
"""

import pytest
import torch
from torch import nn

from ganlab.gan.architectures import ARCHITECTURES, costs
from ganlab.gan.augment import AUGMENTS, BACKGROUND, cut_out, translate
from ganlab.gan.layers import COINS, NORMS, Flatten, coins
from ganlab.gan.rng import stream


@pytest.fixture(params=ARCHITECTURES)
def pair(request):
    both = ARCHITECTURES[request.param]
    return both.generator(10, 0), both.discriminator(0)


def test_shapes_and_range(pair):
    g, d = pair
    images = g(torch.randn(3, 10, generator=stream(0, "z")), training=True)
    assert images.shape == (3, 1, 28, 28)
    assert images.abs().max() <= 1
    assert d(images).shape == (3, 1)


def test_all_weights_are_views_of_the_flat_vector(pair):
    for net in pair:
        before = [param.detach().clone() for param in net.params]
        assert sum(param.numel() for param in net.params) == net.flat.numel()
        assert torch.equal(net.flatten(tuple(net.params)), net.flat)
        net.flat += 1
        assert all(torch.equal(param.detach(), old + 1) for param, old in zip(net.params, before, strict=True))


def test_weights_come_from_the_run_s_streams_alone():
    before = torch.random.get_rng_state()
    for both in ARCHITECTURES.values():
        one, same, other = (both.generator(5, seed) for seed in (0, 0, 1))
        assert torch.equal(one.flat, same.flat)
        assert not torch.equal(one.flat, other.flat)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_classic_has_the_tutorial_s_constants():
    """tensorflow/docs dcgan.ipynb: 2,305,472 and 212,865 weights; Keras' slope 0.3, momentum 0.99, ε 1e-3, Glorot."""
    g, d = costs("classic", 100)
    assert (g.params, d.params) == (2_305_472, 212_865)
    pair = ARCHITECTURES["classic"].generator(100, 0), ARCHITECTURES["classic"].discriminator(0)
    layers = [layer for net in pair for layer in net.module.modules()]
    assert {layer.negative_slope for layer in layers if isinstance(layer, nn.LeakyReLU)} == {0.3}
    assert {(layer.eps, layer.momentum) for layer in layers if isinstance(layer, NORMS)} == {(1e-3, 0.01)}
    convolutions = [layer for layer in layers if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]
    for layer in convolutions:
        bound = (6 / (25 * (layer.in_channels + layer.out_channels))) ** 0.5
        assert 0.95 * bound < layer.weight.abs().max().item() <= bound
    assert [layer.bias is not None for layer in convolutions] == [False] * 3 + [True] * 2


def test_the_perceptrons_are_those_of_their_source():
    """znxlwm's MNIST GAN: 100-256-512-1024-784 and 784-1024-512-256-1, slope 0.2, dropout 0.3, PyTorch's weights."""
    g, d = costs("mlp", 100)
    assert (g.params, d.params) == (1_486_352, 1_460_225)
    assert (g.macs, d.macs) == (1_483_776, 1_458_432)
    pair = ARCHITECTURES["mlp"].generator(100, 0), ARCHITECTURES["mlp"].discriminator(0)
    layers = [layer for net in pair for layer in net.module.modules()]
    assert {layer.negative_slope for layer in layers if isinstance(layer, nn.LeakyReLU)} == {0.2}
    assert [layer.p for layer in pair[1].dropouts] == [0.3] * 3
    assert not [layer for layer in layers if isinstance(layer, NORMS)]
    for layer in (layer for layer in layers if isinstance(layer, nn.Linear)):
        assert 0.95 * layer.in_features**-0.5 < layer.weight.abs().max().item() <= layer.in_features**-0.5


def same_padded(x, weight):
    """TensorFlow's "same" convolution of stride 2, by the definition: one row in front, two behind."""
    return nn.functional.conv2d(nn.functional.pad(x, (1, 2, 1, 2)), weight, stride=2)


def test_classic_pads_as_tensorflow_does():
    """Its transposed convolution of stride 2 is the transpose of the "same" convolution: ⟨conv x, y⟩ = ⟨x, convᵀ y⟩."""
    rng = stream(0, "test")
    g, d = ARCHITECTURES["classic"].generator(4, 0), ARCHITECTURES["classic"].discriminator(0)
    pad, convolution = d.module[:2]
    x = torch.randn(2, 1, 28, 28, generator=rng)
    assert torch.allclose(convolution(pad(x)), same_padded(x, convolution.weight), atol=1e-5)
    last = next(i for i, layer in enumerate(g.module) if getattr(layer, "out_channels", 0) == 1)
    transposed, crop = g.module[last : last + 2]
    y = torch.randn(2, 64, 14, 14, generator=rng)
    forth = (same_padded(x, transposed.weight) * y).sum()
    assert forth.item() == pytest.approx((x * crop(transposed(y))).sum().item(), rel=1e-4)


def test_dropout_is_dice_by_name_and_absent_in_evaluation():
    d = ARCHITECTURES["classic"].discriminator(0)
    x = torch.randn(4, 1, 28, 28, generator=stream(0, "x"))
    one, same, other = (d(x, training=True, rng=stream(0, "masks", i)) for i in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(d(x), d(x))
    many = torch.stack([d.module[:4](x) for _ in range(2)])
    assert torch.equal(many[0], many[1])
    dropout = d.dropouts[0]
    dropout.rng = stream(0, "share")
    ones = dropout(torch.ones(100, 1000))
    assert (ones == 0).float().mean().item() == pytest.approx(0.3, abs=0.01)
    assert ones.mean().item() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(1, 3, 1, 1), (3, 5, 7, 2), (2, 4, 64, COINS // 256)])
def test_coins_are_bernoulli_s_own(dtype, shape):
    for layout in (torch.contiguous_format, torch.channels_last):
        ours, theirs = stream(0, "coins"), stream(0, "coins")
        blank = torch.empty(shape, dtype=dtype).contiguous(memory_format=layout)
        assert torch.equal(coins(blank.clone(), 0.7, ours), blank.clone().bernoulli_(0.7, generator=theirs))
        assert torch.equal(ours.get_state(), theirs.get_state())


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_flatten_sends_the_gradient_back_in_the_layout_of_its_input(layout):
    """Where the layout is lost, the rectifier before takes ten times as long; the values would be the same."""
    x = torch.randn(2, 3, 4, 5, generator=stream(0, "x")).requires_grad_()
    y, seen = x.contiguous(memory_format=layout) * 1, []
    rows = Flatten()(y)
    y.register_hook(seen.append)
    torch.autograd.grad(rows.square().sum(), x)
    assert torch.equal(rows, x.flatten(1))
    assert torch.equal(seen[0], 2 * x)
    assert seen[0].is_contiguous(memory_format=layout)


def test_spectral_norm_gives_every_layer_a_largest_singular_value_of_one():
    d = ARCHITECTURES["light"].discriminator(0, spectral=True)
    d.power_iteration(200)
    for _, weight in d._normalised():
        assert torch.linalg.matrix_norm(weight.flatten(1), 2).item() == pytest.approx(1, abs=1e-3)
    x = torch.randn(2, 1, 28, 28, generator=stream(0, "x"))
    before = [vector.clone() for vector in d.power]
    first = d(x)
    d.flat[: 32 * 16] *= 10
    assert torch.allclose(d.power[0], before[0])
    assert first.shape == (2, 1)


def test_costs_agree_with_torch_s_own_count():
    from torch.utils.flop_counter import FlopCounterMode

    for name, both in ARCHITECTURES.items():
        for net, x, cost in zip(
            (both.generator(10, 0), both.discriminator(0)),
            (torch.zeros(1, 10), torch.zeros(1, 1, 28, 28)),
            costs(name, 10),
            strict=True,
        ):
            with FlopCounterMode(display=False) as counter:
                net(x)
            assert counter.get_total_flops() == 2 * cost.macs


def test_augmentations_move_by_an_eighth_and_cut_out_a_half():
    x = torch.full((200, 1, 28, 28), BACKGROUND)
    x[:, :, 14, 14] = 1
    moved = translate(x, stream(0, "t"))
    spots = (moved[:, 0] == 1).nonzero()
    assert len(spots) == 200
    assert sorted({int(row) for row in spots[:, 1]}) == list(range(10, 19))
    assert sorted({int(column) for column in spots[:, 2]}) == list(range(10, 19))
    holes = (cut_out(torch.ones(200, 1, 28, 28), stream(0, "c")) == 0).sum((1, 2, 3))
    assert holes.max() == 14 * 14
    assert holes.min() >= 7 * 7


@pytest.mark.parametrize("name", AUGMENTS)
def test_augmentations_are_differentiable_and_named(name):
    x = torch.randn(3, 1, 28, 28, generator=stream(0, "x")).requires_grad_()
    y = AUGMENTS[name](x, stream(0, "a", 1))
    (slope,) = torch.autograd.grad(y.sum(), x)
    assert set(slope.unique().tolist()) <= {0.0, 1.0}
    assert torch.equal(y, AUGMENTS[name](x, stream(0, "a", 1)))
