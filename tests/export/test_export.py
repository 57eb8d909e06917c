"""What goes out comes back: curves as CSV, settings as JSON; and no file does harm."""

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganlab.data import points
from ganlab.data.plane import DATASETS
from ganlab.digits.config import DigitsConfig
from ganlab.export.settings import LARGEST, REASONS, SettingsError, metrics_csv, read_settings
from ganlab.game.frame import MEASURED
from ganlab.kind.fields import knobs
from ganlab.plane.config import PlaneConfig
from ganlab.plane.line import total_variation
from ganlab.plane.metrics import METRICS
from ganlab.plane.train import train

SMALL = PlaneConfig(g_width=8, d_width=8, batch_size=24, members=2, steps=4)
DRAWN = points.keep(np.array([[0.0, 1.0], [1.0, 0.0], [-1.0, 0.5]]), None)


@pytest.mark.parametrize("changes", [{}, {"loss": "relativistic", "dataset": "moons"}, {"g_steps": 0}])
@pytest.mark.parametrize("member", [0, 1])
def test_the_table_holds_every_number_of_every_frame_exactly(changes, member):
    frames = list(train(SMALL.replace(**changes)))
    rows = list(csv.DictReader(io.StringIO(metrics_csv(frames, member))))
    assert [int(row["step"]) for row in rows] == [0, 1, 2, 3, 4]
    for row, frame in zip(rows, frames, strict=True):
        assert (int(row["d_updates"]), int(row["g_updates"])) == (frame.d_updates, frame.g_updates)
        due = {name: getattr(frame, name)[member] for name in MEASURED}
        due |= {name: frame.metrics[name][member] for name in METRICS}
        due |= {f"share_{k + 1}": share for k, share in enumerate(frame.shares[member])}
        for name, value in due.items():
            told = np.float32(row[name]) if row[name] else np.float32("nan")
            assert np.array_equal(told, np.float32(value), equal_nan=True), name
        assert row["died"] == ""
        assert set(row) == {"step", "d_updates", "g_updates", "died", *due}


def test_a_line_is_also_measured_by_its_total_variation():
    config = SMALL.replace(dataset="uniform_1d", latent_dim=1, steps=1)
    frames = list(train(config))
    rows = list(csv.DictReader(io.StringIO(metrics_csv(frames, 1, config))))
    due = [total_variation(frame.curves[1, 1], DATASETS["uniform_1d"]) for frame in frames]
    assert [float(row["tv"]) for row in rows] == pytest.approx(due)
    assert 0 < due[0] <= 1
    assert "tv" not in metrics_csv(list(train(SMALL.replace(steps=1))), 1, SMALL).splitlines()[0].split(",")


def test_a_divergence_is_in_the_table():
    frames = list(train(PlaneConfig(optimizer="sgd", d_lr=1.0, loss="least_squares", g_lr=0.5, steps=400)))
    *_, last = csv.DictReader(io.StringIO(metrics_csv(frames)))
    assert int(last["died"]) == frames[-1].step
    assert "nan" not in metrics_csv(frames)


def test_no_frames_are_an_empty_table():
    assert metrics_csv([]).startswith("step,d_updates,g_updates,d_loss")
    assert metrics_csv([]).count("\n") == 1


# Settings


@pytest.mark.parametrize(
    "config",
    [
        PlaneConfig(),
        PlaneConfig(loss="hinge", dataset=DRAWN, members=4, edits=((40, "d_lr", 0.1), (50, "loss", "wasserstein"))),
        DigitsConfig(classes="013"),
    ],
    ids=["default", "rich", "digits"],
)
def test_settings_come_back_as_they_went(config):
    assert read_settings(json.dumps(config.to_json(), indent=1).encode()) == (config, [])
    assert read_settings(b"\xef\xbb\xbf" + json.dumps(config.to_json()).encode()) == (config, [])


def said(facts):
    config, notices = read_settings(json.dumps({"kind": "plane"} | facts).encode())
    return config, [(notice.field, notice.reason) for notice in notices]


@pytest.mark.parametrize(
    ("facts", "kept", "notices"),
    [
        ({"gamma": -1, "loss": "hinge"}, {"loss": "hinge"}, [("gamma", "range")]),
        ({"gamma": float("nan")}, {}, [("gamma", "range")]),
        ({"seed": 10**400}, {}, [("seed", "range")]),
        ({"gamma": 10**400}, {}, [("gamma", "range")]),
        ({"steps": "many", "nope": 1}, {}, [("steps", "type"), ("nope", "unknown")]),
        ({"dataset": ["ring"]}, {}, [("dataset", "choice")]),
        ({"dataset": "points:zzz"}, {}, [("dataset", "points")]),
        ({"packing": 3, "batch_size": 128}, {"batch_size": 128}, [("packing", "packing")]),
        ({"d_steps": 0, "g_steps": 0}, {"g_steps": 0}, [("d_steps", "nothing_trains")]),
        ({"edits": [[5, "g_steps", 0], [5, "d_steps", 0]]}, {}, [("edits", "nothing_trains")]),
        ({"edits": [[5, ["x"], {}]]}, {}, [("edits", "not_live")]),
        ({"edits": 7, "spectral_norm": 1}, {}, [("edits", "type"), ("spectral_norm", "type")]),
    ],
    ids=str,
)
def test_what_is_wrong_gives_way_with_a_notice(facts, kept, notices):
    assert said(facts) == (PlaneConfig(**kept), notices)


def test_a_notice_stays_short():
    edits = [[5, "d_steps", 0], [5, "g_steps", 0], *([step, "loss", "hinge"] for step in range(20))]
    _, (notice,) = read_settings(json.dumps({"kind": "plane", "edits": edits}).encode())
    assert (notice.field, len(notice.value)) == ("edits", 80)


@pytest.mark.parametrize(
    ("blob", "reason"),
    [
        (b"", "json"),
        (b"[]", "json"),
        (b'{"kind": "plane"', "json"),
        (b"[" * 5000, "json"),
        (b'{"kind": "plane", "seed": ' + b"9" * 5000 + b"}", "json"),
        (b"{}", "kind"),
        (b'{"kind": ["plane"]}', "kind"),
        (b'{"kind": "cars"}', "kind"),
        ('{"kind": "plane"}'.encode("utf-16"), "encoding"),
        (b" " * (LARGEST + 1), "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_file_of_settings_is_refused(blob, reason):
    with pytest.raises(SettingsError) as error:
        read_settings(blob)
    assert error.value.reason == reason
    assert reason in REASONS


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.whole
@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from([*knobs(PlaneConfig), "zzz"]), VALUES, max_size=6))
def test_no_settings_raise_and_every_bad_value_is_reported(facts):
    config, notices = read_settings(json.dumps(facts | {"kind": "plane"}).encode())
    reported = {notice.field for notice in notices}
    assert all(len(notice.value) <= 80 for notice in notices)
    for name, value in facts.items():
        if name not in reported:
            assert getattr(config, name) == knobs(PlaneConfig)[name].check(name, value)
