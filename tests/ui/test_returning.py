"""A session that begins while the browser already shows its page, as after a restart of the server."""

import pytest
import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest
from visits import ROUTER, held, opened, quiet_server, sound  # noqa: F401
from waiting import GUARD

from ganlab import ui
from ganlab.ui.run.experiment import ARENA

PAGE = "pages/lab/arena.py"


@pytest.fixture
def report():
    """What a browser that shows the page reports of its widgets, with a value of d_steps."""
    shown = opened(PAGE)._tree.get_widget_states()

    def report(d_steps):
        states = WidgetStates()
        states.CopyFrom(shown)
        (widget,) = [one for one in states.widgets if one.id.endswith("-a.w.d_steps")]
        widget.int_value = d_steps
        return states

    return report


@pytest.mark.parametrize(("before", "after", "kept"), [(1, 4, 4), (4, 4, 1), (1, 1, 1)])
def test_a_change_before_the_session_has_drawn_the_page_is_kept(before, after, kept, report, monkeypatch):
    """The change stops the first run. What the browser reported from the beginning is none: the link says 1."""
    app = AppTest.from_file(str(ROUTER), default_timeout=GUARD)
    app.switch_page(PAGE)
    look = ui.look
    monkeypatch.setattr(ui, "look", st.stop)
    app._run(report(before))
    assert not app.number_input
    monkeypatch.setattr(ui, "look", look)
    sound(app._run(report(after)))
    shown = app.number_input(key="a.w.d_steps").value
    assert (held(app, ARENA).d_steps, shown) == (kept, kept)
    assert ("a.d_steps" in app.query_params) == (kept != 1)
