"""What a visitor whose run waits can watch: the finished run that differs least from it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ganlab.kind.config import RunConfig
from ganlab.kinds import KINDS
from ganlab.links import differences, to_query
from ganlab.ui.run import share
from ganlab.ui.run.server import service
from ganlab.ui.text import text, worded

FRESH = 20
"""Seconds for which the choice stays."""
UNSEEN = ("seed", "steps", "members")
"""Settings that hardly change what is seen; they count less than all others."""


def sentence(kind: str, config: RunConfig, lang: str) -> str:
    """A link to the most similar finished run, and in what it differs; '' without one. It opens in a tab of its own, so
    that the place in the queue stays."""
    other = similar(config.key(), config)
    if other is None:
        return ""
    names = [worded(f"field.short.{name}", lang) for name in differences(other, config)]
    page = KINDS[kind]
    address = share.address({"lang": lang} | to_query(other, page.prefixes[0]), page.page)
    return text("run.status.meanwhile", lang, address=address, names=", ".join(names))


@st.cache_data(ttl=FRESH, max_entries=256, show_spinner=False)
def similar(key: str, _config: RunConfig) -> Any:
    """The finished run that differs least from a config; None without one."""
    found = [other for other in service().finished(_config) if other.key() != key]
    return min(found, key=lambda other: distance(other, _config), default=None)


def distance(config: RunConfig, other: RunConfig) -> tuple[int, int]:
    """The number of settings that differ: those that are seen, then the others."""
    names = differences(config, other).keys()
    return len(names - set(UNSEEN)), len(names & set(UNSEEN))
