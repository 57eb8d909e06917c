"""The picture at the head of a card: what G has to learn, and where it begins. It gives nothing of the outcome away."""

from __future__ import annotations

import streamlit as st

from ganlab.kind.config import RunConfig
from ganlab.studies.cards import LESSONS
from ganlab.ui.run.view import view


def first_look(name: str, lang: str) -> None:
    """A card's picture, with what it shows."""
    config = LESSONS[name].broken
    if found := picture(config.key(), config, lang):
        png, said = found
        with st.container(key="c.look"):
            st.image(png, width="stretch", caption=said, alt=said)


@st.cache_data(max_entries=64, show_spinner=False)
def picture(key: str, _config: RunConfig, lang: str) -> tuple[bytes, str] | None:
    """A PNG and its words; None for a kind without one."""
    first = view(_config.kind).first
    return first(_config, lang) if first else None
