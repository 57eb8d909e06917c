"""The entry point for Streamlit Community Cloud: the same server, with the requirements beside this file."""

import os
import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
st.secrets.load_if_toml_exists()  # its top-level entries become variables, as the host has no others
os.environ.setdefault("GANLAB_EPHEMERAL", "on")  # the host erases the disk when it sleeps or deploys anew

from ganlab.ui.assets import MIDDLEWARE  # noqa: E402  # both are found by the line above
from streamlit_app import serving  # noqa: E402

app = st.App(ROOT / "streamlit_app.py", lifespan=serving, middleware=MIDDLEWARE)
