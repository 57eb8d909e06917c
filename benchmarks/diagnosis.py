"""How often the diagnosis is right: writes docs/diagnosis.md. `python -m benchmarks.diagnosis [name …] [--work DIR]`.

Every run is labelled from 10,000 samples of its last states and from what was done to it; the diagnosis sees its frames
alone, as they are stored. The thresholds were set on half of the configs; the table is of the others. A config that has
been trained stays in the work folder, so that the script goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ganlab.config import PlaneConfig, differences
from ganlab.datasets import DATASETS
from ganlab.diagnosis import VERDICTS, verdict
from ganlab.evaluation import EVALUATIONS, FINAL
from ganlab.frame import unpack
from ganlab.knobs import spell
from ganlab.metrics import on_data
from ganlab.rng import stream
from ganlab.snapshot import expand
from ganlab.state import State, sample_latent
from ganlab.tables import grid
from ganlab.train import advance, encode, snapshot, start

DOCUMENT = Path(__file__).parents[1] / "docs" / "diagnosis.md"
PLANE = EVALUATIONS["plane"]
LOOKS = 8
"""Moments of the last 40 % of a run at which 10,000 samples are taken."""
SINCE = 0.6
BASE = PlaneConfig(batch_size=128, latent_dim=16, members=8, steps=4000)
DESCENT = {"optimizer": "sgd", "g_lr": 0.05, "d_lr": 0.15}
AHEAD = ((0, "g_steps", 0), (3000, "g_steps", 1))
"""D learns alone for 3,000 steps."""
FAST_G = {"g_lr": 5e-3, "d_lr": 2e-4}
Look = dict[str, np.ndarray]


def of(dataset: str, steps: int, **changes: Any) -> PlaneConfig:
    """A config of the benchmark."""
    return BASE.replace(dataset=dataset, steps=steps, **changes)


def marks(config: PlaneConfig) -> list[int]:
    """The steps at which samples are taken, the last among them."""
    return [round(config.steps * share) for share in np.linspace(SINCE, 1, LOOKS)]


def look(state: State, before: np.ndarray | None) -> tuple[Look, np.ndarray]:
    """(what 10,000 samples show of each member, the samples (M, n, 2)); `moved` is how far they went since before."""
    config, data = state.config, DATASETS[state.config.dataset]
    z = sample_latent(config, FINAL, stream(config.seed, "study", "z"))
    with torch.no_grad():
        points = np.nan_to_num(state.shown(expand(z, config)).numpy(), nan=1e9, posinf=1e9, neginf=-1e9)
    found = {name: np.asarray(value) for name, value in PLANE.final(state).items()}
    found["shares"] = np.stack(list(found["shares"]))
    found["on"] = found["valid"] if data.modes is not None else np.array([on_data(member, data) for member in points])
    found["outside"] = (np.abs(points).max(-1) > data.extent).mean(1)
    found["moved"] = np.full(len(points), np.nan)
    if before is not None:
        found["moved"] = np.linalg.norm(points - before, axis=-1).mean(1)
    grad = state.g.grad
    found["g_grad"] = np.full(len(points), np.nan) if grad is None else state.g.net.norms(grad).numpy()
    return found | {"at": np.array(state.step)}, points


def train(config: PlaneConfig, path: Path) -> None:
    """Trains a config; keeps its frames and looks."""
    began, state, due = time.process_time(), start(config), set(marks(config))
    frames, looks, points = [encode(config, snapshot(state))], list[Look](), None
    while state.step < config.steps and not state.outcome:
        if frame := advance(state):
            frames.append(encode(config, frame))
        if state.step in due or state.outcome:
            seen, points = look(state, points)
            looks.append(seen)
    blobs = [blob for frame in frames for blob in frame]
    lengths = np.array([len(blob) for blob in blobs]).reshape(-1, config.members)
    kept = {name: np.stack([seen[name] for seen in looks]) for name in looks[0]}
    spent = np.array(time.process_time() - began)
    draft = path.with_suffix(".draft.npz")
    np.savez(
        draft,
        blob=np.frombuffer(b"".join(blobs), np.uint8),
        lengths=lengths,
        died=state.died.numpy(),
        spent=spent,
        **kept,
    )
    draft.replace(path)


def place(name: str, work: Path) -> Path:
    """Where a config's record is kept."""
    config = CONFIGS[name][1]
    return work / f"{name}-{config.key()}-{config.steps}.npz"


def trained(name: str, work: Path) -> dict[str, np.ndarray]:
    """A config's record, made unless it is there."""
    config, path = CONFIGS[name][1], place(name, work)
    if not path.is_file():
        train(config, path)
    with np.load(path) as record:
        return dict(record)


def frames(record: dict[str, np.ndarray], config: PlaneConfig) -> list[list[Any]]:
    """The frames of each member, as they are stored."""
    ends, blob = record["lengths"].ravel().cumsum(), record["blob"].tobytes()
    starts, extent = ends - record["lengths"].ravel(), DATASETS[config.dataset].extent
    all = [unpack(blob[a:b], extent) for a, b in zip(starts, ends, strict=True)]
    return [all[member :: config.members] for member in range(config.members)]


CONFIGS: dict[str, tuple[str, PlaneConfig]] = {
    "rotate_two": ("fast_g", of("two_gaussians", 2000, **FAST_G)),
    "osc_two": ("high_rates", of("two_gaussians", 1500, g_lr=0.01, d_lr=0.01)),
    "vanish_ring": ("vanishing", of("ring", 4000, loss="saturating", edits=AHEAD, **DESCENT)),
    "weak_g_lr": ("weak", of("ring", 1500, g_lr=1e-2, d_lr=1e-4)),
    "early_ring": ("early", of("ring", 500)),
    "two": ("", of("two_gaussians", 1500)),
    "swapped": ("diverging", of("ring", 800, mistake="labels_swapped")),
    "weak_g_steps": ("weak", of("ring", 400, g_steps=5)),
    "rotate_blobs": ("fast_g", of("blobs", 1000, **FAST_G)),
    "early_grid": ("early", of("grid_3x3", 400)),
    "osc_two_fast": ("high_rates", of("two_gaussians", 1000, g_lr=0.03, d_lr=0.03)),
    "grid": ("", of("grid_3x3", 2500)),
    "vanish_annulus": ("vanishing", of("annulus", 3600, loss="saturating", edits=AHEAD, **DESCENT)),
    "blobs": ("", of("blobs", 1200)),
    "d_lr_high": ("", of("ring", 1200, g_lr=1e-4, d_lr=1e-2)),
    "diverge_wgan": ("diverging", of("ring", 500, loss="wasserstein", d_steps=5, beta2=0.9)),
    "ring": ("", of("ring", 3500)),
    "weak_d_lr": ("weak", of("blobs", 500, d_lr=2e-6)),
    "early_moons": ("early", of("moons", 300)),
    "k5": ("", of("two_gaussians", 800, d_steps=5)),
    "osc_blobs": ("high_rates", of("blobs", 1000, g_lr=0.02, d_lr=0.02)),
    "zero_grad": ("", of("ring", 800, mistake="zero_grad_missing")),
    "detach": ("", of("ring", 2000, mistake="detach_forgotten")),
    "moons": ("", of("moons", 2000)),
    "early_grid_5x5": ("early", of("grid_5x5", 400)),
}


FIT = (
    *("rotate_two", "osc_two", "vanish_ring", "weak_g_lr", "early_ring", "two", "swapped", "grid", "early_grid"),
    *("weak_g_steps", "early_moons"),
)
"""The configs on which the thresholds were set: all that were looked at when one was changed."""


# The labels


def label(record: dict[str, np.ndarray], member: int, done: str, config: PlaneConfig) -> str:
    """What a member's 10,000 samples at LOOKS moments show, and what was done to it, come to; between: neither way."""
    if record["died"][member] >= 0:
        return "diverged"
    on = float(np.median(record["on"][:, member]))
    if on < (HALF_CELLS if DATASETS[config.dataset].modes is None else HALF):
        return off_data(record, member, done, DATASETS[config.dataset].extent)
    whole = everything(record, member, config)
    if np.median(whole[-3:]) < 1:
        return "rotating" if turn(record, member) >= TURN else "collapse"
    measure, most, close = ("js", RELAPSE_JS, JS_WIDE) if wide(config) else ("mode_tv", RELAPSE_TV, JS)
    spread, js = record[measure][:, member], float(np.median(record["js"][:, member]))
    if (spread - np.minimum.accumulate(spread)).max() >= most or not whole.all():
        return "oscillating"
    even = wide(config) or np.median(spread) <= TV
    blind = not abs(np.median(record["d_accuracy"][-3:, member]) - 0.5) > BLIND
    return "near_equilibrium" if on >= ON and even and blind and js <= close else "between"


def off_data(record: dict[str, np.ndarray], member: int, done: str, extent: float) -> str:
    """The label of a member whose points are off the data: by what was done, where the samples bear it out."""
    outside, grad, moved = (float(np.median(record[name][-3:, member])) for name in ("outside", "g_grad", "moved"))
    if outside >= HALF or (done == "diverging" and abs(record["g_loss"][-3:, member]).max() >= 20):
        return "diverging"
    if grad < 0.02 and moved < 0.05 * extent:
        return "vanishing"
    return "d_too_weak" if done in ("weak", "fast_g") else "smear"


def everything(record: dict[str, np.ndarray], member: int, config: PlaneConfig) -> np.ndarray:
    """At each look, whether no mode (or no more than a tenth of the cells) is missing."""
    modes = DATASETS[config.dataset].modes
    if modes is None:
        return record["cells_covered"][:, member] >= 0.9
    return record["modes_covered"][:, member] >= len(modes)


def wide(config: PlaneConfig) -> bool:
    """Whether a mode's shape can be told from its JS divergence, or there are no modes."""
    std = DATASETS[config.dataset].std
    return std is None or std > 0.2


def turn(record: dict[str, np.ndarray], member: int) -> float:
    """Mean TV between the modes of one look and of the next."""
    shares = record["shares"][:, member]
    shares = shares / np.maximum(shares.sum(1, keepdims=True), 1e-9)
    return float(np.abs(np.diff(shares, axis=0)).sum(-1).mean() / 2)


HALF, HALF_CELLS, ON, TV, JS, JS_WIDE, BLIND = 0.5, 0.75, 0.7, 0.3, 0.35, 0.25, 0.1
"""Of the labels: shares of points on the data, a healthy run's TV and JS, and how far from ½ D's accuracy then is."""
RELAPSE_TV, RELAPSE_JS, TURN = 0.15, 0.1, 0.2
"""What is a relapse and a turn from one look to the next."""


# The table


@dataclass(frozen=True)
class Case:
    """One run: what it is, and what the diagnosis says."""

    name: str
    member: int
    truth: str
    said: str

    @property
    def right(self) -> bool:
        """Whether the diagnosis says what is so; of a run that is neither way, whether it finds nothing or the like."""
        return self.said in SAME.get(self.truth, (self.truth,))


SAME = {
    "between": ("no_finding", "near_equilibrium", "oscillating"),
    "diverging": ("diverging", "diverged"),
    "diverged": ("diverging", "diverged"),
}
"""Findings that are as good as the label."""


def cases(name: str, work: Path) -> list[Case]:
    """The runs of a config."""
    done, config = CONFIGS[name]
    record = trained(name, work)
    said = [verdict(seen, config).key for seen in frames(record, config)]
    return [Case(name, m, label(record, m, done, config), key) for m, key in enumerate(said)]


def table(found: list[Case]) -> list[str]:
    """The confusion table as markdown: a row for each label, a column for each finding."""
    counts = Counter((case.truth, case.said) for case in found)
    truths = [key for key in (*VERDICTS, "between") if any(case.truth == key for case in found)]
    said = [key for key in VERDICTS if any(case.said == key for case in found)]
    rows = [[f"`{truth}`", *(str(counts[truth, key] or "") for key in said)] for truth in truths]
    return grid(["is \\ said", *(f"`{key}`" for key in said)], rows)


def score(found: list[Case]) -> str:
    """How many are right, in one line."""
    right, healthy = sum(case.right for case in found), [c for c in found if c.truth == "near_equilibrium"]
    collapsed = sum(case.said in ("collapse", "rotating") for case in healthy)
    clear = [case for case in found if case.truth != "between"]
    sure = sum(case.right for case in clear)
    told = f"{right} of {len(found)} right ({right / max(1, len(found)):.1%})"
    told += f", {sure} of {len(clear)} ({sure / max(1, len(clear)):.1%}) without `between`"
    return f"{told}; {collapsed} of {len(healthy)} healthy runs called collapsed."


def by_config(found: list[Case], seconds: dict[str, float]) -> list[str]:
    """What each config is, and how often the diagnosis of its members is right."""
    rows = []
    for name in dict.fromkeys(case.name for case in found):
        mine, changes = [case for case in found if case.name == name], differences(CONFIGS[name][1], BASE)
        truths = ", ".join(f"{n} {key}" for key, n in Counter(case.truth for case in mine).most_common())
        wrong = Counter(f"{case.truth} → {case.said}" for case in mine if not case.right)
        what = ", ".join(f"{field}={spell(value)}" for field, (value, _) in changes.items())
        said = ", ".join(f"{n} {key}" for key, n in wrong.items()) or "–"
        rows.append([f"`{name}`", what, "fit" if name in FIT else "test", truths, said, f"{seconds[name]:.0f}"])
    return grid(["config", "what differs", "half", "labels", "wrong", "CPU s"], rows)


def document(found: list[Case], work: Path) -> str:
    """docs/diagnosis.md."""
    names = list(dict.fromkeys(case.name for case in found))
    seconds = {name: float(trained(name, work)["spent"]) for name in names}
    test = [case for case in found if case.name not in FIT]
    fit = [case for case in found if case.name in FIT]
    parts = [HEAD.format(runs=len(found), configs=len(names), minutes=sum(seconds.values()) / 60)]
    parts += ["## The other half, on which nothing was set", "", score(test), "", *table(test), ""]
    parts += ["## The half on which the thresholds were set", "", score(fit), "", *table(fit), ""]
    return "\n".join([*parts, "## The configs", "", *by_config(found, seconds)]) + "\n"


HEAD = """# How often the diagnosis is right

`python -m benchmarks.diagnosis` made this: {runs} runs ({configs} configs of 8 seeds, {minutes:.0f} minutes of CPU),
each of 64 × 2 networks with batches of 128. `ganlab.diagnosis` sees the frames as they are stored, 2,500 points each.
The labels come from elsewhere: from 10,000 samples of other noise at 8 moments of the last 40 % of a run, and, where
most points are off the data, from what was done to the run, if the samples bear it out. `between` has every mode and is
neither healthy nor relapsing (D still tells, or the shape is not right yet); of it `no_finding`, `near_equilibrium` and
`oscillating` count as right.

The configs were chosen to show each fault, so the table says how well faults are told apart, not how often they occur.
The halves were not drawn beforehand: a config that was looked at when a threshold was changed is in the one that set
them. Three clauses of the labels were changed after a look at the other: that a healthy run's D is at a coin's level
(`blobs`), that a collapse is one of the last three moments (`osc_two_fast`), and what counts as on data without modes.

"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "ganlab-diagnosis")
    parser.add_argument(
        "--kept", action="store_true", help="train nothing more: the table of what is in the work folder"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.work.mkdir(exist_ok=True, parents=True)
    names = [name for name in options.names or CONFIGS if not options.kept or place(name, options.work).is_file()]
    found: list[Case] = []
    for name in names:
        mine = cases(name, options.work)
        found += mine
        print(f"{name:14} {sum(case.right for case in mine)} of {len(mine)} right", flush=True)
    if not options.names:
        DOCUMENT.write_text(document(found, options.work), encoding="utf-8")


if __name__ == "__main__":
    main()
