"""Short work in a process of its own."""

import os
import signal

import pytest
from loky.process_executor import TerminatedWorkerError

from ganlab.digits.weights import WeightsError
from ganlab.service import short_jobs
from ganlab.service.short_jobs import Busy, ShortJobs


@pytest.fixture(scope="module")
def apart():
    """One for all: each process imports torch."""
    service = ShortJobs(apart=True)
    yield service
    service.close()


@pytest.mark.whole
def test_a_job_runs_in_another_process_that_stays(apart):
    first = apart.run(os.getpid)
    assert first != os.getpid()
    assert apart.run(os.getpid) == first
    assert apart.run(os.path.basename, "a/b") == "b"


@pytest.mark.whole
def test_what_goes_wrong_there_is_told_here(apart):
    with pytest.raises(FileNotFoundError):
        apart.run(os.stat, "no such file")
    from pathlib import Path

    from ganlab.latent.generators import Source
    from ganlab.latent.walks import samples

    with pytest.raises(WeightsError) as told:
        apart.run(samples, Path("/nowhere"), Source("0" * 16), 0, 1)
    assert told.value.reason == "gone"


@pytest.mark.whole
def test_a_process_that_dies_is_replaced(apart):
    first = apart.run(os.getpid)
    os.kill(first, signal.SIGKILL)
    assert apart.run(os.getpid) not in (first, os.getpid())
    with pytest.raises(TerminatedWorkerError):
        apart.run(os.abort)
    assert apart.run(os.getpid) != os.getpid()


@pytest.mark.whole
def test_too_long_is_busy(apart, monkeypatch):
    apart.run(os.getpid)
    monkeypatch.setattr(short_jobs, "PATIENCE", 0.05)
    import time

    with pytest.raises(Busy):
        apart.run(time.sleep, 1)


@pytest.mark.whole
def test_where_memory_is_small_there_is_no_other_process(monkeypatch):
    monkeypatch.setenv("GANLAB_MEMORY_MB", "1000")
    assert ShortJobs().run(os.getpid) == os.getpid()
    monkeypatch.setenv("GANLAB_MEMORY_MB", "2000")
    assert ShortJobs().apart
