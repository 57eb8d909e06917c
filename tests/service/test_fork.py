"""A change in mid-run: what may change, the run that branches off, the list of changes, their marks on the curves."""

import numpy as np
import pytest
from visits import captions, enter, held, opened, quiet_server, record, sound  # noqa: F401

from ganlab.kind.fields import MAX_EDITS, ConfigError, knobs
from ganlab.links import from_query, to_query
from ganlab.plane.config import PlaneConfig
from ganlab.plane.train import train
from ganlab.ui.arena import charts, fork
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.text import LANGUAGES, number, text

SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=20)
KNOBS = knobs(PlaneConfig)
OTHER = {"choice": lambda spec, old: next(key for key in spec.choices if key != old), "bool": lambda _, old: not old}
PAGE = "pages/lab/arena.py"


def other(name):
    """A value of a field that is not its default."""
    spec, old = KNOBS[name], getattr(SMALL, name)
    return OTHER.get(spec.kind, lambda spec, old: type(old)((spec.low + spec.high) / 2))(spec, old)


@pytest.mark.parametrize("name", [name for name, spec in KNOBS.items() if spec.live])
def test_every_live_field_changes_from_its_step_on_and_travels_in_the_link(name):
    base = SMALL.replace(regularizer="r1") if name == "gamma" else SMALL
    child = base.edited(7, name, other(name))
    assert getattr(child.at(6), name) == getattr(SMALL, name)
    assert getattr(child.at(7), name) == other(name)
    assert from_query(to_query(child, "a."), "plane", "a.") == (child, [])
    assert next(child.ancestors()) == (base, 7)
    assert child.key() != base.key()


def test_the_fields_on_offer_are_the_live_ones():
    assert fork.live_fields(ARENA) == [name for name, spec in KNOBS.items() if spec.live]


def test_both_runs_are_one_up_to_the_step():
    child = SMALL.edited(9, "d_lr", 0.01)
    for mine, theirs in zip(train(SMALL), train(child), strict=True):
        assert np.array_equal(mine.fake, theirs.fake) == (mine.step <= 9)


def test_a_change_takes_the_place_of_one_at_the_same_step():
    twice = SMALL.edited(7, "d_steps", 2).edited(9, "d_steps", 3).edited(7, "d_steps", 5)
    assert twice.edits == ((7, "d_steps", 5), (9, "d_steps", 3))


def refused(*change, config=SMALL):
    with pytest.raises(ConfigError) as found:
        config.edited(*change)
    return found.value.reason


def test_a_change_that_is_none_and_one_that_may_not_be():
    assert refused(7, "d_steps", 1) == "same"
    assert refused(9, "d_steps", 3, config=SMALL.edited(7, "d_steps", 3)) == "same"
    assert refused(7, "g_width", 8) == "not_live"
    assert refused(7, "d_lr", -1.0) == "range"
    assert refused(7, "g_steps", 0, config=SMALL.replace(d_steps=0)) == "nothing_trains"
    full = SMALL.replace(edits=tuple((i, "d_steps", 2 + i % 2) for i in range(MAX_EDITS)))
    assert refused(60, "d_steps", 9, config=full) == "many_edits"
    assert full.edited(31, "d_steps", 9).edits[-1] == (31, "d_steps", 9), "one is replaced, so there is room"


def test_a_draft_goes_on_for_half_the_run_at_least():
    assert fork.drafted(SMALL, 3).steps == 20
    assert fork.drafted(SMALL, 20).steps == 30
    assert fork.drafted(SMALL.replace(steps=100_000), 90_000).steps == 100_000


def test_a_draft_becomes_a_run_or_says_why_not():
    child = fork.Draft("d_lr", 5, 40, 0.25).child(SMALL)
    assert (child.edits, child.steps) == (((5, "d_lr", 0.25),), 40)
    with pytest.raises(ConfigError, match="steps=5"):
        fork.Draft("d_lr", 5, 5, 0.25).child(SMALL)
    typed = ConfigError("d_lr", "x", "type", expected="float")
    with pytest.raises(ConfigError, match="d_lr='x'"):
        fork.Draft("d_lr", 5, 40, 0.25, typed).child(SMALL)


def test_the_way_back_leads_past_the_last_change_first():
    child = SMALL.edited(5, "d_steps", 2).edited(9, "loss", "hinge").edited(9, "g_steps", 2)
    assert [parent.edits for parent in fork.parents(child)] == [((5, "d_steps", 2),), (), ()]
    assert next(fork.parents(SMALL.edited(0, "d_steps", 2))) == SMALL


@pytest.mark.parametrize("lang", LANGUAGES)
def test_changes_in_words_one_entry_a_step(lang):
    child = SMALL.edited(5, "d_steps", 2).edited(9, "d_lr", 0.25).edited(9, "feature_matching", True)
    said = fork.marks(child, lang)
    assert [step for step, _ in said] == [5, 9]
    assert said[0][1] == "k 2"
    assert number(0.25, lang) in said[1][1]
    assert text("field.short.feature_matching", lang) in said[1][1]


def rules(changes, steps=1000):
    table = charts.table(charts.curves({}), PlaneConfig(steps=steps), None, "en", changes)
    return table[(table.kind == "edit") & (table.panel == "js")]


def test_every_panel_has_a_rule_where_something_changed():
    table = charts.table(charts.curves({}), SMALL, None, "en", [(5, "k 2"), (9, "loss Hinge")])
    marked = table[table.kind == "edit"]
    assert sorted(set(marked.panel)) == ["gradients", "js", "losses"]
    assert list(rules([(5, "k 2"), (400, "loss Hinge")]).step) == [5, 400]
    assert list(rules([(5, "k 2"), (400, "loss Hinge")]).label) == ["k 2", "loss Hinge"]
    assert not len(rules([]))


def test_rules_beyond_the_axis_are_not_drawn_and_names_never_touch():
    assert list(rules([(400, "a"), (2000, "b")]).step) == [400]
    crowd = rules([(400, "a"), (401, "b"), (402, "c"), (900, "d")])
    assert list(crowd.label) == ["a", "", "", "d"]


def test_the_curves_in_words_name_the_changes():
    curve = charts.curves({}).reindex([0]).assign(step=20.0).fillna(0.5)
    said = charts.alt(curve, SMALL, "en", [(5, "k 2")])
    assert text("chart.alt.change", "en", step=5, change="k 2") in said


def asked(config, step=9):
    """The arena with the dialog open, as after the player's button."""
    app = opened(PAGE, to_query(config, "a.") | {"a.preset": "ring"})
    app.session_state["a.ask"] = {"name": "fork", "step": step, "member": 0, "key": config.key()}
    return sound(app.run())


@pytest.mark.whole
def test_a_change_is_chosen_on_the_page_and_the_run_branches_off():
    record(SMALL)
    app = asked(SMALL)
    assert app.button(key="a.fork.go").disabled
    assert text("fork.refused.untouched", "en") in captions(app)
    enter(app, "a.fork.field", "gamma")
    enter(app, "a.fork.value.gamma", 1.0)
    assert [said.value for said in app.warning] == [text("field.idle.no_penalty", "en")]
    enter(app, "a.fork.field", "d_lr")
    enter(app, "a.fork.value.d_lr", "lots", typed=True)
    assert "expected a number" in app.warning[0].value
    assert app.button(key="a.fork.go").disabled
    enter(app, "a.fork.value.d_lr", "0.25", typed=True)
    enter(app, "a.fork.step", 30)
    assert "31" in app.warning[0].value
    enter(app, "a.fork.step", 8)
    sound(app.button(key="a.fork.go").click().run())
    child = held(app, ARENA)
    assert (child.edits, child.steps) == (((8, "d_lr", 0.25),), SMALL.steps)
    assert app.query_params["a.edits"] == "8:d_lr=0.25"
    assert "a.ask" not in app.session_state
    sound(app.button(key="a.back").click().run())
    assert held(app, ARENA) == SMALL


@pytest.mark.whole
def test_each_change_can_be_taken_away_on_the_page():
    many = SMALL.replace(edits=tuple((i, "d_steps", 2 + i % 2) for i in range(6)))
    app = opened(PAGE, to_query(many, "a.") | {"a.preset": "ring"})
    assert [b.key for b in app.button if "edit-chip" in (b.key or "")] == [f"a.edit-chip-{i}" for i in range(6)]
    sound(app.button(key="a.edit-chip-5").click().run())
    assert held(app, ARENA).edits == many.edits[:-1]
    sound(app.button(key="a.edit-chip-1").click().run())
    assert held(app, ARENA).edits == (many.edits[0], *many.edits[2:-1])
