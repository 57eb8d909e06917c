"""About: who measured what and how, the sources, the licences, and the limits of what is claimed."""

import streamlit as st

from ganlab import ui
from ganlab.ui.run import share
from ganlab.ui.text import text
from ganlab.ui.words import about

lang = ui.language()
notices = about.open_link(lang)
query = ui.write_link({about.STUDY: about.chosen()})
ui.entitle("about")

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="o.head"):
    st.title(text("about.page.title", lang), anchor=False)
    share.share(query, lang)
share.warn(notices, None, lang)
ui.markdown(text("about.page.lead", lang))
st.header(text("about.page.measured", lang))
ui.markdown(text("about.page.how", lang))
about.measured(lang)
st.header(text("about.page.limits", lang))
ui.markdown(text("about.limits.body", lang))
st.header(text("about.page.ancestor", lang))
ui.markdown(text("about.ancestor.body", lang))
st.header(text("about.page.sources", lang))
about.sources(lang)
st.header(text("about.page.licences", lang))
ui.markdown(text("about.licences.body", lang))
about.licences(lang)
st.page_link("pages/learn/host.py", label=text("about.page.server", lang), query_params={"lang": lang})
