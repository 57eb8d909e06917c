"""Reads and writes generators as safetensors files in float16 with their config; refuses other files with a reason."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from ganlab.data.images import PIXELS
from ganlab.digits.config import DigitsConfig
from ganlab.digits.pretrained import PRETRAINED, Shape
from ganlab.gan.architectures import ARCHITECTURES
from ganlab.gan.convnets import ConvNet
from ganlab.gan.rng import NOISES, stream
from ganlab.host.failure import RunError
from ganlab.kind.fields import ConfigError
from ganlab.store.checkpoints import Checkpoints

FOLDER = Path(__file__).parents[1] / "weights" / "generators"
"""The folder of the shipped files."""
TABLE = FOLDER / "table.json"
"""The metrics and the training cost of each."""
MAX_BYTES = 16 * 2**20
"""Maximum size of a file. The largest generator, `classic` with latent_dim 512, has 15 MB."""
MAX_CONFIG = 64 * 2**10
"""Maximum bytes of a config."""
MAX_HEADER = 4 * MAX_CONFIG
"""Maximum bytes of a file's header, the config among them: JSON may take twenty times its length in memory."""
CHUNK = 250
"""Number of images in one forward pass."""
TRIED = 16
"""Number of images that an uploaded generator is tested with."""


class WeightsError(RunError):
    """A generator's file is invalid or missing: the reason's key and its facts."""

    failure = "weights"

    def __init__(self, reason: str, **facts: Any):
        self.reason, self.facts = reason, facts
        super().__init__(f"{reason} {facts or ''}".strip())

    def report(self) -> dict[str, Any]:
        """The reason and its facts."""
        return self.facts | {"reason": self.reason}


@dataclass(frozen=True, eq=False)
class Generator:
    """A trained generator and the config of its run."""

    config: DigitsConfig
    net: ConvNet

    @torch.no_grad()
    def sample(self, z: Tensor) -> Tensor:
        """The images (n, 28, 28) in [-1, 1] at latent points (n, latent_dim), with the running batch statistics."""
        images = torch.cat([self.net(some)[:, 0] for some in torch.split(z, CHUNK)])
        return PIXELS[self.config.pixels].to_display(images)

    def draw(self, n: int, *names: str | int) -> Tensor:
        """n latent points (n, latent_dim) of its prior, the same for the same n and names."""
        prior = NOISES[self.config.noise]
        return prior.sample(n, self.config.latent_dim, generator=stream(0, "generator", *names))

    @property
    def shape(self) -> Shape:
        """The fields in which a run must agree to continue from this generator."""
        return self.config.shape


# Out


def encode(generator: Generator) -> bytes:
    """A generator's file; equal generators give equal bytes."""
    return save_tensors(halves(generator.net), {"config": json.dumps(generator.config.to_json(), sort_keys=True)})


def code(blob: bytes) -> str:
    """A file's name by its content: 16 hex digits."""
    return hashlib.sha256(blob).hexdigest()[:16]


def halves(net: ConvNet) -> dict[str, Tensor]:
    """Weights and running statistics by their names in the module, rounded to float16."""
    return {name: tensor.half().contiguous() for name, tensor in sorted(net.module.state_dict().items())}


def assembled(config: DigitsConfig, tensors: dict[str, Tensor]) -> Generator:
    """The generator of a config with tensors by name. Raises KeyError or RuntimeError if one does not fit."""
    net = ARCHITECTURES[config.architecture].generator(config.latent_dim, 0, config.g_output)
    for name, tensor in net.module.state_dict().items():
        tensor.copy_(tensors[name])
    return Generator(config, net)


def from_checkpoint(config: DigitsConfig, step: int, tensors: dict[str, Tensor]) -> Generator:
    """The displayed generator of a run's checkpoint, rounded to float16. Raises KeyError or RuntimeError."""
    net = ARCHITECTURES[config.architecture].generator(config.latent_dim, config.seed, config.g_output)
    name = "shown" if "shown.flat" in tensors else "g"
    net.flat.copy_(tensors[f"{name}.flat"])
    for i, buffer in enumerate(net.norm_buffers):
        buffer.copy_(tensors[f"{name}.norm.{i}"])
    return assembled(config.replace(steps=max(1, step)), halves(net))


def of_run(kept: Checkpoints, config: DigitsConfig, step: int) -> Generator:
    """The generator of a run's newest valid checkpoint up to a step. Raises WeightsError without one."""
    found = next(kept.sound(config.key(), step, partial(from_checkpoint, config)), None)
    if found is None:
        raise WeightsError("no_checkpoint")
    return found


# In


@lru_cache(8)
def shipped(name: str) -> Generator:
    """A generator that ships."""
    return decode(SHIPPED[name].read_bytes())


def table() -> list[dict[str, Any]]:
    """The metrics of the shipped generators, one row for each, by key."""
    rows: list[dict[str, Any]] = json.loads(TABLE.read_text())
    return rows


def from_upload(blob: bytes, config_json: bytes | None = None) -> Generator:
    """The generator of an uploaded file, tested; its config may be a separate file. Raises WeightsError."""
    generator = decode(blob, config_json)
    if not bool(generator.sample(generator.draw(TRIED)).isfinite().all()):
        raise WeightsError("breaks")
    return generator


def decode(blob: bytes, config_json: bytes | None = None) -> Generator:
    """The generator of a file. Tensors are read after the size, header and config are checked. Raises WeightsError."""
    if len(blob) > MAX_BYTES:
        raise WeightsError("too_big", mb=len(blob) / 1e6, most=MAX_BYTES / 1e6)
    entries = header(blob)
    metadata = entries.pop("__metadata__", None)
    config = config_of(metadata if isinstance(metadata, dict) else {}, config_json)
    check_tensors(entries, expected(config.architecture, config.latent_dim))
    try:
        tensors = load_tensors(blob)
    except SafetensorError:
        raise WeightsError("damaged") from None
    for name, tensor in tensors.items():
        if not bool(tensor.isfinite().all()):
            raise WeightsError("not_finite", name=name)
    return assembled(config, tensors)


def header(blob: bytes) -> dict[str, Any]:
    """The header of a safetensors file, by tensor name. Raises WeightsError for other or incomplete files."""
    length = int.from_bytes(blob[:8], "little")
    if blob[8:9] != b"{" or length > MAX_HEADER:
        raise WeightsError(foreign(blob))
    if len(blob) < 8 + length:
        raise WeightsError("truncated", bytes=len(blob), whole=8 + length)
    try:
        entries: dict[str, Any] = json.loads(blob[8 : 8 + length])
        ends = [int(entry["data_offsets"][1]) for name, entry in entries.items() if name != "__metadata__"]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError):
        raise WeightsError("damaged") from None
    whole = 8 + length + max(ends, default=0)
    if len(blob) < whole:
        raise WeightsError("truncated", bytes=len(blob), whole=whole)
    return entries


def foreign(blob: bytes) -> str:
    """The reason's key for a file that is not in the safetensors format."""
    start = blob[:4096]
    if start[:1] == b"\x80" or b"data.pkl" in start:
        return "pickle"
    return next((reason for magic, reason in MAGIC.items() if start.startswith(magic)), "not_safetensors")


def config_of(metadata: dict[str, Any], config_json: bytes | None) -> DigitsConfig:
    """The config of a file, from its metadata or from a separate file. Raises WeightsError."""
    said = [read_config(text) for text in (metadata.get("config"), config_json) if text is not None]
    if not said:
        raise WeightsError("no_config")
    if len({config.key() for config in said}) > 1:
        raise WeightsError("two_configs")
    return said[0]


def read_config(text: str | bytes) -> DigitsConfig:
    """A config from the JSON of `to_json`, checked. Raises WeightsError."""
    try:
        if len(text) > MAX_CONFIG:
            raise ValueError
        return DigitsConfig.from_json({"kind": DigitsConfig.kind} | json.loads(text))
    except ConfigError as error:
        value, facts = repr(error.value)[:80], dict(error.facts)
        raise WeightsError("config", field=error.field[:80], value=value, why=error.reason, facts=facts) from None
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise WeightsError("config_unreadable") from None


@lru_cache(64)
def expected(architecture: str, latent_dim: int) -> dict[str, list[int]]:
    """The tensors of a generator's file: their shapes by name."""
    with torch.device("meta"):
        state = ARCHITECTURES[architecture].g(latent_dim).state_dict()
    return {name: list(tensor.shape) for name, tensor in state.items() if not name.endswith("num_batches_tracked")}


def check_tensors(entries: dict[str, Any], shapes: dict[str, list[int]]) -> None:
    """Raises WeightsError unless a header names these tensors, all of these shapes, in float16."""
    for name in sorted(shapes.keys() ^ entries.keys()):
        raise WeightsError("missing" if name in shapes else "unknown", name=name[:80])
    for name, shape in shapes.items():
        found = entries[name]
        if found.get("shape") != shape:
            raise WeightsError("shape", name=name, found=str(found.get("shape"))[:80], expected=str(shape))
        if found.get("dtype") != "F16":
            raise WeightsError("dtype", name=name, found=str(found.get("dtype"))[:20])


MAGIC = {b"PK": "zip", b"\x89HDF": "hdf5", b"\x93NUMPY": "numpy"}
"""The first bytes of other formats for weights."""
SHIPPED = {name: FOLDER / f"{name}.safetensors" for name in PRETRAINED}
"""By name."""
