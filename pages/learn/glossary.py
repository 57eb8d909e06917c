"""Glossary: every term of the product, with its meaning, its source and a run that shows it."""

import streamlit as st

from ganlab import ui
from ganlab.ui.run import share
from ganlab.ui.text import text
from ganlab.ui.words import glossary

lang = ui.language()
notices = glossary.open_link(lang)
query = ui.write_link(glossary.to_link())
ui.entitle("glossary", *glossary.titles(lang))

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="g.head"):
    st.title(text("words.glossary.title", lang), anchor=False)
    share.share(query, lang)
share.warn(notices, None, lang)
st.caption(text("words.glossary.lead", lang))
glossary.search(lang)
glossary.entries(lang)
