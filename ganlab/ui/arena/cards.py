"""From a verdict to the card of the mistakes lab that shows it."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from ganlab.data.points import PointsError
from ganlab.game.verdict import free
from ganlab.plane.config import PlaneConfig
from ganlab.plane.remedies import MANY
from ganlab.studies.cards import IN_CODE
from ganlab.ui.arena import playback
from ganlab.ui.text import text

SCRIPT = "pages/lab/mistakes.py"
ABOUT = {
    "collapse": "no_cure",
    "rotating": "no_cure",
    "holes": "no_cure",
    "vanishing": "vanishing",
    "d_too_weak": "too_little_d",
    "diverging": "rates",
    "diverged": "rates",
    "oscillating": "rates",
}
"""Verdict -> the card about it, where the settings name no other."""


def card_of(key: str, config: PlaneConfig) -> str | None:
    """The card that shows what a verdict says of a run; None where none does."""
    if key not in ABOUT or config.mistake in IN_CODE:
        return config.mistake if key in ABOUT else None
    if ABOUT[key] == "no_cure" and config.d_steps >= MANY and free(config):
        return "too_much_d"
    if ABOUT[key] == "rates" and config.loss == "wasserstein" and free(config):
        return "no_constraint"
    return ABOUT[key]


def card_link(config: PlaneConfig, member: int, lang: str) -> None:
    """A link to the card about the newest verdict, if there is one."""
    card = None
    with suppress(PointsError):  # the picture's container already says so
        card = newest_card(config, member)
    if card:
        title, help = text(f"mistakes.{card}.title", lang), text("arena.card.help", lang)
        label = text("arena.card.link", lang, title=title)
        query = {"lang": lang, "c.card": card}
        st.page_link(SCRIPT, label=label, icon=":material/menu_book:", help=help, query_params=query)


def newest_card(config: PlaneConfig, member: int) -> str | None:
    """The card about a run's newest frame. Raises PointsError."""
    film = playback.film_of(config.key(), member, config)
    steps = film.grow(member, config.steps)
    return card_of(film.verdict(steps[-1]).key, config.at(steps[-1])) if steps else None
