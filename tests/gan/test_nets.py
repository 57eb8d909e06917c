"""Members side by side against PyTorch's own layers, one by one."""

import pytest
import torch
from torch import nn

from ganlab.gan.nets import ACTIVATIONS, Network, parameter_count
from ganlab.gan.optimizers import OPTIMIZERS, slots
from ganlab.gan.rng import NOISES, Draws, stream

TORCH = {"leaky_relu": nn.LeakyReLU(0.2), "relu": nn.ReLU(), "tanh": nn.Tanh()}


def torch_twin(net, member, activation):
    layers = []
    for weight, bias in zip(net.params[::2], net.params[1::2], strict=True):
        linear = nn.Linear(weight.shape[1], weight.shape[2])
        linear.weight.data.copy_(weight.detach()[member].T)
        linear.bias.data.copy_(bias.detach()[member, 0])
        layers += [linear, TORCH[activation]]
    return nn.Sequential(*layers[:-1])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [[2, 1], [3, 16, 16, 2]])
def test_each_member_is_pytorchs_perceptron(activation, sizes):
    net, x = Network(sizes, activation, 3, 0, "g"), torch.randn(3, 5, sizes[0], generator=stream(0, "x"))
    for member in range(3):
        expected = torch_twin(net, member, activation)(x[member])
        assert torch.allclose(net(x)[member], expected, atol=1e-6)


def test_layers_start_as_pytorchs_linear_does():
    net = Network([50, 400, 1], "relu", 1, 0, "g")
    bound = 50**-0.5
    for tensor in net.params[:2]:
        assert tensor.abs().max().item() == pytest.approx(bound, rel=0.05)
        assert tensor.std().item() == pytest.approx(bound / 3**0.5, rel=0.1)


def test_members_differ_and_do_not_depend_on_how_many_there_are():
    two, five = Network([2, 8, 1], "relu", 2, 7, "g"), Network([2, 8, 1], "relu", 5, 7, "g")
    assert not torch.equal(two.params[0][0], two.params[0][1])
    assert all(torch.equal(a, b[:2]) for a, b in zip(two.params, five.params, strict=True))


def test_weights_are_views_of_one_vector():
    net = Network([2, 8, 1], "relu", 2, 0, "g")
    net.flat.zero_()
    assert all((p == 0).all() for p in net.params)
    assert net.flat.numel() == 2 * parameter_count([2, 8, 1]) == 2 * 33


def test_norms_are_per_member():
    net = Network([2, 8, 1], "relu", 2, 0, "g")
    expected = [sum(p[m].square().sum().item() for p in net.params) ** 0.5 for m in (0, 1)]
    assert net.norms(net.flat).tolist() == pytest.approx(expected)


def test_spectral_norm_divides_by_the_largest_singular_value():
    net = Network([2, 32, 32, 1], "relu", 2, 0, "d", spectral=True)
    net.power_iteration(200)
    for weight in (net.weight(layer, net.params) for layer in range(net.depth)):
        assert torch.linalg.matrix_norm(weight, 2).tolist() == pytest.approx([1, 1], abs=1e-4)


def test_looking_through_a_spectral_net_does_not_move_its_power_vectors():
    net = Network([2, 32, 1], "relu", 1, 0, "d", spectral=True)
    before = [p.clone() for p in net.power]
    net(torch.zeros(1, 3, 2))
    assert all(torch.equal(a, b) for a, b in zip(before, net.power, strict=True))


@pytest.mark.parametrize(
    ("key", "twin"),
    [
        ("adam", lambda p: torch.optim.Adam([p], 0.01, betas=(0.5, 0.9))),
        ("rmsprop", lambda p: torch.optim.RMSprop([p], 0.01, alpha=0.9)),
        ("sgd", lambda p: torch.optim.SGD([p], 0.01)),
    ],
)
def test_optimizers_are_pytorchs(key, twin):
    ours, grads = torch.ones(6), torch.randn(10, 6, generator=stream(0, "grads"))
    theirs, memory = nn.Parameter(torch.ones(6)), slots(ours)
    optimizer = twin(theirs)
    for grad in grads:
        OPTIMIZERS[key].step(ours, grad, memory, 0.01, 0.5, 0.9)
        theirs.grad = grad.clone()
        optimizer.step()
    assert torch.allclose(ours, theirs.detach(), atol=1e-6)


def test_streams_are_named_and_ignore_the_global_state():
    torch.rand(3)
    first = torch.rand(4, generator=stream(1, "a"))
    assert torch.equal(first, torch.rand(4, generator=stream(1, "a")))
    assert not torch.equal(first, torch.rand(4, generator=stream(1, "b")))
    assert not torch.equal(first, torch.rand(4, generator=stream(2, "a")))


def test_a_row_of_draws_does_not_depend_on_the_rows_before():
    def sample(n, rng):
        return torch.randn(n, 2, generator=rng)

    whole, cut = (Draws(sample, (16, 2), 2, 0, "z") for _ in range(2))
    rows = [whole.row(i).clone() for i in range(200)]
    assert all(torch.equal(cut.row(i), rows[i]) for i in (150, 3, 70, 199))
    assert rows[0].shape == (2, 16, 2)
    assert len({row.sum().item() for row in rows}) == 200


@pytest.mark.parametrize("key", NOISES)
def test_noise_quantiles_fit_its_samples(key):
    noise, p = NOISES[key], torch.tensor([0.1, 0.5, 0.9])
    sample = noise.sample(100_000, generator=stream(0, key))
    assert sample.quantile(p).tolist() == pytest.approx(noise.quantile(p).tolist(), abs=0.02)
