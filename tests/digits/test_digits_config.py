"""The digits' config: what it accepts, its epochs, and the same links, keys and JSON as the plane's."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganlab.digits.config import DigitsConfig
from ganlab.kind.fields import ConfigError, knobs
from ganlab.kinds import KINDS
from ganlab.links import differences, from_json, from_query, to_query
from ganlab.plane.config import PlaneConfig

KNOBS = knobs(DigitsConfig)
ACTIVE = DigitsConfig(regularizer="r1", instance_noise=0.2)


def values(spec):
    """A strategy for every value that a field may have."""
    if spec.kind == "choice":
        return st.sampled_from(spec.choices)
    if spec.kind == "bool":
        return st.booleans()
    if spec.kind == "classes":
        return st.sets(st.sampled_from("0123456789"), min_size=1).map("".join)
    if spec.kind == "weights":
        return st.sampled_from(spec.choices) | st.from_regex("[0-9a-f]{16}", fullmatch=True)
    if spec.kind == "edits":
        return st.just(()) | st.just(((3, "d_lr", 0.25), (9, "augment", "diffaugment")))
    number = st.integers if spec.kind == "int" else st.floats
    return number(spec.low, spec.high)


@pytest.mark.parametrize(
    ("name", "bad", "message"),
    [
        ("latent_dim", 1, "latent_dim=1: expected 2 to 512"),
        ("ema", 1.0, "ema=1.0: expected 0.0 to 0.9999"),
        ("classes", "", "classes='': expected one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"),
        ("classes", "12a", "classes='12a': expected one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"),
        ("classes", 12, "classes=12: expected classes"),
        ("dataset", "ring", "dataset='ring': expected one of mnist_5k, mnist_100, mnist, fashion_mnist"),
        ("edits", ((3, "classes", "1"),), "edits='classes': expected a field that may change in mid-run"),
    ],
)
def test_a_bad_value_is_refused_with_field_value_and_what_is_allowed(name, bad, message):
    with pytest.raises(ConfigError) as error:
        DigitsConfig(**{name: bad})
    assert str(error.value) == message


def test_what_takes_too_long_or_too_much_memory_is_refused():
    for bad in (
        {"d_steps": 0, "g_steps": 0},
        {"architecture": "classic", "batch_size": 256, "d_steps": 50},
        {"architecture": "deep", "batch_size": 512},
    ):
        with pytest.raises(ConfigError):
            DigitsConfig(**bad)
    for good in (
        {"architecture": "classic", "batch_size": 256},
        {"architecture": "deep", "batch_size": 128},
        {"d_steps": 50, "regularizer": "r1_r2"},
    ):
        DigitsConfig(**good)


@settings(max_examples=60)
@given(st.fixed_dictionaries({}, optional={name: values(spec) for name, spec in KNOBS.items()}))
def test_links_and_json_carry_every_config_exactly(fields):
    try:
        config = DigitsConfig(**fields)
    except ConfigError:
        return
    assert from_query(to_query(config, "m."), "digits", "m.") == (config, [])
    assert from_json(json.loads(json.dumps(config.to_json()))) == config
    assert config.key() == from_json(config.to_json()).key()


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from([*KNOBS, "v", "zzz"]), st.text(max_size=30) | st.integers().map(str)))
def test_no_link_raises_and_every_bad_value_is_reported(query):
    config, notices = from_query(query, "digits")
    for name, text in query.items():
        if name in KNOBS and name not in {notice.field for notice in notices}:
            assert getattr(config, name) == KNOBS[name].parse(name, text)


def test_values_that_do_not_go_together_give_way_with_a_notice():
    config, notices = from_query(
        {"architecture": "classic", "batch_size": "512", "d_steps": "50", "seed": "5"}, "digits"
    )
    assert config.seed == 5
    assert notices


@pytest.mark.parametrize("name", [name for name in KNOBS if name not in ("steps", *ACTIVE.inactive())])
def test_every_field_changes_the_key(name):
    spec, now = KNOBS[name], getattr(ACTIVE, name)
    other = {
        "choice": next((c for c in spec.choices if c not in (now, "none")), None),
        "bool": not now,
        "classes": "01",
        "weights": "0123456789abcdef",
        "edits": ((5, "gamma", 0.5),),
    }.get(spec.kind, 4 if now != 4 else 8)
    changed = ACTIVE.replace(**{name: float(other) * 0.1 if spec.kind == "float" else other})
    assert changed.key() != ACTIVE.key()
    assert list(differences(changed, ACTIVE)) == [name]


def test_the_order_of_classes_and_the_target_are_no_part_of_the_key():
    assert DigitsConfig(classes="310") == DigitsConfig(classes="0133")
    assert DigitsConfig(steps=5).key() == DigitsConfig().key()
    assert DigitsConfig(gamma=3.0).key() == DigitsConfig().key()
    assert len({kind.config().key() for kind in KINDS.values()}) == len(KINDS)


def test_an_epoch_is_one_pass_of_d_over_the_chosen_images():
    config = DigitsConfig(batch_size=50)
    assert [config.epoch(step) for step in (0, 50, 100)] == [0, 0.5, 1]
    assert config.replace(d_steps=5).epoch(20) == 1
    assert config.replace(d_steps=0).epoch(100) == 1
    assert config.replace(classes="07").epoch(20) == 1
    assert config.replace(dataset="mnist").epoch(1200) == 1
    edited = config.replace(edits=((10, "d_steps", 5), (20, "d_steps", 1), (15, "g_lr", 0.1)))
    assert edited.epoch(30) == (10 + 50 + 10) / 100
    assert edited.step_of(0.5) == 18
    assert config.for_epochs(7).steps == 700
    assert DigitsConfig().epoch(DigitsConfig().for_epochs(3).steps) >= 3


def test_one_update_of_one_player_alone_is_an_edit_here_too():
    once = DigitsConfig(d_steps=5).alone("g", 100)
    assert (once.at(100).d_steps, once.at(100).g_steps, once.steps) == (0, 1, 101)
    assert next(once.ancestors())[1] == 101
    assert PlaneConfig().alone("g", 100).edits == DigitsConfig().alone("g", 100).edits
