"""What the frames of a run show: one sober verdict, decided by where the generated points are, never by the losses.

A collapsed generator has finite, steady losses (`theory.collapse`), and a smear may touch every mode: so the shares
decide, and the losses are handed on as evidence only.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ganlab.code_mistakes import made
from ganlab.config import PlaneConfig
from ganlab.countermeasures import plain_game
from ganlab.datasets import DATASETS, Dataset
from ganlab.frame import Frame
from ganlab.metrics import CELLS, GRID, js_floor, on_data
from ganlab.theory import collapse

MOSTLY = 0.5
"""Below this share of points on the data, what is seen is a smear, whatever it touches."""
GOOD = 0.8
"""Share of points on the data near equilibrium; networks of 64 x 2 reach 0.8 to 0.9, a perfect sampler 0.99."""
EVEN = 0.25
"""Mode TV near equilibrium: less than a quarter of the mass is misplaced."""
CLOSE, CLOSE_WIDE = 0.2, 0.15
"""JS near equilibrium, in nats above its sampling floor; the ring's modes drawn as dots score 0.37, as threads 0.21.
Modes wider than a square of the grid must be closer: there the grid sees their shape."""
BLIND = 0.1
"""How far D's accuracy may be from one half near equilibrium."""
FEW_CELLS, MOST_CELLS = CELLS * 3 // 4, CELLS * 9 // 10
"""Data without modes: up to so many covered cells are a collapse, more than so many nothing missing."""
WARM_UP = 64
"""Updates of G before which a compact cloud is merely untrained."""
RECENT = 0.1
"""Share of the steps so far over which medians are taken, so that no verdict hangs on one frame."""


@dataclass(frozen=True)
class Verdict:
    """What the last frame shows of one member."""

    key: str
    """diverged, collapse, smear, near_equilibrium or no_finding."""
    evidence: dict[str, float] = field(default_factory=dict)
    """Of the last frame, finite numbers only. Always: step (diverged: the step at which it happened). Unless diverged:
    on_data: share of points on the data (valid ones; without modes those in the squares that hold 99 % of the data);
    valid, mode_tv, reverse_kl, js, js_floor, d_accuracy, d_loss, g_loss; covered: m;
    most: modes covered by an earlier frame that was mostly on the data, if more than now;
    and for a collapse of the losses that have one, the closed form: d_loss_collapse, g_loss_collapse,
    d_accuracy_collapse."""
    m: int | None = None
    """Modes covered, or equal-mass cells for data without modes."""
    of: int | None = None
    knob: str | None = None
    """The config's field to change first, where theory or published runs support one."""


def verdict(frames: Sequence[Frame], config: PlaneConfig, member: int = 0) -> Verdict:
    """What the last of the frames shows of a member; medians over the last tenth of the steps so far decide.

    diverged: its training ended so. smear: less than half of its points are on the data. collapse: most are, but
    modes (or a quarter of the cells) are missing, now as in the median. near_equilibrium: none is missing, at least
    80 % of the points are on the data and well spread, and D, where it has a threshold, is right 40 to 60 % of the
    time. no_finding: anything else, and a compact cloud before G's 64th update.
    `config` is that of the run; frames that were unpacked hold one member, so `member` is then 0.
    Raises ValueError if there are no frames.
    """
    if not frames:
        raise ValueError("frames=[]: expected at least one frame")
    last = frames[-1]
    if last.died[member] >= 0:
        return Verdict("diverged", {"step": float(last.died[member])}, knob=last.facts.get("knob"))
    recent = [read(frame, config, member) for frame in frames if frame.step >= (1 - RECENT) * last.step]
    typical = {name: float(np.median([seen[name] for seen in recent])) for name in recent[-1]}
    m, of = covered(last, member), last.shares.shape[1]
    bound = js_bound(DATASETS[config.dataset])
    key = judge(typical, m, of, has_modes(last), bound, trained=last.g_updates >= WARM_UP)
    level = closed_form(last, config, member) if key == "collapse" else {}
    evidence = {"step": float(last.step), **recent[-1], **lost(frames, member), **level}
    finite = {name: value for name, value in evidence.items() if math.isfinite(value)}
    return Verdict(key, finite, m, of, likely_knob(key, frames, config, member))


def read(frame: Frame, config: PlaneConfig, member: int) -> dict[str, float]:
    """The numbers that decide, and the losses; nan where undefined."""
    data = DATASETS[config.dataset]
    metrics = {name: float(frame.metrics[name][member]) for name in ("valid", "mode_tv", "reverse_kl", "js")}
    battle = {name: float(getattr(frame, name)[member]) for name in ("d_accuracy", "d_loss", "g_loss")}
    on = metrics["valid"] if has_modes(frame) else on_data(frame.fake[member], data)
    return metrics | battle | {"on_data": on, "covered": covered(frame, member), "js_floor": js_floor(data)[0]}


def js_bound(data: Dataset) -> float:
    """How far above its sampling floor the JS divergence may be near equilibrium."""
    return CLOSE_WIDE if data.std is not None and data.std > 2 * data.extent / GRID else CLOSE


def judge(typical: Mapping[str, float], m: int, of: int, modes: bool, bound: float, trained: bool) -> str:
    """The verdict's key for a member that is alive, with m of so many modes or cells covered now.

    A mode TV or an accuracy that is undefined (nan) is no objection to an equilibrium.
    """
    few, most = (of - 1, of - 1) if modes else (FEW_CELLS, MOST_CELLS)
    if typical["on_data"] < MOSTLY:
        return "smear"
    if max(m, typical["covered"]) <= few:
        return "collapse" if trained else "no_finding"
    whole = m > few and typical["covered"] > most
    close = typical["js"] - typical["js_floor"] <= bound and not typical["mode_tv"] > EVEN
    blind = not abs(typical["d_accuracy"] - 0.5) > BLIND
    return "near_equilibrium" if whole and typical["on_data"] >= GOOD and close and blind else "no_finding"


def has_modes(frame: Frame) -> bool:
    """Whether the data have modes; else the frame counts equal-mass cells."""
    return not np.isnan(frame.metrics["modes_covered"]).any()


def covered(frame: Frame, member: int) -> int:
    """How many modes, or cells, are covered."""
    if has_modes(frame):
        return round(float(frame.metrics["modes_covered"][member]))
    return round(float(frame.metrics["cells_covered"][member]) * CELLS)


def lost(frames: Sequence[Frame], member: int) -> dict[str, float]:
    """`most`: the most modes that an earlier frame covered with most of its points valid, if more than now."""
    if not has_modes(frames[-1]):
        return {}
    settled = [frame for frame in frames if frame.metrics["valid"][member] >= MOSTLY]
    most = max((covered(frame, member) for frame in settled), default=0)
    return {"most": float(most)} if most > covered(frames[-1], member) else {}


def closed_form(frame: Frame, config: PlaneConfig, member: int) -> dict[str, float]:
    """What an optimal D makes of a collapse to so many even modes, for the losses that are cross entropies."""
    loss, m = config.at(frame.step).loss, covered(frame, member)
    plain = plain_game(config.at(frame.step)) and made(config).same_game
    if loss not in G_LOSS or not has_modes(frame) or not plain or m == 0:
        return {}
    level = collapse(m, frame.shares.shape[1])
    return {
        "d_loss_collapse": level.d_loss,
        "g_loss_collapse": getattr(level, G_LOSS[loss]),
        "d_accuracy_collapse": level.accuracy,
    }


def likely_knob(key: str, frames: Sequence[Frame], config: PlaneConfig, member: int) -> str | None:
    """The field to change first.

    collapse: constrain D (arXiv:1801.04406, arXiv:2501.05441), or if it is, let it judge packs (arXiv:1712.04086).
    smear: more steps, if the run is at its end and the JS divergence has fallen in the last half of it.
    """
    now = config.at(frames[-1].step)
    if key == "collapse":
        free = now.regularizer == "none" and not now.spectral_norm
        return "regularizer" if free else "packing" if now.packing == 1 else None
    if key == "smear" and frames[-1].step >= (1 - RECENT) * config.steps:
        half = next(frame for frame in frames if frame.step >= frames[-1].step / 2)
        return "steps" if half.metrics["js"][member] - frames[-1].metrics["js"][member] > 0.01 else None
    return None


G_LOSS = {"saturating": "g_loss_saturating", "nonsaturating": "g_loss"}
"""Losses whose level in a collapse is known: the field of theory.Collapse."""
