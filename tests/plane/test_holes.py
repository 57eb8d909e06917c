"""Holes in drawings, of points that were put where they are by hand."""

import numpy as np
import pytest

from benchmarks.holes import DRAWINGS, arc, frame, label, named, put_there
from ganlab.data.plane import DATASETS
from ganlab.gan.rng import stream
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import verdict
from ganlab.plane.holes import connected, holes, least_shares, regions, surprising
from ganlab.plane.metrics import EVAL_POINTS

DRAWN = {name: named(drawn()) for name, drawn in DRAWINGS.items()}
LEFT_EYE, RIGHT_EYE, FACE = (-0.7, 0.7), (0.7, 0.7), (0.0, 0.0)


def perfect(dataset: str) -> np.ndarray:
    return DATASETS[dataset].sample(4 * EVAL_POINTS, stream(3, "test")).numpy()


def without(dataset: str, *places: tuple[float, float], within: float = 0.45) -> np.ndarray:
    """A perfect sampler's points but for those near some places."""
    drawn = perfect(dataset)
    near = [np.hypot(*(drawn - place).T) <= within for place in places]
    return drawn[~np.any(near, 0)][:EVAL_POINTS] if near else drawn[:EVAL_POINTS]


def found(drawing: str, *places: tuple[float, float], within: float = 0.45):
    dataset = DRAWN[drawing]
    seen = frame(without(dataset, *places, within=within), dataset)
    return verdict([seen], PlaneConfig(dataset=dataset))


@pytest.mark.whole
def test_the_drawings_consist_of_their_parts():
    assert {name: len(regions(DATASETS[dataset]).due) for name, dataset in DRAWN.items()} == {
        "smiley": 4,
        "letters": 3,
        "blobs of unequal mass": 2,
    }
    assert sorted(regions(DATASETS[DRAWN["blobs of unequal mass"]]).due) == pytest.approx([0.1, 0.9], abs=0.03)


@pytest.mark.parametrize("drawing", DRAWN)
def test_a_perfect_sampler_has_none(drawing):
    said = found(drawing)
    assert (said.key, said.regions) == ("near_equilibrium", ())
    assert "holes" not in said.evidence


def test_two_eyes_without_a_point_are_two_holes_and_they_are_marked():
    said = found("smiley", LEFT_EYE, RIGHT_EYE)
    assert (said.key, said.evidence["holes"], len(said.regions)) == ("holes", 2, 2)
    assert said.m >= 28, "few cells are dark"
    middles = sorted(np.mean(region, 0).tolist() for region in said.regions)
    assert middles == [pytest.approx(LEFT_EYE, abs=0.15), pytest.approx(RIGHT_EYE, abs=0.15)]


def test_one_eye_is_one_hole():
    said = found("smiley", RIGHT_EYE)
    assert (said.key, len(said.regions)) == ("holes", 1)
    assert np.abs(np.array(said.regions[0]) - RIGHT_EYE).max() < 0.45


def test_an_arc_of_the_face_is_a_hole_and_no_component():
    gap = tuple(map(tuple, arc(2.0, 0.4, 0.5)))
    said = found("smiley", *gap, within=0.3)
    assert len(said.regions) == 1
    assert np.hypot(*np.array(said.regions[0]).T).min() > 1.7


def test_the_dot_of_a_letter_and_the_smaller_of_two_blobs():
    assert len(found("letters", (0.9, 1.3)).regions) == 1
    small = found("blobs of unequal mass", (1.7, 1.5), within=1.0)
    assert (small.key, len(small.regions)) == ("holes", 1)
    assert np.array(small.regions[0]).min() > 0.5


def test_one_dark_cell_within_a_component_is_no_hole():
    dataset = "annulus"
    assert put_there(dataset, 0.02) == 0
    assert put_there(dataset, 0.12) >= 12


def test_a_hole_that_the_last_frame_alone_shows_is_none():
    dataset = DRAWN["smiley"]
    whole, half = frame(without(dataset), dataset), frame(without(dataset, LEFT_EYE), dataset)
    assert holes([whole, whole, whole, half], dataset) == []
    assert holes([half, half, half, whole], dataset) == []
    assert len(holes([half] * 4, dataset)) == 1


def test_too_few_points_on_the_data_are_a_smear_not_holes():
    dataset = DRAWN["smiley"]
    off = np.concatenate([without(dataset, LEFT_EYE)[: EVAL_POINTS // 2], np.full((EVAL_POINTS // 2, 2), 2.9)])
    said = verdict([frame(np.random.default_rng(0).permutation(off), dataset)], PlaneConfig(dataset=dataset))
    assert (said.key, said.regions) == ("smear", ())


def test_connected_components():
    linked = np.zeros((5, 5), bool)
    for a, b in ((0, 3), (3, 4), (1, 1)):
        linked[a, b] = linked[b, a] = True
    assert connected(linked).tolist() == [0, 1, 2, 0, 0]
    assert connected(np.zeros((0, 0), bool)).tolist() == []


def test_a_count_is_surprising_by_the_poisson_law():
    assert surprising(10.0, 0.01) == 3  # P(X <= 3) = 0.0103, P(X <= 2) = 0.0028
    assert surprising(1.0, 0.3) == 0


def test_small_components_need_rarer_counts():
    small = least_shares(regions(DATASETS[DRAWN["smiley"]]))
    due = regions(DATASETS[DRAWN["smiley"]]).due
    assert (small <= 0.25 * due).all()
    assert small[due > 0.5] == pytest.approx(0.25 * due[due > 0.5])


def test_labels_ask_balls_of_the_data():
    dataset, data = DRAWN["smiley"], DATASETS[DRAWN["smiley"]]
    assert label(perfect(dataset), data) == "healthy"
    gap = tuple(map(tuple, arc(2.0, 0.4, 0.52)))
    drawn = perfect(dataset)
    near = np.any([np.hypot(*(drawn - place).T) <= 0.3 for place in gap], 0)
    assert label(drawn[~near], data) == "hole"
