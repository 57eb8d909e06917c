"""GAN Arena: the router. Run it with `streamlit run streamlit_app.py`."""

from functools import partial
from importlib import import_module

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from ganlab import ui
from ganlab.ui.server import visit
from ganlab.ui.text import text

PAGES = {
    "learn": [("pages/learn/start.py", "start", "")],
    "lab": [("pages/lab/arena.py", "arena", "arena")],
}
"""Section -> (script, name in the texts, URL path; the empty one is the default page)."""
STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding-inline: clamp(0.75rem, 2.5vw, 2.5rem); }
@media (max-width: 640px) { h1 { font-size: 1.25rem !important; } }
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] { gap: 0.6rem; }
:has(> .st-key-cookie) { display: none; }
[class*="st-key-a-chip-"] button { min-height: 1.9rem; padding: 0 0.7rem; border-radius: 1rem; }
.st-key-qr img { max-height: 78vh; object-fit: contain; }
</style>"""
LOGO = "ganlab/ui/logo.svg"
RELOAD = "<script>window.location.reload()</script>"


def page(script: str, name: str, path: str) -> st.Page:
    """One entry of the menu."""
    return st.Page(script, title=t(f"app.nav.{name}"), help=t(f"app.nav.{name}_help"), url_path=path, default=not path)


very_first_visit = bool(PagesManager.uses_pages_directory) and not st.session_state
ui.follow_link()
t = partial(text, lang=ui.language())
st.set_page_config(page_title=t("app.site.name"), page_icon="⚔️", layout="wide")
chosen = st.navigation({t(f"app.nav.{section}"): [page(*entry) for entry in PAGES[section]] for section in PAGES})
if very_first_visit and chosen.url_path:
    # Beside a folder "pages", Streamlit tells the first visitor of a server, if the visit is a deep link, that there is
    # no such page, before this script runs; nothing but loading the page again takes that dialog away.
    st.html(RELOAD, unsafe_allow_javascript=True)
    import_module("ganlab.ui.arena")  # the slow part of a first visit, meanwhile
    st.stop()
st.html(STYLE)
st.logo(LOGO, size="large")
with st.sidebar:
    ui.language_switch()
    with st.container(key="cookie"):
        st.html(ui.cookie(), unsafe_allow_javascript=True)
visit()
chosen.run()
