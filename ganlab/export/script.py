"""A run as one PyTorch script to read and to run: `python -m ganlab script '<link or settings as JSON>' [member]`.

The script makes the same draws and the same operations in the same order as training here, one member's.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import torch

from ganlab import presets
from ganlab.data import points
from ganlab.data.plane import DATASETS
from ganlab.export.script_parts import SCRIPT, filled
from ganlab.gan.losses import LOSSES
from ganlab.gan.nets import ACTIVATIONS
from ganlab.gan.optimizers import OPTIMIZERS
from ganlab.gan.regularizers import REGULARIZERS
from ganlab.gan.rng import NOISES, block_rows
from ganlab.host import command
from ganlab.kind.fields import knobs
from ganlab.plane.config import PlaneConfig

COVERED = (
    *("dataset", "loss", "d_steps", "g_steps", "regularizer", "gamma", "gp_lambda", "clip_bound", "spectral_norm"),
    *("packing", "g_lr", "d_lr", "g_depth", "g_width", "d_depth", "d_width", "activation", "latent_dim", "noise"),
    *("optimizer", "d_optimizer", "beta1", "beta2", "update", "batch_size", "members", "steps", "seed"),
)
"""Fields that a script supports; all others must have their default."""
LINES = 150
"""Maximum number of lines; a longer script has single blank lines between its functions."""


class ScriptError(ValueError):
    """A run cannot be exported as a script: the field and the reason's key."""

    def __init__(self, field: str, reason: str):
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {MESSAGES[reason]}")


def script(config: PlaneConfig, member: int = 0) -> str:
    """The run of one member as a Python program. Raises ScriptError."""
    check(config, member)
    text = filled(SCRIPT, **fields(config), **facts(config), key=config.key(), member=member, part=parts(config))
    return text if text.count("\n") <= LINES else text.replace("\n\n\n", "\n\n")


def check(config: PlaneConfig, member: int) -> None:
    """Raises ScriptError for a run that scripts do not support."""
    if not isinstance(config, PlaneConfig):
        raise ScriptError("kind", "kind")
    if config.edits:
        raise ScriptError("edits", "edits")
    if config.dataset.startswith(points.PREFIX) and not config.dataset.startswith(points.PREFIX + points.INSIDE):
        raise ScriptError("dataset", "points")
    plain, idle = type(config)(), config.inactive()
    for name in knobs(type(config)):
        if name not in (*COVERED, "edits", *idle) and getattr(config, name) != getattr(plain, name):
            raise ScriptError(name, "not_covered")
    missing = next((name for name, text in needed(config) if not text), None)
    if missing is not None:
        raise ScriptError(missing, "unwritten")
    if not 0 <= member < config.members:
        raise ScriptError("members", "member")


def needed(config: PlaneConfig) -> Iterator[tuple[str, str]]:
    """(field, the text of its choice in the script) of every choice that needs one."""
    yield "dataset", DATASETS[config.dataset].script
    yield "loss", LOSSES[config.loss].script
    yield "optimizer", OPTIMIZERS[config.rule("g")].script
    yield "d_optimizer", OPTIMIZERS[config.rule("d")].script
    yield "activation", ACTIVATIONS[config.activation].script
    yield "noise", NOISES[config.noise].script
    constraint = REGULARIZERS[config.regularizer]
    if constraint.penalty:
        yield "regularizer", constraint.script
    if constraint.after_step:
        yield "regularizer", constraint.after_script


# The values of the template


def fields(config: PlaneConfig) -> dict[str, Any]:
    """Every field of the config."""
    return {name: getattr(config, name) for name in knobs(type(config))}


def parts(config: PlaneConfig) -> dict[str, str]:
    """The script parts of the config's choices, by name; "" if a constraint has no such part."""
    constraint, values = REGULARIZERS[config.regularizer], fields(config)
    texts = dict(needed(config)) | {"penalty": constraint.script, "after_step": constraint.after_script}
    rules = {"D": texts.pop("d_optimizer"), "G": texts.pop("optimizer")}
    rates = {"D": config.d_lr, "G": config.g_lr}
    made = {name: filled(text, **values) for name, text in texts.items()}
    return made | {
        f"{net.lower()}_optimizer": filled(rule, **values, net=net, lr=rates[net]) for net, rule in rules.items()
    }


def facts(config: PlaneConfig) -> dict[str, Any]:
    """Further values of the template."""
    packing, both = config.packing, config.d_steps > 0 and config.g_steps > 0
    sizes = {name: ", ".join(map(str, getattr(config, name))) for name in ("g_sizes", "d_sizes")}
    return sizes | {
        "imports": imports(parts(config)),
        "rows": partial(block_rows, config.batch_size),
        "dim": config.dim,
        "place": "the plane" if config.dim == 2 else "a line",
        "judged": "a point" if packing == 1 else f"{packing} points",
        "d_layers": ", layer_type=SpectralLinear" if config.spectral_norm else "",
        "compares": LOSSES[config.loss].generator_sees_real,
        "packed": f".reshape(-1, {config.dim * packing})" if packing > 1 else "",
        "simultaneous": config.update == "simultaneous" and both,
    }


def imports(texts: Mapping[str, str]) -> str:
    """The imports that a script with these parts needs."""
    text = "\n".join(texts.values())
    used = {"base64": "base64." in text, "hashlib": True, "itertools": "updates" in texts["penalty"]}
    standard = [f"import {name}" for name, needs in (used | {"math": "math." in text}).items() if needs]
    called = sorted({name for name in re.findall(r"(?<![.\w])(\w+)\(", text) if hasattr(torch.nn.functional, name)})
    functions = [f"from torch.nn.functional import {', '.join(called)}"] if called else []
    return "\n".join([*standard, "", "import torch", "from torch import nn", *functions])


# From the command line


def described(text: str) -> Any:
    """The config of a link, its query, or settings as JSON. Raises ConfigError or ValueError for other text."""
    try:
        return presets.described(text)[0][0]
    except presets.Elsewhere:
        raise ScriptError("kind", "kind") from None


def main(arguments: list[str]) -> int:
    """Prints the script of a run; returns the exit status."""
    parser = command.parser("script", "A run on the plane as one PyTorch script.", "'a.preset=ring_r1' > gan.py")
    parser.add_argument("run", help="a link of the arena, or settings as JSON")
    parser.add_argument("member", nargs="?", type=int, default=0, help="which of the run's members, from 0")
    asked = parser.parse_args(arguments)
    try:
        print(script(described(asked.run), asked.member), end="")
        return 0
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2


MESSAGES = {
    "edits": "the run changes in mid-run, which no script does",
    "not_covered": "scripts do not know it; expected its default",
    "unwritten": "its choice has no text in a script",
    "points": f"expected at most {points.IN_NAME} points of one's own, as only those are written down",
    "kind": "expected a run on the plane",
    "member": "expected a member of the run",
}
REASONS = tuple(MESSAGES)
"""The reasons of ScriptError; keys of sentences."""
