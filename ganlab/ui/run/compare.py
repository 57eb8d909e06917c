"""A second run beside a page's own: which one, in the link and out of it, in exchange for the first."""

import streamlit as st

from ganlab import ui
from ganlab.kind.config import RunConfig
from ganlab.presets import nearest
from ganlab.ui.run import controls, share
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.text import text

NOTHING, BEFORE, OWN = "", "before", "own"
"""Runs to compare with that are no presets: none, the one shown before, the one that is there."""


def open_link(place: Experiment, other: Experiment, lang: str) -> list[str]:
    """Settles which runs the page shows; the sentences about what the link could not have."""
    link = ui.new_link(place.prefix) or ui.new_link(other.prefix)
    notices = share.open_link(place, lang)
    if link is not None:
        if any(name.startswith(other.prefix) for name in link):
            notices += share.open_link(other, lang)
        elif other.is_open:
            other.close()
    return notices


def to_link(place: Experiment, other: Experiment) -> dict[str, str]:
    """The query that holds the page's runs."""
    return share.to_link(place) | (share.to_link(other) if other.is_open else {})


def beside(other: Experiment) -> RunConfig | None:
    """The run that the page's own is compared with."""
    return other.config if other.is_open else None


def rivals(place: Experiment, other: Experiment) -> dict[str, RunConfig]:
    """The runs that the page's own can be compared with."""
    others = dict(place.presets)
    if place.before is not None:
        others[BEFORE] = place.before
    others = {name: config for name, config in others.items() if config.key() != place.config.key()}
    if other.is_open and other.config not in others.values():
        others[OWN] = other.config
    return others


def menu(place: Experiment, other: Experiment, lang: str) -> None:
    """Which run stands beside."""
    others, key = rivals(place, other), other.name("w.preset")
    present = next((name for name, config in others.items() if config == beside(other)), NOTHING)
    titles = {name: rival_name(name, other, lang) for name in (NOTHING, *others)}
    controls.hold(key, present)
    st.selectbox(
        text("duel.compare.label", lang),
        [NOTHING, *others],
        format_func=titles.__getitem__,
        key=key,
        help=text("duel.compare.help", lang),
        on_change=lambda: choose(other, others.get(st.session_state[key])),
        label_visibility="collapsed",
        width=300,
    )


def rival_name(name: str, other: Experiment, lang: str) -> str:
    """What a run to compare with is called in the menu."""
    if name == NOTHING:
        return text("duel.compare.end" if other.is_open else "duel.compare.nothing", lang)
    if name in (BEFORE, OWN):
        return text(f"duel.compare.{name}", lang)
    return text("duel.compare.with", lang, name=text(f"preset.name.{name}", lang))


def choose(other: Experiment, config: RunConfig | None) -> None:
    """Puts a run beside the page's own, or none."""
    ui.touched()
    if config is None:
        other.close()
    else:
        other.open(config, nearest(config))


def keep_button(place: Experiment, other: Experiment, lang: str) -> None:
    """Keeps the page's run beside what becomes of it."""
    label, help = text("duel.keep.button", lang), text("duel.keep.help", lang)
    icon, key = ":material/splitscreen_right:", place.name("compare")
    st.button(label, key, icon=icon, help=help, on_click=keep, args=(place, other))


def keep(place: Experiment, other: Experiment) -> None:
    """The page's run stands in both places."""
    ui.touched()
    other.open(place.config, place.preset, place.member)


def end_buttons(place: Experiment, other: Experiment, lang: str) -> None:
    """Exchange the two; leave the first alone."""
    for name, icon, act, args in (
        ("exchange", "swap_horiz", exchange, (place, other)),
        ("close", "close", other.close, ()),
    ):
        label, help = text(f"duel.{name}.button", lang), text(f"duel.{name}.help", lang)
        st.button(label, icon=f":material/{icon}:", help=help, key=other.name(name), on_click=act, args=args)


def exchange(place: Experiment, other: Experiment) -> None:
    """Each run goes to the other's place, with its preset, its member and who wished it."""
    ui.touched()
    here, there = held(place), held(other)
    for target, (config, preset, member, wished) in ((place, there), (other, here)):
        target.open(config, preset, member)
        st.session_state[target.name("wished")] = wished


def held(place: Experiment) -> tuple[RunConfig, str, int, str | None]:
    """What a place holds: config, preset, member, and the run that was wished there."""
    return place.config, place.preset, place.member, st.session_state.get(place.name("wished"))
