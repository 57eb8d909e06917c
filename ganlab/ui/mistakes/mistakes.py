"""The mistakes lab: which card is open, what the visitor predicts, what the measurements say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.digits.config import DigitsConfig
from ganlab.gan import mistakes, theory
from ganlab.gan.mistakes import MISTAKES
from ganlab.links import to_query
from ganlab.studies.cards import IN_CODE, LESSONS
from ganlab.ui.mistakes import evidence
from ganlab.ui.run.experiment import places
from ganlab.ui.text import exists, text

PREFIX, CHOSEN, GUESSED = "c.", "c.card", "c.guesses"
SHOWN = -1
"""The guess of a visitor who only wants to see."""
ON_DIGITS = {"vanishing": ("saturating_k5", "nonsaturating_k5", "saturating_k1", "nonsaturating_k1")}
"""Arms of the k sweep on digits that a card's sentences name, too."""
LISTED_FIELDS = ("steps", "d_steps", "g_steps", "d_lr", "g_lr")
"""Settings that sentences name."""


# Which card


def open_link(lang: str) -> list[str]:
    """Settles which card is open; the sentence about one that there is not."""
    link = ui.new_link(PREFIX) or {}
    wanted = link.get(CHOSEN, "")
    if wanted in LESSONS:
        st.session_state[CHOSEN] = wanted
    st.session_state.setdefault(CHOSEN, next(iter(LESSONS)))
    unknown = [name for name in link if name.startswith(PREFIX) and (name != CHOSEN or wanted not in LESSONS)]
    return [text("mistakes.page.unknown", lang, value=ui.code(link[name])) for name in unknown]


def chosen() -> str:
    """The name of the open card."""
    return st.session_state[CHOSEN]


def choose(name: str) -> None:
    """Opens a card."""
    ui.touched()
    st.session_state[CHOSEN] = name


def contents(lang: str) -> None:
    """All cards, for the sidebar."""
    st.session_state["c.w.card"] = chosen()
    st.radio(
        text("mistakes.page.contents", lang),
        list(LESSONS),
        format_func=lambda name: title(name, lang),
        key="c.w.card",
        on_change=lambda: choose(st.session_state["c.w.card"]),
    )


def title(name: str, lang: str) -> str:
    """What a card is called."""
    return text(f"mistakes.{name}.title", lang)


def turns(lang: str) -> None:
    """To the card before, to the next."""
    names = list(LESSONS)
    place = names.index(chosen())
    for key, icon, other in (("back", "arrow_back", place - 1), ("on", "arrow_forward", place + 1)):
        there = 0 <= other < len(names)
        args, help = (names[other % len(names)],), text(f"mistakes.page.{key}", lang)
        st.button("", f"c.{key}", help, choose, args, icon=f":material/{icon}:", disabled=not there)
    st.caption(text("mistakes.page.place", lang, place=place + 1, of=len(names)))


# Predict first


@dataclass(frozen=True)
class Question:
    """What is to be predicted: a number of the evidence, and where one answer ends and the next begins."""

    number: Callable[[Mapping[str, Any]], float]
    edges: Sequence[float] = (2.5, 5.5)

    def answer(self, facts: Mapping[str, Any]) -> int | None:
        """The place of the right answer; None where nothing was measured."""
        try:
            return sum(self.number(facts) > edge for edge in self.edges)
        except KeyError:
            return None


def covered(facts: Mapping[str, Any]) -> float:
    """Modes of the broken run, the median over the seeds."""
    return facts["broken_modes"]


QUESTIONS: dict[str, Question] = {
    "no_cure": Question(covered, (5.5, 8.5)),
    "vanishing": Question(covered, (0.5, 5.5)),
    "losses": Question(lambda facts: facts["broken_l_g"], (1.0, 4.0)),
    "longer": Question(lambda facts: facts["broken_modes"] - facts["early_modes"], (-0.5, 0.5)),
    "pixels": Question(lambda facts: facts["broken_accepted"], (1 / 3, 2 / 3)),
    "few_images": Question(lambda facts: facts["broken_accepted"] - facts["fixed_accepted"], (-0.03, 0.03)),
    "one_seed": Question(lambda facts: facts["broken_modes_high"] - facts["broken_modes_low"], (0.5, 2.5)),
}
"""Of the cards that do not ask for the modes in three equal parts."""


def guess(name: str) -> int | None:
    """What the visitor has predicted; None while nothing."""
    return st.session_state.get(GUESSED, {}).get(name)


def predict(name: str, lang: str) -> bool:
    """Asks for a prediction; whether the outcome may be shown."""
    with st.container(border=True, key="c.predict"):
        st.markdown(
            f"**{text('mistakes.page.predict', lang)}** {text(f'mistakes.{name}.question', lang, **settings(name))}"
        )
        key, given = f"c.w.guess.{name}", guess(name)
        st.session_state[key] = None if given in (None, SHOWN) else given
        with st.container(horizontal=True, vertical_alignment="center"):
            st.pills(
                text("mistakes.page.guess", lang),
                range(3),
                format_func=lambda place: option(name, place, lang),
                key=key,
                on_change=lambda: tell(name, st.session_state[key]),
                label_visibility="collapsed",
                width="content",
            )
            word, then = ("show", SHOWN) if given is None else ("again", None)
            label = text(f"mistakes.page.{word}", lang)
            st.button(label, f"c.{word}", type="tertiary", on_click=tell, args=(name, then))
        if given is not None:
            feedback(name, given, lang)
    return given is not None


def option(name: str, place: int, lang: str) -> str:
    """One of three answers."""
    return text(f"mistakes.{name}.{'abc'[place]}", lang)


def tell(name: str, place: int | None) -> None:
    """Notes a prediction, or forgets it."""
    ui.touched()
    guesses = st.session_state.setdefault(GUESSED, {})
    if place is None:
        guesses.pop(name, None)
    else:
        guesses[name] = place


def feedback(name: str, given: int, lang: str) -> None:
    """What became of a prediction."""
    right = QUESTIONS.get(name, Question(covered)).answer(known(name))
    if right is None:
        st.info(text("mistakes.page.unmeasured", lang))
    elif given == SHOWN:
        st.info(text("mistakes.page.measured", lang, answer=option(name, right, lang)))
    elif given == right:
        st.success(text("mistakes.page.right", lang, answer=option(name, right, lang)))
    else:
        guessed = option(name, given, lang)
        st.info(text("mistakes.page.wrong", lang, answer=option(name, right, lang), guessed=guessed))


# In words


def known(name: str) -> dict[str, Any]:
    """All numbers that a card's sentences can name: measured, and of theory for one mode of eight and for all."""
    one, even = theory.collapse(1, 8), theory.collapse(8, 8)
    of_theory = {"one_l_d": one.d_loss, "one_l_g": one.g_loss, "one_acc": one.accuracy}
    of_theory |= {"eq_l_d": even.d_loss, "eq_l_g": even.g_loss}
    arms = evidence.measured(name, LESSONS[name]) | evidence.shipped(ON_DIGITS.get(name, ()), "digits_k")
    return evidence.facts(arms) | of_theory | settings(name)


def settings(name: str) -> dict[str, Any]:
    """What a card's sentences say of its settings, by arm; `head`: the steps for which D trains alone."""
    found = {f"{arm}_{field}": getattr(config, field) for arm, config in LESSONS[name].arms for field in LISTED_FIELDS}
    found |= {f"{arm}_epochs": c.epoch(c.steps) for arm, c in LESSONS[name].arms if isinstance(c, DigitsConfig)}
    edits = LESSONS[name].broken.edits if name == "vanishing" else ()
    return found | ({"head": edits[-1][0], "after": LESSONS[name].broken.steps - edits[-1][0]} if edits else {})


def said(name: str, part: str, lang: str) -> None:
    """A part of a card that names measurements, or that they are still to come."""
    st.markdown(f"**{text(f'mistakes.page.{part}', lang)}**")
    try:
        st.markdown(text(f"mistakes.{name}.{part}", lang, **known(name)))
    except KeyError:
        st.caption(text("mistakes.page.unmeasured", lang))


def lesson(name: str, lang: str) -> None:
    """What people do, and why it seems right; for a mistake in code the lines."""
    parts = st.columns(2, gap="medium")
    for column, part in zip(parts, ("what", "why"), strict=True):
        column.markdown(f"**{text(f'mistakes.page.{part}', lang)}**")
        column.markdown(text(f"mistakes.{name}.{part}", lang, **settings(name)))
    if name in IN_CODE:
        st.code(diff(name), language="diff")
        with st.expander(text("mistakes.page.program", lang)):
            st.code(mistakes.program(name), language="python")


def diff(name: str) -> str:
    """What to change where a mistake was made in code: its lines, and the right ones."""
    mistake = MISTAKES[name]
    wrong = mistake.wrong or ("",) * len(mistake.right)
    pairs = zip(wrong, mistake.right, strict=True)
    return "\n".join(line for other, right in pairs for line in ("- " + other, "+ " + right) if line != "- ")


def arm_name(name: str, arm: str, lang: str) -> str:
    """What an arm of a card is called."""
    own = f"mistakes.{name}.arm_{arm}"
    return text(own if exists(own) else f"mistakes.arm.{arm}", lang, **settings(name))


def conclusion(name: str, lang: str) -> None:
    """The verdict, the folklore, the cure and its price, and a way to try it."""
    for part in ("verdict", "folklore", "cure"):
        said(name, part, lang)
    st.caption(text("mistakes.page.speed", lang))
    card = LESSONS[name]
    here, beside = places(card.broken.kind)
    query = {"lang": lang} | to_query(card.broken, here.prefix) | to_query(card.fixed, beside.prefix)
    label = text(f"mistakes.page.{here.words}", lang)
    st.page_link(here.script, label=label, icon=":material/arrow_forward:", query_params=query)
