"""Diagnoses a run on the plane from its frames: one verdict, mainly from the positions of the generated points.

Losses alone do not decide: a collapsed generator has finite, steady losses (`theory.collapse`). Coverage alone does not
decide either, as a smear may cover every mode. If the points are off the data, D's accuracy and G's gradient show why.
`python -m benchmarks.diagnosis` measures how often the verdict is right.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ganlab.data.bins import CELLS, grid_resolves
from ganlab.data.dataset import Dataset
from ganlab.data.plane import DATASETS
from ganlab.game.verdict import (
    BLIND,
    FAINT,
    SURE,
    TURNED,
    WARM_UP,
    Verdict,
    before_all,
    diverged,
    lapses,
    misled,
    rests,
    tells_little,
    turned,
)
from ganlab.gan.countermeasures import plain_game
from ganlab.gan.losses import LOSSES
from ganlab.gan.mistakes import mistake_of
from ganlab.gan.theory import collapse
from ganlab.plane.capacity import THIN, WIDE, best_affine_js, curve_of, data_flatness, flatness
from ganlab.plane.config import PlaneConfig
from ganlab.plane.frame import Frame
from ganlab.plane.holes import Region, holes
from ganlab.plane.metrics import js_floor, on_data
from ganlab.plane.remedies import REMEDIES, outmatched

MOSTLY, MOSTLY_CELLS = 0.5, 0.75
"""With a smaller share of points on the data, the points are a smear. Data without modes need a larger share: they fill
so much of the view that half of a central cloud lies on them."""
SHARP = 0.25
"""Share of points on the data in the last frame below which it is no collapse, but a moment between two modes: in runs
of `benchmarks.diagnosis` steady collapses have at least 0.39 there, points on their way from mode to mode 0 to 0.25."""
GOOD = 0.8
"""Share of points on the data near equilibrium; networks of 64 x 2 reach 0.8 to 0.9, a perfect sampler 0.99."""
EVEN = 0.25
"""Maximum mode TV near equilibrium: a quarter of the mass is misplaced."""
CLOSE = 0.22
"""Maximum JS near equilibrium, in nats above its sampling floor. On the ring, dots score 0.37 and threads 0.21."""
CLOSE_ON_LINE = 0.05
"""The same for data on a line, where a good run reaches 0.01. A JS of 0.05 allows a TV of at most 0.32 (Pinsker)."""
FEW_CELLS, MOST_CELLS = CELLS * 3 // 4, CELLS * 9 // 10
"""Without modes: at most FEW_CELLS covered cells are a collapse; with more than MOST_CELLS nothing is missing."""
RECENT = 0.1
"""Share of the latest steps over which medians are taken, so that no verdict depends on a single frame."""
LATE = 0.5
"""Share of the latest steps that form the history: whether a run rotates, oscillates, grows or stands still."""
STILL = 0.1
"""Displacement, in half-widths of the view, below which the points stand still."""
APART = 0.66
"""JS divergence in nats from which a D may be too weak that no setting puts behind: an optimal one is right 98 % of the
time."""
AWAY = 0.5
"""Minimum share of points out of view for a G that has left."""
LARGE, GROWN = 20.0, 1.05
"""Minimum loss, and its minimum growth over the late frames, for a loss that diverges."""
RELAPSED = 0.19
"""Minimum rise of the mode TV above its lowest value in the late frames for an oscillation."""
LAPSED, LAPSED_CELLS = 0.3, 0.1
"""The same of what is missing: minimum share of the late frames, from the first whole one, that lack modes or cells."""
ENOUGH, MOMENTS = 5, 21
"""Minimum number of late frames for a history, and the number of frames in it."""


def verdict(frames: Sequence[Frame], config: PlaneConfig, member: int = 0) -> Verdict:
    """The verdict on a member at the last frame, from medians over the last tenth of the steps so far.

    diverged: training ended in divergence.
    With less than half of the points on the data: d_too_weak, if D has no update in the second half of the steps so far
    (checked first), or if it tells far less than an optimal D would, which is right at least ½ + JS / 2 log 2 of the
    time; diverging, if the points leave the view or the losses diverge; vanishing, if D is confident and G has no
    gradient and stands still; smear, otherwise.
    With most points on the data: collapse, if modes (or a quarter of the cells) are missing now and in the median, and
    no fewer points than SHARP are on the data now (else as with less than half);
    rotating, if these modes (or more than a tenth of the cells) change; oscillating, if modes or cells are lost and
    found around a good state; near_equilibrium, if none is missing, the points are well spread, and D's accuracy, if it
    has a threshold, is 40 to 60 %.
    holes: one of the last three but for regions of data without modes that get too few points (`holes.holes`).
    no_finding: anything else, and a compact cloud before G's 64th update.
    cannot_fill, in the place of one of SHORT: G can draw only a curve, or only shifted and stretched noise, and the
    data are neither (`unfilled`).

    Evidence, of the last frame unless diverged. on_data: share of points on the data (valid points; without modes, the
    points in the squares that hold 99 % of the data). valid, mode_tv, reverse_kl, js, js_floor, d_accuracy, d_loss,
    g_loss. covered: m. most: the modes that an earlier frame covered with most points on the data, if more than now.
    For a collapse with a closed form: d_loss_collapse, g_loss_collapse, d_accuracy_collapse. If D does not follow its
    own loss alone: d_late (`game.verdict.misled`). For cannot_fill: flat and flat_data, or affine_js. holes: their
    number, if there are any; `regions` are their places.

    `config` is the run's. Unpacked frames hold one member, so `member` is then 0. Raises ValueError without frames.
    """
    if not frames:
        raise ValueError("frames=[]: expected at least one frame")
    last = frames[-1]
    if last.diverged_at[member] >= 0:
        return diverged(int(last.diverged_at[member]), last.facts, config)
    recent = [readings(frame, config, member) for frame in frames if frame.step >= (1 - RECENT) * last.step]
    typical = {name: float(np.median([seen[name] for seen in recent])) for name in recent[-1]}
    story = history(frames, config, member)
    m, of = covered(last, member), last.shares.shape[1]
    trained = last.g_updates >= WARM_UP
    known = {"on_now": recent[-1]["on_data"], "outmatched": float(outmatched(config.at(last.step)))}
    key = verdict_key(typical | story | known, m, of, has_modes(last), trained)
    limits = unfilled(key, frames, config, member) if trained else {}
    key = "cannot_fill" if limits else key
    missing = missing_regions(key, frames, config, member) if trained and not has_modes(last) else []
    key = "holes" if missing and key != "collapse" else key
    level = closed_form(last, config, member) if key == "collapse" else {}
    sign = misled([frame.d_loss[member] for frame in late_frames(frames)], config)
    evidence = {"step": float(last.step), **recent[-1], **story, **earlier_cover(frames, member), **level}
    evidence |= limits | sign | ({"holes": float(len(missing))} if missing else {})
    finite = {name: value for name, value in evidence.items() if math.isfinite(value)}
    return Verdict(key, finite, m, of, likely_knob(key, frames, config, member, bool(sign)), tuple(missing))


def missing_regions(key: str, frames: Sequence[Frame], config: PlaneConfig, member: int) -> list[Region]:
    """The holes of the last tenth of the steps so far, under a verdict that has most points on the data."""
    recent = [frame for frame in frames if frame.step >= (1 - RECENT) * frames[-1].step]
    return holes(recent, config.dataset, member) if key in WITH_HOLES else []


def readings(frame: Frame, config: PlaneConfig, member: int) -> dict[str, float]:
    """The measures that decide, and the losses; nan if undefined."""
    data = DATASETS[config.dataset]
    metrics = {name: float(frame.metrics[name][member]) for name in ("valid", "mode_tv", "reverse_kl", "js")}
    battle = {name: float(getattr(frame, name)[member]) for name in ("d_accuracy", "d_loss", "g_loss", "g_grad")}
    on, floor = on_share(frame, config, member), js_floor(data, frame.judged)[0]
    limits = {"js_floor": floor, "js_limit": floor + closeness(data)}
    return metrics | battle | limits | {"on_data": on, "covered": covered(frame, member)}


def on_share(frame: Frame, config: PlaneConfig, member: int) -> float:
    """Share of points on the data: the valid ones, or without modes those in the squares that hold 99 % of the data."""
    if has_modes(frame):
        return float(frame.metrics["valid"][member])
    return on_data(frame.fake[member], DATASETS[config.dataset])


def closeness(data: Dataset) -> float:
    """Maximum JS near equilibrium above its sampling floor, in nats."""
    return CLOSE_ON_LINE if data.dim == 1 else CLOSE


def history(frames: Sequence[Frame], config: PlaneConfig, member: int) -> dict[str, float]:
    """How the run went on in the second half of the steps so far, from at most MOMENTS frames; nan where undefined.

    late_on, late_covered: medians of the share of points on the data and of the modes (or cells) covered. accuracy: D's
    mean accuracy. path: how far the points have gone from the first of them to the last, on average, in half-widths of
    the view. away: share of points out of view lately. apart: JS divergence lately, and best_accuracy: an optimal D's
    least accuracy then. growth: by what factor the larger loss has grown, and size: that loss. turn: mean TV between
    the modes (or cells) of a frame and of the next. relapse: the largest rise of the mode TV, or where modes are wide
    or none of the JS divergence, above its lowest before. seen_all: share of the frames in which nothing is missing.
    lapses: share of those since the first such frame in which something is. d_rests: 1 if D was not updated, else 0.
    All nan for fewer than ENOUGH frames.
    """
    extent, late = DATASETS[config.dataset].extent, late_frames(frames)
    if not late:
        return dict.fromkeys(HISTORY, math.nan)
    first, last, third = late[0], late[-1], len(late) // 3
    moved = np.linalg.norm(last.fake[member] - first.fake[member], axis=-1).mean() / extent
    away = [float((~(np.abs(f.fake[member]).max(-1) <= extent)).mean()) for f in late[-third:]]
    size = [float(np.fmax(abs(f.d_loss[member]), abs(f.g_loss[member]))) for f in late]
    js = [float(f.metrics["js"][member]) for f in late]
    small, large, apart = (float(np.median(part)) for part in (size[:third], size[-third:], js[-third:]))
    measure = "js" if grid_resolves(DATASETS[config.dataset]) else "mode_tv"
    spread = np.array([float(f.metrics[measure][member]) for f in late])
    whole = [covered(f, member) > (f.shares.shape[1] - 1 if has_modes(f) else MOST_CELLS) for f in late]
    return {
        "late_on": float(np.median([on_share(f, config, member) for f in late])),
        "late_covered": float(np.median([covered(f, member) for f in late])),
        "accuracy": float(np.mean([f.d_accuracy[member] for f in late])),
        "path": float(moved),
        "away": float(np.median(away)),
        "apart": apart,
        "best_accuracy": 0.5 + apart / (2 * math.log(2)),
        "size": large,
        "growth": large / small if small > 0 else math.nan,
        "turn": turned([f.shares[member] for f in late]),
        "relapse": float((spread - np.minimum.accumulate(spread)).max()),
        "seen_all": float(np.mean(whole)),
        "lapses": lapses(whole),
        "d_rests": float(rests(late)),
    }


def late_frames(frames: Sequence[Frame]) -> list[Frame]:
    """The frames that are the history; none if there are fewer than ENOUGH."""
    chosen = {*history_steps([frame.step for frame in frames])}
    late = [frame for frame in frames if frame.step in chosen]
    return late if len(late) >= ENOUGH else []


def history_steps(steps: Sequence[int]) -> list[int]:
    """Of the steps so far, those whose frames are the history: at or just before MOMENTS moments of the second half."""
    moments = np.linspace(LATE * steps[-1], steps[-1], MOMENTS)
    return sorted({steps[max(0, bisect_right(steps, moment) - 1)] for moment in moments})


def deciding_steps(steps: Sequence[int]) -> list[int]:
    """Of the steps so far, those whose frames decide the verdict's key at the last of them."""
    return sorted({*history_steps(steps), *(step for step in steps if step >= (1 - RECENT) * steps[-1])})


def verdict_key(seen: Mapping[str, float], m: int, of: int, modes: bool, trained: bool) -> str:
    """The verdict's key for a member that is alive, with m of so many modes or cells covered now.

    seen: what is typical now, the history, on_now (the last frame's on_data) and outmatched (`remedies`). No nan
    excludes an equilibrium.
    """
    few, most, mostly = (of - 1, of - 1, MOSTLY) if modes else (FEW_CELLS, MOST_CELLS, MOSTLY_CELLS)
    if trained and seen["late_on"] >= mostly and seen["late_covered"] <= most and seen["turn"] >= TURNED:
        return "rotating"
    if seen["on_data"] < mostly:
        return off_data(seen) if trained else "smear"
    if max(m, seen["covered"]) <= few:
        return missing_modes(seen) if trained else "no_finding"
    whole = m > few and seen["covered"] > most
    close = seen["js"] <= seen["js_limit"] and not seen["mode_tv"] > EVEN
    blind = not abs(seen["d_accuracy"] - 0.5) > BLIND
    relapsed = seen["relapse"] >= RELAPSED or seen["lapses"] >= (LAPSED if modes else LAPSED_CELLS)
    if trained and relapsed and seen["seen_all"] > 0:
        return "oscillating"
    return "near_equilibrium" if whole and seen["on_data"] >= GOOD and close and blind else "no_finding"


def missing_modes(seen: Mapping[str, float]) -> str:
    """The verdict's key if modes are missing now and in the median."""
    return "collapse" if seen["on_now"] >= SHARP else off_data(seen)


def off_data(seen: Mapping[str, float]) -> str:
    """The verdict's key if most points are off the data."""
    if seen["d_rests"] == 1:
        return "d_too_weak"
    if seen["away"] >= AWAY or (seen["size"] >= LARGE and seen["growth"] >= GROWN):
        return "diverging"
    if seen["g_grad"] <= FAINT and seen["path"] <= STILL and not abs(seen["accuracy"] - 0.5) < SURE:
        return "vanishing"
    behind = bool(seen["outmatched"])
    weak = tells_little(seen["accuracy"], seen["best_accuracy"] - 0.5, behind) and (behind or seen["apart"] >= APART)
    return "d_too_weak" if weak else "smear"


def has_modes(frame: Frame) -> bool:
    """Whether the data have modes; else the frame counts equal-mass cells."""
    return not np.isnan(frame.metrics["modes_covered"]).any()


def covered(frame: Frame, member: int) -> int:
    """Number of covered modes, or of covered cells."""
    if has_modes(frame):
        return round(float(frame.metrics["modes_covered"][member]))
    return round(float(frame.metrics["cells_covered"][member]) * CELLS)


def earlier_cover(frames: Sequence[Frame], member: int) -> dict[str, float]:
    """`most`: the largest number of modes that an earlier frame covered with most points valid, if more than now."""
    if not has_modes(frames[-1]):
        return {}
    settled = [frame for frame in frames if frame.metrics["valid"][member] >= MOSTLY]
    most = max((covered(frame, member) for frame in settled), default=0)
    return {"most": float(most)} if most > covered(frames[-1], member) else {}


def closed_form(frame: Frame, config: PlaneConfig, member: int) -> dict[str, float]:
    """The losses and accuracy of an optimal D at a collapse to equally likely modes, for cross-entropy losses."""
    g_loss, m = LOSSES[config.at(frame.step).loss].collapse, covered(frame, member)
    plain = plain_game(config.at(frame.step)) and mistake_of(config).same_game
    even = DATASETS[config.dataset].weights is None
    if not g_loss or not has_modes(frame) or not plain or not even or m == 0:
        return {}
    level = collapse(m, frame.shares.shape[1])
    return {
        "d_loss_collapse": level.d_loss,
        "g_loss_collapse": getattr(level, g_loss),
        "d_accuracy_collapse": level.accuracy,
    }


def unfilled(key: str, frames: Sequence[Frame], config: PlaneConfig, member: int) -> dict[str, float]:
    """The evidence that G cannot draw the data, whatever its weights; {} if it may.

    flat, flat_data: a layer of one number makes G's points lie on a curve, and the data fill an area. A curve can pass
    through every mode, so a collapse to modes is no such case, and a smear is one only when it no longer improves.
    affine_js: G has no hidden layer, and even the best shift and stretch of its noise is far from the data.
    """
    now, last, data = config.at(frames[-1].step), frames[-1], DATASETS[config.dataset]
    if key not in SHORT or (key == "rotating" and has_modes(last)):
        return {}
    reachable = (key == "collapse" and has_modes(last)) or (key == "smear" and improves(frames, member))
    if curve_of(now) and not reachable:
        flat, of_data = flatness(last.fake[member]), data_flatness(config.dataset, last.fake.shape[1])
        if flat <= THIN and of_data >= WIDE:
            return {"flat": flat, "flat_data": of_data}
    far = best_affine_js(config.dataset, now.noise) if now.g_depth == 0 else 0.0
    return {"affine_js": far} if far - js_floor(data, last.judged)[0] > closeness(data) else {}


def likely_knob(key: str, frames: Sequence[Frame], config: PlaneConfig, member: int, misled: bool) -> str | None:
    """The active field to change first; None if nothing supports a change."""
    now = config.at(frames[-1].step)
    if key == "near_equilibrium":
        return now.effective(now.wrong()) if misled else None
    if key == "no_finding":
        return now.effective(before_all(now)) if misled or now.d_steps == 0 else None
    more = more_steps(frames, config, member) if key in ("smear", "holes") else ()
    found = [*more, *(() if key == "smear" else REMEDIES[key](now))]
    return now.effective([*before_all(now), *found])


def more_steps(frames: Sequence[Frame], config: PlaneConfig, member: int) -> Iterator[str]:
    """`steps`, if the run is near its end and still improves."""
    if frames[-1].step >= (1 - RECENT) * config.steps and improves(frames, member):
        yield "steps"


def improves(frames: Sequence[Frame], member: int) -> bool:
    """Whether the JS divergence fell in the second half of the steps so far."""
    half = next(frame for frame in frames if frame.step >= frames[-1].step / 2)
    return bool(half.metrics["js"][member] - frames[-1].metrics["js"][member] > 0.01)


HISTORY = (
    *("late_on", "late_covered", "accuracy", "path", "away", "apart", "best_accuracy", "size"),
    *("growth", "turn", "relapse", "seen_all", "lapses", "d_rests"),
)
"""What is told of how a run went on."""
OFF_DATA = ("diverged", "diverging", "vanishing", "d_too_weak", "smear")
"""Verdicts with less than half of the points on the data."""
ON_DATA = ("collapse", "rotating", "oscillating", "holes", "near_equilibrium", "no_finding")
VERDICTS = (*OFF_DATA, "cannot_fill", *ON_DATA)
SHORT = ("smear", "collapse", "rotating", "oscillating", "no_finding")
"""Verdicts that a G may get because it cannot draw the data; rotating only without modes."""
WITH_HOLES = ("collapse", "oscillating", "near_equilibrium", "no_finding")
"""Verdicts on points that may leave out regions of the data. A collapse keeps its name, an oscillation does not."""
