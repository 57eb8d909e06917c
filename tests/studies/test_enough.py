"""The steps that a run needs, from a study's table."""

import pandas as pd
import pytest

from ganlab.plane.config import PlaneConfig
from ganlab.presets import PUBLISHED
from ganlab.studies.enough import needed, rounded_up, settled


def rows(*moments):
    """Rows of three seeds: (step, modes covered by the median seed, its share of points on the data)."""
    found = [(step, modes + off, valid) for step, modes, valid in moments for off in (-1, 0, 1)]
    return pd.DataFrame(found, columns=["step", "modes_covered", "valid"])


@pytest.mark.parametrize(
    ("moments", "steps"),
    [
        ([(100, 8, 0.6), (200, 8, 0.9)], 100),
        ([(100, 8, 0.2), (200, 8, 0.9)], 200),
        ([(100, 8, 0.9), (200, 7, 0.9), (300, 8, 0.9)], 300),
        ([(100, 8, 0.9), (200, 7, 0.9)], 0),
    ],
)
def test_a_run_is_settled_from_where_its_medians_stay_good(moments, steps):
    assert settled(rows(*moments), 8) == steps


def test_steps_are_rounded_up_to_two_digits():
    assert [rounded_up(steps) for steps in (0, 7, 2150, 2201, 25_000)] == [0, 7, 2200, 2300, 25_000]


def test_seed_members_and_length_are_no_other_run_and_what_nobody_measured_is_unknown():
    assert needed(PUBLISHED) == needed(PUBLISHED.replace(seed=3, members=4, steps=7))
    assert needed(PlaneConfig(g_lr=0.00123)) is None
