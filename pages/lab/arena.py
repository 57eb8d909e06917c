"""The arena: one GAN on the plane, trained here and watched as often as one likes."""

import streamlit as st

from ganlab import ui
from ganlab.ui import arena, controls
from ganlab.ui.share import share
from ganlab.ui.text import text

lang = ui.language()
notices = arena.open_experiment(lang)
query = arena.keep_link()
config, member = controls.config(), st.session_state[controls.MEMBER]

with st.sidebar:
    arena.preset_menu(lang)
    controls.sidebar(lang)

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="a.head"):
    st.title(text("arena.page.title", lang), anchor=False)
    share(config, query, lang)
if notices:
    st.warning("\n".join([text("notice.link.title", lang), *(f"- {sentence}" for sentence in notices)]))
if refused := controls.refusal(lang):
    st.warning(refused)
with st.container(horizontal=True, vertical_alignment="center", key="a.toolbar"):
    arena.train_button(config, lang)
    arena.alone_buttons(config, lang)
    arena.member_menu(config, lang)
    arena.chips(lang)
    line = st.container(width="stretch", key="a.status")
arena.watch(config, member, line, lang)
with st.expander(text("arena.about.title", lang)):
    st.markdown(text("arena.about.body", lang))
