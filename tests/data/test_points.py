"""A visitor's own points: what is taken, what they are called, where they are found, what is drawn from them."""

import base64
import dataclasses
import hashlib
import os

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sameness import assert_equal
from waiting import until

from ganlab.data import points
from ganlab.data.plane import DATASETS
from ganlab.data.point_files import LARGEST, parse_csv
from ganlab.data.points import (
    IN_NAME,
    INSIDE,
    JITTER,
    LEAST,
    LIMIT,
    MOST,
    PREFIX,
    REACH,
    REASONS,
    UNIT,
    PointsError,
    at_hand,
    canonical,
    count,
    fitted,
    inside,
    keep,
    pack,
    read,
    unpack,
    written,
)
from ganlab.data.user_files import use_store
from ganlab.digits.config import DigitsConfig
from ganlab.gan.rng import stream
from ganlab.kind.fields import ConfigError
from ganlab.links import at_hand as at_hand_config
from ganlab.links import differences, from_json, from_query, to_query
from ganlab.plane import metrics, train
from ganlab.plane.config import PlaneConfig
from ganlab.service.runs import Runs
from ganlab.store.runs import Store

CORNERS = np.array([[-2.0, -1.0], [2.0, 1.0], [0.0, 0.5]])
SMALL = {"g_width": 8, "d_width": 8, "batch_size": 24}


@pytest.fixture(autouse=True)
def here(tmp_path):
    """Points are looked for beside the test's own store."""
    use_store(tmp_path)


def cloud(n, seed=0):
    return np.random.default_rng(seed).uniform(-LIMIT, LIMIT, (n, 2))


def refused(function, *args):
    with pytest.raises(PointsError) as error:
        function(*args)
    assert error.value.reason in REASONS
    return error.value.reason


def attempt(function, *args):
    """(what it gives, None), or (None, the reason that it gives nothing)."""
    try:
        return function(*args), None
    except PointsError as error:
        return None, error.reason


# One way to write them


def test_points_are_kept_to_the_unit_and_in_order():
    content = pack(cloud(50))
    again = unpack(content)
    assert len(content) == 4 * 50
    assert again.dtype == np.float32
    assert np.abs(np.sort(again, 0) - np.sort(cloud(50), 0)).max() <= UNIT / 2 + 1e-6
    assert (np.diff(again[:, 0]) >= 0).all()
    assert pack(again) == content


def test_order_is_nothing_and_how_often_a_point_occurs_is_something():
    shuffled = np.random.default_rng(1).permutation(cloud(50))
    assert pack(shuffled) == pack(cloud(50))
    assert pack(np.vstack([CORNERS, CORNERS[:1]])) != pack(CORNERS)
    same_x = np.array([[1.0, 0.5], [1.0, -0.5], [0.0, 0.0]])
    assert pack(same_x) == pack(same_x[::-1])


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (np.zeros((0, 2)), "few"),
        (CORNERS[:1], "few"),
        (np.ones((MOST + 1, 2)), "many"),
        (np.array([[0.0, 1.0], [np.nan, 0.0]]), "finite"),
        (np.array([[0.0, 1.0], [np.inf, 0.0]]), "finite"),
        (np.array([[0.0, 1.0], [LIMIT + UNIT, 0.0]]), "outside"),
        (np.array([[1.0, 1.0], [1.0, 1.0 + UNIT / 10]]), "one_place"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(bad, reason):
    assert refused(pack, bad) == reason


def test_as_many_as_are_taken_are_taken():
    assert len(pack(cloud(MOST))) == 4 * MOST
    assert len(pack(CORNERS[:LEAST])) == 4 * LEAST
    assert np.abs(unpack(pack(np.array([[LIMIT, -LIMIT], [0.0, 0.0]])))).max() == pytest.approx(LIMIT, abs=UNIT)


def test_scaling_keeps_the_shape_and_fills_the_view():
    far = CORNERS * 1e6 + [3e8, -5e7]
    fit = fitted(far)
    assert np.allclose(fit, (CORNERS - [0, 0]) / 2 * REACH, atol=1e-4)
    assert np.abs(fit).max() == pytest.approx(REACH)
    assert np.allclose(fitted(np.array([[5.0, 7.0], [5.0, 9.0]])), [[0, -REACH], [0, REACH]])
    assert refused(fitted, np.full((5, 2), 7.0)) == "one_place"
    assert refused(fitted, np.zeros((5, 2))) == "one_place"


@pytest.mark.whole
@settings(max_examples=150)
@given(st.lists(st.tuples(*[st.floats(allow_nan=True, allow_infinity=True)] * 2), max_size=12))
def test_any_finite_points_of_two_places_fit_the_view(rows):
    given_points = np.array(rows).reshape(-1, 2)
    fit, reason = attempt(fitted, given_points)
    if reason:
        assert reason in ("few", "finite", "one_place")
        return
    assert np.abs(fit).max() == pytest.approx(REACH, rel=1e-6)
    assert unpack(pack(fit)).shape == fit.shape


# Names


def test_few_points_are_in_their_name_and_many_are_beside_the_store(tmp_path):
    few, many = keep(cloud(IN_NAME), tmp_path), keep(cloud(IN_NAME + 1), tmp_path)
    assert few.startswith(PREFIX + INSIDE)
    assert len(few) <= 1100
    assert many == PREFIX + hashlib.sha256(pack(cloud(IN_NAME + 1))).hexdigest()
    assert os.listdir(tmp_path / "points") == [f"{many.removeprefix(PREFIX)}.bin"]
    for name, n in ((few, IN_NAME), (many, IN_NAME + 1)):
        assert canonical(name) == name
        assert np.array_equal(read(name), unpack(pack(cloud(n))))


@pytest.mark.parametrize(
    "name",
    [
        "points",
        "points:",
        "points:~",
        "points:~AAAA",
        "points:~AAAAAAAAAAA",
        "points:~" + "A" * 11 + "=",
        "points:~f_9_f3______",
        "points:~ÑÑÑÑÑÑÑÑÑÑÑ",
        "points:~../../etc/passwd",
        "points:../../etc/passwd",
        "points:" + "0" * 63,
        "points:" + "A" * 64,
        "points:" + "0" * 64 + "\n",
        "points:~" + "AAEA" * 500,
    ],
)
def test_a_name_that_is_none_is_refused_and_never_looked_for(name, tmp_path):
    assert refused(canonical, name) == "spelling"
    assert refused(read, name) == "spelling"
    assert not at_hand(name)
    with pytest.raises(ConfigError) as error:
        PlaneConfig(dataset=name)
    assert error.value.reason in ("points", "choice")
    assert len(str(error.value)) < 600


@pytest.mark.parametrize("junk", ["!", " ", "\n", "+", "/", "é"])
def test_nothing_but_points_may_be_in_a_name(junk):
    name = keep(CORNERS, None)
    assert canonical(name) == name
    for spoilt in (name + junk, name[:12] + junk + name[12:]):
        assert refused(canonical, spoilt) == "spelling"


def test_points_that_are_gone_or_damaged_are_said_to_be_gone(tmp_path):
    name = keep(cloud(300), tmp_path)
    file = tmp_path / "points" / f"{name.removeprefix(PREFIX)}.bin"
    assert at_hand(name)
    file.write_bytes(b"\0" * 1200)
    assert refused(read, name) == "gone"
    file.unlink()
    assert refused(read, name) == "gone"
    assert not at_hand(name)
    assert PlaneConfig(dataset=name).dataset == name, "a config is a value, whatever lies where"
    with pytest.raises(PointsError, match="gone"):
        DATASETS[name]


def test_beside_a_store_what_was_not_used_for_longest_is_dropped(tmp_path):
    shelf = dataclasses.replace(points.files(tmp_path), folder=tmp_path, cap=3000)
    codes = [shelf.save(pack(cloud(250, seed))) for seed in range(3)]
    for age, code in enumerate(codes):
        os.utime(tmp_path / f"{code}.bin", (1000 + age, 1000 + age))
    shelf.load(codes[0])
    codes.append(shelf.save(pack(cloud(250, 9))))
    assert [shelf.load(code) is not None for code in codes] == [True, False, True, True]
    huge = shelf.save(pack(cloud(2000)))
    assert [shelf.load(code) is not None for code in [*codes, huge]] == [False] * 4 + [True]


# In a config


@pytest.mark.parametrize("n", [IN_NAME, IN_NAME + 1])
def test_links_and_json_carry_them(n, tmp_path):
    config = PlaneConfig(dataset=keep(cloud(n), tmp_path))
    assert from_query(to_query(config, "a."), "plane", "a.") == (config, [])
    assert from_json(config.to_json()) == config
    assert list(differences(config, PlaneConfig())) == ["dataset"]
    assert config.key() != PlaneConfig().key()
    assert config.key() != PlaneConfig(dataset=keep(cloud(n, 1), tmp_path)).key()


def test_a_link_to_points_that_are_gone_gives_the_default_and_a_notice(tmp_path):
    name = keep(cloud(300), tmp_path)
    config = PlaneConfig(dataset=name, loss="hinge")
    assert at_hand_config(config, []) == (config, [])
    (tmp_path / "points" / f"{name.removeprefix(PREFIX)}.bin").unlink()
    other, (notice,) = at_hand_config(config, [])
    assert other == PlaneConfig(loss="hinge")
    assert (notice.field, notice.reason) == ("dataset", "points_gone")
    assert at_hand_config(PlaneConfig(), []) == (PlaneConfig(), [])
    assert at_hand_config(DigitsConfig(), []) == (DigitsConfig(), [])


def test_another_order_in_a_link_is_the_same_run():
    content = pack(cloud(30))
    backwards = np.frombuffer(content, "<i2").reshape(-1, 2)[::-1].tobytes()
    spelled = PREFIX + INSIDE + base64.urlsafe_b64encode(backwards).decode().rstrip("=")
    name = keep(cloud(30), None)
    assert spelled != name
    assert PlaneConfig(dataset=spelled).key() == PlaneConfig(dataset=name).key()


@pytest.mark.whole
@settings(max_examples=300)
@given(st.text(max_size=80) | st.text("~ABCDabcd0189-_=", max_size=90) | st.binary(max_size=60).map(str))
def test_hostile_names_are_refused_or_read_back(text):
    config, notices = from_query({"dataset": PREFIX + text}, "plane")
    if notices:
        assert [(said.field, said.reason) for said in notices] == [("dataset", "points")]
        assert config == PlaneConfig()
    else:
        assert canonical(config.dataset) == config.dataset
        assert not config.dataset.startswith(PREFIX + INSIDE) or len(DATASETS[config.dataset].sample(3, stream(0, "x")))


def test_what_is_no_name_of_points_is_no_data_set():
    with pytest.raises(KeyError):
        DATASETS["nothing"]
    assert "points:" not in DATASETS
    with pytest.raises(ConfigError) as error:
        PlaneConfig(dataset="pointless")
    assert error.value.reason == "choice"


# As a distribution


def test_a_draw_is_one_of_the_points_and_a_little_noise():
    data = DATASETS[keep(np.vstack([CORNERS, CORNERS[:1]]), None)]
    drawn = data.sample(40_000, stream(0, "test"))
    places = torch.tensor(CORNERS, dtype=torch.float32)
    nearest = torch.cdist(drawn, places).argmin(-1)
    shares = torch.bincount(nearest).double() / len(drawn)
    assert shares.tolist() == pytest.approx([0.5, 0.25, 0.25], abs=0.01)
    assert (drawn - places[nearest]).std().item() == pytest.approx(JITTER, rel=0.02)
    assert (drawn.abs() < data.extent).all()
    assert drawn.dtype == torch.float32


def test_points_at_the_edge_stay_in_view():
    edge = DATASETS[keep(np.array([[LIMIT, LIMIT], [-LIMIT, LIMIT]]), None)]
    drawn = edge.sample(100_000, stream(0, "test"))
    assert (drawn.abs() < edge.extent).all(-1).double().mean() >= 0.999


def test_the_same_name_is_the_same_data_set_so_that_what_follows_from_it_is_kept():
    name = keep(CORNERS, None)
    assert DATASETS[name] is DATASETS[name]
    assert DATASETS[name].modes is None


@pytest.mark.parametrize("places", [CORNERS, cloud(500) * 0.7])
def test_metrics_work_on_them(places, tmp_path):
    data = DATASETS[keep(places, tmp_path)]
    perfect = data.sample(metrics.EVAL_POINTS, stream(3, "test")).numpy()
    values, shares = metrics.measure(np.stack([perfect, np.full_like(perfect, 2.5)]), data)
    floor, bound = metrics.js_floor(data)
    assert values["cells_covered"].tolist() == pytest.approx([1.0, 0.0], abs=0.04)
    assert 0 < floor < bound < 0.1
    assert values["js"][0] < bound * 1.3
    assert values["js"][1] > 0.6
    assert np.isnan(values["modes_covered"]).all()
    assert shares.shape == (2, 32)


def test_a_gan_trains_on_them():
    config = PlaneConfig(dataset=keep(cloud(100), None), steps=3, **SMALL)
    frames = list(train.train(config))
    assert frames[-1].step == 3
    assert np.isfinite(frames[-1].metrics["js"]).all()
    assert np.isfinite(frames[-1].shares).all()


@pytest.mark.whole
def test_workers_find_them(tmp_path):
    """Many points, in another process, that knows only where the store is."""
    with Store(tmp_path / "runs") as store, Runs(store, slots=1) as runs:
        config = PlaneConfig(dataset=keep(cloud(300), store.path), steps=3, **SMALL)
        lost = config.replace(dataset=PREFIX + "0" * 64)
        keys = [runs.submit(wish, "me") for wish in (config, lost)]
        until(lambda: [runs.status(key).state for key in keys] == ["done", "failed"])
        gone = runs.status(keys[1])
        assert (gone.note, gone.facts["reason"]) == ("points", "gone")
        blobs = store.frames(config.key(), 0)
    use_store(store.path)
    *_, last = train.train(config)
    assert train.encode(config, last)[0] == blobs[3]


def test_points_are_looked_for_beside_the_store_in_use(tmp_path):
    name = keep(cloud(300), tmp_path)
    use_store(tmp_path / "elsewhere")
    assert not at_hand(name)
    use_store(tmp_path)
    assert at_hand(name)
    assert_equal(*(next(train.train(PlaneConfig(dataset=name, **SMALL))) for _ in range(2)))


def test_what_is_written_in_full_is_read_and_its_reasons_are_its_own(tmp_path):
    text = base64.urlsafe_b64encode(pack(cloud(IN_NAME + 1))).decode().rstrip("=")
    assert written(text) == pack(cloud(IN_NAME + 1))
    assert refused(written, text, IN_NAME) == "spelling"
    assert refused(written, text + "!") == "spelling"
    assert refused(written, "") == "few"
    assert refused(inside, PREFIX + INSIDE) == "spelling", "in a link, no reason is told apart"
    many = keep(cloud(321), tmp_path)
    assert (count(many), count(PREFIX + "0" * 64), count(keep(CORNERS, tmp_path))) == (321, None, 3)
    (tmp_path / "points" / f"{many.removeprefix(PREFIX)}.bin").unlink()
    assert count(many) == 321, "what a name stands for never changes"


# Files


@pytest.mark.parametrize(
    "text",
    [
        "-2,-1\n2,1\n0,0.5\n",
        "x,y\n-2,-1\n2,1\n0,.5",
        "\ufeffx;y\r\n-2,0;-1,0\r\n2;1\r\n0;0,5\r\n",
        "-2\t-1\n2\t1\n\n0\t5e-1\n",
        '"x","y"\n"-2","-1"\n"2","1"\n"0","0.5"',
        "  -2   -1\n +2 1\n 0. 0.5\n",
    ],
)
def test_csv_as_spreadsheets_write_it(text):
    assert np.allclose(parse_csv(text.encode()), CORNERS)


@pytest.mark.parametrize(
    ("blob", "reason", "facts"),
    [
        (b"", "few", {"count": 0}),
        (b"\n \n", "few", {"count": 0}),
        (b"x,y\n", "few", {"count": 0}),
        (b"1,2\n", "few", {"count": 1}),
        (b"1,2\n" * (MOST + 1), "many", {"count": MOST + 1}),
        (b" " * (LARGEST + 1), "too_large", {}),
        ("x,y\n1,2\n3,ñ".encode("latin-1"), "encoding", {}),
        ("1,2\n3,4".encode("utf-16"), "encoding", {}),
        (b"1,2\n3,4,5\n5,6", "columns", {"row": 2, "count": 3}),
        (b"1\n2\n3", "columns", {"row": 1, "count": 1}),
        (b"x,y\n1,2\n3,\n5,6", "number", {"row": 3, "value": ""}),
        (b"1,2\nx,y\n", "number", {"row": 2, "value": "x"}),
        (b"1,2\n1_0,3", "number", {"row": 2, "value": "1_0"}),
        ("1,2\n٣,3".encode(), "number", {"row": 2}),
        (b"1,2\n0x10,3", "number", {"row": 2}),
        (b"1,2\n=1+1,3", "number", {"row": 2, "value": "=1+1"}),
        (b"1,2\n" + b"y" * 500 + b",3", "number", {"value": "y" * 40}),
        (b"1,2\nNaN,3", "finite", {"row": 2}),
        (b"1,2\n3,-inf", "finite", {"row": 2}),
        (b"1,2\n3,1e999", "finite", {"row": 2}),
        (b"1,2\n1,2\n1,2", "one_place", {}),
    ],
)
def test_each_kind_of_bad_file_has_its_reason(blob, reason, facts):
    with pytest.raises(PointsError) as error:
        parse_csv(blob)
    assert error.value.reason == reason
    assert facts.items() <= error.value.facts.items()


def test_huge_and_tiny_numbers_fit_too():
    assert np.allclose(parse_csv(b"-1e308,-5e307\n1e308,5e307\n0,2.5e307"), CORNERS)
    assert np.allclose(parse_csv(b"-2e-300,-1e-300\n2e-300,1e-300\n0,5e-301"), CORNERS)


CELLS = st.sampled_from(["", "1", "-2.5", "1e5", "nan", "1e999", "x", '"', ";", "\t", "\0", "\u2028", "é", "9" * 400])


@pytest.mark.whole
@settings(max_examples=300)
@given(st.binary(max_size=200) | st.lists(st.lists(CELLS, max_size=4), max_size=8).map(lambda t: joined(t)))
def test_no_file_does_anything_but_give_points_or_a_reason(blob):
    found, reason = attempt(parse_csv, blob)
    if reason:
        assert reason in REASONS
        return
    assert unpack(pack(found)).shape == found.shape


def joined(table):
    return "\n".join(",".join(row) for row in table).encode()
