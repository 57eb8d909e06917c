"""A run that takes long, in a real browser: stopped, shared by two visitors; its worker and its server are killed."""

import os
import signal
import time
from urllib.parse import urlencode, urlsplit

import browsing
import pytest
from browsing import NEEDS_CHROMIUM, address, choose, fact, link, part, rested, steady, step, until
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
RUN = PlaneConfig(seed=11, d_steps=20, g_width=32, d_width=32, steps=12000)
APP, CONNECTED = "[data-testid=stApp]", "[data-test-connection-state=CONNECTED]"
LINK = urlencode({"lang": "en"} | to_query(RUN, "a."))


@pytest.fixture(scope="module")
def page(stay):
    """One page for all that follows, each test going on where the one before left it. It draws few of the pictures."""
    page = stay("arena", LINK)
    part(page, "speed").select_option("0.25")
    return page


@pytest.fixture
def reached(server):
    """RUN's state, its step and its worker's process id, as the store has them when asked."""
    return lambda: server.runs().get(RUN.key(), ("absent", 0, 0))


def press(page, key):
    browsing.press(page, f"a-{key}")


def offered(page, key):
    browsing.offered(page, f"a-{key}")


def ended(told):
    """Whether these messages of the server end a run of the page."""
    return any(ForwardMsg.FromString(message).WhichOneof("type") == "script_finished" for message in told)


def stopped(page, reached):
    press(page, "stop")
    until(lambda: reached()[0] == "stopped")
    offered(page, "train")


def test_train_and_stop(page, reached):
    assert fact(page, "empty") == "true"
    with steady(page):
        press(page, "train")
        first = until(lambda: int(fact(page, "last") or 0))
        until(lambda: int(fact(page, "last") or 0) > first)
        stopped(page, reached)
    before = reached()
    time.sleep(1.5)
    assert reached() == before, "it goes on after Stop"


def test_two_browsers_one_link_one_computation_and_one_may_stop(page, visit, server, reached):
    other = visit("arena", urlsplit(address(page)).query, width=390, height=844)
    assert 0 < step(other) <= reached()[1]
    assert link(other) == link(page)
    before = set(server.runs())
    stands = part(other, "player").bounding_box()["y"]
    for one in (page, other):
        with steady(one):
            press(one, "train")
            offered(one, "stop")
    assert part(other, "player").bounding_box()["y"] == stands
    assert set(server.runs()) == before
    wishes = "SELECT viewer FROM wishes WHERE run = ?"
    assert len(server.rows(wishes, RUN.key())) == 2
    press(page, "stop")
    until(lambda: len(server.rows(wishes, RUN.key())) == 1)
    seen = reached()[1]
    until(lambda: reached()[1] > seen)
    assert reached()[0] == "running"
    with steady(other):
        stopped(other, reached)


def test_a_killed_worker_is_told_and_the_run_goes_on(page, reached):
    seen = reached()[1]
    offered(page, "train")
    press(page, "train")
    until(lambda: reached()[0] == "running" and reached()[1] > seen)
    _, seen, pid = reached()
    os.kill(pid, signal.SIGKILL)
    expect(page.get_by_text("The worker died at step")).to_be_visible()
    until(lambda: reached()[0] == "running" and reached()[1] > seen)
    assert reached()[2] != pid


def test_a_killed_server_loses_nothing(page, visit, server, reached):
    assert reached()[0] == "running"
    other, told = visit("arena", "lang=en&a.preset=ring"), []
    other.once("websocket", lambda line: line.on("framereceived", lambda message: told.append(message)))
    server.kill()
    seen = reached()[1]
    other.wait_for_selector(f"{APP}:not({CONNECTED})")
    server.start()
    until(lambda: other.wait_for_selector(APP + CONNECTED) and ended(told))  # the page runs again once it is connected
    rested(other)
    choose(other, "a-w-d_steps", "4")
    until(lambda: link(other).get("a.d_steps") == "4")
    page.goto(server.url("arena", LINK))
    expect(page.get_by_text("The server was restarted at step")).to_be_visible()
    until(lambda: reached()[1] > seen)
    stopped(page, reached)
