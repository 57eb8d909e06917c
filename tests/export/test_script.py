"""The exported script is the run: executed here beside our trainer, the same losses and weights come out."""

import ast
import json
import subprocess
import sys
from itertools import islice
from urllib.parse import urlencode

import numpy as np
import pytest
import torch

from ganlab.data import points
from ganlab.data.plane import DATASETS
from ganlab.digits.config import DigitsConfig
from ganlab.export.script import COVERED, MESSAGES, ScriptError, main, script
from ganlab.gan.losses import LOSSES
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import stream
from ganlab.links import to_query
from ganlab.plane import train
from ganlab.plane.config import PlaneConfig
from ganlab.presets import PRESETS

CONSTRAINTS = {**{name: {"regularizer": name} for name in REGULARIZERS}, "spectral_norm": {"spectral_norm": True}}
DRAWN = points.keep(points.fitted(np.random.default_rng(0).normal(size=(200, 2))), None)
SMALL = PlaneConfig(g_width=16, d_width=16, batch_size=24)


@pytest.fixture
def in_float64():
    """Both sides compute in double precision: neither names a precision."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def run(config, member=0):
    """The script's names after its first lines, in a process that is no command line."""
    names = {"__name__": "script"}
    exec(compile(script(config, member), "script", "exec"), names)
    return names


def weights(names):
    """D's and G's as two vectors, laid out as ours are."""
    nets = (names[name] for name in "DG")
    return [torch.cat([p.detach().t().flatten() for p in net.parameters()]) for net in nets]


def ours(state, member=0):
    """The same of a member of our state."""
    m, nets = state.now.members, (state.d.net, state.g.net)
    return [torch.cat([p.detach().reshape(m, -1)[member] for p in net.params]) for net in nets]


def losses(state, member=0):
    return [0.0 if player.loss is None else player.loss[member].item() for player in (state.d, state.g)]


def assert_the_same(config, steps, tolerance, member=0):
    """Losses after every step, and the weights at the end.

    Where a loss only compares, D's last bias has no gradient but rounding, which Adam makes a step of full size: it
    is left out.
    """
    names, state = run(config, member), train.start(config)
    for one, other in zip(weights(names), ours(state, member), strict=True):
        assert torch.equal(one, other), "untrained"
    for step, d_loss, g_loss in islice(names["train"](), steps):
        while state.step < step:
            train.update(state)
        assert [d_loss, g_loss] == pytest.approx(losses(state, member), abs=tolerance)
    assert state.step == steps
    told = slice(None) if LOSSES[config.loss].threshold is not None else slice(-1)
    for one, other, part in zip(weights(names), ours(state, member), (told, slice(None)), strict=True):
        one, other = one[part], other[part]
        assert one.numpy() == pytest.approx(other.numpy(), abs=tolerance)


def test_the_default_run_in_float64_for_200_steps(in_float64):
    assert train.start(PlaneConfig()).g.net.flat.dtype == torch.float64
    assert_the_same(PlaneConfig(), 200, 1e-9)


@pytest.mark.whole
@pytest.mark.parametrize("constraint", CONSTRAINTS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_under_every_constraint_in_float64_for_20_steps(loss, constraint, in_float64):
    """In float32 Adam makes full steps of gradients that are rounding alone."""
    assert_the_same(SMALL.replace(loss=loss, **CONSTRAINTS[constraint]), 20, 1e-9)


@pytest.mark.parametrize(
    "changes",
    [
        {"d_steps": 3, "g_steps": 2},
        {"d_steps": 3, "g_steps": 2, "update": "simultaneous"},
        {"update": "simultaneous", "regularizer": "clip", "clip_bound": 0.1},
        {"d_steps": 0},
        {"g_steps": 0, "regularizer": "r1"},
        {"packing": 3, "regularizer": "wgan_gp", "loss": "relativistic"},
        {"packing": 2, "spectral_norm": True, "latent_dim": 5, "noise": "uniform"},
        {"dataset": "unequal_1d", "latent_dim": 1, "packing": 2},
        {"g_depth": 0, "d_depth": 4, "activation": "tanh"},
        {"activation": "relu", "latent_dim": 1, "beta1": 0.9, "beta2": 0.99, "seed": 7},
        *({"optimizer": name, "d_lr": 0.002} for name in OPTIMIZERS),
        {"d_optimizer": "sgd", "d_lr": 0.02},
    ],
    ids=str,
)
def test_every_other_knob(changes):
    assert_the_same(SMALL.replace(**changes), 8, 1e-5)


@pytest.mark.parametrize("member", [0, 2])
def test_one_member_of_several(member):
    config = SMALL.replace(members=3, spectral_norm=True, regularizer="wgan_gp")
    assert_the_same(config, 8, 1e-5, member)


@pytest.mark.parametrize("dataset", [*DATASETS, pytest.param(DRAWN, id="points")])
def test_real_points_are_drawn_alike(dataset):
    names = run(PlaneConfig(dataset=dataset))
    drawn = [sample(500, stream(3, "test")) for sample in (names["real_points"], DATASETS[dataset].sample)]
    assert drawn[0].numpy() == pytest.approx(drawn[1].numpy(), abs=1e-6)
    assert drawn[0].dtype == torch.float32


@pytest.mark.parametrize("seed", [0, 11])
def test_blocks_of_draws_are_left_behind_as_in_training(seed):
    """More updates than one block of batches has."""
    config = SMALL.replace(seed=seed, g_width=2, d_width=2, g_depth=1, d_depth=1)
    names, draws = run(config), train.start(config).draws
    for index, batch in enumerate(islice(names["d_real"], 130)):
        assert torch.equal(batch, draws["d_real"].row(index)[0])


def test_a_loss_that_blows_up_ends_the_script_too():
    config = PlaneConfig(optimizer="sgd", d_lr=1.0, loss="least_squares", g_lr=0.5)
    *_, (step, *_) = run(config)["train"]()
    *_, last = train.train(config)
    assert last.outcome == "diverged"
    assert step == last.step


@pytest.mark.parametrize("dataset", ["ring", "grid_5x5", "swiss_roll", pytest.param(DRAWN, id="points")])
@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
@pytest.mark.parametrize("loss", LOSSES)
def test_it_is_short_and_needs_torch_alone(loss, update, dataset):
    richest = {"spectral_norm": True, "packing": 2, "members": 2}
    for regularizer in REGULARIZERS:
        text = script(PlaneConfig(loss=loss, update=update, dataset=dataset, regularizer=regularizer, **richest))
        lines = text.splitlines()
        assert len(lines) <= 150
        assert all(len(line) <= 120 or "b64decode" in line for line in lines)
        assert "$" not in text
        roots = {name for node in ast.walk(ast.parse(text)) for name in module(node)}
        assert roots <= {"base64", "hashlib", "itertools", "math", "torch"}
        for root in roots - {"torch"}:
            assert f"{root}." in text, "an import that is not used"


def module(node):
    """The top-level packages that a node imports."""
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    return [node.module.split(".")[0]] if isinstance(node, ast.ImportFrom) else []


@pytest.mark.parametrize(
    ("config", "member", "field", "reason"),
    [
        (PlaneConfig(edits=((5, "d_lr", 0.1),)), 0, "edits", "edits"),
        (PlaneConfig(dataset="points:" + "0" * 64), 0, "dataset", "points"),
        (PlaneConfig(members=3), 3, "members", "member"),
        (DigitsConfig(), 0, "kind", "kind"),
    ],
)
def test_what_a_script_does_not_cover_is_refused(config, member, field, reason):
    with pytest.raises(ScriptError) as error:
        script(config, member)
    assert (error.value.field, error.value.reason) == (field, reason)


def test_a_field_that_scripts_do_not_know_is_refused_where_it_acts(monkeypatch):
    monkeypatch.setattr("ganlab.export.script.COVERED", tuple(name for name in COVERED if name != "gamma"))
    script(PlaneConfig(gamma=3.0))
    script(PlaneConfig(regularizer="r1"))
    with pytest.raises(ScriptError) as error:
        script(PlaneConfig(regularizer="r1", gamma=3.0))
    assert (error.value.field, error.value.reason) == ("gamma", "not_covered")


# The command line


def printed(capsys, *arguments):
    status = main(list(arguments))
    return status, capsys.readouterr()


def test_links_json_and_presets_are_understood(capsys):
    config = PlaneConfig(loss="hinge", dataset=DRAWN, members=2)
    for text in (json.dumps(config.to_json()), "https://x/arena?" + urlencode(to_query(config, "a.") | {"lang": "es"})):
        assert printed(capsys, text, "1") == (0, (script(config, 1), ""))
    assert printed(capsys, "a.preset=ring_r1")[1].out == script(PRESETS["ring_r1"])


def test_a_link_by_hand_changes_its_preset_and_a_written_one_is_complete(capsys):
    by_hand = "https://x/arena?lang=es&a.preset=ring_r1&a.seed=5"
    assert printed(capsys, by_hand)[1].out == script(PRESETS["ring_r1"].replace(seed=5))
    assert printed(capsys, by_hand + "&v=1")[1].out == script(PlaneConfig(seed=5))
    assert printed(capsys, by_hand + "&b.loss=hinge")[1].out == script(PRESETS["ring_r1"].replace(seed=5))


@pytest.mark.parametrize("link", ["m.seed=5", "mnist?lang=en&v=1&m.preset=digits", "preset=digits", "n.loss=hinge&v=1"])
def test_a_link_to_digits_is_refused_in_words(capsys, link):
    status, said = printed(capsys, link)
    assert (status, said.out) == (2, "")
    assert said.err == f"kind: {MESSAGES['kind']}\n"


@pytest.mark.parametrize("text", ["a.loss=nothing", "{", '{"kind": "digits"}', "a.edits=5:d_lr=0.1", "{'a': 1}"])
def test_what_is_none_is_said_on_one_line(capsys, text):
    status, said = printed(capsys, text)
    assert status == 2
    assert said.out == ""
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("loss=exponental", "loss='exponental': expected one of nonsaturating, saturating, "),
        ("loss=", "loss='': expected one of nonsaturating, saturating, "),
        ("d_lr=9&v=0", "v='0': expected link version 1; d_lr='9': expected 1e-06 to 1"),
        ("loss", "loss: expected NAME=VALUE, as in a link, or settings as JSON"),
        ("https://x/arena?a.loss", "a.loss: expected NAME=VALUE"),
    ],
)
def test_the_command_says_what_was_expected(capsys, text, words):
    status, said = printed(capsys, text)
    assert (status, said.out) == (2, "")
    assert said.err.startswith(words)


def test_a_link_without_settings_is_the_default_run(capsys):
    assert printed(capsys, "https://x/arena") == (0, (script(PlaneConfig()), ""))


@pytest.mark.parametrize("arguments", [[], ["a.preset=ring_r1", "first"]])
def test_without_a_run_or_with_a_member_that_is_no_number_the_usage_is_shown(capsys, arguments):
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    assert "usage: python -m ganlab script" in capsys.readouterr().err


@pytest.mark.whole
def test_it_runs_by_itself(tmp_path):
    file = tmp_path / "gan.py"
    file.write_text(script(PlaneConfig(steps=2)))
    done = subprocess.run([sys.executable, "-I", file], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    *_, last = train.train(PlaneConfig(steps=2))
    assert done.stdout.split() == ["step", "2", "L_D", f"{last.d_loss[0]:.4f}", "L_G", f"{last.g_loss[0]:.4f}"]
