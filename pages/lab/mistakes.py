"""Common mistakes: a prediction, the broken run beside the fixed one, and the results of sixteen seeds."""

import streamlit as st

from ganlab import ui
from ganlab.ui.mistakes import mistakes, runs
from ganlab.ui.mistakes.first_look import first_look
from ganlab.ui.run import share
from ganlab.ui.teach import student
from ganlab.ui.text import text

lang = ui.language()
task = student.arrive("mistakes", lang)
notices = task.notices + mistakes.open_link(lang)
name = mistakes.chosen()
query = ui.write_link(task.link() | {mistakes.CHOSEN: name})
ui.entitle("mistakes", mistakes.title(name, lang))

with st.sidebar:
    if task.shows("contents"):
        mistakes.contents(lang)

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="c.head"):
    st.title(mistakes.title(name, lang), anchor=False)
    if task.shows("share"):
        share.share(query, lang)
share.warn(notices, None, lang)
task.box(lang)
if task.shows("contents"):
    with st.container(horizontal=True, vertical_alignment="center", key="c.turns"):
        mistakes.turns(lang)
look, lesson = st.columns((1, 2), gap="medium")
with look:
    first_look(name, lang)
with lesson:
    mistakes.lesson(name, lang)
if mistakes.predict(name, lang):
    runs.pair(name, lang)
    mistakes.conclusion(name, lang)
    if task.shows("seeds"):
        st.header(text("mistakes.page.seeds", lang), anchor=False)
        ui.caption(text("mistakes.page.seeds_about", lang))
        runs.outcome(name, lang)
    mistakes.show_part(name, "folklore", lang)
    with st.expander(text("mistakes.page.recompute_title", lang)):
        runs.recompute(name, lang)
