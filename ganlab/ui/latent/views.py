"""The latent page's views: a map, directions, sums of classes, and those that have a module of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.gan.rng import NOISES
from ganlab.latent import paths as latent
from ganlab.latent import walks
from ganlab.latent.paths import PATHS, times
from ganlab.latent.walks import Scene, Strip
from ganlab.ui.latent import pair, psi, walk
from ganlab.ui.latent.latent import menu
from ganlab.ui.latent.link import FAR, TOUR, change, tour
from ganlab.ui.latent.sources import Offer, ask
from ganlab.ui.players import latent as latent_player
from ganlab.ui.players.latent import COLOURS
from ganlab.ui.text import number, text

SIDE, WHOLE, FINE = 12, 20, 48
"""Points per side: of a map between four images, of a whole latent space, of a map of the plane's classes."""
STRONG = 3.0
"""Largest factor of a difference of class means."""


# A map


def map_view(found: Offer, lang: str) -> None:
    """The map between four corners, or of a whole 2-dimensional latent space."""
    flat = found.config.latent_dim == 2
    with st.container(horizontal=True, vertical_alignment="bottom", key="l.corners"):
        whole = flat and tour().whole
        for name in "ab" if whole else "abcd":
            walk.seed_input(name, lang)
        new, draw = ("latent.ends.new", walk.draw) if whole else ("latent.map.new", new_corners)
        st.button(text(new, lang), icon=":material/casino:", key="l.new", on_click=draw)
        if not whole:
            toggle("bent", lang)
        if flat:
            toggle("whole", lang)
    scene = ask(walks.scene, found) if found.on_plane else None
    data = whole_map(found, scene, lang) if whole else corner_map(found, scene, lang)
    latent_player.show("atlas", data, "l.atlas")


def toggle(name: str, lang: str) -> None:
    """A toggle for one of the tour's fields."""
    held = ui.held(f"l.w.{name}", getattr(tour(), name), lambda value: change(**{name: value}))
    label, help = text(f"latent.field.{name}", lang), text(f"latent.map.{name}_help", lang)
    st.toggle(label, help=help, **held)


def new_corners() -> None:
    """Four new seeds."""
    walk.draw()
    a, b = tour().a, tour().b
    walk.draw()
    change(a=a, b=b, c=tour().a, d=tour().b)


def corner_map(found: Offer, scene: Scene | None, lang: str) -> bytes:
    """The square between four points."""
    shown = tour()
    strip = ask(walks.square, found, (shown.a, shown.b, shown.c, shown.d), SIDE, shown.bent)
    return latent_player.atlas(
        strip,
        key=f"{found.key}.{shown.a}.{shown.b}.{shown.c}.{shown.d}.{shown.bent}",
        lang=lang,
        side=SIDE,
        label=text("latent.map.square_alt", lang),
        legend=text("latent.map.square_plane" if found.on_plane else "latent.map.square", lang),
        classes=found.classes,
        judged=found.judged,
        radius=found.shell.radius,
        scene=scene,
    )


def whole_map(found: Offer, scene: Scene | None, lang: str) -> bytes:
    """The whole 2-dimensional latent space, with the walks between the two ends."""
    side, reach = FINE if found.on_plane else WHOLE, NOISES[found.noise].reach
    return latent_player.atlas(
        ask(walks.atlas, found, side),
        key=f"{found.key}.whole.{tour().a}.{tour().b}",
        lang=lang,
        side=side,
        label=text("latent.map.whole_alt", lang),
        legend=text("latent.map.whole_legend", lang),
        classes=found.classes,
        judged=found.judged,
        radius=found.shell.radius,
        scene=scene,
        reach=reach,
        walk={"radius": found.shell.radius / reach, "paths": paths(found, reach)},
    )


def paths(found: Offer, reach: float) -> list[dict[str, Any]]:
    """The three paths between the two ends, on the map of the whole space."""
    a, b = ((1 if seed >= 0 else -1) * latent.point(abs(seed), 2, found.noise) for seed in (tour().a, tour().b))
    routes = [(path(a, b, times()) / reach).tolist() for path in PATHS.values()]
    return [{"colour": colour, "points": route} for colour, route in zip(COLOURS, routes, strict=False)]


# Directions


def turn_view(found: Offer, lang: str) -> None:
    """Sliders along the first principal directions, the resulting sample, and the walk along each direction."""
    shown = tour()
    answer = ask(walks.moved_along, found, shown.a, shown.offsets, FAR)
    if found.on_plane:
        sliders(answer.shares[: len(answer.strips)], 2, lang)
        one(found, answer.now, lang)
    else:
        picture, beside = st.columns([2, 3], gap="large")
        with picture:
            one(found, answer.now, lang)
        with beside:
            sliders(answer.shares[: len(answer.strips)], 1, lang)
    names = [text("latent.turn.row", lang, i=i + 1) for i in range(len(answer.strips))]
    rows = [(f"x{i + 1}", name, "", strip) for i, (name, strip) in enumerate(zip(names, answer.strips, strict=True))]
    st.caption(text("latent.turn.rows", lang))
    walk.plain(found, rows, f"{found.key}.{shown.a}.{shown.offsets}", lang, scale=("s", -FAR, FAR), separate=True)


def sliders(shares: Sequence[float], columns: int, lang: str) -> None:
    """The start point, and a slider for each direction."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        walk.seed_input("a", lang)
        rest = dict.fromkeys(("x1", "x2", "x3", "x4", "x5"), 0.0)
        st.button(
            text("latent.turn.reset", lang), icon=":material/undo:", key="l.rest", on_click=partial(change, **rest)
        )
    cells = st.columns(columns, gap="large")
    for i, share in enumerate(shares):
        with cells[i % columns]:
            label = text("latent.turn.direction", lang, i=i + 1, share=share)
            psi.slide(f"x{i + 1}", -FAR, FAR, label, lang)


def one(found: Offer, strip: Strip, lang: str) -> None:
    """A single image and its class; on the plane only the text."""
    norm = text("latent.turn.norm", lang, norm=strip.norms[0], radius=found.shell.radius)
    if not found.on_plane:
        reading = classification(found, strip, 0, lang)
        look: dict[str, Any] = {
            "key": str(strip.norms),
            "lang": lang,
            "label": reading,
            "names": [reading],
            "across": 1,
            "side": 196,
        }
        latent_player.show("tiles", latent_player.tiles(strip, captions=[reading], **look), "l.now")
    st.caption(norm)


def classification(found: Offer, strip: Strip, i: int, lang: str) -> str:
    """The class of an image in words."""
    if not found.judged:
        return text("latent.turn.unjudged", lang)
    return text("latent.player.digit", lang, label=strip.labels[i], sure=number(strip.sure[i], lang, ".0%"))


# Sums of classes


def sum_view(found: Offer, lang: str) -> None:
    """A point plus the difference of two classes' means."""
    last = len(found.classes) - 1
    if last < 1:
        st.info(text("latent.sum.no_classes", lang))
        return
    minus, plus = min(tour().minus, last), min(tour().plus, last)
    best = ask(walks.census, found)
    if not tour().e and best.get(minus):
        st.session_state[TOUR] = replace(tour(), e=best[minus][0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, value in (("minus", minus), ("plus", plus)):
            menu(name, list(range(last + 1)), value, lang, found.classes.__getitem__, name == "minus")
        walk.seed_input("e", lang)
        label = text("latent.sum.new", lang, label=found.classes[minus])
        st.button(label, icon=":material/casino:", key="l.new", on_click=another, args=(best.get(minus, []),))
    missing = next((label for label in (minus, plus) if not best.get(label)), None)
    if missing is not None:
        st.warning(text("latent.ends.missing", lang, label=found.classes[missing], n=walks.CENSUS))
        return
    strip = ask(walks.arithmetic, found, tour().e, minus, plus, STRONG)
    names = {"minus": found.classes[minus], "plus": found.classes[plus]}
    rows = [("sum", text("latent.sum.row", lang, **names), "", strip)]
    walk.plain(found, rows, f"{found.key}.{tour().e}.{minus}.{plus}", lang, scale=("α", 0.0, STRONG))
    st.caption(text("latent.sum.note", lang, n=walks.CENSUS, sure=walks.SURE))


def another(seeds: Sequence[int]) -> None:
    """The next sample of a class with a certain classification."""
    if seeds:
        change(e=walk.following(seeds, tour().e))


DRAW: dict[str, Callable[[Offer, str], None]] = {
    "walk": walk.view,
    "map": map_view,
    "turn": turn_view,
    "sum": sum_view,
    "psi": psi.view,
    "pair": pair.view,
}
