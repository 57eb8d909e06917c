"""Searches for the opening run of the MNIST page; writes docs/digits.md. `python -m benchmarks.digits_search [name …]`.

Each setting trains on the 5,000 images that ship for some CPU seconds of one thread: its step is timed first, and the
target follows from that. Then 5,000 images of the shown G come before the judge; 2,000 at a quarter, a half and three
quarters. One thread and one process, so that several can run side by side: `--part 0 --of 2`. What is measured is
kept, so that a search which was stopped goes on; `--table` only writes the document.
"""

import argparse
import json
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import process_time

import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.digits_settings import SETTINGS
from ganlab.data.images import IMAGE_SETS
from ganlab.digits.config import DigitsConfig
from ganlab.digits.metrics import measure
from ganlab.digits.state import latent, start
from ganlab.digits.train import update
from ganlab.gan.architectures import ARCHITECTURES, Architecture, glorot, narrow
from ganlab.gan.layers import ConvDiscriminator, Flatten
from ganlab.gan.rng import stream

KEPT = Path(__file__).with_name("digits_search.jsonl")
DOCUMENT = Path(__file__).parents[1] / "docs" / "digits.md"
SECONDS = 45.0
"""CPU seconds of a setting."""
SAMPLES, GLANCE = 5000, 2000
MEASURES = ("accepted", "fid", "digit_tv", "coverage", "diversity", "digits_covered")


# Networks that are tried. What proved itself is in ganlab/gan/architectures.py.


def leaky():
    return nn.LeakyReLU(0.2, inplace=True)


def normed(norm, n):
    return [nn.BatchNorm2d(n) if norm == "batch" else nn.GroupNorm(8, n), leaky()]


def front(latent_dim, hidden, maps):
    """Dense layers, and the 7 × 7 maps that they end in."""
    widths = [latent_dim, *hidden]
    dense = [layer for a, b in pairwise(widths) for layer in (nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), leaky())]
    return [*dense, nn.Linear(widths[-1], maps * 49, bias=False), nn.Unflatten(1, (maps, 7, 7))]


def transposed(latent_dim, width=32, hidden=(), norm="batch"):
    """As light's: two transposed convolutions."""
    return nn.Sequential(
        *front(latent_dim, hidden, 2 * width),
        *normed(norm, 2 * width),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False),
        *normed(norm, width),
        nn.ConvTranspose2d(width, 1, 4, 2, 1),
        nn.Tanh(),
    )


def shuffled(latent_dim, width=64, hidden=(), norm="batch"):
    """Convolutions at 7 × 7 and 14 × 14, each side doubled by a pixel shuffle."""
    half = width // 2
    return nn.Sequential(
        *front(latent_dim, hidden, width),
        *normed(norm, width),
        nn.Conv2d(width, 4 * half, 3, 1, 1, bias=False),
        nn.PixelShuffle(2),
        *normed(norm, half),
        nn.Conv2d(half, half, 3, 1, 1, bias=False),
        *normed(norm, half),
        nn.Conv2d(half, 4, 3, 1, 1),
        nn.PixelShuffle(2),
        nn.Tanh(),
    )


class Doubled(nn.Module):
    def forward(self, x):
        return F.interpolate(x, scale_factor=2, mode="nearest")


def resized(latent_dim, width=32, hidden=(), norm="batch"):
    """Nearest neighbours, then a convolution."""
    return nn.Sequential(
        *front(latent_dim, hidden, 2 * width),
        *normed(norm, 2 * width),
        Doubled(),
        nn.Conv2d(2 * width, width, 3, 1, 1, bias=False),
        *normed(norm, width),
        Doubled(),
        nn.Conv2d(width, width // 2, 3, 1, 1, bias=False),
        *normed(norm, width // 2),
        nn.Conv2d(width // 2, 1, 3, 1, 1),
        nn.Tanh(),
    )


def judging(channels, width=32, middle=(), last=()):
    """As light's D, with layers before and after it is flattened; `middle` ends with maps of 7 × 7 or 4 × 4."""
    seen = nn.Conv2d(channels, width, 4, 2, 1), leaky(), nn.Conv2d(width, 2 * width, 4, 2, 1), leaky()
    ends = {"": 2 * width * 49, "flat": 2 * width * 49, "down": 4 * width * 16}
    more = {"": (), "flat": (nn.Conv2d(2 * width, 2 * width, 3, 1, 1), leaky()),
            "down": (nn.Conv2d(2 * width, 4 * width, 3, 2, 1), leaky())}  # fmt: skip
    widths = [ends[middle or ""], *last]
    dense = [layer for a, b in pairwise(widths) for layer in (nn.Linear(a, b), leaky())]
    return ConvDiscriminator(*seen, *more[middle or ""], Flatten(), *dense, nn.Linear(widths[-1], 1))


G = {"transposed": transposed, "shuffled": shuffled, "resized": resized}
START = {"narrow": narrow, "glorot": glorot}


def configured(changes):
    """The config of a setting, its networks in the registry."""
    nets = {name: changes[name] for name in ("g", "g_args", "d_args", "initial") if name in changes}
    own = {name: value for name, value in changes.items() if name not in (*nets, "decay")}
    if nets:
        own["architecture"] = json.dumps(nets, sort_keys=True)
        g = partial(G[nets.get("g", "transposed")], **nets.get("g_args", {}))
        d = partial(judging, **nets.get("d_args", {}))
        ARCHITECTURES[own["architecture"]] = Architecture(g, d, START[nets.get("initial", "narrow")], "tried")
    return DigitsConfig(**own)


def decaying(config, since):
    """The rates' decay to nothing, in eight parts, from a share of the steps on."""
    fall = [(int(config.steps * (since + (1 - since) * i / 8)) - 1, 1 - i / 9) for i in range(1, 9)]
    return tuple((at, name, getattr(config, name) * left) for at, left in fall for name in ("g_lr", "d_lr"))


def stepped(state):
    step = state.step
    while state.step == step and not state.outcome:
        update(state)


def step_seconds(config):
    """CPU seconds of a step."""
    state = start(config)
    for _ in range(2):
        stepped(state)
    began, count = process_time(), 0
    while process_time() - began < 1.5:
        stepped(state)
        count += 1
    return (process_time() - began) / count


@torch.no_grad()
def look(state, count):
    """Measures of so many images of the shown G."""
    z = latent(state.config)(count, stream(99, "t", "z"))
    images = torch.cat([state.g_ema(part) for part in z.split(500)])[:, 0]
    found, _ = measure(images.numpy(), IMAGE_SETS[state.config.dataset].shares(state.config.classes))
    return {name: round(float(found[name]), 4) for name in MEASURES}


def searched(name, seed, seconds):
    """One setting's result."""
    changes = SETTINGS[name]
    config = configured(changes).replace(seed=seed)
    each = step_seconds(config)
    config = config.replace(steps=max(4, int(seconds / each)))
    if "decay" in changes:
        config = config.replace(edits=decaying(config, changes["decay"]))
    state, began, looks = start(config), process_time(), []
    for quarter in (1, 2, 3, 4):
        while state.step < config.steps * quarter // 4 and not state.outcome:
            update(state)
        spent = process_time() - began
        if state.outcome:
            break
        looks.append({"step": state.step, **look(state, SAMPLES if quarter == 4 else GLANCE)})
    return {
        "name": name,
        "seed": seed,
        "seconds": seconds,
        "spent": round(spent),
        "steps": config.steps,
        "looks": looks,
    }


def kept():
    return [json.loads(line) for line in KEPT.read_text().splitlines()] if KEPT.exists() else []


def line(*cells):
    return f"| {' | '.join(map(str, cells))} |"


def row(result):
    looks = result["looks"]
    ended = len(looks) == 4
    shown = ("accepted", ".3f"), ("fid", ".0f"), ("digit_tv", ".3f"), ("coverage", ".2f")
    values = [format(looks[-1][name], spec) if looks else "–" for name, spec in shown]
    way = ", ".join(f"{one['accepted']:.2f}" for one in looks[:3]) if ended else "diverged"
    return line(result["name"], result["seed"], f"{result['spent']:.0f}", f"{result['steps']:,}", *values, way)


def table():
    """Every result, the best first within a budget."""
    found = sorted(kept(), key=lambda one: (-one["seconds"], -one["looks"][-1]["accepted"] if one["looks"] else 1))
    head = "setting", "seed", "CPU s", "steps", "accepted", "FID", "TV", "coverage", "accepted at ¼, ½, ¾"
    return "\n".join([line(*head), line(*["---"] * len(head)), *map(row, found)])


def changes_of(name):
    return ", ".join(f"`{key}={value}`" for key, value in SETTINGS[name].items()) or "the defaults of `DigitsConfig`"


def document():
    """Writes the results between the marks of docs/digits.md."""
    marks = "<!-- results -->", "<!-- end -->"
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text.split(marks[0])[0], text.split(marks[1])[1]
    settings = "\n".join(f"- {name}: {changes_of(name)}" for name in SETTINGS)
    DOCUMENT.write_text(f"{before}{marks[0]}\n\n{table()}\n\n{settings}\n\n{marks[1]}{after}", encoding="utf-8")


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.digits_search", description=__doc__)
    parser.add_argument("names", nargs="*", help="of SETTINGS; all where none is named")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--of", type=int, default=1)
    parser.add_argument("--table", action="store_true")
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    done = {(one["name"], one["seed"], one["seconds"]) for one in kept()}
    names = [] if asked.table else (asked.names or list(SETTINGS))[asked.part :: asked.of]
    for name in names:
        if (name, asked.seed, asked.seconds) not in done:
            result = searched(name, asked.seed, asked.seconds)
            with KEPT.open("a") as file:
                file.write(json.dumps(result) + "\n")
            print(row(result), flush=True)
    if DOCUMENT.exists():
        document()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
