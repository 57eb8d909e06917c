"""The arena: training and watching a GAN on the plane."""

import streamlit as st

from ganlab import ui
from ganlab.ui import board
from ganlab.ui.arena import arena, fork, gallery, own_data, predictions, seeds, slow_motion
from ganlab.ui.arena.cards import card_link
from ganlab.ui.run import compare, controls, export, share, training
from ganlab.ui.run.experiment import ARENA, COMPARE
from ganlab.ui.teach import student
from ganlab.ui.text import text

lang = ui.language()
task = student.arrive("arena", lang)
notices = task.notices + compare.open_link(ARENA, COMPARE, lang)
query = ui.write_link(task.link() | compare.to_link(ARENA, COMPARE))
ui.entitle("arena", *compare.called(ARENA, COMPARE, lang))
config = ARENA.config

if not (opens := controls.opens(ARENA)):
    arena.settings(task.shows("presets"), lang)
with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="a.head"):
    st.title(text("arena.page.title", lang), anchor=False)
    shared = query | share.held(ARENA, "a.duel" if COMPARE.is_open else "a.player")
    task.draw(
        share=lambda: share.share(shared, lang, above=lambda: board.pin_panel(ARENA, lang)),
        export=lambda: export.export(ARENA, COMPARE, lang),
    )
with st.container():  # one place: however much stands in it, the player below remains what it was
    share.warn(notices, controls.refusal(ARENA, lang) or controls.refusal(COMPARE, lang), lang)
    task.box(lang)
    buttons, status = training.toolbar(ARENA)
    with buttons:
        if task.shows("train"):
            arena.train_buttons(lang)
            arena.alone_buttons(config, lang)
        arena.member_menu(ARENA, lang)
        if task.shows("compare") and not COMPARE.is_open:
            compare.keep_button(ARENA, COMPARE, lang)
        controls.chips(ARENA, lang, fork.elsewhere(config) + board.dealt())
    lines = {ARENA: status}
    if other := arena.compared(lang):
        lines[COMPARE] = other
    fork.changes(ARENA, lang)
    fork.dialog(ARENA, lang)
    gallery.dialog(ARENA, lang)
    own_data.dialog(ARENA, lang)
with arena.watch(lines, lang, task.shows("curves"), task.shows("slow")):
    with st.container(horizontal=True, key="a.looks"):
        if COMPARE.is_open and task.shows("slow"):
            slow_motion.button(config, lang)
        task.draw(seeds=lambda: seeds.button(ARENA, lang))
        card_link(config, ARENA.member, lang)
    slow_motion.panel(config, ARENA.member, lang)
    seeds.panel(ARENA, lang)
task.draw(tries=lambda: predictions.panel(ARENA, lang), about=lambda: arena.about(lang))
if opens:
    arena.settings(task.shows("presets"), lang)
