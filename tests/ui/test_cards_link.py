"""From a verdict to its card."""

import pytest

from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import VERDICTS
from ganlab.studies.cards import LESSONS
from ganlab.ui.arena.cards import ABOUT, card_of

RING = PlaneConfig()


def test_every_link_leads_to_a_card():
    assert set(ABOUT) < set(VERDICTS)
    assert set(ABOUT.values()) <= set(LESSONS)


@pytest.mark.parametrize(
    ("key", "changes", "card"),
    [
        ("collapse", {}, "no_cure"),
        ("collapse", {"d_steps": 50}, "too_much_d"),
        ("collapse", {"d_steps": 50, "regularizer": "r1"}, "no_cure"),
        ("collapse", {"mistake": "detach_forgotten"}, "detach_forgotten"),
        ("diverging", {"loss": "wasserstein"}, "no_constraint"),
        ("diverging", {"loss": "wasserstein", "regularizer": "wgan_gp"}, "rates"),
        ("d_too_weak", {}, "too_little_d"),
        ("near_equilibrium", {}, None),
        ("near_equilibrium", {"mistake": "detach_forgotten"}, None),
        ("smear", {}, None),
    ],
)
def test_the_card_is_that_of_the_verdict_and_the_settings(key, changes, card):
    assert card_of(key, RING.replace(**changes)) == card
