"""What the app says of runs that other people reported; writes docs/cases.md. `python -m benchmarks.cases [name …]`.

Each case is a public report as a config, trained with three seeds. The diagnosis gets only the stored frames. Trained
runs stay in the work folder, so that an interrupted script continues; with --kept nothing more is trained.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from ganlab.digits.config import DigitsConfig
from ganlab.kind.config import RunConfig
from ganlab.kind.engine import load
from ganlab.kinds import KINDS
from ganlab.links import to_query
from ganlab.studies.tables import grid

DOCUMENT = Path(__file__).parents[1] / "docs" / "cases.md"
SEEDS = range(3)
NUMBERS = {"d_accuracy": "D's accuracy", "d_loss": "L_D", "g_loss": "L_G", "accepted": "accepted"}
"""Numbers of a verdict's evidence, and their names in the table."""


@dataclass(frozen=True)
class Case:
    """One report."""

    source: str
    """Repository and thread."""
    saw: str
    """What the authors saw, and the accepted cause."""
    config: RunConfig
    """The report as a run. It may be shorter than theirs."""
    right: frozenset[str]
    """The fields that the accepted cause implies; "" where no field is to blame. Empty if the cause is disputed."""


def answers(name: str, work: Path, kept: bool = False) -> list[dict[str, Any]]:
    """The verdict of each seed: key, knob, evidence. A seed that the work folder lacks is trained, unless `kept`."""
    configs = [CASES[name].config.replace(seed=seed) for seed in SEEDS]
    paths = [work / f"{name}-{config.key()}-{config.steps}.json" for config in configs]
    for config, path in zip(configs, paths, strict=True):
        if not path.is_file() and not kept:
            draft = path.with_suffix(".draft")
            draft.write_text(json.dumps(answer(config)), encoding="utf-8")
            draft.replace(path)
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]


def answer(config: RunConfig) -> dict[str, Any]:
    """Trains a run; the verdict on its frames as they would be stored."""
    kind = KINDS[config.kind]
    engine, evaluation = load(kind.engine), import_module(kind.evaluation).EVALUATION
    made = import_module(kind.engine).train(config)
    frames = [evaluation.unpack(config, blob) for frame in made for blob in islice(engine.encode(config, frame), 1)]
    found = import_module(kind.diagnosis).verdict(frames, config)
    return {"key": found.key, "knob": found.knob, "evidence": found.evidence}


# The table


def row(name: str, said: list[dict[str, Any]]) -> list[str]:
    """A case's row."""
    case = CASES[name]
    verdicts = "; ".join(f"`{one['key']}`" + (f", `{one['knob']}`" if one["knob"] else "") for one in said) or "–"
    held = sum((one["knob"] or "") in case.right for one in said)
    right = f"{held}/{len(said)}" if case.right and said else "–"
    numbers = [values(said, key) for key in NUMBERS]
    return [f"{name}: {case.source}", case.saw, *numbers, verdicts, right]


def values(said: list[dict[str, Any]], name: str) -> str:
    """A number of each seed."""
    found = [one["evidence"].get(name) for one in said]
    return ", ".join("–" if value is None else f"{value:.2f}" for value in found) or "–"


def link(name: str) -> str:
    """A case's settings as the parameters of a link."""
    config = CASES[name].config
    query = to_query(config, KINDS[config.kind].prefixes[0])
    return f"- {name}: `{'&'.join(f'{key}={value}' for key, value in query.items())}`"


def document(found: dict[str, list[dict[str, Any]]]) -> str:
    """docs/cases.md."""
    columns = ["case", "what they saw, and why", *NUMBERS.values(), "what the app says", "names the cause"]
    rows = [row(name, said) for name, said in found.items()]
    return "\n".join([HEAD, *grid(columns, rows), "", "## The settings", "", *map(link, found)]) + "\n"


HEAD = """# Other people's runs

`python -m benchmarks.cases` made this. Each row is a public report as a run of the app, with three seeds. The runs may
be shorter than the authors'. The numbers are those of the last frame of each seed; the verdict is that of the page,
with the setting to change first. The last column counts the seeds in which this setting is one that the accepted cause
implies, where there is an accepted cause. The runs of norm_and_penalty were trained on a GPU.
"""
FULL = DigitsConfig(dataset="mnist", ema=0.0, latent_dim=100, steps=1500)
DEEP = FULL.replace(architecture="deep", g_lr=2e-4, d_lr=2e-4, batch_size=128, steps=940)
MLP = FULL.replace(architecture="mlp", beta1=0.9)
WGAN_GP = {"loss": "wasserstein", "regularizer": "wgan_gp", "d_steps": 5, "beta2": 0.9}
CASES = {
    "one_digit": Case(
        "wiseodd/generative-models#14",
        "In the end every image is a 1. Collapse.",
        MLP.replace(batch_size=128, noise="uniform", g_output="sigmoid", pixels="unit"),
        frozenset({"regularizer", "d_lr"}),
    ),
    "always_one": Case(
        "bstriner/keras-adversarial#24",
        "Always a 1. D's rate is ten times G's; minibatch discrimination helps.",
        MLP.replace(update="simultaneous", g_lr=1e-4, d_lr=1e-3, g_output="sigmoid", pixels="unit"),
        frozenset({"d_lr", "regularizer"}),
    ),
    "d_norm": Case(
        "tdeboissiere/DeepLearningImplementations#11",
        "G's loss stays at its largest value. D with SGD cures it.",
        DEEP.replace(batch_size=32, d_norm="apart"),
        frozenset({"d_lr", "regularizer"}),
    ),
    "d_norm_cured": Case(
        "tdeboissiere/DeepLearningImplementations#11",
        "The cure: D with SGD.",
        DEEP.replace(batch_size=32, d_norm="apart", d_optimizer="sgd"),
        frozenset({"", "steps"}),
    ),
    "standardised": Case(
        "znxlwm/pytorch-MNIST-CelebA-cGAN-cDCGAN#9",
        "D's loss falls to 0.002 and G's rises to 7. Standardised images are outside tanh's range.",
        DEEP.replace(pixels="standardised"),
        frozenset({"pixels"}),
    ),
    "half_range": Case(
        "ctmakro/DCGAN-Keras#3",
        "Grey images. Training images from −0.5 to 0.5; times 2 cures it.",
        DEEP.replace(pixels="half"),
        frozenset({"pixels"}),
    ),
    "norm_and_penalty": Case(
        "igul222/improved_wgan_training#23",
        "Batch normalisation in D does not go with a gradient penalty.",
        FULL.replace(d_norm="apart", batch_size=64, g_lr=1e-4, d_lr=1e-4, beta1=0.0, **WGAN_GP),
        frozenset({"d_norm"}),
    ),
    "mixed": Case(
        "eriklindernoren/Keras-GAN#157",
        "Real and generated images in one batch of a D with batch normalisation. Disputed.",
        DEEP.replace(d_norm="mixed", batch_size=32),
        frozenset(),
    ),
}
"""By name. The plane's reports have no place here yet."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "ganlab-cases")
    parser.add_argument(
        "--kept", action="store_true", help="train nothing more: the table of what is in the work folder"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.work.mkdir(exist_ok=True, parents=True)
    found = {}
    for name in options.names or CASES:
        found[name] = answers(name, options.work, options.kept)
        print(" | ".join(row(name, found[name])), flush=True)
    if not options.names:
        DOCUMENT.write_text(document(found), encoding="utf-8")


if __name__ == "__main__":
    main()
