"""Trains the generators that ship: `python -m ganlab generators [name …]`. All take over an hour of one core.

An interrupted training continues from its last checkpoint in the work folder; a finished one is only measured again.
Needs the full MNIST. Writes weights/generators and docs/weights.md.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from time import process_time
from typing import Any

import torch

from ganlab.digits.config import DigitsConfig
from ganlab.digits.metrics import DIGIT_METRICS, measure
from ganlab.digits.pretrained import PRETRAINED
from ganlab.digits.reference import fid_floor
from ganlab.digits.state import DigitsState, checkpoint, restore, start
from ganlab.digits.train import update
from ganlab.digits.weights import FOLDER, SHIPPED, TABLE, Generator, code, encode, from_checkpoint, shipped
from ganlab.host import command
from ganlab.host.folders import data_folder
from ganlab.kind.fields import spell
from ganlab.links import differences
from ganlab.presets import DENSE
from ganlab.store import checkpoints
from ganlab.store.checkpoints import Checkpoints

DOCUMENT = Path(__file__).parents[1] / "docs" / "weights.md"
SAMPLES = 10_000
"""Number of images for the metrics of the table."""
GLANCE = 2_000
"""Number of images for the metrics of an epoch."""
STRETCH = 12_000
"""Number of real images between two checkpoints."""
Row = dict[str, Any]


def config_of(name: str) -> DigitsConfig:
    """The config of a generator that ships."""
    shape, recipe = PRETRAINED[name], COMMON | RECIPES[name]
    epochs = recipe.pop("epochs", None)
    config = DigitsConfig(architecture=shape.architecture, latent_dim=shape.latent_dim, **recipe)
    return config.for_epochs(epochs) if epochs else config


def train(name: str, work: Path) -> tuple[Generator, list[Row]]:
    """Trains a generator from its newest checkpoint in the work folder; returns it and the metrics of each epoch."""
    config, kept = config_of(name), Checkpoints(work)
    run, diary = f"{name}-{config.key()}", work / f"{name}-{config.key()}.jsonl"
    state, spent = resumed(config, run, kept)
    for end in marks(config):
        while state.step < end and not state.outcome:
            spent += stretch(state, min(end, state.step + math.ceil(STRETCH / config.batch_size)))
            tensors = checkpoint(state) | {"spent": torch.tensor(spent)}
            kept.save(run, state.step, checkpoints.encode(run, state.step, tensors))
        if state.step == end and end not in [row["step"] for row in read(diary)]:
            row = {"epoch": config.epoch(end), "step": end, "cpu_s": spent} | judged(displayed(state), GLANCE)[0]
            write(diary, name, row)
    return displayed(state), read(diary)


def marks(config: DigitsConfig) -> list[int]:
    """The steps at which an epoch ends, and the last."""
    ends = (config.step_of(epoch) for epoch in range(1, math.ceil(config.epoch(config.steps))))
    return [*(end for end in ends if end < config.steps), config.steps]


def stretch(state: DigitsState, end: int) -> float:
    """Trains up to a step; returns the CPU seconds that it took."""
    began = process_time()
    while state.step < end and not state.outcome:
        update(state)
    return process_time() - began


def resumed(config: DigitsConfig, run: str, kept: Checkpoints) -> tuple[DigitsState, float]:
    """The state of the newest checkpoint and the seconds spent so far; the untrained state without one."""
    for step, blob in kept.blobs(run, config.steps):
        tensors = checkpoints.decode(run, step, blob)
        return restore(config, tensors), float(tensors["spent"])
    return start(config), 0.0


def displayed(state: DigitsState) -> Generator:
    """The displayed generator, rounded to float16."""
    return from_checkpoint(state.config, state.step, checkpoint(state))


def judged(generator: Generator, n: int) -> tuple[dict[str, float], list[float]]:
    """The metrics of n samples, and the share of each digit."""
    metrics, shares = measure(generator.sample(generator.draw(n, "table")).numpy())
    return metrics, shares.tolist()


def read(diary: Path) -> list[Row]:
    """The rows of the diary."""
    return [json.loads(line) for line in diary.read_text().splitlines()] if diary.is_file() else []


def write(diary: Path, name: str, row: Row) -> None:
    """Appends an epoch's row to the diary and prints it."""
    with diary.open("a") as file:
        file.write(json.dumps(row) + "\n")
    print(f"{name:10}", " ".join(f"{key} {value:.4g}" for key, value in row.items()), flush=True)


def ship(name: str, work: Path) -> None:
    """Trains a generator and writes its file and its row."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    generator, history = train(name, work)
    config, blob = generator.config, encode(generator)
    SHIPPED[name].write_bytes(blob)
    metrics, shares = judged(generator, SAMPLES)
    row = {"name": name, "code": code(blob), "bytes": len(blob), "epochs": round(config.epoch(config.steps), 2)}
    row |= {"steps": config.steps, "cpu_s": round(history[-1]["cpu_s"]), "samples": SAMPLES} | metrics
    rows = {row["name"]: row for row in json.loads(TABLE.read_text())} if TABLE.is_file() else {}
    rows[name] = row | {"shares": shares, "fid_by_epoch": [round(then["fid"], 1) for then in history]}
    TABLE.write_text(json.dumps([rows[name] for name in PRETRAINED if name in rows], indent=1) + "\n")
    DOCUMENT.write_text(document([rows[name] for name in PRETRAINED if name in rows]), encoding="utf-8")
    print(f"{name:10} ships, {len(blob) / 1e6:.2f} MB, fid {metrics['fid']:.2f}", flush=True)


def document(rows: list[Row]) -> str:
    """docs/weights.md."""
    lines = [HEAD.format(samples=SAMPLES, floor=fid_floor(SAMPLES), mb=sum(row["bytes"] for row in rows) / 1e6)]
    lines += (
        line("generator", "latent", "epochs", "CPU s", "MB", *DIGIT_METRICS),
        line(*["---"] * (5 + len(DIGIT_METRICS))),
    )
    for row in rows:
        about = (row["name"], str(PRETRAINED[row["name"]].latent_dim), f"{row['epochs']:.3g}", str(row["cpu_s"]))
        lines += [line(*about, f"{row['bytes'] / 1e6:.2f}", *(f"{row[key]:.3g}" for key in DIGIT_METRICS))]
    lines += ["", f"FID of {GLANCE} samples after each epoch (floor {fid_floor(GLANCE):.1f}):", ""]
    lines += [f"- {row['name']}: {', '.join(f'{fid:.1f}' for fid in row['fid_by_epoch'])}" for row in rows]
    lines += ["", "What differs from the defaults of `DigitsConfig`:", ""]
    return "\n".join([*lines, *(f"- {row['name']}: {recipe(shipped(row['name']).config)}" for row in rows)]) + "\n"


def line(*cells: str) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"


def recipe(config: DigitsConfig) -> str:
    """The fields of a config that differ from the defaults."""
    mine = {name: value for name, (value, _) in differences(config, DigitsConfig()).items()}
    return ", ".join(f"`{name}={spell(value)}`" for name, value in mine.items())


def main(arguments: list[str]) -> int:
    """Trains and ships the named generators, or all; returns the exit status."""
    parser = command.parser("generators", __doc__ or "", "light light_16")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RECIPES)}; all of them where none is named")
    parser.add_argument("--work", type=Path, default=data_folder() / "generators", help="the checkpoints' folder")
    options = parser.parse_args(arguments)
    command.expect(parser, options.names, RECIPES)
    torch.set_num_threads(1)
    for name in options.names or RECIPES:
        ship(name, options.work)
    return 0


HEAD = """# The generators that ship

{mb:.1f} MB of float16 safetensors in `ganlab/weights/generators`, each with its config inside, trained by the project's
own trainer on the 60,000 training images of MNIST (Yann LeCun, Corinna Cortes and Christopher Burges, CC BY-SA 3.0),
one thread, convolutions in bfloat16:

```bash
python -m ganlab generators           # all of them; goes on where it was interrupted
python -m ganlab generators light     # one
```

Judged on {samples} samples of the weights as they ship, by [the judge of digits](judge.md). The FID is in the judge's
own features; {samples} real training images score {floor:.2f} against the others. CPU seconds are those of the training
alone, on a slow server that others used at the same time.
"""
COMMON: dict[str, Any] = {"dataset": "mnist", "batch_size": 64, "ema": 0.999, "precision": "bfloat16"}
"""The fields of every recipe that does not override them."""
HELD: dict[str, Any] = {"regularizer": "r1", "gamma": 1.0}
OPENING = ("minibatch", "g_lr", "d_lr", "beta1", "beta2", "batch_size")
"""The fields that the MNIST page's opening run lends to the generator that is trained as it is."""
RECIPES: dict[str, dict[str, Any]] = {
    "dense": {name: getattr(DENSE, name) for name in OPENING} | {"precision": "float32", "epochs": 12},
    "light": HELD | {"epochs": 8},
    "light_2": HELD | {"epochs": 8},
    "collapsed": {"steps": 1550, "batch_size": 32, "ema": 0.0, "edits": ((1500, "g_steps", 10), (1500, "d_lr", 1e-4))},
    "light_16": HELD | {"epochs": 8},
    "light_512": HELD | {"epochs": 8},
    "deep": {"epochs": 4, "g_lr": 2e-4, "d_lr": 2e-4},
    "classic": {"epochs": 4, "g_lr": 2e-4, "d_lr": 2e-4, "ema": 0.995},
}
"""Fields of the config, and how many epochs; in the order of training."""
