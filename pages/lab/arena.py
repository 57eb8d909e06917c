"""The arena: training and watching a GAN on the plane."""

import streamlit as st

from ganlab import ui
from ganlab.ui import board
from ganlab.ui.arena import arena, fork, gallery, own_data, predictions, seeds, slow_motion
from ganlab.ui.arena.cards import card_link
from ganlab.ui.run import compare, controls, export, share
from ganlab.ui.run.experiment import ARENA, COMPARE
from ganlab.ui.text import text

lang = ui.language()
notices = compare.open_link(ARENA, COMPARE, lang)
query = ui.write_link(compare.to_link(ARENA, COMPARE))
ui.entitle("arena", *compare.called(ARENA, COMPARE, lang))
config = ARENA.config

with st.sidebar:
    controls.preset_menu(ARENA, lang)
    gallery.open_button(ARENA, lang)
    controls.sidebar(ARENA, lang, below={"dataset": lambda: own_data.open_button(ARENA, lang)})

with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="a.head"):
    st.title(text("arena.page.title", lang), anchor=False)
    share.share(query, lang, below=lambda: board.pin_panel(ARENA, lang))
    export.export(ARENA, COMPARE, lang)
share.warn(notices, controls.refusal(ARENA, lang) or controls.refusal(COMPARE, lang), lang)
with st.container(horizontal=True, vertical_alignment="center", key="a.toolbar"):
    arena.train_buttons(lang)
    arena.alone_buttons(config, lang)
    arena.member_menu(ARENA, lang)
    if not COMPARE.is_open:
        compare.keep_button(ARENA, COMPARE, lang)
    controls.chips(ARENA, lang, fork.elsewhere(config))
    lines = {ARENA: st.container(width="stretch", key="a.status")}
if other := arena.compared(lang):
    lines[COMPARE] = other
fork.changes(ARENA, lang)
fork.dialog(ARENA, lang)
gallery.dialog(ARENA, lang)
own_data.dialog(ARENA, lang)
with arena.watch(lines, lang):
    with st.container(horizontal=True, key="a.looks"):
        if COMPARE.is_open:
            slow_motion.button(config, lang)
        seeds.button(ARENA, lang)
        card_link(config, ARENA.member, lang)
    slow_motion.panel(config, ARENA.member, lang)
    seeds.panel(ARENA, lang)
predictions.panel(ARENA, lang)
with st.expander(text("arena.about.title", lang)):
    ui.markdown(text("arena.about.body", lang))
