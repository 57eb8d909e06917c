"""A visitor's own distribution: drawn or uploaded in a dialog, then the data set of the run on the page."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ganlab import ui
from ganlab.data import points
from ganlab.data.point_files import LARGEST, parse_csv
from ganlab.data.points import PointsError
from ganlab.ui import code, touched
from ganlab.ui.players.draw import draw, message
from ganlab.ui.run.controls import widget_key
from ganlab.ui.run.experiment import Experiment
from ganlab.ui.run.server import service
from ganlab.ui.text import text

DRAFT = "own.draft"
"""Where the session keeps what is being drawn; while it is there, so is the dialog."""


@dataclass(frozen=True)
class Draft:
    """What the server knows of a drawing."""

    key: str
    """Another one replaces, in the browser, what was drawn meanwhile; its undo brings that back."""
    opening: str
    """The same from the dialog's opening to its end."""
    content: bytes = b""
    """The points, as `points.pack` writes them."""
    file: str = ""
    """The name of the file that they are from."""
    refused: PointsError | None = None
    """Why the last file was not taken."""


def open_button(place: Experiment, lang: str) -> None:
    """Opens the dialog; stands below the menu of data sets, which goes on to offer the points that were shown last."""
    if is_own(place.config.dataset):
        st.session_state[f"{widget_key(place, 'dataset')}.also"] = (place.config.dataset,)
    look: dict[str, Any] = {"icon": ":material/draw:", "width": "stretch", "help": text("own.open.help", lang)}
    look |= {"key": place.name("own"), "on_click": begin, "args": (place.config.dataset,)}
    st.button(text("own.open.edit" if is_own(place.config.dataset) else "own.open.button", lang), **look)


def is_own(dataset: str) -> bool:
    """Whether a data set is somebody's own points."""
    return dataset.startswith(points.PREFIX)


def begin(dataset: str) -> None:
    """Opens the dialog on the coming rerun, with the points of the present data set where they are one's own."""
    touched()
    name = uuid.uuid4().hex
    mine = is_own(dataset) and points.at_hand(dataset)
    st.session_state[DRAFT] = Draft(name, name, points.pack(points.read(dataset)) if mine else b"")


def end() -> None:
    """Forgets the drawing."""
    touched()
    st.session_state.pop(DRAFT, None)


def dialog(place: Experiment, lang: str) -> None:
    """The dialog, while there is a draft; it outlives reruns of the page."""
    if DRAFT not in st.session_state:
        return

    @st.dialog(text("own.dialog.title", lang), width="medium", on_dismiss=end)
    def shown() -> None:
        draft: Draft = st.session_state[DRAFT]
        if is_own(place.config.dataset) and not points.at_hand(place.config.dataset):
            st.warning(text("points.refused.gone", lang))
        say(draft, lang)
        sent = draw(message(draft.key, draft.content, lang), key="own.draw")
        if sent is not None:
            use(place, sent, lang)
        upload(draft, lang)
        st.caption(text("own.dialog.lead", lang, std=points.JITTER))

    shown()


def say(draft: Draft, lang: str) -> None:
    """What became of a file."""
    if draft.refused is not None:
        st.error(refusal(draft.refused, lang), icon=":material/block:")
    elif draft.file:
        n = len(draft.content) // 4
        st.success(text("own.upload.taken", lang, n=n, name=code(draft.file), reach=points.REACH))


def use(place: Experiment, sent: Any, lang: str) -> None:
    """Makes what the browser sent the page's data set, or says why it cannot be."""
    try:
        place.adopt({"dataset": kept(sent)})
    except PointsError as error:
        st.error(refusal(error, lang), icon=":material/block:")
    except OSError:
        st.error(text("own.refused.storage", lang), icon=":material/block:")
    else:
        end()
        ui.rerun()


def kept(sent: Any) -> str:
    """The name of points that a browser sent; many are kept beside the store. Raises PointsError, OSError."""
    if not isinstance(sent, str):
        raise PointsError("spelling")
    return points.keep(points.unpack(points.written(sent)), service().store.path)


# Files


def upload(draft: Draft, lang: str) -> None:
    """The place for a file; what is in it goes into the drawing."""
    key = f"own.file.{draft.opening}"
    facts = {"most": points.MOST, "mb": LARGEST / 2**20, "reach": points.REACH}
    label, help = text("own.upload.label", lang), text("own.upload.help", lang, **facts)
    st.file_uploader(label, key=key, help=help, on_change=read_file, args=(key,))


def read_file(key: str) -> None:
    """Puts an uploaded file's points into the drawing, or notes why not."""
    touched()
    file, draft = st.session_state.get(key), st.session_state.get(DRAFT)
    if draft is None:
        return
    fresh = Draft(draft.key, draft.opening, draft.content)
    if file is not None:
        try:
            content = points.pack(parse_csv(file.getvalue()))
            fresh = Draft(uuid.uuid4().hex, draft.opening, content, file.name)
        except PointsError as error:
            fresh = Draft(draft.key, draft.opening, draft.content, refused=error)
    st.session_state[DRAFT] = fresh


# In words


def refusal(error: PointsError, lang: str) -> str:
    """Why points were not taken, as a sentence."""
    facts = {name: code(value) if isinstance(value, str) else value for name, value in error.facts.items()}
    return text(f"points.refused.{error.reason}", lang, **facts)


@contextmanager
def at_hand(lang: str) -> Iterator[None]:
    """A sentence in place of what is drawn inside, where the run's points have gone from the store meanwhile."""
    try:
        yield
    except PointsError as error:
        st.warning(refusal(error, lang), icon=":material/scatter_plot:")
