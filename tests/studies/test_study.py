"""A study through the real worker's code in this process, its table, and shipped evidence computed again.

docs/science.md#published-runs
"""

import math

import pandas as pd
import pytest
import study_here
from schedules import frame_steps
from study_here import Here

from ganlab.game import evaluation as gan_evaluation
from ganlab.game.frame import MEASURED
from ganlab.kind import evaluation
from ganlab.kind.fields import ConfigError
from ganlab.plane import evaluation as plane_evaluation
from ganlab.plane import train
from ganlab.plane.config import ENGINE, PlaneConfig
from ganlab.plane.metrics import METRICS
from ganlab.service.runs import RunStatus
from ganlab.store.housekeeping import sweep
from ganlab.store.runs import Store
from ganlab.studies import executors, study, tables
from ganlab.studies.executors import Local
from ganlab.studies.grids import STUDIES, Study, one_by_one, side_by_side
from ganlab.studies.study import StudyStore
from ganlab.studies.tables import Expected

SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=8, latent_dim=2, steps=20)
PAIR = (SMALL.replace(members=2),)
TINY = Study(
    arms={
        "one": PAIR,
        "more": tuple(SMALL.replace(d_steps=2, seed=seed) for seed in (0, 1)),
        "longer": (PAIR[0].replace(steps=31),),
    },
    protocol="",
)
SHIPPED = sorted(path.stem for path in tables.EVIDENCE.glob("*.parquet"))


@pytest.fixture
def place(tmp_path):
    return StudyStore(tmp_path / "studies")


@pytest.fixture
def here(place):
    with Store(place.path) as store:
        yield Here(store)


@pytest.fixture(autouse=True)
def no_naps(monkeypatch):
    monkeypatch.setattr(study, "POLL", 0)


def finish(place, runs, grid=TINY):
    return study_here.finish(place, runs, grid)


def test_a_study_is_computed_to_its_end(place, here):
    last = finish(place, here)
    assert (last.done, last.cells, last.share, last.left_s) == (4, 4, 1, 0)
    table = place.table(TINY)
    assert list(dict.fromkeys(table["arm"])) == ["one", "more", "longer"]
    frames = len(frame_steps(20))
    assert len(table) == 2 * frames + 2 * frames + 2 * len(frame_steps(31))
    assert not table.duplicated(["arm", "seed", "member", "step"]).any()


def test_it_goes_on_where_it_was_stopped(place, here):
    progress = study.run(TINY, place, Local(here))
    while next(progress).done < 1:
        pass
    progress.close()
    assert here.submitted[:1] == list(PAIR)
    before = place.part(PAIR[0]).stat().st_mtime_ns
    again = Here(here.store)
    finish(place, again)
    assert not set(again.submitted) & set(here.submitted[:1])
    assert place.part(PAIR[0]).stat().st_mtime_ns == before
    third = Here(here.store)
    assert finish(place, third).left_s == 0
    assert third.submitted == []


@pytest.mark.whole
def test_a_stopped_study_has_the_table_of_an_undisturbed_one(place, here, tmp_path):
    progress = study.run(TINY, place, Local(here))
    next(progress)
    progress.close()
    finish(place, here)
    other = StudyStore(tmp_path / "other")
    with Store(other.path) as store:
        finish(other, Here(store))
    paces = ["steps_per_s"]
    pd.testing.assert_frame_equal(place.table(TINY).drop(columns=paces), other.table(TINY).drop(columns=paces))


def test_of_two_cells_with_one_run_the_shorter_is_first(place, here):
    grid = Study(arms=dict(reversed(TINY.arms.items())), protocol="")
    finish(place, here, grid)
    assert here.submitted.index(PAIR[0]) < here.submitted.index(PAIR[0].replace(steps=31))


def test_the_first_configs_of_all_arms_come_first(place, here):
    turns = [arm for arm, _ in TINY.cells]
    assert turns == ["one", "more", "longer", "more"]
    finish(place, here, TINY.first(1))
    assert [place.finished(config) for _, config in TINY.cells] == [True, True, True, False]
    assert list(dict.fromkeys(place.table(TINY)["arm"])) == ["one", "more", "longer"]
    assert TINY.first(1).varied == ["d_steps"]


def test_the_table_has_every_scalar_and_what_varies(place, here):
    finish(place, here)
    table = place.table(TINY)
    measured = [*gan_evaluation.JUDGED, *METRICS, "shares"]
    due = {
        "arm",
        "d_steps",
        "key",
        "engine",
        "threads",
        "steps_per_s",
        "seed",
        "member",
        "members",
        "steps",
        "step",
        "died",
    }
    due |= {"d_updates", "g_updates", *MEASURED, *METRICS} | {name + evaluation.SUFFIX for name in measured}
    assert set(table) == due
    assert set(table["engine"]) == {ENGINE}
    assert (table["d_updates"] == table["d_steps"] * table["step"]).all()
    assert tables.finals(table)["step"].tolist() == [20, 20, 20, 20, 31, 31]


def test_rows_are_the_frames_of_the_run(place, here):
    finish(place, here)
    table = place.table(TINY)
    mine = table[(table["arm"] == "one") & (table["member"] == 1)].set_index("step")
    for frame in train.train(PAIR[0]):
        seen = mine.loc[frame.step]
        assert seen["d_loss"] == pytest.approx(float(frame.d_loss[1]), nan_ok=True)
        assert seen["js"] == pytest.approx(float(frame.metrics["js"][1]), abs=1e-6)


def test_the_final_evaluation_is_of_10_000_points():
    state = train.start(SMALL.replace(members=2, dataset="ring"))
    state.g.net.flat.mul_(3)
    found = plane_evaluation.EVALUATION.evaluate(state)
    shares = found["shares_10k"][1]
    assert 0.01 < shares.sum() < 1
    assert found["valid_10k"][1] == pytest.approx(shares.sum(), abs=1e-6)
    assert found["modes_covered_10k"][1] == (shares >= 0.01).sum()
    counts = [float(share) * 10_000 for share in shares]
    assert counts == pytest.approx([round(count) for count in counts], abs=0.01)
    assert any(round(count) % 4 for count in counts), "as if there were 2,500"


def test_a_blind_discriminator_is_at_the_equilibrium_of_the_losses():
    blind = train.start(SMALL.replace(packing=4))
    blind.d.net.flat.zero_()
    found = plane_evaluation.EVALUATION.evaluate(blind)
    assert found["d_loss_10k"][0] == pytest.approx(math.log(4), abs=1e-6)
    assert found["g_loss_10k"][0] == pytest.approx(math.log(2), abs=1e-6)
    assert found["d_accuracy_10k"][0] == 0.5


def test_a_run_that_went_further_is_measured_at_its_target(place, here):
    long = PAIR[0].replace(steps=60)
    here.submit(long, "somebody")
    finish(place, here)
    state = train.start(PAIR[0])
    while state.step < 20:
        train.update(state)
    mine = tables.finals(place.table(TINY)).query("arm == 'one'")
    assert mine["valid_10k"].tolist() == pytest.approx(
        plane_evaluation.EVALUATION.evaluate(state)["valid_10k"].tolist(), abs=1e-6
    )
    assert mine["step"].tolist() == [20, 20]


def test_a_cell_that_fails_does_not_stop_the_rest(place, here, monkeypatch, capsys):
    from_seed_0 = train.start
    monkeypatch.setattr(train, "start", lambda config: 1 / 0 if config.seed == 1 else from_seed_0(config))
    assert finish(place, here).done == 3
    assert "crash" in capsys.readouterr().err
    assert not place.finished(TINY.arms["more"][1])


class Deadly(Here):
    """Says of the first wishes of a seed 1 that its worker died at the given steps."""

    def __init__(self, store, steps):
        super().__init__(store)
        self.steps = steps

    def status(self, key, viewer=None):
        if self.submitted[-1].seed == 1 and self.steps:
            return RunStatus("failed", self.steps.pop(0), note="worker_died")
        return super().status(key, viewer)


@pytest.mark.parametrize(("steps", "done"), [([3, 7], 4), ([3, 3], 3), ([0, 1, 2], 4)])
def test_a_cell_whose_workers_die_is_tried_again_as_long_as_it_gets_further(place, here, steps, done, capsys):
    deadly = Deadly(here.store, list(steps))
    last = finish(place, deadly)
    assert (last.done, last.failed) == (done, 4 - done)
    assert sum(config.seed == 1 for config in deadly.submitted) == (len(steps) + 1 if done == 4 else 2)
    assert ("worker_died" in capsys.readouterr().err) == (done == 3)


def test_a_study_is_patient_with_a_silent_worker(place, here):
    here.store.wish("run", {"kind": "plane"}, 9, "study")
    here.store.claim("there/0/1")
    clock = here.store.clock
    here.store.clock = lambda: clock() + executors.PATIENCE - 5
    sweep(here.store, "there", executors.PATIENCE)
    assert here.store.run("run").state == "running"
    sweep(here.store, "there")
    assert here.store.run("run").state == "interrupted"


def test_a_diverged_cell_is_finished(place, here):
    wild = Study(
        arms={"wild": (SMALL.replace(loss="wasserstein", d_lr=1.0, optimizer="sgd", steps=3000),)}, protocol=""
    )
    finish(place, here, wild)
    (last,) = tables.finals(place.table(wild)).to_dict("records")
    assert 0 < last["died"] == last["step"] < 3000


PLANE = [name + evaluation.SUFFIX for name in (*gan_evaluation.JUDGED, *METRICS)]
FINALS = pd.DataFrame(
    {
        "arm": ["a"] * 5 + ["b"] * 2 + ["a"],
        "g_updates": [9] * 8,
        "d_updates": [18] * 8,
        "steps_per_s": [2.0] * 8,
        "died": [-1] * 5 + [7] + [-1] * 2,
        "modes_covered_10k": [1, 2, 2, 1, 8, 3, 4, math.nan],
        "valid_10k": [0.9, 0.8, 0.7, 1.0, 0.1, 0.5, 0.6, math.nan],
        "shares_10k": [[0.1]] * 7 + [None],
    }
).reindex(columns=[*("arm", "g_updates", "d_updates", "steps_per_s", "died", "shares_10k"), *PLANE])


def test_medians_by_hand():
    found = tables.medians(FINALS, ["modes_covered_10k", "valid_10k"])
    assert found.loc["a"].tolist() == pytest.approx([2, 0.8])
    assert found.loc["b"].tolist() == pytest.approx([3.5, 0.55])
    assert tables.spread(FINALS["valid_10k"]) == pytest.approx((0.7, 0.1, 1.0))


def test_expectations_by_hand():
    median = tables.check(FINALS, Expected("a", "valid", 0.75, 0.85))
    most = Expected("a", "modes_covered", 0, 2, least=4)
    assert median is not None
    assert (median.holds, median.within, median.seeds) == (True, 1, 5)
    assert tables.check(FINALS, most).holds
    assert not tables.check(FINALS, Expected("a", "modes_covered", 0, 1, least=4)).holds
    assert not tables.check(FINALS, Expected("b", "valid", 0.56, 1)).holds
    assert tables.check(FINALS, Expected("absent", "valid", 0, 1)) is None


def test_the_markdown_says_what_was_found():
    text = tables.markdown(FINALS, [Expected("b", "valid", 0.6, 1, "0.9 ± 0.1"), Expected("a", "valid", 0.7, 0.9)])
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if "|" in line}
    assert "| 5 | 9 | 18 | 2 [1, 8] | 0.800 [0.100, 1.000] | – |" in text
    assert "0.9 ± 0.1 | 0.6 to 1 | 0.550 | 1 of 2 | **no**" in text
    assert rows["`b`"].endswith("| 1 of 2 | **no** |")
    assert "| `b` | 2 (1 diverged) |" in text
    assert "1 of 2 expectations hold." in text
    assert rows["`a`"].endswith("| 3 of 5 | yes |")


SEEDS = {"digits_k": 3, "digits_10k": 1, "lab": 16, "cures_ring": 16, "cures_grid": 16, "beside": 16}


@pytest.mark.parametrize("name", STUDIES)
def test_studies_are_sound(name):
    grid = STUDIES[name]
    cells = list(grid.cells)
    assert len(set(cells)) == len(cells)
    kind = tables.evaluation(cells[0][1].kind)
    for arm in grid.arms.values():
        members = [(config.seed, m) for config in arm for m in range(getattr(config, "members", 1))]
        assert len(members) == len(set(members)) == SEEDS.get(name, 5)
    for one in grid.expected:
        assert one.arm in grid.arms
        assert one.measure in kind.measures
        assert one.low < one.high


def test_seeds_one_by_one_where_side_by_side_is_too_much():
    heavy = STUDIES["k"].arms["r1_k50"]
    assert heavy == one_by_one(heavy[0])
    with pytest.raises(ConfigError, match="arithmetic"):
        side_by_side(heavy[0])


@pytest.mark.whole
def test_the_command_lists_runs_and_shows(place, here, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(study, "STUDIES", {"tiny": TINY})
    monkeypatch.setattr(study, "compute", lambda name, grid, where, *_: finish(where, here, grid).failed)
    arguments = ["--place", str(place.path), "--out", str(tmp_path / "out")]
    assert study.main(arguments) == 0
    assert "tiny       0/4 cells finished" in capsys.readouterr().out
    study.main(["tiny", "--table", *arguments])
    assert "no cell is finished" in capsys.readouterr().out
    study.main(["tiny", *arguments])
    assert "| `more` | 2 | 20 | 40 |" in capsys.readouterr().out
    monkeypatch.setattr(study, "compute", lambda *_: 2)
    assert study.main(["tiny", *arguments]) == 1, "two cells failed"
    kept = pd.read_parquet(tmp_path / "out" / "tiny.parquet")
    pd.testing.assert_frame_equal(
        tables.finals(kept)[["arm", "valid_10k"]], tables.finals(place.table(TINY))[["arm", "valid_10k"]]
    )


PAIRED = Study(arms={"one.a": PAIR, "two.a": PAIR, "two.b": (SMALL.replace(d_steps=2),)}, protocol="")


def shipped_by(tmp_path, grid):
    """The table of a study that was computed on another machine."""
    other = StudyStore(tmp_path / "other")
    with Store(other.path) as store:
        finish(other, Here(store), grid)
    return other.table(grid).assign(steps_per_s=-1.0)


def rows_by_arm(table):
    """Number of rows, and whether they ship, of each arm."""
    return {arm: (len(rows), set(rows["steps_per_s"]) == {-1.0}) for arm, rows in table.groupby("arm", sort=False)}


def test_the_command_computes_one_arm_and_keeps_the_shipped_rows_of_the_others(place, here, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "STUDIES", {"tiny": PAIRED})
    monkeypatch.setattr(study, "compute", lambda name, grid, where, *_: finish(where, here, grid).failed)
    shipped, out = shipped_by(tmp_path, PAIRED), tmp_path / "out"
    tables.write(shipped, out / "tiny.parquet")
    assert study.main(["tiny", "--arms", "one.", "--place", str(place.path), "--out", str(out)]) == 0
    assert here.submitted == list(PAIR)
    table, frames = pd.read_parquet(out / "tiny.parquet"), len(frame_steps(20))
    own, kept = {"one.a": (2 * frames, False)}, {"two.a": (2 * frames, True), "two.b": (frames, True)}
    assert rows_by_arm(table) == own | kept, "two.a is finished here, too, but nobody asked for it"
    pd.testing.assert_frame_equal(table.drop(columns="steps_per_s"), shipped.drop(columns="steps_per_s"))


@pytest.mark.whole
def test_a_shipped_arm_stays_until_all_its_seeds_are_finished(place, here, tmp_path):
    shipped = shipped_by(tmp_path, TINY)
    finish(place, here, TINY.first(1))
    assert rows_by_arm(place.table(TINY, shipped))["more"] == (2 * len(frame_steps(20)), True)
    finish(place, here)
    assert not any(kept for _, kept in rows_by_arm(place.table(TINY, shipped)).values())


def test_shipped_rows_of_another_config_or_of_no_arm_are_dropped(place, tmp_path):
    shipped = shipped_by(tmp_path, TINY)
    changed = {"one": TINY.arms["one"], "longer": (PAIR[0].replace(steps=30),), "more": (SMALL.replace(d_steps=3),)}
    assert list(rows_by_arm(place.table(Study(arms=changed, protocol=""), shipped))) == ["one"]
    assert list(rows_by_arm(place.table(TINY.only("one"), shipped))) == ["one"]


def test_a_new_arm_labels_the_shipped_rows_with_what_it_varies(place, here, tmp_path):
    shipped, wide = shipped_by(tmp_path, TINY.only("one")), SMALL.replace(batch_size=16)
    grid = Study(arms={"one": PAIR, "wide": (wide,)}, protocol="")
    assert "batch_size" not in shipped
    finish(place, here, grid.only("wide"))
    assert place.table(grid, shipped).groupby("arm")["batch_size"].unique().map(list).to_dict() == {
        "one": [8],
        "wide": [16],
    }


@pytest.mark.parametrize("arguments", [["--arms", "one"], ["ring", "--arms", "nonsense"]])
def test_a_prefix_of_no_arm_is_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        study.main(arguments)
    assert "expected the beginning of an arm's name" in capsys.readouterr().err


# What ships


def test_what_ships_are_studies():
    assert set(SHIPPED) <= set(STUDIES)


def test_the_document_says_what_is_not_yet_measured(place, here, tmp_path, monkeypatch):
    finish(place, here, TINY.first(1))
    monkeypatch.setattr(study, "STUDIES", {"tiny": TINY, "other": Study(arms={"one": PAIR}, protocol="Another.")})
    study.main(["tiny", "--table", "--place", str(place.path), "--out", str(tmp_path)])
    text = study.document(tmp_path)
    assert text.index("| `longer` | 2 | 31 | 31 |") < text.index("Not yet measured: `more` (1 of 2 seeds).")
    assert text.endswith("## other\n\nAnother.\n\nNot yet measured: `one`.\n")


def test_the_document_is_that_of_the_tables():
    assert study.DOCS.read_text() == study.document()


def whole(name, arm):
    """The first steps of another cell, for whole runs."""
    return pytest.param(name, arm, tables.EARLY, marks=pytest.mark.whole)


@pytest.mark.parametrize(
    ("name", "arm", "step"),
    [
        ("ring", "vanilla", 63),
        ("k", "nonsaturating_k5", tables.EARLY),
        ("lab", "no_cure.fixed", tables.EARLY),
        ("cures_ring", "ema", tables.EARLY),
        *(whole("lab", arm) for arm in ("vanishing.broken", "losses.weak_d", "no_constraint.broken")),
        *(whole("lab", arm) for arm in ("labels_swapped.broken", "zero_grad_missing.broken")),
        *(whole("cures_ring", arm) for arm in ("unrolling", "minibatch_discrimination")),
        *(whole("cures_grid", arm) for arm in ("wgan_gp", "r1_r2_relativistic", "instance_noise")),
    ],
)
def test_shipped_evidence_can_be_computed_again(name, arm, step):
    """The first steps of a cell, member by member; single points may fall otherwise on another machine."""
    table, config = tables.load(name), STUDIES[name].arms[arm][0]
    step = frame_steps(step)[-1]
    state = train.start(config)
    while state.step < step:
        train.update(state)
    own = (table["arm"] == arm) & (table["key"] == config.key())
    shipped = table[own & (table["step"] == step)].sort_values("member")
    assert len(shipped) == config.members, "another ENGINE or other fields: run the study again"
    frame = train.snapshot(state)
    for column, slack in {"d_loss": 0.01, "g_loss": 0.01, "d_accuracy": 0.02, "fools": 0.02}.items():
        measured = pytest.approx(shipped[column].tolist(), abs=slack, nan_ok=True)
        assert getattr(frame, column).tolist() == measured, column
    for column, slack in {"valid": 0.01, "mode_tv": 0.01, "js": 0.01}.items():
        assert frame.metrics[column].tolist() == pytest.approx(shipped[column].tolist(), abs=slack), column
