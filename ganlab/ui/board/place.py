"""Where the class board is: this server's database, the class of a visit, and what a visitor does with it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st
from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from ganlab import ui
from ganlab.board import classes
from ganlab.board.board import Board, BoardError
from ganlab.board.classes import Class
from ganlab.host import settings
from ganlab.ui.run.server import service
from ganlab.ui.text import text

NAME, FILE = "board", "board-1.sqlite"
"""Of the connection, as in the secrets; of the file beside the store where there is no such secret."""
PATIENCE = "30"
"""Seconds that a writer waits for another one in SQLite."""
SCRIPT = "pages/teach/board.py"
MANAGE, KEYS = "manage", "k.keys"
"""The managing key in the link; the session's key of a class -> its managing key."""
REFUSED = "k.refused"
"""Session key: why the last change was refused."""

log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def board() -> Board:
    """The board of this server."""
    there: dict[str, Any] = {} if has_own_database() else {"url": beside_the_store()}
    connection = st.connection(NAME, type="sql", pool_pre_ping=True, **there)
    return Board(connection.engine, settings.read().board_days)


def has_own_database() -> bool:
    """Whether the secrets name a database for the board."""
    return bool(st.secrets.load_if_toml_exists() and NAME in st.secrets.get("connections", {}))


def beside_the_store() -> str:
    """The address of a file in the store's folder."""
    query = {"timeout": PATIENCE}
    return URL.create("sqlite", database=str(service().store.path / FILE), query=query).render_as_string()


@contextmanager
def answering(lang: str) -> Iterator[None]:
    """Says so where the database does not answer."""
    try:
        yield
    except SQLAlchemyError:
        log.exception("the database of the class board does not answer")
        st.error(text("board.page.down", lang))


def room() -> Class | None:
    """The class of this visit, if it is there."""
    return classes.find(board(), here()) if here() else None


def here() -> str:
    """The class that the visit's links name; '' for none."""
    name: str = st.session_state.get(ui.CLASS, "")
    return name


def key() -> str:
    """The managing key that this visit has for its class; '' for none."""
    found: str = st.session_state.get(KEYS, {}).get(here(), "")
    return found


def open_link(lang: str) -> str | None:
    """Takes the managing key of the link. Returns a sentence if it is not that of the class."""
    given = (ui.new_link(MANAGE) or {}).get(MANAGE)
    if given is None:
        return None
    if not classes.manages(board(), here(), given[:64]):
        return text("board.page.wrong_key", lang)
    hold(here(), given)
    return None


def hold(class_id: str, given: str) -> None:
    """Enters a class as its manager."""
    st.session_state[ui.CLASS] = class_id
    st.session_state[KEYS] = st.session_state.get(KEYS, {}) | {class_id: given}


def to_link() -> dict[str, str]:
    """The query of the page."""
    return {MANAGE: key()} if key() else {}


def leave() -> None:
    """Leaves the class; its links still work."""
    ui.touched()
    st.session_state.get(KEYS, {}).pop(st.session_state.pop(ui.CLASS, ""), None)


# What a visitor does


def attempt(act: Callable[..., Any], *args: Any, **values: Any) -> Any:
    """What an act on the board comes to; None where it is refused, which the page says."""
    ui.touched()
    try:
        return act(board(), *args, **values) or True
    except BoardError as error:
        st.session_state[REFUSED] = (error.reason, error.facts)
    except SQLAlchemyError:
        log.exception("the class board could not be changed")
        st.session_state[REFUSED] = ("down", {})
    return None


def refusal(lang: str) -> None:
    """Says why the last change was refused."""
    reason, facts = st.session_state.pop(REFUSED, ("", {}))
    if reason:
        st.warning(text(f"board.refused.{reason}", lang, **facts))
