"""A browser that asks before it has drawn: it reports the settings of before, which count for nothing."""

import pytest
from browsing import NEEDS_CHROMIUM, PATIENCE, choose, link, part, rested, step, until
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

pytest_plugins = ["browsing"]
pytestmark = NEEDS_CHROMIUM
TRAINED = "Trained: 1\u202f000 steps."
SCRUB = "time => { time.value = 10; time.dispatchEvent(new Event('input', { bubbles: true })); }"


class Line:
    """The page's connection. What the server sends can be kept back for a while."""

    def __init__(self, page):
        self.slow, self.late = False, []
        page.route_web_socket("**/_stcore/stream", self.open)

    def open(self, page):
        self.page, server = page, page.connect_to_server()
        page.on_message(server.send)
        server.on_message(lambda message: self.late.append(message) if self.slow else page.send(message))

    @property
    def said(self):
        """What is kept back, decoded."""
        return [ForwardMsg.FromString(message) for message in self.late]

    def drawn(self, times):
        """Whether the status was drawn so often or more, and the run that did it last has ended. Not how many runs have
        ended: the one before may end late on a busy machine, where the player's two reports may come at once, too."""
        said = self.said
        drawn = [at for at, message in enumerate(said) if message.delta.new_element.markdown.body == TRAINED]
        ended = [at for at, message in enumerate(said) if message.WhichOneof("type") == "script_finished"]
        return len(drawn) >= times and max(ended, default=-1) > drawn[-1]

    def hurry(self):
        self.slow = False
        for message in self.late:
            self.page.send(message)


@pytest.fixture
def page(browser):
    """A page of somebody new: what is done to its connection would stay with a page that others use, too."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def changed(page):
    """Whether another setting was changed. If not, it is typed again: once the change was lost; why is unknown."""
    choose(rested(page), "a-w-g_steps", "2")
    return link(page).get("a.g_steps") == "2"


def test_what_the_browser_reports_beside_a_players_request_is_no_change(page, server):
    """A preset is chosen, and the player asks for frames of the run before: the browser has not drawn the new one."""
    line = Line(page)
    page.goto(server.url("arena", "lang=en&a.preset=ring"))
    page.wait_for_selector("[data-testid=player][data-step]")
    rested(page)
    line.slow = True
    choose(page, "a-w-preset", "Ring, 50 D updates per step")
    until(lambda: step(page) and line.drawn(1))
    part(page, "time").evaluate(SCRUB)
    until(lambda: step(page) and line.drawn(2))
    line.hurry()
    until(lambda: link(page)["a.preset"] == "ring_k50")
    until(lambda: changed(page))
    assert set(link(page)) == {"lang", "a.preset", "a.g_steps"}
