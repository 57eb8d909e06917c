"""A few steps of some runs in a few numbers each; `python -m tests.support.golden_runs` writes them to golden.json.

They are computed in float64, where two processors differ by at most 1e-11 and two engines by far more, and in a process
of its own, because caches keep what they computed in the precision of the first to ask.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch

from ganlab.data.plane import DATASETS
from ganlab.digits import snapshot
from ganlab.digits import train as train_digits
from ganlab.digits.config import ENGINE as DIGITS_ENGINE
from ganlab.digits.config import DigitsConfig
from ganlab.gan.rng import stream
from ganlab.plane import train
from ganlab.plane.config import ENGINE, PlaneConfig

GOLDEN = Path(__file__).with_name("golden.json")
STEPS = 6
SMALL = PlaneConfig(g_width=16, d_width=16, batch_size=64)
TAME = SMALL.replace(optimizer="sgd", g_lr=0.01, d_lr=0.01)
"""Adam's and RMSProp's first steps are as long for a gradient of 1e-12 as for one of 1."""
IMAGES = DigitsConfig(batch_size=8)
PLANE_RUNS = {
    "plain": PlaneConfig(),
    "everything": SMALL.replace(
        dataset="moons",
        loss="relativistic",
        regularizer="wgan_gp",
        spectral_norm=True,
        packing=2,
        d_steps=2,
        latent_dim=3,
        noise="uniform",
        optimizer="rmsprop",
        update="simultaneous",
        members=2,
        seed=3,
        edits=((3, "d_lr", 0.002),),
    ),
    "saturating": TAME.replace(loss="saturating", regularizer="r1", dataset="blobs", activation="tanh", ema=0.9),
    "hinge": TAME.replace(loss="hinge", regularizer="r2", dataset="grid_3x3", minibatch="stddev", g_steps=2),
    "least_squares": TAME.replace(loss="least_squares", minibatch="discrimination", label_smoothing=0.1),
    "wasserstein": SMALL.replace(
        loss="wasserstein", regularizer="clip", dataset="spiral", d_steps=3, activation="relu"
    ),
    "r1_r2": TAME.replace(loss="relativistic", regularizer="r1_r2", dataset="checkerboard", latent_dim=1),
    "features": TAME.replace(feature_matching=True, activation="relu", instance_noise=0.5, dataset="annulus"),
    "unrolled": TAME.replace(unroll=2, dataset="line", g_depth=1, d_depth=3),
    "detach_forgotten": TAME.replace(mistake="detach_forgotten"),
    "one_dimension": TAME.replace(dataset="unequal_1d", latent_dim=1, packing=2, instance_noise=0.5),
    "zero_grad_missing": TAME.replace(mistake="zero_grad_missing", members=2),
}
DIGITS_RUNS = {
    "plain": IMAGES,
    "relativistic": IMAGES.replace(loss="relativistic", regularizer="r1_r2", augment="diffaugment", packing=2),
    "spectral": IMAGES.replace(loss="hinge", spectral_norm=True, minibatch="stddev", update="simultaneous"),
    "classic": IMAGES.replace(architecture="classic", latent_dim=8, batch_size=4, optimizer="sgd"),
    "deep": IMAGES.replace(architecture="deep", regularizer="wgan_gp", instance_noise=0.5, d_steps=2, batch_size=4),
}


def in_double() -> dict:
    """Every run in float64: {"plane": {name: {quantity: numbers}}, "digits": ...}."""
    torch.set_default_dtype(torch.float64)
    return {
        "plane": {name: plane(config) for name, config in PLANE_RUNS.items()},
        "digits": {name: digits(config) for name, config in DIGITS_RUNS.items()},
    }


def in_single() -> dict:
    """What float32 has of its own: the numbers that are drawn, in the points of each data set and in a first step."""
    torch.set_default_dtype(torch.float32)
    first = {"plane": plane(SMALL, steps=1), "digits": digits(IMAGES, steps=1)}
    return first | {"points": {name: numbers(data.sample(20, stream(0, name))) for name, data in DATASETS.items()}}


def plane(config: PlaneConfig, steps: int = STEPS) -> dict:
    """The frame after some steps, and both players' weights."""
    state = after(train, config, steps)
    frame = train.snapshot(state)
    arrays = {
        "fake": frame.fake[:, :3],
        "push": frame.push[:, :2],
        "rise": frame.rise[:, :2],
        "field": frame.field[:, ::13, ::13],
        "grid": frame.grid[:, 0, :2],
        "accuracy": frame.d_accuracy,
        "shares": frame.shares,
    }
    return row(arrays | learned(state))


def digits(config: DigitsConfig, steps: int = 3) -> dict:
    """Both players' weights after some steps, and a few pixels of what the shown G makes."""
    state = after(train_digits, config, steps)
    images = snapshot.sample(state, 2)
    return row({"images": images.flatten()[::150]} | learned(state))


def after(engine, config, steps):
    """A run's state after some steps."""
    state = engine.start(config)
    while state.step < steps:
        engine.update(state)
    return state


def learned(state) -> dict:
    """Eight weights of either player, and the numbers of its last update."""
    players = {"g": state.g, "d": state.d}
    weights = {name: player.net.flat[:: player.net.flat.numel() // 7] for name, player in players.items()}
    losses = {f"{name}_loss": player.loss for name, player in players.items()}
    norms = {f"{name}_grad": player.net.norms(player.grad) for name, player in players.items()}
    return weights | losses | norms | ({} if state.penalty is None else {"penalty": state.penalty})


def row(arrays: dict) -> dict:
    """Arrays as rows of numbers, to fifteen digits; -9 where there is none."""
    return {name: numbers(values) for name, values in arrays.items()}


def numbers(values) -> list[float]:
    """One array as such a row."""
    return [float(f"{x:.15g}") for x in np.nan_to_num(np.asarray(values, np.float64), nan=-9).ravel()]


def computed(precision: str, **environment: str) -> dict:
    """What a process of its own finds, under environment variables that may make it compute as other processors do."""
    command = [sys.executable, "-m", "tests.support.golden_runs", precision]
    root, environment = Path(__file__).parents[2], os.environ | environment
    return json.loads(subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True).stdout)


PRECISIONS = {"double": in_double, "single": in_single}

if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:]:
        print(json.dumps(PRECISIONS[sys.argv[1]]()))
    else:
        engines = {"engine": ENGINE, "digits_engine": DIGITS_ENGINE}
        GOLDEN.write_text(json.dumps(engines | {name: computed(name) for name in PRECISIONS}) + "\n")
