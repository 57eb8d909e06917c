"""Start: the path of lessons."""

import streamlit as st

from ganlab import ui
from ganlab.ui.lessons import link, page
from ganlab.ui.run import share
from ganlab.ui.text import text

lang = ui.language()
notices = link.open_link(lang)
here = link.place()
query = ui.write_link(link.to_link(here))
ui.entitle("start", text(f"lessons.{here.lesson}.title", lang))

if not (opens := page.opens()):
    page.contents(lang)
with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="s.head"):
    st.title(text(f"lessons.{here.lesson}.title", lang), anchor=False)
    share.share(query, lang)
share.warn(notices, None, lang)
page.head(here, lang)
page.welcome(link.kept(), lang)
page.body(lang)
page.way_on(lang)
if opens:
    page.contents(lang)
