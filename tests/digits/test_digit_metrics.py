"""Metrics of digits against known answers: real digits, corrupted ones, missing ones, and clouds of known overlap."""

import math

import numpy as np
import pytest
import scipy.linalg
import torch
from real_digits import judged_digits, mnist, some

from ganlab.digits import metrics
from ganlab.digits.judge import Judged, judge
from ganlab.digits.metrics import DIGIT_METRICS, accepted_histogram, histogram, measure, nearest, scores
from ganlab.digits.reference import COUNTS, TRAINING, fid_floor, reference
from ganlab.gan.rng import stream

CHEAP = ["digits_covered", "digits_accepted", "digit_tv", "accepted", "diversity"]
DEAR = ["fid", "precision", "recall", "density", "coverage"]
REAL = reference()


@pytest.fixture(scope="module")
def real():
    return judged_digits()


def score(key, judged, against=REAL):
    return DIGIT_METRICS[key].compute(judged, against)


def evenly(digits=range(10)):
    """Equal shares of the chosen digits, none of the others: what training on a balanced subset owes."""
    chosen = set(digits)
    return tuple(1 / len(chosen) if digit in chosen else 0.0 for digit in range(10))


def called(digits, confidence=1.0):
    """Images without features that are called these digits."""
    digits = torch.as_tensor(digits)
    probabilities = torch.full((len(digits), 10), (1 - confidence) / 9)
    probabilities[torch.arange(len(digits)), digits] = confidence
    return Judged(torch.zeros(len(digits), 128), probabilities)


def noisy(images, sigma):
    noise = torch.randn(images.shape, generator=stream(0, "test", "noise"))
    return (images + sigma * noise).clamp(-1, 1)


# Real digits (docs/science.md#digits-and-their-judge: a published judge finds 10, TV 0.009, 98.3 % accepted).


@pytest.mark.whole
def test_real_digits_score_what_the_docstrings_say(real):
    values = scores(real[2], REAL)
    assert list(values) == CHEAP + DEAR == list(DIGIT_METRICS)
    assert values["digits_covered"] == values["digits_accepted"] == 10
    assert values["digit_tv"] < 0.02
    assert values["accepted"] == pytest.approx(0.98, abs=0.01)
    assert values["diversity"] == pytest.approx(1, abs=0.05)
    assert values["density"] == pytest.approx(1, abs=0.1)
    assert values["coverage"] == pytest.approx(0.969, abs=0.03)
    assert min(values["precision"], values["recall"]) > 0.7
    assert values["fid"] < 10 * fid_floor(10_000)


def test_measure_is_compute(real):
    images, _, judged = real
    values, shares = measure(images[:600].numpy())
    part = some(judged, slice(600))
    assert values == pytest.approx({key: score(key, part) for key in DIGIT_METRICS}, rel=1e-3)
    np.testing.assert_allclose(shares, histogram(part))
    cheap, _ = measure(images[:600], dear=False)
    assert cheap == {key: values[key] for key in CHEAP}


# One digit, few digits, no digit.


def test_a_generator_of_one_digit(real):
    _, labels, judged = real
    values = scores(some(judged, labels == 1), REAL)
    assert values["digits_covered"] == values["digits_accepted"] == 1
    assert values["digit_tv"] == pytest.approx(0.9, abs=0.02)
    assert values["accepted"] > 0.95
    assert values["diversity"] == pytest.approx(1, abs=0.1)
    assert values["coverage"] < 0.15
    assert values["fid"] > 100 * fid_floor(1000)


@pytest.mark.parametrize("shade", [-1.0, 0.0, 1.0])
def test_blank_images(shade):
    values, shares = measure(torch.full((100, 28, 28), shade))
    assert values["digits_covered"] <= 1
    assert values["digits_accepted"] == values["accepted"] == values["recall"] == values["coverage"] == 0
    assert values["diversity"] == pytest.approx(0, abs=1e-3)
    assert shares.max() == 1


def test_one_image_repeated_has_no_diversity(real):
    values = scores(some(real[2], [0] * 500), REAL)
    assert values["diversity"] == pytest.approx(0, abs=1e-3)
    assert values["recall"] == 0
    assert values["coverage"] < 0.05


@pytest.mark.parametrize("m", range(1, 11))
def test_m_even_digits(m):
    judged = called(torch.arange(2520) % m)
    due = reference(evenly())
    assert score("digits_covered", judged, due) == score("digits_accepted", judged, due) == m
    assert score("digit_tv", judged, due) == pytest.approx(1 - m / 10)
    assert score("accepted", judged) == 1


def test_one_per_cent_covers_and_doubt_is_not_accepted():
    judged = called([0] * 10 + [1] * 9 + [2] * 981)
    assert score("digits_covered", judged) == score("digits_accepted", judged) == 2
    doubtful = called([0] * 10 + [1] * 990, confidence=0.89)
    assert score("digits_covered", doubtful) == 2
    assert score("digits_accepted", doubtful) == score("accepted", doubtful) == 0
    assert accepted_histogram(doubtful).sum() == 0
    assert histogram(doubtful).sum() == 1


def test_only_owed_digits_count():
    judged = called(torch.arange(300) % 3)
    due = reference(evenly([0, 1]))
    assert score("digits_covered", judged, due) == 2
    assert score("digit_tv", judged, due) == pytest.approx(1 / 3)


# FID (docs/science.md#fid).


def closed_form(a, b):
    """Heusel et al. 2017, by scipy's matrix root."""
    (m, c), (n, d) = ((rows.mean(0), np.cov(rows, rowvar=False)) for rows in (a, b))
    return ((m - n) ** 2).sum() + np.trace(c + d - 2 * scipy.linalg.sqrtm(c @ d).real)


@pytest.mark.filterwarnings("ignore:Matrix is singular")  # some features are 0 for all images
def test_fid_is_the_closed_formula(real):
    _, _, judged = real
    train, _ = mnist("train")
    seen = judge(train[:4000]).features.double()
    against = metrics.Reference(REAL.due, seen.mean(0), seen.T @ seen / 4000, REAL.spread, REAL.features)
    generated = some(judged, slice(1500))
    expected = closed_form(generated.features.double().numpy(), seen.numpy())
    assert score("fid", generated, against) == pytest.approx(expected, rel=1e-3)


@pytest.mark.whole
def test_fid_is_that_of_torchmetrics_on_images(real):
    metrics.prepare_torchvision()
    from torchmetrics.image.fid import FrechetInceptionDistance

    class Extractor(torch.nn.Module):
        num_features = 128

        def forward(self, images):
            return judge(images).features.double()

    images, _, judged = real
    theirs = FrechetInceptionDistance(feature=Extractor())
    theirs.update(images[:3000], real=True)
    theirs.update(noisy(images[3000:4000], 0.2), real=False)
    rows = judged.features[:3000].double()
    against = metrics.Reference(REAL.due, rows.mean(0), rows.T @ rows / 3000, REAL.spread, REAL.features)
    ours = score("fid", judge(noisy(images[3000:4000], 0.2)), against)
    assert ours == pytest.approx(float(theirs.compute()), rel=2e-2)  # we count 60 000 real images, always


@pytest.mark.whole
def test_fid_grows_with_noise(real):
    images, _, judged = real
    clean = score("fid", some(judged, slice(2000)))
    dirty = [score("fid", judge(noisy(images[:2000], sigma))) for sigma in (0.1, 0.2, 0.4)]
    assert fid_floor(2000) < clean < dirty[0] / 2 < dirty[1] / 2 < dirty[2] / 2


def test_fid_grows_with_missing_digits(real):
    _, labels, judged = real
    rows = [score("fid", some(judged, torch.nonzero(labels < m)[:2000, 0])) for m in range(10, 1, -1)]
    assert rows[0] < rows[1] / 2
    assert rows == sorted(rows)


def test_fid_falls_with_n(real):
    rows = [score("fid", some(real[2], slice(n))) for n in (500, 2000, 5000, 10_000)]
    assert rows == sorted(rows, reverse=True)


def test_floor_falls_with_n_and_is_no_corruption():
    rows = [fid_floor(n) for n in (2, 250, 700, 1000, 30_000, 10**6)]
    assert rows == sorted(rows, reverse=True)
    assert fid_floor(500) / fid_floor(5000) == pytest.approx(10, rel=0.3)
    assert math.isnan(fid_floor(1000, evenly([1, 2])))


def test_fid_against_the_digits_that_were_owed(real):
    _, labels, judged = real
    pair = some(judged, torch.nonzero((labels == 3) | (labels == 7))[:1500, 0])
    assert 20 * score("fid", pair, reference(evenly([3, 7]))) < score("fid", pair)


def test_few_images_are_undefined_not_wrong():
    one = judge(torch.zeros(1, 28, 28))
    assert {key for key in DIGIT_METRICS if math.isnan(score(key, one))} == {"diversity", *DEAR}


# The reference.


def test_shares_of_the_reference():
    assert sum(TRAINING) == pytest.approx(1)
    assert sum(COUNTS) == 60_000
    assert REAL.features.shape == (2000, 128)
    assert reference(evenly()).features.shape == (2000, 128)
    assert reference(evenly([4])).features.shape == (225, 128)
    assert reference() is REAL


def test_every_prefix_holds_the_digits_in_their_shares():
    means = torch.stack([reference(evenly([digit])).features.mean(0) for digit in range(10)])
    for n in (100, 500, 2000):
        nearest_mean = torch.cdist(REAL.features[:n], means).argmin(1)
        np.testing.assert_allclose(np.bincount(nearest_mean, minlength=10) / n, TRAINING, atol=0.03)


@pytest.mark.parametrize("due", [(1.0,), (0.5,) * 10, (1.1, -0.1) + (0.0,) * 8, (math.nan,) * 10])
def test_shares_that_are_none(due):
    with pytest.raises(ValueError, match="expected 10 shares"):
        reference(due)


def test_reference_is_that_of_the_training_images():
    images, labels = mnist("train")
    assert tuple(torch.bincount(labels).tolist()) == COUNTS
    seen = judge(images[:3000]).features.double()
    assert (seen.mean(0) - REAL.mean).norm() < 0.05 * REAL.mean.norm()
    assert (seen.T @ seen / 3000 - REAL.moment).norm() < 0.1 * REAL.moment.norm()


# The house.


def test_inputs_stay_as_they_are_and_global_dice_rest(real):
    images = real[0][:100].numpy().copy()
    images.setflags(write=False)
    before, theirs = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    measure(images)
    nearest(images, images)
    assert torch.equal(before, torch.random.get_rng_state())
    np.testing.assert_array_equal(theirs, np.random.get_state()[1])  # noqa: NPY002
    np.testing.assert_array_equal(images, real[0][:100])


def test_what_cannot_be_judged_is_refused():
    for wrong in (torch.zeros(5, 784), torch.full((5, 28, 28), torch.nan)):
        with pytest.raises(ValueError, match=r"^images "):
            measure(wrong)
    with pytest.raises(ValueError, match=r"^images "):
        nearest(torch.zeros(1, 28, 28), torch.zeros(5, 784))


def test_every_metric_says_what_it_is():
    assert [key for key, metric in DIGIT_METRICS.items() if metric.dear] == DEAR
    for metric in DIGIT_METRICS.values():
        assert metric.unit in {"digits", "share", "ratio", "squared feature units"}
        assert metric.formula.__doc__
        assert metric.source
    assert {key for key in DIGIT_METRICS if not DIGIT_METRICS[key].higher_is_better} == {"digit_tv", "fid"}
