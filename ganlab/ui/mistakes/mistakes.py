"""The mistakes lab: the open card, the visitor's prediction, the measurements in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.digits.config import DigitsConfig
from ganlab.gan import mistakes, theory
from ganlab.gan.mistakes import MISTAKES
from ganlab.links import to_query
from ganlab.studies.cards import IN_CODE, LESSONS
from ganlab.studies.grids import LOTTERY, arm_runs
from ganlab.ui.mistakes import evidence
from ganlab.ui.run.experiment import places
from ganlab.ui.text import exists, text

PREFIX, CHOSEN, GUESSED = "c.", "c.card", "c.guesses"
SHOWN = -1
"""The answer of a visitor who does not predict."""
ELSEWHERE: dict[str, dict[str, tuple[str, str]]] = {
    "too_much_d": {
        "large_k50": ("k", "nonsaturating_k50"),
        "large_k1": ("k", "nonsaturating_k1"),
        "large_k1_long": ("k", "nonsaturating_k1_equal_d"),
    },
    "vanishing": {
        name: ("digits_k", name) for name in ("saturating_k5", "nonsaturating_k5", "saturating_k1", "nonsaturating_k1")
    },
    "losses": {"collapse": ("lab", "too_much_d.broken")},
}
"""What a card's sentences also use: name -> (study, arm)."""
PRICED = {"no_cure": "none_early", "too_much_d": "fixed"}
"""The arm that the others' time per step is compared with, where it is not the broken one."""
LEAST = math.log1p(math.exp(-1)) + math.log(2)
"""The least L_D after two sigmoids: a logit between 0 and 1 costs at least this, on real and on generated points."""
MOST = 23 * math.log(2)
"""The most that a generated point can cost D after a clip at 1e-7: single precision rounds 1 - 1e-7 to 1 - 2⁻²³."""
SAME_PRICE = 1.1
"""Ratio of two times per step up to which a machine with other work on it shows no difference."""
NAMED_SETTINGS = ("steps", "d_steps", "g_steps", "d_lr", "g_lr", "batch_size", "seed")
"""Settings used in sentences, each after an arm's name and `_`."""


# The open card


def open_link(lang: str) -> list[str]:
    """Opens the card of the link. Returns sentences about its invalid parts."""
    link = ui.new_link(PREFIX) or {}
    wanted = link.get(CHOSEN, "")
    if wanted in LESSONS:
        st.session_state[CHOSEN] = wanted
    st.session_state.setdefault(CHOSEN, next(iter(LESSONS)))
    unknown = [name for name in link if name.startswith(PREFIX) and (name != CHOSEN or wanted not in LESSONS)]
    return [text("mistakes.page.unknown", lang, value=ui.code(link[name])) for name in unknown]


def chosen() -> str:
    """The name of the open card."""
    name: str = st.session_state[CHOSEN]
    return name


def choose(name: str) -> None:
    """Opens a card."""
    ui.touched()
    st.session_state[CHOSEN] = name


def contents(lang: str) -> None:
    """The list of cards for the sidebar."""
    st.radio(
        text("mistakes.page.contents", lang),
        list(LESSONS),
        format_func=lambda name: title(name, lang),
        **ui.held("c.w.card", chosen(), choose),
    )


def title(name: str, lang: str) -> str:
    """A card's title."""
    return text(f"mistakes.{name}.title", lang)


def turns(lang: str) -> None:
    """Buttons to the previous and the next card."""
    names = list(LESSONS)
    index = names.index(chosen())
    for key, icon, other in (("back", "arrow_back", index - 1), ("on", "arrow_forward", index + 1)):
        there = 0 <= other < len(names)
        args, help = (names[other % len(names)],), text(f"mistakes.page.{key}", lang)
        st.button("", f"c.{key}", help, choose, args, icon=f":material/{icon}:", disabled=not there)
    st.caption(text("mistakes.page.place", lang, place=index + 1, of=len(names)))


# Predictions


@dataclass(frozen=True)
class Question:
    """The number to predict, and the limits between the three answers."""

    number: Callable[[Mapping[str, Any]], float]
    edges: Sequence[float] = (2.5, 5.5)

    def answer(self, facts: Mapping[str, Any]) -> int | None:
        """The index of the right answer; None without measurements."""
        try:
            return sum(self.number(facts) > edge for edge in self.edges)
        except KeyError:
            return None


def covered(facts: Mapping[str, Any]) -> float:
    """Covered modes of the broken run, median over the seeds."""
    modes: float = facts["broken_modes"]
    return modes


QUESTIONS: dict[str, Question] = {
    "no_cure": Question(covered, (5.5, 8.5)),
    "vanishing": Question(covered, (0.5, 5.5)),
    "losses": Question(lambda facts: facts["broken_l_g"], (1.0, 4.0)),
    "longer": Question(lambda facts: facts["broken_modes"] - facts["early_modes"], (-0.5, 0.5)),
    "pixels": Question(lambda facts: facts["broken_acc"], (0.6, 0.9)),
    "few_images": Question(lambda facts: facts["broken_held_out"], (0.2, 0.8)),
    "log_clipped": Question(lambda facts: facts["broken_g_grad"], (0.0, 0.1)),
    "one_seed": Question(lambda facts: facts["broken_modes_high"] - facts["broken_modes_low"], (0.5, 2.5)),
}
"""Questions of the cards that do not use the default one."""


def guess(name: str) -> int | None:
    """The visitor's answer; None before."""
    index: int | None = st.session_state.get(GUESSED, {}).get(name)
    return index


def predict(name: str, lang: str) -> bool:
    """Asks for a prediction. Whether the outcome is shown."""
    with st.container(border=True, key="c.predict"):
        ui.markdown(f"**{text('mistakes.page.predict', lang)}** {sentence(name, 'question', lang)}")
        given = guess(name)
        told = None if given in (None, SHOWN) else given
        with st.container(horizontal=True, vertical_alignment="center"):
            st.pills(
                text("mistakes.page.guess", lang),
                range(3),
                format_func=lambda index: option(name, index, lang),
                label_visibility="collapsed",
                width="content",
                **ui.held(f"c.w.guess.{name}", told, partial(tell, name)),
            )
            word, then = ("show", SHOWN) if given is None else ("again", None)
            label = text(f"mistakes.page.{word}", lang)
            st.button(label, f"c.{word}", type="tertiary", on_click=tell, args=(name, then))
        if given is not None:
            feedback(name, given, lang)
    return given is not None


def option(name: str, index: int, lang: str) -> str:
    """One of three answers."""
    return sentence(name, "abc"[index], lang)


def tell(name: str, index: int | None) -> None:
    """Stores or deletes a prediction."""
    ui.touched()
    guesses = st.session_state.setdefault(GUESSED, {})
    if index is None:
        guesses.pop(name, None)
    else:
        guesses[name] = index


def feedback(name: str, given: int, lang: str) -> None:
    """The right answer, and whether the prediction was right."""
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


# Sentences


def sentence(name: str, part: str, lang: str) -> str:
    """A part of a card, filled with the values that it may use. Raises KeyError for any other value."""
    values = VALUES[part](name)
    return text(f"mistakes.{name}.{part}", lang, **values | (prices(name, values, lang) if part == "cure" else {}))


def known(name: str) -> dict[str, Any]:
    """All values for a card's sentences: measured, and theoretical for one mode of eight and for all."""
    one, even = theory.collapse(1, 8), theory.collapse(8, 8)
    of_theory = {"one_l_d": one.d_loss, "one_l_g": one.g_loss, "one_acc": one.accuracy}
    of_theory |= {"eq_l_d": even.d_loss, "eq_l_g": even.g_loss, "least_l_d": LEAST}
    of_theory |= {"most_l_g": -math.log(mistakes.CLIP), "most_l_d": MOST}
    return evidence.facts(evidence.measured(name, LESSONS[name]) | elsewhere(name)) | of_theory | settings(name)


def elsewhere(name: str) -> dict[str, evidence.Arm]:
    """The arms of other cards and of studies that a card's sentences use."""
    wanted = ELSEWHERE.get(name, {}).items()
    found = {ours: evidence.shipped((arm,), study).get(arm) for ours, (study, arm) in wanted}
    return {ours: arm for ours, arm in found.items() if arm}


def measurable(name: str) -> set[str]:
    """The names of all values for a card's sentences that are measured, now or later."""
    arms = *dict(LESSONS[name].arms), *ELSEWHERE.get(name, ())
    return {f"{arm}_{fact}" for arm in arms for fact in (*evidence.FACTS, "price")}


def prices(name: str, values: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Each arm's time per step against that of the arm in PRICED, as a clause: `fixed_price` …"""
    paid = values.get(f"{PRICED.get(name, 'broken')}_speed")
    speeds = {arm: values.get(f"{arm}_speed") for arm, _ in LESSONS[name].arms}
    return {f"{arm}_price": price(paid / speed, lang) for arm, speed in speeds.items() if paid and speed}


def price(ratio: float, lang: str) -> str:
    """How many times as long a step takes, and which way that goes."""
    way = "same" if max(ratio, 1 / ratio) <= SAME_PRICE else "slower" if ratio > 1 else "faster"
    return text(f"mistakes.price.{way}", lang, ratio=ratio)


def settings(name: str) -> dict[str, Any]:
    """The settings for a card's sentences, by arm."""
    found = {f"{arm}_{field}": getattr(config, field) for arm, config in LESSONS[name].arms for field in NAMED_SETTINGS}
    found |= {"seeds": LOTTERY, "last_seed": LOTTERY - 1}
    on_digits = {arm: config for arm, config in LESSONS[name].arms if isinstance(config, DigitsConfig)}
    found |= {f"{arm}_epochs": config.epoch(config.steps) for arm, config in on_digits.items()}
    found |= {f"{arm}_images": config.count for arm, config in on_digits.items()}
    return found | head(LESSONS[name].broken)


def head(broken: Any) -> dict[str, Any]:
    """For sentences about a run in which D first trains alone: for how long, and what comes after."""
    if not broken.edits:
        return {}
    start = broken.edits[-1][0]
    return {"head": start, "after": broken.steps - start, "late_d_lr": broken.at(start).d_lr}


def show_part(name: str, part: str, lang: str) -> None:
    """Shows a part of a card with measurements, or a note that there are none."""
    st.markdown(f"**{text(f'mistakes.page.{part}', lang)}**")
    try:
        ui.markdown(sentence(name, part, lang))
    except KeyError as error:
        if error.args[0] not in measurable(name):
            raise
        st.caption(text("mistakes.page.unmeasured", lang))


def lesson(name: str, lang: str) -> None:
    """What is done and why it seems right; for a mistake in code also the lines."""
    for part in ("what", "why"):
        st.markdown(f"**{text(f'mistakes.page.{part}', lang)}**")
        ui.markdown(sentence(name, part, lang))
    if name in IN_CODE:
        st.code(diff(name), language="diff", wrap_lines=True)
        with st.expander(text("mistakes.page.program", lang)):
            st.code(mistakes.program(name), language="python")


def diff(name: str) -> str:
    """The diff from the wrong lines to the right ones."""
    mistake = MISTAKES[name]
    wrong = mistake.wrong or ("",) * len(mistake.right)
    pairs = zip(wrong, mistake.right, strict=True)
    return "\n".join(line for other, right in pairs for line in ("- " + other, "+ " + right) if line != "- ")


def arm_name(name: str, arm: str, lang: str) -> str:
    """The name of an arm of a card."""
    own = f"mistakes.{name}.arm_{arm}"
    return text(own if exists(own) else f"mistakes.arm.{arm}", lang, **settings(name))


def conclusion(name: str, lang: str) -> None:
    """The verdict, the cure with its cost, and a link to try it."""
    for part in ("verdict", "cure"):
        show_part(name, part, lang)
    card = LESSONS[name]
    alone = all(config.members == 1 for config in arm_runs(card, card.broken))
    st.caption(text(f"mistakes.page.speed{'_alone' if alone else ''}", lang))
    here, beside = places(card.broken.kind)
    query = {"lang": lang} | to_query(card.broken, here.prefix) | to_query(card.fixed, beside.prefix)
    label = text(f"mistakes.page.{here.words}", lang)
    st.page_link(here.script, label=label, icon=":material/arrow_forward:", query_params=query)


VALUES: dict[str, Callable[[str], dict[str, Any]]] = {
    **dict.fromkeys(("what", "why", "question"), settings),
    **dict.fromkeys(("a", "b", "c"), lambda _: {}),
    **dict.fromkeys(("verdict", "folklore", "cure"), known),
}
"""The values that each part of a card may use: what stands before the prediction knows no measurement."""
