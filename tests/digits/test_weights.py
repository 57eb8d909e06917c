"""Generators as files: what goes out comes back bit for bit, and every bad file is refused for its own reason."""

import io
import json
import pickle
import zipfile

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save
from sameness import assert_same_state

from ganlab.data.user_files import store_in_use
from ganlab.digits import uploads, weights
from ganlab.digits.config import DigitsConfig
from ganlab.digits.pretrained import PRETRAINED, Shape
from ganlab.digits.state import checkpoint, restore, start, untrained
from ganlab.digits.train import update
from ganlab.digits.uploads import Uploads
from ganlab.digits.weights import Generator, WeightsError, code, decode, encode, expected, from_upload, of_run
from ganlab.gan.architectures import ARCHITECTURES, classic_g, deep_g, dense_g, light_g, mlp_g
from ganlab.kind.fields import ConfigError
from ganlab.kinds import engines
from ganlab.plane.config import PlaneConfig
from ganlab.store import checkpoints
from ganlab.store.checkpoints import Checkpoints

SMALL = DigitsConfig(latent_dim=2, batch_size=4)
MODULES = {"light": light_g, "dense": dense_g, "classic": classic_g, "deep": deep_g, "mlp": mlp_g}


def made(config=SMALL, seed=3):
    """An untrained generator, which is as good as any for its file."""
    return Generator(config, ARCHITECTURES[config.architecture].generator(config.latent_dim, seed))


GOOD = encode(made())


def changed(blob=GOOD, config=None, **tensors):
    """A file with some tensors replaced, or left out where None, and maybe another config text."""
    old = load(blob)
    kept = {name: tensor for name, tensor in (old | tensors).items() if tensor is not None}
    text = json.dumps(SMALL.to_json()) if config is None else config
    return save(kept, {"config": text} if text else {})


def reason_of(blob, config_json=None):
    with pytest.raises(WeightsError) as error:
        from_upload(blob, config_json)
    return error.value


# What goes out comes back


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_goes_out_comes_back_bit_for_bit_at_float16(architecture):
    generator = made(DigitsConfig(architecture=architecture, latent_dim=5))
    generator.net(torch.randn(8, 5, generator=torch.Generator().manual_seed(1)), training=True)  # moves the statistics
    back = from_upload(encode(generator))
    assert back.config == generator.config
    assert_same_state(weights.halves(back.net), weights.halves(generator.net))
    assert all(float(mean.abs().max()) > 0 for mean in back.net.norm_buffers[::2])
    assert encode(back) == encode(generator)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_file_fits_the_plain_module_by_its_own_names(architecture):
    generator = decode(encode(made(DigitsConfig(architecture=architecture, latent_dim=5))))
    plain = MODULES[architecture](5)
    tensors = {name: tensor.float() for name, tensor in load(encode(generator)).items()}
    assert {name: list(tensor.shape) for name, tensor in tensors.items()} == expected(architecture, 5)
    missing, unknown = plain.load_state_dict(tensors, strict=False)
    assert unknown == []
    assert all(name.endswith("num_batches_tracked") for name in missing)
    z = generator.draw(3)
    with torch.no_grad():
        assert torch.allclose(plain.eval()(z)[:, 0], generator.sample(z), atol=1e-6)


def test_samples_are_the_same_every_time_and_however_many_are_asked_for():
    generator = decode(GOOD)
    z = generator.draw(weights.CHUNK + 3, "some")
    assert torch.equal(z, decode(GOOD).draw(weights.CHUNK + 3, "some"))
    assert not torch.equal(z, generator.draw(weights.CHUNK + 3, "other"))
    images = generator.sample(z)
    assert images.shape == (weights.CHUNK + 3, 28, 28)
    assert float(images.abs().max()) <= 1
    assert torch.allclose(images[-3:], generator.sample(z[-3:]), atol=1e-6)
    assert torch.equal(images, decode(GOOD).sample(z))


def test_the_config_may_come_in_a_file_of_its_own():
    bare, beside = changed(config=""), json.dumps(SMALL.to_json()).encode()
    assert from_upload(bare, beside).config == SMALL
    assert from_upload(GOOD, beside).config == SMALL
    later = json.dumps(SMALL.replace(steps=99).to_json()).encode()
    assert from_upload(GOOD, later).config == SMALL, "how far a run is to go is no difference"


# Bad files


def header_of(**entry):
    text = json.dumps({"a": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]} | entry}).encode()
    return len(text).to_bytes(8, "little") + text + b"\0\0"


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("weights.safetensors", GOOD)
    return file.getvalue()


def saved_by_torch():
    file = io.BytesIO()
    torch.save(load(GOOD), file)
    return file.getvalue()


def text(**fields):
    return json.dumps(SMALL.to_json() | fields)


BAD = {
    "empty": (b"", "not_safetensors"),
    "text": (b"hello, this is a letter", "not_safetensors"),
    "json": (json.dumps(SMALL.to_json()).encode(), "not_safetensors"),
    "torch_save": (saved_by_torch(), "pickle"),
    "pickle": (pickle.dumps({"a": 1}), "pickle"),
    "zip": (zipped(), "zip"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 64, "hdf5"),
    "numpy": (b"\x93NUMPY\x01\0" + b"\0" * 64, "numpy"),
    "cut_in_the_header": (GOOD[:100], "truncated"),
    "cut_in_a_tensor": (GOOD[:-1], "truncated"),
    "half": (GOOD[: len(GOOD) // 2], "truncated"),
    "longer": (GOOD + b"\0", "damaged"),
    "no_json": (GOOD[:9] + b"!" * 50 + GOOD[59:], "damaged"),
    "no_dict": (b"\x02\0\0\0\0\0\0\0{]", "damaged"),
    "offsets_of_text": (header_of(data_offsets=["a", "b"]), "damaged"),
    "offsets_of_one": (header_of(data_offsets=[0]), "damaged"),
    "no_config": (changed(config=""), "no_config"),
    "config_of_nonsense": (changed(config="{{"), "config_unreadable"),
    "config_of_a_list": (changed(config="[1]"), "config_unreadable"),
    "config_endless": (changed(config="[" * 60_000), "config_unreadable"),
    "config_long": (changed(config=" " * 70_000 + text()), "config_unreadable"),
    "config_huge_number": (changed(config=text(seed=10**400)), "config"),
    "config_of_the_plane": (changed(config=json.dumps(PlaneConfig().to_json())), "config"),
    "config_out_of_bounds": (changed(config=text(latent_dim=100_000)), "config"),
    "config_of_unknown_field": (changed(config=text(depth=3)), "config"),
    "config_of_unknown_kind": (changed(config=text(kind="audio")), "config"),
    "config_of_another_latent": (changed(config=text(latent_dim=3)), "shape"),
    "config_of_another_architecture": (changed(config=text(architecture="deep")), "unknown"),
    "tensor_missing": (changed(**{"5.running_var": None}), "missing"),
    "tensor_unknown": (changed(extra=torch.zeros(1).half()), "unknown"),
    "tensor_misshapen": (changed(**{"0.weight": torch.zeros(2, 3136).half()}), "shape"),
    "tensor_of_floats": (changed(**{"0.weight": torch.zeros(3136, 2)}), "dtype"),
    "tensor_of_integers": (changed(**{"0.weight": torch.zeros(3136, 2, dtype=torch.int16)}), "dtype"),
    "not_a_number": (changed(**{"2.bias": torch.full((64,), float("nan")).half()}), "not_finite"),
    "infinite": (changed(**{"2.bias": torch.full((64,), float("inf")).half()}), "not_finite"),
    "negative_variance": (changed(**{"2.running_var": torch.full((64,), -1.0).half()}), "breaks"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_for_its_own_reason(name):
    blob, reason = BAD[name]
    assert reason_of(blob).reason == reason


def test_a_refusal_says_what_is_wrong():
    assert reason_of(GOOD[:-7]).facts == {"bytes": len(GOOD) - 7, "whole": len(GOOD)}
    shape = reason_of(changed(config=text(latent_dim=3)))
    assert shape.facts == {"name": "0.weight", "found": "[3136, 2]", "expected": "[3136, 3]"}
    config = reason_of(changed(config=text(latent_dim=1)))
    assert (config.facts["field"], config.facts["value"], config.facts["why"]) == ("latent_dim", "1", "range")
    assert reason_of(BAD["tensor_of_floats"][0]).facts == {"name": "0.weight", "found": "F32"}


def test_two_configs_that_disagree_are_refused():
    other = json.dumps(SMALL.replace(seed=1).to_json()).encode()
    assert reason_of(GOOD, other).reason == "two_configs"
    assert reason_of(GOOD, b"\xff\xfe").reason == "config_unreadable"


def test_a_file_that_is_too_big_is_not_even_looked_at():
    class Huge(bytes):
        def __len__(self):
            return 10**9

        def __getitem__(self, _):
            raise AssertionError("read")

    assert reason_of(Huge()).reason == "too_big"
    assert reason_of(b"\0" * (weights.MAX_BYTES + 1)).reason == "too_big"


def test_the_largest_generator_that_there_is_fits():
    config = DigitsConfig(architecture="classic", latent_dim=512)
    blob = encode(made(config))
    assert 0.85 * weights.MAX_BYTES < len(blob) <= weights.MAX_BYTES
    assert from_upload(blob).config == config


def test_a_pickle_is_never_opened(tmp_path):
    class Bomb:
        def __reduce__(self):
            return open, (str(tmp_path / "opened"), "w")

    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert reason_of(pickle.dumps(Bomb(), protocol)).reason == "pickle"
    file = io.BytesIO()
    torch.save(Bomb(), file)
    assert reason_of(file.getvalue()).reason == "pickle"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.whole
@settings(max_examples=300)
@given(st.integers(0, 2500), st.binary(min_size=1, max_size=12), st.sampled_from([len(GOOD), 3000, 2000, 500]))
def test_no_damage_raises_anything_else(place, noise, length):
    blob = (GOOD[:place] + noise + GOOD[place + len(noise) :])[:length]
    assert outcome(blob) in {"digits", *(reason for _, reason in BAD.values())}


def outcome(blob):
    """The kind of a file's config, or why it was refused."""
    try:
        return from_upload(blob).config.kind
    except WeightsError as error:
        return error.reason


# Kept beside the store


def test_uploads_are_named_by_their_content_and_come_back(tmp_path):
    kept = Uploads(tmp_path)
    name = kept.save(made())
    assert name == code(GOOD) == kept.save(decode(GOOD))
    assert kept.names() == [name]
    assert encode(kept.load(name)) == GOOD
    assert kept.save(made(seed=4)) != name


@pytest.mark.parametrize("name", ["0" * 16, "../../etc/passwd", "0" * 15, "ABCDEF0123456789", ""])
def test_what_is_not_kept_is_gone(tmp_path, name):
    with pytest.raises(WeightsError) as error:
        Uploads(tmp_path).load(name)
    assert error.value.reason == "gone"


def test_a_kept_file_that_was_changed_is_gone(tmp_path):
    kept = Uploads(tmp_path)
    name = kept.save(made())
    kept.files.path(name).write_bytes(encode(made(seed=9)))
    with pytest.raises(WeightsError, match="gone"):
        kept.load(name)


def test_uploads_are_bounded_in_number_and_bytes_and_the_longest_unused_go(tmp_path):
    import os

    kept = Uploads(tmp_path, keep=3)
    names = [kept.save(made(seed=seed)) for seed in range(3)]
    for age, name in enumerate(names):
        os.utime(kept.files.path(name), (1000 + age, 1000 + age))
    kept.load(names[0])
    names.append(kept.save(made(seed=7)))
    assert set(kept.names()) == {names[0], names[2], names[3]}
    small = Uploads(tmp_path, cap=len(GOOD) + 10)
    last = small.save(made(seed=8))
    assert small.names() == [last]
    assert sorted(path.name for path in small.files.folder.iterdir()) == [f"{last}.safetensors"], "no drafts are left"


# A run's own


def test_a_runs_weights_are_those_of_what_viewers_see(tmp_path):
    config, kept = SMALL.replace(ema=0.9), Checkpoints(tmp_path)
    state = start(config)
    for _ in range(6):
        update(state)
    kept.save(config.key(), 3, checkpoints.encode(config.key(), 3, checkpoint(state)))
    generator = of_run(kept, config, 10)
    assert generator.config == config.replace(steps=3)
    assert_same_state(weights.halves(generator.net), weights.halves(state.g_ema))
    assert not torch.equal(state.g_ema.flat, state.g.net.flat)
    with pytest.raises(WeightsError, match="no_checkpoint"):
        of_run(kept, config, 2)
    plain = start(SMALL.replace(ema=0.0))
    update(plain), update(plain)
    raw = weights.from_checkpoint(plain.config, 1, checkpoint(plain))
    assert_same_state(weights.halves(raw.net), weights.halves(plain.g.net))


# Train further


@pytest.fixture
def brought(tmp_path, monkeypatch):
    """The code of a generator that the default store has."""
    monkeypatch.setenv("GANLAB_STORE", str(tmp_path))
    return Uploads(tmp_path).save(made())


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_g_goes_on_from_the_weights_and_d_starts_afresh(brought, ema):
    given, fresh = decode(GOOD), untrained(SMALL.replace(ema=ema))
    state = start(SMALL.replace(ema=ema, g_from=brought))
    for net in (state.g.net, state.g_ema):
        assert_same_state(weights.halves(net), weights.halves(given.net))
    assert not torch.equal(state.g.net.flat, fresh.g.net.flat)
    assert torch.equal(state.d.net.flat, fresh.d.net.flat)
    assert state.step == state.g.updates == 0


def test_a_run_that_goes_on_does_not_touch_what_it_came_from(brought):
    state = start(SMALL.replace(g_from=brought))
    for _ in range(4):
        update(state)
    assert not torch.equal(state.g.net.flat, decode(GOOD).net.flat)
    assert code(encode(uploads.named(brought))) == brought


def test_without_weights_a_run_starts_and_is_named_as_before(brought):
    assert_same_state(checkpoint(start(SMALL)), checkpoint(untrained(SMALL)))
    assert SMALL.key() == DigitsConfig(latent_dim=2, batch_size=4, g_from="none").key()
    assert SMALL.replace(g_from=brought).key() != SMALL.key()


def test_a_checkpoint_needs_the_weights_no_more(brought):
    config = SMALL.replace(g_from=brought)
    state = start(config)
    update(state)
    saved = checkpoint(state)
    Uploads(store_in_use()).files.path(brought).unlink()
    assert_same_state(checkpoint(restore(config, saved)), saved)
    with pytest.raises(WeightsError, match="gone"):
        start(config)


def test_weights_of_another_shape_are_refused(brought):
    for other in ({"latent_dim": 3}, {"architecture": "deep"}, {"g_output": "sigmoid"}):
        with pytest.raises(ConfigError) as error:
            start(SMALL.replace(g_from=brought, **other))
        assert (error.value.field, error.value.reason) == ("g_from", "other_weights")
        assert error.value.facts == {"architecture": "light", "latent_dim": 2, "g_output": "tanh"}


@pytest.mark.parametrize("name", PRETRAINED)
def test_a_config_knows_the_shapes_of_those_that_ship(name):
    shape = PRETRAINED[name]
    good = DigitsConfig(architecture=shape.architecture, latent_dim=shape.latent_dim, g_from=name)
    for bad in (
        {"latent_dim": shape.latent_dim - 1 if shape.latent_dim > 2 else 3},
        {"architecture": other(shape)},
        {"g_output": "sigmoid"},
    ):
        with pytest.raises(ConfigError) as error:
            good.replace(**bad)
        assert (error.value.field, error.value.reason) == ("g_from", "other_weights")


def other(shape: Shape) -> str:
    return next(name for name in ARCHITECTURES if name != shape.architecture)


@pytest.mark.parametrize("value", ["", "no_such", "0" * 15, "0" * 17, "G" * 16, None, 3, "0" * 16 + "\n"])
def test_g_from_is_a_name_or_a_code(value):
    with pytest.raises(ConfigError) as error:
        DigitsConfig(g_from=value)
    assert error.value.reason == "weights"


def test_a_worker_finds_the_weights_in_its_own_store_and_says_when_they_are_gone(tmp_path):
    from ganlab.service import worker
    from ganlab.store.runs import Store

    with Store(tmp_path / "elsewhere") as store:
        config = SMALL.replace(g_from=Uploads(store.path).save(made()), steps=2)
        for wished in (config, config.replace(g_from="0" * 16)):
            store.wish(wished.key(), wished.to_json(), wished.steps, "me", 1, "highest")
            worker.compute(store, store.claim("here/0/0"), engines())
        done, failed = store.run(config.key()), store.run(config.replace(g_from="0" * 16).key())
    assert (done.state, done.step) == ("done", 2)
    assert (failed.state, failed.note) == ("failed", "weights")
    assert failed.facts["reason"] == "gone"
