"""Start: what a GAN is, an animated run, and links to the other pages."""

import streamlit as st

from ganlab import ui
from ganlab.plane.config import PlaneConfig
from ganlab.presets import PRESETS, opening
from ganlab.ui.arena import playback
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.text import text

FORMULA = (
    r"\begin{aligned}\min_G\max_D\;V(D,G)=\;&\mathbb{E}_{x\sim p_\text{data}}\log D(x)\\"
    r"+\;&\mathbb{E}_{z\sim p_z}\log\bigl(1-D(G(z))\bigr)\end{aligned}"
)
SHOWCASES = ("ring", "ring_k50", "grid", "grid_packing", "swiss_roll")
"""Presets that the page links to."""

lang = ui.language()
ui.write_link({})
ui.entitle("start")

st.title(text("start.page.title", lang), anchor=False)
ui.markdown(text("start.page.lead", lang))
for column, part in zip(st.columns(2, gap="small"), ("forger", "detective"), strict=True):
    with column:
        ui.markdown(text(f"start.page.{part}", lang))
picture, words = st.columns([5, 4], gap="large")
with picture:
    config = PRESETS[opening(ARENA.kind)]
    assert isinstance(config, PlaneConfig)
    playback.picture(config, lang)
with words:
    ui.markdown(text("start.page.limit", lang))
    st.subheader(text("start.game.title", lang), anchor=False)
    st.latex(FORMULA)
    ui.markdown(text("start.game.formula", lang))
    st.subheader(text("start.go.title", lang), anchor=False)
    for name in ("arena", *SHOWCASES):
        title, link = text(f"start.go.{name}", lang), {"lang": lang} | ({} if name == "arena" else {"a.preset": name})
        with st.container(gap=None):
            st.page_link(ARENA.script, label=title, icon=":material/arrow_forward:", query_params=link)
            ui.caption(text(f"start.go.{name}_about", lang))
