"""GAN Arena: the server, and the router of each visit. Run it with `streamlit run streamlit_app.py`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

st.secrets.load_if_toml_exists()  # top-level secrets become variables; the settings are read at the first import below
from ganlab import ui  # noqa: E402
from ganlab.ui.assets import MIDDLEWARE  # noqa: E402
from ganlab.ui.run import server  # noqa: E402
from ganlab.ui.run.notices import strays  # noqa: E402
from ganlab.ui.text import text  # noqa: E402

PAGES = {
    "learn": [("pages/learn/start.py", "start", ""), ("pages/learn/glossary.py", "glossary", "glossary")],
    "lab": [(f"pages/lab/{name}.py", name, name) for name in ("arena", "mnist", "latent", "mistakes")],
    "teach": [("pages/teach/teach.py", "builder", "teach"), ("pages/teach/board.py", "board", "board")],
    "more": [(f"pages/learn/{name}.py", name, name) for name in ("quiz", "theory", "beside", "about")],
    "apart": [("pages/teach/sheet.py", "sheet", "sheet"), ("pages/learn/host.py", "host", "host")],
}
MENU = ("learn", "lab", "teach")
"""Section -> (script, name in the texts, URL path); those in the menu. The foot of every page leads to `more`."""


def visit() -> None:
    """One run of the script: the common part of all pages, then the page."""
    ui.follow_link()
    lang = ui.language()
    st.set_page_config(page_title=text("app.site.name", lang), page_icon="⚔️", layout="wide")
    sections = {section: [ui.page(*entry, section not in MENU) for entry in PAGES[section]] for section in PAGES}
    chosen = st.navigation({text(f"app.nav.{section}", lang): pages for section, pages in sections.items()})
    ui.look()
    with st.sidebar:
        ui.language_switch()
        st.container(key="script").html(ui.script(lang), unsafe_allow_javascript=True)
    server.welcome(lang)
    strays.warn(chosen.url_path, lang)
    with server.watched(lang):
        chosen.run()
    ui.foot(["pages/learn/glossary.py", *(script for script, _, _ in PAGES["more"])])


@asynccontextmanager
async def serving(_: st.App) -> AsyncIterator[None]:
    """The server's lifespan. All modules and the shipped runs are loaded before the first visit."""
    PagesManager.uses_pages_directory = False  # else the first visitor's deep link is "not found": see st.navigation
    server.prepare()
    await asyncio.to_thread(server.service)
    yield
    await asyncio.to_thread(server.close)


if __name__ == "__main__":
    server.PAGES.inside()(ui.heard)(visit)
else:
    app = st.App(__file__, lifespan=serving, middleware=MIDDLEWARE)
