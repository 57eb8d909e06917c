"""The latent space: walks, maps, directions, truncation and comparisons."""

import streamlit as st

from ganlab import ui
from ganlab.digits.weights import WeightsError
from ganlab.service.short_jobs import Busy
from ganlab.ui.latent import latent
from ganlab.ui.latent.views import DRAW
from ganlab.ui.run.share import share
from ganlab.ui.text import text

lang = ui.language()
found, notices = latent.open_link(lang)
query = latent.keep_link()
ui.entitle("latent", *latent.called(found, lang))

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="l.head"):
    st.title(text("latent.page.title", lang), anchor=False)
    share(query, lang)
if notices:
    st.warning("\n".join([text("notice.link.title", lang), *(f"- {sentence}" for sentence in notices)]))
if found is None:
    st.info(text("latent.notice.nothing", lang))
    st.stop()
latent.choose_generator(found, lang)
view = latent.choose_view(lang)
try:
    DRAW[view](found, lang)
except WeightsError:
    st.warning(text("latent.notice.lost", lang))
except Busy:
    st.warning(text("latent.notice.busy", lang))
with st.expander(text("latent.page.about", lang)):
    ui.markdown(text("latent.page.body", lang))
