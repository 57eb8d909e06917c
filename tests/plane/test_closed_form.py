"""Closed forms against autograd, and frames that are computed together against each alone."""

import dataclasses
from itertools import product, starmap

import numpy as np
import pytest
import torch

from ganlab.gan.countermeasures import COUNTERMEASURES
from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import MISTAKES
from ganlab.gan.nets import ACTIVATIONS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.kind.fields import ConfigError
from ganlab.plane import line, moments, snapshot
from ganlab.plane.closed_form import applies
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import POINTS, Frame, judged
from ganlab.plane.metrics import EVAL_POINTS
from ganlab.plane.moments import develop, moment
from ganlab.plane.train import start, update

SMALL = dict(members=3, batch_size=12, g_width=7, d_width=6)
ON = {
    "packing": 3,
    "minibatch": "discrimination",
    "feature_matching": True,
    "unroll": 2,
    "label_smoothing": 0.1,
    "instance_noise": 0.5,
    "ema": 0.9,
}
SETTINGS = [
    {},
    *({name: ON[name]} for name in COUNTERMEASURES),
    *({"regularizer": name} for name in REGULARIZERS if name != "none"),
    *({"mistake": name} for name in MISTAKES if name != "none"),
    *({"activation": name} for name in ACTIVATIONS),
    {"spectral_norm": True},
    {"spectral_norm": True, "packing": 2, "instance_noise": 0.5, "update": "simultaneous"},
    {"g_depth": 0, "d_depth": 0, "latent_dim": 1},
    {"d_steps": 3, "g_steps": 2, "optimizer": "rmsprop"},
]


@pytest.fixture
def in_float64(in_float64):
    """What is kept of float32 is computed again."""
    forget()
    yield
    forget()


def forget():
    for kept in (snapshot.fixed_points, moments.looks, line.latent):
        kept.cache_clear()


def accepted(loss, changes):
    try:
        return PlaneConfig(**SMALL | changes, loss=loss)
    except ConfigError:
        return None


ACCEPTED = [config for config in starmap(accepted, product(LOSSES, SETTINGS)) if config]


def named(config):
    base = PlaneConfig(**SMALL).to_json()
    return "-".join(f"{name}={value}" for name, value in config.to_json().items() if base.get(name) != value) or "plain"


@pytest.mark.parametrize("config", ACCEPTED, ids=named)
def test_the_closed_form_is_autograds_gradient(config, in_float64):
    """Losses and gradients of the first updates to 1e-10, whatever the loss, the cures and the mistakes."""
    ours, theirs = start(config), start(config)
    theirs.by_autograd = True
    for _ in range(2 * (config.d_steps + config.g_steps)):
        update(ours), update(theirs)
        for one, other in ((ours.d, theirs.d), (ours.g, theirs.g)):
            for name in ("loss", "grad"):
                mine, its = getattr(one, name), getattr(other, name)
                if its is not None:
                    torch.testing.assert_close(mine, its, rtol=1e-10, atol=1e-10)
    assert (ours.updates is not None) == any(applies(config, config, player) for player in "dg")
    assert theirs.updates is None


def frames_equal(one, other):
    for field in dataclasses.fields(Frame):
        mine, its = getattr(one, field.name), getattr(other, field.name)
        if field.name == "metrics":
            for name, values in mine.items():
                np.testing.assert_array_equal(values, its[name], name)
        else:
            np.testing.assert_array_equal(mine, its, field.name)


DRAWN = [
    {},
    {"g_width": 33, "d_width": 17, "activation": "tanh", "latent_dim": 5, "members": 3},
    {"spectral_norm": True, "loss": "relativistic", "latent_dim": 1},
    {"dataset": "unequal_1d", "latent_dim": 1, "g_width": 16, "d_depth": 1},
    {"loss": "wasserstein", "regularizer": "clip", "dataset": "swiss_roll", "members": 2},
    {"mistake": "sigmoid_twice", "ema": 0.9, "edits": ((3, "loss", "saturating"), (6, "label_smoothing", 0.1))},
]


@pytest.mark.whole
@pytest.mark.parametrize("changes", DRAWN, ids=str)
def test_frames_computed_together_are_those_computed_alone(changes):
    """Bit by bit: a run that ends early, or pauses, has the same frames."""
    state, taken = start(PlaneConfig(**changes)), []
    for _ in range(56):
        taken.append(moment(state))
        update(state), update(state)
    alone = [develop([one])[0] for one in taken]
    for group in (3, 7, 60):
        together = [frame for first in range(0, 56, group) for frame in develop(taken[first : first + group])]
        for one, frame in zip(alone, together, strict=True):
            frames_equal(one, frame)


@pytest.mark.parametrize("changes", DRAWN, ids=str)
@pytest.mark.parametrize("step", [0, 7])
def test_they_are_what_autograd_makes_of_the_same_state(changes, step, in_float64):
    state = start(PlaneConfig(**changes))
    while state.step < step:
        update(state)
    ours, theirs = develop([moment(state)])[0], snapshot.snapshot(state)
    for field in dataclasses.fields(Frame):
        mine, its = getattr(ours, field.name), getattr(theirs, field.name)
        if isinstance(its, np.ndarray):
            np.testing.assert_allclose(mine, its, 1e-6, 1e-9, err_msg=field.name)
    for name, values in theirs.metrics.items():
        np.testing.assert_allclose(ours.metrics[name], values, 1e-9, 1e-9, err_msg=name)
    assert ours.step == theirs.step == step
    assert ours.judged == theirs.judged == judged(step)


def test_a_moment_is_a_copy():
    state = start(PlaneConfig(spectral_norm=True, members=2))
    update(state), update(state)
    taken, frame = moment(state), develop([moment(state)])[0]
    for _ in range(6):
        update(state)
    frames_equal(develop([taken])[0], frame)


def test_few_points_are_judged_where_frames_are_close_to_each_other():
    assert [judged(step) for step in (0, 1, 49, 50, 100, 105, 195, 200, 210, 100_000)] == [
        *(EVAL_POINTS, POINTS, POINTS, EVAL_POINTS, EVAL_POINTS),
        *(POINTS, POINTS, EVAL_POINTS, EVAL_POINTS, EVAL_POINTS),
    ]
