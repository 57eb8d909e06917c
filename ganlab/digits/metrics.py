"""Metrics of generated digits, as pure functions of the classifier's output.

Classifying 1000 images takes 0.2 s on one core. The cheap metrics then take 3 ms, so every frame can have them. The
expensive ones compare two sets of features in 50 ms (250 ms for 2000); the first FID also loads torchmetrics. Values in
these features cannot be compared with values in Inception's features: compare them with `fid_floor`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganlab.data.torchvision import prepare_torchvision
from ganlab.digits.judge import FEATURES, N_DIGITS, SIDE, Images, Judged, checked, judge
from ganlab.digits.reference import IMAGES, TRAINING, Reference, Shares, reference

ACCEPT = 0.9
COVER = 0.01
K = 5
FEW = 20
"""Minimum number of images of a digit for its diversity to count."""


@dataclass(frozen=True)
class DigitMetric:
    """`formula(view, reference)` of one view of the classifier's output."""

    view: str  # key of VIEWS
    formula: Callable[[Any, Reference], float]
    unit: str
    higher_is_better: bool
    dear: bool
    source: str

    def compute(self, judged: Judged, against: Reference) -> float:
        """Value for n judged images; nan where undefined."""
        return self.formula(VIEWS[self.view](judged, against), against)


def measure(images: Images, due: Shares = TRAINING, dear: bool = True) -> tuple[dict[str, float], NDArray[np.float64]]:
    """Every metric, or the cheap ones only, of images (n, 28, 28) in [-1, 1], and the share of each digit (10,).

    `due` are the shares of digits that the training data held. Raises ValueError as `judge` does.
    """
    judged = judge(images)
    return scores(judged, reference(due), dear), histogram(judged)


def scores(judged: Judged, against: Reference, dear: bool = True) -> dict[str, float]:
    """`measure` for images that are already classified; each view is computed once."""
    chosen = {key: metric for key, metric in DIGIT_METRICS.items() if dear or not metric.dear}
    views = {view: VIEWS[view](judged, against) for view in {metric.view: None for metric in chosen.values()}}
    return {key: metric.formula(views[metric.view], against) for key, metric in chosen.items()}


def histogram(judged: Judged) -> NDArray[np.float64]:
    """(10,) share of all images that are most like each digit; sums to 1."""
    return np.bincount(judged.digits.numpy(), minlength=N_DIGITS) / len(judged)


def accepted_histogram(judged: Judged) -> NDArray[np.float64]:
    """(10,) share of all images that are accepted as each digit; sums to `accepted`."""
    sure = judged.confidence >= ACCEPT
    return np.bincount(judged.digits[sure].numpy(), minlength=N_DIGITS) / len(judged)


# Cheap: from the class of each image.


def digits_covered(judged: Judged, against: Reference) -> float:
    """Number of the training data's digits with at least 1 % of all images, accepted or not; 0 to 10.

    Real images score 10. A smear may also score 10: compare it with `accepted`. The published protocol uses 10 000
    images; with 1000, a share of 1 % has a standard error of 0.3 %.
    """
    return float((histogram(judged) >= COVER)[against.due > 0].sum())


def digits_accepted(judged: Judged, against: Reference) -> float:
    """Number of the training data's digits with 1 % of all images accepted (p >= 0.9); 0 to 10, real images 10."""
    return float((accepted_histogram(judged) >= COVER)[against.due > 0].sum())


def digit_tv(judged: Judged, against: Reference) -> float:
    """Total variation sum_i |p_i - due_i| / 2 between the generated and the training shares of the digits, 0 to 1.

    Real test images score 0.008. Sampling noise alone, the bias, scores 0.012 for n = 10 000 and 0.038 for n = 1000.
    A single digit scores 1 - due, 0.9. Balanced data against the training set's shares: 0.025.
    """
    return float(np.abs(histogram(judged) - against.due).sum() / 2)


def accepted(judged: Judged, against: Reference) -> float:
    """Share of images whose digit has p >= 0.9, 0 to 1; standard error at most 0.5/sqrt(n).

    Real test images score 0.986. Noise, blobs and blank pictures score 0, as the classifier was trained to be undecided
    about them. It is not calibrated: it accepts 60 % of images with the top of one digit and the bottom of another.
    """
    return float((judged.confidence >= ACCEPT).double().mean())


def diversity(judged: Judged, against: Reference) -> float:
    """Root mean squared feature distance of two images of one digit, relative to real images; the mean over digits.

    Real test images score 0.99; a single image for each digit scores 0. Noise reduces the features and so the
    diversity: 0.6 at σ = 0.4. Digits with fewer than 20 images are left out; nan if all are.
    """
    groups = {digit: judged.features[judged.digits == digit].double() for digit in np.flatnonzero(against.due)}
    ratios = [spread(group) / float(against.spread[digit]) for digit, group in groups.items() if len(group) >= FEW]
    return float(np.mean(ratios)) if ratios else math.nan


def spread(features: Tensor) -> float:
    """Root mean squared distance between two different rows of features (n, d): sqrt(2 tr C)."""
    return math.sqrt(2 * float(features.var(0).sum()))


# Expensive: from two sets of features.


def fid(judged: Judged, against: Reference) -> float:
    """Fréchet distance |m - m_r|^2 + tr(C + C_r - 2 (C C_r)^(1/2)) between Gaussians fitted to the features, >= 0.

    In squared units of the classifier's features: not comparable with FIDs in other features. The bias is about +c/n:
    n training images score `fid_floor(n)`, n test images slightly more (1000: 5.0 and 5.7; 10 000: 0.5 and 1.3, because
    the classifier has memorised training images). nan for one image.
    """
    if len(judged) < 2:
        return math.nan
    prepare_torchvision()
    from torchmetrics.image.fid import FrechetInceptionDistance  # takes 2.5 s and 150 MB, so only on demand

    distance = FrechetInceptionDistance(feature=Seen())
    distance.real_features_num_samples = torch.tensor(IMAGES)
    distance.real_features_sum = IMAGES * against.mean
    distance.real_features_cov_sum = IMAGES * against.moment
    distance.update(judged.features.double(), real=False)
    return float(distance.compute())


class Seen(torch.nn.Module):
    """The feature extractor for torchmetrics: the identity, as the features are already computed."""

    num_features = FEATURES

    def forward(self, features: Tensor) -> Tensor:
        """(n, 128) -> the same."""
        return features


@dataclass(frozen=True)
class Neighbours:
    """Distances between n real and n generated images, and each one's to its 5th nearest of its own kind."""

    distances: Tensor  # (n, n) float64, real by generated
    real_radii: Tensor  # (n,)
    fake_radii: Tensor  # (n,)

    @property
    def inside(self) -> Tensor:
        """(n, n) whether a generated image lies in the ball of a real image."""
        return self.distances < self.real_radii[:, None]


def directions(features: Tensor) -> Tensor:
    """Features (n, d) normalised to length 1; those of length 0 are unchanged.

    Images that are not digits have features near 0, inside the large balls of outlying real images. So static has
    precision 1 by distances between the features themselves, and 0 by directions.
    """
    return torch.nn.functional.normalize(features, dim=1)


def neighbours(real: Tensor, fake: Tensor) -> Neighbours | None:
    """Of the first n rows of features (N, d) and (M, d), n = min(N, M); None if n <= 5."""
    n = min(len(real), len(fake))
    if n <= K:
        return None
    real, fake = real[:n].double(), fake[:n].double()
    radii = [torch.cdist(rows, rows).kthvalue(K + 1, dim=1).values for rows in (real, fake)]  # the nearest is itself
    return Neighbours(torch.cdist(real, fake), *radii)


def precision(near: Neighbours | None, against: Reference) -> float:
    """Share of generated images in the ball of any real image, 0 to 1: fidelity. Test images score 0.91."""
    return math.nan if near is None else float(near.inside.any(0).double().mean())


def recall(near: Neighbours | None, against: Reference) -> float:
    """Share of real images in the ball of any generated image, 0 to 1: variety. Test images score 0.90.

    Scattered outliers have large balls and also score (blobs: 0.6): compare it with coverage.
    """
    return math.nan if near is None else float((near.distances < near.fake_radii).any(1).double().mean())


def density(near: Neighbours | None, against: Reference) -> float:
    """Mean number of real balls that contain a generated image, over k; >= 0, perfect 1. Test images score 1.01."""
    return math.nan if near is None else float(near.inside.double().sum(0).mean()) / K


def coverage(near: Neighbours | None, against: Reference) -> float:
    """Share of real images with a generated image in their ball, 0 to 1; a perfect generator scores 1 - 2^-5 = 0.969.

    Real test images score 0.965; m of ten digits, perfectly generated, score m/10.
    """
    return math.nan if near is None else float(near.inside.any(1).double().mean())


# From pixels.


def nearest(images: Images, pool: Images, k: int = 5) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The k images of the pool (N, 28, 28) nearest to each of m: indices (m, k) and distances (m, k), nearest first.

    The distance is the root mean squared difference of pixels in [-1, 1], 0 to 2; a copy scores 0. For comparison: the
    nearest of 5000 training images to a test image has distance 0.37, of all 60 000 it has 0.32 (medians).
    """
    rows, others = checked(images).flatten(1), checked(pool).flatten(1)
    near = torch.cdist(rows, others).topk(min(k, len(others)), largest=False).indices
    exact = (rows[:, None] - others[near]).norm(dim=2) / SIDE  # cdist is off by 0.01 for large pools
    order = exact.argsort(dim=1, stable=True)
    return near.gather(1, order).numpy(), exact.gather(1, order).numpy()


VIEWS: dict[str, Callable[[Judged, Reference], Any]] = {
    "judged": lambda judged, against: judged,
    "neighbours": lambda judged, against: neighbours(directions(against.features), directions(judged.features)),
}
PAIRED = "github.com/brycesandlund/paired-discriminator docs/MNIST.md"
DIGIT_METRICS: dict[str, DigitMetric] = {
    "digits_covered": DigitMetric("judged", digits_covered, "digits", True, False, PAIRED),
    "digits_accepted": DigitMetric("judged", digits_accepted, "digits", True, False, PAIRED),
    "digit_tv": DigitMetric("judged", digit_tv, "share", False, False, PAIRED),
    "accepted": DigitMetric("judged", accepted, "share", True, False, PAIRED),
    "diversity": DigitMetric("judged", diversity, "ratio", True, False, "ours"),
    "fid": DigitMetric("judged", fid, "squared feature units", False, True, "arXiv:1706.08500"),
    "precision": DigitMetric("neighbours", precision, "share", True, True, "arXiv:1904.06991, k = 5"),
    "recall": DigitMetric("neighbours", recall, "share", True, True, "arXiv:1904.06991, k = 5"),
    "density": DigitMetric("neighbours", density, "ratio", True, True, "arXiv:2002.09797"),
    "coverage": DigitMetric("neighbours", coverage, "share", True, True, "arXiv:2002.09797"),
}
