"""One run whose numbers are written down: if they change, ENGINE must change, so that stale results never show."""

import json
from pathlib import Path

import numpy as np
import pytest

from ganlab.plane_config import ENGINE, PlaneConfig
from ganlab.train import train

GOLDEN = Path(__file__).with_name("golden.json")
RUNS = {
    "plain": PlaneConfig(steps=20),
    "everything": PlaneConfig(
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
        g_width=16,
        d_width=16,
        steps=20,
        seed=3,
        edits=((10, "d_lr", 0.002),),
    ),
}


def summary(config):
    """The last frame in a few numbers."""
    *_, last = train(config)
    arrays = {
        "fake": last.fake[:, :3],
        "push": last.push[:, :2],
        "rise": last.rise[:, :2],
        "field": last.field[:, ::13, ::13],
    }
    arrays |= {name: getattr(last, name) for name in ("d_loss", "g_loss", "penalty", "d_grad", "g_grad", "shares")}
    return {name: np.round(np.nan_to_num(a, nan=-9), 6).ravel().tolist() for name, a in arrays.items()}


@pytest.mark.parametrize("name", RUNS)
def test_frames_are_those_of_this_engine(name):
    golden = json.loads(GOLDEN.read_text())
    assert golden["engine"] == ENGINE, "a new ENGINE: write the new numbers down with `python -m tests.test_golden`"
    for key, values in summary(RUNS[name]).items():
        assert values == pytest.approx(golden[name][key], abs=2e-3, rel=2e-3), f"{key} changed: raise ENGINE"


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({"engine": ENGINE} | {name: summary(config) for name, config in RUNS.items()}) + "\n")
