"""Where a visitor stands on the path: lesson, style, path and what is done, in the link and kept by the browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.ui.component import Components, ignore
from ganlab.ui.lessons.lessons import LESSONS, PATHS, STYLES
from ganlab.ui.text import text

PLACE, ANSWERS = "s.place", "s.answers"
"""Session keys: the visitor's place, and their answers by lesson."""
KEEP = Components("ganlab_lessons", Path(__file__).parent / "web", ("keep",))
NAMES = list(LESSONS)
FIELDS = ("lesson", "style", "path", "done")
"""Names in the link."""


@dataclass(frozen=True)
class Place:
    """A visitor's place on the path."""

    lesson: str = NAMES[0]
    style: str = next(iter(STYLES))
    path: str = list(PATHS)[-1]
    done: frozenset[str] = frozenset()

    @property
    def lessons(self) -> tuple[str, ...]:
        """The lessons of the path; the open one is among them."""
        names = PATHS[self.path]
        return names if self.lesson in names else tuple(name for name in NAMES if name in {*names, self.lesson})

    @property
    def index(self) -> int:
        """The place of the open lesson on the path, from 0."""
        return self.lessons.index(self.lesson)


def to_link(place: Place) -> dict[str, str]:
    """The query of a place; what is as at the start is left out."""
    start = Place()
    query = {"lesson": str(NAMES.index(place.lesson) + 1)} if place.lesson != start.lesson else {}
    query |= {name: getattr(place, name) for name in ("style", "path") if getattr(place, name) != getattr(start, name)}
    done = ".".join(str(i + 1) for i, name in enumerate(NAMES) if name in place.done)
    return query | ({"done": done} if done else {})


def from_link(link: Mapping[str, str]) -> tuple[Place, list[str]]:
    """The place of a query, and the names of the parts that are not valid: these keep their values at the start."""
    numbered = {str(i + 1): name for i, name in enumerate(NAMES)}
    read = {
        "lesson": numbered,
        "style": dict(zip(STYLES, STYLES, strict=True)),
        "path": dict(zip(PATHS, PATHS, strict=True)),
    }
    found: dict[str, Any] = {name: known[link[name]] for name, known in read.items() if link.get(name) in known}
    wrong = [name for name in read if name in link and name not in found]
    parts = link.get("done", "").split(".") if link.get("done") else []
    if not set(parts) <= numbered.keys():
        return Place(**found), [*wrong, "done"]
    return Place(**found, done=frozenset(numbered[part] for part in parts)), wrong


def place() -> Place:
    """The visitor's place."""
    found: Place = st.session_state.setdefault(PLACE, Place())
    return found


def go(**changes: Any) -> None:
    """Changes the visitor's place. Called in callbacks."""
    ui.touched()
    st.session_state[PLACE] = replace(place(), **changes)


def done(name: str) -> None:
    """Marks a lesson as done."""
    st.session_state[PLACE] = replace(place(), done=place().done | {name})


def open_link(lang: str) -> list[str]:
    """Goes where the link says. Returns sentences about its invalid parts."""
    link = {
        name: value for name, value in (ui.new_link("") or {}).items() if name in ("lesson", "style", "path", "done")
    }
    if not link:
        place()
        return []
    st.session_state[PLACE], wrong = from_link(link)
    return [text("lessons.page.unknown", lang, name=name, value=ui.code(link[name])) for name in wrong]


def kept() -> Place | None:
    """Where the visitor was when they were last here, if the browser kept it and they are at the start again."""
    now, start = to_link(place()), place() == Place()
    state = KEEP.mount("keep", key="s.keep", data={"now": "" if start else encoded(now)}, on_kept_change=ignore)
    before = getattr(state, "kept", None)
    if not start or not isinstance(before, str) or len(before) > 200:
        return None
    found, wrong = from_link(dict(part.split("=", 1) for part in before.split("&") if "=" in part))
    return None if wrong or found == Place() else found


def encoded(query: Mapping[str, str]) -> str:
    """A place's query as text; its values have no character that would have to be quoted."""
    return "&".join(f"{name}={value}" for name, value in query.items())
