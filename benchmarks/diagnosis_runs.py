"""The runs for the benchmark of the diagnosis: their configs, their halves, and their labels.

All of it was written before the fresh configs, and later those drawn by lot, were trained, but for the changes of the
labels that docs/diagnosis.md tells, each of them before the look that follows it; the rule for the labels asks
10,000 samples of a run's last states and what was done to it, never its frames.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np

from benchmarks.diagnosis_drawn import DRAWN
from ganlab.data.plane import DATASETS
from ganlab.plane.config import PlaneConfig
from ganlab.plane.remedies import outmatched

BASE = PlaneConfig(batch_size=128, latent_dim=16, members=8, steps=4000)
DESCENT = {"optimizer": "sgd", "g_lr": 0.05, "d_lr": 0.15}
AHEAD = ((0, "g_steps", 0), (3000, "g_steps", 1))
"""D learns alone for 3,000 steps."""
FAST_G = {"g_lr": 5e-3, "d_lr": 2e-4}
Look = dict[str, np.ndarray]
"""By name, a row for each look, a column for each member."""


def of(dataset: str, steps: int, **changes: Any) -> PlaneConfig:
    """A config of the benchmark."""
    return BASE.replace(dataset=dataset, steps=steps, **changes)


SEEN: dict[str, tuple[str, PlaneConfig]] = {
    "rotate_two": ("fast_g", of("two_gaussians", 2000, **FAST_G)),
    "osc_two": ("high_rates", of("two_gaussians", 1500, g_lr=0.01, d_lr=0.01)),
    "vanish_ring": ("vanishing", of("ring", 4000, loss="saturating", edits=AHEAD, **DESCENT)),
    "weak_g_lr": ("weak", of("ring", 1500, g_lr=1e-2, d_lr=1e-4)),
    "early_ring": ("early", of("ring", 500)),
    "two": ("", of("two_gaussians", 1500)),
    "swapped": ("diverging", of("ring", 800, mistake="labels_swapped")),
    "weak_g_steps": ("weak", of("ring", 400, g_steps=5)),
    "rotate_blobs": ("fast_g", of("blobs", 1000, **FAST_G)),
    "early_grid": ("early", of("grid_3x3", 400)),
    "osc_two_fast": ("high_rates", of("two_gaussians", 1000, g_lr=0.03, d_lr=0.03)),
    "grid": ("", of("grid_3x3", 2500)),
    "vanish_annulus": ("vanishing", of("annulus", 3600, loss="saturating", edits=AHEAD, **DESCENT)),
    "blobs": ("", of("blobs", 1200)),
    "d_lr_high": ("", of("ring", 1200, g_lr=1e-4, d_lr=1e-2)),
    "diverge_wgan": ("diverging", of("ring", 500, loss="wasserstein", d_steps=5, beta2=0.9)),
    "ring": ("", of("ring", 3500)),
    "weak_d_lr": ("weak", of("blobs", 500, d_lr=2e-6)),
    "early_moons": ("early", of("moons", 300)),
    "early_grid_5x5": ("early", of("grid_5x5", 400)),
}

SGD = {"loss": "saturating", "edits": AHEAD, **DESCENT}
R3 = {"loss": "relativistic", "regularizer": "r1_r2"}
R1 = {"regularizer": "r1"}
FRESH: dict[str, tuple[str, PlaneConfig]] = {
    "well_ring": ("healthy", of("ring", 6000)),
    "well_ring_r1": ("healthy", of("ring", 5000, **R1)),
    "well_ring_r3": ("healthy", of("ring", 4000, gamma=0.02, g_lr=1e-3, d_lr=1e-3, **R3)),
    "well_ring_pack": ("healthy", of("ring", 5000, packing=2)),
    "well_grid_pack": ("healthy", of("grid_3x3", 5000, packing=2, g_lr=1e-3, d_lr=1e-3)),
    "well_two_r1": ("healthy", of("two_gaussians", 2500, **R1)),
    "well_two_r3": ("healthy", of("two_gaussians", 2000, **R3)),
    "well_blobs_r1": ("healthy", of("blobs", 2000, **R1)),
    "well_gauss_r1": ("healthy", of("gaussian", 1500, **R1)),
    "lost_grid": ("collapse", of("grid_3x3", 2000, g_lr=1e-3, d_lr=1e-3)),
    "lost_k10_sat": ("collapse", of("ring", 500, d_steps=10, loss="saturating")),
    "lost_grid_hinge": ("collapse", of("grid_3x3", 2000, loss="hinge", g_lr=1e-3, d_lr=1e-3)),
    "fast_ring": ("fast_g", of("ring", 1500, **FAST_G)),
    "fast_grid": ("fast_g", of("grid_3x3", 1200, **FAST_G)),
    "fast_two_g5": ("fast_g", of("two_gaussians", 1000, g_steps=5, g_lr=2e-3)),
    "weak_ring": ("weak", of("ring", 1500, d_lr=5e-6)),
    "weak_grid": ("weak", of("grid_3x3", 1000, g_lr=5e-3, d_lr=2e-5)),
    "weak_moons": ("weak", of("moons", 800, d_lr=5e-6)),
    "young_ring_r1": ("young", of("ring", 600, **R1)),
    "young_grid_r1": ("young", of("grid_3x3", 500, **R1)),
    "young_roll": ("young", of("swiss_roll", 300)),
    "still_two": ("vanishing", of("two_gaussians", 3600, **SGD)),
    "still_ring_k20": ("vanishing", of("ring", 400, loss="saturating", d_steps=20, d_lr=2e-3, g_lr=1e-4)),
    "still_moons": ("vanishing", of("moons", 3400, **SGD)),
    "away_blobs": ("diverging", of("blobs", 400, loss="wasserstein", d_steps=5)),
    "away_swapped": ("diverging", of("grid_3x3", 800, mistake="labels_swapped")),
    "away_two": ("diverging", of("two_gaussians", 600, loss="wasserstein", g_lr=2e-3, d_lr=2e-3)),
    "swing_ring": ("high_rates", of("ring", 1500, g_lr=5e-3, d_lr=5e-3)),
    "swing_blobs": ("high_rates", of("blobs", 1000, g_lr=0.01, d_lr=0.01)),
    "swing_two_hinge": ("high_rates", of("two_gaussians", 1200, loss="hinge", g_lr=0.01, d_lr=0.01)),
}
"""Configs that nobody had looked at when the labels were defined: (intended kind, config)."""
CONFIGS = SEEN | FRESH | {name: one for configs in DRAWN.values() for name, one in configs.items()}
TURNS = ("first", "fit", "second")


def halves() -> dict[str, str]:
    """Where each config belongs: those seen before to fit, those drawn by lot to their look; of a kind's fresh ones, by
    the SHA-256 of what they are, the first to the first test, the next to fit, the next to the second, and so on."""
    drawn = dict.fromkeys(SEEN, "fit") | {name: look for look, configs in DRAWN.items() for name in configs}
    for kind in dict.fromkeys(kind for kind, _ in FRESH.values()):
        mine = sorted((name for name in FRESH if FRESH[name][0] == kind), key=lot)
        drawn |= {name: TURNS[i % len(TURNS)] for i, name in enumerate(mine)}
    return drawn


def lot(name: str) -> str:
    """What orders the configs of a kind."""
    config = CONFIGS[name][1]
    return sha256(f"{config.key()}-{config.steps}".encode()).hexdigest()


# The labels


def label(record: Look, member: int, done: str, config: PlaneConfig, strict: float = 0.0) -> str:
    """What a member is: `of_points`, or what its G or the regions of the data say more precisely.

    cannot_fill: G was made too narrow for the data (`diagnosis_drawn.KINDS`), and it is a smear, between, oscillating,
    or, without modes, a collapse. holes, without modes: healthy or between but for a ball of the data that gets less
    than a quarter of its due (`benchmarks.holes.ratios`), now.
    """
    found = of_points(record, member, done, config, strict)
    wide = DATASETS[config.dataset].modes is None
    if done == "narrow" and found in ("smear", "between", "oscillating", *(["collapse"] if wide else [])):
        return "cannot_fill"
    pierced = least_ball(record, member) < HOLE * (1 - strict)
    return "holes" if pierced and found in ("near_equilibrium", "between") else found


def of_points(record: Look, member: int, done: str, config: PlaneConfig, strict: float) -> str:
    """What a member is, by 10,000 samples at LOOKS moments and by what was done to it.

    `now` is the median of the NOW last looks, which are the last ninth of the run. diverged: its training ended so.
    rotating: on the data for most of the looks, or now, with modes (or more than GAPS of the cells) missing now, and
    shares of modes that differ by TURN from a look to the one APART. Less than half on the data now, see
    `off_data`. collapse: modes missing now, and shares that differ less. oscillating: none is missing now, but in OFTEN
    of the looks one is that an earlier look had, or the mode TV (of wide modes, or none: the JS divergence) is RELAPSE
    above its lowest before. near_equilibrium: none is missing, three quarters are on the data, TV and JS are small, and
    D, where it has a threshold, is right 40 to 60 % of the time. between: the rest. strict: by how much of themselves
    the limits are moved; see `right`.
    """
    if record["died"][member] >= 0:
        return "diverged"
    more, less, data = 1 + strict, 1 - strict, DATASETS[config.dataset]
    on, whole = record["on"][:, member], everything(record, member, config, strict)
    half = 1 - (1 - HALF_CELLS) * less if data.modes is None else HALF * more
    missing = (~whole[-latest(record) :]).mean() >= MISSED * less
    seen = max(float(np.median(on)), now(record, "on", member))
    if seen >= half and missing and turn(record, member) >= TURN * less:
        return "rotating"
    if now(record, "on", member) < half:
        return off_data(record, member, done, data.extent, strict)
    if missing:
        return "collapse"
    wide = data.std is None or data.std > 0.2
    spread = record["js" if wide else "mode_tv"][:, member]
    risen, lost = spread - np.minimum.accumulate(spread) >= RELAPSE * less, np.logical_or.accumulate(whole) & ~whole
    if max(risen.mean(), lost.mean()) >= OFTEN * less:
        return "oscillating"
    even = wide or now(record, "mode_tv", member) <= TV * less
    close = now(record, "js", member) <= (JS_WIDE if wide else JS) * less
    blind = not abs(now(record, "d_accuracy", member) - 0.5) > BLIND * less
    good = now(record, "on", member) >= 1 - (1 - ON) * less
    return "near_equilibrium" if good and even and close and blind else "between"


def off_data(record: Look, member: int, done: str, extent: float, strict: float) -> str:
    """The label of a member whose points are off the data now.

    diverging: half are out of view, or a run that was meant to diverge has a loss of G beyond LARGE. vanishing: G's
    gradient and its way since the last look are next to nothing, and D is sure, be it of the right thing or not.
    d_too_weak: D was made to learn far too little. smear: the rest.
    """
    more, less = 1 + strict, 1 - strict
    lost = np.median(abs(record["g_loss"][-latest(record) :, member])) >= LARGE * less and done == "diverging"
    if now(record, "outside", member) >= HALF * less or lost:
        return "diverging"
    still = now(record, "g_grad", member) < FAINT * less and now(record, "moved", member) < STILL * extent * less
    if still and tells(record, member) >= SURE * more:
        return "vanishing"
    return "d_too_weak" if done in ("weak", "fast_g") else "smear"


def right(record: Look, member: int, done: str, config: PlaneConfig) -> set[str]:
    """The findings that count as right.

    The label, and what it would be if its limits were MARGIN of themselves stricter or looser. For `between`, that
    nothing is found. A G that cannot fill the data and still improves leaves a smear; where they have no modes and it
    turns, both are so (this one was added before the fifth look, after the fourth). Where a ball of the data gets
    less than half of its due, or cells are missing, regions may be said to be missing. Diverged and diverging are one.
    What turns is collapsed at every moment. A collapse that was at all modes in an earlier look may be called
    oscillating. A weak D that still tells (WEAK) leaves a smear like any other; if G's points leave the view or modes
    turn meanwhile, either may be said. A smear whose D the settings put behind and that does not tell may be called by
    its weak D, whatever the run was meant for (added after the seventh look).
    """
    labels = {label(record, member, done, config, strict) for strict in (-MARGIN, 0.0, MARGIN)}
    fine = {finding for name in labels for finding in SAME.get(name, (name,))}
    if "collapse" in labels and (everything(record, member, config) & (record["on"][:, member] >= HALF)).any():
        fine.add("oscillating")
    if "d_too_weak" in labels and tells(record, member) >= WEAK:
        fine.add("smear")
    if "smear" in labels and outmatched(config.at(config.steps)) and tells(record, member) < WEAK:
        fine.add("d_too_weak")
    if "d_too_weak" in labels and turn(record, member) >= TURN:
        fine.add("rotating")
    if "diverging" in labels and done in ("weak", "fast_g"):
        fine.add("d_too_weak")
    if "rotating" in labels and done == "narrow" and DATASETS[config.dataset].modes is None:
        fine.add("cannot_fill")
    if "cannot_fill" in labels and record["js"][0, member] > record["js"][-1, member] + BETTER:
        fine.add("smear")
    thin = least_ball(record, member) < FINE and labels & {"near_equilibrium", "between", "holes"}
    if thin or ("collapse" in labels and DATASETS[config.dataset].modes is None):
        fine.add("holes")
    return fine


def least_ball(record: Look, member: int) -> float:
    """The least share that a ball of the data gets now, in shares of its due; 1 for data with modes."""
    return now(record, "least", member) if "least" in record else 1.0


def now(record: Look, name: str, member: int) -> float:
    """The median of the NOW last looks."""
    return float(np.median(record[name][-latest(record) :, member]))


def latest(record: Look) -> int:
    """How many looks are `now`."""
    return 1 + portion(record, NOW - 1)


def portion(record: Look, gaps: int) -> int:
    """As many gaps between the looks of a record as span so many of a whole one."""
    return max(1, round(gaps * (len(record["at"]) - 1) / (LOOKS - 1)))


def thinned(record: Look, first: int, every: int) -> Look:
    """A record with fewer looks; `moved` is the mean way of the looks since the one before."""
    kept = {name: value if name in PER_RUN else value[first::every] for name, value in record.items()}
    ways = np.nan_to_num(record["moved"]).cumsum(0)[first::every]
    return kept | {"moved": np.diff(ways, axis=0, prepend=np.full_like(ways[:1], np.nan)) / every}


def tells(record: Look, member: int) -> float:
    """How far from one half D's accuracy is now; 0 where it has none."""
    return float(np.nan_to_num(abs(now(record, "d_accuracy", member) - 0.5)))


def everything(record: Look, member: int, config: PlaneConfig, strict: float = 0.0) -> np.ndarray:
    """At each look, whether no mode (or no more than GAPS of the cells) is missing."""
    if DATASETS[config.dataset].modes is None:
        return record["cells_covered"][:, member] >= 1 - GAPS * (1 - strict)
    whole: np.ndarray = (record["shares"][:, member] >= COVER * (1 + strict)).all(-1)
    return whole


def turn(record: Look, member: int) -> float:
    """Mean TV between the modes of a look and of that which is APART from it."""
    shares, gap = record["shares"][:, member], portion(record, APART)
    shares = shares / np.maximum(shares.sum(1, keepdims=True), 1e-9)
    return float(np.abs(shares[gap:] - shares[:-gap]).sum(-1).mean() / 2) if len(shares) > gap else 0.0


LOOKS, NOW, APART = 29, 9, 4
"""Number of looks in the last 40 % of a run, of those that are `now`, and of gaps between two that are compared."""
HALF, HALF_CELLS, ON, TV, JS, JS_WIDE, BLIND = 0.5, 0.75, 0.75, 0.3, 0.35, 0.25, 0.1
"""Shares of points on the data, a healthy run's TV and JS, and how far from one half D's accuracy then is."""
RELAPSE, TURN, LARGE, FAINT, STILL, SURE, WEAK = 0.15, 0.2, 20.0, 0.02, 0.05 / APART, 0.35, 0.15
"""A relapse, a turn, a loss that ran away, no gradient, no way from look to look in half-widths, a D that is sure, and
one that tells."""
OFTEN, MISSED = 1 / 8, 1 / 2
"""Shares of the looks in which a run that oscillates has relapsed, and of those `now` in which one is missing."""
HOLE, FINE, BETTER = 0.25, 0.5, 0.01
"""Shares of its due that a ball gets in a hole, and at least without one; a fall of JS that is no chance."""
COVER, GAPS = 0.01, 0.1
"""The least share of a mode, and the largest share of cells that a run without modes may lack."""
MARGIN = 0.2
"""By how much of themselves limits may be moved: what is so near to one may be called either."""
PER_RUN = ("blob", "lengths", "died")
"""What a record has once for each member, or once."""
SAME = {
    "between": ("no_finding",),
    "diverging": ("diverging", "diverged"),
    "diverged": ("diverging", "diverged"),
    "rotating": ("rotating", "collapse"),
}
"""The findings that say what a label says, where it is not the label itself."""
