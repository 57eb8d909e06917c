"""This server: what it found of its machine, what it chose, and what a visitor may ask for."""

import streamlit as st

from ganlab import ui
from ganlab.ui.text import text
from ganlab.ui.words import host

lang = ui.language()
ui.write_link({})
ui.entitle("host")

st.title(text("host.page.title", lang), anchor=False)
st.markdown(text("host.page.lead", lang))
for part, rows in host.PARTS.items():
    st.header(text(f"host.part.{part}", lang))
    host.show(rows(lang), lang)
st.caption(text("host.page.settings", lang))
