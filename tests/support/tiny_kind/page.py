"""The page that trains a curve fit, of parts that all pages share; the fit itself is its only picture."""

import numpy as np
import streamlit as st

from ganlab import ui
from ganlab.ui.run import compare, controls, export, plain, share, training
from ganlab.ui.run.experiment import places
from tiny_kind.config import TinyConfig
from tiny_kind.frame import POINTS, unpack

ui.follow_link()
lang = ui.language()
TINY, BESIDE = places(TinyConfig.kind)
notices = compare.open_link(TINY, BESIDE, lang)
query = ui.write_link(compare.to_link(TINY, BESIDE))
config = TINY.config

with st.sidebar:
    controls.preset_menu(TINY, lang)
    controls.sidebar(TINY, lang)
share.share(query, lang)
export.export(TINY, BESIDE, lang)
share.warn(notices, controls.refusal(TINY, lang), lang)
training.train_button(TINY, lang)
compare.menu(TINY, BESIDE, lang)
controls.chips(TINY, lang)
line = st.container()


def say() -> None:
    """How the run stands."""
    line.caption(training.status_line(TINY, config, {}, lang))


def picture(_live: bool) -> None:
    """The fitted curve, and the numbers."""
    plain.stage(config, TINY.member, lang)
    for blob in export.packed(config, TINY.member)[-1:]:
        st.line_chart({"x": np.linspace(-3, 3, POINTS), "y": unpack(blob).curve[0]}, x="x", y="y")


def curves() -> None:
    """The numbers over the steps."""
    plain.curves(config, TINY.member, lang, key=TINY.name("curves"))


training.watch([config], say, picture, curves)
