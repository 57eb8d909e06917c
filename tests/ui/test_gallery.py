"""The prepared experiments: their pictures and words, what ships of them, the gallery that opens them."""

import re
from itertools import product

import numpy as np
import pytest
from schedules import frame_steps
from visits import captions, held, opened, quiet_server, record, sound  # noqa: F401

from ganlab.data.plane import DATASETS
from ganlab.digits import frame as digits_frame
from ganlab.kinds import KINDS
from ganlab.links import identity
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import RECENT, covered
from ganlab.plane.frame import unpack
from ganlab.plane.train import train
from ganlab.presets import PLANE_PRESETS, PRESETS
from ganlab.store import recording
from ganlab.store.recording import RECORDED, Recording
from ganlab.ui.arena import gallery
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.text import LANGUAGES, text
from scripts.record import NO_CHECKPOINT, OTHERS, shipped

SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=20)
ROOM, BESIDE = 12e6, 8e6
"""Bytes of the lab's recordings together, and of those of lessons, quiz and flow matching."""


def ends(config):
    frame = list(train(config))[-1]
    return [frame.member(i) for i in range(config.members)]


# Pictures


def places(svg, colour):
    """Where a picture has dots of a colour."""
    paths = re.findall(f'<path d="([^"]*)" stroke="{colour}"', svg)
    return np.array([[int(x), int(y)] for path in paths for x, y in re.findall(r"M(\d+) (\d+)h0", path)])


def test_a_picture_shows_the_generated_points_where_they_are():
    (end,) = ends(SMALL)
    svg = gallery.picture(SMALL, [end])
    extent = DATASETS[SMALL.dataset].extent
    shown = end.fake[0][: gallery.POINTS]
    due = (1 + shown * (1, -1) / extent) * gallery.SIDE / 2
    assert np.abs(places(svg, gallery.GENERATED) - due).max() <= 0.5
    assert len(places(svg, gallery.REAL)) > 200
    assert len(svg) < 8000


def test_points_out_of_view_and_those_of_a_divergence_are_left_out():
    points = np.array([[0, 0], [9, 0], [np.nan, 0], [np.inf, 1], [0, -1.5]])
    assert gallery.dots(points, 3.0, 200, np.zeros(2)) == "M100 100h0M100 150h0"


def test_several_members_share_a_picture_each_in_its_own_square():
    several = SMALL.replace(members=4, steps=2)
    spots = places(gallery.picture(several, ends(several)), gallery.GENERATED)
    quarter, squares = gallery.SIDE / 2, np.array(list(product((0, 1), repeat=2)))
    assert len(np.unique(spots // quarter, axis=0)) == len(squares)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_end_in_words(lang):
    assert gallery.fate(ends(SMALL), lang) == text("gallery.fate.modes", lang, m=0, of=8)
    assert text("gallery.fate.cells", lang, m=0, of=32)[1:] in gallery.fate(ends(SMALL.replace(dataset="moons")), lang)
    several = ends(SMALL.replace(members=3))
    counts = [covered(end, 0) for end in several]
    facts = {"members": 3, "least": min(counts), "most": max(counts), "of": 8}
    assert gallery.fate(several, lang) == text("gallery.fate.members", lang, **facts)
    wild = SMALL.replace(loss="least_squares", optimizer="sgd", g_lr=1.0, d_lr=1.0, g_width=64, d_width=64)
    (end,) = ends(wild)
    assert gallery.fate([end], lang) == text("gallery.fate.diverged", lang, step=int(end.diverged_at[0]))


# What ships


def whole(members=1, steps=500, checkpoint=(500, b"x")):
    frames = [(step, m, bytes([m])) for step in frame_steps(steps) for m in range(members)]
    facts = {"key": "k", "config": {}, "step": steps, "threads": 1, "precision": "highest", "steps_per_s": 1.0}
    return Recording(1, **facts, frames=frames, checkpoint=checkpoint)


def test_a_part_of_a_run_ships_with_its_whole_last_tenth():
    part = shipped(whole(), 48, True)
    steps = [step for step, _, _ in part.frames]
    tail = [step for step in frame_steps(500) if step >= (1 - RECENT) * 500]
    assert steps[0] == 0
    assert steps[-len(tail) :] == tail
    assert len(steps) == 48 + len(tail)
    assert part.checkpoint == (500, b"x")


def test_other_members_ship_fewer_frames_and_a_checkpoint_may_stay_behind():
    part = shipped(whole(members=3), 48, False)
    count = [sum(member == m for _, member, _ in part.frames) for m in range(3)]
    tail = count[0] - 48
    assert count[1:] == [OTHERS + tail] * 2
    assert part.checkpoint is None


def test_thinning_again_takes_nothing_more():
    once = shipped(whole(members=3), 48, True)
    assert shipped(once, 48, True) == once


@pytest.mark.parametrize("name", PLANE_PRESETS)
def test_every_prepared_run_ships_trained_to_its_end(name):
    config, found = PRESETS[name], recording.read(RECORDED / f"{name}.zip", identity)
    assert found.key == config.key()
    last = unpack(found.frames[-1][2], DATASETS[config.dataset].extent)
    assert found.step == config.steps or last.outcome == "diverged"
    assert {member for _, member, _ in found.frames} == set(range(config.members))
    assert len([step for step, member, _ in found.frames if member == 0]) <= KINDS["plane"].recorded + 12
    assert (found.checkpoint is None) == (name in NO_CHECKPOINT or last.outcome == "diverged")


def test_digits_that_are_shown_at_once_are_those_of_the_preset():
    for name in ("digits_dense", "digits", "digits_k50"):
        config, found = PRESETS[name], recording.read(RECORDED / f"{name}.zip", identity)
        last = digits_frame.unpack(found.frames[-1][2])
        assert (found.key, found.step, last.step, last.outcome) == (config.key(), config.steps, config.steps, "")
        assert len(last.sheet) == 64


def test_no_recording_says_how_long_it_took_on_a_machine_that_may_have_been_busy():
    assert {recording.read_summary(file, identity)["seconds"] for file in RECORDED.glob("*.zip")} == {0}


def test_the_recordings_are_small_together():
    flows = {file: file.stat().st_size for file in RECORDED.glob("flow_*.zip")}
    assert 0 < sum(flows.values()) <= BESIDE
    assert sum(file.stat().st_size for file in RECORDED.glob("*.zip") if file not in flows) <= ROOM


# The gallery


def test_the_gallery_shows_every_preset_and_opens_one(monkeypatch):
    monkeypatch.setitem(PRESETS, "swiss_roll", SMALL)
    record(SMALL)
    app = opened("pages/lab/arena.py")
    assert not [b for b in app.button if b.key == "a.gallery.swiss_roll"]
    sound(app.button(key="a.gallery").click().run())
    offered = [b.key for b in app.button if b.key.startswith("a.gallery.")]
    assert offered == [f"a.gallery.{name}" for name in PLANE_PRESETS]
    assert all(text(f"preset.about.{name}", "en") in captions(app) for name in PLANE_PRESETS)
    assert text("gallery.fate.modes", "en", m=0, of=8) in captions(app)
    untrained = text("gallery.card.untrained", "en")
    assert [caption.value for caption in app.caption].count(untrained) == len(PLANE_PRESETS) - 1
    sound(app.button(key="a.gallery.swiss_roll").click().run())
    assert held(app, ARENA) == SMALL
    assert app.query_params["a.preset"] == "swiss_roll"
    assert not [b for b in app.button if b.key == "a.gallery.ring"]
