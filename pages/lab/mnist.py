"""MNIST: training a GAN on images of digits, with scores by a classifier, beside a second run."""

import streamlit as st

from ganlab import ui
from ganlab.ui import board
from ganlab.ui.digits import mnist
from ganlab.ui.run import compare, controls, differences, export, share, training
from ganlab.ui.run.experiment import BESIDE, MNIST
from ganlab.ui.teach import student
from ganlab.ui.text import text

lang = ui.language()
task = student.arrive("mnist", lang)
notices = task.notices + compare.open_link(MNIST, BESIDE, lang)
query = ui.write_link(task.link() | compare.to_link(MNIST, BESIDE))
ui.entitle("mnist", *compare.called(MNIST, BESIDE, lang))
config = MNIST.config

if not (opens := controls.opens(MNIST)):
    mnist.settings(task.shows("presets"), lang)
with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="m.head"):
    st.title(text("mnist.page.title", lang), anchor=False)
    shared = query | share.held(MNIST, "m.player")
    task.draw(
        share=lambda: share.share(shared, lang, above=lambda: board.pin_panel(MNIST, lang)),
        export=lambda: export.export(MNIST, BESIDE, lang),
    )
with st.container():  # one place: however much stands in it, the player below remains what it was
    share.warn(notices, controls.refusal(MNIST, lang) or controls.refusal(BESIDE, lang), lang)
    task.box(lang)
    buttons, status = training.toolbar(MNIST)
    with buttons:
        if task.shows("train"):
            mnist.train_buttons(lang)
        if not (other := compare.beside(BESIDE)) and task.shows("compare"):
            compare.menu(MNIST, BESIDE, lang)
        controls.chips(MNIST, lang)
    lines = {MNIST: status}
    if other:
        buttons, lines[BESIDE] = training.toolbar(BESIDE)
        with buttons:
            compare.menu(MNIST, BESIDE, lang)
            training.train_button(BESIDE, lang)
        st.caption(differences.line(config, other, lang))
mnist.watch(config, lines, lang, task.shows("curves"))
if task.shows("about"):
    mnist.drawers(config, lang)
if opens:
    mnist.settings(task.shows("presets"), lang)
