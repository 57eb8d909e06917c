"""The nearest training images of an image, against answers that are known."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from real_digits import mnist

from ganlab.data.images import chosen, subset
from ganlab.digits import neighbours as module
from ganlab.digits.config import DigitsConfig
from ganlab.digits.neighbours import COUNT, PART, TYPICAL, lookalikes

CONFIG = DigitsConfig()


@pytest.mark.parametrize("place", [0, 1234, PART - 1, PART, 4999])
def test_a_training_image_is_its_own_nearest(place):
    images, labels = subset()
    found = lookalikes(images[place].numpy(), CONFIG)
    assert np.array_equal(found.images[0], images[place].numpy())
    assert found.labels[0] == labels[place]
    assert found.distances[0] == 0
    assert (np.diff(found.distances) >= 0).all()
    assert len(found.images) == len(found.labels) == len(found.distances) == COUNT
    assert found.opinion.sum() == pytest.approx(1, abs=1e-5)
    assert int(found.opinion.argmax()) == int(labels[place])
    assert found.typical == TYPICAL["mnist_5k"][int(labels[place])]


def test_the_parts_of_the_pool_are_one_pool(monkeypatch):
    image = (0.6 * subset()[0][7].numpy() + 0.4 * subset()[0][4000].numpy()).astype(np.uint8)
    whole = lookalikes(image, CONFIG)
    monkeypatch.setattr(module, "PART", 700)
    parts = lookalikes(image, CONFIG)
    assert np.array_equal(whole.images, parts.images)
    assert whole.distances == pytest.approx(parts.distances, abs=1e-6)
    assert whole.distances[0] > 0


def test_only_the_runs_own_classes_are_searched():
    config = DigitsConfig(classes="17")
    found = lookalikes(subset()[0][0].numpy(), config)
    assert set(found.labels) <= {1, 7}
    assert found.distances[0] > 0.1


def test_distances_are_root_mean_squares_of_pixels():
    images, _ = chosen("mnist_5k", "0123456789")
    image = np.full((28, 28), 255, np.uint8)
    found = lookalikes(image, CONFIG)
    true = ((1 - (images.float() / 127.5 - 1)) ** 2).mean((1, 2)).sqrt().sort().values[:COUNT]
    assert found.distances == pytest.approx(true.numpy(), abs=1e-4)


def test_where_there_is_no_judge_there_is_no_opinion(monkeypatch):
    images = torch.arange(10 * 784, dtype=torch.int64).remainder(251).to(torch.uint8).view(10, 28, 28)
    monkeypatch.setattr(module, "chosen", lambda dataset, classes: (images, torch.arange(10)))
    found = lookalikes(images[3].numpy(), DigitsConfig(dataset="fashion_mnist"))
    assert (found.labels[0], found.distances[0]) == (3, 0)
    assert found.opinion.shape == (0,)
    assert found.typical is None


def test_the_scale_of_distances_is_that_of_the_test_set():
    images, labels = mnist("t10k")
    first = [i for digit in (1, 4) for i in torch.nonzero(labels == digit)[:40, 0].tolist()]
    pixels = ((images[first] + 1) * 127.5).round().to(torch.uint8).numpy()
    nearest = [float(lookalikes(image, CONFIG).distances[0]) for image in pixels]
    for half, digit in ((nearest[:40], 1), (nearest[40:], 4)):
        median, least = TYPICAL["mnist_5k"][digit]
        assert np.median(half) == pytest.approx(median, abs=0.06)
        assert sum(distance < least for distance in half) <= 3


@pytest.mark.parametrize("dataset", TYPICAL)
def test_what_counts_as_typical_is_what_the_benchmark_measured(dataset):
    table = (Path(__file__).parents[2] / "docs" / "judge.md").read_text()
    (row,) = (line for line in table.splitlines() if line.startswith(f"| {dataset} |"))
    told = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) \(([\d.]+)\)", row)]
    assert told == list(TYPICAL[dataset])
