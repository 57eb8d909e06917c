"""The run service of the server, and its process for short jobs."""

import sys
import uuid

import streamlit as st

from ganlab.data.user_files import use_store
from ganlab.host import settings
from ganlab.links import identity
from ganlab.service.runs import Runs
from ganlab.service.short_jobs import ShortJobs
from ganlab.store.recording import RECORDED
from ganlab.store.runs import Store


@st.cache_resource(show_spinner=False)
def service() -> Runs:
    """The run service for all visitors. Its store contains the shipped runs."""
    chosen = settings.with_options(settings.read(), sys.argv[1:])
    store = Store(chosen.store)
    use_store(store.path)
    for recorded in sorted(RECORDED.glob("*.zip")):
        store.import_recording(recorded, identity)
    return Runs(store, chosen.slots)


@st.cache_resource(show_spinner=False)
def short_jobs() -> ShortJobs:
    """Who does this server's short work."""
    return ShortJobs()


@st.cache_resource(scope="session", on_release=lambda visit: service().leave(visit), show_spinner=False)
def visit() -> str:
    """Registers this visit with the service, which keeps a worker ready until the browser leaves."""
    name = uuid.uuid4().hex
    service().join(name)
    return name
