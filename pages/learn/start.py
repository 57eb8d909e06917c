"""Start: what a GAN is, in one living picture, and where to go."""

import streamlit as st

from ganlab import ui
from ganlab.presets import PRESETS, opening
from ganlab.ui.arena import stage
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.text import text

FORMULA = (
    r"\begin{aligned}\min_G\max_D\;\;&\mathbb{E}_{x}\log D(x)\\+\;&\mathbb{E}_{z}\log\bigl(1-D(G(z))\bigr)\end{aligned}"
)
PLACES = ("ring", "ring_k50", "grid", "grid_packing", "swiss_roll")
"""Presets that the page leads to."""

lang = ui.language()
ui.write_link({})

st.title(text("start.page.title", lang), anchor=False)
st.markdown(text("start.page.lead", lang))
for place, part in zip(st.columns(2, gap="small"), ("forger", "detective"), strict=True):
    place.markdown(text(f"start.page.{part}", lang))
picture, words = st.columns([5, 4], gap="large")
with picture:
    stage.picture(PRESETS[opening(ARENA.kind)], lang)
with words:
    st.markdown(text("start.page.limit", lang))
    st.subheader(text("start.game.title", lang), anchor=False)
    st.latex(FORMULA)
    st.markdown(text("start.game.formula", lang))
    st.subheader(text("start.go.title", lang), anchor=False)
    for name in ("arena", *PLACES):
        title, link = text(f"start.go.{name}", lang), {"lang": lang} | ({} if name == "arena" else {"a.preset": name})
        with st.container(gap=None):
            st.page_link(ARENA.script, label=title, icon=":material/arrow_forward:", query_params=link)
            st.caption(text(f"start.go.{name}_about", lang))
