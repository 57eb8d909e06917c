"""Records the runs that ship, prepared experiments and the lab's: `python -m ganlab record [--thin] [name …]`.

Some minutes for those on the plane; much longer for digits, where a full set comes from GANLAB_DATA or the network.
With --thin nothing is trained: what ships already is brought down to what would ship now, its frames as they are.

All recordings together stay small: of a run ship some frames only, spread as the run's own are, and all of its last
tenth, which the verdict reads; of members other than the first, fewer. A checkpoint ships where a visitor may want to
train on from it or go through its noise; that of the digits' collapse is too large for that, and those of sixteen seeds
are too many: these start from the beginning.
"""

from __future__ import annotations

from dataclasses import replace
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
"""Frames of each other member, at most, likewise."""
RUNS = PRESETS | EXHIBITS
NO_CHECKPOINT = ("digits_k50", "ring_seeds", *EXHIBITS)
"""Runs that ship without one."""


def record(name: str, folder: Path) -> Path:
    """Trains a run to its target in a store of its own and writes what ships of it to one file; the file."""
    config, whole = RUNS[name], folder / "whole.zip"
    key = config.key()
    with Store(folder, clock=lambda: 0.0) as store:  # its time stands still: a wish lasts as long as it takes
        store.wish(key, config.to_json(), config.steps, "record", runs.threads(config.kind), runs.PRECISION)
        run = store.claim("record/0/0")
        assert run is not None
        worker.compute(store, run, engines())
        ended = store.run(key)
        if ended is None or ended.state not in ("done", "diverged"):
            raise SystemExit(f"{name}: {ended and (ended.state, ended.note, ended.facts)}")
        store.export_recording(key, whole, identity, members=range(config.members))
    return thin(name, whole)


def most_frames(name: str) -> int:
    """How many frames of a run ship before its last tenth, at most."""
    kind = KINDS[RUNS[name].kind]
    return kind.exhibited if name in EXHIBITS else kind.recorded


def thin(name: str, source: Path) -> Path:
    """Writes what ships of a recorded run to one file; the file."""
    file, whole = RECORDED / f"{name}.zip", recording.read(source, identity)
    recording.write(shipped(whole, most_frames(name), name not in NO_CHECKPOINT), file)
    return file


def shipped(whole: Recording, most: int, checkpoint: bool) -> Recording:
    """A part of a recording: so many frames of the first member, fewer of others, perhaps without the checkpoint.

    Without its seconds: how long it took says more about how busy the machine was.
    """
    members = {member for _, member, _ in whole.frames}
    chosen = {(step, member) for member in members for step in shipped_steps(whole, member, most)}
    frames = [frame for frame in whole.frames if frame[:2] in chosen]
    return replace(whole, frames=frames, checkpoint=whole.checkpoint if checkpoint else None, seconds=0.0)


def shipped_steps(whole: Recording, member: int, most: int) -> list[int]:
    """The steps of a member's frames that ship; of those that ship already, all."""
    steps = sorted(step for step, m, _ in whole.frames if m == member)
    early = [step for step in steps if step < (1 - RECENT) * steps[-1]]
    return [*spread(early, OTHERS if member else most), *steps[len(early) :]]


def main(arguments: list[str]) -> int:
    """Records the named presets, or all, and drops files of runs that are no more; the exit status."""
    parser = command.parser("record", __doc__ or "", "ring ring_r1")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RUNS)}; all of them where none is named")
    parser.add_argument("--thin", action="store_true", help="train nothing, only bring down what ships already")
    asked = parser.parse_args(arguments)
    command.expect(parser, asked.names, RUNS)
    RECORDED.mkdir(exist_ok=True)
    for stale in {file.stem for file in RECORDED.glob("*.zip")} - RUNS.keys():
        (RECORDED / f"{stale}.zip").unlink()
    for name in asked.names or RUNS:
        started = monotonic()
        with TemporaryDirectory() as folder:
            file = thin(name, RECORDED / f"{name}.zip") if asked.thin else record(name, Path(folder))
        print(f"{name:16} {file.stat().st_size / 1e6:6.2f} MB {monotonic() - started:6.1f} s", flush=True)
    return 0
