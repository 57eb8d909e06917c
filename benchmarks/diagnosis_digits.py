"""The runs on digits for the benchmark of the diagnosis: their configs, drawn by lot, and their labels.

Menus and labels were written before any of these configs was trained, but for the changes of the labels that
docs/diagnosis_digits.md tells, each of them before the look that follows it. The rule for the labels asks 2,000 images
of other noise at five moments of the last 40 % of a run, D's answers to other images, and what was done to the run.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import torch

from benchmarks.diagnosis_drawn import Menu, lots
from ganlab.data.held_out import held_out
from ganlab.data.images import PIXELS, fixed
from ganlab.digits.config import DigitsConfig
from ganlab.digits.evaluation import d_logits, in_parts
from ganlab.digits.frame import DigitsFrame, unpack
from ganlab.digits.metrics import measure
from ganlab.digits.state import DigitsState, latent
from ganlab.digits.train import advance, encode, snapshot, start
from ganlab.game.evaluation import hits
from ganlab.game.verdict import is_slower
from ganlab.gan.losses import LOSSES
from ganlab.gan.rng import stream

Look = dict[str, np.ndarray]
BASE = DigitsConfig(architecture="dense", beta1=0.0, beta2=0.99, ema=0.99)
SEEDS, EACH, ASKED, LOOKS, SINCE = 4, 2, 2000, 5, 0.6
"""Seeds of a config, configs of a kind, images of a look, looks, and the share of a run at the first of them."""
NETS: Menu = {
    "latent_dim": (16, 16, 64),
    "loss": ("nonsaturating", "nonsaturating", "hinge", "least_squares"),
    "minibatch": ("none", "stddev"),
    "ema": (0.0, 0.99, 0.998),
    "beta1": (0.0, 0.5),
    "g_lr": (1e-3, 2e-3),
    "d_lr": (1e-3, 2e-3),
}
"""What every config draws, unless its kind says otherwise."""
LATE_G = ((0, "g_steps", 0), (200, "g_steps", 1))
"""D learns alone for 200 steps."""
KINDS: dict[str, tuple[Menu, ...]] = {
    "healthy": ({"latent_dim": (16,), "minibatch": ("stddev",), "beta1": (0.0,), "steps": (1400,)},),
    "plain": ({"minibatch": ("none",), "steps": (800, 1000)},),
    "young": ({"steps": (100, 150, 250)},),
    "collapse": (
        {"minibatch": ("none",), "beta1": (0.5, 0.9), "g_lr": (5e-3, 1e-2), "d_lr": (2e-3, 5e-3), "steps": (600, 800)},
    ),
    "weak": ({"d_lr": (1e-6, 1e-5), "steps": (400,)}, {"d_steps": (0,), "steps": (300,)}),
    "ahead": (
        {"d_steps": (5, 10), "steps": (200,)},
        {"g_lr": (1e-5, 1e-4), "d_lr": (2e-3, 5e-3), "steps": (400, 600)},
    ),
    "few": ({"dataset": ("mnist_100",), "steps": (1000, 1500)},),
    "scale": ({"pixels": ("bytes", "standardised"), "steps": (400, 600)},),
    "vanishing": ({"loss": ("saturating",), "edits": (LATE_G,), "g_lr": (1e-4,), "d_lr": (2e-3,), "steps": (500,)},),
    "critic": ({"loss": ("wasserstein",), "d_steps": (1, 2), "steps": (300, 400)},),
}
"""By what is done to the runs, the menus; a config draws one of them first."""
LOTS = {
    "first": ("digits", "digits look"),
    "second": ("images", "second digits look"),
    "third": ("pictures", "third digits look"),
    "fourth": ("shots", "the fourth digits look"),
}
"""By look, the first word of its configs' names, and the seed of its draw."""
LOOKS_DRAWN: dict[str, dict[str, tuple[str, DigitsConfig]]] = {
    look: lots(KINDS, NETS, BASE, EACH, word, Random(seed)) for look, (word, seed) in LOTS.items()
}
DRAWN = {name: one for configs in LOOKS_DRAWN.values() for name, one in configs.items()}
CONFIGS = {
    f"{name}-{seed}": (done, config.replace(seed=seed))
    for name, (done, config) in DRAWN.items()
    for seed in range(SEEDS)
}
"""By name and seed, (what is done, config)."""


@torch.no_grad()
def look(state: DigitsState) -> Look:
    """What ASKED other images show of G, and D's answers to them, to training images and to held-out ones."""
    config, now = state.config, state.now
    fake = in_parts(state.g_ema, latent(config)(ASKED, stream(config.seed, "study", "z")))
    real = [of(config.dataset, config.classes, ASKED, config.seed, config.pixels) for of in (fixed, held_out)]
    trained, others, drawn = (d_logits(state, images) for images in (*real, fake))
    found = {name: float(value[0]) for name, value in hits(now, trained, drawn).items()}
    found |= {"accepted": np.nan, "digit_tv": np.nan, "diversity": np.nan, "gap": np.nan, "g_grad": np.nan}
    shares = np.full(10, np.nan)
    if bool(fake.isfinite().all()):
        metrics, shares = measure(PIXELS[config.pixels].to_display(fake)[:, 0].numpy(), dear=False)
        found |= {name: metrics[name] for name in ("accepted", "digit_tv", "diversity")}
    if (threshold := LOSSES[now.loss].undecided(now.label_smoothing)) is not None:
        found["gap"] = float((trained > threshold).float().mean() - (others > threshold).float().mean())
    if state.g.grad is not None:
        found["g_grad"] = float(state.g.net.norms(state.g.grad).max())
    return {name: np.array(value) for name, value in found.items()} | {"shares": shares}


def train(config: DigitsConfig, path: Path) -> None:
    """Trains a config and stores its frames and looks."""
    state = start(config)
    due = {round(config.steps * share) for share in np.linspace(SINCE, 1, LOOKS)}
    blobs, looks = [*encode(config, snapshot(state))], list[Look]()
    while state.step < config.steps and not state.outcome:
        made = advance(state)
        blobs += encode(config, made) if made else []
        if state.step in due or state.outcome:
            looks.append(look(state))
    kept = {name: np.stack([seen[name] for seen in looks]) for name in looks[0]}
    kept |= {"blob": np.frombuffer(b"".join(blobs), np.uint8), "lengths": np.array([len(blob) for blob in blobs])}
    draft = path.with_suffix(".draft.npz")
    np.savez(draft, died=state.diverged_at.numpy()[0], **kept)
    draft.replace(path)


def record_path(name: str, work: Path) -> Path:
    """The file of a run's record."""
    config = CONFIGS[name][1]
    return work / f"{name}-{config.key()}-{config.steps}.npz"


def trained(name: str, work: Path) -> Look:
    """A run's record; it is made if it does not exist."""
    path = record_path(name, work)
    if not path.is_file():
        train(CONFIGS[name][1], path)
    with np.load(path) as record:
        return dict(record)


def frames(record: Look) -> list[DigitsFrame]:
    """The frames of a run, as they are stored."""
    ends, blob = record["lengths"].cumsum(), record["blob"].tobytes()
    return [unpack(blob[end - length : end]) for length, end in zip(record["lengths"], ends, strict=True)]


# The labels


def label(record: Look, done: str, config: DigitsConfig, strict: float = 0.0) -> str:
    """What a run is, the first that holds of `labels`."""
    return labels(record, done, config, strict)[0]


def labels(record: Look, done: str, config: DigitsConfig, strict: float = 0.0) -> list[str]:
    """Everything that a run is, the more specific first.

    `now` is the median of the last three looks. diverged: its training ended so. Less than half of the images accepted
    (a quarter, if a third of the digits are missing): what D shows, see `of_d`, else smear. A digit with less than 1 %
    of the images now: rotating, if shares differ by TURN from look to look, else collapse. alike: images of a digit
    differ less than 0.6 times as much as real ones. healthy: 85 % accepted, TV and diversity good; recognisable: 60 %,
    and a TV of a quarter; between, the rest, if D shows nothing. strict: by how much of themselves the limits
    move.
    """
    if record["died"] >= 0:
        return ["diverged"]
    more, less, seen = 1 + strict, 1 - strict, now(record)
    m = np.median((record["shares"][-3:] >= COVER * more).sum(1))
    if not seen["accepted"] >= (BARELY if m <= FEW * less * len(config.classes) else HALF) * more:
        return [*of_d(record, done, strict, off=True), "smear"]
    if m < len(config.classes):
        return ["rotating" if turn(record) >= TURN * less else "collapse"]
    if seen["diversity"] < ALIKE * less:
        return ["alike"]
    if good(seen, GOOD, EVEN, less):
        return ["healthy"]
    return ["recognisable"] if good(seen, FAIR, UNEVEN, less) else [*of_d(record, done, strict, off=False), "between"]


def good(seen: dict[str, float], least: float, uneven: float, less: float) -> bool:
    """Whether so many images are accepted, the digits are even, and those of one digit vary."""
    whole = seen["accepted"] >= 1 - (1 - least) * less and seen["digit_tv"] <= uneven * less
    return whole and not seen["diversity"] < 1 - (1 - VARIED) * less


def of_d(record: Look, done: str, strict: float, off: bool) -> list[str]:
    """What D shows, the more specific first.

    vanishing: G's gradient is next to nothing, and D is sure. memorising: D takes many more training images for real
    than held-out ones. d_ahead: it is right about nearly every image. d_too_weak: it was made to learn far too little.
    The first and the last are asked only where the images are no digits (`off`).
    """
    more, less, seen = 1 + strict, 1 - strict, now(record)
    sure = abs(seen["d_accuracy"] - 0.5)
    shown = {
        "vanishing": off and seen["g_grad"] <= FAINT * less and sure >= SURE * more,
        "memorising": seen["gap"] >= GAP / less,
        "d_ahead": seen["d_accuracy"] >= 1 - (1 - AHEAD) * less,
        "d_too_weak": off and done == "weak",
    }
    return [name for name, holds in shown.items() if holds]


def right(record: Look, done: str, config: DigitsConfig) -> set[str]:
    """The findings that count as right.

    All that the run is (`labels`) but for the last resorts smear and between where something is more specific, and what
    it would be if its limits were MARGIN of themselves stricter or looser. For `between`, that nothing is found. What
    rotates is collapsed at every moment. A weak D that still tells (WEAK) leaves a smear like any other; and a smear
    whose D has fewer or smaller steps and does not tell may be called by its weak D (added after the third look).
    """
    moved = [labels(record, done, config, strict) for strict in (-MARGIN, 0.0, MARGIN)]
    found = {name for names in moved for name in (names if len(names) == 1 else names[:-1])}
    fine = {"no_finding" if name == "between" else name for name in found}
    if "rotating" in found:
        fine.add("collapse")
    if "d_too_weak" in found and abs(now(record)["d_accuracy"] - 0.5) >= WEAK:
        fine.add("smear")
    if "smear" in found and is_slower(config.at(config.steps)) and abs(now(record)["d_accuracy"] - 0.5) < WEAK:
        fine.add("d_too_weak")
    return fine


def now(record: Look) -> dict[str, float]:
    """The medians of the last three looks."""
    return {name: float(np.median(record[name][-3:])) for name in MEASURED}


def turn(record: Look) -> float:
    """Mean TV between the digits of one look and of the next."""
    return float(np.abs(np.diff(record["shares"], axis=0)).sum(-1).mean() / 2) if len(record["shares"]) > 1 else 0.0


MEASURED = ("accepted", "digit_tv", "diversity", "d_accuracy", "gap", "g_grad")
HALF, BARELY, FEW, COVER, TURN, ALIKE = 0.5, 0.25, 2 / 3, 0.01, 0.2, 0.6
GOOD, EVEN, FAIR, UNEVEN, VARIED = 0.85, 0.15, 0.6, 0.25, 0.75
FAINT, SURE, GAP, AHEAD, WEAK = 0.02, 0.35, 0.3, 0.95, 0.15
"""Shares of accepted images, of digits that are few, and of a digit, a turn from look to look, and how alike; accepted
share, TV and diversity of a healthy and of a recognisable run; no gradient, and a D that is sure, learns by heart, is
far ahead, or tells."""
MARGIN = 0.2
"""By how much of themselves limits may be moved: what is so near to one may be called either."""
