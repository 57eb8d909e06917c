"""The page of theory: examples to open, the component, the method in formulas, and what more updates of D do."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.gan.dirac import METHODS, distances, flow_eigenvalues, round_eigenvalues, trajectory
from ganlab.studies.tables import grid
from ganlab.ui.players import dirac
from ganlab.ui.text import number, text
from ganlab.ui.theory import link
from ganlab.ui.theory.link import Game, game, put

KEY, CHOSEN = "t.dirac", "t.example"
TOGETHER, APART = "simultaneous", "alternating"
EXAMPLES: dict[str, Game] = {
    "away": Game(update=TOGETHER),
    "round": Game(update=APART),
    "more_d": Game(update=APART, d_steps=5),
    "penalty": Game(method="r1", strength=0.3, update=APART),
    "too_strong": Game(method="r1", strength=2.0, update=APART),
    "limit_cycle": Game(method="nonsaturating", update=TOGETHER),
    "jump": Game(method="wgan_gp", strength=0.7, update=APART),
    "noise": Game(method="instance_noise", strength=0.7, update=APART),
    "far": Game(method="consensus", strength=1.0, update=APART, d_steps=5),
}
"""Prepared states, in the order of the page; a sentence says what each shows."""
COUNTS = (1, 2, 5, 10)
"""Updates of D that the table compares."""


def examples(lang: str) -> None:
    """The examples as buttons, and what the present one shows."""
    names = {name: text(f"theory.example.{name}", lang) for name in EXAMPLES}
    st.pills(
        text("theory.page.examples", lang),
        list(EXAMPLES),
        format_func=names.__getitem__,
        **ui.held(CHOSEN, present(), lambda chosen: put(EXAMPLES[chosen or present() or "away"])),
    )
    name = present()
    ui.markdown(text(f"theory.says.{name}", lang, **facts(game())) if name else text("theory.page.own", lang))


def present() -> str | None:
    """The example that is open, wherever its path begins; None if it was changed."""
    here = replace(game(), theta=Game().theta, psi=Game().psi)
    return next((name for name, example in EXAMPLES.items() if example == here), None)


def facts(shown: Game) -> dict[str, Any]:
    """The numbers of a state that sentences name."""
    found = asdict(shown) | {"rounds": dirac.ROUNDS, "end": end(shown), "start": math.hypot(shown.theta, shown.psi)}
    return found | {"size": size(shown), "cycle": math.sqrt(2 * shown.step)}


def end(shown: Game) -> float:
    """The last distance of its path."""
    place = (shown.theta, shown.psi)
    path = trajectory(shown.method, place, shown.strength, shown.step, shown.d_steps, shown.alternating, dirac.ROUNDS)
    return float(distances(path)[-1])


def size(shown: Game) -> float:
    """The larger absolute eigenvalue of one round; nan where there is none."""
    values = round_eigenvalues(shown.method, shown.strength, shown.step, shown.d_steps, shown.alternating)
    return max(map(abs, values)) if values else math.nan


def play(lang: str) -> None:
    """The component. What the visitor changed in it goes to the link."""
    data = dirac.message(asdict(game()), link.origin(), lang, link.bounds())
    link.heard(dirac.show(data, KEY))


def method(lang: str) -> None:
    """The chosen method: its field, what it does, its source."""
    name = game().method
    chosen, (theta, psi) = METHODS[name], METHODS[name].tex
    st.header(text(f"theory.player.method_{name}", lang), anchor=False)
    st.latex(rf"\begin{{aligned}}\dot\theta&={theta}\\ \dot\psi&={psi}\end{{aligned}}")
    if values := flow_eigenvalues(name, game().strength):
        st.latex(rf"\lambda={chosen.roots}={written(values, lang)}")
    ui.markdown(text(f"theory.method.{name}", lang))
    ui.caption(text("theory.page.source", lang, source=chosen.source))


def written(values: tuple[complex, complex], lang: str) -> str:
    """Two eigenvalues in LaTeX."""
    one, other = (number(value.real, lang, ".3f").replace(",", "{,}") for value in values)
    if values[0].imag:
        part = number(values[0].imag, lang, ".3f").replace(",", "{,}")
        return rf"{one}\pm {part}\,i"
    return rf"{one},\;{other}"


def more_d(lang: str) -> None:
    """The table of D's updates: without a penalty none converges, with one all do."""
    arms = {"plain": EXAMPLES["round"], "r1": EXAMPLES["penalty"]}
    names = {name: text(f"theory.more.{name}", lang, gamma=arm.strength) for name, arm in arms.items()}
    st.header(text("theory.more.title", lang), anchor=False)
    ui.markdown(text("theory.more.body", lang, h=arms["plain"].step))
    heads = ["", *(text(f"theory.more.{name}", lang).replace("|", "\\|") for name in ("count", "size", "end"))]
    rows = [row(names[name], replace(arm, d_steps=count), lang) for name, arm in arms.items() for count in COUNTS]
    st.markdown("\n".join(grid(heads, rows)))
    ui.caption(text("theory.more.source", lang, rounds=dirac.ROUNDS))


def row(name: str, shown: Game, lang: str) -> list[str]:
    """One line of the table."""
    return [name, number(shown.d_steps, lang), number(size(shown), lang, ".4f"), number(end(shown), lang, ".2g")]
