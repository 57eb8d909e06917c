"""The script of a flow-matching run is the run: the same losses, weights and points."""

from itertools import islice

import pytest
import torch
from executed import run

from ganlab.export.script import gaps, script
from ganlab.flow import ode, train
from ganlab.flow.config import FlowConfig
from ganlab.flow.state import noise
from ganlab.gan.nets import ACTIVATIONS
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.rng import stream
from ganlab.kind.fields import knobs

SMALL = FlowConfig(width=8, batch_size=16, steps=6, ode_steps=4, seed=3)


@pytest.mark.parametrize(
    "changes",
    [
        *({"optimizer": name} for name in OPTIMIZERS),
        *({"activation": name, "dataset": "moons"} for name in ACTIVATIONS),
        {"members": 3, "depth": 0},
        {"edits": ((2, "lr", 0.1), (4, "lr", 0.001))},
    ],
    ids=str,
)
def test_losses_weights_and_points_are_those_of_training(changes, in_float64):
    config = SMALL.replace(**changes)
    member = config.members - 1
    names, state = run(config, member), train.start(config)
    assert not gaps(config)
    for _, loss in islice(names["train"](), config.steps):
        train.update(state)
        assert loss == pytest.approx(float(state.loss[member]), abs=1e-9)
    z = noise(5, stream(0, "z"))
    with torch.no_grad():
        due = ode.generated(state.net, z, config.ode_steps)[member]
    assert names["generated"](z).numpy() == pytest.approx(due.numpy(), abs=1e-9)


def test_what_may_change_is_tried():
    assert [name for name, spec in knobs(FlowConfig).items() if spec.live] == ["lr"]


def test_it_is_short_and_needs_torch_alone():
    text = script(SMALL.replace(edits=((2, "lr", 0.1),)))
    assert len(text.splitlines()) < 120
    assert all(len(line) <= 120 for line in text.splitlines())
    assert '    (2, {"LR": 0.1}),' in text
    assert {line for line in text.splitlines() if line.startswith("import")} == {"import hashlib", "import torch"}
