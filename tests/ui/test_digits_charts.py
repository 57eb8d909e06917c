"""The curves of runs on digits: one constant picture, one table by epochs, the course's claim beside measurements."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from schedules import digit_steps

from ganlab.digits.config import DigitsConfig
from ganlab.digits.frame import DigitsFrame, judgement
from ganlab.ui.digits import charts
from ganlab.ui.run import vega
from ganlab.ui.text import LANGUAGES, sentences

CONFIG = DigitsConfig(steps=1250)
CLASSIC = DigitsConfig(architecture="classic", batch_size=256, latent_dim=100, steps=160)


def frame(config, step, d_loss=1.3):
    one = {"d_loss": d_loss, "g_loss": 0.8, "penalty": math.nan, "d_grad": 4.0, "g_grad": 0.5}
    one |= {"d_accuracy": 0.6, "fools": 0.5, "d_mean": d_loss, "g_mean": 0.8}
    asked = judgement(config, step)
    metrics = {"accepted": 0.5, "digit_tv": 0.2} | ({"fid": 90.0} if asked == "full" else {})
    return DigitsFrame(
        **dict.fromkeys(("step", "d_updates", "g_updates"), step),
        epoch=config.epoch(step),
        sheet=np.empty((0, 28, 28), np.uint8),
        **{name: np.array([value], np.float32) for name, value in one.items()},
        metrics=metrics if asked else {},
        diverged_at=np.array([-1]),
        shares=np.array([0.2] * 5 + [0.0] * 5) if asked else np.empty(0),
    )


def drawn(config, lang="en", **frames):
    curve = charts.curves([frame(config, step, **frames) for step in digit_steps(config)], config)
    return curve, charts.table(curve, config, lang)


def test_a_curve_has_a_row_a_frame_and_counts_in_epochs():
    curve, _ = drawn(CONFIG)
    assert list(curve["step"]) == [CONFIG.epoch(step) for step in digit_steps(CONFIG)]
    judged = [bool(judgement(CONFIG, step)) for step in digit_steps(CONFIG)]
    assert list(curve["accepted"].notna()) == judged
    assert set(curve["covered"].dropna()) == {0.5}
    assert curve["fid"].notna().sum() == 8


def test_an_epochs_mean_stands_at_its_end():
    steps = digit_steps(CONFIG)
    frames = [frame(CONFIG, step, d_loss=float(step)) for step in steps]
    curve = charts.curves(frames, CONFIG)
    ends = [CONFIG.step_of(epoch) for epoch in range(1, 9)]
    assert [step for step, mean in zip(steps, curve["d_mean"], strict=True) if not math.isnan(mean)] == ends
    assert list(curve["d_mean"].dropna()) == ends


def test_an_epoch_that_is_not_complete_has_no_mean():
    frames = [frame(CONFIG, step) for step in digit_steps(CONFIG) if step < 400]
    assert charts.curves(frames, CONFIG)["d_mean"].notna().sum() == 2
    assert charts.curves([], CONFIG).empty


def test_levels_are_the_losss_and_the_floor_of_real_images():
    _, table = drawn(CONFIG)
    levels = table[table.kind == "level"]
    assert set(levels[levels.panel == "losses"].label) == {"log 4", "log 2"}
    assert levels[levels.panel == "fid"].y.iloc[0] == pytest.approx(5.0, abs=0.2)
    _, table = drawn(CONFIG.replace(classes="01"))
    assert not len(table[(table.kind == "level") & (table.panel == "fid")])


def test_everything_lies_inside_its_panel():
    _, table = drawn(CONFIG)
    for panel, (low, high) in {
        panel: table[(table.kind == "bound") & (table.panel == panel)].y for panel in charts.CURVES
    }.items():
        inside = table[(table.panel == panel) & table.kind.isin(["y", "name", "level"])]
        assert inside.y.between(low - 1e-9, high + 1e-9).all(), panel
    assert table[table.kind == "x"].step.max() <= 8


def test_the_claim_is_drawn_for_the_classic_networks_and_their_loss_alone():
    curve, table = drawn(CLASSIC)
    bands = table[table.kind == "claim"].set_index("series")
    assert tuple(bands.loc["d", ["y", "y2"]]) == (1.10, 1.18)
    assert tuple(bands.loc["g", ["y", "y2"]]) == (1.05, 1.15)
    assert set(bands.step) == {5}
    losses = table[(table.kind == "bound") & (table.panel == "losses")].y
    assert losses.max() >= 1.18
    assert "D 1.30, G 0.80" in charts.claim(curve, CLASSIC, "en")
    for other in (CONFIG, CLASSIC.replace(loss="hinge"), CLASSIC.replace(edits=((50, "loss", "hinge"),))):
        curve, table = drawn(other)
        assert not len(table[table.kind == "claim"])
        assert charts.claim(curve, other, "en") == ""


def test_a_run_before_epoch_five_has_measured_nothing_to_hold_against_the_claim():
    early = CLASSIC.replace(steps=80)
    curve, table = drawn(early)
    assert not len(table[table.kind == "claim"])
    assert "has not reached epoch 5" in charts.claim(curve, early, "en")


def test_without_a_judge_the_curves_say_so():
    curve, table = drawn(DigitsConfig(dataset="fashion_mnist", steps=938))
    assert (
        list(table[table.kind == "note"].set_index("panel").label[["quality", "fid"]])
        == ["no judge for these images"] * 2
    )
    assert curve["accepted"].isna().all()
    assert "accepted" not in charts.alt(curve, "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_is_constant_and_plain_json(lang):
    before = json.dumps(charts.spec(lang))
    drawn(CONFIG, lang)
    assert json.dumps(charts.spec(lang)) == before
    assert charts.spec(lang) is charts.spec(lang)
    assert [mark["name"] for mark in charts.spec(lang)["marks"]] == list(charts.CURVES)


def test_every_curve_and_end_is_a_column():
    curve, _ = drawn(CONFIG)
    columns = {one.scalar for curves in charts.CURVES.values() for one in curves}
    assert columns | {column for ends in charts.ENDS.values() for column in ends.values()} <= set(curve.columns)
    assert {one.series for curves in charts.CURVES.values() for one in curves} <= set(charts.COLOURS)


def test_a_sparse_curve_joins_what_a_whole_one_breaks():
    sparse, whole = (vega.curve_line(vega.Curve("d", "x", sparse=s), log=True) for s in (True, False))
    assert "data" in sparse
    assert "defined" not in json.dumps(sparse)
    assert "defined" in json.dumps(whole)
    assert "datum.x > 0" in json.dumps(whole)


def test_the_alternative_text_tells_the_end():
    curve, _ = drawn(CONFIG)
    said = charts.alt(curve, "es")
    assert "8,0" in said
    assert "50" in said
    assert charts.alt(charts.curves([], CONFIG), "en").endswith("no data yet.")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_said_of_keras_is_what_was_measured(lang):
    lines = (Path(__file__).parents[2] / "docs" / "keras.md").read_text().split("## ")[1].splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| ")][1:]
    assert "docs/keras.md" in sentences(lang)["digits_stage.chart.claim_tried"]
    assert rows[-1][0] == "7"
    outside = [row for row in rows if not (0.55 <= float(row[1]) <= 0.59 and 1.05 <= float(row[3]) <= 1.15)]
    assert outside == rows, "no epoch lies in both bands, as the sentence says"
