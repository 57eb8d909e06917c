"""The server's one run service, and its one process for short work."""

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
    """Who computes for all visitors; its store is given the runs that ship."""
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
    """This visit, told to the service: from now until the browser goes away, a worker stays ready."""
    name = uuid.uuid4().hex
    service().join(name)
    return name
