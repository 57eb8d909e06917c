"""The server's one run service."""

import argparse
import uuid
from pathlib import Path

import streamlit as st

from ganlab.links import identity
from ganlab.runs import Runs
from ganlab.store import Store

RECORDED = Path(__file__).parents[1] / "recorded"
"""The runs that ship with the product."""


@st.cache_resource(show_spinner=False)
def service() -> Runs:
    """Who computes for all visitors; its store is given the runs that ship."""
    chosen = options()
    store = Store(chosen.store)
    for recorded in sorted(RECORDED.glob("*.zip")):
        store.import_recording(recorded, identity)
    return Runs(store, chosen.slots)


def options() -> argparse.Namespace:
    """What stands behind `--`: `streamlit run streamlit_app.py -- --store FOLDER --slots N`."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--slots", type=int)
    return parser.parse_known_args()[0]


@st.cache_resource(scope="session", on_release=lambda visit: service().leave(visit), show_spinner=False)
def visit() -> str:
    """This visit, told to the service: from now until the browser goes away, a worker stays ready."""
    name = uuid.uuid4().hex
    service().join(name)
    return name
