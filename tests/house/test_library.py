"""The library's names: nothing heavy before they are used, and each gives what the app itself computes."""

import json
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sameness import assert_equal
from study_here import Here

import ganlab
from ganlab import DigitsConfig, PlaneConfig, library
from ganlab import page as command_page
from ganlab.digits import diagnosis as digits_diagnosis
from ganlab.digits.train import train as train_digits
from ganlab.kinds import KINDS
from ganlab.library import RunFailed
from ganlab.plane import diagnosis
from ganlab.plane.train import encode
from ganlab.plane.train import train as train_plane
from ganlab.presets import PRESETS
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
        assert short.of(member).frames[-1].d_loss[0] == frames[-1].d_loss[member]
    with Store(tmp_path) as store:
        spent = store.run(SMALL.key()).seconds
        assert ganlab.run(SMALL, tmp_path).step == 12
        assert store.run(SMALL.key()).seconds == spent, "nothing is computed twice"
    longer = ganlab.run(SMALL.replace(steps=20), tmp_path)
    assert longer.frames[-1].step == 20


@pytest.mark.whole
def test_a_run_that_fails_says_why(tmp_path):
    with pytest.raises(RunFailed) as error:
        ganlab.run(SMALL.replace(dataset="points:" + "0" * 64), tmp_path)
    assert (error.value.reason, error.value.facts["reason"]) == ("points", "gone")


@pytest.mark.parametrize(("name", "verdict"), [("ring", diagnosis.verdict), ("digits", digits_diagnosis.verdict)])
def test_a_recording_is_opened_and_diagnosed(name, verdict):
    found = ganlab.open(RECORDED / f"{name}.zip")
    frames = found.frames
    assert frames[0].step == 0
    assert frames[-1].step == found.step == found.config.steps
    assert ganlab.diagnose(frames, found.config) == verdict(frames, found.config)
    assert ganlab.diagnose(frames[:1], found.config).key != ganlab.diagnose(frames, found.config).key


def test_a_kind_without_a_diagnosis_says_so(monkeypatch):
    monkeypatch.setitem(KINDS, "plane", replace(KINDS["plane"], diagnosis=""))
    with pytest.raises(ValueError, match="kind=plane: has no diagnosis"):
        ganlab.diagnose([], SMALL)


@pytest.mark.whole
def test_a_sweep_measures_every_arm_once(tmp_path, monkeypatch):
    trained = []

    def compute(name, grid, place, slots, minutes, scheduler):
        assert scheduler == ""
        with Store(place.path) as store:
            here = Here(store)
            *_, last = study.run(grid, place, Local(here, slots), 60 * minutes)
            trained.append(len(here.submitted))
        return last.failed

    monkeypatch.setattr(study, "compute", compute)
    configs = {"plain": SMALL, "hinge": SMALL.replace(loss="hinge")}
    for _ in range(2):
        table = ganlab.sweep(configs, [3, 5], store=tmp_path)
    assert trained == [4, 0]
    ends = table[table["valid_10k"].notna()]
    assert ends["arm"].value_counts().to_dict() == {"plain": 4, "hinge": 4}
    assert {*ends["seed"]} == {3, 5}
    in_turn = ganlab.sweep([*configs.values()], [3], store=tmp_path)
    assert {*in_turn["arm"]} == {"0", "1"}
    assert set(ends["step"]) == {12}


# A run as a value


def test_a_run_that_ships_is_opened_by_link_name_and_settings():
    ring = ganlab.open("ring")
    assert (ring.config, ring.step) == (PRESETS["ring"], 6000)
    links = ["https://example.org/arena?lang=es&a.preset=ring", "a.preset=ring", json.dumps(ring.config.to_json())]
    assert all(ganlab.open(link).read(0) == ring.read(0) for link in links)
    early = ganlab.open("a.preset=ring&a.steps=500")
    assert early.config.steps == 500
    assert {*early.read(0)} == {step for step in ring.read(0) if step <= 500}
    assert early.step == max(early.read(0)) <= 500
    digits = ganlab.open("https://example.org/mnist?m.preset=digits_dense")
    assert digits.config == PRESETS["digits_dense"]
    member = ganlab.open("a.preset=ring_seeds&a.member=3")
    assert (member.member, member.frames[-1].step) == (3, 4000)
    assert member.read(3) != member.read(0)
    for wrong in ("a.loss=nothing", "a.preset=ring&a.member=1", "l.seed=3"):
        with pytest.raises(ValueError, match="expected"):
            ganlab.open(wrong)


def test_its_numbers_are_a_table_with_a_row_a_frame():
    for name, measure in (("ring", "valid"), ("digits_dense", "fid"), ("flow_ring", "js")):
        found = ganlab.open(name)
        assert list(found.metrics["step"]) == [frame.step for frame in found.frames]
        assert found.metrics[measure].notna().any()
        assert all(kind.kind in "fi" for kind in found.metrics.dtypes)
    frame = ganlab.open("ring").frames[-1]
    assert ganlab.open("ring").metrics["d_loss"].iloc[-1] == frame.d_loss[0]


def test_its_curves_are_panels_by_name():
    ring = ganlab.open("ring")
    drawn = ring.plot("d_loss", "js").to_dict()
    ((rows),) = drawn["datasets"].values()
    assert {row["metric"] for row in rows} == {"d_loss", "js"}
    assert {row["value"] for row in rows if row["metric"] == "js"} == {*ring.metrics["js"].dropna()}
    assert drawn["facet"]["sort"] == ["d_loss", "js"]
    assert set(ganlab.open("digits_dense").plot().to_dict()["facet"]["sort"]) >= {"d_loss", "fid", "accepted"}
    with pytest.raises(ValueError, match="nothing: expected step, d_updates"):
        ring.plot("nothing")


@pytest.mark.whole
def test_a_saved_run_is_the_run(tmp_path):
    ring = ganlab.open("ring_seeds")
    ring.save(tmp_path / "mine.zip")
    again = ganlab.Run.load(tmp_path / "mine.zip")
    assert (again.config, again.step, again.made) == (ring.config, ring.step, ring.made)
    assert [again.read(member) for member in range(16)] == [ring.read(member) for member in range(16)]
    assert ganlab.open(tmp_path / "mine.zip").verdict == ring.verdict
    with pytest.raises(ValueError, match="member=16: expected 0 to 15"):
        again.of(16)


def test_a_notebook_shows_the_player_in_a_frame_that_can_do_nothing_else():
    class Frame(HTMLParser):
        def handle_starttag(self, tag, attributes):
            self.found = (tag, dict(attributes))

    parser, ring = Frame(), ganlab.open("ring")
    parser.feed(ring._repr_html_())
    tag, facts = parser.found
    assert tag == "iframe"
    assert "allow-same-origin" not in facts["sandbox"]
    assert facts["srcdoc"] == ring.page()


def test_a_bar_counts_the_steps(capsys):
    assert len(list(ganlab.train(SMALL, progress=True))) == 13
    assert "12/12" in capsys.readouterr().err
    list(ganlab.train(SMALL))
    assert capsys.readouterr().err == ""


# As a page from the command line


@pytest.mark.whole
def test_the_command_writes_what_the_library_gives(tmp_path, capsys):
    out = tmp_path / "run.html"
    assert command_page.main(["a.preset=ring", "-o", str(out), "--lang", "es"]) == 0
    assert out.read_text() == ganlab.open("ring").page(lang="es")
    compared = "a.preset=grid&b.preset=grid_packing"
    assert command_page.main([compared, "-o", str(out)]) == 0
    assert out.read_text() == ganlab.open("grid").page(ganlab.open("grid_packing"))
    assert command_page.main(["a.loss=nothing", "-o", str(out)]) == 2
    assert "loss='nothing': expected" in capsys.readouterr().err
