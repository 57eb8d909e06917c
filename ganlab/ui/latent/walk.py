"""Walks on the latent page: from one point to another along three paths."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.latent import measures, paths, walks
from ganlab.latent.paths import FRAMES, PATHS
from ganlab.latent.walks import Scene, Strip, Walk
from ganlab.ui.component import told
from ganlab.ui.latent.gif import gif
from ganlab.ui.latent.link import MOST, change, tour
from ganlab.ui.latent.sources import Offer, ask
from ganlab.ui.players import latent as latent_player
from ganlab.ui.text import number, text

SHOWN = 32
"""Samples on a page."""
MISSING, BY_CLASS = "l.missing", "l.class"
"""Session keys: the class without a sample; whether the choice by class is open."""
HOLLOW, FULL = 0.75, 0.5
"""Inner radius over radius of a shell: from HOLLOW on a straight line leaves it, up to FULL it is a disc."""


def view(found: Offer, lang: str) -> None:
    """The choice of two points, the three walks, their measures, and the GIFs."""
    choose_ends(found, lang)
    film = ask(walks.walk, found, tour().a, tour().b)
    scene = ask(walks.scene, found) if found.on_plane else None
    if film.bend:
        st.info(text(f"latent.bend.{film.bend}", lang))
    data = message(found, film, f"{found.key}.{tour().a}.{tour().b}", lang, scene)
    latent_player.show("walk", data, "l.walk", partial(take_pick, "l.walk"))
    ui.markdown(lesson(found, film, lang))
    measured(found, film, lang)
    take_along(film, scene, lang)


def message(found: Offer, film: Walk, key: str, lang: str, scene: Scene | None = None) -> bytes:
    """The walks of a generator for the player; on a plane with its scene, where points may be picked."""
    rows = [
        (path, text(f"latent.path.{path}", lang), text(f"latent.path.{path}_note", lang), film.strips[path])
        for path in PATHS
    ]
    return latent_player.walks(
        rows,
        key=key,
        lang=lang,
        shell=found.shell,
        noise=found.noise,
        classes=found.classes,
        judged=found.judged,
        scene=scene,
        pick=found.on_plane,
    )


# The two ends


def choose_ends(found: Offer, lang: str) -> None:
    """The choice of two seeds: typed, random, by class, or clicked."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="l.ends"):
        st.button(text("latent.ends.new", lang), icon=":material/casino:", key="l.new", on_click=draw)
        if found.classes:
            by_class(found, lang)
        by_seed(lang)
        if not found.on_plane:
            others_button(lang)
    if not found.on_plane:
        samples(found, lang)


def by_seed(lang: str) -> None:
    """Two seeds as numbers, and buttons to swap them and to take opposite points."""
    label = f"{text('latent.ends.seeds', lang)} {tour().a}, {tour().b}".replace("-", "−")
    with st.popover(label, icon=":material/tag:", key="l.seeds", on_change=ui.touched):
        with st.container(horizontal=True):
            for name in ("a", "b"):
                seed_input(name, lang)
        with st.container(horizontal=True):
            st.button(text("latent.ends.swap", lang), icon=":material/swap_horiz:", key="l.swap", on_click=swap)
            label, help = text("latent.ends.opposite", lang), text("latent.ends.opposite_help", lang)
            st.button(label, key="l.opposite", help=help, on_click=oppose)


def seed_input(name: str, lang: str) -> None:
    """A seed as a number."""
    st.number_input(
        text(f"latent.field.{name}", lang),
        min_value=-MOST,
        max_value=MOST,
        step=1,
        help=text("latent.ends.help", lang),
        **ui.held(f"l.w.{name}", getattr(tour(), name), lambda value: change(**{name: value})),
        width=130,
    )


def draw() -> None:
    """Two new seeds."""
    change(a=1 + secrets.randbelow(MOST), b=1 + secrets.randbelow(MOST))


def swap() -> None:
    """Swaps the two ends."""
    change(a=tour().b, b=tour().a)


def oppose() -> None:
    """Makes the second end the opposite of the first. Seed 0 has no sign, so it becomes 1."""
    a = tour().a or 1
    change(a=a, b=-a)


def by_class(found: Offer, lang: str) -> None:
    """The choice by class: "from a 3 to an 8"."""
    with st.popover(text("latent.ends.by_class", lang), icon=":material/category:", key=BY_CLASS, on_change=ui.touched):
        st.caption(text("latent.ends.by_class_about", lang, n=walks.CENSUS))
        chosen = []
        for name, default in (("from", 3), ("to", 8)):
            label, last = text(f"latent.ends.{name}", lang), len(found.classes) - 1
            chosen.append(
                st.selectbox(label, range(last + 1), min(default, last), found.classes.__getitem__, key=f"l.w.{name}")
            )
        st.button(text("latent.ends.find", lang), key="l.find", type="primary", on_click=find, args=(found, *chosen))
    missing = st.session_state.pop(MISSING, None)
    if missing is not None:
        st.warning(text("latent.ends.missing", lang, label=found.classes[missing], n=walks.CENSUS))


def find(found: Offer, one: int, other: int) -> None:
    """Takes the next certain samples of two classes."""
    best = ask(walks.census, found)
    st.session_state[BY_CLASS] = False
    missing = next((label for label in (one, other) if not best.get(label)), None)
    if missing is not None:
        ui.touched()
        st.session_state[MISSING] = missing
        return
    a = following(best[one], tour().a)
    change(a=a, b=following([seed for seed in best[other] if seed != a] or best[other], tour().b))


def following(seeds: Sequence[int], now: int) -> int:
    """The seed after the present one, or the first."""
    return seeds[(seeds.index(now) + 1) % len(seeds)] if now in seeds else seeds[0]


def samples(found: Offer, lang: str) -> None:
    """Samples to click two of."""
    first = 1 + SHOWN * tour().page
    strip = ask(walks.samples, found, first, SHOWN)
    ends = [end - first for end in (tour().a, tour().b)]
    data = latent_player.tiles(
        strip,
        key=f"{found.key}.{first}",
        lang=lang,
        label=text("latent.ends.samples", lang),
        names=[sample_name(found, strip, i, first + i, lang) for i in range(SHOWN)],
        pick=True,
        first=first,
        marks=ends,
        across=16,
        side=62,
    )
    latent_player.show("tiles", data, "l.tiles", partial(take_pick, "l.tiles"))


def others_button(lang: str) -> None:
    """The button that shows other samples."""
    label, icon = text("latent.ends.others", lang), ":material/refresh:"
    st.button(label, icon=icon, key="l.others", on_click=lambda: change(page=(tour().page + 1) % 1000))


def sample_name(found: Offer, strip: Strip, i: int, seed: int, lang: str) -> str:
    """A sample in words."""
    if not found.judged:
        return text("latent.ends.sample", lang, seed=seed)
    return text("latent.ends.sample_judged", lang, seed=seed, label=found.classes[strip.labels[i]], sure=strip.sure[i])


def take_pick(key: str) -> None:
    """Takes two clicked seeds."""
    pick = told(key, "pick")
    ends = [pick.get(name) for name in ("a", "b")]
    if all(type(end) is int and 0 <= end <= MOST for end in ends):
        change(a=ends[0], b=ends[1])


# Measures


RADII = {"gaussian": "√{dim}", "uniform": "√({dim}/3)"}
"""The root mean square of a prior's norm, by noise."""


def lesson(found: Offer, film: Walk, lang: str) -> str:
    """The sentence about the norms along a straight line."""
    middle, dim = film.strips["lerp"].norms[FRAMES // 2], found.config.latent_dim
    radius, formula = found.shell.radius, RADII[found.noise].format(dim=dim)
    facts = {"dim": dim, "formula": formula, "radius": radius, "middle": middle, "share": middle / radius}
    edge = found.shell.low / radius
    return text(f"latent.lesson.{shape(edge)}", lang, **facts)


def shape(edge: float) -> str:
    """The shape of the prior: shell, disc or between. edge: inner radius over radius."""
    if edge >= HOLLOW:
        return "shell"
    return "disc" if edge <= FULL else "between"


def measured(found: Offer, film: Walk, lang: str) -> None:
    """The table of the lengths of the three walks, and of the mean path lengths of the generator."""
    table = st.empty()
    with table:
        st.caption(text("latent.ppl.wait", lang))
    lines = [text("latent.ppl.head", lang), "|---|---:|---:|---:|"]
    for path in PATHS:
        mean, error = ask(measures.path_length, found, path)
        lines.append(row(path, film.strips[path], found.shell.radius, mean, error, lang))
    table.markdown("\n".join(lines), help=text("latent.ppl.help", lang, n=measures.WALKS, epsilon=paths.EPSILON))


def row(path: str, strip: Strip, radius: float, mean: float, error: float, lang: str) -> str:
    """One path's row of the table."""
    say = partial(number, lang=lang)
    middle = say(strip.norms[FRAMES // 2] / radius, spec=".2f")
    cells = [text(f"latent.path.{path}", lang), middle, say(strip.length, spec=".2f"), give_or_take(mean, error, lang)]
    return f"| {' | '.join(cells)} |"


def give_or_take(mean: float, error: float, lang: str) -> str:
    """A mean and its standard error, rounded by the error."""
    coarse, fair = error >= 0.95, error >= 0.095
    spec = f".{2 - coarse - fair}f"
    return f"{number(mean, lang, spec)} ± {number(error, lang, spec)}"


def take_along(film: Walk, scene: Scene | None, lang: str) -> None:
    """Download buttons of the GIFs."""
    with st.container(horizontal=True, vertical_alignment="center", key="l.gifs"):
        for path in PATHS:
            look: dict[str, Any] = {"mime": "image/gif", "icon": ":material/gif_box:", "on_click": "ignore"}
            name = f"walk-{path}-{tour().a}-{tour().b}.gif"
            label = text("latent.gif.button", lang, path=text(f"latent.path.{path}", lang))
            st.download_button(label, partial(gif, film.strips[path], scene), name, key=f"l.gif.{path}", **look)


def plain(found: Offer, rows: list[tuple[str, str, str, Strip]], key: str, lang: str, **more: Any) -> None:
    """Shows other walks, without clickable points."""
    scene = ask(walks.scene, found) if found.on_plane else None
    whole: dict[str, Any] = {"scene": scene} | more
    look: dict[str, Any] = {
        "shell": found.shell,
        "noise": found.noise,
        "classes": found.classes,
        "judged": found.judged,
    }
    latent_player.show("walk", latent_player.walks(rows, key=key, lang=lang, **look, **whole), "l.walk")
