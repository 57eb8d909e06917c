"""Verdicts on runs on digits, from frames made to show one thing each, and from numbers that real runs had."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ganlab.digits.config import DigitsConfig
from ganlab.digits.diagnosis import AHEAD, ALIKE, BARELY, EVEN, GOOD, LEGIBLE, RECOGNISABLE, UNEVEN, VARIED, verdict
from ganlab.digits.frame import DigitsFrame, is_frame, pack, unpack
from ganlab.digits.train import train
from ganlab.ui.digits.playback import describe
from ganlab.ui.text import LANGUAGES, exists

CONFIG = DigitsConfig(steps=3125)
TEN = [0.1] * 10
FINE = {"accepted": 0.9, "diversity": 0.9, "digit_tv": 0.1}


def frame(step=3125, shares=TEN, diverged_at=-1, facts=None, d_loss=1.2, g_loss=0.9, d_accuracy=0.7, **metrics):
    one = {"d_loss": d_loss, "g_loss": g_loss, "d_accuracy": d_accuracy}
    rest = dict.fromkeys(("penalty", "d_grad", "g_grad", "fools"), math.nan)
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
    assert key(*[frame(step, accepted=0.1) for step in (600, 1200, 2400)], frame()) == "healthy"


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


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "kind", ["healthy", "recognisable", "collapse", "alike", "smear", "no_finding", "unjudged", "diverged"]
)
def test_every_verdict_has_words(lang, kind):
    changes = {
        "collapse": {"shares": LOST},
        "recognisable": {"accepted": RECOGNISABLE, "d_accuracy": AHEAD},
        "alike": {"diversity": 0.3},
        "smear": {"accepted": 0.1, "diversity": 0.2},
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
