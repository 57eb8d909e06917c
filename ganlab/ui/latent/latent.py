"""The latent page: choosing the generator and the view, reading and writing the link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.digits.config import DigitsConfig
from ganlab.presets import nearest
from ganlab.ui.digits import weights
from ganlab.ui.latent import link
from ganlab.ui.latent.link import VIEWS, change, tour
from ganlab.ui.latent.sources import Offer, first, offer, offers, saying, title
from ganlab.ui.run.experiment import MNIST
from ganlab.ui.text import number, text

LEAVE = "l.leave"
"""Session key: set when the visitor continues training on the MNIST page."""
PAGE = "pages/lab/mnist.py"


def open_link(lang: str) -> tuple[Offer | None, list[str]]:
    """The generator of the link or the first one, None without any, and sentences about invalid parts of the link."""
    if st.session_state.pop(LEAVE, False):
        st.switch_page(PAGE)
    notices = link.open_link(lang)
    shown = tour()
    found = offer(shown.g, shown.step, shown.member) if shown.g else None
    if found is None:
        if shown.g:
            notices.append(text("latent.notice.gone", lang, name=ui.code(shown.g)))
        st.session_state[link.TOUR] = replace(shown, g=first(), step=0, member=0)
        found = offer(tour().g)
    elif shown.step and shown.step != found.source.step:
        notices.append(text("latent.notice.step", lang, step=shown.step, found=found.source.step))
    if found is not None:  # a run in training will have newer checkpoints; the link keeps this one
        st.session_state[link.TOUR] = replace(tour(), step=max(0, found.source.step))
    return found, notices


def choose_generator(found: Offer, lang: str) -> None:
    """The menus of generators, checkpoints and members, and a description of the choice."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="l.choice", width=760):
        names = offers()
        names = names if tour().g in names else [*names, tour().g]
        st.selectbox(
            text("latent.source.label", lang),
            names,
            format_func=partial(title, lang=lang),
            help=text("latent.source.help", lang),
            **ui.held("l.w.g", tour().g, lambda g: change(g=g, step=0, member=0, minus=3, plus=8, e=0)),
            width="stretch",
        )
        if len(found.steps) > 1:
            menu("step", list(found.steps), found.source.step, lang, partial(number, lang=lang))
        if found.on_plane and found.config.members > 1:
            menu("member", list(range(found.config.members)), found.source.member, lang, str)
        with st.popover(
            text("latent.source.bring", lang), icon=":material/upload:", key="l.bring", on_change=ui.touched
        ):
            brought = weights.upload(lang, train_further)
            if brought and brought != st.session_state.get("l.brought"):
                st.session_state["l.brought"] = brought
                change(g=brought, step=0, member=0)
                ui.rerun()
    st.caption(about(found, lang))


def menu(field: str, choices: list[Any], value: Any, lang: str, words: Any, restarts: bool = False) -> None:
    """A menu of one of the tour's fields. `restarts`: whether a change resets the start of the sum."""
    more = {"e": 0} if restarts else {}
    held = ui.held(f"l.w.{field}", value, lambda chosen: change(**{field: chosen}, **more))
    st.selectbox(text(f"latent.field.{field}", lang), choices, format_func=words, width=120, **held)


def about(found: Offer, lang: str) -> str:
    """A sentence about the latent space of the generator."""
    facts = {"dim": found.config.latent_dim}
    if found.on_plane:
        return text("latent.about.plane", lang, data=saying(found.config, "dataset", lang), **facts)
    return text("latent.about.digits", lang, **facts)


def train_further(config: DigitsConfig) -> None:
    """Opens a config on the MNIST page. Called in a button's callback."""
    ui.touched()
    MNIST.open(config, nearest(config))
    st.session_state[LEAVE] = True


def choose_view(lang: str) -> str:
    """The menu of views. Returns the chosen one."""
    st.segmented_control(
        text("latent.view.label", lang),
        VIEWS,
        required=True,
        format_func=lambda name: text(f"latent.view.{name}", lang),
        **ui.held("l.w.view", tour().view, lambda view: change(view=view)),
        label_visibility="collapsed",
    )
    ui.markdown(text(f"latent.lead.{tour().view}", lang))
    return tour().view


def called(found: Offer | None, lang: str) -> list[str]:
    """The view and the generator in a few words."""
    return [text(f"latent.view.{tour().view}", lang), title(tour().g, lang)] if found else []


def keep_link(more: Mapping[str, str]) -> dict[str, str]:
    """Writes the page's state, and more, to the address bar. Returns the query."""
    return ui.write_link({**more, **link.to_link(tour())})
