"""The mistakes lab: its sentences and numbers, predictions, links, the seeds computed on the spot."""

import numpy as np
import pandas as pd
import pytest
from visits import captions, opened, quiet_server, record, sound  # noqa: F401

from ganlab.gan.mistakes import LOOP, program
from ganlab.plane.config import PlaneConfig
from ganlab.service.runs import RunStatus
from ganlab.studies import cards, tables
from ganlab.studies.cards import IN_CODE, LESSONS, Card
from ganlab.studies.grids import STUDIES
from ganlab.ui.mistakes import evidence, mistakes, runs
from ganlab.ui.mistakes.evidence import NUMBERS, SEEN, Arm
from ganlab.ui.text import LANGUAGES, sentences, text

PAGE = "pages/lab/mistakes.py"
SMALL = PlaneConfig(g_width=4, d_width=4, batch_size=16, steps=12)


def off(facts, arm):
    """How far an arm's losses are from the equilibrium."""
    return abs(facts[f"{arm}_l_d"] - facts["eq_l_d"]) + abs(facts[f"{arm}_l_g"] - facts["eq_l_g"])


SETTLED = {
    "too_much_d": lambda f: (
        f["broken_modes"] <= 2 < f["fixed_modes"]
        and f["broken_g_grad"] > 0.01
        and f["large_k50_g_updates"] == f["large_k1_g_updates"]
        and f["large_k50_d_updates"] == f["large_k1_long_d_updates"]
        and f["large_k50_modes"] < f["large_k1_long_modes"]
        and f["large_k1_valid"] < f["large_k50_valid"]
    ),
    "no_cure": lambda f: f["broken_modes"] < f["fixed_modes"] and f["broken_tv"] > f["fixed_tv"],
    "vanishing": lambda f: f["broken_modes"] == 0 and f["broken_g_grad"] < 1e-3 and f["overlap_g_grad"] > 1e-3,
    "too_little_d": lambda f: f["broken_modes"] < f["fixed_modes"] and 0.4 < f["slow_d_acc"] < 0.6,
    "rates": lambda f: f["broken_modes"] < f["fixed_modes"] > f["g_high_modes"] and f["both_high_died"] > 0,
    "losses": lambda f: (
        f["broken_modes"] < f["fixed_modes"]
        and f["broken_valid"] > 0.8 > 0.5 > f["weak_d_valid"]
        and off(f, "weak_d") < off(f, "fixed") < off(f, "broken")
        and f["collapse_modes"] <= 2 < f["broken_modes"]
        and f["collapse_l_g"] < 4
    ),
    "longer": lambda f: (
        f["broken_modes"] <= f["early_modes"]
        and f["early_fixed_g_updates"] == f["early_g_updates"]
        and f["fixed_g_updates"] == f["broken_g_updates"]
    ),
    "no_constraint": lambda f: f["broken_modes_low"] < f["broken_of"] and f["broken_l_d"] < -10,
    "one_seed": lambda f: f["broken_modes_high"] - f["broken_modes_low"] > 2,
    "pixels": lambda f: (
        f["fixed_accepted"] > f["half_accepted"] > f["unit_accepted"] > f["standardised_accepted"]
        and f["broken_accepted"] == 0
        and min(f["half_acc"], f["unit_acc"], f["standardised_acc"], f["broken_acc"]) > 0.95 > 0.8 > f["fixed_acc"]
    ),
    "few_images": lambda f: (
        f["broken_held_out"] < 0.2 < 0.8 < f["broken_trained_low"]
        and f["broken_held_out_high"] < f["augmented_held_out_low"]
        and f["broken_fid"] < f["augmented_fid"]
        and f["augmented_coverage"] < f["broken_coverage"] < f["fixed_coverage"]
        and f["augmented_g_updates"] == f["broken_g_updates"] == f["fixed_g_updates"]
    ),
    "detach_forgotten": lambda f: f["broken_modes"] < f["fixed_modes"],
    "d_not_frozen": lambda f: f["broken_full"] > f["broken_n"] / 2 and f["broken_acc"] < f["fixed_acc"],
    "sigmoid_twice": lambda f: (
        f["broken_full"] > f["broken_n"] / 2
        and f["broken_g_grad"] < f["fixed_g_grad"]
        and f["least_l_d"] < f["broken_l_d_low"]
    ),
    "labels_swapped": lambda f: f["broken_modes"] <= 2 and f["broken_acc"] < 0.1 and f["broken_l_g_high"] < 0.01,
    "zero_grad_missing": lambda f: f["broken_modes"] < f["fixed_modes"] or f["broken_died"] > 0,
    "log_clipped": lambda f: (
        f["broken_g_grad_high"] == 0 < f["fixed_g_grad_low"]
        and f["broken_l_d"] == pytest.approx(f["most_l_d"], abs=1e-3)
        and f["broken_valid_high"] == 0
        and f["fixed_valid"] < 0.5
    ),
    "g_detached": lambda f: (
        f["broken_g_grad_high"] == 0 < f["fixed_g_grad_low"]
        and f["broken_modes"] < f["fixed_modes"]
        and f["broken_l_d"] < f["fixed_l_d"]
        and f["broken_l_g"] > f["fixed_l_g"]
    ),
}
"""What each card's words say of the measurements."""


def arm(seeds: int = 16, modes: int = 8, covered: int = 8) -> Arm:
    shares = np.zeros((seeds, modes))
    shares[:, :covered] = 1 / modes
    numbers = {name: np.linspace(0.1, 0.9, seeds) for name in (*NUMBERS, *SEEN)}
    return Arm(shares, np.zeros(seeds, bool), numbers, 100.0)


def rows(**columns) -> pd.DataFrame:
    shares = [np.array([0.5, 0.5, 0.0], "f4"), np.array([1.0, 0.0, 0.0], "f4"), np.array([0.4, 0.3, 0.3], "f4")]
    plain = {"arm": "c.broken", "seed": 0, "member": [2, 0, 1], "died": -1, "steps_per_s": 9.0}
    measured = {"shares_10k": shares, "valid_10k": [0.3, 0.1, 0.2], "g_grad": [3.0, 1.0, 2.0]}
    return pd.DataFrame(plain | measured | columns)


# Numbers


def test_an_arm_has_its_seeds_in_order_and_counts_modes_from_one_percent():
    found = evidence.arm_of(rows())
    assert found.modes.tolist() == [1, 3, 2]
    assert found.numbers["valid"].tolist() == [0.1, 0.2, 0.3]
    facts = found.facts("broken")
    assert (facts["broken_modes"], facts["broken_modes_low"], facts["broken_modes_high"]) == (2, 1, 3)
    assert (facts["broken_n"], facts["broken_of"], facts["broken_full"], facts["broken_died"]) == (3, 3, 1, 0)
    assert (facts["broken_g_grad"], facts["broken_speed"]) == (2.0, 9.0)


def test_a_diverged_seed_covers_nothing():
    assert evidence.arm_of(rows(died=[5, -1, -1])).modes.tolist() == [1, 3, 0]


def test_only_what_was_measured_is_told(monkeypatch):
    monkeypatch.setattr(evidence, "table", lambda _: rows())
    assert list(evidence.measured("c", Card(SMALL, SMALL))) == ["broken"]
    assert evidence.measured("other", Card(SMALL, SMALL)) == {}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", LESSONS)
def test_every_sentence_can_be_said_with_the_cards_own_numbers(monkeypatch, name, lang):
    monkeypatch.setattr(evidence, "shipped", lambda names, *_: dict.fromkeys(names, arm()))
    for part in mistakes.VALUES:
        assert "{" not in mistakes.sentence(name, part, lang)
    assert len({mistakes.arm_name(name, each, lang) for each, _ in LESSONS[name].arms}) == len(list(LESSONS[name].arms))


def test_an_arm_has_the_values_that_sentences_may_wait_for():
    assert arm().facts("k5").keys() == {f"k5_{fact}" for fact in evidence.FACTS}


def test_a_sentence_waits_for_measurements_but_not_for_a_value_that_there_is_not(monkeypatch):
    captions = []
    monkeypatch.setattr(evidence, "table", lambda _: pd.DataFrame({"arm": []}))
    monkeypatch.setattr(mistakes.st, "caption", captions.append)
    for value, waits in (("broken_modes", 1), ("k50_r1_acc_low", 2)):
        monkeypatch.setitem(sentences("en"), "mistakes.too_much_d.verdict", f"Of {{{value}}}.")
        mistakes.show_part("too_much_d", "verdict", "en")
        assert captions == [text("mistakes.page.unmeasured", "en")] * waits
    monkeypatch.setitem(sentences("en"), "mistakes.too_much_d.verdict", "Of {broken_modse}.")
    with pytest.raises(KeyError, match="broken_modse"):
        mistakes.show_part("too_much_d", "verdict", "en")


@pytest.mark.parametrize("name", LESSONS)
def test_the_words_of_a_card_agree_with_what_ships(name):
    facts = mistakes.known(name)
    assert [arm for arm, _ in LESSONS[name].arms if f"{arm}_n" not in facts] == [], "python -m ganlab study lab"
    assert all(mistakes.sentence(name, part, "en") for part in ("verdict", "folklore", "cure"))
    assert SETTLED[name](facts)
    assert mistakes.QUESTIONS.get(name, mistakes.Question(mistakes.covered)).answer(facts) is not None


def test_the_table_has_the_range_of_every_number():
    said = runs.numbers({"k = 1": arm(covered=6)}, "en").splitlines()
    assert said[0].startswith("|  | seeds | digits | seeds with all | valid |")
    assert said[2].startswith("| k = 1 | 16 | 6 [6, 6] | 0 | 50\u202f% [10\u202f%, 90\u202f%] |")


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (29.25, "29 times as long"),
        (1.3, "1.3 times as long"),
        (1.05, "about as long"),
        (0.95, "about as long"),
        (0.76, "0.76 times as long, so it is faster"),
    ],
)
def test_a_price_is_a_ratio_with_its_direction(ratio, said):
    assert mistakes.price(ratio, "en") == said


def test_a_price_compares_the_time_per_step_with_that_of_the_named_arm():
    speeds = {"broken_speed": 114.0, "fixed_speed": 150.0, "none_early_speed": 129.0, "unrolling_speed": 20.8}
    paid = mistakes.prices("no_cure", speeds, "en")
    assert paid["unrolling_price"] == "6.2 times as long"
    assert mistakes.prices("longer", speeds, "en") == {
        "broken_price": "about as long",
        "fixed_price": "0.76 times as long, so it is faster",
    }


def test_each_arm_states_its_updates_and_a_half_way_median():
    said = runs.drawn("k = 50", Arm(*vars(arm(seeds=2, covered=2)).values()), "en")
    assert "updates" not in said["note"], "not counted"
    shares = np.array([[0.5, 0.5], [1.0, 0.0]])
    said = runs.drawn("k = 50", Arm(shares, np.zeros(2, bool), {}, 9.0, 500, 25_000), "en")
    assert said["head"] == "1.5 of 2 covered"
    assert "500 updates of G, 25\u202f000 of D." in said["note"]


def test_the_sentences_of_another_card_or_study_name_arms_that_there_are():
    for wanted in mistakes.ELSEWHERE.values():
        assert all(arm in STUDIES[study].arms for study, arm in wanted.values())


def test_the_k_sweep_on_digits_stands_below_the_card_of_k():
    found = evidence.studied("digits_k")
    config, seeds = next(iter(found.items()))
    rows = tables.finals(tables.load("digits_k"))
    rows = rows[(rows["arm"] == "nonsaturating_k1")]
    assert (config.loss, config.d_steps, config.precision) == ("nonsaturating", 1, "bfloat16")
    assert np.sort(seeds.numbers["accepted"]) == pytest.approx(np.sort(rows["accepted_10k"]))
    assert len(seeds.numbers["accepted"]) == len(rows) <= 3
    assert all(config.precision == "bfloat16" for config in found), "the control in float32 is no way to hold D"
    assert runs.studied_name(config, "en") == "Non-saturating, k = 1, 1\u202f000 updates"
    assert LESSONS["too_much_d"].studies == ("k", "digits_k")


def test_what_is_said_of_the_saturating_loss_on_digits_is_what_ships():
    facts = mistakes.known("vanishing")
    assert facts["saturating_k5_n"] == facts["nonsaturating_k1_n"] == 3
    assert facts["saturating_k5_accepted_high"] < facts["nonsaturating_k5_accepted_low"]
    assert abs(facts["saturating_k1_accepted"] - facts["nonsaturating_k1_accepted"]) < 0.05


def test_what_is_said_of_the_k_sweep_on_digits_is_what_ships():
    found = evidence.studied("digits_k")
    accepted = {
        (c.loss, c.regularizer, c.d_steps, c.steps): np.median(seeds.numbers["accepted"]) for c, seeds in found.items()
    }
    ways = {key[:2] for key in accepted}
    assert len(ways) == 4
    assert all(len(seeds.diverged) == 3 for seeds in found.values())
    for way in ways:
        assert accepted[*way, 1, 5000] > accepted[*way, 5, 1000] > accepted[*way, 50, 100], "equal updates of D"
        if way[1] != "none":
            assert accepted[*way, 1, 1000] < accepted[*way, 5, 1000] < accepted[*way, 50, 1000], "equal updates of G"
    assert 0 < accepted["nonsaturating", "none", 5, 1000] - accepted["nonsaturating", "none", 1, 1000] < 0.1
    left = next(s for c, s in found.items() if (c.loss, c.d_steps, c.steps) == ("nonsaturating", 50, 1000))
    order = np.argsort(left.modes)
    assert left.modes[order].tolist() == [1, 5, 9]
    assert (np.diff(left.numbers["accepted"][order]) < 0).all()


def test_what_is_said_of_the_k_sweep_is_what_ships():
    arms = {config: seeds for config, seeds in evidence.studied("k").items() if config.d_steps * config.steps == 25_000}
    modes = {(c.loss, c.regularizer, c.d_steps): np.median(seeds.modes) for c, seeds in arms.items()}
    for loss in ("nonsaturating", "saturating"):
        ends = [modes[loss, "none", k] for k in (50, 5, 1)]
        assert ends == sorted(ends)
        assert ends[0] < ends[2]
    full = {config: (seeds.modes == seeds.shares.shape[1]).sum() for config, seeds in arms.items()}
    wgan_gp = {config.d_steps: config for config in arms if config.regularizer == "wgan_gp"}
    assert 0 < full[wgan_gp[1]] < full[wgan_gp[5]] == len(arms[wgan_gp[5]].modes)
    for config in set(arms) - {wgan_gp[1]}:
        seeds, smear = arms[config], config.d_steps == 50 and config.regularizer != "none"
        assert (np.median(seeds.numbers["valid"]) < 0.15) == smear
        assert not smear or np.median(seeds.modes) > 2


# Predictions


@pytest.mark.parametrize(("modes", "place"), [(0, 0), (2, 0), (3, 1), (5, 1), (6, 2), (8, 2)])
def test_the_answer_is_the_measured_one(modes, place):
    assert mistakes.Question(mistakes.covered).answer({"broken_modes": modes}) == place


def test_where_nothing_was_measured_there_is_no_answer():
    assert mistakes.Question(mistakes.covered).answer({}) is None


def test_two_lines_of_code_are_shown_as_they_are():
    for name in IN_CODE:
        wrong, right = ([line[2:] for line in mistakes.diff(name).splitlines() if line[0] == sign] for sign in "-+")
        assert right
        assert all(line in LOOP for line in right)
        assert all(line in program(name) for line in wrong)


# On the page


@pytest.fixture
def lab(monkeypatch):
    """A page with one small card beside the others."""
    name = "too_much_d"
    card = Card(SMALL.replace(d_steps=2), SMALL, dict.fromkeys(LESSONS[name].others, SMALL))
    monkeypatch.setitem(LESSONS, name, card)
    monkeypatch.setattr(evidence, "shipped", lambda names, *_: dict.fromkeys(names, arm(covered=2)))
    return card


def test_the_changed_lines_are_wrapped_on_a_phone():
    """They differ in their ends only."""
    app = opened(PAGE, {"c.card": "detach_forgotten"})
    assert [found.proto.wrap_lines for found in app.code if found.language == "diff"] == [True]


@pytest.mark.whole
@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_unveiled_before_the_prediction(lab, lang):
    for config in (lab.broken, lab.fixed):
        record(config)
    app = opened(PAGE, {"c.card": "too_much_d"}, lang)
    assert not app.get("bidi_component")
    app.get_by_key("c.w.guess.too_much_d").set_value(1).run()
    assert len(sound(app).get("bidi_component")) == 2
    assert text("mistakes.too_much_d.a", lang) in app.info[0].value
    assert not [button for button in app.button if button.key == "c.train.pair"]
    app.button(key="c.again").click().run()
    assert not sound(app).get("bidi_component")


def test_cards_are_turned_and_stand_in_the_link(lab):
    app = opened(PAGE)
    names = list(LESSONS)
    assert app.query_params["c.card"] == names[0]
    app.button(key="c.on").click().run()
    assert sound(app).query_params["c.card"] == names[1]
    app.radio(key="c.w.card").set_value(names[-1]).run()
    assert sound(app).title[0].value == text(f"mistakes.{names[-1]}.title", "en")
    assert app.button(key="c.on").disabled


@pytest.mark.parametrize("link", [{"c.card": "<script>"}, {"c.nonsense": "1"}])
def test_a_bad_link_gives_the_first_card_and_a_notice(link):
    app = opened(PAGE, link)
    assert next(iter(link.values())) in app.warning[0].value
    assert app.query_params["c.card"] == next(iter(LESSONS))


def test_a_picture_comes_first_and_tables_and_folklore_after_verdict_and_cure(lab):
    app = opened(PAGE, {"c.card": "too_much_d"})
    assert len(app.get("image")) == 1
    app.button(key="c.show").click().run()
    said = [markdown.value for markdown in sound(app).markdown]
    parts = [text(f"mistakes.page.{part}", "en") for part in ("what", "why", "verdict", "cure", "folklore")]
    places = [said.index(f"**{part}**") for part in parts]
    assert places == sorted(places)


@pytest.mark.whole
def test_what_was_not_asked_for_is_not_said_to_be_computed(lab, monkeypatch):
    app = opened(PAGE, {"c.card": "too_much_d"})
    app.button(key="c.show").click().run()
    first = evidence.seeds(lab, lab.broken)[0]
    monkeypatch.setattr(runs, "status_of", lambda config: RunStatus("done", first.steps // 8, first.steps))
    told = [bar.proto for bar in sound(app.run()).get("progress")]
    assert told == []
    assert not any("computed" in caption for caption in captions(app))


def test_one_seed_is_no_median():
    arm = evidence.Arm(np.full((1, 8), 0.125), np.array([False]), {})
    assert runs.drawn("x", arm, "en")["note"].startswith("One seed.")


@pytest.mark.whole
def test_the_seeds_are_wished_stopped_and_shown_as_yours(lab):
    seeds = evidence.seeds(lab, lab.broken)
    assert sum(config.members for config in seeds) == 16
    app = opened(PAGE, {"c.card": "too_much_d"})
    app.button(key="c.show").click().run()
    assert "16 seeds. One core of the machine that made these tables took under 1 s." in captions(app)
    app.button(key="c.train.seeds").click().run()
    wished = app.session_state["viewer"]
    assert all(runs.service().wishes(config.key(), wished) for config in seeds)
    app.button(key="c.stop.seeds").click().run()
    assert not any(runs.service().wishes(config.key(), wished) for config in seeds)
    sound(app)


def test_what_was_computed_here_is_read_from_its_last_frames(lab):
    seeds = evidence.seeds(lab, lab.broken)
    opened(PAGE)
    assert evidence.yours(seeds) is None


def test_all_cards_of_the_core_are_on_the_page():
    assert {**cards.CARDS, **cards.IN_CODE}.keys() == LESSONS.keys() == SETTLED.keys()
