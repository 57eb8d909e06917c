"""Records the prepared experiments that ship: `python -m ganlab.record [preset …]`.

Some minutes for those on the plane; much longer for digits, where a full set comes from GANLAB_DATA or the network.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from ganlab import runs, worker
from ganlab.frame import spread
from ganlab.presets import PRESETS
from ganlab.store import Store

RECORDED = Path(__file__).parent / "recorded"
FRAMES = 120
"""Frames of a recorded run, at most."""


def record(name: str, place: Path) -> Path:
    """Trains a preset to its target in a store of its own and writes it to one file; the file."""
    config, file = PRESETS[name], RECORDED / f"{name}.zip"
    key = config.key()
    with Store(place, clock=lambda: 0.0) as store:  # its time stands still: a wish lasts as long as it takes
        store.wish(key, config.to_json(), config.steps, "record", runs.threads(config.kind), runs.PRECISION)
        run = store.claim("record/0/0")
        assert run is not None
        worker.compute(store, run, worker.ENGINES)
        ended = store.run(key)
        if ended is None or ended.state not in ("done", "diverged"):
            raise SystemExit(f"{name}: {ended and (ended.state, ended.note, ended.facts)}")
        store.export_recording(key, file, spread(store.steps(key), FRAMES))
    return file


def main(names: list[str]) -> None:
    """Records the named presets, or all, and drops files of presets that are no more."""
    RECORDED.mkdir(exist_ok=True)
    for stale in {file.stem for file in RECORDED.glob("*.zip")} - PRESETS.keys():
        (RECORDED / f"{stale}.zip").unlink()
    for name in names or PRESETS:
        started = monotonic()
        with TemporaryDirectory() as place:
            file = record(name, Path(place))
        print(f"{name:16} {file.stat().st_size / 1e6:6.2f} MB {monotonic() - started:6.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
