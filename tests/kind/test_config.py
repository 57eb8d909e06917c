"""Configs: what they accept, what they are called, and the links that carry them."""

import dataclasses
import json
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganlab.kind.fields import ConfigError, knob, knobs, spell
from ganlab.links import differences, from_json, from_query, to_query
from ganlab.plane.config import PlaneConfig

KNOBS = knobs(PlaneConfig)
ACTIVE = PlaneConfig(regularizer="r1", instance_noise=0.2)


def values(spec):
    """A strategy for every value that a field may have."""
    if spec.kind == "choice":
        return st.sampled_from(spec.choices)
    if spec.kind == "bool":
        return st.booleans()
    if spec.kind == "edits":
        return st.just(()) | st.just(((3, "d_lr", 0.25), (9, "loss", "hinge")))
    number = st.integers if spec.kind == "int" else st.floats
    return number(spec.low, spec.high)


@pytest.mark.parametrize(
    ("name", "bad", "message"),
    [
        ("gamma", -1.0, "gamma=-1.0: expected 0.0 to 100.0"),
        ("gamma", float("nan"), "gamma=nan: expected 0.0 to 100.0"),
        ("d_steps", 101, "d_steps=101: expected 0 to 100"),
        ("d_steps", 2.5, "d_steps=2.5: expected int"),
        ("members", True, "members=True: expected int"),
        ("spectral_norm", 1, "spectral_norm=1: expected bool"),
        ("update", "both", "update='both': expected one of alternating, simultaneous"),
        ("packing", 3, "packing=3: expected a divisor of batch_size=256"),
        ("edits", ((3, "dataset", "line"),), "edits='dataset': expected a field that may change in mid-run"),
    ],
)
def test_a_bad_value_is_refused_with_field_value_and_what_is_allowed(name, bad, message):
    with pytest.raises(ConfigError) as error:
        PlaneConfig(**{name: bad})
    assert str(error.value) == message
    assert error.value.field == name


def test_what_makes_no_sense_together_is_refused():
    for bad in (
        {"d_steps": 0, "g_steps": 0},
        {"d_steps": 0, "edits": ((5, "g_steps", 0),)},
        {"edits": ((0, "d_steps", 101),)},
        {"edits": ((5, "gamma", 1.0),) * 33},
        {"batch_size": 1024, "members": 16, "d_steps": 100, "d_width": 128, "d_depth": 5},
        {"batch_size": 1024, "members": 16, "d_width": 128, "d_depth": 5, "regularizer": "r1"},
    ):
        with pytest.raises(ConfigError):
            PlaneConfig(**bad)


@pytest.mark.parametrize("name", KNOBS)
def test_every_field_has_a_default_inside_its_own_bounds(name):
    assert KNOBS[name].check(name, getattr(PlaneConfig(), name)) == getattr(PlaneConfig(), name)


@settings(max_examples=60)
@given(st.fixed_dictionaries({}, optional={name: values(spec) for name, spec in KNOBS.items()}))
def test_links_and_json_carry_every_config_exactly(fields):
    try:
        config = PlaneConfig(**fields)
    except ConfigError:
        return
    assert from_query(to_query(config, "a."), "plane", "a.") == (config, [])
    assert from_json(json.loads(json.dumps(config.to_json()))) == config
    assert config.key() == from_json(config.to_json()).key()


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from([*KNOBS, "v", "zzz"]), st.text(max_size=30) | st.integers().map(str)))
def test_no_link_raises_and_every_bad_value_is_reported(query):
    config, notices = from_query(query, "plane")
    for name, text in query.items():
        if name in KNOBS and name not in {notice.field for notice in notices}:
            assert getattr(config, name) == KNOBS[name].parse(name, text)


def test_a_bad_value_gives_the_default_and_leaves_the_others():
    config, notices = from_query(
        {"v": "1", "a.gamma": "-1", "a.loss": "hinge", "a.nope": "1", "b.loss": "x"}, "plane", "a."
    )
    assert config == PlaneConfig(loss="hinge")
    assert [(n.field, n.reason) for n in notices] == [("gamma", "range"), ("nope", "unknown")]


def test_values_that_do_not_go_together_give_way_with_a_notice():
    config, notices = from_query({"packing": "3", "batch_size": "128", "seed": "5"}, "plane")
    assert config == PlaneConfig(batch_size=128, seed=5)
    assert [n.field for n in notices] == ["packing"]
    config, notices = from_query({"members": "16", "batch_size": "1024", "d_steps": "100", "seed": "5"}, "plane")
    assert config.seed == 5
    assert notices


def test_edits_travel_in_links_in_the_order_of_their_steps():
    config = PlaneConfig(edits=((500, "loss", "hinge"), (40, "d_lr", 0.1)))
    assert config.edits == ((40, "d_lr", 0.1), (500, "loss", "hinge"))
    assert to_query(config)["edits"] == "40:d_lr=0.1;500:loss=hinge"
    assert config.at(39) == PlaneConfig()
    assert config.at(40) == PlaneConfig(d_lr=0.1)
    assert config.at(600) == PlaneConfig(d_lr=0.1, loss="hinge")


def test_one_update_of_one_player_alone_is_two_edits_at_most_a_field():
    once = PlaneConfig(d_steps=5).alone("d", 100)
    assert once.edits == ((100, "d_steps", 1), (100, "g_steps", 0), (101, "d_steps", 5), (101, "g_steps", 1))
    assert once.steps == 101
    assert (once.at(100).d_steps, once.at(100).g_steps) == (1, 0)
    assert (once.at(101).d_steps, once.at(101).g_steps) == (5, 1)
    twice = once.alone("d", 101)
    assert twice.edits == ((100, "d_steps", 1), (100, "g_steps", 0), (102, "d_steps", 5), (102, "g_steps", 1))
    other = PlaneConfig().alone("d", 7).alone("g", 8)
    assert [(other.at(s).d_steps, other.at(s).g_steps) for s in (6, 7, 8, 9)] == [(1, 1), (1, 0), (0, 1), (1, 1)]


def test_ancestors_are_the_run_without_its_last_edits():
    config = PlaneConfig(edits=((0, "d_lr", 0.1), (5, "gamma", 1.0), (5, "loss", "hinge"), (9, "d_lr", 0.2)))
    assert [(parent.edits, step) for parent, step in config.ancestors()] == [
        (config.edits[:3], 9),
        (config.edits[:1], 5),
    ]
    assert list(PlaneConfig().ancestors()) == []


def test_the_key_ignores_the_target_and_what_does_nothing():
    assert ACTIVE.key() == ACTIVE.replace(steps=77).key()
    assert ACTIVE.key() == ACTIVE.replace(clip_bound=1.0, gp_lambda=3.0).key()
    assert ACTIVE.key() != ACTIVE.replace(gamma=0.2).key()
    assert PlaneConfig().key() == PlaneConfig(noise_until=9).key() == PlaneConfig(noise_until=9, gamma=2.0).key()
    assert PlaneConfig().key() == PlaneConfig(gamma=7.0).key()
    assert PlaneConfig().key() != PlaneConfig(gamma=7.0, edits=((9, "regularizer", "r1"),)).key()


@pytest.mark.parametrize("name", [name for name in KNOBS if name not in ("steps", *ACTIVE.inactive())])
def test_every_other_field_changes_the_key(name):
    spec, now = KNOBS[name], getattr(ACTIVE, name)
    other = {
        "choice": next((c for c in spec.choices if c not in (now, "none")), None),
        "bool": not now,
        "edits": ((5, "gamma", 0.5),),
    }.get(spec.kind, 4 if now != 4 else 8)
    active = ACTIVE.replace(regularizer="none") if name == "unroll" else ACTIVE
    changed = active.replace(**{name: float(other) * 0.1 if spec.kind == "float" else other})
    assert changed.key() != active.key()
    assert list(differences(changed, active)) == [name]


def test_what_does_nothing_is_said():
    assert set(PlaneConfig().inactive()) == {"gamma", "gp_lambda", "clip_bound", "noise_until"}
    assert "noise_until" not in PlaneConfig(edits=((9, "instance_noise", 0.1),)).inactive()
    assert {"label_smoothing", "d_lr"} <= set(PlaneConfig(d_steps=0).inactive())
    assert not {"label_smoothing", "d_lr"} & set(PlaneConfig(d_steps=0, unroll=1).inactive()), "G foresees D's steps"
    assert {"unroll", "ema", "feature_matching"} <= set(PlaneConfig(g_steps=0).inactive())
    assert "gamma" not in PlaneConfig(regularizer="r1_r2").inactive()
    assert "beta1" in PlaneConfig(optimizer="sgd").inactive()
    assert {"d_lr", "regularizer", "update"} <= set(PlaneConfig(d_steps=0).inactive())
    assert "d_width" in PlaneConfig(d_depth=0).inactive()


def test_configs_are_frozen_values():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ACTIVE.gamma = 3.0
    assert PlaneConfig(gamma=1) == PlaneConfig(gamma=1.0)
    assert spell(PlaneConfig(gamma=1).gamma) == "1.0"


@dataclass(frozen=True, kw_only=True)
class Younger(PlaneConfig):
    """The same kind of run, with a field that older runs did not have."""

    fresh: float = knob(0.0, 0.0, 1.0, "experiment", live=True, later=True)


def test_a_field_younger_than_stored_runs_leaves_their_keys_alone():
    assert Younger().key() == PlaneConfig().key()
    assert Younger(fresh=0.5).key() != PlaneConfig().key()
    assert Younger(edits=((7, "fresh", 0.5),)).key() != Younger(edits=((7, "fresh", 0.0),)).key()
