"""The class board: a class's pinned runs, its predictions, and one seed for each student."""

import streamlit as st

from ganlab import ui
from ganlab.ui import board
from ganlab.ui.text import text

lang = ui.language()
ui.entitle("board")
if board.is_on():
    board.show(lang)
else:
    ui.write_link({})
    st.title(text("board.page.title", lang), anchor=False)
    st.info(text("board.page.off", lang))
