"""A lesson as a page: its head, its parts in the order of the visitor's style, and the way on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from ganlab import ui
from ganlab.digits.config import DigitsConfig
from ganlab.plane.config import PlaneConfig
from ganlab.ui.arena import playback
from ganlab.ui.digits import playback as digits_playback
from ganlab.ui.lessons.extras import EXTRAS
from ganlab.ui.lessons.lessons import LESSONS, PATHS, STYLES, TASK, facts, total
from ganlab.ui.lessons.link import ANSWERS, FIELDS, NAMES, Place, done, go, place
from ganlab.ui.run.film import head_start
from ganlab.ui.run.view import view
from ganlab.ui.text import text
from ganlab.ui.words.glossary import linked

CONTENTS = "s.w.lesson"
"""Key of the list of lessons."""
PLAYED = {"at": 0, "playing": True}


def say(name: str, part: str, lang: str) -> str:
    """A sentence of a lesson."""
    return text(f"lessons.{name}.{part}", lang)


def opens() -> bool:
    """Whether the browser has no contents yet. Then they come last, so that the picture stands sooner."""
    return CONTENTS not in st.session_state


def contents(lang: str) -> None:
    """The path's lessons in the sidebar, with a tick at those that are done."""
    names = {name: named(name, lang) for name in place().lessons}
    st.sidebar.radio(
        text("lessons.page.contents", lang),
        names,
        format_func=names.__getitem__,
        **ui.held(CONTENTS, place().lesson, lambda name: go(lesson=name)),
    )


def named(name: str, lang: str) -> str:
    """A lesson's number, title and tick."""
    tick = " ✓" if name in place().done else ""
    return f"{NAMES.index(name) + 1}. {text(f'lessons.{name}.title', lang)}{tick}"


def choices(lang: str) -> None:
    """The menus of paths and of styles."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="s.choices"):
        menu("path", list(PATHS), lang)
        menu("style", list(STYLES), lang)


def menu(field: str, options: list[str], lang: str) -> None:
    """The menu of one field of the visitor's place."""
    st.segmented_control(
        text(f"lessons.page.{field}", lang),
        options,
        required=True,
        format_func=lambda option: text(f"lessons.{field}.{option}", lang),
        **ui.held(f"s.w.{field}", getattr(place(), field), lambda chosen: go(**{field: chosen})),
    )


def head(here: Place, lang: str) -> None:
    """Where the visitor is on the path, how long the lesson takes, and what the path is for."""
    lesson = LESSONS[here.lesson]
    values = {"place": here.index + 1, "of": len(here.lessons), "minutes": lesson.minutes, "task": TASK}
    with st.container(horizontal=True, vertical_alignment="center", key="s.place"):
        st.caption(text("lessons.page.place", lang, **values))
        with st.popover(text("lessons.page.goals_title", lang), type="tertiary", key="s.goals", on_change=ui.touched):
            minutes = {f"in_{path}": total(names, path != "30") for path, names in PATHS.items()}
            ui.markdown(text("lessons.page.goals", lang, lessons=len(NAMES), **minutes))
            choices(lang)


def body(lang: str) -> None:
    """The lesson's parts, in the order of the visitor's style; the run stands beside what comes after it."""
    name, order = place().lesson, list(STYLES[place().style])
    shown = order.index("run")
    for part in order[:shown]:
        PARTS[part](name, lang)
    picture, words = st.columns([5, 4], gap="large")
    first, *rest = order[shown + 1 :]
    with words:  # before the run, since on a phone it moves what comes below it
        PARTS[first](name, lang)
    with picture:
        run(name, lang)
    head_start("lesson")
    with words:
        for part in rest:
            PARTS[part](name, lang)
    if extra := LESSONS[name].extra:
        EXTRAS[extra](lang)


def run(name: str, lang: str) -> None:
    """What to watch, and the lesson's run."""
    ui.caption(say(name, "watch", lang))
    played(name, lang)


@st.fragment
def played(name: str, lang: str) -> None:
    """The lesson's run, or both of them side by side. When the player asks for frames, nothing else is drawn again."""
    runs, key = LESSONS[name].runs, f"s.player.{name}"
    if len(runs) == 2:
        titles = say(name, "run_a", lang), say(name, "run_b", lang)
        view(runs[0].kind).pair(runs, False, lang, key, PLAYED, titles)
    elif isinstance(runs[0], PlaneConfig):
        playback.picture(runs[0], lang, key)
    elif isinstance(runs[0], DigitsConfig):
        digits_playback.picture(runs[0], lang, key)


def idea(name: str, lang: str) -> None:
    """The lesson's idea. Where it stands first beside the run, page.css puts it before the run on a phone.

    Not in the first lesson, which opens the site: its picture and verdict are on the first screen.
    """
    with st.container(key="s.first" if name == NAMES[0] else "s.idea"):
        ui.markdown(say(name, "idea", lang))


def deeper(name: str, lang: str) -> None:
    """The formula, what its symbols mean, and the source."""
    st.header(text("lessons.page.deeper", lang), anchor=False)
    if LESSONS[name].formula:
        st.latex(LESSONS[name].formula)
    ui.markdown(say(name, "deeper", lang))
    source = linked(f"{say(name, 'source', lang)}, {LESSONS[name].source}")
    st.caption(text("words.glossary.source", lang, source=source))


def task(name: str, lang: str) -> None:
    """What to try, and the way there."""
    st.subheader(text("lessons.page.task", lang, minutes=TASK), anchor=False)
    ui.markdown(say(name, "task", lang))
    there, icon = LESSONS[name].task, ":material/arrow_forward:"
    st.page_link(there.script, label=there.name(lang), icon=icon, query_params={"lang": lang, **there.query})


def question(name: str, lang: str) -> None:
    """The question, and what the run answers."""
    st.header(text("lessons.page.question", lang), anchor=False)
    ui.markdown(say(name, "question", lang))
    answers = st.session_state.setdefault(ANSWERS, {})
    st.pills(
        say(name, "question", lang),
        range(3),
        format_func=lambda index: say(name, "abc"[index], lang),
        **ui.held(f"s.w.answer.{name}", answers.get(name), partial(answer, name)),
        label_visibility="collapsed",
    )
    if answers.get(name) is not None:
        feedback(name, answers[name], lang)


def answer(name: str, index: int | None) -> None:
    """Stores an answer; the lesson is done then."""
    ui.touched()
    st.session_state[ANSWERS][name] = index
    if index is not None:
        done(name)


def feedback(name: str, given: int, lang: str) -> None:
    """What the run measured, whether that was the answer, and why."""
    found = facts(LESSONS[name])
    right = LESSONS[name].question.answer(found)
    if right is None:
        st.info(text("lessons.page.unavailable", lang))
        return
    words = text(f"lessons.page.{'right' if right == given else 'wrong'}", lang, answer=say(name, "abc"[right], lang))
    why = text(f"lessons.{name}.why", lang, **found)
    (st.success if right == given else st.info)(f"{words} {why}")


def way_on(lang: str) -> None:
    """The way to the lessons before and after this one; after the last, what one can now explain."""
    here, at = place().lessons, place().index
    with st.container(horizontal=True, horizontal_alignment="distribute", key="s.turns"):
        for key, icon, other in (("back", "arrow_back", at - 1), ("on", "arrow_forward", at + 1)):
            if 0 <= other < len(here):
                turn(key, icon, here[other], lang)
    if at == len(here) - 1:
        st.header(text("lessons.page.can_title", lang), anchor=False)
        ui.markdown("\n".join(f"- {text(f'lessons.{name}.can', lang)}" for name in here))


def turn(key: str, icon: str, name: str, lang: str) -> None:
    """A button to a lesson."""
    on = key == "on"
    st.button(
        named(name, lang),
        f"s.{key}",
        icon=f":material/{icon}:",
        type="primary" if on else "secondary",
        on_click=leave,
        args=(name, on),
    )


def leave(name: str, done_here: bool) -> None:
    """Goes to another lesson; going on means that this one is done."""
    if done_here:
        done(place().lesson)
    go(lesson=name)


def welcome(before: Place | None, lang: str) -> None:
    """Offers a visitor who is back the lesson where they were."""
    if before is not None:
        label = text("lessons.page.welcome", lang, lesson=named(before.lesson, lang))
        changes = {field: getattr(before, field) for field in FIELDS}
        st.button(label, "s.welcome", icon=":material/history:", on_click=go, kwargs=changes)


PARTS: dict[str, Callable[[str, str], None]] = {"idea": idea, "deeper": deeper, "task": task, "question": question}
"""What draws each part of a lesson beside its run."""
