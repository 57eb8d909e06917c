"""Runs the named studies with worker processes: `python -m ganlab study [NAME]`.

Studies have a store of their own. Each finished cell, a config up to its target, is one file of rows. So a stopped
study continues where it was, and no finished cell is computed again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic, sleep

import pandas as pd
import torch

from ganlab.host import command
from ganlab.host.folders import find_place
from ganlab.kind.config import RunConfig
from ganlab.service.runs import RunStatus
from ganlab.studies import tables
from ganlab.studies.cluster import ClusterError, connected
from ganlab.studies.executors import Executor, worker_processes
from ganlab.studies.grids import STUDIES, Study
from ganlab.studies.tables import EVIDENCE

POLL = 0.5
"""Seconds between two polls of the runs."""
PROGRESS_PERIOD = 10.0
"""Seconds between two progress lines."""
DOCS = Path(__file__).parents[2] / "docs" / "studies.md"


# The study's store


class StudyStore:
    """The store of the studies: the runs, and the rows of finished cells."""

    def __init__(self, path: Path | None = None):
        self.path = path or find_place()[0] / "studies"

    def part(self, config: RunConfig) -> Path:
        """The file of a cell's rows."""
        return self.path / "parts" / f"{config.key()}-{config.steps}.parquet"

    def finished(self, config: RunConfig) -> bool:
        """Whether a cell's rows exist."""
        return self.part(config).exists()

    def table(self, study: Study, shipped: pd.DataFrame | None = None, prefix: str = "") -> pd.DataFrame:
        """The rows of finished cells, by arm, with columns for the arm and the varied fields; empty without any.

        An arm keeps its rows in the shipped table until all its cells are finished here; an arm whose name does not
        begin with the prefix keeps them even then.
        """
        cells = [
            tables.labelled(arm, config, study.varied, rows)
            for arm, configs in study.arms.items()
            for config, rows in self._cells(arm, configs, shipped, arm.startswith(prefix)).items()
        ]
        whole = pd.concat(cells, ignore_index=True) if cells else pd.DataFrame()
        return whole if study.history or whole.empty else tables.ends(whole)

    def _cells(
        self, arm: str, configs: Sequence[RunConfig], shipped: pd.DataFrame | None, replace: bool
    ) -> dict[RunConfig, pd.DataFrame]:
        """An arm's rows by config: its finished cells, or its shipped ones."""
        own = [config for config in configs if self.finished(config)]
        kept = {} if shipped is None else tables.cells(shipped, arm, configs)
        complete = replace and len(own) == len(configs)
        taken = complete or len(own) > len(kept)
        return {config: pd.read_parquet(self.part(config)) for config in own} if taken else kept


# Running


@dataclass(frozen=True)
class Progress:
    """The progress of a study."""

    done: int
    cells: int
    share: float
    """Share of the arithmetic that is done."""
    left_s: float
    """Estimated seconds left, by the speed since the start; infinite while unknown."""
    failed: int = 0
    """Number of cells that failed."""

    def __str__(self) -> str:
        left = "?" if self.left_s == inf else f"{self.left_s // 60:.0f} min {self.left_s % 60:02.0f} s"
        return f"{self.done}/{self.cells} cells, {self.share:4.0%}, {left} left"


def work(config: RunConfig, steps: int) -> float:
    """The arithmetic of a run's first steps."""
    return config.flops() * min(steps, config.steps)


class Round:
    """One session of a study: its finished, running and failed cells."""

    def __init__(self, study: Study, study_store: StudyStore, executor: Executor):
        self.study, self.study_store, self.executor = study, study_store, executor
        self.cells = list(dict.fromkeys(config for _, config in study.cells))
        self.finished = {config for config in self.cells if study_store.finished(config)}
        self.waiting = [config for config in self.cells if config not in self.finished]
        self.flying: dict[RunConfig, RunStatus] = {}
        self.failed: dict[RunConfig, RunStatus] = {}
        self.deaths: dict[RunConfig, int] = {}
        self.began, self.before = monotonic(), self._worked()

    def turn(self) -> bool:
        """Starts the next cells and handles the ended ones; returns whether any cell is left."""
        self._start()
        for config in list(self.flying):
            status = self.flying[config] = self.executor.status(config)
            if status.state in ENDED:
                del self.flying[config]
                self._take_in(config, status)
        return bool(self.waiting or self.flying)

    def progress(self) -> Progress:
        """The progress of the study."""
        worked, whole = self._worked(), sum(work(config, config.steps) for config in self.cells)
        gained, seconds = worked - self.before, monotonic() - self.began
        left = (whole - worked) / gained * seconds if gained > 0 else inf
        left = left if worked < whole else 0.0
        return Progress(len(self.finished), len(self.cells), worked / whole, left, len(self.failed))

    def _start(self) -> None:
        """Submits the next cells. Of two cells of one run the shorter comes first, as its checkpoint is needed."""
        free = self.executor.slots - len(self.flying)
        while free > 0 and (config := self._next()):
            free -= 1
            self.waiting.remove(config)
            self.before += work(config, self.executor.reached(config))
            self.executor.submit(config)
            self.flying[config] = RunStatus("queued")

    def _next(self) -> RunConfig | None:
        """The first cell that does not have to wait for another; None if all do."""
        flying, shortest = {config.key() for config in self.flying}, dict[str, int]()
        keys = {config: config.key() for config in self.waiting}
        for config, key in keys.items():
            shortest[key] = min(config.steps, shortest.get(key, config.steps))
        free = (config for config, key in keys.items() if key not in flying and config.steps == shortest[key])
        return next(free, None)

    def _take_in(self, config: RunConfig, status: RunStatus) -> None:
        if status.state == "failed":
            self._fail(config, status)
        elif status.state == "stopped":  # the request has expired, as after a suspended machine
            self.waiting.insert(0, config)
        else:
            tables.write(self.executor.rows(config), self.study_store.part(config))
            self.finished.add(config)

    def _fail(self, config: RunConfig, status: RunStatus) -> None:
        """Marks a cell as failed. If its worker died, it is tried again as long as it makes progress."""
        if status.note == "worker_died" and status.step > self.deaths.get(config, -1):
            self.deaths[config] = status.step
            self.waiting.append(config)
        else:
            self.failed[config] = status

    def _worked(self) -> float:
        finished = sum(work(config, config.steps) for config in self.finished)
        return finished + sum(work(config, status.step) for config, status in self.flying.items())


ENDED = ("done", "diverged", "failed", "stopped")


def run(study: Study, study_store: StudyStore, executor: Executor, seconds: float = inf) -> Iterator[Progress]:
    """Computes the unfinished cells within a time limit; yields the progress after every poll."""
    end, sitting = monotonic() + seconds, Round(study, study_store, executor)
    while sitting.turn() and monotonic() < end:
        yield sitting.progress()
        sleep(POLL)
    yield sitting.progress()
    for config, status in sitting.failed.items():
        print(f"failed: {config.key()} {status.note} {dict(status.facts)}", file=sys.stderr)


# The command


def report(steps: Iterable[Progress], say: Callable[[str], None]) -> Progress | None:
    """Reports progress when a cell is finished, every PROGRESS_PERIOD seconds, and at the end; the last progress."""
    done, when, last = -1, -inf, None
    for step in steps:
        if step.done != done or monotonic() - when >= PROGRESS_PERIOD:
            say(str(step))
            done, when = step.done, monotonic()
        last = step
    say(str(last))
    return last


def compute(name: str, study: Study, study_store: StudyStore, slots: int, minutes: float, scheduler: str = "") -> int:
    """Runs a study in worker processes, or on the cluster of a Dask scheduler; returns the number of failed cells.

    Raises ClusterError before the first cell if the cluster cannot be used.
    """
    opened = connected(scheduler) if scheduler else worker_processes(study_store.path, slots)
    with opened as executor:
        steps = run(study, study_store, executor, 60 * minutes)
        last = report(steps, lambda text: print(f"{name}: {text}", flush=True))
    return last.failed if last else 0


def document(out: Path = EVIDENCE) -> str:
    """All studies with their results, as markdown."""
    return "\n\n".join([HEAD, *(chapter(name, study, out) for name, study in STUDIES.items())]) + "\n"


def chapter(name: str, study: Study, out: Path) -> str:
    """One study: its protocol, its table, and the arms without results."""
    file = out / f"{name}.parquet"
    table = pd.read_parquet(file) if file.exists() else None
    found = [] if table is None else [tables.markdown(table, study.expected)]
    missing = missing_arms(study, table)
    note = [f"Not yet measured: {', '.join(missing)}."] if missing else []
    return "\n\n".join([f"## {name}", study.protocol, *found, *note])


def missing_arms(study: Study, table: pd.DataFrame | None) -> list[str]:
    """The arms with missing seeds: `arm`, or `arm` (2 of 3 seeds)."""
    have = {} if table is None else tables.finals(table)["arm"].value_counts().to_dict()
    due = {arm: sum(config.members for config in configs) for arm, configs in study.arms.items()}
    missing = {arm: due[arm] - have.get(arm, 0) for arm in due}
    whole = {arm for arm, n in missing.items() if n == due[arm]}
    return [f"`{arm}`" if arm in whole else f"`{arm}` ({n} of {due[arm]} seeds)" for arm, n in missing.items() if n]


def main(arguments: list[str]) -> int:
    """Lists the studies, runs one, or shows its results; the exit status, 1 if a cell failed, 2 without a cluster."""
    asked = parsed(arguments)
    torch.set_num_threads(1)
    try:
        return min(carry_out(asked, StudyStore(asked.place)), 1)
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 2


def carry_out(asked: argparse.Namespace, study_store: StudyStore) -> int:
    """Does what the command line says; returns the number of failed cells."""
    failed = 0
    if asked.name:
        if not asked.table:
            study = STUDIES[asked.name].only(asked.arms)
            study = study.first(asked.first) if asked.first else study
            failed = compute(asked.name, study, study_store, asked.slots, asked.minutes, asked.scheduler)
        show(asked.name, study_store, asked.out, asked.arms)
    elif not asked.docs:
        listing(study_store)
    if asked.docs:
        DOCS.write_text(document(asked.out))
    return failed


def listing(study_store: StudyStore) -> None:
    """Prints the studies and their progress."""
    for name, study in STUDIES.items():
        cells = [config for _, config in study.cells]
        print(f"{name:10} {sum(map(study_store.finished, cells))}/{len(cells)} cells finished")


def parsed(arguments: list[str]) -> argparse.Namespace:
    """The parsed command line. Ends the program if no arm of the study has the prefix."""
    asked = parser().parse_args(arguments)
    if asked.arms and not (asked.name and STUDIES[asked.name].only(asked.arms).arms):
        parser().error(f"--arms {asked.arms}: expected the beginning of an arm's name in the named study")
    return asked


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = command.parser("study", "Named grids of configs and seeds.", "ring --slots 2 --minutes 20")
    parser.add_argument("name", nargs="?", choices=tuple(STUDIES))
    parser.add_argument("--table", action="store_true", help="only write and show the table of what is finished")
    parser.add_argument("--place", type=Path, help="folder of the study store")
    parser.add_argument("--arms", default="", metavar="PREFIX", help="only the arms whose names begin so")
    parser.add_argument("--first", type=int, metavar="N", help="compute only the first N configs of every arm")
    parser.add_argument("--slots", type=int, default=1, help="runs that train at once")
    parser.add_argument("--scheduler", default="", metavar="ADDRESS", help="a Dask cluster, instead of slots: tcp://…")
    parser.add_argument("--minutes", type=float, default=inf, help="stop after so many, to go on another time")
    parser.add_argument("--out", type=Path, default=EVIDENCE, help="folder of the finished tables")
    parser.add_argument("--docs", action="store_true", help="write docs/studies.md from the finished tables")
    return parser


def show(name: str, study_store: StudyStore, out: Path, prefix: str = "") -> None:
    """Writes the table of a study's finished cells and of the shipped rows that stay, and prints its medians."""
    study, file = STUDIES[name], out / f"{name}.parquet"
    if not any(study_store.finished(config) for _, config in study.cells):
        print("no cell is finished")
        return
    table = study_store.table(study, pd.read_parquet(file) if file.exists() else None, prefix)
    tables.write(table, file)
    print(tables.markdown(table, study.expected))


HEAD = """# What the studies measured

Written by `python -m ganlab study --docs` from the tables in `ganlab/evidence`; never edited by hand. Each cell is the
median over the seeds [lowest, highest]. All measures but steps/s are of the last state, with 10,000 fixed z. L_D is the
sum of its two terms, on the same points or images. Networks, data and noise of the seeds are independent; members of
one run share the z they are judged with. Machine: 2 shared x86 cores without a GPU, one thread a run, other work beside
it: steps/s (all seeds of a run advance at each) are for orientation only.

Unless an arm says otherwise, on the plane (`ring`, `packing`, `k`): ring of 8 Gaussians, radius 2, σ 0.1; latent 16; G
and D 128×2 with leaky ReLU 0.2; Adam 2e-4 (0.5, 0.999); batch 256, no schedule. A point is valid within 3σ of a mode; a
mode is covered with ≥ 1 % of all points; mode TV = (Σ|p − 1/K| + p_invalid)/2.

On digits (`digits_k`, `digits_10k`): the 5,000 images that ship; latent 64; the light networks (G: dense to 64 maps of
7×7, transposed convolutions to 32 maps and 1; D: convolutions of 32 and 64 maps, dense); Adam 1e-3 (0.5, 0.999); batch
64, no schedule. The images are those of the shown G, the moving average (0.995) of its weights, drawn in float32, and
are judged by the classifier of [judge.md](judge.md): a digit is covered when ≥ 1 % of all images are most like it, and
that column says nothing without the next ones; accepted: p ≥ 0.9; digit TV = Σ|p − due|/2; FID and coverage are in that
classifier's features, FID beside its floor, what as many real training images score; diversity is the spread within a
digit over the real one. Real test images: accepted 0.986, digit TV 0.008, FID 1.3, coverage 0.965, diversity 0.99. L_D,
L_G and D's accuracy are of the shown G's images and as many real training images, without dropout or augmentation."""
