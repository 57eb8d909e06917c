"""The settings that other people's programs on digits have: G's last layer, batch normalisation in D, uniform noise."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from ganlab.data.images import PIXELS, fixed
from ganlab.digits import train
from ganlab.digits.config import DigitsConfig
from ganlab.digits.evaluation import evaluate_images
from ganlab.digits.snapshot import fixed_latents, generated
from ganlab.digits.state import start
from ganlab.digits.weights import decode, encode, from_checkpoint
from ganlab.gan.architectures import ARCHITECTURES, costs
from ganlab.gan.layers import D_NORMS, NORMS, OUTPUTS
from ganlab.gan.losses import LOSSES
from ganlab.gan.rng import stream
from ganlab.kind.fields import ConfigError

SMALL = DigitsConfig(batch_size=8, latent_dim=3, steps=2, ema=0.0)


# G's last layer


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_last_layer_alone_differs(architecture):
    """With equal weights, tanh's output t and the sigmoid's s come from one number: artanh t = log(s/(1 - s))."""
    z = torch.randn(4, 3, generator=stream(0, "z"))
    nets = {name: ARCHITECTURES[architecture].generator(3, 0, name) for name in OUTPUTS}
    assert torch.equal(nets["tanh"].flat, nets["sigmoid"].flat)
    images = {name: net(z, training=True).detach() for name, net in nets.items()}
    for name, output in OUTPUTS.items():
        assert output.low < images[name].min()
        assert images[name].max() < output.high
    assert torch.allclose(images["tanh"].atanh(), images["sigmoid"].logit(), atol=1e-4)


@pytest.mark.parametrize(
    ("g_output", "pixels", "wrong"),
    [
        ("tanh", "symmetric", []),
        ("sigmoid", "unit", []),
        *(("tanh", pixels, ["pixels"]) for pixels in PIXELS if pixels != "symmetric"),
        *(("sigmoid", pixels, ["pixels"]) for pixels in ("bytes", "half", "standardised")),
        ("sigmoid", "symmetric", ["g_output"]),
    ],
)
def test_a_last_layer_that_does_not_fit_the_images_is_a_mistake(g_output, pixels, wrong):
    assert SMALL.replace(g_output=g_output, pixels=pixels).wrong() == wrong


def test_a_file_keeps_last_layer_and_noise():
    config = SMALL.replace(g_output="sigmoid", pixels="unit", noise="uniform")
    state = start(config)
    back = decode(encode(from_checkpoint(config, 1, train.checkpoint(state))))
    z = back.draw(50)
    assert back.config == config.replace(steps=1)
    assert back.shape == config.shape
    assert -1 <= z.min() < -0.9 < 0.9 < z.max() <= 1
    shown = PIXELS["unit"].to_display(state.g_ema(z))[:, 0]
    assert torch.allclose(back.sample(z), shown, atol=0.02)


# Batch normalisation in D


def by_hand(net, packs):
    """The light D with batch normalisation after its second convolution, from its weights."""
    one, b, two, scale, shift, last, c = net.params
    x = F.leaky_relu(F.conv2d(packs, one, b, 2, 1), 0.2)
    x = F.conv2d(x, two, None, 2, 1)
    mean, var = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), correction=0, keepdim=True)
    x = (x - mean) / (var + 1e-5).sqrt() * scale.view(1, -1, 1, 1) + shift.view(1, -1, 1, 1)
    return F.linear(F.leaky_relu(x, 0.2).flatten(1), last, c)


def apart(net, real, fake):
    return by_hand(net, real), by_hand(net, fake)


def mixed(net, real, fake):
    return by_hand(net, torch.cat([real, fake])).chunk(2)


BY_HAND = {"apart": apart, "mixed": mixed}


@pytest.mark.parametrize("d_norm", BY_HAND)
def test_d_learns_from_the_statistics_of_its_batches(d_norm):
    state, same = (start(SMALL.replace(d_norm=d_norm)) for _ in range(2))
    train.update(state)
    with torch.no_grad():
        real, fake = same.real["d"].row(0), same.g.net(same.z["d"].row(0)[0], training=True)
        logits = [x.view(1, -1) for x in BY_HAND[d_norm](same.d.net, real, fake)]
    expected = LOSSES["nonsaturating"].discriminator(*logits)
    assert torch.allclose(state.d.loss, expected, atol=1e-5)
    train.update(state)
    fake = same.g.net(same.z["g"].row(0)[0], training=True)
    expected = LOSSES["nonsaturating"].generator(None, by_hand(state.d.net, fake).view(1, -1))
    assert torch.allclose(state.g.loss, expected, atol=1e-4), "G's images alone make the batch"


@pytest.mark.whole
@pytest.mark.parametrize("d_norm", BY_HAND)
def test_frames_and_studies_judge_as_d_learns(d_norm, monkeypatch):
    config = SMALL.replace(d_norm=d_norm)
    state = start(config)
    for _ in range(4):
        train.update(state)
    real, fake = fixed(config.dataset, config.classes, 128, 0, config.pixels), generated(state, 128)
    with torch.no_grad():
        parts = [BY_HAND[d_norm](state.d.net, a, b) for a, b in zip(real.split(8), fake.split(8), strict=True)]
    real, fake = (torch.cat(rows) > 0 for rows in zip(*parts, strict=True))
    frame = train.snapshot(state)
    assert frame.fools[0] == pytest.approx(fake.float().mean().item(), abs=0.01)
    assert frame.d_accuracy[0] == pytest.approx((real.float().mean() + 1 - fake.float().mean()).item() / 2, abs=0.01)
    monkeypatch.setattr("ganlab.digits.evaluation.FINAL", 64)
    assert np.isfinite(evaluate_images(state)["d_loss"]).all()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_layer_but_the_first_and_the_last_is_normalised(architecture):
    both = ARCHITECTURES[architecture]
    plain, d = both.discriminator(0), both.discriminator(0, norm=True)
    weighted = [layer for layer in d.module if hasattr(layer, "weight") and not isinstance(layer, NORMS)]
    layers = list(d.module)
    followed = [isinstance(layers[layers.index(layer) + 1], NORMS) for layer in weighted[:-1]]
    assert followed == [False] + [True] * (len(weighted) - 2)
    assert [layer.bias is None for layer in weighted] == [*followed, False]
    assert d.norm_buffers == []
    x = torch.randn(6, 1, 28, 28, generator=stream(0, "x"))
    assert torch.allclose(d(3 * x)[0], d(3 * x)[0])
    assert not torch.allclose(d(x)[:3], d(x[:3]), atol=1e-5)
    assert torch.allclose(plain(x)[:3], plain(x[:3]), atol=1e-5)
    assert costs(architecture, 3, norm=True)[1].macs == costs(architecture, 3)[1].macs


@pytest.mark.parametrize("d_norm", [name for name in D_NORMS if name != "none"])
@pytest.mark.parametrize("changes", [{"loss": "wasserstein", "regularizer": "wgan_gp"}, {"feature_matching": True}])
def test_it_trains_with_a_penalty_and_with_features(d_norm, changes):
    *_, last = train.train(SMALL.replace(d_norm=d_norm, spectral_norm=True, packing=2, **changes))
    assert np.isfinite([last.d_loss, last.g_loss, last.d_grad, last.g_grad]).all()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"d_norm": "mixed", "minibatch": "stddev"}, "mixed_minibatch"),
        ({"d_norm": "apart", "batch_size": 4, "packing": 4}, "one_pack"),
    ],
)
def test_batches_that_it_cannot_have_are_refused(changes, reason):
    with pytest.raises(ConfigError) as refused:
        DigitsConfig(**changes)
    assert (refused.value.field, refused.value.reason) == ("d_norm", reason)


# Noise


def test_uniform_noise_is_what_both_players_and_frames_draw():
    config = SMALL.replace(noise="uniform")
    state = start(config)
    for z in (state.z["d"].row(0), state.z["g"].row(5), fixed_latents(config)):
        assert z.abs().max() <= 1
    assert fixed_latents(config).std().item() == pytest.approx(3**-0.5, abs=0.02)
    assert fixed_latents(SMALL).abs().max() > 2


# Keys


@pytest.mark.parametrize("name", ["g_output", "d_norm", "noise", "d_optimizer"])
def test_runs_from_before_keep_their_keys(name):
    plain = DigitsConfig()
    assert plain.replace(**{name: getattr(plain, name)}).key() == "e6f488a66a5075ff"
    facts = {field: value for field, value in plain.to_json().items() if field != name}
    assert DigitsConfig.from_json(facts) == plain
