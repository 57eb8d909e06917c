"""Beside GANs: flow matching on the same data, with the same networks and processor time, in the same player."""

import streamlit as st

from ganlab import ui
from ganlab.ui.beside import beside
from ganlab.ui.run import controls, export, share
from ganlab.ui.teach import student
from ganlab.ui.text import text

lang = ui.language()
task = student.arrive("beside", lang)
notices = task.notices + share.open_link(beside.FLOW, lang)
query = ui.write_link(task.link() | share.to_link(beside.FLOW))
ui.entitle("beside")
beside.settle()

if not (opens := controls.opens(beside.FLOW)):
    beside.settings(lang)
with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="f.head"):
    st.title(text("beside.page.title", lang), anchor=False)
    task.draw(share=lambda: share.share(query, lang), export=lambda: export.export(beside.FLOW, beside.NONE, lang))
share.warn(notices, controls.refusal(beside.FLOW, lang), lang)
task.box(lang)
ui.markdown(text("beside.page.lead", lang))
lines = beside.train_buttons(lang)
with st.container(horizontal=True, key="f.chips"):
    controls.chips(beside.FLOW, lang)
beside.watch(lines, lang)
if task.shows("measured"):
    beside.measured(lang)
if task.shows("about"):
    with st.expander(text("beside.about.title", lang)):
        beside.about(lang)
if opens:
    beside.settings(lang)
