"""The presets as pictures: the end of each run, its name and description, and a button that opens it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from ganlab import ui
from ganlab.data.plane import DATASETS
from ganlab.plane.config import PlaneConfig
from ganlab.plane.diagnosis import covered, has_modes
from ganlab.plane.frame import Frame, unpack
from ganlab.ui.arena import playback
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.server import service
from ganlab.ui.text import text

SIDE = 200
"""Side of a picture in SVG units."""
POINTS, FEW = 220, 60
"""Generated (and real) points in a picture, and for each member if it shows several."""
REAL, GENERATED, EDGE = "#4aa564", "#a35fc0", "#7f8a99"
"""Colours that are visible in the light and the dark theme, similar to the player's."""


def open_button(experiment: Experiment, lang: str) -> None:
    """The button that opens the gallery."""
    look: dict[str, Any] = {
        "icon": ":material/grid_view:",
        "width": "stretch",
        "help": text("gallery.button.help", lang),
    }
    st.button(
        text("gallery.button.label", lang), experiment.name("gallery"), on_click=unfold, args=(experiment,), **look
    )


def unfold(experiment: Experiment) -> None:
    """Opens the gallery at the next rerun."""
    ui.touched()
    st.session_state[experiment.name("gallery.open")] = True


def fold(experiment: Experiment) -> None:
    """Closes the gallery."""
    ui.touched()
    st.session_state.pop(experiment.name("gallery.open"), None)


def dialog(experiment: Experiment, lang: str) -> None:
    """The gallery's dialog. It stays open across reruns, until it is closed or a preset is chosen."""
    if not st.session_state.get(experiment.name("gallery.open")):
        return

    @st.dialog(text("gallery.dialog.title", lang), width="large", on_dismiss=lambda: fold(experiment))
    def contents() -> None:
        st.caption(text("gallery.dialog.about", lang))
        names = list(experiment.presets)
        for start in range(0, len(names), 2):
            for column, name in zip(st.columns(2, gap="small"), names[start : start + 2], strict=False):
                with column:
                    card(experiment, name, lang)

    contents()


def card(experiment: Experiment, name: str, lang: str) -> None:
    """One preset: picture, description and the button that opens it."""
    config, title = experiment.presets[name], text(f"preset.name.{name}", lang)
    assert isinstance(config, PlaneConfig)
    ends = last_frames(config)
    end = fate(ends, lang) if ends else text("gallery.card.untrained", lang)
    with st.container(border=True, height="stretch", key=experiment.name(f"card.{name}"), horizontal=True, gap="small"):
        if ends:
            st.image(picture(config, ends), width=104, alt=text("gallery.card.alt", lang, name=title, end=end))
        with st.container(width="stretch", gap="xsmall"):
            st.markdown(f"**{title}**")
            st.caption(text(f"preset.about.{name}", lang))
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.caption(end, width="content")
                pressed = st.button(text("gallery.card.open", lang), experiment.name(f"gallery.{name}"))
    if pressed:
        fold(experiment)
        experiment.choose_preset(name)
        ui.rerun()


def last_frames(config: PlaneConfig) -> list[Frame]:
    """The last stored frame of each member of a run."""
    cache, extent = service().frame_cache(config.key()), DATASETS[config.dataset].extent
    last = cache.steps()[-1:]
    blobs = [cache.blobs(member, last) for member in range(config.members)]
    return [unpack(blob, extent) for found in blobs for blob in found.values()]


def fate(ends: Sequence[Frame], lang: str) -> str:
    """The end of a run in a few words; for several members, the range."""
    if any(end.diverged_at[0] >= 0 for end in ends):
        return text("gallery.fate.diverged", lang, step=int(ends[0].diverged_at[0]))
    counts, of = sorted(covered(end, 0) for end in ends), ends[0].shares.shape[1]
    if len(ends) > 1:
        return text("gallery.fate.members", lang, members=len(ends), least=counts[0], most=counts[-1], of=of)
    return text(f"gallery.fate.{'modes' if has_modes(ends[0]) else 'cells'}", lang, m=counts[0], of=of)


def picture(config: PlaneConfig, ends: Sequence[Frame]) -> str:
    """An SVG of the real and generated points; several members as a grid of pictures."""
    across = int(np.ceil(np.sqrt(len(ends))))
    side, count = SIDE / across, POINTS if across == 1 else FEW
    real = playback.real(config.key(), config)
    marks = ""
    for index, end in enumerate(ends):
        corner = np.array([index % across, index // across]) * side
        for points, colour, width in ((real, REAL, 3.2), (end.fake[0], GENERATED, 3.6)):
            path = dots(points[:count], DATASETS[config.dataset].extent, side, corner)
            marks += f'<path d="{path}" stroke="{colour}" stroke-width="{width}" stroke-opacity=".8"/>'
    frame = f'<rect x="1" y="1" width="{SIDE - 2}" height="{SIDE - 2}" rx="16" stroke="{EDGE}" stroke-opacity=".5"/>'
    head = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" fill="none" stroke-linecap="round"'
    return f"<svg {head}>{frame}{marks}</svg>"


def dots(points: np.ndarray, extent: float, side: float, corner: np.ndarray) -> str:
    """An SVG path with a dot at each of the points (n, 2) that is in view, in a square at a corner; y points up."""
    seen = points[np.isfinite(points).all(-1) & (np.abs(points) < extent).all(-1)]
    positions = corner + (1 + seen * (1, -1) / extent) * side / 2
    return "".join(f"M{x:.0f} {y:.0f}h0" for x, y in positions)
