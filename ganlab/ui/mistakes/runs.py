"""The runs of the mistakes lab: broken beside fixed, the results of sixteen seeds, and computing them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.gan.losses import LOSSES
from ganlab.kind.config import RunConfig
from ganlab.kind.fields import ConfigError, knobs
from ganlab.studies.cards import LESSONS, Card
from ganlab.studies.grids import STUDIES
from ganlab.studies.tables import grid
from ganlab.ui.mistakes import evidence
from ganlab.ui.mistakes.evidence import Arm
from ganlab.ui.mistakes.mistakes import arm_name
from ganlab.ui.players.player.lamps import lamps
from ganlab.ui.run import price, training
from ganlab.ui.run.controls import reason, show
from ganlab.ui.run.server import service
from ganlab.ui.run.training import PACE, phase, status_of
from ganlab.ui.run.view import view
from ganlab.ui.text import duration, number, text
from ganlab.ui.text.glossary import explained

PLAYED = {"at": 0, "playing": True}
REFUSED, ASKED = "c.refused", "c.asked"
"""Session keys: why runs were refused, and the keys of the runs that the visitor asked for."""


# Broken beside fixed


def pair(name: str, lang: str) -> None:
    """Plays both runs of a card in step; a button trains them if they are not recorded."""
    card = LESSONS[name]
    configs = [card.broken, card.fixed]
    if any(service().reached(config.key()) < config.steps for config in configs):
        work("pair", configs, text("mistakes.page.train_pair", lang), lang)
    training.watch(configs, lambda: None, lambda live: play(name, card, live, lang), lambda: None)


def play(name: str, card: Card, live: bool, lang: str) -> None:
    """The player of a card's two runs."""
    broken, fixed = ("", "") if card.seeds else (arm_name(name, arm, lang) for arm in ("broken", "fixed"))
    draw = view(card.broken.kind).pair
    draw((card.broken, card.fixed), live, lang, f"c.duel.{name}", PLAYED, (broken, fixed))


# Sixteen seeds


def outcome(name: str, lang: str) -> None:
    """The shipped results of each arm: a row of lamps per seed, and a table."""
    arms = evidence.measured(name, LESSONS[name])
    if LESSONS[name].seeds:
        arms.pop("fixed", None)
    if not arms:
        st.caption(text("mistakes.page.unmeasured", lang))
        return
    lamps([drawn(arm_name(name, arm, lang), seeds, lang) for arm, seeds in arms.items()], f"c.lamps.{name}.{lang}")
    with st.expander(text("mistakes.page.numbers", lang)):
        table = numbers({arm_name(name, arm, lang): seeds for arm, seeds in arms.items()}, lang)
        st.markdown(explained(table, lang), unsafe_allow_html=True)
    for study in LESSONS[name].studies:
        studied(study, lang)


def studied(study: str, lang: str) -> None:
    """The shipped results of a study as a table in an expander."""
    if found := evidence.studied(study):
        with st.expander(text(f"mistakes.study.{study}", lang)):
            told = evidence.facts(evidence.shipped(STUDIES[study].arms, study))
            ui.markdown(text(f"mistakes.study.{study}_about", lang, **told))
            named = {studied_name(config, lang): found[config] for config in sorted(found, key=in_turn)}
            st.markdown(explained(numbers(named, lang, BRIEF), lang), unsafe_allow_html=True)


def in_turn(config: Any) -> tuple[Any, ...]:
    """The sort key of a study's runs: loss, constraint, updates of D, steps."""
    return list(LOSSES).index(config.loss), config.regularizer, config.d_steps, config.steps


def studied_name(config: Any, lang: str) -> str:
    """The name of a study's run: loss and constraint, updates of D, steps."""
    chosen = [(name, getattr(config, name)) for name in ("loss", "regularizer")]
    way = [show(knobs(type(config))[name], name, value, lang) for name, value in chosen if value != "none"]
    facts = {"way": ", ".join(way), "k": config.d_steps, "steps": number(config.steps, lang, ",d")}
    return text("mistakes.page.studied", lang, **facts)


def drawn(title: str, arm: Arm, lang: str, yours: bool = False) -> dict[str, Any]:
    """An arm as data for the lamps."""
    facts = {key.removeprefix("x_"): value for key, value in arm.facts("x").items()}
    one = "_one" if facts["n"] == 1 else ""
    head, note = (text(f"mistakes.page.{part}", lang, **facts) for part in ("arm_head", f"arm_note{one}"))
    budget = [text("mistakes.page.arm_budget", lang, **facts)] if facts["g_updates"] else []
    note = " ".join([note, *budget, *([text("mistakes.page.arm_died", lang, **facts)] if facts["died"] else [])])
    rows = [[round(float(share), 4) for share in row] for row in arm.shares]
    own_data = {"rows": rows, "died": [bool(diverged) for diverged in arm.diverged], "yours": yours}
    return own_data | {"title": title, "head": head, "note": note, "alt": f"{title}: {head} {note}"}


def numbers(arms: Mapping[str, Arm], lang: str, columns: Sequence[str] = ()) -> str:
    """A table of medians over the seeds with their range, of the given columns or of all measured ones."""
    columns = [key for key in columns or COLUMNS if any(measured(arm, key) for arm in arms.values())]
    words = {"modes": "classes"} if "accepted" in columns else {}
    head = ["", *(text(f"mistakes.column.{words.get(key, key)}", lang) for key in columns)]
    rows = ([title, *(cell(arm.facts("x"), key, lang) for key in columns)] for title, arm in arms.items())
    return "\n".join(grid(head, rows))


def measured(arm: Arm, key: str) -> bool:
    """Whether an arm has a column's values. Updates that were not counted are 0."""
    facts = arm.facts("x")
    return f"x_{key}" in facts and ("updates" not in key or bool(facts[f"x_{key}"]))


def cell(facts: Mapping[str, Any], key: str, lang: str) -> str:
    """A median with its range in the column's format."""
    if f"x_{key}" not in facts:
        return "–"
    named = [f"x_{key}", f"x_{key}_low", f"x_{key}_high"]
    median, *ends = (number(facts[name], lang, COLUMNS[key]) for name in named if name in facts)
    return f"{median} [{ends[0]}, {ends[1]}]" if ends and facts["x_n"] > 1 else median


COLUMNS = {
    "n": "d",
    "g_updates": ",d",
    "d_updates": ",d",
    "modes": "median",
    "full": "d",
    "valid": ".0%",
    "tv": ".2f",
    "accepted": ".0%",
    "digit_tv": ".2f",
    "fid": ".0f",
    "coverage": ".2f",
    "l_d": "z.2f",
    "l_g": "z.2f",
    "acc": ".0%",
    "trained": ".0%",
    "held_out": ".0%",
    "speed": "rate",
}
"""Columns of the table with their formats."""
BRIEF = ("n", "g_updates", "d_updates", "modes", "valid", "accepted", "fid", "l_d", "l_g")
"""Columns of a study's table."""


# Computing again


def recompute(name: str, lang: str) -> None:
    """Trains the seeds of an arm and compares them with the shipped results."""
    card = LESSONS[name]
    configs = {arm: config for arm, config in card.arms if arm == "broken" or not card.seeds}
    st.markdown(text("mistakes.page.recompute_about", lang))
    arm = st.selectbox(
        text("mistakes.page.recompute_which", lang),
        list(configs),
        format_func=lambda arm: arm_name(name, arm, lang),
        key=f"c.w.arm.{name}",
        on_change=ui.touched,
        width=320,
    )
    runs = list(evidence.seeds(card, configs[arm]))
    ours = evidence.measured(name, card).get(arm)
    if ours and ours.steps_per_s:
        eta = duration(sum(config.steps for config in runs) / ours.steps_per_s, lang)
        st.caption(text("mistakes.page.recompute_cost", lang, seeds=len(ours.diverged), eta=eta))
    work("seeds", runs, text("mistakes.page.recompute", lang), lang)
    if not asked(runs):
        return
    title = arm_name(name, arm, lang)

    def beside(live: bool) -> None:
        theirs = evidence.yours(runs)
        found = [drawn(title, ours, lang)] if ours else []
        if theirs:
            found.append(drawn(text("mistakes.page.yours", lang, name=title), theirs, lang, yours=True))
        lamps(found, f"c.yours.{name}.{lang}")

    training.watch(runs, lambda: progress(runs, lang), beside, lambda: None)


def asked(configs: Sequence[RunConfig]) -> bool:
    """Whether the visitor has asked for runs, or all of them are computed. Single ones may ship, or be another's."""
    mine = any(config.key() in st.session_state.get(ASKED, ()) for config in configs)
    wished = mine or any(service().wishes(config.key(), ui.viewer()) for config in configs)
    return wished or all(phase(status_of(config), config) in ("done", "diverged") for config in configs)


def work(place: str, configs: Sequence[RunConfig], label: str, lang: str) -> None:
    """The button that trains runs, or stops them."""
    keys = [config.key() for config in configs]
    mine = [key for key in keys if service().wishes(key, ui.viewer())]
    under_way = any(phase(status_of(config), config) in PACE for config in configs)
    done = all(phase(status_of(config), config) in ("done", "diverged") for config in configs)
    if mine and under_way:
        look: dict[str, Any] = {"icon": ":material/stop:", "on_click": stop, "args": (keys,)}
        st.button(text("run.train.stop", lang), f"c.stop.{place}", **look)
    elif not done:
        look = {"icon": ":material/model_training:", "on_click": start, "args": (configs,)}
        label = price.together(label, configs, lang)
        st.button(
            label, f"c.train.{place}", help=f"{text('mistakes.page.train_help', lang)} {training.bound(lang)}", **look
        )
    if error := st.session_state.pop(REFUSED, None):
        st.warning(reason(error.reason, error.facts, lang))


def start(configs: Sequence[RunConfig]) -> None:
    """Requests runs."""
    ui.touched()
    st.session_state.setdefault(ASKED, set()).update(config.key() for config in configs)
    try:
        for config in configs:
            service().submit(config, ui.viewer())
    except ConfigError as error:
        st.session_state[REFUSED] = error


def stop(keys: Sequence[str]) -> None:
    """Withdraws the requests."""
    for key in keys:
        training.stop(key)


def progress(configs: Sequence[RunConfig], lang: str) -> None:
    """The common progress of runs."""
    stand = [status_of(config) for config in configs]
    whole, reached = sum(config.steps for config in configs), 0
    for config, status in zip(configs, stand, strict=True):
        reached += config.steps if status.state == "diverged" else min(status.step, config.steps)
    failed = [status for status in stand if status.state == "failed"]
    if failed:
        st.caption(text("run.status.failed", lang, note=training.failure(failed[0], lang)))
    elif reached >= whole:
        st.caption(text("mistakes.page.progress_done", lang))
    elif reached or any(status.state in ("queued", "running") for status in stand):
        left = [status.eta_s for status in stand if status.state == "running" and status.eta_s is not None]
        answer = text("mistakes.page.progress", lang, share=reached / whole)
        if left:
            answer += " " + text("mistakes.page.progress_left", lang, eta=duration(max(left), lang))
        st.progress(min(1.0, reached / whole), answer)
