"""Digits beside Keras: images per second, and what it takes to be as good as Keras after 7 epochs of MNIST.

`--keras` is the python of an environment of its own with tensorflow-cpu 2.21.0; ours never imports it. On an idle
machine, `python -m benchmarks.mnist --keras KERAS` prints the table of speeds (five minutes). `--quality` trains Keras
in a folder (half an hour of one core for each kind of run that is not there yet), then ours until its FID is below, and
writes docs/keras.md; it counts CPU seconds of one thread, so that a shared machine will do.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from ganlab.digits.config import DigitsConfig
from ganlab.digits.metrics import measure
from ganlab.digits.reference import fid_floor
from ganlab.digits.snapshot import to_bytes
from ganlab.digits.train import start, update
from ganlab.gan.rng import stream
from ganlab.host import settings
from ganlab.host.folders import data_folder
from ganlab.presets import PRESETS

PEER, DOCUMENT = Path(__file__).with_name("keras_dcgan.py"), Path(__file__).parents[1] / "docs" / "keras.md"
TUTORIAL = DigitsConfig(
    **dict(dataset="mnist", architecture="classic", latent_dim=100, batch_size=256, g_lr=1e-4, d_lr=1e-4),
    **dict(beta1=0.9, update="simultaneous", ema=0.0),
)
"""Keras' tutorial in our terms."""
SHIPPED = {name: PRESETS[name].replace(dataset="mnist") for name in ("digits_classic", "digits")}
HALF = {"precision": "bfloat16"}
IMAGES, SAMPLES, PART = 1280, 10_000, 500
"""Of one measurement of speed; that a FID is taken of; that pass through G at once."""
GLANCES = 1.15
"""From one look at ours to the next, in steps."""
SEEDS = 3


class Peer:
    """Keras in a process of its own, which trains when it is told to."""

    def __init__(self, python, threads, precision):
        command = [python, PEER, "speed", "--data", data_folder(), "--precision", precision]
        self.process = subprocess.Popen(
            [*map(str, command), "--threads", str(threads)], stdin=-1, stdout=-1, stderr=subprocess.DEVNULL, text=True
        )
        if self.process.stdout.readline() != "ready\n":
            raise SystemExit(f"{python} cannot run {PEER.name}: does it have tensorflow-cpu?")

    def speed(self, images):
        """Images per second, (of the wall, of the CPU)."""
        print(images // TUTORIAL.batch_size, file=self.process.stdin, flush=True)
        took = json.loads(self.process.stdout.readline())
        return images / took["wall"], images / took["cpu"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Ours:
    """A run of ours, a stretch at a time."""

    def __init__(self, config):
        self.state = start(config)
        self.warm = self.advance(3)

    def advance(self, steps):
        """CPU seconds of so many steps."""
        end, began = self.state.step + steps, time.process_time()
        while self.state.step < end:
            update(self.state)
        return time.process_time() - began

    def speed(self, images):
        """Images per second, (of the wall, of the CPU)."""
        began, batch = time.perf_counter(), self.state.config.batch_size
        cpu = self.advance(images // batch)
        return images // batch * batch / (time.perf_counter() - began), images // batch * batch / cpu

    @torch.no_grad()
    def sample(self, n):
        """What the shown G makes of n latent points, (n, 28, 28) uint8."""
        rng, size = stream(self.state.config.seed, "benchmark"), (PART, self.state.config.latent_dim)
        return np.concatenate([to_bytes(self.state.g_ema(torch.randn(size, generator=rng))) for _ in range(n // PART)])


ROWS = {
    "float32 and float32": (TUTORIAL, "float32"),
    "bfloat16 and mixed_bfloat16": (TUTORIAL.replace(**HALF), "mixed_bfloat16"),
    "classic preset, in bfloat16 as it ships, and float32": (SHIPPED["digits_classic"], "float32"),
    "light preset, in float32 as it ships, and float32": (SHIPPED["digits"], "float32"),
    "light preset in bfloat16 and float32": (SHIPPED["digits"].replace(**HALF), "float32"),
}
"""Ours, and Keras' policy; from the third on the page's presets beside Keras as the tutorial ships."""


def speeds(options):
    """The table of images per second; pairs of measurements take turns."""
    images = TUTORIAL.batch_size if options.quick else IMAGES
    print(f"{processor()}, {options.threads} threads, batch of Keras {TUTORIAL.batch_size}\n")
    print("| ours and Keras | ours, images/s | Keras, images/s | ratio [range] | ratio by CPU seconds |")
    print("|---|---|---|---|---|")
    for name, (config, precision) in ROWS.items():
        with Peer(options.keras, options.threads, precision) as peer:
            ours = Ours(config)
            pairs = np.array([(ours.speed(images), peer.speed(images)) for _ in range(1 if options.quick else 5)])
        (mine, _), (theirs, _) = np.median(pairs, 0)
        ratios = pairs[:, 0] / pairs[:, 1]
        (wall, cpu), (low, high) = np.median(ratios, 0), (ratios[:, 0].min(), ratios[:, 0].max())
        print(f"| {name} | {mine:,.0f} | {theirs:,.0f} | {wall:.2f} [{low:.2f}–{high:.2f}] | {cpu:.2f} |", flush=True)


def processor():
    """What the machine calls its CPU, and what it has for bfloat16."""
    facts = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").is_file() else ""
    model = next((line.split(":")[1].strip() for line in facts.splitlines() if line.startswith("model name")), "CPU")
    return f"{model} ({', '.join(flag for flag in ('avx512_bf16', 'amx_bf16') if flag in facts) or 'no bfloat16'})"


RUNS = {
    "tutorial": ["--epochs", "7"],
    "half": ["--epochs", "7", "--beta1", "0.5"],
    "apart": ["--epochs", "7", "--updates", "apart"],
    "apart_half": ["--epochs", "7", "--updates", "apart", "--beta1", "0.5"],
}
"""Keras' runs. Adam 1e-4 and batch 256 in all; the tutorial's has β1 = 0.9 and both updates from one pass."""
SAYS = {
    "tutorial": "the tutorial: β1 = 0.9, both gradients from one pass",
    "half": "β1 = 0.5",
    "apart": "β1 = 0.9, D on real images, D on images of `predict`, then G",
    "apart_half": "β1 = 0.5, D on real images, D on images of `predict`, then G",
}


def keras_run(options, name):
    """The epochs of a run of Keras with the judge's numbers; those are trained that are not in the folder."""
    out = options.folder / name
    if not (out / "done").exists():
        command = [options.keras, PEER, "train", "--data", data_folder(), "--threads", 1, "--out", out]
        quick = ["--epochs", "2", "--steps", "2"] if options.quick else []
        subprocess.run([*map(str, command), *RUNS[name], *quick], check=True, stderr=subprocess.DEVNULL)
        (out / "done").touch()
    rows = [json.loads(line) for line in (out / "epochs.jsonl").read_text().splitlines()]
    return [row | judged(images_of(out / f"epoch_{row['epoch']}.npz")) for row in rows]


def images_of(path):
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["images"]


def judged(images):
    """The judge's numbers of images (n, 28, 28) uint8."""
    return measure(torch.from_numpy(images).float().div_(127.5).sub_(1))[0]


def until(config, goal):
    """CPU seconds of training, images and the judge's numbers at the first look where the FID is below a goal."""
    ours, step = Ours(config), 32.0
    spent = ours.warm
    while True:
        spent += ours.advance(int(step) - ours.state.step)
        seen = judged(ours.sample(SAMPLES))
        if seen["fid"] < goal or ours.state.step > config.steps:
            return {"cpu": spent, "images": ours.state.step * config.batch_size} | seen
        step *= GLANCES


def said(seen):
    """The judge's numbers as cells."""
    return f"{seen['fid']:.1f} | {seen['accepted']:.3f} | {seen['digits_covered']:.0f} | {seen['coverage']:.3f} |"


def epochs_table(rows):
    yield "| epoch | D, mean of two | D, sum | G | CPU s | FID | accepted | digits covered | coverage |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        d, g = row["d_loss"], row["g_loss"]
        yield f"| {row['epoch']} | {d:.2f} | {2 * d:.2f} | {g:.2f} | {row['cpu']:,.0f} | {said(row)}"


def quality_table(goal, cost, seeds):
    """Ours until it is better than Keras: medians of seeds."""
    yield "| ours | CPU s [range] | of Keras' | images | FID | accepted | digits covered | coverage |"
    yield "|---|---|---|---|---|---|---|---|"
    for precision in ("float32", "bfloat16"):
        config = SHIPPED["digits"].replace(precision=precision, steps=20_000)
        runs = [until(config.replace(seed=seed), goal) for seed in range(seeds)]
        spent = [run["cpu"] for run in runs]
        cpu, low, high = statistics.median(spent), min(spent), max(spent)
        middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        missed = sum(run["fid"] >= goal for run in runs)
        name = f"light, {precision}" + (f", {missed} of {seeds} never" if missed else "")
        yield (
            f"| {name} | {cpu:,.1f} [{low:,.1f}–{high:,.1f}] | 1/{cost / cpu:,.0f} "
            f"| {middle['images']:,.0f} | {said(middle)}"
        )


def course(rows):
    """Which epochs of a run lie in both bands that the course quotes."""
    inside = [row["epoch"] for row in rows if 0.55 <= row["d_loss"] <= 0.59 and 1.05 <= row["g_loss"] <= 1.15]
    return f"In both bands: {', '.join(f'epoch {epoch}' for epoch in inside) or 'no epoch'}."


def quality(options):
    """Writes docs/keras.md."""
    torch.set_num_threads(1)
    runs = {name: keras_run(options, name) for name in options.runs}
    tutorial = runs["tutorial"][-1]
    lines = [INTRODUCTION.format(processor=processor()).strip()]
    for name, rows in runs.items():
        lines += ["", f"## Keras: {SAYS[name]}", "", *epochs_table(rows), "", course(rows)]
    lines += [
        "",
        QUALITY.format(
            fid=tutorial["fid"], floor=fid_floor(SAMPLES), glances=GLANCES - 1, accepted=tutorial["accepted"]
        ).strip(),
        "",
    ]
    lines += quality_table(tutorial["fid"], tutorial["cpu"], 1 if options.quick else SEEDS)
    options.write.write_text("\n".join(lines) + "\n")
    print(options.write.read_text())


INTRODUCTION = """
# Keras beside ours on MNIST

Written by `python -m benchmarks.mnist --quality --keras PYTHON`: TensorFlow's DCGAN tutorial (tensorflow-cpu 2.21.0,
tf.function, float32; networks and step in benchmarks/keras_dcgan.py) on the 60,000 training images, Adam 1e-4, batch
256, noise 100. Losses are means over the steps of an epoch, in training; the judge sees 10,000 images after each epoch.
CPU seconds are of training alone, one thread each, on a shared machine: {processor}.

The course quotes, for its own notebook, D between 0.55 and 0.59 (mean of its two terms; as our sum 1.10 to 1.18) and G
between 1.05 and 1.15, best from epochs 5 to 7. It doesn't say with which settings; what these gave is below.
"""
QUALITY = """
## As good as Keras after its last epoch

The light network as the page opens with it, on the full set, until 10,000 images of the generator that viewers see have
a FID below Keras' {fid:.1f} (real images: {floor:.2f}). It is looked at whenever its steps have grown by {glances:.0%};
looking isn't counted. By then neither draws good digits: see the share accepted, {accepted:.3f} of Keras' images.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keras", required=True, help="the python that has tensorflow-cpu")
    parser.add_argument("--data", help="folder with MNIST/raw, else GANLAB_DATA")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="a try: one pair of one step, one seed")
    parser.add_argument("--quality", action="store_true")
    parser.add_argument("--runs", nargs="+", choices=RUNS, default=["tutorial"], help="Keras' runs for --quality")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "ganlab-keras")
    parser.add_argument("--write", type=Path, default=DOCUMENT)
    options = parser.parse_args()
    if options.data:
        os.environ["GANLAB_DATA"] = options.data
        settings.read.cache_clear()
    torch.set_num_threads(options.threads)
    (quality if options.quality else speeds)(options)


if __name__ == "__main__":
    main()
