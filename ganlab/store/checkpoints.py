"""Checkpoints: files beside the run store from which a run resumes exactly. Tensors and JSON, never pickle."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ganlab.host import atomic

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")
KEEP = 2
"""Newest checkpoints that are always kept, beside powers of two and those that a kind keeps."""
CAP = 64 * 2**20
"""Most bytes of one run's checkpoints; beyond it the oldest are removed, never the newest."""
Stays = Callable[[int], bool]
"""(step) -> whether its checkpoint is kept when there are newer ones."""


def none(step: int) -> bool:
    """Keeps none."""
    return False


class Checkpoints:
    """The checkpoints of all runs: <folder>/<run>/<step>.safetensors."""

    def __init__(self, folder: Path, cap: int = CAP):
        self.folder, self.cap = folder, cap

    def save(self, run: str, step: int, blob: bytes, stays: Stays = none) -> None:
        """Writes a checkpoint atomically, then removes those that are not kept."""
        atomic.write(self.folder / run / f"{step:09d}.safetensors", blob)
        self.prune(run, stays)

    def paths(self, run: str) -> list[Path]:
        """A run's checkpoints, newest first."""
        return sorted((self.folder / run).glob("*.safetensors"), reverse=True)

    def steps(self, run: str) -> list[int]:
        """The steps of a run's checkpoints, newest first."""
        return [int(path.stem) for path in self.paths(run)]

    def blobs(self, run: str, at_most: int) -> Iterator[tuple[int, bytes]]:
        """(step, bytes) of a run's checkpoints up to a step, newest first; unreadable ones are skipped."""
        for path in self.paths(run):
            try:
                if int(path.stem) <= at_most:
                    yield int(path.stem), path.read_bytes()
            except OSError:
                continue

    def size(self, run: str) -> int:
        """Bytes of a run's checkpoints."""
        return sum(size_of(path) for path in self.paths(run))

    def sound(self, run: str, step: int, restore: Callable[[int, dict[str, Tensor]], T]) -> Iterator[T]:
        """The results of a function (step, tensors) on a run's checkpoints up to a step, newest first.

        Checkpoints that are damaged, or for which it raises KeyError, ValueError or RuntimeError, are skipped.
        """
        for found, blob in self.blobs(run, step):
            try:
                restored = restore(found, decode(run, found, blob))
            except (KeyError, ValueError, RuntimeError):
                continue
            yield restored

    def prune(self, run: str, stays: Stays) -> None:
        """Removes all but the newest, powers of two and those that stay; then the oldest beyond the cap."""
        paths = self.paths(run)
        lasting = [path for path in paths[KEEP:] if is_power_of_two(int(path.stem)) or stays(int(path.stem))]
        kept = [*paths[:KEEP], *lasting]
        sizes = [size_of(path) for path in kept]
        while len(kept) > 1 and sum(sizes) > self.cap:
            kept, sizes = kept[:-1], sizes[:-1]
        for path in set(paths) - set(kept):
            path.unlink(missing_ok=True)

    def drop(self, run: str) -> None:
        """Removes all of a run's checkpoints."""
        shutil.rmtree(self.folder / run, ignore_errors=True)

    def runs(self) -> list[str]:
        """The runs that have a folder here."""
        return [path.name for path in self.folder.iterdir()] if self.folder.is_dir() else []


def size_of(path: Path) -> int:
    """A file's bytes; 0 if it was removed."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def is_power_of_two(step: int) -> bool:
    """Whether step is 1, 2, 4, ..."""
    return step > 0 and step & (step - 1) == 0


def encode(run: str, step: int, tensors: dict[str, Tensor]) -> bytes:
    """A checkpoint's bytes; tensors may be views of one another."""
    from safetensors.torch import save

    return save({name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}, facts(run, step))


def decode(run: str, step: int, blob: bytes) -> dict[str, Tensor]:
    """The tensors of a checkpoint. Raises ValueError when it is damaged or is of another run or step."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors = load(blob)
    except SafetensorError as error:
        raise ValueError(f"checkpoint={step}: {error}") from None
    if header(blob) != facts(run, step):
        raise ValueError(f"checkpoint={header(blob)}: expected {facts(run, step)}")
    return tensors


def facts(run: str, step: int) -> dict[str, str]:
    """A checkpoint's metadata."""
    return {"run": run, "step": str(step)}


def header(blob: bytes) -> Any:
    """The metadata of safetensors bytes."""
    import json

    length = int.from_bytes(blob[:8], "little")
    return json.loads(blob[8 : 8 + length]).get("__metadata__")
