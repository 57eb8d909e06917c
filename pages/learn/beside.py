"""Beside GANs: flow matching on the same data, with the same networks and processor time, in the same player."""

import streamlit as st

from ganlab import ui
from ganlab.ui.beside import beside
from ganlab.ui.run import controls, export, share
from ganlab.ui.text import text

lang = ui.language()
notices = share.open_link(beside.FLOW, lang)
query = ui.write_link(share.to_link(beside.FLOW))
ui.entitle("beside")
beside.settle()

with st.sidebar:
    controls.sidebar(beside.FLOW, lang)

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="f.head"):
    st.title(text("beside.page.title", lang), anchor=False)
    share.share(query, lang)
    export.export(beside.FLOW, beside.NONE, lang)
share.warn(notices, controls.refusal(beside.FLOW, lang), lang)
ui.markdown(text("beside.page.lead", lang))
lines = beside.train_buttons(lang)
with st.container(horizontal=True, key="f.chips"):
    controls.chips(beside.FLOW, lang)
beside.watch(lines, lang)
beside.measured(lang)
with st.expander(text("beside.about.title", lang)):
    beside.about(lang)
