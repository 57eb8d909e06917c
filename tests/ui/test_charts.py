"""The curves: one constant picture, one table that holds all that varies."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from schedules import frame_steps

from ganlab.data.plane import DATASETS
from ganlab.game.verdict import Verdict
from ganlab.gan.losses import LOSSES
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import HEADER, SCALARS, pack
from ganlab.plane.metrics import js_floor
from ganlab.plane.train import train
from ganlab.ui.arena import charts
from ganlab.ui.run import axes, vega
from ganlab.ui.text import LANGUAGES, text

SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=5)


@pytest.fixture(scope="module")
def blobs():
    extent = DATASETS[SMALL.dataset].extent
    return {frame.step: pack(frame, extent)[0] for frame in train(SMALL)}


def levels(config, verdict=None, lang="en"):
    table = charts.table(charts.curves({}), config, verdict, lang)
    return {kind: table[table.kind == kind] for kind in ("level", "collapse", "note", "band", "bound", "x", "y")}


def test_curves_are_the_frames_scalars(blobs):
    curve = charts.curves(blobs)
    assert list(curve.step) == [0, 1, 2, 3, 4, 5]
    raw = np.frombuffer(blobs[3], "<f4", len(SCALARS), HEADER.size)
    assert curve.g_grad[3] == raw[SCALARS.index("g_grad")]
    assert np.isnan(curve.d_loss[0])


def test_the_table_holds_one_row_a_frame_and_the_rest_beside(blobs):
    table = charts.table(charts.curves(blobs), SMALL, None, "en")
    assert (table.kind == "").sum() == 6
    assert len(table) < 60


def test_equilibrium_levels_are_the_losss_own():
    assert list(levels(PlaneConfig())["level"].y) == pytest.approx([math.log(4), math.log(2)])
    assert list(levels(PlaneConfig())["level"].label) == ["log 4", "log 2"]
    assert not len(levels(PlaneConfig(loss="wasserstein"))["level"])


def test_levels_stand_only_while_the_loss_is_the_one_they_belong_to():
    changing = PlaneConfig(edits=((100, "loss", "wasserstein"),))
    assert not len(levels(changing)["level"])
    assert len(levels(PlaneConfig(edits=((100, "loss", "nonsaturating"),)))["level"]) == 2
    explained = text("chart.losses.equilibrium", "en")
    assert explained in set(levels(PlaneConfig())["note"].label)
    assert explained not in set(levels(changing)["note"].label)
    assert explained not in set(levels(PlaneConfig(loss="wasserstein"))["note"].label)


def swinging(**ends):
    """Curves whose G loss swings up to 9 in the first 30 of 1000 steps, then stays near 2."""
    step = np.array(frame_steps(1000), "f4")
    swing = 7 * np.exp(-(((step - 25) / 12) ** 2))
    curve = dict(d_loss=0.4, g_loss=2.2 + swing, js=0.5, d_grad=0.3, g_grad=8.0) | ends
    return charts.curves({}).reindex(range(len(step))).assign(step=step, **curve)


def drawn(curve, found=None, config=None):
    """Rows by kind, each with its pixels above the panel's foot."""
    table = charts.table(curve, config or PlaneConfig(steps=1000), found, "en")
    for panel, bound in table[table.kind == "bound"].groupby("panel"):
        height, back = axes.scale(panel, *bound.y)
        here = (table.panel == panel) & table.kind.isin(["level", "collapse", "tag", "name", "y"])
        table.loc[here, "at"] = [height(y) for y in table[here].y]
        assert [back(height(y)) for y in table[here].y] == pytest.approx(list(table[here].y))
    return {kind: rows for kind, rows in table.groupby("kind")}


COLLAPSED = Verdict("collapse", {"d_loss_collapse": 0.392, "g_loss_collapse": 2.197}, m=1, of=8)


def test_an_early_swing_does_not_flatten_what_follows():
    bounds = drawn(swinging(), COLLAPSED)["bound"]
    low, high = bounds[bounds.panel == "losses"].y
    assert low <= 0.392
    assert 2.2 < high <= 4


def test_the_level_of_a_collapse_is_named_above_the_curves_and_never_on_one():
    rows = drawn(swinging(), COLLAPSED)
    notes = rows["note"].set_index("panel").label
    assert notes["losses"] == "- - equilibrium  · · · 1 of 8 modes"
    assert "tag" not in rows
    critic = drawn(swinging(), COLLAPSED, PlaneConfig(steps=1000, loss="wasserstein"))["note"].set_index("panel").label
    assert critic["losses"] == "dotted: 1 of 8 modes"


def test_the_names_of_levels_stand_apart():
    rows = drawn(swinging(), COLLAPSED)
    named = pd.concat([rows["level"], rows["y"]])
    named = named[(named.panel == "losses") & (named.label != "")]["at"].sort_values()
    assert (np.diff(named) >= axes.APART).all()


@pytest.mark.parametrize(
    "ends",
    [
        {},
        {"d_grad": 8.0},
        {"d_loss": 2.2},
        {"d_loss": 2.3, "g_loss": 2.2},
        {"d_loss": 0.0, "g_loss": 0.0},
        {"g_loss": 1e9, "d_loss": 1e9},
        {"d_grad": 0.0},
        {"d_loss": np.nan},
    ],
)
def test_the_names_of_curves_never_meet(ends):
    rows = drawn(swinging(**ends))["name"]
    assert rows["at"].between(4, vega.TALL - 4).all()
    for _, panel in rows.groupby("panel"):
        assert (np.diff(panel["at"].sort_values()) >= axes.APART - 1e-6).all()


def test_a_collapse_adds_its_closed_form():
    found = Verdict("collapse", {"d_loss_collapse": 0.392, "g_loss_collapse": 2.197}, m=1, of=8)
    rows = levels(PlaneConfig(), found, "es")["collapse"]
    assert list(rows.y) == [0.392, 2.197]
    assert set(rows.label) == {"1 de 8 modos"}


def test_the_js_band_is_the_sampling_floor():
    assert levels(PlaneConfig())["band"].y.tolist() == [js_floor(DATASETS["ring"])[1]]


@pytest.mark.parametrize("loss", LOSSES)
def test_bounds_hold_the_levels_and_the_target(loss):
    rows = levels(PlaneConfig(loss=loss, steps=1234))
    low, high = rows["bound"][rows["bound"].panel == "losses"].y
    assert all(low <= y <= high for y in rows["level"].y)
    assert set(rows["bound"].step) == {0, 1234}


def test_wild_curves_have_finite_bounds_and_few_ticks():
    wild = (
        charts.curves({})
        .reindex(range(6))
        .assign(
            d_loss=[np.nan, 1, -3, 9e5, np.inf, 2],
            g_loss=0.0,
            d_grad=[0, 1e-30, 1e9, np.inf, np.nan, 1],
            g_grad=1.0,
            js=0.1,
            step=range(6),
        )
    )
    table = charts.table(wild, PlaneConfig(), None, "en")
    bounds = table[table.kind == "bound"]
    assert np.isfinite(bounds.y).all()
    assert (bounds[bounds.panel == "gradients"].y > 0).all()
    assert all(2 <= n <= 7 for n in table[table.kind == "y"].groupby("panel").size())


@pytest.mark.parametrize("last", [1, 5, 10, 12, 64, 500, 999, 6000, 20_000, 100_000])
def test_step_ticks_start_at_0_and_stay_inside(last):
    steps = [step for step, _ in charts.step_ticks(last, "en")]
    assert steps == sorted(set(steps))
    assert steps[0] == 0
    assert steps[-1] <= last


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_is_constant_and_carries_no_numbers_of_a_run(lang, blobs):
    before = repr(vega.spec(lang))
    charts.table(charts.curves(blobs), SMALL, None, lang)
    assert repr(vega.spec(lang)) == before
    assert vega.spec(lang) is vega.spec(lang)
    assert "values" not in before


def test_colours_come_from_the_theme():
    theme = (Path(__file__).parents[2] / ".streamlit/config.toml").read_text()
    assert theme.count('chartCategoricalColors = ["#2166ac", "#7b2d8e"') == 1
    assert theme.count('chartCategoricalColors = ["#7db8ff", "#d39be6"') == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_curves_can_be_read_aloud(lang, blobs):
    assert "5" in charts.alt(charts.curves(blobs), SMALL, lang)
    assert charts.alt(charts.curves({}), SMALL, lang)
