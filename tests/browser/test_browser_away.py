"""Connections that end: a proxy that closes idle ones, and a browser that is away for three minutes, in real time."""

from urllib.parse import urlencode

import pytest
from browsing import NEEDS_CHROMIUM, PATIENCE, choose, link, offered, press, until
from sticky import Proxy

from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig

pytest_plugins = ["browsing"]
pytestmark = [*NEEDS_CHROMIUM, pytest.mark.nightly]
RUN = PlaneConfig(seed=190, g_width=8, d_width=8, steps=500)
LINK = urlencode({"lang": "es", **to_query(RUN, "a.")})
SOON = 2
"""Seconds after which the proxy closes an idle connection; the usual ones wait for 60."""
AWAY = 190
"""Seconds without a connection: Streamlit keeps a session for 120."""


@pytest.fixture
def come(browser):
    """Opens the link through a proxy."""
    pages = []

    def come(proxy):
        page = browser.new_context(locale="en-GB").new_page()
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.goto(proxy.url(f"arena?{LINK}"))
        page.wait_for_selector("[data-testid=player][data-step]")
        return page

    yield come
    for page in pages:
        page.context.close()


def change(page, k):
    """Changes a setting, which the link then has."""
    choose(page, "a-w-d_steps", str(k))
    until(lambda: link(page).get("a.d_steps") == str(k))


def trained(page, server, config):
    """The page trains its run to the end, and says so."""
    press(page, "a-train")
    until(lambda: server.runs().get(config.key(), "-")[0] == "done")
    page.get_by_text(f"Entrenado: {config.steps} pasos").wait_for()


def test_a_page_goes_on_behind_a_proxy_that_closes_idle_connections(server, come):
    with Proxy([server.port]) as proxy:
        page = come(proxy)
        proxy.idle = SOON
        for k in (2, 3):
            before = proxy.closed
            until(lambda before=before: proxy.closed > before)
            change(page, k)
        trained(page, server, RUN.replace(d_steps=3))


def test_a_browser_that_was_away_for_three_minutes_has_its_page_its_run_and_its_settings(server, come):
    with Proxy([server.port]) as proxy:
        page = come(proxy)
        change(page, 4)
        trained(page, server, RUN.replace(d_steps=4))
        before = link(page)
        proxy.leave()
        page.wait_for_timeout(1000 * AWAY)
        sessions = len(proxy.passed)
        proxy.away = False
        until(lambda: len(proxy.passed) > sessions)
        page.get_by_text(f"Entrenado: {RUN.steps} pasos").wait_for()
        assert link(page) == before
        change(page, 5)
        offered(page, "a-train")
        assert link(page) | {"a.d_steps": "4"} == before
