"""The latent space: walks, maps, directions, truncation and comparisons."""

import streamlit as st

from ganlab import ui
from ganlab.digits.weights import WeightsError
from ganlab.service.short_jobs import Busy
from ganlab.ui.latent import latent
from ganlab.ui.latent.link import tour
from ganlab.ui.latent.views import DRAW
from ganlab.ui.run import share
from ganlab.ui.teach import student
from ganlab.ui.text import text

lang = ui.language()
task = student.arrive("latent", lang)
found, notices = latent.open_link(lang)
query = latent.keep_link(task.link())
ui.entitle("latent", *latent.called(found, lang))

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="l.head"):
    st.title(text("latent.page.title", lang), anchor=False)
    if task.shows("share"):
        share.share(query, lang)
share.warn([*task.notices, *notices], None, lang)
task.box(lang)
if found is None:
    st.info(text("latent.notice.nothing", lang))
    st.stop()
if task.shows("generators"):
    latent.choose_generator(found, lang)
view = latent.choose_view(lang) if task.shows("views") else tour().view
try:
    DRAW[view](found, lang)
except WeightsError:
    st.warning(text("latent.notice.lost", lang))
except Busy:
    st.warning(text("latent.notice.busy", lang))
if task.shows("about"):
    with st.expander(text("latent.page.about", lang)):
        ui.markdown(text("latent.page.body", lang))
