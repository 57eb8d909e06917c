"""Theory: the Dirac-GAN, whose path a visitor drags, and its eigenvalues under every method."""

import streamlit as st

from ganlab import ui
from ganlab.ui.run import share
from ganlab.ui.text import text
from ganlab.ui.theory import link, theory

lang = ui.language()
notices = link.open_link(lang)
query = ui.write_link(link.to_link(link.game()))
ui.entitle("theory")

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="t.head"):
    st.title(text("theory.page.title", lang), anchor=False)
    share.share(query, lang)
share.warn(notices, None, lang)
ui.markdown(text("theory.page.lead", lang))
theory.examples(lang)
theory.play(lang)
about, more = st.columns(2, gap="large")
with about:
    theory.method(lang)
with more:
    theory.more_d(lang)
with st.expander(text("theory.about.title", lang)):
    ui.markdown(text("theory.about.body", lang))
