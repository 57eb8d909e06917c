"""Three Streamlit v2 components of the latent page: walks that are scrubbed in the browser, tiles to choose from, maps.

A message (little endian): u32 length of the JSON | JSON, padded to a multiple of 4 | PNG sheets back to back. What
comes back is one state value, `pick` = {a, b, at}: two seeds that were clicked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from ganlab.digits.config import DigitsConfig
from ganlab.latent.paths import Shell
from ganlab.latent.walks import COLUMNS, Scene, Strip
from ganlab.plane.config import PlaneConfig
from ganlab.ui import component
from ganlab.ui.component import Components, ignore, packed
from ganlab.ui.players import player

WEB = Path(__file__).parent / "web"
LATENT = Components("ganlab_latent", WEB, ("walk", "tiles", "atlas"), style="latent", base=player.PLAYERS)
COLOURS = ("first", "second", "third", "fourth", "fifth")
"""Of the walks that are shown together, in their order."""


def labels(lang: str) -> dict[str, str]:
    """Every label of the components in `lang`, by key, and how numbers are written."""
    return component.labels("latent.player.", lang, ("decimal",))


@cache
def on_plane(lang: str) -> dict[str, str]:
    """The labels that say something else where the plane is walked on."""
    ending = "_plane"
    return {key.removesuffix(ending): words for key, words in labels(lang).items() if key.endswith(ending)}


def walks(
    rows: Sequence[tuple[str, str, str, Strip]],
    *,
    key: str,
    lang: str,
    shell: Shell,
    noise: str,
    classes: Sequence[str],
    judged: bool,
    scene: Scene | None = None,
    pick: bool = False,
    separate: bool = False,
    scale: tuple[str, float, float] = ("t", 0.0, 1.0),
) -> bytes:
    """A message of walks side by side; rows are (key, name, note, strip). The JSON names what it is by `key`.

    `classes` names the labels, `judged` is whether there are any; `scene` is the plane they run on, where two points
    may be picked; `separate` walks have ends of their own; `scale` is the slider's letter, its low and its high end.
    """
    head: dict[str, Any] = dict(
        key=key,
        kind=kind(scene),
        columns=COLUMNS,
        classes=list(classes),
        judged=judged,
    )
    head |= dict(shell=asdict(shell), noise=noise, scene=asdict(scene) if scene else None, pick=pick, separate=separate)
    head |= dict(scale=list(scale))
    head |= dict(
        text=labels(lang) | (on_plane(lang) if scene else {}),
        rows=[row(*entry, COLOURS[i]) for i, entry in enumerate(rows)],
    )
    return packed(head, [strip.sheet for *_, strip in rows])


def kind(scene: Scene | None) -> str:
    """What is walked through: runs on the plane have a scene."""
    return PlaneConfig.kind if scene else DigitsConfig.kind


def row(key: str, name: str, note: str, strip: Strip, colour: str) -> dict[str, Any]:
    """One walk's part of the JSON."""
    plain = {name: getattr(strip, name) for name in ("points", "labels", "sure", "norms", "steps")}
    return dict(key=key, name=name, note=note, colour=colour, size=len(strip.sheet), **plain)


def tiles(
    strip: Strip,
    *,
    key: str,
    lang: str,
    label: str,
    names: Sequence[str],
    captions: Sequence[str] = (),
    pick: bool = False,
    first: int = 0,
    marks: Sequence[int] = (),
    across: int = 8,
    side: int = 56,
) -> bytes:
    """A message of images: `across` in a row of at most `side` pixels each; `names` are read aloud, `captions` seen.

    With `pick` two may be clicked, and are told as `first` + index; `marks` are the two that count now.
    """
    head: dict[str, Any] = dict(
        key=key, text=labels(lang), label=label, names=list(names), captions=list(captions), pick=pick
    )
    head |= dict(first=first, marks=list(marks), across=across, side=side, columns=COLUMNS, count=len(strip.norms))
    return packed(head | dict(fold=across > 10), [strip.sheet])


def atlas(
    strip: Strip,
    *,
    key: str,
    lang: str,
    side: int,
    label: str,
    legend: str,
    classes: Sequence[str],
    judged: bool,
    radius: float,
    scene: Scene | None = None,
    reach: float | None = None,
    walk: Mapping[str, Any] | None = None,
) -> bytes:
    """A message of a map of side × side points. `reach`: it is all of a latent space of 2, up to there.

    `walk`: {"radius", "paths": [{"colour", "points"}]}, in units of `reach`.
    """
    head: dict[str, Any] = dict(
        key=key,
        kind=kind(scene),
        side=side,
        columns=COLUMNS,
        label=label,
        legend=legend,
    )
    head |= dict(classes=list(classes), judged=judged, labels=strip.labels, sure=strip.sure, points=strip.points)
    head |= dict(norms=strip.norms, radius=radius)
    head |= dict(scene=asdict(scene) if scene else None, reach=reach, walk=dict(walk) if walk else None)
    return packed(head | dict(text=labels(lang), size=len(strip.sheet)), [strip.sheet])


def show(name: str, data: bytes, key: str, on_pick: Callable[[], None] | None = None) -> dict[str, Any] | None:
    """Mounts one of LATENT; the two seeds that were picked last, or None."""
    picked: dict[str, Any] | None = LATENT.mount(name, key=key, data=data, on_pick_change=on_pick or ignore).pick
    return picked
