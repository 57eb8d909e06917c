"""docs/library.md: its blocks run, and it says every name once and every column."""

import re
from contextlib import contextmanager
from pathlib import Path

import pytest
from study_here import Here

import ganlab
from ganlab import library
from ganlab.store.runs import Store
from ganlab.studies import study
from ganlab.studies.executors import Local

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
PROSE = re.sub(r"```.*?```", "", SOURCE, flags=re.S)


@pytest.fixture
def here(monkeypatch, tmp_path):
    """Runs are computed in this process, in a store of the test's own."""

    @contextmanager
    def runs(store, slots):
        yield Here(store)

    def compute(name, grid, place, slots, minutes, scheduler):
        with Store(place.path) as store:
            *_, last = study.run(grid, place, Local(Here(store), slots), 60 * minutes)
        return last.failed

    monkeypatch.setattr(library, "Runs", runs)
    monkeypatch.setattr(study, "compute", compute)
    monkeypatch.chdir(tmp_path)


@pytest.mark.whole
def test_every_block_runs_after_the_one_before(here):
    names = {}
    for block in re.findall(r"```python\n(.*?)```", SOURCE, flags=re.S):
        exec(compile(block, "library.md", "exec"), names)  # the document's own code is what is tried
    assert {*names["table"]["arm"]} == {"plain", "hinge"}
    assert names["shipped"].config.steps == 2000
    assert names["early"].key
    assert Path("run.html").read_text(encoding="utf-8") == names["run"].page()


def test_every_name_is_introduced():
    for name in ganlab.__all__:
        assert f"`ganlab.{name}`" in PROSE or f"`ganlab.{name}(" in PROSE, name


def test_every_column_has_its_unit():
    rows = re.findall(r"^\| (`.*?) \| (.+?) \|", SOURCE, flags=re.M)
    told = [name for names, unit in rows for name in re.findall(r"`(\w+)`", names)]
    assert len(told) == len(set(told))
    found = {name for run in ("ring", "digits_dense", "flow_ring") for name in ganlab.open(run).metrics.columns}
    assert set(told) == found
