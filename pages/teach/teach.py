"""Teach: the builder of a teacher's link, and the lesson plans."""

import streamlit as st

from ganlab import ui
from ganlab.ui.run import share
from ganlab.ui.teach import builder, draft, planned
from ganlab.ui.text import text

lang = ui.language()
planned.open_link()
notices = draft.open_link(lang)
plan = planned.chosen()
ui.write_link({planned.PLAN: plan} if plan else draft.to_link())
ui.entitle("builder")

with st.container(key="t.head"):
    st.title(text("teach.page.title", lang), anchor=False)
share.warn(notices, None, lang)
planned.menu(lang)
if plan:
    planned.show(lang)
else:
    ui.markdown(text("teach.page.lead", lang))
    making, outcome = st.columns([3, 2], gap="large")
    with making:
        builder.begin(lang)
        builder.rights(lang)
        builder.words(lang)
    with outcome:
        builder.result(lang)
