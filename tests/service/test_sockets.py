"""What the server sends is not held back until the browser has confirmed what came before."""

import socket
from contextlib import contextmanager

import pytest

from ganlab.host import sockets
from ganlab.ui.run import server


@contextmanager
def taking():
    """A socket that takes connections, made as Streamlit makes its own: without the protocol's number."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen()
        yield made


def at_once(listening):
    """Whether a connection that a socket takes now sends at once."""
    with socket.create_connection(listening.getsockname()[:2]), listening.accept()[0] as taken:
        return bool(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


@pytest.fixture
def as_the_server_begins(monkeypatch):
    """What a server does before its first visit, without the modules and the theme, which other tests have."""
    monkeypatch.setattr(server.ui, "load", lambda: None)
    monkeypatch.setattr(server.theme, "read_once", lambda: None)
    return server.prepare


def test_a_connection_sends_at_once_only_after_the_server_asked_for_it(as_the_server_begins):
    with taking() as listening:
        assert not at_once(listening)
        as_the_server_begins()
        assert at_once(listening)


def test_only_sockets_that_take_connections_are_listed():
    with taking() as listening, socket.socket() as idle:
        assert {listening.fileno(), idle.fileno()} <= {*sockets.open_sockets()}
        found = [copy.getsockname() for copy in sockets.listening()]
        assert found.count(listening.getsockname()) == 1
        assert all(port for _, port, *_ in found)


def test_where_they_cannot_be_listed_nothing_fails(monkeypatch, tmp_path):
    monkeypatch.setattr(sockets, "OPEN", tmp_path / "none")
    sockets.send_at_once()
    assert sockets.open_sockets() == []
