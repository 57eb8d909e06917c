"""Truncation on the latent page: samples at ψ, and precision, recall and coverage over ψ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from ganlab import ui
from ganlab.latent import walks
from ganlab.latent.measures import PSIS, truncation
from ganlab.latent.walks import Scene
from ganlab.ui.latent.link import change, tour
from ganlab.ui.latent.sources import Offer, ask
from ganlab.ui.players import latent
from ganlab.ui.text import text

if TYPE_CHECKING:  # else imported where it draws: few visits need it, and it takes much memory
    import altair as alt

WIDE = 480
"""Width of a slider in pixels."""


def slide(name: str, low: float, high: float, label: str, lang: str) -> None:
    """A slider of one of the tour's numbers."""
    held = ui.held(f"l.w.{name}", getattr(tour(), name), lambda value: change(**{name: value}))
    st.slider(label, low, high, step=0.05, width=WIDE, **held)


def view(found: Offer, lang: str) -> None:
    """Samples at ψ, and precision and recall over ψ."""
    slide("psi", 0.0, 1.5, text("latent.field.psi", lang), lang)
    left, right = st.columns(2, gap="large")
    with left:
        if found.on_plane:
            scatter(ask(walks.scene, found, tour().psi), lang)
        else:
            strip = ask(walks.samples, found, 1, 64, tour().psi)
            look: dict[str, Any] = {
                "key": f"{found.key}.{tour().psi}",
                "lang": lang,
                "label": text("latent.psi.samples", lang),
            }
            data = latent.tiles(strip, names=[""] * 64, across=8, side=56, **look)
            latent.show("tiles", data, "l.truncated")
    if not found.judged:
        right.info(text("latent.psi.unjudged", lang))
        return
    with right:
        container = st.empty()
        rows: list[tuple[float, ...]] = []
        for psi in PSIS:
            rows.append((psi, *ask(truncation, found, psi)))
            container.altair_chart(chart(rows, tour().psi, lang), width="stretch")
        st.caption(text("latent.psi.names", lang))
        st.markdown(verdict(rows, lang))


def chart(rows: list[tuple[float, ...]], psi: float, lang: str) -> alt.LayerChart:
    """The chart of precision, recall and coverage over ψ, with the slider's position."""
    import altair as alt

    names = [text(f"latent.psi.{name}", lang) for name in ("precision", "recall", "coverage")]
    table = pd.DataFrame([(row[0], value, name) for row in rows for value, name in zip(row[1:], names, strict=True)])
    table.columns = ["psi", "value", "name"]
    x = alt.X("psi:Q", title="ψ", scale=alt.Scale(domain=[0, max(PSIS)], nice=False))
    y = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5))
    colour = alt.Color("name:N", title=None, sort=names, legend=alt.Legend(orient="top"))
    shape = alt.Shape("name:N", title=None, sort=names, legend=None)
    lines = alt.Chart(table).mark_line(strokeWidth=2).encode(x, y, colour)
    dots = alt.Chart(table).mark_point(size=60, filled=True).encode(x, y, colour, shape)
    rule = alt.Chart(pd.DataFrame({"psi": [psi]})).mark_rule(strokeDash=[4, 3], color="#7f8a99").encode(x="psi:Q")
    layers: alt.LayerChart = (lines + dots + rule).properties(height=300)
    return layers


def verdict(rows: list[tuple[float, ...]], lang: str) -> str:
    """A sentence with the effect of truncation on this generator."""
    plain = next(row for row in rows if row[0] == 1.0)
    best = max((row for row in rows if 0 < row[0] <= 1), key=lambda row: row[1])
    facts = {"precision": plain[1], "coverage": plain[3], "psi": best[0], "best": best[1], "left": best[3]}
    return text("latent.psi.helps" if best[1] > plain[1] + 0.02 else "latent.psi.fails", lang, **facts)


def scatter(scene: Scene, lang: str) -> None:
    """Real and generated points."""
    import altair as alt

    looks: list[dict[str, Any]] = [{"filled": False, "color": "#3a9a5b"}, {"filled": True, "color": "#9c5bb0"}]
    layers = [cloud(points, scene.extent, look) for points, look in zip((scene.real, scene.fake), looks, strict=True)]
    st.altair_chart(alt.layer(*layers).properties(width=400, height=400), width="content")
    st.caption(text("latent.player.legend", lang))


def cloud(points: list[list[float]], extent: float, look: dict[str, Any]) -> alt.Chart:
    """A scatter chart on a square without axes."""
    import altair as alt

    plain: dict[str, Any] = {"title": None, "axis": alt.Axis(labels=False, ticks=False, domain=False, grid=False)}
    plain["scale"] = alt.Scale(domain=[-extent, extent])
    table = pd.DataFrame(points, columns=["x", "y"])
    points_chart = alt.Chart(table).mark_point(size=22, opacity=0.7, clip=True, **look)
    chart: alt.Chart = points_chart.encode(alt.X("x:Q", **plain), alt.Y("y:Q", **plain))
    return chart
