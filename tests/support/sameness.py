"""Bit for bit: whether two frames, or two states, are the same."""

import dataclasses

import numpy as np
import torch


def arrays(frame):
    """A frame's fields and metrics by name; the facts are words."""
    named = {f.name: getattr(frame, f.name) for f in dataclasses.fields(frame)}
    plain = {k: v for k, v in named.items() if k not in ("metrics", "facts")}
    return plain | {f"metrics.{k}": v for k, v in frame.metrics.items()}


def assert_equal(one, other):
    """The frames are the same; nan equals nan."""
    for name, value in arrays(one).items():
        assert np.array_equal(value, arrays(other)[name], equal_nan=np.asarray(value).dtype.kind == "f"), name


def assert_same_state(one, other):
    """Two checkpoints, {name: tensor}, are the same."""
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []
