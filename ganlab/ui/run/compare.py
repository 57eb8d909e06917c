"""A second run beside the first: choosing it, reading and writing it in the link, exchanging the two."""

import streamlit as st

from ganlab import ui
from ganlab.kind.config import RunConfig
from ganlab.presets import nearest
from ganlab.ui.run import differences, share
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.text import text

NOTHING, BEFORE, OWN = "", "before", "own"
"""Menu entries that are not presets: no run, the run shown before, the present second run."""


def open_link(experiment: Experiment, other: Experiment, lang: str) -> list[str]:
    """Opens the runs of the link. Returns sentences about the parts that could not be used."""
    link = ui.new_link(experiment.prefix) or ui.new_link(other.prefix)
    notices = share.open_link(experiment, lang)
    if link is not None:
        if any(name.startswith(other.prefix) for name in link):
            notices += share.open_link(other, lang)
        elif other.is_open:
            other.close()
    return share.shortened(notices, lang)


def to_link(experiment: Experiment, other: Experiment) -> dict[str, str]:
    """The query that encodes the page's runs."""
    return share.to_link(experiment) | (share.to_link(other) if other.is_open else {})


def called(experiment: Experiment, other: Experiment, lang: str) -> list[str]:
    """The names of the page's runs."""
    return [differences.called(place, lang) for place in (experiment, other) if place.is_open]


def beside(other: Experiment) -> RunConfig | None:
    """The config of the second run; None without one."""
    return other.config if other.is_open else None


def rivals(experiment: Experiment, other: Experiment) -> dict[str, RunConfig]:
    """The runs that the first one can be compared with."""
    others = dict(experiment.presets)
    if experiment.before is not None:
        others[BEFORE] = experiment.before
    others = {name: config for name, config in others.items() if config.key() != experiment.config.key()}
    if other.is_open and other.config not in others.values():
        others[OWN] = other.config
    return others


def menu(experiment: Experiment, other: Experiment, lang: str) -> None:
    """The menu of the second run."""
    others = rivals(experiment, other)
    present = next((name for name, config in others.items() if config == beside(other)), NOTHING)
    titles = {name: rival_name(name, others.get(name), experiment, other, lang) for name in (NOTHING, *others)}
    st.selectbox(
        text("duel.compare.label", lang),
        [NOTHING, *others],
        format_func=titles.__getitem__,
        help=text("duel.compare.help", lang),
        **ui.held(other.name("w.preset"), present, lambda name: choose(other, others.get(name))),
        label_visibility="collapsed",
        width=300,
    )


def rival_name(name: str, config: RunConfig | None, experiment: Experiment, other: Experiment, lang: str) -> str:
    """The menu's name of a run: its preset, or how it differs from the first one."""
    if name == NOTHING:
        return text("duel.compare.end" if other.is_open else "duel.compare.nothing", lang)
    if name in (BEFORE, OWN) and config is not None:
        how = differences.brief(config, experiment.config, lang) or text("duel.compare.same_settings", lang)
        return text(f"duel.compare.{name}", lang, how=how)
    return text("duel.compare.with", lang, name=text(f"preset.name.{name}", lang))


def choose(other: Experiment, config: RunConfig | None) -> None:
    """Opens a second run, or closes it."""
    ui.touched()
    if config is None:
        other.close()
    else:
        other.open(config, nearest(config))


def keep_button(experiment: Experiment, other: Experiment, lang: str) -> None:
    """The button that copies the first run to the second."""
    label, help = text("duel.keep.button", lang), text("duel.keep.help", lang)
    icon, key = ":material/splitscreen_right:", experiment.name("compare")
    st.button(label, key, icon=icon, help=help, on_click=keep, args=(experiment, other))


def keep(experiment: Experiment, other: Experiment) -> None:
    """Copies the first run to the second."""
    ui.touched()
    other.open(experiment.config, experiment.preset, experiment.member)


def end_buttons(experiment: Experiment, other: Experiment, lang: str) -> None:
    """The buttons that exchange the two runs and that close the second."""
    for name, icon, act, args in (
        ("exchange", "swap_horiz", exchange, (experiment, other)),
        ("close", "close", other.close, ()),
    ):
        label, help = text(f"duel.{name}.button", lang), text(f"duel.{name}.help", lang)
        st.button(label, icon=f":material/{icon}:", help=help, key=other.name(name), on_click=act, args=args)


def exchange(experiment: Experiment, other: Experiment) -> None:
    """Exchanges the two runs with their preset, member and request."""
    ui.touched()
    here, there = held(experiment), held(other)
    for target, (config, preset, member, wished) in ((experiment, there), (other, here)):
        target.open(config, preset, member)
        st.session_state[target.name("wished")] = wished


def held(experiment: Experiment) -> tuple[RunConfig, str, int, str | None]:
    """The state of an experiment: config, preset, member and the key of the requested run."""
    return experiment.config, experiment.preset, experiment.member, st.session_state.get(experiment.name("wished"))
