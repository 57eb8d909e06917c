"""The lab sheet of a run: to fill in, to print, to save as a picture."""

import streamlit as st

from ganlab import ui
from ganlab.ui.run import share
from ganlab.ui.teach import sheet
from ganlab.ui.text import text

lang = ui.language()
link = st.query_params.to_dict()
subject, notices = sheet.open_link(lang)
query = ui.write_link(sheet.to_link(subject, link))
ui.entitle("sheet", sheet.called(subject, lang))

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="sheet.head"):
    st.title(text("sheet.page.title", lang), anchor=False)
share.warn(notices, None, lang)
with st.container(horizontal=True, vertical_alignment="center", key="sheet.lead"):
    st.caption(text("sheet.page.lead", lang), width="content")
    sheet.back(subject, query, lang)
sheet.draw(subject, query, lang)
