"""Records the runs that ship, of the presets and of the lab: `python -m ganlab record [--thin] [name …]`.

The runs on the plane take some minutes. Runs on digits take much longer; full data sets come from GANLAB_DATA or the
network. With --thin nothing is trained: the shipped recordings are reduced to the frames that would ship now.

A recording contains a part of the frames, to stay small: frames with the spacing of the run's own, and all of the last
tenth, which the verdict needs; fewer for members after the first. It contains a checkpoint if a visitor may continue
the run or explore its latent space. Some checkpoints are too large or too many; these runs start from the beginning.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from ganlab.host import command
from ganlab.kinds import KINDS, engines
from ganlab.links import identity
from ganlab.plane.diagnosis import RECENT
from ganlab.plane.frame import spread
from ganlab.presets import PRESETS
from ganlab.service import runs, worker
from ganlab.store import recording
from ganlab.store.recording import RECORDED, Recording
from ganlab.store.runs import Store
from ganlab.studies.cards import EXHIBITS

OTHERS = 4
"""Maximum number of frames of each member after the first, before the last tenth."""
RUNS = PRESETS | EXHIBITS
NO_CHECKPOINT = ("digits", "digits_k50", "grid", "grid_5x5", "grid_packing", "ring_k50", "ring_seeds", *EXHIBITS)
"""Runs that ship without a checkpoint."""


def record(name: str, folder: Path) -> Path:
    """Trains a run to its target in a separate store and writes its recording; returns the file."""
    config, whole = RUNS[name], folder / "whole.zip"
    key = config.key()
    with Store(folder, clock=lambda: 0.0) as store:  # with a constant clock, the request does not expire
        store.wish(key, config.to_json(), config.steps, "record", runs.threads(config), runs.PRECISION)
        run = store.claim("record/0/0")
        assert run is not None
        worker.compute(store, run, engines())
        ended = store.run(key)
        if ended is None or ended.state not in ("done", "diverged"):
            raise SystemExit(f"{name}: {ended and (ended.state, ended.note, ended.facts)}")
        store.export_recording(key, whole, identity, members=range(config.members))
    return thin(name, whole)


def most_frames(name: str) -> int:
    """Maximum number of a run's frames that ship before its last tenth."""
    kind = KINDS[RUNS[name].kind]
    return kind.exhibited if name in EXHIBITS else kind.recorded


def thin(name: str, source: Path) -> Path:
    """Writes the shipped part of a recording; returns the file."""
    file, whole = RECORDED / f"{name}.zip", recording.read(source, identity)
    recording.write(slimmed(shipped(whole, most_frames(name), name not in NO_CHECKPOINT), RUNS[name].kind), file)
    return file


def slimmed(whole: Recording, kind: str) -> Recording:
    """The recording with smaller frames, where its kind can make them smaller."""
    if not KINDS[kind].slim:
        return whole
    slim = import_module(KINDS[kind].slim).slim
    return replace(whole, frames=[(step, member, slim(blob)) for step, member, blob in whole.frames])


def shipped(whole: Recording, most: int, checkpoint: bool) -> Recording:
    """The shipped part of a recording: `most` frames of the first member, fewer of the others, maybe a checkpoint.

    The seconds are dropped, as they depend on the load of the machine.
    """
    members = {member for _, member, _ in whole.frames}
    chosen = {(step, member) for member in members for step in shipped_steps(whole, member, most)}
    frames = [frame for frame in whole.frames if frame[:2] in chosen]
    return replace(whole, frames=frames, checkpoint=whole.checkpoint if checkpoint else None, seconds=0.0)


def shipped_steps(whole: Recording, member: int, most: int) -> list[int]:
    """The steps of a member's frames that ship."""
    steps = sorted(step for step, m, _ in whole.frames if m == member)
    early = [step for step in steps if step < (1 - RECENT) * steps[-1]]
    return [*spread(early, OTHERS if member else most), *steps[len(early) :]]


def main(arguments: list[str]) -> int:
    """Records the named runs, or all, and deletes files of runs that no longer exist; returns the exit status."""
    parser = command.parser("record", __doc__ or "", "ring ring_r1")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RUNS)}; all of them where none is named")
    parser.add_argument("--thin", action="store_true", help="train nothing, only bring down what ships already")
    asked = parser.parse_args(arguments)
    command.expect(parser, asked.names, RUNS)
    RECORDED.mkdir(exist_ok=True)
    for stale in {file.stem for file in RECORDED.glob("*.zip")} - RUNS.keys():
        (RECORDED / f"{stale}.zip").unlink()
    there = [name for name in RUNS if (RECORDED / f"{name}.zip").exists()]
    for name in asked.names or (there if asked.thin else RUNS):
        started = monotonic()
        with TemporaryDirectory() as folder:
            file = thin(name, RECORDED / f"{name}.zip") if asked.thin else record(name, Path(folder))
        print(f"{name:16} {file.stat().st_size / 1e6:6.2f} MB {monotonic() - started:6.1f} s", flush=True)
    return 0
