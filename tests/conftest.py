"""What every test stands on: one thread, a run store of its own, nothing left over."""

import gc
import logging
import os
import sys
from itertools import count
from logging.handlers import BufferingHandler

import hypothesis
import pytest

from ganlab.data.user_files import use_store
from ganlab.host import settings

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Else every server, worker and script that the tests start compiles all of ganlab again."""
SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile(
    "any speed", deadline=None, derandomize=True, max_examples=25, suppress_health_check=SLOW
)
hypothesis.settings.register_profile("nightly", hypothesis.settings.get_profile("any speed"), max_examples=10_000)
hypothesis.settings.load_profile("any speed")
pytest.register_assert_rewrite("browsing", "visits")
STORES = count()
QUICK = "not browser and not whole and not nightly"


def pytest_configure(config):
    """Without an expression of one's own a run has everything but what is nightly; without browsers it is quick."""
    chosen = config.option.markexpr
    rest = {"": "not nightly", "not browser": QUICK}
    config.option.markexpr = rest.get(chosen, chosen)


def pytest_ignore_collect(collection_path, config):
    """A quick run does not read the tests in browsers, nor what these import."""
    return (collection_path.name == "browser" and config.option.markexpr == QUICK) or None


def pytest_collection():
    """What is imported and collected stays to the end: the garbage collector need not look at it at every turn."""
    gc.disable()


def pytest_collection_finish():
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """PyTorch is imported here: the process that hands the tests out starts them seconds earlier without it."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def own_store(tmp_path_factory, monkeypatch):
    """Tests never touch the user's run store, and compute on the processor unless they say otherwise.

    They set variables as they go, so settings are read again each time. The folder comes with what is first written:
    to make one for each of thousands of tests, and to take it away, takes seconds.
    """
    monkeypatch.setenv("GANLAB_STORE", str(tmp_path_factory.getbasetemp() / f"store-{next(STORES)}"))
    monkeypatch.setenv("GANLAB_DEVICE", "cpu")
    monkeypatch.setattr(settings, "read", lambda: settings.from_environment(os.environ))
    use_store(None)
    return os.environ["GANLAB_STORE"]


@pytest.fixture
def logged():
    """What is logged: a list of records, that grows. pytest's own `caplog` is switched off, as it costs every test."""
    handler = BufferingHandler(10_000)
    logging.getLogger().addHandler(handler)
    yield handler.buffer
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def in_float64():
    """PyTorch computes in double precision: what differs in float32 by rounding alone agrees in many more digits."""
    import torch

    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)
