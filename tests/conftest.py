"""What every test stands on: one thread, a run store of its own, nothing left over."""

import os

import pytest
import torch

torch.set_num_threads(1)
pytest.register_assert_rewrite("browsing", "visits")


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    """Tests never touch the user's run store, and compute on the processor unless they say otherwise."""
    monkeypatch.setenv("GANLAB_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("GANLAB_DEVICE", "cpu")
    return os.environ["GANLAB_STORE"]
