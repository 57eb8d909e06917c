"""The screens: the only package that imports streamlit or altair. Here: what all pages share about a visit."""

import re
import uuid

import streamlit as st

from ganlab.ui.text import LANGUAGES, text
from ganlab.ui.text import language as best_language

COOKIE = "ganlab_viewer"


def touched() -> None:
    """Marks the coming rerun as our own: the link it brings along may be older than the session, and is not read."""
    st.session_state["touched"] = True


def rerun() -> None:
    """Runs the whole page again, from what the session holds."""
    touched()
    st.rerun()


def follow_link() -> None:
    """Once a run, before any page: takes the language, and whether the link is news, from the address bar."""
    state, link = st.session_state, st.query_params.to_dict()
    ours = state.pop("touched", False)
    state["link_is_new"] = not ours and link != state.get("link_written")
    wanted = link.get("lang")
    if "lang" not in state or (state["link_is_new"] and wanted in LANGUAGES):
        state["lang"] = best_language(wanted, st.context.locale)
    if state["link_is_new"] and wanted is not None and wanted not in LANGUAGES:
        st.warning(text("notice.link.language", state["lang"], value=code(wanted)))


def new_link(prefix: str) -> dict[str, str] | None:
    """The link that this run has to obey, None if it carries nothing with `prefix` or is the one we wrote."""
    link = st.query_params.to_dict()
    said = any(name.startswith(prefix) for name in link)
    return link if said and st.session_state["link_is_new"] else None


def write_link(query: dict[str, str]) -> dict[str, str]:
    """Puts the page's state, and the language, into the address bar; returns the whole query."""
    query = {"lang": language()} | query
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
    st.session_state["link_written"] = query
    return query


def language() -> str:
    """The visitor's language."""
    return st.session_state["lang"]


def language_switch() -> None:
    """EN · ES, for the sidebar; the rest of the link stays."""
    labels = {lang: lang.upper() for lang in LANGUAGES}
    st.session_state["language"] = language()
    st.segmented_control(
        text("app.nav.language", language()),
        LANGUAGES,
        required=True,
        format_func=labels.__getitem__,
        key="language",
        on_change=_switch_language,
        label_visibility="collapsed",
    )


def viewer() -> str:
    """This browser's name, for wishes: kept in a cookie, so that after a reload it can still stop what it started."""
    if "viewer" not in st.session_state:
        known = str(st.context.cookies.get(COOKIE, ""))
        st.session_state["viewer"] = known if re.fullmatch("[0-9a-f]{32}", known) else uuid.uuid4().hex
    return st.session_state["viewer"]


def cookie() -> str:
    """The script that has the browser keep its name."""
    return f"<script>document.cookie = '{COOKIE}={viewer()}; max-age=31536000; path=/; samesite=lax'</script>"


def code(value: str) -> str:
    """A visitor's text as inline code: shown, never interpreted."""
    return f"`{value[:80].replace('`', chr(39)).replace(chr(10), ' ') or ' '}`"


def _switch_language() -> None:
    touched()
    st.session_state["lang"] = st.session_state["language"] or language()  # nothing yet, on a page that just opens
