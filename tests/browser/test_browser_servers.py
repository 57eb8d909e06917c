"""Two servers behind one address, with sticky sessions: they share nothing, and give the same run bit for bit."""

import pytest
from browsing import NEEDS_CHROMIUM, NOWHERE, PATIENCE, Server, press
from playwright.sync_api import expect
from sticky import SEAT, Proxy

from ganlab.plane.config import PlaneConfig
from ganlab.store.runs import Store

pytest_plugins = ["browsing"]
pytestmark = [*NEEDS_CHROMIUM, pytest.mark.nightly]
RUN = PlaneConfig(g_width=8, d_width=8, batch_size=32, steps=200, seed=77, members=2)
LINK = "arena?lang=en&v=1&a.g_width=8&a.d_width=8&a.batch_size=32&a.steps=200&a.seed=77&a.members=2"
VISITORS = (0, 1, 0)
"""The server of each visitor."""


@pytest.fixture
def servers(tmp_path):
    made = [Server(tmp_path / name, **NOWHERE) for name in ("one", "other")]
    yield made
    for server in made:
        server.stop()


def test_two_servers_behind_a_proxy_give_the_same_frames(servers, browser):
    with Proxy([server.port for server in servers]) as proxy:
        for seat in VISITORS:
            visit(browser, proxy, seat, servers[seat])
    frames, other = (frames_of(server) for server in servers)
    assert len(frames) > 2 * 60
    assert frames == other
    assert [len(server.runs()) for server in servers] == [1, 1], "each has computed it once"
    assert {*proxy.passed} == {0, 1}


def visit(browser, proxy, seat, server):
    """Opens the link as a new visitor, trains the run unless the server has it, and sees its end."""
    context = browser.new_context()
    context.add_cookies([{"name": SEAT, "value": str(seat), "url": proxy.url("")}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(proxy.url(LINK))
    page.wait_for_selector("[data-testid=player][data-step]")
    if not server.runs():
        press(page, "a-train")
    expect(page.get_by_text(f"Trained: {RUN.steps} steps")).to_be_visible()
    context.close()


def frames_of(server):
    """The stored frames of the run, by member and step."""
    with Store(server.store) as store:
        return {(member, *frame) for member in range(RUN.members) for frame in store.frames(RUN.key(), member).items()}
