"""What a link has that no page reads: settings without their page's prefix, and more parameters than can be read."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ganlab.kind.fields import knobs
from ganlab.kinds import KINDS
from ganlab.ui import code
from ganlab.ui.run import share
from ganlab.ui.run.experiment import ARENA
from ganlab.ui.text import text

MOST = 1000
"""Parameters of a link that Streamlit reads; of a longer one it reads none."""
ALSO = ("preset", "member")
"""What a link may say of a run beside its settings."""


def warn(page: str, lang: str) -> None:
    """Says once what of a new link is not read. page: its address."""
    if st.session_state["link_is_new"]:
        found = [*unread(lang), *without_prefix(page, lang)]
        share.warn(share.shortened(found, lang), None, lang)


def unread(lang: str) -> list[str]:
    """A sentence if the link has more parameters than can be read."""
    context = get_script_run_ctx()
    count = context.query_string.count("&") + 1 if context else 0
    return [text("notice.link.many", lang, count=count, most=MOST)] if count > MOST else []


def without_prefix(page: str, lang: str) -> list[str]:
    """A sentence for each setting without the prefix that says whose it is."""
    prefix = next((kind.prefixes[0] for kind in KINDS.values() if kind.page == page), ARENA.prefix)
    names = [name for name in st.query_params.to_dict() if name in settings()]
    return [text("notice.link.prefix", lang, value=code(name), whole=code(prefix + name)) for name in names]


def settings() -> set[str]:
    """What a run of any kind may be told by a link."""
    return {name for kind in KINDS.values() for name in knobs(kind.config)} | set(ALSO)
