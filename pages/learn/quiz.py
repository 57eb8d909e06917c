"""Quiz: what happens in these runs, and what the terms mean."""

import streamlit as st

from ganlab import ui
from ganlab.ui.run import share
from ganlab.ui.text import text
from ganlab.ui.words import quiz

lang = ui.language()
notices = quiz.open_link(lang)
query = ui.write_link(quiz.to_link())
ui.entitle("quiz")

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="q.head"):
    st.title(text("quiz.page.title", lang), anchor=False)
    share.share(query, lang)
share.warn(notices, None, lang)
quiz.progress(lang)
if st.session_state[quiz.AT] < len(quiz.NAMES):
    quiz.question(lang)
else:
    quiz.result(lang)
