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
from executed import run

from ganlab.data import points
from ganlab.data.plane import DATASETS
from ganlab.digits.config import DigitsConfig
from ganlab.export import plane_script
from ganlab.export.script import ScriptError, gaps, main, script
from ganlab.gan.countermeasures import COUNTERMEASURES, MINIBATCH
from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import MISTAKES
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import stream
from ganlab.kind.fields import ConfigError, knobs
from ganlab.links import to_query
from ganlab.plane import train
from ganlab.plane.config import PlaneConfig
from ganlab.presets import PRESETS

CONSTRAINTS = {**{name: {"regularizer": name} for name in REGULARIZERS}, "spectral_norm": {"spectral_norm": True}}
DRAWN = points.keep(points.fitted(np.random.default_rng(0).normal(size=(200, 2))), None)
SMALL = PlaneConfig(g_width=16, d_width=16, batch_size=24)
CURES = (
    *({"packing": 2}, {"feature_matching": True}, {"unroll": 2}, {"label_smoothing": 0.1}, {"ema": 0.9}),
    *({"instance_noise": 0.3, "noise_until": 3}, {"minibatch": "stddev"}, {"minibatch": "discrimination"}),
    {"spectral_norm": True},
)
LIVE = {
    **{"loss": ["relativistic", "hinge"], "d_steps": [3, 0], "g_steps": [2, 0], "regularizer": ["wgan_gp", "clip"]},
    **{"gamma": [2.0], "gp_lambda": [1.0], "clip_bound": [0.2], "g_lr": [0.1], "d_lr": [0.1], "unroll": [2]},
    **{"feature_matching": [True], "label_smoothing": [0.2], "instance_noise": [0.5], "noise_until": [2]},
    "update": ["simultaneous"],
}
"""Values of the fields that a run may change."""
EDITED = (
    *({}, {"regularizer": "r1"}, {"regularizer": "wgan_gp"}, {"regularizer": "clip", "clip_bound": 0.3}),
    *({"unroll": 1, "ema": 0.9}, {"instance_noise": 0.3, "feature_matching": True}, {"mistake": "sigmoid_twice"}),
    *({"minibatch": "discrimination", "packing": 2}, {"update": "simultaneous", "d_steps": 2}),
)
"""Runs that are changed."""


def weights(names):
    """D's and G's as two vectors, laid out as ours are: those of a layer that compares come last."""
    return [torch.cat([flat for last in (False, True) for flat in flats(names[name], last)]) for name in "DG"]


def flats(net, comparing):
    """The weights of the layers that do or do not compare a point with its batch."""
    for layer in net:
        if hasattr(layer, "columns") == comparing:
            yield from (p.detach().flatten() if comparing else p.detach().t().flatten() for p in layer.parameters())


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


@pytest.mark.whole
def test_the_default_run_in_float64_for_80_steps(in_float64):
    assert train.start(PlaneConfig()).g.net.flat.dtype == torch.float64
    assert_the_same(PlaneConfig(), 80, 1e-9)


@pytest.mark.whole
@pytest.mark.parametrize("constraint", CONSTRAINTS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_under_every_constraint_in_float64_for_3_steps(loss, constraint, in_float64):
    """In float32 Adam makes full steps of gradients that are rounding alone."""
    assert_the_same(SMALL.replace(loss=loss, **CONSTRAINTS[constraint]), 3, 1e-9)


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


def allowed(**changes):
    """A small run of few steps; none where the config refuses it."""
    try:
        return SMALL.replace(**{"g_width": 8, "d_width": 8, "batch_size": 12, "steps": 4, "d_lr": 0.01} | changes)
    except ConfigError:
        return None


def test_every_countermeasure_is_tried():
    assert {name for cure in CURES for name in cure} >= COUNTERMEASURES.keys()
    assert {cure["minibatch"] for cure in CURES if "minibatch" in cure} == MINIBATCH.keys() - {"none"}
    assert LIVE.keys() == {name for name, spec in knobs(PlaneConfig).items() if spec.live}


@pytest.mark.whole
@pytest.mark.parametrize("cure", CURES, ids=str)
def test_every_countermeasure_with_every_mistake_and_constraint(cure, in_float64):
    others = [{"mistake": key, "d_steps": 2} for key in MISTAKES]
    others += [{"regularizer": key, "clip_bound": 0.3} for key in ("r1", "wgan_gp", "clip")]
    others += [
        *CURES[CURES.index(cure) + 1 :],
        {"loss": "relativistic"},
        {"loss": "least_squares"},
        {"optimizer": "sgd"},
    ]
    configs = [config for other in others if (config := allowed(**cure, **{k: other[k] for k in other.keys() - cure}))]
    assert len(configs) > 7
    for config in configs:
        assert not gaps(config)
        assert_the_same(config, 3, 1e-9)


@pytest.mark.parametrize("mistake", [key for key in MISTAKES if key != "none"])
def test_a_mistake_is_printed_with_what_is_right(mistake):
    """Each wrong line is marked, and the right program has none of these marks."""
    wrong = script(SMALL.replace(mistake=mistake)).splitlines()
    right = script(SMALL).splitlines()
    marked = [line for line in wrong if "# MISTAKE" in line]
    assert marked
    assert not [line for line in right if "MISTAKE" in line]
    assert all("right" in line or "belongs here" in line for line in marked)


@pytest.mark.parametrize(
    "base", [EDITED[0], *(pytest.param(one, marks=pytest.mark.whole) for one in EDITED[1:])], ids=str
)
def test_every_edit(base, in_float64):
    for name, values in LIVE.items():
        for value in values:
            if config := allowed(**base, edits=((2, name, value),)):
                assert_the_same(config, 3, 1e-9)


def test_edits_of_everything_are_a_list_to_read(in_float64):
    changes = [(1, "loss", "relativistic"), (2, "regularizer", "wgan_gp"), (3, "regularizer", "none"), (3, "d_lr", 0.1)]
    config = allowed(edits=(*changes, (4, "loss", "nonsaturating"), (4, "regularizer", "clip")), steps=6)
    assert_the_same(config, 6, 1e-9)
    text = script(config)
    assert '    (3, {"penalty": penalty_none, "clip": clip_none, "D_LR": 0.1}),' in text
    assert '    (1, {"d_loss": d_loss_relativistic, "g_loss": g_loss_relativistic}),' in text
    assert "D_LR = 0.01  # at first, see EDITS" in text


def test_the_moving_average_is_that_of_training(in_float64):
    config = allowed(ema=0.9, edits=((2, "g_steps", 3),))
    names, state = run(config), train.start(config)
    for step, *_ in islice(names["train"](), 4):
        while state.step < step:
            train.update(state)
    mine = torch.cat([p.t().flatten() for p in names["average"].parameters()])
    assert mine.detach().numpy() == pytest.approx(state.g_ema.flat.numpy(), abs=1e-9)
    assert not torch.equal(mine, weights(names)[1])


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
        assert len(lines) <= 155
        assert all(len(line) <= 120 or "b64decode" in line for line in lines)
        assert "$" not in text
        roots = {name for node in ast.walk(ast.parse(text)) for name in module(node)}
        assert roots <= {"base64", "hashlib", "math", "torch"}
        for root in roots - {"torch"}:
            assert f"{root}." in text, "an import that is not used"


def module(node):
    """The top-level packages that a node imports."""
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    return [node.module.split(".")[0]] if isinstance(node, ast.ImportFrom) else []


def test_a_member_that_is_none_has_no_script():
    with pytest.raises(ScriptError) as error:
        script(PlaneConfig(members=3), 3)
    assert (error.value.field, error.value.reason) == ("members", "member")


def left(config):
    return [(gap.field, gap.reason) for gap in gaps(config)]


def test_a_field_that_scripts_do_not_know_is_left_where_it_acts(monkeypatch):
    covered = tuple(name for name in plane_script.COVERED if name != "gamma")
    monkeypatch.setattr(plane_script, "COVERED", covered)
    assert left(PlaneConfig(gamma=3.0)) == left(PlaneConfig(regularizer="r1")) == []
    config = PlaneConfig(regularizer="r1", gamma=3.0)
    assert left(config) == [("gamma", "not_covered")]
    assert "# BY HAND: this script does not do gamma = 3.0\n" in script(config)


def test_many_points_are_left_as_one_line():
    config = PlaneConfig(dataset="points:" + "0" * 64)
    assert left(config) == [("dataset", "points")]
    text = script(config)
    assert "\nPLACES = by_hand(" in text
    here = text.replace("PLACES = by_hand", "PLACES = torch.tensor([[1.0, 2.0]])  # by_hand")
    names = {"__name__": "script"}
    exec(compile(here, "script", "exec"), names)
    assert names["real_points"](3, torch.Generator()).shape == (3, 2)


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


@pytest.mark.parametrize("link", ["m.seed=0", "mnist?lang=en&v=1&m.preset=digits", "preset=digits"])
def test_links_to_digits_and_flow_matching_are_understood(capsys, link):
    assert printed(capsys, link)[1].out == script(DigitsConfig())
    assert printed(capsys, "f.preset=flow_ring")[1].out == script(PRESETS["flow_ring"])


@pytest.mark.parametrize("text", ["a.loss=nothing", "{", '{"kind": "cars"}', "{'a': 1}"])
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
