"""The page of flow matching beside a GAN: training both, the player, and what was measured."""

from __future__ import annotations

import streamlit as st

from ganlab import ui
from ganlab.flow.config import FlowConfig
from ganlab.plane.config import PlaneConfig
from ganlab.ui.beside import evidence, stage
from ganlab.ui.run import controls, training
from ganlab.ui.run.experiment import Experiment, places
from ganlab.ui.text import text

FLOW, NONE = places(FlowConfig.kind)
GAN = Experiment(PlaneConfig.kind, "p.", FLOW.words, peers=(FLOW.prefix,))
"""The flow has no second run of its kind beside it, but a GAN."""
KEY = "beside.player"
CHOSEN = "beside.data"


def settle() -> tuple[PlaneConfig, FlowConfig]:
    """Opens the GAN that belongs to the flow; both configs."""
    flow: FlowConfig = FLOW.config
    GAN.open(stage.partner(flow), "")
    return GAN.config, flow


def settings(lang: str) -> None:
    """The settings of flow matching in the sidebar; those of the GAN follow them."""
    with st.sidebar:
        controls.sidebar(FLOW, lang)


def train_buttons(lang: str) -> dict[Experiment, st.delta_generator.DeltaGenerator]:
    """A button for each run; where each one's status is said."""
    lines = {}
    for column, (experiment, name) in zip(st.columns(2), ((GAN, "gan"), (FLOW, "flow")), strict=True):
        with column, st.container(horizontal=True, vertical_alignment="center", key=experiment.name("toolbar")):
            st.markdown(f"**{text(f'beside.title.{name}', lang)}**", width="content")
            training.train_button(experiment, lang)
            lines[experiment] = st.container(width="stretch", key=experiment.name("status"))
    return lines


def watch(lines: dict[Experiment, st.delta_generator.DeltaGenerator], lang: str) -> None:
    """The player, and how both runs stand."""
    gan, flow = settle()

    def say() -> None:
        for experiment, line in lines.items():
            line.caption(training.status_line(experiment, experiment.config, {}, lang))

    def picture(live: bool) -> None:
        stage.show(gan, flow, FLOW.member, live, lang, KEY)

    training.watch([gan, flow], say, picture, lambda: None)


def measured(lang: str) -> None:
    """What sixteen seeds of each came to: what is better, what is worse."""
    st.header(text("beside.measured.title", lang), anchor=False)
    names = {data: text(f"choice.dataset.{data}", lang) for data in evidence.MEASURED}
    data = st.segmented_control(
        text("beside.measured.data", lang),
        list(names),
        default=next(reversed(names)),
        required=True,
        format_func=names.__getitem__,
        key=CHOSEN,
    )
    facts = evidence.facts(data)
    better, worse = st.columns(2, gap="large")
    with better:
        ui.markdown(text("beside.measured.better", lang, **facts))
        st.markdown(evidence.table(data, lang))
    with worse:
        ui.markdown(text("beside.measured.worse", lang, **facts))
        st.markdown(evidence.fewer(data, lang))
    ui.caption(text("beside.measured.source", lang, **facts))


def about(lang: str) -> None:
    """How flow matching works, in a formula."""
    ui.markdown(text("beside.about.idea", lang))
    st.latex(r"\min_v\;\mathbb E_{t,\,z,\,x}\,\bigl\lVert v\bigl((1-t)z+t\,x,\;t\bigr)-(x-z)\bigr\rVert^2")
    ui.markdown(text("beside.about.sampling", lang))
    st.latex(r"\dot x_t=v(x_t,t),\qquad x_0=z\sim\mathcal N(0,I)")
    ui.markdown(text("beside.about.limits", lang))
    ui.caption(text("beside.about.sources", lang))
