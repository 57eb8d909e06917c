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
from ganlab.ui.run.notices import uploads
from ganlab.ui.run.server import say_what_is_erased, service
from ganlab.ui.text import text

DRAFT = "own.draft"
"""Session key of the drawing. The dialog is open while it is set."""


@dataclass(frozen=True)
class Draft:
    """The server's state of a drawing."""

    key: str
    """A new key replaces the browser's drawing; undo restores it."""
    opening: str
    """An id of the dialog, constant while it is open."""
    content: bytes = b""
    """The points, as `points.pack` writes them."""
    file: str = ""
    """The name of the uploaded file."""
    refused: PointsError | None = None
    """Why the last file was refused."""


def open_button(experiment: Experiment, lang: str) -> None:
    """The button that opens the dialog. The menu of data sets keeps offering the last own points."""
    if is_own(experiment.config.dataset):
        st.session_state[f"{widget_key(experiment, 'dataset')}.also"] = (experiment.config.dataset,)
    look: dict[str, Any] = {"icon": ":material/draw:", "width": "stretch", "help": text("own.open.help", lang)}
    look |= {"disabled": "dataset" in experiment.bound}
    look |= {"key": experiment.name("own"), "on_click": begin, "args": (experiment.config.dataset,)}
    st.button(text("own.open.edit" if is_own(experiment.config.dataset) else "own.open.button", lang), **look)


def is_own(dataset: str) -> bool:
    """Whether a data set is a visitor's own points."""
    return dataset.startswith(points.PREFIX)


def begin(dataset: str) -> None:
    """Opens the dialog at the next rerun, with the present points if the data set is the visitor's own."""
    touched()
    name = uuid.uuid4().hex
    mine = is_own(dataset) and points.at_hand(dataset)
    st.session_state[DRAFT] = Draft(name, name, points.pack(points.read(dataset)) if mine else b"")


def end() -> None:
    """Closes the dialog and discards the drawing."""
    touched()
    st.session_state.pop(DRAFT, None)


def dialog(experiment: Experiment, lang: str) -> None:
    """The dialog. It stays open across reruns while there is a draft."""
    if DRAFT not in st.session_state:
        return

    @st.dialog(text("own.dialog.title", lang), width="medium", on_dismiss=end)
    def contents() -> None:
        draft: Draft = st.session_state[DRAFT]
        if is_own(experiment.config.dataset) and not points.at_hand(experiment.config.dataset):
            st.warning(text("points.refused.gone", lang))
        say(draft, lang)
        sent = draw(message(draft.key, draft.content, lang), key="own.draw")
        if sent is not None:
            use(experiment, sent, lang)
        upload(draft, lang)
        st.caption(text("own.dialog.lead", lang, std=points.JITTER))
        say_what_is_erased(lang)

    contents()


def say(draft: Draft, lang: str) -> None:
    """The result of the last upload."""
    if draft.refused is not None:
        st.error(refusal(draft.refused, lang), icon=":material/block:")
    elif draft.file:
        n = len(draft.content) // 4
        st.success(text("own.upload.taken", lang, n=n, name=code(draft.file), reach=points.REACH))


def use(experiment: Experiment, sent: Any, lang: str) -> None:
    """Makes the drawn points the data set, or says why they are refused."""
    try:
        experiment.adopt({"dataset": kept(sent)})
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
    """The file upload. Its points are added to the drawing."""
    key = f"own.file.{draft.opening}"
    facts = {"most": points.MOST, "mb": LARGEST / 2**20, "reach": points.REACH}
    label, help = text("own.upload.label", lang), text("own.upload.help", lang, **facts)
    ui.uploader(label, key=key, help=help, on_change=read_file, args=(key,))


def read_file(key: str) -> None:
    """Puts an uploaded file's points into the drawing, or notes why not."""
    touched()
    file, draft = st.session_state.get(key), st.session_state.get(DRAFT)
    if draft is None or (file is not None and not uploads.allowed()):
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
    """Replaces the content by a sentence if the run's points are no longer in the store."""
    try:
        yield
    except PointsError as error:
        st.warning(refusal(error, lang), icon=":material/scatter_plot:")
