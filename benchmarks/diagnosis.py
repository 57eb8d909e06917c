"""How often the diagnosis is right; `python -m benchmarks.diagnosis [name …] [--only DOCUMENT] [--work DIR]`.

It writes docs/diagnosis.md and docs/diagnosis_digits.md, which takes some hours. Each run is labelled from 10,000
samples of its last states and from its config, and the halves are random (`diagnosis_runs`). The diagnosis gets only
the stored frames. Trained configs stay in the work folder, so that an interrupted script continues.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import diagnosis_digits as digits
from benchmarks.diagnosis_drawn import LOTS
from benchmarks.diagnosis_runs import CONFIGS, LOOKS, SAME, Look, halves, label, right, thinned
from benchmarks.diagnosis_table import Asked, Case, as_asked, by_config, score, table, told
from benchmarks.holes import ratios
from ganlab.data.plane import DATASETS
from ganlab.digits import diagnosis as of_digits
from ganlab.gan.rng import stream
from ganlab.kind.evaluation import FINAL
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import verdict
from ganlab.plane.evaluation import EVALUATION
from ganlab.plane.frame import Frame, unpack
from ganlab.plane.metrics import on_data
from ganlab.plane.snapshot import expand
from ganlab.plane.state import State, sample_latent
from ganlab.plane.train import advance, develop, encode, snapshot, start
from ganlab.studies.tables import grid

DOCS = Path(__file__).parents[1] / "docs"
PLANE = EVALUATION
SINCE = 0.6


def marks(config: PlaneConfig) -> list[int]:
    """The steps at which samples are taken, the last among them."""
    return [round(config.steps * share) for share in np.linspace(SINCE, 1, LOOKS)]


def look(state: State, before: np.ndarray | None) -> tuple[Look, np.ndarray]:
    """(what 10,000 samples show of each member, the samples (M, n, 2)); `moved` is how far they went since before."""
    config, data = state.config, DATASETS[state.config.dataset]
    z = sample_latent(config, FINAL, stream(config.seed, "study", "z"))
    with torch.no_grad():
        points = np.nan_to_num(state.g_ema(expand(z, config)).numpy(), nan=1e9, posinf=1e9, neginf=-1e9)
    found = {name: np.asarray(value) for name, value in PLANE.final(state).items()}
    found["shares"] = np.stack(list(found["shares"]))
    found["on"] = found["valid"] if data.modes is not None else np.array([on_data(member, data) for member in points])
    if data.modes is None:
        found["least"] = np.array([ratios(member, data).min() for member in points])
    found["outside"] = (np.abs(points).max(-1) > data.extent).mean(1)
    found["moved"] = np.full(len(points), np.nan)
    if before is not None:
        found["moved"] = np.linalg.norm(points - before, axis=-1).mean(1)
    grad = state.g.grad
    found["g_grad"] = np.full(len(points), np.nan) if grad is None else state.g.net.norms(grad).numpy()
    return found | {"at": np.array(state.step)}, points


def train(config: PlaneConfig, path: Path) -> None:
    """Trains a config and stores its frames and looks."""
    state, due = start(config), set(marks(config))
    frames, looks, points = [encode(config, snapshot(state))], list[Look](), None
    while state.step < config.steps and not state.outcome:
        if made := advance(state):
            frames.append(encode(config, made if isinstance(made, Frame) else develop([made])[0]))
        if state.step in due or state.outcome:
            seen, points = look(state, points)
            looks.append(seen)
    blobs = [blob for frame in frames for blob in frame]
    lengths = np.array([len(blob) for blob in blobs]).reshape(-1, config.members)
    kept = {name: np.stack([seen[name] for seen in looks]) for name in looks[0]}
    draft = path.with_suffix(".draft.npz")
    np.savez(
        draft,
        blob=np.frombuffer(b"".join(blobs), np.uint8),
        lengths=lengths,
        died=state.diverged_at.numpy(),
        **kept,
    )
    draft.replace(path)


def record_path(name: str, work: Path) -> Path:
    """The file of a config's record."""
    config = CONFIGS[name][1]
    return work / f"{name}-{config.key()}-{config.steps}.npz"


def trained(name: str, work: Path) -> dict[str, np.ndarray]:
    """A config's record; it is made if it does not exist."""
    config, path = CONFIGS[name][1], record_path(name, work)
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


# The table


def cases(name: str, work: Path) -> list[Case]:
    """The runs of a config."""
    done, config = CONFIGS[name]
    record = trained(name, work)
    said = [verdict(seen, config).key for seen in frames(record, config)]
    known = [(label(record, m, done, config), right(record, m, done, config)) for m in range(config.members)]
    return [Case(name, m, *what, key) for m, (what, key) in enumerate(zip(known, said, strict=True))]


def digit_cases(name: str, work: Path) -> list[Case]:
    """The run on digits of a name, in a list."""
    done, config = digits.CONFIGS[name]
    record = digits.trained(name, work)
    said = of_digits.verdict(digits.frames(record), config).key
    return [Case(name[:-2], config.seed, digits.label(record, done, config), digits.right(record, done, config), said)]


def on_plane(found: list[Case], work: Path) -> str:
    """docs/diagnosis.md."""
    drawn, names = halves(), list(dict.fromkeys(case.name for case in found))
    parts = [HEAD.format(runs=len(found), configs=len(names)), *as_asked(ASKED)]
    parts.append(TODAY.format(reliability="\n".join(reliability(names, work))))
    for half, title in TITLES.items():
        mine = [case for case in found if drawn[case.name] == half]
        if mine:
            here, all = len({case.name for case in mine}), sum(where == half for where in drawn.values())
            parts += [f"## {title}", "", f"{here} of {all} configs. {score(mine)}", "", *table(mine), ""]
    return "\n".join([*parts, "## The configs", "", *by_config(found, drawn)]) + "\n"


def reliability(names: list[str], work: Path) -> list[str]:
    """How often the label of some looks of a run is right by other looks of it: a row for each number of looks."""
    held, of = dict.fromkeys(THINNED, 0), 0
    for name in names:
        (done, config), record = CONFIGS[name], trained(name, work)
        for every in THINNED:
            ours, theirs = thinned(record, 0, every), thinned(record, every // 2, every)
            for member in range(config.members):
                truth = label(theirs, member, done, config)
                held[every] += bool({*SAME.get(truth, (truth,))} & right(ours, member, done, config))
        of += config.members
    rows = [[str(1 + (LOOKS - 1) // every), told(held[every], of)] for every in THINNED]
    return grid(["moments of a label", "right by other moments of the run"], rows)


def on_digits(found: list[Case], _: Path) -> str:
    """docs/diagnosis_digits.md."""
    parts = [DIGITS.format(all=len(digits.CONFIGS), configs=len(digits.DRAWN))]
    parts += [*as_asked(ASKED_ON_DIGITS), TODAY_ON_DIGITS]
    for look, drawn in reversed(digits.LOOKS_DRAWN.items()):
        mine = [case for case in found if case.name in drawn]
        if mine:
            of = len(drawn) * digits.SEEDS
            parts += [f"## The {look} look", "", f"{len(mine)} of {of} runs. {score(mine)}", "", *table(mine), ""]
    looks = {name: look for look, drawn in digits.LOOKS_DRAWN.items() for name in drawn}
    return "\n".join([*parts, "## The configs", "", *by_config(found, looks)]) + "\n"


BY_WEAK_D = "labels: a smear may be called by its weak D, whatever the run was meant for"
ASKED = {
    "third": Asked("a5c1ea5", 196, 216, "how far from the data a D is too weak; data without modes may turn"),
    "fourth": Asked(
        "c37f410", 207, 240, "a G of a curve is called so where it turns; a D behind is too weak at a smaller distance"
    ),
    "fifth": Asked("2ce71f4", 221, 240, "labels: three more limits move by a fifth; what goes from mode to mode turns"),
    "sixth": Asked(
        "8907523",
        211,
        240,
        "a D behind is too weak with a sixth of an optimal D's lead, or if wrong; a relapse is a fifth",
    ),
    "seventh": Asked(
        "3c49185", 219, 240, f"{BY_WEAK_D}; labels of 29 moments; a D behind is too weak with .3 of that lead; lapses"
    ),
    "eighth": Asked("9f693c7", 228, 240, "nothing"),
}
"""By look. Of the third one 27 of 30 configs were trained when it was asked."""
ASKED_ON_DIGITS = {
    "first": Asked("d94430e", 66, 80, "medians are taken over at least three classified frames"),
    "second": Asked("2ce71f4", 69, 80, "labels: two more limits move by a fifth; a D behind that is wrong is too weak"),
    "third": Asked("5ea332e", 70, 80, BY_WEAK_D),
}
THINNED = (4, 2)
"""Two labels of a run are compared that have every fourth of its looks, or every second one."""
TITLES = {look: f"The {look} look" for look in (*reversed(LOTS), "first", "second")} | {"fit": "The rest"}
HEAD = """# How often the diagnosis is right

`python -m benchmarks.diagnosis --only diagnosis` made this: {runs} runs ({configs} configs of 8 seeds).
`ganlab.plane.diagnosis` sees the frames as they are stored. The labels come from elsewhere: from 10,000 samples of
other noise at 29 moments of the last 40 % of a run and, where most points are off the data, from what was done to the
run, if the samples bear it out (`benchmarks.diagnosis_runs.label`). `between` has every mode and is neither healthy nor
circling; that nothing is found is right then. `cannot_fill` is the label where G was made too narrow for the data and
does not cover them. `holes` is the label where data without modes have a ball that gets less than a quarter of its due.

What counts as right is the label, and what it would be if its limits were a fifth stricter or looser, for a run that is
so near to a limit may be called either. A few more pairs say the same thing: modes that turn are collapsed at every
moment; a collapse that had every mode in an earlier look may be called oscillating; a weak D that still tells leaves a
smear, and a smear whose D was put behind by the settings and does not tell may be called by its weak D; data without
modes of which regions are missing may be called collapsed or with holes (`benchmarks.diagnosis_runs.right`). How often
the label itself was said stands beside it. Shares have Wilson's interval of 95 %; it takes the runs as independent, and
the eight seeds of a config are more alike than that.

The configs were chosen to show each fault, so the tables say how well faults are told apart, not how often they occur.
Those of the third look and of the later ones were drawn by lot from menus (`benchmarks.diagnosis_drawn`): networks,
batches, losses and rates differ, too. Menus were written before a look was trained, labels and rules before any of its
runs was seen. Each look was asked once; after all but the last, something was changed for the next one (a D is "behind"
if it has fewer or smaller steps than G, or a far smaller network):
"""
TODAY = """
The last look is the score to go by. The labels of those before it were made from 8 moments of a run, which are less
certain. From each run below two labels were made, of different moments, to count how often one is right by the other:

{reliability}

The tables below have today's rules and labels. All of their runs but those of the eighth look have helped to set
thresholds. The configs of the first two looks and of the rest have 64 × 2 networks and batches of 128.
"""


DIGITS = """# How often the diagnosis of digits is right

`python -m benchmarks.diagnosis --only diagnosis_digits` made this: {all} runs on digits ({configs} configs).
[The same of the plane](diagnosis.md) says how such a look is asked. The configs of each look were drawn by lot from
menus, and their labels written, before any of them was trained (`benchmarks.diagnosis_digits`): dense networks and few
steps. The labels come from 2,000 images of other noise at 5 moments of the last 40 % of a run, from D's answers to
2,000 training images and to held-out ones, and from what was done to the run. The judge is the page's, so its errors
are in both. What counts as right is again the label, what it would be at limits a fifth stricter or looser, and, where
D shows more than one thing, each of them. Healthy runs are those labelled `healthy` or `recognisable`. Each look was
asked once, and then something was changed:
"""
TODAY_ON_DIGITS = """
The row of all looks is the score to go by. A fourth look is drawn and not asked yet. The tables below are those of
commit `2eb1cf2`: since then a D behind is too weak with up to .3 of an optimal D's lead. There, the runs of the first
look were not trained again for the labels.
"""


DOCUMENTS = {
    "diagnosis": (CONFIGS, record_path, cases, on_plane),
    "diagnosis_digits": (digits.CONFIGS, digits.record_path, digit_cases, on_digits),
}
"""By name, the configs, where their records are, the runs of one, and the text."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--only", choices=DOCUMENTS, help="that document alone")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "ganlab-diagnosis")
    parser.add_argument(
        "--kept", action="store_true", help="train nothing more: the table of what is in the work folder"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.work.mkdir(exist_ok=True, parents=True)
    for title in [options.only] if options.only else DOCUMENTS:
        configs, file, cases_of, document = DOCUMENTS[title]
        names = [name for name in configs if name in options.names or not options.names]
        found = list[Case]()
        for name in [name for name in names if not options.kept or file(name, options.work).is_file()]:
            mine = cases_of(name, options.work)
            found += mine
            print(f"{name:14} {sum(case.right for case in mine)} of {len(mine)} right", flush=True)
        if not options.names:
            (DOCS / f"{title}.md").write_text(document(found, options.work), encoding="utf-8")


if __name__ == "__main__":
    main()
