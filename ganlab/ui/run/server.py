"""The run service of the server, and its process for short jobs."""

import logging
import multiprocessing.util
import sqlite3
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ganlab import ui
from ganlab.data.user_files import use_store
from ganlab.host import machine, settings, sockets
from ganlab.links import identity
from ganlab.service.gate import Gate
from ganlab.service.runs import Runs
from ganlab.service.short_jobs import ShortJobs
from ganlab.store.opening import open_store
from ganlab.store.recording import RECORDED
from ganlab.store.runs import Store
from ganlab.ui.run import theme
from ganlab.ui.text import exists, text

TOLD = "told.store."
"""Prefix of session keys: what was said of the store."""

PAGES, UPDATES = Gate(), Gate()
"""Who draws now: whole pages, and updates of those that watch a run. Updates are short and do not wait for pages."""

log = logging.getLogger(__name__)


def prepare() -> None:
    """Makes this process ready for visitors: loads all modules, reads the theme, lets connections send at once."""
    ui.load()
    theme.read_once()
    sockets.send_at_once()


@st.cache_resource(show_spinner=False)
def service() -> Runs:
    """The run service for all visitors. Its store contains the shipped runs."""
    machine.few_arenas()
    chosen = settings.with_options(settings.read(), sys.argv[1:])
    store = open_store(chosen.store, fill)
    use_store(store.path)
    return Runs(store, chosen.slots if store.database.on_disk else 0, limit=chosen.queue)


def fill(store: Store) -> None:
    """Imports the shipped runs."""
    for recorded in sorted(RECORDED.glob("*.zip")):
        store.import_recording(recorded, identity)


def close() -> None:
    """Ends the server's processes; workers write a checkpoint first."""
    service().close()
    short_jobs().close()
    # loky's semaphores: a signal that ends Python leaves it no time for them
    multiprocessing.util._run_finalizers(0)  # type: ignore[attr-defined]


def welcome(lang: str) -> None:
    """Registers the visit, and says once a visit what happened to the run store."""
    visit()
    for key in service().store.notices:
        if exists(sentence := f"notice.store.{key}") and TOLD + key not in st.session_state:
            st.session_state[TOLD + key] = True
            st.toast(text(sentence, lang), icon=":material/database_off:", duration=30)


def say_what_is_erased(lang: str) -> None:
    """Says that the host of this server erases what is kept, where it does; for places that keep something."""
    if settings.read().ephemeral:
        st.caption(text("notice.host.erases", lang))


@contextmanager
def watched(lang: str) -> Iterator[None]:
    """Says that the store cannot be read, in the place of what would have been drawn."""
    try:
        yield
    except sqlite3.Error:
        log.exception("the run store cannot be read")
        st.error(text("notice.store.unreadable", lang), icon=":material/database_off:")


@st.cache_resource(show_spinner=False)
def short_jobs() -> ShortJobs:
    """Who does this server's short work."""
    return ShortJobs()


@st.cache_resource(scope="session", on_release=lambda visit: service().leave(visit), show_spinner=False)
def visit() -> str:
    """Registers this visit with the service, which keeps a worker ready until the browser leaves."""
    name = uuid.uuid4().hex
    service().join(name, ui.viewer())
    return name
