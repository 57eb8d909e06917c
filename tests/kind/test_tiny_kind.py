"""A third kind of run, no GAN, is one folder and one line in KINDS: all of the core knows it then."""

import json
import time

import numpy as np
import pytest
import study_here
from sameness import assert_same_state
from tiny_kind import TINY, engine
from tiny_kind.config import TinyConfig
from tiny_kind.frame import unpack

from ganlab.export.settings import read_settings
from ganlab.kind import devices
from ganlab.kind.fields import ConfigError
from ganlab.kinds import KINDS, engines
from ganlab.links import from_json, from_query, identity, to_query
from ganlab.service import worker
from ganlab.service.replay import state_at
from ganlab.service.runs import Runs, threads
from ganlab.store import checkpoints
from ganlab.store.runs import Store
from ganlab.studies import study, tables
from ganlab.studies.grids import Study

SMALL = TinyConfig(steps=40, width=4, edits=((25, "rate", 0.02),))
FRAMES = [0, 10, 20, 30, 40]


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """The one line."""
    monkeypatch.setitem(KINDS, "tiny", TINY)


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "runs") as store:
        yield store


def trained(store, config):
    """The key of a run that the worker's own loop has computed to its target."""
    store.wish(config.key(), config.to_json(), config.steps, "me")
    worker.work(store.path, "here/0", engines())
    return config.key()


def frames(config):
    """An undisturbed run's frames of the first member, as they are stored."""
    return {frame.step: engine.encode(config, frame)[0] for frame in engine.train(config)}


def at(step):
    """The state of an undisturbed run."""
    state = engine.start(SMALL)
    while state.step < step:
        engine.update(state)
    return state


def test_it_knows_its_own_key():
    assert all(kind.config.kind == key for key, kind in KINDS.items())


def test_a_link_and_json_carry_it():
    assert from_query(to_query(SMALL, "t."), "tiny", "t.") == (SMALL, [])
    assert from_json(json.loads(json.dumps(SMALL.to_json()))) == SMALL
    assert read_settings(json.dumps(SMALL.to_json()).encode()) == (SMALL, [])
    assert identity(SMALL.to_json()) == (1, SMALL.key())
    assert SMALL.replace(steps=90).key() == SMALL.key() != SMALL.replace(width=5).key()


def test_what_is_wrong_in_a_link_gives_way_with_a_notice():
    link = {"rate": "-1", "width": "512", "members": "16", "batch_size": "1024", "seed": "5", "d_steps": "3"}
    config, notices = from_query({f"t.{name}": value for name, value in link.items()}, "tiny", "t.")
    assert config.seed == 5
    reasons = [(said.field, said.reason) for said in notices]
    assert reasons == [("rate", "range"), ("d_steps", "unknown"), ("batch_size", "too_slow")]


def test_it_has_no_field_of_a_gan():
    with pytest.raises(ConfigError, match="d_steps"):
        from_json({"kind": "tiny", "d_steps": 2})
    with pytest.raises(ConfigError, match="edits"):
        SMALL.replace(edits=((5, "width", 3),))


def test_the_worker_trains_and_stores_it(store):
    key = trained(store, SMALL)
    row = store.run(key)
    assert (row.state, row.step, row.kind) == ("done", 40, "tiny")
    assert store.steps(key, member=1) == FRAMES
    assert store.frames(key, 0) == frames(SMALL)
    assert unpack(store.frames(key, 1)[40]).loss[0] < unpack(store.frames(key, 1)[10]).loss[0]


@pytest.fixture
def made(monkeypatch):
    """The steps from which an update was made."""
    steps, update = [], engine.update
    monkeypatch.setattr(engine, "update", lambda state: steps.append(state.step) or update(state))
    return steps


def test_a_run_goes_on_from_its_checkpoint_bit_by_bit(store, made):
    trained(store, SMALL.replace(steps=20))
    key = trained(store, SMALL)
    assert made == list(range(40))
    assert store.frames(key, 0) == frames(SMALL)
    step, blob = next(store.checkpoints.blobs(key, 40))
    assert step == 40
    assert_same_state(checkpoints.decode(key, step, blob), engine.checkpoint(at(40)))


def test_a_run_with_an_edit_goes_on_from_the_run_before_it(store, made):
    trained(store, SMALL.replace(edits=(), steps=25))
    key = trained(store, SMALL)
    assert made == list(range(40))
    assert store.frames(key, 0) == frames(SMALL)


def test_any_step_is_replayed(store):
    trained(store, SMALL)
    assert_same_state(engine.checkpoint(state_at(store, engine, SMALL, 33)), engine.checkpoint(at(33)))


def test_a_run_that_diverges_says_so(store):
    row = store.run(trained(store, SMALL.replace(rate=1e6, edits=())))
    assert (row.state, row.facts["quantity"], row.facts["knob"]) == ("diverged", "loss", "rate")


def test_it_is_recorded_and_taken_in(store, tmp_path):
    key = trained(store, SMALL)
    store.export_recording(key, tmp_path / "tiny.zip", identity, members=(0, 1))
    with Store(tmp_path / "other") as other:
        assert other.import_recording(tmp_path / "tiny.zip", identity) == key
        assert other.frames(key, 1) == store.frames(key, 1)


def test_a_study_measures_it(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "POLL", 0)
    place, arms = study.StudyStore(tmp_path / "studies"), {"narrow": (SMALL,), "wide": (SMALL.replace(width=32),)}
    grid = Study(arms=arms, protocol="", expected=(tables.Expected("wide", "rmse", 0.0, 9.0),))
    with Store(place.path) as store:
        last = study_here.finish(place, study_here.Here(store), grid)
    table = place.table(grid)
    assert (last.done, last.cells) == (2, 2)
    assert len(table) == 2 * 2 * len(FRAMES)
    finals = tables.finals(table)
    assert list(finals["arm"]) == ["narrow"] * 2 + ["wide"] * 2
    assert finals["rmse_10k"].tolist()[:2] == pytest.approx(engine.measured(at(40), 10_000)[1].tolist())
    assert tables.medians(table).columns.tolist() == ["rmse_10k"]
    assert tables.check(table, grid.expected[0]).holds
    words = tables.markdown(table, grid.expected)
    assert "`narrow`" in words
    assert "D updates" not in words
    assert study.missing_arms(grid, table) == []


def test_it_trains_on_the_processor_with_one_thread(store, monkeypatch):
    monkeypatch.setattr(Runs, "_start", lambda *_: None)
    monkeypatch.setattr(devices, "chosen", lambda: "cuda")
    with Runs(store, 1) as runs:
        row = store.run(runs.submit(SMALL, "me"))
    assert (row.threads, row.device, threads(SMALL)) == (1, "cpu", 1)
    with pytest.raises(devices.DeviceError):
        engine.moved(engine.start(SMALL), "cuda")


@pytest.mark.whole
def test_worker_processes_know_it(store):
    """They import KINDS afresh, without the line; what they are told is enough."""
    with Runs(store, slots=1) as runs:
        key = runs.submit(SMALL, "me")
        while (status := runs.status(key, "me")).state not in ("done", "failed"):
            time.sleep(0.05)
    assert (status.state, status.step) == ("done", 40)
    assert np.array_equal(unpack(store.frames(key, 0)[40]).curve, unpack(frames(SMALL)[40]).curve)
