"""Trains the judge and measures the real digits it compares with: `python -m ganlab judge PATH_TO_MNIST_RAW`.

It takes six minutes on one core and is deterministic on one machine and build. The folder holds the four original
files, uncompressed, as torchvision stores them. The test set is used only for the final report.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from ganlab.digits.judge import (
    FEATURES,
    N_DIGITS,
    SIDE,
    WEIGHTS,
    Judged,
    Weights,
    features_of,
    initial_weights,
    judge,
    logits_of,
    shipped_weights,
)
from ganlab.digits.metrics import fid
from ganlab.digits.reference import COUNTS, REFERENCE, Reference
from ganlab.gan.rng import stream
from ganlab.host import command

EPOCHS = 8
BATCH = 128
LEARNING_RATE = 2e-3
DROPOUT = 0.25
POOL = 225
"""Number of shipped features of each digit: enough for 2000 in the training set's shares."""
FLOOR_SIZES = (250, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000)
STRANGERS = 16
"""Number of pictures without a digit in each batch; their label is uniform over all digits."""


def read_mnist(folder: Path, part: str) -> tuple[Tensor, Tensor]:
    """Images (n, 28, 28) float32 in [-1, 1] and labels (n,) int64; `part` is "train" or "t10k"."""
    images = np.fromfile(folder / f"{part}-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, SIDE, SIDE)
    labels = np.fromfile(folder / f"{part}-labels-idx1-ubyte", np.uint8, offset=8)
    return torch.from_numpy(images).float() / 127.5 - 1, torch.from_numpy(labels).long()


def warped(images: Tensor, rng: torch.Generator) -> Tensor:
    """Each image (n, 28, 28) turned by up to 10 degrees, scaled by 0.9 to 1.1 and moved by up to 2 pixels."""
    turn, scale, x, y = (torch.rand(4, len(images), generator=rng) * 2 - 1).unbind()
    turn, scale, x, y = turn * math.pi / 18, 1 + scale / 10, x * 4 / SIDE, y * 4 / SIDE
    cos, sin = scale * turn.cos(), scale * turn.sin()
    maps = torch.stack([torch.stack([cos, -sin, x], 1), torch.stack([sin, cos, y], 1)], 1)
    grid = F.affine_grid(maps, [len(images), 1, SIDE, SIDE], align_corners=False)
    return F.grid_sample(images[:, None] + 1, grid, align_corners=False)[:, 0] - 1


def strangers(n: int, rng: torch.Generator) -> Tensor:
    """n pictures (n, 28, 28) without a digit: coarse or fine noise of random contrast and brightness."""
    pictures = []
    for side in torch.randint(1, SIDE + 1, (n,), generator=rng).tolist():
        contrast, brightness = torch.rand(2, generator=rng).tolist()
        noise = torch.randn(1, 1, side, side, generator=rng)
        smooth = F.interpolate(noise, (SIDE, SIDE), mode="bilinear")[0, 0]
        pictures.append((smooth * 2 * contrast + 2 * brightness - 1.5).clamp(-1, 1))
    return torch.stack(pictures)


def batches(images: Tensor, labels: Tensor, epoch: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Warped images followed by strangers, and their target probabilities: (B, 28, 28), (B, 10)."""
    rng = stream(seed, "judge", "batches", epoch)
    for chosen in torch.split(torch.randperm(len(images), generator=rng), BATCH):
        pictures = torch.cat([warped(images[chosen], rng), strangers(STRANGERS, rng)])
        names = F.one_hot(labels[chosen], N_DIGITS).float()
        yield pictures, torch.cat([names, torch.full((STRANGERS, N_DIGITS), 1 / N_DIGITS)])


def train(images: Tensor, labels: Tensor, seed: int = 0, epochs: int = EPOCHS) -> Weights:
    """Trains the judge's weights, rounded to float16: cross-entropy, dropout on features, Adam, rate falling to 0."""
    weights = {key: value.requires_grad_() for key, value in initial_weights(seed).items()}
    optimizer = torch.optim.Adam(weights.values(), lr=LEARNING_RATE)
    steps = epochs * math.ceil(len(images) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    rng = stream(seed, "judge", "dropout")
    for epoch in range(epochs):
        losses = [_learn(weights, optimizer, schedule, rng, *batch) for batch in batches(images, labels, epoch, seed)]
        print(f"epoch {epoch + 1:2}  loss {sum(losses) / len(losses):.4f}", flush=True)
    return {key: value.detach().half() for key, value in weights.items()}


def _learn(
    weights: Weights,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    rng: torch.Generator,
    pictures: Tensor,
    names: Tensor,
) -> float:
    kept = torch.rand(len(pictures), FEATURES, generator=rng) >= DROPOUT
    features = features_of(pictures, weights) * kept / (1 - DROPOUT)
    loss = F.cross_entropy(logits_of(features, weights), names)
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    optimizer.step()
    schedule.step()
    return loss.item()


def table(weights: Weights, images: Tensor, labels: Tensor) -> str:
    """The judge's accuracy on unseen real images (n, 28, 28) and on pictures without a digit."""
    seen, strange = judge(images, weights), judge(strangers(1000, stream(0, "judge", "table")), weights)
    right = seen.digits == labels
    rows = [("accuracy", right.float().mean()), ("accepted (p >= 0.9)", (seen.confidence >= 0.9).float().mean())]
    rows += [(f"accuracy on {digit}", right[labels == digit].float().mean()) for digit in range(N_DIGITS)]
    rows += [("strangers accepted", (strange.confidence >= 0.9).float().mean())]
    return "\n".join(f"{name:20} {100 * float(value):6.2f} %" for name, value in rows)


def measure_reference(images: Tensor, labels: Tensor, seed: int = 0) -> dict[str, Tensor]:
    """The shipped data of the training images (60000, 28, 28): statistics and features of each digit, FID floors."""
    rng, judged = stream(seed, "judge", "reference"), judge(images)
    order = torch.randperm(len(labels), generator=rng)
    digits = [judged.features[order][labels[order] == digit] for digit in range(N_DIGITS)]
    assert tuple(map(len, digits)) == COUNTS
    sizes = torch.tensor(FLOOR_SIZES)
    return {
        "mean": torch.stack([rows.double().mean(0) for rows in digits]),
        "covariance": torch.stack([rows.double().T.cov(correction=0) for rows in digits]).float(),
        "features": torch.stack([rows[:POOL] for rows in digits]).half(),
        "floor_n": sizes.double(),
        "floor_fid": torch.tensor([_floor(judged, n, rng) for n in FLOOR_SIZES], dtype=torch.float64),
    }


def _floor(judged: Judged, n: int, rng: torch.Generator, draws: int = 10) -> float:
    """Mean FID of n random images against all other images."""
    scores = []
    for _ in range(draws):
        order = torch.randperm(len(judged), generator=rng)
        some, others = judged.features[order[:n]], judged.features[order[n:]].double()
        against = Reference(np.full(N_DIGITS, 0.1), others.mean(0), others.T @ others / len(others), others[0], some)
        scores.append(fid(Judged(some, judged.probabilities[order[:n]]), against))
    return sum(scores) / draws


def main(arguments: list[str]) -> int:
    """Trains the judge, writes its files and prints its accuracy; returns the exit status."""
    parser = command.parser("judge", __doc__ or "", "~/.local/share/ganlab/MNIST/raw")
    parser.add_argument("folder", type=Path, help="holds train-images-idx3-ubyte and its three companions")
    parser.add_argument(
        "--keep-weights", action="store_true", help="measure the reference anew, with the weights that ship"
    )
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    WEIGHTS.parent.mkdir(exist_ok=True)
    images, labels = read_mnist(options.folder, "train")
    if not options.keep_weights:
        save_file(train(images, labels), WEIGHTS)
    print(table(shipped_weights(), *read_mnist(options.folder, "t10k")))
    save_file(measure_reference(images, labels), REFERENCE)
    for path in (WEIGHTS, REFERENCE):
        print(f"{path.name:25} {path.stat().st_size / 1e3:.0f} kB")
    return 0
