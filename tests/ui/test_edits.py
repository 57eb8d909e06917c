"""A run's changes in a learner's words: single updates are one change each time."""

import pytest

from ganlab.plane.config import PlaneConfig
from ganlab.ui.arena import fork
from ganlab.ui.arena.edits import grouped
from ganlab.ui.text import LANGUAGES

RUN = PlaneConfig(steps=60)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_update_of_d_alone_is_one_change(lang):
    child = RUN.alone("d", 60)
    assert len(child.edits) == 2
    assert fork.marks(child, lang) == [(60, "+1 D")]
    assert grouped(child)[0].edits == child.edits
    assert grouped(child)[0].ends(child)
    assert fork.elsewhere(child) == ("edits", "steps")


def test_several_updates_of_one_network_are_counted_and_turns_are_listed():
    twice = RUN.alone("d", 60).alone("d", 61)
    assert fork.marks(twice, "en") == [(60, "+2 D")]
    turns = twice.alone("g", 62)
    assert fork.marks(turns, "en") == [(60, "+2 D, +1 G")]
    assert set(grouped(turns)[0].edits) == set(turns.edits)


def test_other_changes_stay_what_they_are():
    changed = RUN.edited(5, "d_steps", 2).edited(9, "g_lr", 0.25)
    assert [(change.step, change.alone) for change in grouped(changed)] == [(5, ()), (9, ())]
    rests = RUN.edited(5, "g_steps", 0)
    assert [change.alone for change in grouped(rests)] == [()], "D goes on alone: that is a change of a setting"
    assert fork.elsewhere(rests) == ("edits",)
    both = RUN.edited(5, "d_lr", 0.25).alone("g", 60)
    assert fork.marks(both, "en") == [(5, "D rate 0.25"), (60, "+1 G")]
    longer = RUN.alone("d", 60).replace(steps=90)
    assert fork.marks(longer, "en") == [(60, "+1 D")]
    assert fork.elsewhere(longer) == ("edits",), "its target is a setting of its own"


def test_a_run_with_k_two_has_single_updates_too():
    child = RUN.replace(d_steps=2, g_steps=2).alone("g", 60)
    assert len(child.edits) == 4
    assert fork.marks(child, "en") == [(60, "+1 G")]
