"""A link, a store and a recording of November 2026 (commit 68d1c29) still open, and mean the same runs."""

import json
import zipfile
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest

from ganlab.data.plane import DATASETS
from ganlab.digits import frame as digits_frame
from ganlab.links import from_json, from_query, identity, to_query
from ganlab.plane import frame
from ganlab.plane.metrics import EVAL_POINTS
from ganlab.plane.train import restore
from ganlab.presets import PRESETS
from ganlab.store import checkpoints
from ganlab.store.recording import RecordingError
from ganlab.store.runs import Store

HOME = Path(__file__).parents[1] / "keepsakes"
LINKS = json.loads((HOME / "links.json").read_text())
KEPT_PRESETS = json.loads((HOME / "presets.json").read_text())
PREFIX = {"plane": "a.", "digits": "m."}
PLANE, DIGITS = (key for _, key in LINKS.values())


@pytest.fixture
def kept(tmp_path):
    """The kept store, opened."""
    with zipfile.ZipFile(HOME / "store.zip") as file:
        file.extractall(tmp_path)
    with Store(tmp_path / "store") as store:
        yield store


@pytest.mark.parametrize("kind", LINKS)
def test_a_kept_link_means_the_same_run(kind, kept):
    """The same settings; the plane's run has another key since, as its engine rose."""
    link, key = LINKS[kind]
    config, notices = from_query(dict(parse_qsl(link.partition("?")[2])), kind, PREFIX[kind])
    assert not notices
    assert config == from_json(kept.run(key).config)
    assert (config.key() == key) == (type(config).engine == 1)


@pytest.mark.parametrize("name", KEPT_PRESETS)
def test_a_preset_that_links_name_keeps_its_settings(name):
    """Links hold what differs from a preset. Other settings get another name; new presets are added to the keepsake."""
    assert to_query(PRESETS[name]) == KEPT_PRESETS[name]
    assert KEPT_PRESETS.keys() == PRESETS.keys()


def test_a_kept_store_is_read_and_its_run_can_go_on(kept):
    row = kept.run(PLANE)
    config = from_json(row.config)
    assert (row.state, row.step) == ("done", 24)
    seen = frame.unpack(kept.frames(PLANE, 1)[24], DATASETS[config.dataset].extent)
    step, blob = next(kept.checkpoints.blobs(PLANE, 24))
    state = restore(config, checkpoints.decode(PLANE, step, blob))
    assert (seen.step, seen.judged, state.step) == (24, EVAL_POINTS, 24)
    assert np.array_equal(seen.d_loss, state.d.loss[1:].numpy())


def test_the_digits_of_a_kept_store_are_read(kept):
    row = kept.run(DIGITS)
    assert from_json(row.config).key() == DIGITS
    assert digits_frame.unpack(kept.frames(DIGITS, 0)[2]).sheet.any()


def test_a_kept_recording_of_an_older_engine_is_refused_with_both_numbers(tmp_path):
    """Its frames are not those that training makes now; they are read with the store above."""
    with Store(tmp_path) as store:
        with pytest.raises(RecordingError, match="engine=1: expected 2"):
            store.import_recording(HOME / "plane.zip", identity)
        assert not store.steps(PLANE)
