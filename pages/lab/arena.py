"""The arena: one GAN on the plane, trained here and watched as often as one likes."""

import streamlit as st

from ganlab import ui
from ganlab.ui import arena, controls, share
from ganlab.ui.experiment import ARENA
from ganlab.ui.text import text

lang = ui.language()
notices = share.open_link(ARENA, lang)
query = ui.write_link(share.to_link(ARENA))
config = ARENA.config

with st.sidebar:
    controls.preset_menu(ARENA, lang)
    controls.sidebar(ARENA, lang)

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="a.head"):
    st.title(text("arena.page.title", lang), anchor=False)
    share.share(config, query, lang)
share.warn(notices, controls.refusal(ARENA, lang), lang)
with st.container(horizontal=True, vertical_alignment="center", key="a.toolbar"):
    arena.train_buttons(lang)
    arena.alone_buttons(config, lang)
    arena.member_menu(config, lang)
    controls.chips(ARENA, lang)
    line = st.container(width="stretch", key="a.status")
arena.watch(config, ARENA.member, line, lang)
with st.expander(text("arena.about.title", lang)):
    st.markdown(text("arena.about.body", lang))
