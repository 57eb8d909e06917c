"""A class on the real server, as websocket clients: one link is one run, and everyone sees it. No browser is needed."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from browsing import NEEDS_CHROMIUM, until
from browsing import server as server  # the server of the browser tests, shared
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from waiting import GUARD

from benchmarks import soak
from benchmarks.clients import Visit
from ganlab import ui
from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig

pytestmark = NEEDS_CHROMIUM
CONFIG = PlaneConfig(steps=4000, seed=1717, g_width=8, d_width=8)
LONG = CONFIG.replace(steps=100_000, seed=1718)


def query(config):
    return urlencode({"lang": "en", **to_query(config, "a.")})


async def lesson(host):
    """Three open one link, the first trains, all watch until the status says so."""
    class_ = [await Visit(host, query=query(CONFIG)).open() for _ in range(3)]
    for visit in class_:
        await visit.finished()
    await class_[0].go(press="a.train")
    await class_[0].finished()
    for visit in class_[1:]:
        await visit.go()
        await visit.finished()
    while not all(any(said.startswith(("Training:", "Trained:")) for said in visit.texts) for visit in class_):
        await asyncio.sleep(0.1)
    for visit in class_:
        await visit.close()
    return class_


async def return_to(host, query):
    """A visitor presses Train and is gone; then the same browser comes to a session that knows nothing of that."""
    cookie = f"{ui.COOKIE}={'5' * 32}"
    first = await Visit(host, query=query, cookie=cookie).open()
    await first.finished()
    await first.go(press="a.train")
    await first.finished()
    await first.close()
    again = await Visit(host, query=query, cookie=cookie).open()
    await again.finished()
    assert again.has("a.stop"), "who asked for the run may stop it"
    await again.go(press="a.stop")
    await again.finished()
    await again.close()
    return first, again


def beside(visits):
    """What comes of visits."""
    return elsewhere(lambda: asyncio.run(asyncio.wait_for(visits, GUARD)))


def elsewhere(work, *given):
    """What a function returns in a thread of its own; this one may have the event loop of a browser."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work, *given).result()


def test_a_class_opens_one_link_and_watches_one_run(server):
    visits = beside(lesson(f"127.0.0.1:{server.port}"))
    assert [visit.exceptions for visit in visits] == [[], [], []]
    assert all(visit.picture_s and visit.messages > 50 for visit in visits)
    until(lambda: server.runs().get(CONFIG.key(), "-")[0] == "done")
    assert len([key for key in server.runs() if key == CONFIG.key()]) == 1


def told(*fragments):
    """The message that a run begins: of the page, or of fragments."""
    message = ForwardMsg()
    message.metadata.run.fragment_ids.extend(fragments)
    return message


def test_a_client_does_not_wait_for_an_end_that_never_comes():
    async def visited(*begun):
        visit = Visit("nowhere")
        visit._timers, visit._asked, visit._begun, visit._whole = {}, {}, {}, False
        visit._finished = asyncio.Event()
        for fragments in begun:
            visit._on_new_session(told(*fragments))
        return visit.unsaid, visit._finished.is_set()

    assert beside(visited(("timer",), ())) == (0, False), "the page's run has only begun"
    assert beside(visited((), ("timer",))) == (1, True), "the next run has begun, so that of the page has ended"


def test_who_comes_back_to_a_new_session_has_the_run_and_the_settings(server):
    first, again = beside(return_to(f"127.0.0.1:{server.port}", query(LONG)))
    assert first.exceptions == again.exceptions == []
    until(lambda: server.runs()[LONG.key()][0] == "stopped")


@pytest.mark.nightly
def test_nothing_fails_while_visitors_come_and_go():
    assert elsewhere(soak.main, ["--minutes", "2", "--visitors", "8"]) == 0
