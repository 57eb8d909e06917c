"""Recorded runs: a zip file with JSON, frames and the last checkpoint. Some ship with the product."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganlab.host import atomic
from ganlab.store import packing

Identity = Callable[[Mapping[str, Any]], tuple[int, str]]
"""A config's JSON -> (its engine, its key), see `links.identity`. Raises ValueError."""
RECORDED = Path(__file__).parents[1] / "recorded"
"""The runs that ship with the product."""
FORMAT = 2
"""Of new recordings."""
FORMATS = (1, FORMAT)
"""That are read. In format 1 frames and checkpoint are deflated as they are."""
LARGEST = {"run.json": 2**20, "frames": 64 * 2**20, "checkpoint.safetensors": 128 * 2**20}
"""The parts and their largest sizes, checked before unpacking."""


class RecordingError(ValueError):
    """A file that is no recording, or that another engine recorded."""


@dataclass(frozen=True)
class Recording:
    """The content of a recorded run."""

    engine: int
    key: str
    config: Mapping[str, Any]
    step: int
    threads: int
    precision: str
    steps_per_s: float
    frames: list[tuple[int, int, bytes]]
    """(step, member, blob)."""
    checkpoint: tuple[int, bytes] | None
    """(step, safetensors bytes)."""
    seconds: float = 0.0
    """Of computing; 0 where that is not known."""
    device: str = "cpu"
    """Where it was computed, as `devices` has it."""


def write(recording: Recording, path: Path) -> None:
    """Writes a recording by atomic rename."""
    facts = summary(recording)
    parts = {"frames": b"".join(blob for _, _, blob in recording.frames)}
    if recording.checkpoint:
        parts["checkpoint.safetensors"] = recording.checkpoint[1]
    with atomic.draft(path) as part, zipfile.ZipFile(part, "w") as file:
        file.writestr(zipfile.ZipInfo("run.json"), json.dumps(facts, sort_keys=True))
        for name, blob in parts.items():
            file.writestr(zipfile.ZipInfo(f"{name}.xz"), packing.pack(blob, *layout(name, facts)))


def layout(name: str, facts: Mapping[str, Any]) -> tuple[int, int]:
    """(bytes of a number, bytes of a row) of a packed part. Frames of one length are rows of 16-bit numbers."""
    lengths = {length for _, _, length in facts["frames"]}
    return (2, lengths.pop() if len(lengths) == 1 else 0) if name == "frames" else (4, 0)


def summary(recording: Recording) -> dict[str, Any]:
    """Everything but the bytes."""
    return {
        "format": FORMAT,
        "engine": recording.engine,
        "key": recording.key,
        "config": dict(recording.config),
        "step": recording.step,
        "threads": recording.threads,
        "precision": recording.precision,
        "steps_per_s": recording.steps_per_s,
        "seconds": recording.seconds,
        "device": recording.device,
        "frames": [[step, member, len(blob)] for step, member, blob in recording.frames],
        "checkpoint": recording.checkpoint[0] if recording.checkpoint else None,
    }


def read_summary(path: Path, identity: Identity) -> dict[str, Any]:
    """A recording's JSON, its key checked against this engine. Raises RecordingError."""
    with opened(path) as file:
        return checked(path, file, identity)


def read(path: Path, identity: Identity) -> Recording:
    """A recording. Raises RecordingError when it is damaged, too large, or of another engine."""
    with opened(path) as file:
        facts = checked(path, file, identity)
        step, blob = facts["checkpoint"], content(path, file, facts, "frames")
        checkpoint = None if step is None else (int(step), content(path, file, facts, "checkpoint.safetensors"))
    if sum(length for _, _, length in facts["frames"]) != len(blob):
        raise RecordingError(f"{path.name}: frames={len(blob)} bytes: expected the sum of their lengths")
    names = ("engine", "key", "config", "step", "threads", "precision", "steps_per_s")
    known = {name: facts[name] for name in names} | {"seconds": float(facts.get("seconds", 0.0))}
    known |= {"device": str(facts.get("device", "cpu"))}
    return Recording(**known, frames=cut(facts["frames"], blob), checkpoint=checkpoint)


def opened(path: Path) -> zipfile.ZipFile:
    """The zip file. Raises RecordingError."""
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise RecordingError(f"{path.name}: {error}") from None


def content(path: Path, file: zipfile.ZipFile, facts: Mapping[str, Any], name: str) -> bytes:
    """The bytes of frames or of the checkpoint. Raises RecordingError when they are missing, damaged or too large."""
    if facts["format"] == 1:
        return part(path, file, name)
    try:
        packed = part(path, file, f"{name}.xz", LARGEST[name])
        return packing.unpack(packed, *layout(name, facts), LARGEST[name])
    except ValueError as error:
        raise RecordingError(f"{path.name}: {name}: {error}") from None


def part(path: Path, file: zipfile.ZipFile, name: str, most: int | None = None) -> bytes:
    """One part's bytes. Raises RecordingError when it is missing, damaged or too large."""
    most = LARGEST[name] if most is None else most
    try:
        if file.getinfo(name).file_size > most:
            raise RecordingError(f"{path.name}: {name}: expected at most {most} bytes")
        return file.read(name)
    except (KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise RecordingError(f"{path.name}: {name}: {error}") from None


def checked(path: Path, file: zipfile.ZipFile, identity: Identity) -> dict[str, Any]:
    """The JSON part, of this format, engine and key, its frames listed with lengths. Raises RecordingError."""
    try:
        facts: dict[str, Any] = json.loads(part(path, file, "run.json"))
        if facts["format"] not in FORMATS:
            expect(path, "format", facts["format"], FORMAT)
        engine, key = identity(facts["config"])
        expect(path, "engine", facts["engine"], engine)
        expect(path, "key", facts["key"], key)
        sound = all(length >= 0 and step >= 0 and member >= 0 for step, member, length in facts["frames"])
    except RecordingError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RecordingError(f"{path.name}: run.json: {error}") from None
    expect(path, "frames", sound, True)
    return facts


def expect(path: Path, name: str, value: Any, due: Any) -> None:
    """Raises RecordingError unless the value is the expected one."""
    if value != due:
        raise RecordingError(f"{path.name}: {name}={value}: expected {due}")


def cut(lengths: list[list[int]], blob: bytes) -> list[tuple[int, int, bytes]]:
    """(step, member, blob) of each frame out of all frames' bytes, back to back."""
    frames, at = [], 0
    for step, member, length in lengths:
        frames.append((step, member, blob[at : at + length]))
        at += length
    return frames
