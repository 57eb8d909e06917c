"""Two generators side by side on the latent page: the same walk in both, and their diversity."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from ganlab import ui
from ganlab.latent import measures, walks
from ganlab.latent.walks import Scene
from ganlab.ui.latent import walk
from ganlab.ui.latent.link import change, tour
from ganlab.ui.latent.sources import Offer, ask, offer, offers, title
from ganlab.ui.text import number, text


def view(found: Offer, lang: str) -> None:
    """The same walk in two generators, and their diversity."""
    fitting = [name for name in offers() if (other := offer(name)) and found.fits(other)]
    if not fitting:
        st.info(text("latent.pair.none", lang, dim=found.config.latent_dim))
        return
    wanted = offer(tour().h, tour().h_step) if tour().h else None
    other = wanted if wanted and found.fits(wanted) else offer(partner(found, fitting))
    assert other is not None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = list(dict.fromkeys([*fitting, other.source.name]))
        st.selectbox(
            text("latent.field.h", lang),
            names,
            format_func=partial(title, lang=lang),
            **ui.held("l.w.h", other.source.name, lambda h: change(h=h, h_step=0)),
            width=360,
        )
        for name in ("a", "b"):
            walk.seed_input(name, lang)
        st.button(text("latent.ends.new", lang), icon=":material/casino:", key="l.new", on_click=walk.draw)
    both = {found: title(found.source.name, lang), other: title(other.source.name, lang)}
    rows = [
        (f"g{i}", name, "", ask(walks.walk, one, tour().a, tour().b).strips["slerp"])
        for i, (one, name) in enumerate(both.items())
    ]
    walk.plain(found, rows, f"{found.key}.{other.key}.{tour().a}.{tour().b}", lang, separate=True, scene=bare(found))
    if found.judged and other.judged:
        variety(both, lang)


def partner(found: Offer, fitting: list[str]) -> str:
    """The default second generator: the collapsed one, else one with the same data."""
    if "collapsed" in fitting:
        return "collapsed"
    kin = [name for name in fitting if (other := offer(name)) and other.config.dataset == found.config.dataset]
    return next(iter([*kin, *fitting]))


def bare(found: Offer) -> Scene | None:
    """The plane with only its real points."""
    if not found.on_plane:
        return None
    scene: Scene = ask(walks.scene, found)
    return replace(scene, fake=[])


def variety(both: dict[Offer, str], lang: str) -> None:
    """The table of the diversity of the two."""
    lines = [text(f"latent.pair.head_{next(iter(both)).config.kind}", lang), "|---|---:|---:|---:|---:|---:|"]
    for found, name in both.items():
        seen, (mean, error) = ask(measures.variety, found), ask(measures.path_length, found, "slerp")
        cells = [f"{number(seen.classes, lang)} / {len(found.classes)}", number(seen.largest, lang, ".0%")]
        cells += [number(seen.precision, lang, ".0%"), number(seen.coverage, lang, ".0%")]
        cells += [walk.give_or_take(mean, error, lang)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    st.markdown("\n".join(lines))
    st.caption(text("latent.pair.note", lang, n=walks.CENSUS))
