"""The library's names: nothing heavy before they are used, and each gives what the app itself computes."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sameness import assert_equal
from study_here import Here

import ganlab
from ganlab import DigitsConfig, PlaneConfig, library
from ganlab.digits import diagnosis as digits_diagnosis
from ganlab.digits.train import train as train_digits
from ganlab.kinds import KINDS
from ganlab.library import RunFailed
from ganlab.plane import diagnosis
from ganlab.plane.train import encode
from ganlab.plane.train import train as train_plane
from ganlab.store.recording import RECORDED
from ganlab.store.runs import Store
from ganlab.studies import study
from ganlab.studies.executors import Local

SMALL = PlaneConfig(g_width=8, d_width=8, batch_size=16, members=2, steps=12)
IMAGES = DigitsConfig(batch_size=4, latent_dim=2, steps=2)


def test_the_package_imports_nothing_heavy():
    program = "import sys, ganlab; dir(ganlab); print({'torch', 'numpy', 'pandas', 'streamlit'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, text=True
    )
    assert done.stdout == "set()\n", done.stderr


def test_its_names_are_there_and_others_are_not():
    assert set(ganlab.__all__) == set(ganlab.HOMES) <= set(dir(ganlab))
    for name in ganlab.__all__:
        assert getattr(ganlab, name).__module__ == ganlab.HOMES[name]
    with pytest.raises(AttributeError, match="module 'ganlab' has no attribute 'nothing'"):
        _ = ganlab.nothing


@pytest.mark.parametrize(("config", "own"), [(SMALL, train_plane), (IMAGES, train_digits)], ids=["plane", "digits"])
def test_training_gives_the_frames_of_every_kind(config, own):
    for mine, its in zip(library.train(config), own(config), strict=True):
        assert_equal(mine, its)


@pytest.mark.whole
def test_a_run_is_kept_in_its_store_and_goes_on_there(tmp_path):
    short = ganlab.run(SMALL, tmp_path)
    assert (short.config, short.step) == (SMALL, 12)
    frames = list(train_plane(SMALL))
    for member in range(2):
        assert short.read(member) == {frame.step: encode(SMALL, frame)[member] for frame in frames}
        assert short.frames(member)[-1].d_loss[0] == frames[-1].d_loss[member]
    with Store(tmp_path) as store:
        spent = store.run(SMALL.key()).seconds
        assert ganlab.run(SMALL, tmp_path).step == 12
        assert store.run(SMALL.key()).seconds == spent, "nothing is computed twice"
    longer = ganlab.run(SMALL.replace(steps=20), tmp_path)
    assert longer.frames()[-1].step == 20


@pytest.mark.whole
def test_a_run_that_fails_says_why(tmp_path):
    with pytest.raises(RunFailed) as error:
        ganlab.run(SMALL.replace(dataset="points:" + "0" * 64), tmp_path)
    assert (error.value.reason, error.value.facts["reason"]) == ("points", "gone")


@pytest.mark.parametrize(("name", "verdict"), [("ring", diagnosis.verdict), ("digits", digits_diagnosis.verdict)])
def test_a_recording_is_opened_and_diagnosed(name, verdict):
    found = ganlab.open(RECORDED / f"{name}.zip")
    frames = found.frames()
    assert frames[0].step == 0
    assert frames[-1].step == found.step == found.config.steps
    assert ganlab.diagnose(frames, found.config) == verdict(frames, found.config)
    assert ganlab.diagnose(frames[:1], found.config).key != ganlab.diagnose(frames, found.config).key


def test_a_kind_without_a_diagnosis_says_so(monkeypatch):
    monkeypatch.setitem(KINDS, "plane", replace(KINDS["plane"], diagnosis=""))
    with pytest.raises(ValueError, match="kind=plane: has no diagnosis"):
        ganlab.diagnose([], SMALL)


def test_a_sweep_measures_every_arm_once(tmp_path, monkeypatch):
    trained = []

    def compute(name, grid, place, slots, minutes):
        with Store(place.path) as store:
            here = Here(store)
            *_, last = study.run(grid, place, Local(here, slots), 60 * minutes)
            trained.append(len(here.submitted))
        return last.failed

    monkeypatch.setattr(study, "compute", compute)
    arms = {"plain": [SMALL], "hinge": [SMALL.replace(loss="hinge"), SMALL.replace(loss="hinge", seed=1)]}
    for _ in range(2):
        table = ganlab.sweep(arms, tmp_path)
    assert trained == [3, 0]
    ends = table[table["valid_10k"].notna()]
    assert ends["arm"].value_counts().to_dict() == {"plain": 2, "hinge": 4}
    assert set(ends["step"]) == {12}
