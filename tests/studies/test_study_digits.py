"""A study of runs on digits: computed to its end, gone on with, and its numbers worked out again by hand."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from few_images import few_images  # noqa: F401
from schedules import digit_steps
from study_here import Here, finish

from ganlab.data.images import everything, scaled
from ganlab.digits import evaluation as digits_evaluation
from ganlab.digits import train
from ganlab.digits.config import DigitsConfig
from ganlab.digits.judge import judge
from ganlab.digits.metrics import DIGIT_METRICS, fid
from ganlab.digits.reference import fid_floor, reference
from ganlab.game import evaluation as gan_evaluation
from ganlab.game.frame import MEASURED
from ganlab.gan.rng import stream
from ganlab.kind import evaluation
from ganlab.store.runs import Store
from ganlab.studies import study, tables
from ganlab.studies.executors import Local
from ganlab.studies.grids import EXACT, LIGHT, STUDIES, Study, one_by_one
from ganlab.studies.study import StudyStore

SMALL = DigitsConfig(batch_size=4, latent_dim=3, steps=5, ema=0.5)
EPOCH = DigitsConfig(classes="01", batch_size=112, latent_dim=2, steps=9)
"""The pass over the 1,000 images of two digits ends in its ninth batch."""
SPREAD = DigitsConfig(batch_size=8, latent_dim=4, steps=60, ema=0.9, seed=1)
"""Long enough for images that are like several digits, some of them accepted, and an average that lags behind."""
LONGER = SMALL.replace(d_steps=2, steps=6, precision="bfloat16")
TINY = Study(
    arms={"one": one_by_one(SMALL, 2), "longer": (LONGER,), "shorter": (LONGER.replace(steps=3),)}, protocol=""
)
SHORT = Study(arms={"one": one_by_one(SMALL, 2)}, protocol="")
N = 120
"""Images of the final evaluation here, 1 % of them a bit more than one."""
EVEN = (0.1,) * 10


@pytest.fixture(autouse=True)
def few_images_and_no_naps(monkeypatch):
    monkeypatch.setattr(study, "POLL", 0)
    monkeypatch.setattr(digits_evaluation, "FINAL", N)
    monkeypatch.setattr(digits_evaluation, "PART", 50)


@pytest.fixture
def place(tmp_path):
    return StudyStore(tmp_path / "studies")


@pytest.fixture
def here(place):
    with Store(place.path) as store:
        yield Here(store)


def trained(config):
    """The state at a run's target."""
    state = train.start(config)
    while state.step < config.steps:
        train.update(state)
    return state


def drawn(state):
    """What the shown G makes of the final evaluation's points, one at a time, (N, 28, 28)."""
    z = torch.randn(N, state.config.latent_dim, generator=stream(state.config.seed, "study", "z"))
    with torch.no_grad():
        return torch.cat([state.g_ema(z[i : i + 1])[:, 0] for i in range(N)])


@pytest.mark.whole
@pytest.mark.usefixtures("few_images")
def test_a_study_of_digits_is_computed_to_its_end_and_has_every_number(place, here):
    last = finish(place, here, TINY)
    assert (last.done, last.cells, last.share, last.left_s) == (4, 4, 1, 0)
    assert here.submitted.index(LONGER.replace(steps=3)) < here.submitted.index(LONGER)
    table = place.table(TINY)
    measured = [*gan_evaluation.JUDGED, *DIGIT_METRICS, "fid_floor", "shares"]
    due = {"arm", "d_steps", "run_precision", "key", "engine", "threads", "steps_per_s", "seed", "member", "members"}
    due |= {"steps", "step", "d_updates", "g_updates", "died", "epoch", "shares", *MEASURED, *DIGIT_METRICS}
    due |= {"trained", "held_out"}
    due |= {name + evaluation.SUFFIX for name in measured}
    assert set(table) == due
    last = tables.finals(table)
    assert last["arm"].tolist() == ["one", "one", "longer", "shorter"]
    assert last["step"].tolist() == [5, 5, 6, 3]
    assert last["seed"].tolist() == [0, 1, 0, 0]
    assert (table["d_updates"] == table["d_steps"] * table["step"]).all()
    assert last["run_precision"].tolist() == ["float32"] * 2 + ["bfloat16"] * 2
    assert table["precision"].isna().all(), "the metric, which is asked at the end of an epoch only"
    assert len(table) == 2 * len(digit_steps(SMALL)) + len(digit_steps(LONGER)) + 4
    has_the_floor_beside_the_distance(table)


def has_the_floor_beside_the_distance(table):
    """The table as Markdown."""
    head, _, *body = tables.markdown(table).splitlines()
    titles = [cell.strip() for cell in head.split("|")]
    assert titles.index("FID floor") == titles.index("FID") + 1
    assert "digits ≥ 1 %" in titles
    assert "modes ≥ 1 %" not in titles
    assert len(body) == 3


@pytest.mark.whole
@pytest.mark.usefixtures("few_images")
def test_a_stopped_study_of_digits_goes_on_and_ends_with_the_table_of_an_undisturbed_one(place, here, tmp_path):
    progress = study.run(SHORT, place, Local(here))
    while next(progress).done < 1:
        pass
    progress.close()
    again = Here(here.store)
    assert finish(place, again, SHORT).done == 2
    assert not set(again.submitted) & set(here.submitted)
    other = StudyStore(tmp_path / "other")
    with Store(other.path) as store:
        finish(other, Here(store), SHORT)
    paces = ["steps_per_s"]
    pd.testing.assert_frame_equal(place.table(SHORT).drop(columns=paces), other.table(SHORT).drop(columns=paces))


@pytest.mark.whole
@pytest.mark.usefixtures("few_images")
def test_the_final_numbers_are_those_of_the_shown_generator_worked_out_by_hand(place, here):
    grid = Study(arms={"one": (SPREAD,)}, protocol="")
    finish(place, here, grid)
    (row,) = tables.finals(place.table(grid)).to_dict("records")
    fake = drawn(trained(SPREAD))
    seen = judge(fake)
    share = np.array([(seen.digits == digit).double().mean() for digit in range(10)])
    sure = seen.confidence >= 0.9
    accepted = np.array([((seen.digits == digit) & sure).double().mean() for digit in range(10)])
    assert 0 < accepted.sum() < 1 < (share > 0).sum()
    assert row["shares_10k"].tolist() == pytest.approx(share.tolist(), abs=1e-6)
    assert row["digits_covered_10k"] == (share >= 0.01).sum()
    assert row["digits_accepted_10k"] == (accepted >= 0.01).sum()
    assert row["accepted_10k"] == pytest.approx(accepted.sum(), abs=1e-6)
    assert row["digit_tv_10k"] == pytest.approx(np.abs(share - 0.1).sum() / 2, abs=1e-6)
    assert row["fid_10k"] == pytest.approx(fid(seen, reference(EVEN)), rel=1e-3)
    assert row["fid_floor_10k"] == pytest.approx(fid_floor(N, EVEN), rel=1e-6)
    assert row["fid_10k"] > row["fid_floor_10k"]


@pytest.mark.parametrize("loss", ["nonsaturating", "least_squares", "relativistic"])
def test_d_s_numbers_worked_out_by_hand(loss):
    state = trained(SMALL.replace(loss=loss, seed=1))
    found = digits_evaluation.EVALUATION.evaluate(state)
    images, _ = everything("mnist_5k")
    real = scaled(images[torch.randperm(5000, generator=stream(1, "frame/real", 0))[:N]])
    with torch.no_grad():
        x, y = (state.d.net(batch)[:, 0] for batch in (real, drawn(state)[:, None]))
    threshold = {"nonsaturating": 0.0, "least_squares": 0.5}.get(loss)
    if threshold is None:
        assert found["d_loss_10k"][0] == pytest.approx(float((1 + (y - x).exp()).log().mean()), rel=1e-4)
        assert np.isnan([found["d_accuracy_10k"][0], found["fools_10k"][0]]).all()
    else:
        right = ((x > threshold).float().mean() + (y <= threshold).float().mean()) / 2
        assert found["d_accuracy_10k"][0] == pytest.approx(float(right), abs=1e-6)
        assert found["fools_10k"][0] == pytest.approx(float((y > threshold).float().mean()), abs=1e-6)
    if loss == "nonsaturating":
        by_hand = (1 + (-x).exp()).log().mean() + (1 + y.exp()).log().mean()
        assert found["d_loss_10k"][0] == pytest.approx(float(by_hand), rel=1e-4)
        assert found["g_loss_10k"][0] == pytest.approx(float((1 + (-y).exp()).log().mean()), rel=1e-4)


def test_a_blind_discriminator_of_digits_is_at_the_equilibrium_of_the_losses():
    blind = train.start(SMALL)
    blind.d.net.flat.zero_()
    found = digits_evaluation.EVALUATION.evaluate(blind)
    assert found["d_loss_10k"][0] == pytest.approx(math.log(4), abs=1e-6)
    assert found["g_loss_10k"][0] == pytest.approx(math.log(2), abs=1e-6)
    assert found["d_accuracy_10k"][0] == 0.5


@pytest.mark.whole
@pytest.mark.usefixtures("few_images")
def test_rows_have_the_judged_series_of_the_frames(place, here):
    grid = Study(arms={"epoch": (EPOCH,)}, protocol="")
    finish(place, here, grid)
    table = place.table(grid).set_index("step")
    for frame in train.train(EPOCH):
        seen = table.loc[frame.step]
        assert seen["d_loss"] == pytest.approx(float(frame.d_loss[0]), nan_ok=True)
        assert seen["epoch"] == pytest.approx(frame.epoch)
        assert pd.notna(seen["accepted"]) == bool(frame.metrics)
        for name, value in frame.metrics.items():
            assert seen[name] == pytest.approx(value, rel=1e-6, nan_ok=True), name
    assert table["accepted"].notna().tolist() == [step == 9 for step in table.index]
    assert table.loc[9, "shares"].tolist() == pytest.approx(frame.shares.tolist(), abs=1e-6)
    assert table.loc[9, "fid"] > 0
    assert np.isnan(table.loc[9, "fid_floor_10k"]), "no real images of two digits were compared"


@pytest.mark.whole
@pytest.mark.usefixtures("few_images")
def test_a_cell_of_digits_that_diverged_is_finished(place, here):
    wild = SMALL.replace(optimizer="sgd", d_lr=1.0, g_lr=1.0, loss="wasserstein", steps=60)
    grid = Study(arms={"wild": (wild,), "one": (SMALL,)}, protocol="")
    finish(place, here, grid)
    last = tables.finals(place.table(grid)).set_index("arm")
    assert 0 < last.loc["wild", "died"] == last.loc["wild", "step"] < 60
    assert last.loc["one", "died"] == -1
    assert "| `wild` | 1 (1 diverged) |" in tables.markdown(place.table(grid))


def test_broken_images_are_not_judged():
    found = digits_evaluation.judge_metrics(SMALL, torch.full((N, 1, 28, 28), torch.nan))
    assert np.isnan(found["accepted"])
    assert np.isnan(found["shares"]).all()
    assert found["fid_floor"] > 0


@pytest.mark.whole
def test_a_worker_process_computes_a_study_with_one_thread_whatever_the_kind_and_the_rows_say_so(place):
    grid = Study(arms={"one": (SMALL.replace(steps=1),)}, protocol="")
    study.compute("tiny", grid, place, slots=1, minutes=math.inf)
    assert set(place.table(grid)["threads"]) == {1}
    assert len(tables.finals(place.table(grid))) == 1


def test_the_k_sweep_compares_at_equal_updates():
    cells = STUDIES["digits_k"].arms
    assert len(cells) == 23
    for arm, configs in cells.items():
        for config in configs:
            d_updates = config.d_steps * config.steps
            assert d_updates == 5000 if "equal_d" in arm or "_k5" in arm.replace("_k50", "") else config.steps == 1000
            assert config.precision == ("float32" if arm.endswith("float32") else "bfloat16")
            assert (config.architecture, config.dataset, config.batch_size) == ("light", "mnist_5k", 64)
    assert cells["saturating_k50"][1].key() == cells["saturating_k50_equal_d"][1].key(), "one run, two cells"
    assert LIGHT.key() != EXACT.key()


@pytest.mark.whole
@pytest.mark.parametrize(
    ("name", "arm"), [("digits_k", "nonsaturating_k1_float32"), ("lab", "pixels.broken"), ("lab", "few_images.fixed")]
)
def test_shipped_evidence_of_digits_can_be_computed_again(name, arm):
    """The first steps of a cell, of those in float32: in bfloat16 another machine may round otherwise."""
    table, config, step = tables.load(name), STUDIES[name].arms[arm][0], tables.EARLY
    shipped = table[(table["arm"] == arm) & (table["key"] == config.key()) & (table["step"] == step)]
    assert len(shipped) == 1, "another ENGINE or other fields: run the study again"
    frame = train.snapshot(trained(config.replace(steps=step)))
    for column, slack in {"d_loss": 0.02, "g_loss": 0.02, "d_accuracy": 0.03, "fools": 0.03}.items():
        assert getattr(frame, column).tolist() == pytest.approx(shipped[column].tolist(), abs=slack), column
