"""Verdicts on runs on digits, from frames made to show one thing each, and from numbers that real runs had."""

import math
from dataclasses import replace

import numpy as np
import pytest
from few_images import few_images  # noqa: F401

from ganlab.digits.config import DigitsConfig
from ganlab.digits.diagnosis import (
    AHEAD,
    ALIKE,
    BARELY,
    BY_HEART,
    CERTAIN,
    EVEN,
    GOOD,
    LEGIBLE,
    NEARLY_NOTHING,
    RECOGNISABLE,
    UNEVEN,
    VARIED,
    verdict,
)
from ganlab.digits.frame import DigitsFrame, is_frame, pack, unpack
from ganlab.digits.remedies import of_vanishing
from ganlab.digits.train import train
from ganlab.game.verdict import TOLD, TOLD_BEHIND
from ganlab.ui.digits.playback import describe
from ganlab.ui.text import LANGUAGES, exists

CONFIG = DigitsConfig(steps=3125)
TEN = [0.1] * 10
FINE = {"accepted": 0.9, "diversity": 0.9, "digit_tv": 0.1}


def frame(step=3125, shares=TEN, diverged_at=-1, facts=None, d_loss=1.2, g_loss=0.9, d_accuracy=0.7, **other):
    rest = {name: other.pop(name, math.nan) for name in ("penalty", "d_grad", "g_grad", "fools", "held_out")}
    one, metrics = {"d_loss": d_loss, "g_loss": g_loss, "d_accuracy": d_accuracy}, other
    return DigitsFrame(
        **dict.fromkeys(("step", "d_updates", "g_updates"), step),
        epoch=CONFIG.epoch(step),
        sheet=np.zeros((64, 28, 28), np.uint8),
        **{name: np.array([value], np.float32) for name, value in (one | rest).items()},
        metrics=(FINE | metrics) if shares is not None else {},
        diverged_at=np.array([diverged_at]),
        outcome="diverged" if diverged_at >= 0 else "",
        facts=facts or {},
        shares=np.array(shares if shares is not None else []),
    )


def key(*frames, config=CONFIG):
    return verdict(frames, config).key


def test_without_frames_there_is_nothing_to_say():
    with pytest.raises(ValueError, match="at least one frame"):
        verdict([], CONFIG)


def test_a_good_run_is_healthy_and_tells_its_numbers():
    found = verdict([frame(fid=12.5)], CONFIG)
    assert (found.key, found.m, found.of, found.knob) == ("healthy", 10, 10, None)
    assert found.evidence["accepted"] == 0.9
    assert found.evidence["fid"] == 12.5
    assert found.evidence["step"] == 3125


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"accepted": LEGIBLE - 0.01}, "smear"),
        ({"accepted": RECOGNISABLE - 0.01}, "no_finding"),
        ({"accepted": RECOGNISABLE}, "recognisable"),
        ({"accepted": GOOD - 0.01}, "recognisable"),
        ({"accepted": GOOD}, "healthy"),
        ({"diversity": ALIKE - 0.01}, "alike"),
        ({"diversity": VARIED - 0.01}, "no_finding"),
        ({"digit_tv": EVEN + 0.01}, "recognisable"),
        ({"digit_tv": UNEVEN + 0.01}, "no_finding"),
        ({"diversity": math.nan}, "healthy"),
        ({"shares": [0.12] * 8 + [0.04, 0.0]}, "collapse"),
        ({"shares": [0.12] * 8 + [0.04, 0.009]}, "collapse"),
        ({"shares": [0.12] * 8 + [0.03, 0.01]}, "healthy"),
        ({"shares": [0, 1.0] + [0] * 8, "accepted": 0.05}, "smear"),
        ({"shares": [0.12] * 8 + [0.04, 0.0], "accepted": LEGIBLE - 0.01}, "smear"),
        ({"shares": [0.15] * 6 + [0.1, 0, 0, 0], "accepted": LEGIBLE - 0.01}, "smear"),
        ({"shares": [0.16] * 6 + [0.04, 0, 0, 0], "accepted": LEGIBLE}, "collapse"),
        ({"shares": [0.2] * 4 + [0.1, 0.1, 0, 0, 0, 0], "accepted": BARELY}, "collapse"),
        ({"shares": [0.2] * 4 + [0.1, 0.1, 0, 0, 0, 0], "accepted": BARELY - 0.01}, "smear"),
        ({"shares": None}, "unjudged"),
        ({"diverged_at": 700}, "diverged"),
    ],
)
def test_each_finding_at_its_edge(changes, expected):
    assert key(frame(**changes)) == expected


@pytest.mark.parametrize("m", range(1, 10))
def test_a_collapse_is_counted_whatever_the_losses(m):
    shares = [1 / m] * m + [0.0] * (10 - m)
    for losses in ({"d_loss": math.log(4), "g_loss": math.log(2)}, {"d_loss": 0.01, "g_loss": 9.0}):
        found = verdict([frame(shares=shares, accepted=0.9, **losses)], CONFIG)
        assert (found.key, found.m, found.of) == ("collapse", m, 10)
        assert found.evidence["top"] == pytest.approx(1 / m)


def test_only_owed_digits_are_missed():
    few = CONFIG.replace(classes="013")
    assert verdict([frame(shares=[0.4, 0.3, 0, 0.3] + [0] * 6)], few).key == "healthy"
    found = verdict([frame(shares=[0.5, 0.3, 0.2] + [0] * 7)], few)
    assert (found.key, found.m, found.of) == ("collapse", 2, 3)


def test_one_odd_judgement_decides_nothing():
    good = [frame(step) for step in (2600, 2800, 3000)]
    assert key(*good, frame(accepted=0.1)) == "healthy"
    assert key(*good, frame(shares=[0.12] * 8 + [0.04, 0.0])) == "no_finding"
    assert key(*[frame(step, [0.12] * 8 + [0.04, 0.0]) for step in (2600, 2800, 3000)], frame()) == "no_finding"
    assert key(*[frame(step, accepted=0.1) for step in (600, 1200, 1800)], frame()) == "healthy"


def test_where_few_frames_are_classified_the_last_three_decide():
    assert key(frame(1900), frame(2400, accepted=0.1), frame(accepted=0.1)) == "smear"
    assert key(frame(1900, accepted=0.1), frame(2400), frame()) == "healthy"
    assert key(frame(1800), frame(2400, accepted=0.1), frame()) != "healthy", "long ago"


def test_frames_that_nobody_judged_change_nothing_but_the_losses():
    found = verdict([frame(3000, accepted=0.86), frame(3100, shares=None, g_loss=2.5)], CONFIG)
    assert found.key == "healthy"
    assert found.evidence["step"] == 3000
    assert found.evidence["g_loss"] == 2.5


def test_what_was_there_before_is_remembered():
    before = [frame(200, accepted=0.1), frame(1000, accepted=0.5)]
    found = verdict([*before, frame(shares=[0.5, 0.5] + [0] * 8)], CONFIG)
    assert found.evidence["most"] == 10
    assert "most" not in verdict([frame(200, accepted=0.1), frame(shares=[0.5, 0.5] + [0] * 8)], CONFIG).evidence


LOST = [0.2] * 5 + [0.0] * 5


@pytest.mark.parametrize(
    ("config", "knob"),
    [
        (CONFIG.replace(d_steps=50), "d_steps"),
        (CONFIG, "regularizer"),
        (CONFIG.replace(regularizer="r1"), "augment"),
        (CONFIG.replace(regularizer="r1", augment="diffaugment"), None),
        (CONFIG.replace(regularizer="r1", dataset="mnist"), None),
    ],
)
def test_a_collapse_names_the_knob_to_turn(config, knob):
    assert verdict([frame(shares=LOST)], config).knob == knob


FAR = {"accepted": 0.3, "d_accuracy": 0.99, "d_loss": 0.12, "g_loss": 4.2, "g_grad": 2.0, "fools": 0.0}
"""As a public report of perceptrons with rates of 1e-3 and 1e-4: D's accuracy .99, L_D .12, L_G 4.2."""
RISING = ({"accepted": 0.1}, {})
"""Of two moments: what stands out in each. The images become clearer: more steps would be proposed, but for D."""


def two(*changes, **both):
    return [frame(step, **(both | its)) for step, its in zip((1600, 3125), changes, strict=True)]


@pytest.mark.parametrize(
    ("changes", "knob"),
    [
        ({"d_lr": 1e-3, "g_lr": 1e-4}, "d_lr"),
        ({}, "d_lr"),
        ({"d_steps": 50}, "d_steps"),
        ({"d_steps": 2, "d_lr": 4e-3}, "d_lr"),
        ({"d_steps": 8, "d_lr": 4e-3}, "d_steps"),
        ({"d_steps": 5, "g_steps": 5}, "d_lr"),
        ({"d_steps": 3, "g_lr": 4e-3}, "d_steps"),
        ({"pixels": "standardised", "d_steps": 50}, "pixels"),
        ({"pixels": "half"}, "pixels"),
        ({"g_output": "sigmoid"}, "g_output"),
        ({"g_output": "sigmoid", "pixels": "bytes"}, "pixels"),
        ({"g_output": "sigmoid", "pixels": "unit"}, "d_lr"),
    ],
)
def test_a_d_far_ahead_is_found_and_what_makes_it_fast_is_blamed(changes, knob):
    found = verdict(two(*RISING, **FAR), CONFIG.replace(**changes))
    assert (found.key, found.knob) == ("d_ahead", knob)
    assert (found.evidence["d_loss"], found.evidence["g_loss"]) == pytest.approx((0.12, 4.2))


@pytest.mark.parametrize(
    ("changes", "config"),
    [
        ({"d_accuracy": CERTAIN - 0.01}, CONFIG),
        ({"d_loss": NEARLY_NOTHING * math.log(4) + 0.01}, CONFIG),
        ({"g_loss": math.log(2) - 0.01}, CONFIG),
        ({"d_loss": 0.06}, CONFIG.replace(loss="least_squares")),
        ({"d_accuracy": math.nan, "d_loss": -3.0}, CONFIG.replace(loss="wasserstein")),
        ({}, CONFIG.replace(feature_matching=True)),
    ],
)
def test_a_d_that_is_only_good_is_not_far_ahead(changes, config):
    assert key(*two(*RISING, **(FAR | changes)), config=config) == "smear"


def test_far_ahead_is_said_of_each_loss_by_its_own_scale():
    nearly = FAR | {"d_loss": 0.04, "g_loss": 0.4}
    assert key(*two(*RISING, **nearly), config=CONFIG.replace(loss="least_squares")) == "d_ahead"
    assert key(*two(*RISING, **FAR), config=CONFIG.replace(loss="hinge")) == "d_ahead"
    winning = FAR | {"g_loss": -0.01}
    assert key(*two(*RISING, **winning), config=CONFIG.replace(loss="saturating")) == "d_ahead"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"accepted": 0.9}, "healthy"),
        ({"accepted": 0.7}, "recognisable"),
        ({"accepted": 0.55}, "d_ahead"),
        ({"accepted": 0.9, "diversity": 0.5}, "alike"),
        ({"accepted": 0.1, "g_grad": 0.01}, "vanishing"),
    ],
)
def test_a_d_far_ahead_of_a_g_that_draws_digits_is_no_fault(changes, expected):
    assert key(*two({}, {}, **(FAR | changes))) == expected


@pytest.mark.parametrize(
    ("changes", "knob"),
    [({"loss": "saturating"}, "loss"), ({}, "regularizer"), ({"d_lr": 1e-2}, "d_lr"), ({"regularizer": "r1"}, None)],
)
def test_a_vanished_gradient_blames_the_loss_only_if_it_saturates(changes, knob):
    now = DigitsConfig(**changes)
    assert now.effective(of_vanishing(now)) == knob


@pytest.mark.parametrize(
    ("d_lr", "accuracy", "expected"),
    [
        (CONFIG.g_lr, 0.5 + TOLD / 2 - 0.01, "d_too_weak"),
        (CONFIG.g_lr, 0.5 + TOLD / 2 + 0.01, "smear"),
        (CONFIG.g_lr, 0.3, "smear"),
        (CONFIG.g_lr / 2, 0.3, "d_too_weak"),
        (CONFIG.g_lr / 2, 0.5 + TOLD_BEHIND / 2 - 0.01, "d_too_weak"),
        (CONFIG.g_lr / 2, 0.5 + TOLD_BEHIND / 2 + 0.01, "smear"),
    ],
)
def test_a_d_before_a_smear_is_too_weak_near_one_half_and_one_with_smaller_steps_also_if_it_is_wrong(
    d_lr, accuracy, expected
):
    seen = [frame(step, accepted=0.1, d_accuracy=accuracy) for step in (1600, 3125)]
    assert key(*seen, config=CONFIG.replace(d_lr=d_lr)) == expected


def test_one_odd_moment_does_not_put_d_ahead_nor_back():
    frames = [frame(step, **FAR) for step in (1600, 1900, 2200, 2500, 2800)]
    assert key(*frames, frame(**(FAR | {"d_accuracy": 0.6}))) == "d_ahead"
    assert key(frame(1600, **(FAR | {"d_loss": 1.0})), frame(2000, accepted=0.3), frame(**FAR)) == "smear"


def test_a_collapse_behind_a_fast_d_is_a_collapse_and_names_its_speed():
    lost = FAR | {"shares": LOST, "accepted": 0.8}
    for changes, knob in (({"d_lr": 4e-3}, "d_lr"), ({"d_steps": 3}, "d_steps"), ({}, "regularizer")):
        found = verdict(two({}, {}, **lost), CONFIG.replace(**changes))
        assert (found.key, found.knob) == ("collapse", knob)


BY_THE_BOOK = {"accepted": 0.4, "d_accuracy": 0.95, "fools": 0.05, "held_out": 0.95 - BY_HEART - 0.01}
"""D takes 95 % of the training images for real."""


@pytest.mark.parametrize(
    ("changes", "knob"),
    [
        ({}, "augment"),
        ({"d_steps": 50}, "d_steps"),
        ({"augment": "diffaugment", "classes": "01"}, "classes"),
        ({"augment": "diffaugment"}, "dataset"),
        ({"augment": "diffaugment", "dataset": "mnist"}, "regularizer"),
        ({"augment": "diffaugment", "dataset": "mnist", "regularizer": "r1"}, None),
        ({"g_output": "sigmoid", "pixels": "unit"}, "dataset"),
        ({"pixels": "unit"}, "pixels"),
    ],
)
def test_a_d_that_memorises_is_told_by_images_that_it_never_saw(changes, knob):
    config = CONFIG.replace(**changes)
    found = verdict(two({}, {}, **BY_THE_BOOK, shares=[0.5, 0.5] + [0] * 8 if config.classes == "01" else TEN), config)
    assert (found.key, found.knob) == ("memorising", knob)
    assert (found.evidence["trained"], found.evidence["held_out"]) == pytest.approx((0.95, 0.64))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"held_out": 0.95 - BY_HEART + 0.01}, "smear"),
        ({"held_out": math.nan}, "smear"),
        ({"accepted": 0.55}, "memorising"),
        ({"accepted": 0.7}, "recognisable"),
        (FAR, "memorising"),
        ({"shares": LOST, "accepted": 0.8}, "collapse"),
    ],
)
def test_where_memorising_is_said(changes, expected):
    found = verdict(two({}, {}, **(BY_THE_BOOK | {"d_accuracy": 0.95} | changes)), CONFIG)
    assert found.key == expected
    assert found.knob == {"memorising": "augment", "collapse": "augment"}.get(expected)


def test_batch_normalisation_beside_a_gradient_penalty_is_blamed():
    for d_norm, regularizer, knob in (
        ("apart", "wgan_gp", "d_norm"),
        ("apart", "clip", "steps"),
        ("none", "r1", "steps"),
    ):
        config = CONFIG.replace(d_norm=d_norm, regularizer=regularizer)
        assert verdict(two({"accepted": 0.1}, {"accepted": 0.4}), config).knob == knob
    assert verdict(two({}, {"accepted": 0.7}), CONFIG.replace(d_norm="mixed", regularizer="r1")).knob is None


def test_more_steps_only_for_a_run_that_still_improves_at_its_end():
    rising = [frame(1600, accepted=0.3), frame(3125, accepted=0.5)]
    assert verdict(rising, CONFIG).knob == "steps"
    assert verdict([frame(1600, accepted=0.5), frame(3125, accepted=0.5)], CONFIG).knob is None
    assert verdict(rising, CONFIG.replace(steps=30_000)).knob is None


def test_a_divergence_blames_what_the_engine_blamed():
    found = verdict([frame(), frame(3200, shares=None, diverged_at=3199, facts={"knob": "g_lr"})], CONFIG)
    assert (found.key, found.knob, found.evidence) == ("diverged", "g_lr", {"step": 3199.0})


REAL = [
    (157, 0.209, 0.641, 0.342, [0.01, 0.02, 0.1, 0.2, 0.15, 0.1, 0.01, 0.26, 0.14, 0.02], "smear"),
    (469, 0.298, 0.732, 0.278, [0.06, 0.01, 0.08, 0.23, 0.05, 0.1, 0.02, 0.1, 0.23, 0.11], "smear"),
    (782, 0.453, 0.845, 0.265, [0.09, 0.008, 0.1, 0.25, 0.06, 0.04, 0.04, 0.14, 0.11, 0.16], "smear"),
    (1250, 0.547, 0.931, 0.242, [0.1, 0.04, 0.08, 0.23, 0.03, 0.05, 0.07, 0.15, 0.12, 0.14], "no_finding"),
    (3125, 0.63, 1.02, 0.15, [0.1, 0.04, 0.06, 0.1, 0.05, 0.15, 0.1, 0.14, 0.11, 0.16], "recognisable"),
]
"""What the judge said of the light network with DiffAugment on the 5,000 images, seed 0."""


@pytest.mark.parametrize(("step", "accepted", "diversity", "tv", "shares", "expected"), REAL)
def test_a_real_run_passes_from_a_smear_to_health(step, accepted, diversity, tv, shares, expected):
    assert key(frame(step, shares, accepted=accepted, diversity=diversity, digit_tv=tv)) == expected


@pytest.mark.whole
@pytest.mark.usefixtures("few_images")
def test_a_real_run_is_not_legible_when_it_is_first_judged():
    config = DigitsConfig(classes="01", batch_size=16, steps=64)
    frames = list(train(config))
    assert [frame.step for frame in frames] == [step for step in range(65) if is_frame(config, step)]
    assert verdict([frame for frame in frames if frame.step < 60], config).key == "unjudged"
    found = verdict([unpack(pack(frame), with_sheet=False) for frame in frames], config)
    assert found.key in ("smear", "collapse")
    assert found.of == 2
    assert found.evidence["accepted"] < RECOGNISABLE
    assert verdict(frames, config).key == found.key


@pytest.mark.whole
@pytest.mark.parametrize(
    ("changes", "knob"),
    [
        ({"d_lr": 4e-3, "g_lr": 1e-4}, "d_lr"),
        ({"g_output": "sigmoid"}, "g_output"),
        pytest.param({"pixels": "bytes"}, "pixels", marks=pytest.mark.nightly),
        pytest.param({"pixels": "standardised", "steps": 128, "batch_size": 16}, "pixels", marks=pytest.mark.nightly),
    ],
)
@pytest.mark.usefixtures("few_images")
def test_a_real_run_with_a_fast_d_or_with_images_that_g_cannot_make(changes, knob):
    config = DigitsConfig(classes="01", batch_size=8, steps=64).replace(**changes)
    found = verdict(list(train(config)), config)
    assert (found.key, found.knob) == ("d_ahead", knob)
    assert found.evidence["accepted"] < LEGIBLE


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "kind",
    [
        "healthy",
        "recognisable",
        "collapse",
        "alike",
        "smear",
        "no_finding",
        "unjudged",
        "diverged",
        "d_ahead",
        "memorising",
    ],
)
def test_every_verdict_has_words(lang, kind):
    changes = {
        "collapse": {"shares": LOST},
        "recognisable": {"accepted": RECOGNISABLE, "d_accuracy": AHEAD},
        "alike": {"diversity": 0.3},
        "smear": {"accepted": 0.1, "diversity": 0.2},
        "d_ahead": FAR,
        "memorising": BY_THE_BOOK,
        "no_finding": {"digit_tv": 0.4},
        "unjudged": {"shares": None},
        "diverged": {"diverged_at": 5, "facts": {"knob": "d_lr"}},
    }.get(kind, {})
    found = verdict([frame(**changes)], CONFIG)
    assert found.key == kind
    said = describe(found, lang)
    assert said["title"]
    assert "{" not in said["title"] + said["sentence"]
    assert found.knob is None or exists(f"field.label.{found.knob}", lang)


def test_of_recognisable_digits_it_is_said_whether_d_is_ahead():
    said = [
        describe(verdict([frame(accepted=RECOGNISABLE, d_accuracy=accuracy)], CONFIG), "en") for accuracy in (0.6, 0.8)
    ]
    assert ["still ahead" in one["sentence"] for one in said] == [False, True]


def test_a_collapses_losses_are_told_and_a_smear_of_one_picture_is_called_so():
    told = describe(verdict([frame(shares=LOST)], CONFIG), "en")
    assert told["title"] == "Collapse to 5 of 10 digits."
    assert "D 1.20, G 0.90" in told["sentence"]
    alike = describe(verdict([frame(accepted=0.1, diversity=0.2)], CONFIG), "en")["sentence"]
    assert "much alike" in alike
    assert "much alike" not in describe(verdict([frame(accepted=0.1)], CONFIG), "en")["sentence"]


def test_frames_without_a_judge_are_unjudged_for_good():
    fashion = DigitsConfig(dataset="fashion_mnist")
    assert verdict([replace(frame(shares=None), step=s) for s in (0, 938)], fashion).key == "unjudged"
