"""A class on the real server, as websocket clients: one link is one run, and everyone sees it. No browser is needed."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from browsing import NEEDS_CHROMIUM, until
from browsing import server as server  # the server of the browser tests, shared
from waiting import GUARD

from benchmarks import soak
from benchmarks.clients import Visit
from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig

pytestmark = NEEDS_CHROMIUM
CONFIG = PlaneConfig(steps=4000, seed=1717, g_width=8, d_width=8)
QUERY = "&".join(f"{name}={value}" for name, value in {"lang": "en", **to_query(CONFIG, "a.")}.items())


async def lesson(host):
    """Three open one link, the first trains, all watch until the status says so."""
    class_ = [await Visit(host, query=QUERY).open() for _ in range(3)]
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


def test_a_class_opens_one_link_and_watches_one_run(server):
    with ThreadPoolExecutor(1) as beside:  # this thread may have the event loop of a browser
        host = f"127.0.0.1:{server.port}"
        visits = beside.submit(lambda: asyncio.run(asyncio.wait_for(lesson(host), GUARD))).result()
    assert [visit.exceptions for visit in visits] == [[], [], []]
    assert all(visit.picture_s and visit.messages > 50 for visit in visits)
    until(lambda: server.runs().get(CONFIG.key(), "-")[0] == "done")
    assert len([key for key in server.runs() if key == CONFIG.key()]) == 1


@pytest.mark.nightly
def test_nothing_fails_while_visitors_come_and_go():
    assert soak.main(["--minutes", "2", "--visitors", "8"]) == 0
