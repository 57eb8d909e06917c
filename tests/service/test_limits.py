"""What a server refuses by its settings, and in words; how often a visitor may upload."""

import pytest
from counting import ME, YOU, counter
from waiting import Clock

from ganlab.kind.fields import ConfigError
from ganlab.plane.config import PlaneConfig
from ganlab.service.limits import Allowance
from ganlab.service.runs import Runs
from ganlab.store.runs import Store


@pytest.fixture
def service(tmp_path, monkeypatch):
    """A run service that never starts a worker and takes two waiting runs of a viewer."""
    monkeypatch.setattr(Runs, "_start", lambda *_: None)
    with Store(tmp_path / "runs") as store, Runs(store, slots=1, limit=2) as service:
        yield service


def refused(service, config, viewer=ME):
    with pytest.raises(ConfigError) as error:
        service.submit(config, viewer)
    return error.value.field, error.value.reason, error.value.facts


def test_one_visitor_may_have_so_many_runs_waiting_and_others_as_many(service):
    keys = [service.submit(counter(30, seed=seed), ME) for seed in range(2)]
    assert refused(service, counter(30, seed=2)) == ("steps", "queue", {"most": 2})
    assert service.submit(counter(60, seed=1), ME) == keys[1]  # it waits already
    assert service.submit(counter(30, seed=2), YOU)
    service.withdraw(keys[0], ME)
    assert service.submit(counter(30, seed=3), ME)


def test_what_the_store_has_needs_no_place(service, monkeypatch):
    for seed in range(2):
        service.submit(counter(30, seed=seed), ME)
    monkeypatch.setattr(service, "reached", lambda _: 30)
    assert service.submit(counter(30, seed=2), ME)


def test_steps_and_widths_are_limited_by_settings(service, monkeypatch):
    monkeypatch.setenv("GANLAB_STEPS", "100")
    monkeypatch.setenv("GANLAB_WIDTH", "32")
    assert refused(service, PlaneConfig(steps=101, g_width=8, d_width=8)) == ("steps", "range", {"low": 1, "high": 100})
    assert refused(service, PlaneConfig(steps=50, g_width=64, d_width=8))[0] == "g_width"
    assert refused(service, PlaneConfig(steps=50, g_width=8, d_width=64))[0] == "d_width"
    assert service.submit(PlaneConfig(steps=100, g_width=32, d_width=32), ME)


def test_uploads_are_counted_by_visitor_and_minute():
    clock = Clock()
    allowance = Allowance(2, clock)
    assert [allowance.take(ME) for _ in range(3)] == [True, True, False]
    assert allowance.take(YOU)
    clock.now += 59
    assert not allowance.take(ME)
    clock.now += 1
    assert [allowance.take(ME) for _ in range(3)] == [True, True, False]
    clock.now += 120
    allowance.take(YOU)
    assert list(allowance._times) == [YOU]


def test_no_uploads_at_all():
    assert not Allowance(0).take(ME)
