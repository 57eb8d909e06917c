"""The arena's player: a Streamlit v2 component that shows one run as a film in the visitor's own time.

One message (little endian): u32 length of the JSON | JSON, padded with spaces so that what follows starts at a
multiple of 4 | 512 real points, i2 (x, y) as a plane frame packs positions | where the JSON has `noise`, the first two
coordinates of the generated points' z in the same way | packed frames back to back. The browser keeps every frame of a
run that it got, whatever comes later, and sends back two state values, `want`, the frames it lacks, and, if its view
has `keeps`, `held`, the moment at which the visitor has stopped it ({run, member, step} or null), and one trigger,
`ask`: a button was pressed that Python answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from ganlab.ui import component
from ganlab.ui.component import Components, ignore, packed

REAL_POINTS = 512
WEB = Path(__file__).parent / "web"
PLAYERS = Components("ganlab", WEB, ("player", "digits", "duel", "lamps"), joined=True)

Want = TypedDict("Want", {"run": str, "member": int, "from": int, "to": int, "n": int})
"""Frames the browser lacks: `n` of the run's frames from step `from` to step `to`, both included."""

ASKS = ("slow", "fork")
"""Slow motion through the step; another run that goes on from it."""
MARGIN = 1.4
"""How much farther the view of the noise's own plane reaches than the lattice."""


def labels(lang: str) -> dict[str, str]:
    """Every label of the player in `lang`, by key; templates stay templates, the browser fills them."""
    return component.labels(component.PLAYER, lang)


def message(
    *,
    run: str,
    extent: float,
    real: np.ndarray,
    known: Sequence[int],
    frames: Mapping[int, bytes],
    text: Mapping[str, str],
    member: int = 0,
    members: int = 1,
    latent_dim: int = 2,
    threshold: float | None = 0.0,
    live: bool = False,
    target: int = 0,
    key_frames: bool = False,
    modes: np.ndarray | None = None,
    std: float | None = None,
    js_floor: Mapping[int, float] | None = None,
    valid_ceiling: float | None = None,
    verdicts: Mapping[int, Mapping[str, Any]] | None = None,
    view: Mapping[str, Any] | None = None,
    asks: Sequence[str] = (),
    noise: np.ndarray | None = None,
    axis: Sequence[float] = (),
    levels: Mapping[str, str] | None = None,
    scalars: Sequence[str] = (),
    beside: Mapping[str, Any] | None = None,
    line: Mapping[str, Any] | None = None,
) -> bytes:
    """What the player shows, as bytes; see the module's docstring for the layout.

    `real` (512, 2); `known` all steps that have a frame, ascending; `frames` step -> packed frame, any part of them;
    `threshold` D's output at which it is undecided, None where the loss has none; `verdicts` step -> key, title,
    sentence and, where data are missing, regions (coordinates of places in each), each valid until the next; `view` is
    read at first sight only: at (step), playing, keeps, layers, arrows ("push" | "rise"), speed, pipeline; `asks` which
    of ASKS there are buttons for;
    `noise` (512, 2) z of the generated points, `axis` the lattice's coordinates along each of its sides; `levels` "d"
    and "g" -> the name of what its loss is worth in equilibrium; `scalars` what a frame's numbers are called where they
    are not the plane's: without "d_accuracy" there is no D, and nothing of it is shown; `beside`, of runs of different
    kinds in a duel: pace (seconds of a step), scale (moments of a step), paths (whether the lattice's rows are paths);
    `line` of data on a line: p, their density over the bins of a frame's curves, and scale, the range of D's axis
    (None: that of each frame).
    """
    steps = sorted(frames)
    head = dict(run=run, member=member, members=members, extent=float(extent), latent_dim=latent_dim)
    head |= dict(threshold=threshold, live=live, target=target, key_frames=key_frames, std=std, text=dict(text))
    head |= dict(known=[int(step) for step in known], frames=[[int(step), len(frames[step])] for step in steps])
    head |= dict(modes=None if modes is None else np.asarray(modes).tolist(), valid_ceiling=valid_ceiling)
    head |= dict(
        js_floor={str(n): floor for n, floor in (js_floor or {}).items()},
        view=dict(view or {}),
        asks=list(asks),
        levels=dict(levels or {}),
    )
    head |= dict(verdicts={str(step): dict(verdict) for step, verdict in (verdicts or {}).items()})
    head |= dict(beside or {}) | (dict(scalars=list(scalars)) if scalars else {}) | (dict(line=line) if line else {})
    points = [_positions(real, extent)]
    if noise is not None:
        reach = MARGIN * max(axis)
        points.append(_positions(noise, reach))
        head["noise"] = dict(extent=reach, axis=[round(float(z), 4) for z in axis])
    return packed(head, [*points, *(frames[step] for step in steps)])


def player(
    data: bytes, key: str, on_want: Callable[[], None] | None = None, on_ask: Callable[[], None] | None = None
) -> Want | None:
    """Mounts the player on the page; the frames it wants, or None.

    The same value comes back on every rerun until the browser sends another: answer each once, with those frames.
    `on_ask` finds in `st.session_state[key]["ask"]` what a button asks for, as the browser sends it: {name, of ASKS;
    run, member, step: what is on screen}.
    """
    heard = {"on_want_change": on_want or ignore, "on_ask_change": on_ask or ignore, "on_held_change": ignore}
    want: Want | None = PLAYERS.mount("player", key=key, data=data, **heard).want
    return want


def _positions(points: np.ndarray, extent: float) -> bytes:
    if points.shape != (REAL_POINTS, 2):
        raise ValueError(f"points {points.shape}: expected ({REAL_POINTS}, 2)")
    return np.rint(np.clip(points / (2 * extent), -1, 1) * 32767).astype("<i2").tobytes()
