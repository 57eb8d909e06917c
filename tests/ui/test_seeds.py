"""The seed strip: its records say what the frames say, its verdicts are the player's, training so many is bounded."""

import json
import struct
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from visits import held, opened, quiet_server, sound  # noqa: F401

from ganlab.data.plane import DATASETS
from ganlab.gan.rng import stream
from ganlab.kind.fields import ConfigError
from ganlab.links import identity, to_query
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import deciding_steps, verdict
from ganlab.plane.frame import pack, unpack
from ganlab.plane.metrics import measure
from ganlab.plane.train import snapshot, start, train
from ganlab.presets import PRESETS
from ganlab.store import recording
from ganlab.store.frame_cache import FrameCache
from ganlab.store.recording import RECORDED
from ganlab.store.runs import Store
from ganlab.ui.arena import playback, seeds
from ganlab.ui.players import seed_strip
from ganlab.ui.players.seed_strip import FULL, POINTS, VERDICTS
from ganlab.ui.run import server
from ganlab.ui.run.experiment import ARENA

PAGE = "pages/lab/arena.py"
SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=12, members=3)
HEAD = struct.Struct("<IBxxx")


def read(record):
    lit, place = HEAD.unpack_from(record)
    fill = np.frombuffer(record, "u1", FULL, HEAD.size)
    return lit, VERDICTS[place], fill, np.frombuffer(record, "u1", 2 * POINTS, HEAD.size + FULL).reshape(-1, 2)


def frame_of(dataset, points):
    """A frame of one member whose points are these."""
    config = PlaneConfig(dataset=dataset, g_width=4, d_width=4, batch_size=16)
    data = DATASETS[dataset]
    frame = snapshot(start(config))

    metrics, shares = measure(points[None], data)
    whole = replace(frame, fake=points[None, :512].astype("f4"), shares=shares.astype("f4"), metrics=metrics)
    return unpack(pack(whole, data.extent)[0], data.extent), data


@pytest.mark.parametrize("dataset", ["ring", "grid_5x5", "swiss_roll"])
def test_the_lamps_are_the_covered_modes(dataset):
    drawn = DATASETS[dataset].sample(2500, stream(0, "test")).numpy()
    drawn[drawn[:, 0] > 0.5] = drawn[0]  # the right half is lost
    frame, data = frame_of(dataset, drawn)
    lit, found, fill, _ = read(seed_strip.record(frame, "smear", data.extent))
    expected = frame.metrics["cells_covered"][0] * 32 if data.modes is None else frame.metrics["modes_covered"][0]
    assert lit.bit_count() == round(float(expected)) > 0
    assert found == "smear"
    of = frame.shares.shape[1]
    assert np.allclose(fill[:of], np.clip(frame.shares[0] * of / 2, 0, 1) * 255, atol=1)
    assert not fill[of:].any()


def test_points_are_where_they_are_and_those_out_of_sight_are_not_shown():
    points = np.zeros((2500, 2))
    points[:4] = [[0, 0], [2.9, -2.9], [9, 0], [np.nan, 0]]
    frame, data = frame_of("ring", points)
    *_, spots = read(seed_strip.record(frame, "collapse", data.extent))
    assert spots[0].tolist() == [128, 128]
    expected = (np.array([2.9, -2.9]) / data.extent + 1) * 127 + 1
    assert np.abs(spots[1] - expected).max() <= 0.6
    assert not spots[2:4].any()


# Of a run


@pytest.fixture
def run():
    """A run with three members that ships."""
    blobs = [(frame.step, pack(frame, DATASETS["ring"].extent, 0.0)) for frame in train(SMALL)]
    frames = [(step, member, blob[member]) for step, blob in blobs for member in range(3)]
    facts = {"key": SMALL.key(), "config": SMALL.to_json(), "step": 12, "frames": frames, "checkpoint": None}
    whole = recording.Recording(SMALL.engine, **facts, threads=1, precision="highest", steps_per_s=100.0, seconds=0.0)
    recording.write(whole, server.RECORDED / f"{SMALL.key()}.zip")


def head(app):
    """The strip's message: its JSON, and how long what follows is."""
    data = next(part.proto.bytes for part in app.get("bidi_component") if b'"shown"' in part.proto.bytes[:400])
    size = struct.unpack_from("<I", data)[0]
    return json.loads(data[4 : 4 + size]), len(data) - 4 - size


def test_the_verdicts_are_those_of_the_player(run, monkeypatch):
    server.service()
    read_for = []
    monkeypatch.setattr(seeds, "verdict", lambda some, config: read_for.append(some) or verdict(some, config))
    known = playback.film_of(SMALL.key(), 2, SMALL).grow(2, 12)
    told = seeds.Strip(SMALL).at(known, known)
    film = playback.film_of(SMALL.key(), 2, SMALL)
    assert [read(told[step][2])[1] for step in known] == [film.verdict(step).key for step in known]
    assert len(known) == 13
    expected = [deciding_steps(known[: i + 1]) for i in range(13)]
    assert [[frame.step for frame in some] for some in read_for[:13]] == expected


@pytest.mark.whole
def test_the_deciding_frames_alone_decide():
    """Over a run that goes through several verdicts, on every frame."""
    config = PlaneConfig(
        g_width=24, d_width=24, batch_size=64, g_lr=2e-3, d_lr=2e-3, steps=260, dataset="two_gaussians"
    )
    frames, found = list(train(config)), set()
    for i in range(len(frames)):
        steps = deciding_steps([other.step for other in frames[: i + 1]])
        recent = [other for other in frames[: i + 1] if other.step in steps]
        whole = verdict(frames[: i + 1], config)
        assert verdict(recent, config).key == whole.key
        found.add(whole.key)
    assert len(found) > 1


def test_the_strip_shows_every_member_and_a_click_shows_one_large(run):
    app = opened(PAGE, to_query(SMALL, "a.") | {"a.member": "1"})
    told, length = head(app)
    assert (told["run"], told["members"], told["shown"], told["modes"], told["whole"]) == (SMALL.key(), 3, 1, 8, 8)
    assert told["steps"] == [*range(13)]
    assert length == 13 * 3 * (HEAD.size + FULL + 2 * POINTS)
    assert "a.seeds.train" not in [button.key for button in app.button]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"member": 2}, 2),
        ({"member": 3}, 0),
        ({"member": True}, 0),
        ({"member": 1, "run": "other"}, 0),
        ("x", 0),
        (None, 0),
    ],
)
def test_only_a_member_of_this_run_can_be_picked(monkeypatch, sent, shown):
    state = {"a.config": SMALL, "a.preset": "ring", "a.member": 0}
    for module in ("ganlab.ui.arena.seeds", "ganlab.ui.run.experiment", "ganlab.ui"):
        monkeypatch.setattr(f"{module}.st.session_state", state)
    state[seeds.KEY] = {"pick": {"run": SMALL.key()} | sent if isinstance(sent, dict) else sent}
    seeds.pick(ARENA)
    assert ARENA.member == shown
    assert bool(state.get(seeds.NEWS)) == bool(shown)


def test_a_whole_message_is_small():
    record = bytes(HEAD.size + FULL + 2 * POINTS)
    records = {step: [record] * 16 for step in range(seeds.KEY_FRAMES)}
    facts = {"run": "x", "shown": 0, "members": 16, "extent": 3.0, "modes": 8, "live": False, "lang": "es"}
    assert len(seed_strip.message(real=np.ones((512, 2)), records=records, **facts)) < 250_000


# Training so many


def test_as_many_are_trained_as_are_accepted():
    assert seeds.most(PlaneConfig())[0].members == 16
    heavy = PlaneConfig(d_steps=100, batch_size=512)
    many, why = seeds.most(heavy)
    assert (many, why.reason) == (heavy.replace(members=4), "too_slow")
    with pytest.raises(ConfigError):
        heavy.replace(members=8)
    assert seeds.most(heavy.replace(batch_size=1024))[0] is None


def test_one_press_trains_sixteen():
    app = opened(PAGE, to_query(SMALL.replace(members=1), "a."))
    sound(app.button(key="a.seeds.train").click().run())
    assert held(app, ARENA) == SMALL.replace(members=16)
    assert server.service().status(held(app, ARENA).key(), "").state == "queued"
    assert head(app)[0]["members"] == 16


def test_the_lottery_that_ships_has_fewer_frames_of_the_others_and_shows_all_the_same(tmp_path, monkeypatch):
    config = PRESETS["ring_seeds"]
    with Store(tmp_path / "fresh") as store:
        store.import_recording(RECORDED / "ring_seeds.zip", identity)
        cache = FrameCache(store, config.key())
        monkeypatch.setattr(seeds, "service", lambda: SimpleNamespace(frame_cache=lambda key: cache))
        steps = seeds.shared(config)
        assert steps[-1] == config.steps
        assert len(steps) < len(cache.steps())
        moments = seeds.Strip(config).at(steps, steps)
    assert [len(members) for members in moments.values()] == [config.members] * len(steps)
