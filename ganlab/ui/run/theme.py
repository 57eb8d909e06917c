"""The theme in Streamlit's messages, read once.

Streamlit reads every option of the theme anew for each run of a page or of a fragment, which is a large part of what a
refresh costs. The options do not change while a server runs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

Populate = Callable[..., None]


def read_once() -> None:
    """Lets this server read the theme once."""
    populate: Any = app_session._populate_theme_msg
    if not hasattr(populate, "__wrapped__"):
        app_session._populate_theme_msg = remembered(populate)


def remembered(populate: Populate) -> Populate:
    """The function that fills in a section of the theme; it reads each section once."""
    known: dict[str, CustomThemeConfig] = {}

    @wraps(populate)
    def filled(message: CustomThemeConfig, section: str = "theme") -> None:
        if section not in known:
            known[section] = CustomThemeConfig()
            populate(known[section], section)
        if known[section].ByteSize():
            message.MergeFrom(known[section])

    return filled
