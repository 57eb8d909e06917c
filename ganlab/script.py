"""A run as one PyTorch script to read and to run: `python -m ganlab script '<link or settings as JSON>' [member]`.

The script makes the same draws and the same operations in the same order as training here, one member's.
"""

from __future__ import annotations

import json
import sys
from string import Template
from typing import Any
from urllib.parse import parse_qsl

import torch

from ganlab import command, points
from ganlab import script_parts as parts
from ganlab.datasets import DATASETS
from ganlab.knobs import knobs
from ganlab.links import from_json, from_query, to_query
from ganlab.plane_config import PlaneConfig
from ganlab.presets import PRESETS
from ganlab.regularizers import REGULARIZERS
from ganlab.rng import block_rows

COVERED = (
    *("dataset", "loss", "d_steps", "g_steps", "regularizer", "gamma", "gp_lambda", "clip_bound", "spectral_norm"),
    *("packing", "g_lr", "d_lr", "g_depth", "g_width", "d_depth", "d_width", "activation", "latent_dim", "noise"),
    *("optimizer", "beta1", "beta2", "update", "batch_size", "members", "steps", "seed"),
)
"""Fields that a script can carry out; any other must be at its default."""
LINES = 150
"""Of a script, at most; a long one has single blank lines between its functions."""
WIDE = 112
"""Characters of numbers in a line."""


class ScriptError(ValueError):
    """A run that no script is written for: the field in the way, and the reason's key."""

    def __init__(self, field: str, reason: str):
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {MESSAGES[reason]}")


def script(config: PlaneConfig, member: int = 0) -> str:
    """The run of one member as Python, at most LINES lines. Raises ScriptError."""
    check(config, member)
    sections = [parts.HEAD, data(config), parts.BATCHES, *nets(config), parts.LOSS[config.loss], *constraint(config)]
    text = "\n\n\n".join(section.strip("\n") for section in [*sections, *loop(config)]) + "\n"
    values = facts(config, member) | written(config)
    text = Template(Template(text).safe_substitute(values)).substitute(values)
    return text if text.count("\n") <= LINES else text.replace("\n\n\n", "\n\n")


def check(config: PlaneConfig, member: int) -> None:
    """Raises ScriptError for a run that a script does not cover."""
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
    if not 0 <= member < config.members:
        raise ScriptError("members", "member")


# One part after the other


def data(config: PlaneConfig) -> str:
    """Where the real points come from."""
    if config.dataset.startswith(points.PREFIX):
        return parts.POINTS
    return parts.DATA.get(config.dataset) or parts.MIXTURE


def nets(config: PlaneConfig) -> list[str]:
    """Both networks and their optimisers."""
    optimizers = [
        f"{net.lower()}_optimizer = {parts.OPTIMIZER[config.optimizer].format(net=net, lr=lr)}"
        for net, lr in (("D", config.d_lr), ("G", config.g_lr))
    ]
    players = parts.PLAYERS + (parts.POWER if config.spectral_norm else "") + "\n".join(optimizers)
    return [parts.NETWORK, *([parts.SPECTRAL] if config.spectral_norm else []), players]


def constraint(config: PlaneConfig) -> list[str]:
    """The penalty on D, if there is one."""
    if REGULARIZERS[config.regularizer].penalty is None:
        return []
    return [parts.SLOPES + parts.PENALTY[config.regularizer]]


def loop(config: PlaneConfig) -> list[str]:
    """The draws, both gradients, the rounds."""
    meet = config.update == "simultaneous" and config.d_steps > 0 and config.g_steps > 0
    rounds = parts.SIMULTANEOUS if meet else parts.ALTERNATING
    clip = [parts.CLIP] if config.regularizer == "clip" else []
    return [draws(config), parts.D_BACKWARD, parts.G_BACKWARD, *clip, rounds, parts.MAIN]


def draws(config: PlaneConfig) -> str:
    """The streams of batches."""
    real, z = ("real_points", 2), ("latent", config.latent_dim)
    kinds = {"d_real": real, "d_z": z, "g_z": z} | ({"g_real": real} if config.loss == "relativistic" else {})
    lines = [
        f'{name} = batches("{name}", {sample}, {width}, {block_rows(config.batch_size, width)})'
        for name, (sample, width) in kinds.items()
    ]
    return "\n".join(lines + ["updates = itertools.count()"] * (config.regularizer == "wgan_gp"))


def facts(config: PlaneConfig, member: int) -> dict[str, Any]:
    """What stands in the places of the parts; some have places of their own."""
    penalised, packing = REGULARIZERS[config.regularizer].penalty is not None, config.packing
    compared = config.loss == "relativistic"
    values = {name: getattr(config, name) for name in knobs(type(config))}
    values |= {"key": config.key(), "member": member, "batch": config.batch_size, "imports": imports(config)}
    values |= {"noise": parts.NOISE[config.noise], "activation": parts.ACTIVATION[config.activation]}
    values |= {name: ", ".join(map(str, getattr(config, name))) for name in ("g_sizes", "d_sizes")}
    values |= {"layer_type": ", layer_type=SpectralLinear" * config.spectral_norm}
    values |= {"layer_option": ", layer_type=nn.Linear" * config.spectral_norm}
    values |= {"layer": "layer_type" if config.spectral_norm else "nn.Linear"}
    values |= {"judged": "a point" if packing == 1 else f"{packing} points", "pack_width": 2 * packing}
    values |= {"power": parts.POWER_STEP * config.spectral_norm, "pack": parts.PACK * (packing > 1)}
    values |= {"packed": f".reshape(-1, {2 * packing})" * (packing > 1)}
    values |= {"total": "loss + penalty(real, fake)" if penalised else "loss"}
    values |= {"compared": parts.COMPARED * compared, "seen": "real, fake" if compared else "fake"}
    return values | {"clip": "            clip()\n" * (config.regularizer == "clip")}


def imports(config: PlaneConfig) -> str:
    """What the script imports, no more."""
    own, text = config.dataset.startswith(points.PREFIX), data(config)
    names = ["base64"] * own + ["hashlib"] + ["itertools"] * (config.regularizer == "wgan_gp")
    names += ["math"] * ("math." in text)
    function = {"hinge": "relu", "least_squares": "", "wasserstein": ""}.get(config.loss, "softplus")
    third = ["import torch", "from torch import nn"] + [f"from torch.nn.functional import {function}"] * bool(function)
    return "\n".join([f"import {name}" for name in names] + [""] + third)


def written(config: PlaneConfig) -> dict[str, Any]:
    """The data's own numbers, to the last digit of a float32."""
    if config.dataset.startswith(points.PREFIX):
        code = config.dataset.removeprefix(points.PREFIX + points.INSIDE)
        return {"code": code + "=" * (-len(code) % 4), "unit": points.UNIT, "std": points.JITTER}
    dataset = DATASETS[config.dataset]
    modes, std = (torch.zeros(1, 2), 0.7) if config.dataset == "gaussian" else (dataset.modes, dataset.std)
    pairs = [] if modes is None else [f"[{x!s}, {y!s}]," for x, y in modes.numpy()]
    many = WIDE // max(map(len, pairs), default=1)
    rows = [" ".join(pairs[i : i + many]) for i in range(0, len(pairs), many)]
    return {"modes": "\n".join(f"    {row}" for row in rows), "std": std}


# From the command line


def described(text: str) -> Any:
    """The config of a link, its query, or settings as JSON. Raises ConfigError or ValueError for what is none."""
    if text.lstrip().startswith("{"):
        return from_json(json.loads(text))
    link = dict(parse_qsl(text.rpartition("?")[2]))
    if not any(name.startswith("a.") for name in link) and any(name.startswith(ELSEWHERE) for name in link):
        raise ScriptError("kind", "kind")
    query = {name.removeprefix("a."): value for name, value in link.items()}
    query = {name: value for name, value in query.items() if not name.startswith(ELSEWHERE)}
    preset = PRESETS.get(query.pop("preset", ""))
    if preset is not None and preset.kind != PlaneConfig.kind:
        raise ScriptError("kind", "kind")
    base = to_query(preset) if preset is not None and "v" not in query else {}
    config, notices = from_query(base | query, PlaneConfig.kind)
    if notices:
        raise ValueError("; ".join(f"{said.field}={said.value}: {said.reason}" for said in notices))
    return config


def main(arguments: list[str]) -> int:
    """Prints the script of a run; the exit status."""
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


ELSEWHERE = ("m.", "n.", "b.", "l.", "w.")
"""Prefixes in a link of what is not the arena's first run."""
MESSAGES = {
    "edits": "the run changes in mid-run, which no script does",
    "not_covered": "scripts do not know it; expected its default",
    "points": f"expected at most {points.IN_NAME} points of one's own, as only those are written down",
    "kind": "expected a run on the plane",
    "member": "expected a member of the run",
}
REASONS = tuple(MESSAGES)
"""Why there is no script; keys of sentences."""
