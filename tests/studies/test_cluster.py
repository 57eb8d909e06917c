"""A study on a Dask cluster: the same rows as from the worker's own code, and what a cluster may do wrong."""

import os
import signal
import sys
from math import inf

import pandas as pd
import pytest
from distributed import LocalCluster
from study_here import Here, finish
from waiting import until

from ganlab.plane.config import PlaneConfig
from ganlab.store.runs import Store
from ganlab.studies import cluster, study, tables
from ganlab.studies.cluster import ClusterError, connected
from ganlab.studies.grids import STUDIES, Study
from ganlab.studies.study import StudyStore

SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=8, latent_dim=2, steps=20)
WILD = SMALL.replace(loss="wasserstein", d_lr=1.0, optimizer="sgd", steps=3000)
TINY = Study(
    arms={
        "one": (SMALL.replace(members=2),),
        "more": tuple(SMALL.replace(d_steps=2, seed=seed) for seed in (0, 1)),
        "wild": (WILD,),
    },
    protocol="",
)
LONG = Study(arms={"long": tuple(SMALL.replace(steps=1000, seed=seed) for seed in range(3))}, protocol="")
PACE = ["steps_per_s"]


@pytest.fixture(autouse=True)
def no_naps(monkeypatch):
    monkeypatch.setattr(study, "POLL", 0.02)


@pytest.fixture(scope="module")
def scheduler():
    """The address of a cluster with two workers in this process."""
    with local_cluster(processes=False) as own:
        yield own.scheduler_address


def local_cluster(n_workers=2, **options):
    quiet = {"dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    return LocalCluster(n_workers=n_workers, threads_per_worker=1, host="127.0.0.1", protocol="tcp", **quiet, **options)


def computed(folder, grid, scheduler=""):
    """The table of a study that is computed on a cluster, or by the worker's code in this process."""
    place = StudyStore(folder)
    if scheduler:
        assert study.compute("tiny", grid, place, 1, inf, scheduler) == 0
    else:
        with Store(place.path) as store:
            finish(place, Here(store), grid)
    return place.table(grid).drop(columns=PACE)


@pytest.mark.whole
def test_a_cluster_gives_the_rows_of_the_worker_bit_by_bit(tmp_path, scheduler):
    there, here = computed(tmp_path / "there", TINY, scheduler), computed(tmp_path / "here", TINY)
    pd.testing.assert_frame_equal(there, here, check_exact=True)
    assert 0 < tables.finals(there).query("arm == 'wild'")["died"].item() < 3000


@pytest.mark.whole
def test_finished_cells_are_not_computed_again(tmp_path, scheduler, monkeypatch):
    computed(tmp_path, TINY.first(1), scheduler)
    sent = []
    submit = cluster.Cluster.submit
    monkeypatch.setattr(cluster.Cluster, "submit", lambda self, config: sent.append(config) or submit(self, config))
    computed(tmp_path, TINY, scheduler)
    assert sent == [SMALL.replace(d_steps=2, seed=1)]


def test_a_cell_that_fails_is_named_and_the_rest_is_computed(tmp_path, scheduler, capsys):
    lost = SMALL.replace(dataset="points:" + "0" * 64)
    grid = Study(arms={"lost": (lost,), "one": (SMALL,)}, protocol="")
    place = StudyStore(tmp_path)
    assert study.compute("tiny", grid, place, 1, inf, scheduler) == 1
    assert f"failed: {lost.key()} points" in capsys.readouterr().err
    assert place.finished(SMALL)


def test_other_versions_are_refused_before_the_first_cell(scheduler):
    own = cluster.versions()
    with connected(scheduler) as executor:
        executor.versions = own | {"torch": "0.1", "engine of plane": "999"}
        with pytest.raises(ClusterError) as refused:
            executor.check()
    told = str(refused.value).splitlines()
    assert len(told) == 4, "two workers, two versions"
    assert told[0].startswith("tcp://127.0.0.1:")
    assert told[0].endswith(f": torch={own['torch']}: expected 0.1")
    assert told[1].endswith(f": engine of plane={own['engine of plane']}: expected 999")


def test_a_worker_that_joins_late_with_another_version_computes_nothing():
    cell = cluster.cell(SMALL, cluster.versions() | {"torch": "0.1"})
    assert (cell.status.state, cell.status.note, cell.rows) == ("failed", "versions", None)
    assert "expected 0.1" in cell.status.facts["error"]


def test_a_cluster_without_workers_is_refused():
    with local_cluster(0, processes=False) as empty, pytest.raises(ClusterError, match="expected at least one worker"):
        connected(empty.scheduler_address).__enter__()


def test_an_address_where_nothing_answers_is_said(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT", 0.2)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        with pytest.raises(ClusterError, match=f"{address}: no Dask scheduler answers"):
            connected(address).__enter__()


def test_without_the_extra_a_sentence_says_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert study.main(["ring", "--place", str(tmp_path), "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "pip install '.[dask]'" in capsys.readouterr().err


@pytest.mark.nightly
def test_the_cells_of_a_killed_worker_are_computed_again_by_another(tmp_path):
    place = StudyStore(tmp_path / "there")
    with local_cluster(processes=True) as own, connected(own.scheduler_address) as executor:
        progress = study.run(LONG, place, executor)
        next(progress)
        until(lambda: len(busy(executor)) == 2)
        pids, (victim, cells) = executor.client.run(os.getpid), busy(executor).popitem()
        os.kill(pids[victim], signal.SIGKILL)
        *_, last = progress
        survivors = {place for where in executor.client.who_has().values() for place in where}
    assert (last.done, last.failed) == (3, 0)
    assert cells
    assert victim not in survivors
    there = place.table(LONG).drop(columns=PACE)
    pd.testing.assert_frame_equal(there, computed(tmp_path / "here", LONG), check_exact=True)


def busy(executor):
    """The cells of each worker that computes one now."""
    return {worker: cells for worker, cells in executor.client.processing().items() if cells}


@pytest.mark.parametrize(
    ("name", "arm", "steps", "slack"),
    [
        pytest.param("ring", "vanilla", 7, 0.01, marks=pytest.mark.whole),
        pytest.param("k", "nonsaturating_k50", 8, 0.01, marks=pytest.mark.whole),
        pytest.param("ring", "vanilla", 1000, 0.05, marks=pytest.mark.nightly),
        pytest.param("k", "nonsaturating_k50", 500, 0.05, marks=pytest.mark.nightly),
    ],
)
def test_a_cluster_computes_the_shipped_rows(tmp_path, scheduler, name, arm, steps, slack):
    """The first cell of a study. On another processor rounding differs, and grows to a hundredth in 1,500 steps."""
    (config,) = STUDIES[name].only(arm).first(1).arms[arm]
    asked = config.replace(steps=steps)
    own = computed(tmp_path, Study(arms={arm: (asked,)}, protocol=""), scheduler).set_index(["step", "member"])
    shipped = tables.load(name).query("key == @config.key()").set_index(["step", "member"])
    due = shipped[shipped.index.get_level_values("step") <= asked.steps]
    assert len(due) >= asked.members
    for (step, member), row in due.iterrows():
        for column in ("d_loss", "g_loss", "valid", "mode_tv"):
            assert own.loc[(step, member), column] == pytest.approx(row[column], abs=slack, nan_ok=True), (step, column)
