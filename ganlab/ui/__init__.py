"""The screens. Only this package imports streamlit or altair. This module: a visit's language, link and cookie."""

import json
import re
import uuid
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import RerunData, RerunException, get_script_run_ctx

from ganlab.host import settings
from ganlab.studies.cards import IN_CODE, LESSONS
from ganlab.ui.text import LANGUAGES, text
from ganlab.ui.text import language as best_language
from ganlab.ui.text.glossary import explained

COOKIE = "ganlab_viewer"
CLASS, CLASS_NAME = "class", "[0-9a-z]{10}"
"""Key of the link and of the session: the class that a visitor belongs to, on all pages; and its form."""
LOOK = Path(__file__).parent
SCRIPT = (LOOK / "page.js").read_text(encoding="utf-8")
EXPLAINED = "explained"
"""Session key: the terms that this run of the page has explained."""
REPORTED = "reported"
"""Session key: what the browser reported as the session began, until a run of a page has come to its end."""
OPTIONAL = ("board",)
"""Pages, and folders of the screens, that the setting of the same name turns on."""
STREAMLIT = ("menu", "menu_settings", "upload", "system", "light", "dark", "print", "record", "stop")
"""What page.css writes in the place of Streamlit's own words, by name."""
VISIBILITY: dict[bool, Any] = {False: "visible", True: "hidden"}
"""Streamlit's words for what the menu has, by whether a page is hidden."""


def modules() -> list[str]:
    """The modules of the screens, without those of a page that is turned off."""
    off = tuple(f"ganlab.ui.{name}." for name in OPTIONAL if not getattr(settings.read(), name))
    return [module.name for module in walk_packages(__path__, "ganlab.ui.") if not module.name.startswith(off)]


def load() -> None:
    """Imports the modules of the screens."""
    for module in modules():
        import_module(module)


def touched() -> None:
    """Marks the next rerun as our own. Its link may be older than the session, so it is ignored."""
    st.session_state["touched"] = True


def rerun() -> None:
    """Reruns the whole page from the session's state."""
    touched()
    st.rerun()


def held(key: str, value: Any, take: Callable[[Any], None]) -> dict[str, Any]:
    """The key and the callback of a widget that shows a value of the session. It is set on every run: the browser may
    miss a message, and a widget without a value would start at its minimum and report that.

    take: called with what the visitor changes it to. Such a change runs the whole page. With a request for a fragment
    alone, as of a player or a timer, the browser also reports every widget, and may not have drawn the present value
    yet; the old one that it reports then is no change.
    """
    st.session_state[key] = value

    def changed() -> None:
        if alone():
            st.session_state[key] = value
        else:
            take(st.session_state[key])

    return {"key": key, "on_change": changed}


def alone() -> bool:
    """Whether only a part of the page is drawn."""
    context = get_script_run_ctx()
    return bool(context and context.fragment_ids_this_run)


def follow_link() -> None:
    """Reads the language from the address bar, and whether the link is new. Runs once, before any page."""
    state, link = st.session_state, st.query_params.to_dict()
    state[EXPLAINED] = set()
    ours = state.pop("touched", False)
    state["link_is_new"] = not ours and link != state.get("link_written")
    if state["link_is_new"] and re.fullmatch(CLASS_NAME, link.get(CLASS, "")):
        state[CLASS] = link[CLASS]
    wanted = link.get("lang")
    if "lang" not in state or (state["link_is_new"] and wanted in LANGUAGES):
        state["lang"] = best_language(wanted, st.context.locale)
    if state["link_is_new"] and wanted is not None and wanted not in LANGUAGES:
        st.warning(text("notice.link.language", state["lang"], value=code(wanted)))


def page(script: str, name: str, path: str, hidden: bool) -> st.Page:
    """A page with its name in the menu and what it is for. One that is hidden or turned off is not in the menu."""
    hidden = hidden or (name in OPTIONAL and not getattr(settings.read(), name))
    counts, lang, seen = {"cards": len(LESSONS), "in_code": len(IN_CODE)}, language(), VISIBILITY[hidden]
    title, help = text(f"app.nav.{name}", lang), text(f"app.nav.{name}_help", lang, **counts)
    return st.Page(script, title=title, help=help, url_path=path, default=not path, visibility=seen)


def new_link(prefix: str) -> dict[str, str] | None:
    """The link to apply in this run. None if it has no key with `prefix`, or if we wrote it ourselves."""
    link = st.query_params.to_dict()
    ours = any(name.startswith(prefix) for name in link)
    return link if ours and st.session_state["link_is_new"] else None


def write_link(query: dict[str, str]) -> dict[str, str]:
    """Writes the page's state, the language and the class to the address bar. Returns the whole query."""
    query = {"lang": language()} | ({CLASS: st.session_state[CLASS]} if CLASS in st.session_state else {}) | query
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
    st.session_state["link_written"] = query
    return query


def language() -> str:
    """The visitor's language."""
    chosen: str = st.session_state["lang"]
    return chosen


@st.fragment(run_every=3600)
def returning() -> None:
    """Draws nothing. Streamlit runs a page again once its connection is back, but only one that has a timer.

    Without that run, a server that was restarted meanwhile opens the link together with the visitor's first change, and
    takes the link's settings.
    """


def heard(run: Callable[[], None]) -> None:
    """Runs the page. What the visitor changes before the session has drawn a page is reported again after its first
    whole run, but for pressed buttons.

    The browser shows a page before the session does when the server was restarted meanwhile. A change stops the run and
    begins another; Streamlit knows no callback of a widget that is not drawn yet, and `held` overwrites its value.
    """
    context, state = get_script_run_ctx(), st.session_state
    if state.get(REPORTED) == {}:
        return run()
    shown = {widget.id: widget for widget in context.session_state.get_widget_states()} if context else {}
    first = state.setdefault(REPORTED, shown)
    run()
    state[REPORTED] = {}
    changed = [widget for name, widget in shown.items() if first.get(name, widget) != widget]
    if context and changed:
        same = ("query_string", "page_script_hash", "cached_message_hashes", "context_info")
        asked: dict[str, Any] = {name: getattr(context, name) for name in same}
        raise RerunException(RerunData(**asked, widget_states=WidgetStates(widgets=changed)))


def look() -> None:
    """The style and the logo of every page, and its timer."""
    returning()
    st.html(LOOK / "page.css")
    st.logo(LOOK / "logo.svg", size="large")


def language_switch() -> None:
    """The language switch of the sidebar. It keeps the rest of the link."""
    labels = {lang: lang.upper() for lang in LANGUAGES}
    st.segmented_control(
        text("app.nav.language", language()),
        LANGUAGES,
        required=True,
        format_func=labels.__getitem__,
        **held("language", language(), _switch_language),
        label_visibility="collapsed",
    )


def markdown(sentence: str, **look: Any) -> None:
    """Our own Markdown, whose terms are explained on their first use on the page. Not for a visitor's text."""
    st.markdown(explained(sentence, language(), st.session_state[EXPLAINED]), unsafe_allow_html=True, **look)


def caption(sentence: str, **look: Any) -> None:
    """The same in small."""
    st.caption(explained(sentence, language(), st.session_state[EXPLAINED]), unsafe_allow_html=True, **look)


def foot(scripts: Sequence[str]) -> None:
    """The foot of a page: links to pages that the menu may not have."""
    with st.container(horizontal=True, key="foot"):
        for script in scripts:
            st.page_link(script, query_params={"lang": language()})


def viewer() -> str:
    """This browser's id. A cookie keeps it, so that after a reload the visitor can still stop a run they started."""
    if "viewer" not in st.session_state:
        known = str(st.context.cookies.get(COOKIE, ""))
        st.session_state["viewer"] = known if re.fullmatch("[0-9a-f]{32}", known) else uuid.uuid4().hex
    name: str = st.session_state["viewer"]
    return name


def script(lang: str) -> str:
    """The script of a visit: the browser's id as a cookie, the document's language, one history entry for each page."""
    facts: dict[str, Any] = {"cookie": f"{COOKIE}={viewer()}; max-age=31536000; path=/; samesite=lax", "lang": lang}
    facts["words"] = {name: text(f"app.streamlit.{name}", lang) for name in STREAMLIT}
    return f'<script type="module">{SCRIPT}visit({json.dumps(facts)});</script>'


def entitle(page: str, *run: str) -> None:
    """Names the browser's tab and the history's entry: the run, the page, the site."""
    lang = language()
    st.set_page_config(page_title=" · ".join([*run, text(f"app.nav.{page}", lang), text("app.site.name", lang)]))


def code(value: str) -> str:
    """A visitor's text as inline code, so that Markdown does not interpret it."""
    return f"`{printable(value[:80]).replace('`', chr(39)) or ' '}`"


def printable(value: str) -> str:
    """A visitor's text as it can be sent and drawn on one line: other signs become a space or a question mark."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "?" for sign in value)


def _switch_language(chosen: str | None) -> None:
    touched()
    st.session_state["lang"] = chosen or language()  # empty while a page opens


def uploader(label: str, **look: Any) -> Any:
    """A place for files, or the reason why there is none. Streamlit's arguments; the files, None without any."""
    if uploads():
        return st.file_uploader(label, **look)
    page = (st.context.url or "").split("?")[0]
    address = f"{page}?{urlencode(st.query_params.to_dict())}"
    st.info(text("app.upload.framed", language(), label=label, address=address), icon=":material/upload_file:")
    return None


def uploads() -> bool:
    """Whether files can be uploaded. A browser keeps the cookie that this takes from a frame of another site, unless
    the server sends it to all sites; then it takes HTTPS, in a frame or not."""
    if not st.get_option("server.enableXsrfProtection"):
        return True
    if st.get_option("server.xsrfCookieSameSite") == "none":
        return (st.context.url or "").startswith("https:")
    return not st.context.is_embedded
