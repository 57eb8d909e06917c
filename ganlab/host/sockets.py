"""The sockets on which this process takes connections."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OPEN = Path("/dev/fd")
"""By number, what the process has open; a folder that Windows does not have."""


def send_at_once() -> None:
    """Lets no packet wait until the browser has confirmed the one before (Nagle's algorithm, RFC 896).

    A header and a short body are two packets, and a browser confirms the first after 40 ms, so each small file would
    take that long. asyncio switches this off only for sockets that were made with the protocol's number, and Streamlit
    makes its own without one. A connection has the setting of the socket that took it.
    """
    for taking in listening():
        taking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)


def listening() -> Iterator[socket.socket]:
    """A copy of each TCP socket that takes connections, closed at the next one; none where sockets cannot be listed."""
    for number in open_sockets():
        with suppress(OSError), socket.fromfd(number, -1, -1) as copy:
            tcp = copy.family in (socket.AF_INET, socket.AF_INET6) and copy.type == socket.SOCK_STREAM
            if tcp and copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield copy


def open_sockets() -> list[int]:
    """The numbers of all sockets that the process has open."""
    with suppress(OSError):
        return [int(entry.name) for entry in OPEN.iterdir() if entry.is_socket()]
    return []
