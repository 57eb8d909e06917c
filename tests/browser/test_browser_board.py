"""The class board in real browsers: two servers behind one class, on a PostgreSQL; hostile names stay text."""

import pytest
from browsing import NEEDS_CHROMIUM, NOWHERE, Server, link, press, rested, train_for, until
from databases import postgresql
from playwright.sync_api import expect

from ganlab.links import to_query
from ganlab.plane.config import PlaneConfig

pytest_plugins = ["browsing"]
pytestmark = [*NEEDS_CHROMIUM, pytest.mark.nightly]
RUN = PlaneConfig(g_width=4, d_width=4, batch_size=16, members=16, steps=20)
HOSTILE = "<img src=x> **b** www.evil.example"


@pytest.fixture
def two(tmp_path):
    """Two servers, each with a run store of its own, and one database for both."""
    with postgresql() as url:
        secrets = tmp_path / "secrets.toml"
        secrets.write_text(f'[connections.board]\nurl = "{url.render_as_string(hide_password=False)}"\n')
        settings = {"GANLAB_BOARD": "on", "STREAMLIT_SECRETS_FILES": str(secrets), **NOWHERE}
        servers = [Server(tmp_path / name, **settings) for name in ("one", "other")]
        yield servers
        for server in servers:
            server.stop()


def fill(page, key, value):
    rested(page).locator(f".st-key-{key} :is(input, textarea)").fill(value)


def test_a_class_on_two_servers_pins_and_the_board_follows(two, visitors, tmp_path):
    one, other = two
    train_for(other, tmp_path, RUN)
    teacher, _ = visitors.come()
    teacher.goto(one.url("board", "lang=en"))
    fill(teacher, "k-title", HOSTILE)
    press(teacher, "k-open")
    name = until(lambda: link(teacher).get("class"))
    teacher.get_by_role("tab", name="Run and question").click()
    fill(teacher, "k-link", one.url("arena", "&".join(f"{key}={value}" for key, value in to_query(RUN, "a.").items())))
    press(teacher, "k-deal-send")

    student, _ = visitors.come(width=390)
    student.goto(other.url("board", f"lang=en&class={name}"))
    fill(student, "k-name", HOSTILE[:20])
    press(student, "k-join-send")
    student.get_by_role("link", name="Open your seed").click()
    student.wait_for_selector("[data-testid=player][data-step]")
    assert link(student)["class"] == name
    press(student, "share")
    press(student, "a-pin")
    expect(student.get_by_text("It is on the board.")).to_be_visible()

    expect(teacher.get_by_text("Pinned: 1 of 1 dealt seeds.")).to_be_visible()
    expect(teacher.get_by_role("heading", name=HOSTILE.partition(".")[0])).to_be_visible()
    assert teacher.locator("a[href*=evil], [data-testid=stMain] img[src=x]").count() == 0
    assert not list(one.store.glob("board*")), "it is in the one database"
