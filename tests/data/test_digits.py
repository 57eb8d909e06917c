"""Images: the subset that ships, the sets by download, and batches by number."""

import gzip
import hashlib
import shutil

import numpy as np
import pytest
import torch

from ganlab.data import images as digits
from ganlab.data import torchvision
from ganlab.data.images import CLASSES, IMAGE_SETS, Batches, DataError, Shuffled, chosen, fixed, scaled
from ganlab.digits.reference import TRAINING


def test_the_subset_is_small_balanced_and_of_real_digits():
    images, labels = chosen("mnist_5k", CLASSES)
    assert images.shape == (5000, 28, 28)
    assert images.dtype == torch.uint8
    assert labels.bincount().tolist() == list(IMAGE_SETS["mnist_5k"].counts)
    assert digits.SUBSET.stat().st_size < 1_000_000
    assert digits.SUBSET.with_name("README.md").is_file()
    assert 0.10 < images.float().mean() / 255 < 0.15
    ones, zeros = (images[labels == digit].float().mean() for digit in (1, 0))
    assert ones < zeros / 2, "a one has less ink than a zero"


def test_chosen_classes_only():
    images, labels = chosen("mnist_5k", "37")
    assert set(labels.tolist()) == {3, 7}
    assert len(images) == IMAGE_SETS["mnist_5k"].size("37") == 1000


def test_images_are_scaled_to_plus_minus_one():
    x = scaled(torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1).expand(2, 28, 28))
    assert x.shape == (2, 1, 28, 28)
    assert x[:, 0, 0, 0].tolist() == [-1.0, 1.0]


@pytest.mark.parametrize("batch", [1, 7, 10, 25])
def test_every_epoch_shows_every_image_once_and_no_batch_is_short(batch):
    order = Shuffled(10, batch, seed=0, name="x")
    drawn = torch.cat([order.row(i) for i in range(30)])
    assert len(drawn) == 30 * batch
    for epoch in range(len(drawn) // 10):
        assert drawn[10 * epoch : 10 * epoch + 10].sort().values.tolist() == list(range(10))
    assert drawn[:10].tolist() != drawn[10:20].tolist()


def test_a_batch_depends_on_its_number_alone():
    images, _ = chosen("mnist_5k", CLASSES)
    one, other = (Batches(images, 64, 5, "real") for _ in range(2))
    forth = [one.row(i) for i in range(160)]
    for i in reversed(range(0, 160, 13)):
        assert torch.equal(other.row(i), forth[i])
    assert not torch.equal(Batches(images, 64, 6, "real").row(0), forth[0])
    assert not torch.equal(Batches(images, 64, 5, "unreal").row(0), forth[0])


def test_drawing_leaves_the_global_random_state_alone():
    before = torch.random.get_rng_state()
    fixed("mnist_5k", CLASSES, 64, 0)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.whole
def test_a_set_that_cannot_be_had_says_why_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLAB_DATA", str(tmp_path))
    monkeypatch.setattr(torchvision.datasets().FashionMNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(DataError) as error:
        IMAGE_SETS["fashion_mnist"].load()
    assert (error.value.dataset, error.value.reason) == ("fashion_mnist", "no_network")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.whole
def test_a_damaged_set_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLAB_DATA", str(tmp_path))
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (raw / f"{name}-ubyte").write_bytes(b"\0\0\10\3")
    with pytest.raises(DataError) as error:
        IMAGE_SETS["mnist"].load()
    assert error.value.reason == "damaged"


def idx(array):
    """An array in the format of the MNIST files."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return head + array.astype(np.uint8).tobytes()


@pytest.mark.whole
def test_a_download_is_checked_kept_and_not_repeated(tmp_path, monkeypatch):
    images, labels = np.full((60_000, 28, 28), 7), np.arange(60_000) % 10
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    resources = []
    for name, array in (("train-images-idx3", images), ("train-labels-idx1", labels)):
        blob = gzip.compress(idx(array), 1, mtime=0)
        (mirror / f"{name}-ubyte.gz").write_bytes(blob)
        resources.append((f"{name}-ubyte.gz", hashlib.md5(blob).hexdigest()))
    monkeypatch.setenv("GANLAB_DATA", str(tmp_path / "data"))
    fashion = torchvision.datasets().FashionMNIST
    monkeypatch.setattr(fashion, "mirrors", [f"{mirror}/"])
    monkeypatch.setattr("torchvision.datasets.utils._get_redirect_url", lambda url, **_: url)
    arrived = []

    def retrieve(url, file, *_):
        shutil.copy(url, file)
        arrived.append(digits.downloaded("fashion_mnist"))

    monkeypatch.setattr("torchvision.datasets.utils._urlretrieve", retrieve)
    monkeypatch.setattr(fashion, "resources", resources)
    for _ in range(2):
        data, targets = IMAGE_SETS["fashion_mnist"].load()
        assert (data[0, 0, 0], targets.bincount().tolist()) == (7, [6000] * 10)
        monkeypatch.setattr(fashion, "mirrors", [])
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["FashionMNIST"]
    assert not list((tmp_path / "data").rglob("*.gz"))
    sizes = [path.stat().st_size for path in (mirror / name for name, _ in resources)]
    assert arrived == [sizes[0], sum(sizes)]
    assert digits.downloaded("fashion_mnist") is digits.downloaded("mnist_5k") is None


def test_the_shares_that_are_due_are_those_of_the_chosen_images():
    assert IMAGE_SETS["mnist_5k"].shares("01") == (0.5, 0.5, *(0.0,) * 8)
    assert IMAGE_SETS["mnist"].shares("0123456789") == TRAINING
