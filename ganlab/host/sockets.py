"""The sockets on which this process takes connections."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OPEN = Path("/dev/fd")
"""By number, what the process has open; a folder that Windows does not have."""


def send_at_once() -> None:
    """Lets no answer wait until the browser has confirmed the one before (Nagle's algorithm, RFC 896).

    A header and a short body are two packets, and browsers confirm the first after 40 ms: so long would each small file
    take. asyncio switches this off only for sockets that were made with the protocol's number, and Streamlit makes its
    own without one. Connections have the setting of the socket that takes them.
    """
    for taking in listening():
        taking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)


def listening() -> Iterator[socket.socket]:
    """A copy of each TCP socket of the process that takes connections, while it is looked at; none where they cannot be
    listed."""
    for number in open_sockets():
        with suppress(OSError), socket.fromfd(number, -1, -1) as copy:
            tcp = copy.family in (socket.AF_INET, socket.AF_INET6) and copy.type == socket.SOCK_STREAM
            if tcp and copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield copy


def open_sockets() -> list[int]:
    """The numbers of all sockets that the process has open."""
    with suppress(OSError):
        return [int(entry.name) for entry in OPEN.iterdir() if stat.S_ISSOCK(mode(entry))]
    return []


def mode(entry: Path) -> int:
    """What is open under an entry; 0 if it is closed by now."""
    with suppress(OSError):
        return entry.stat().st_mode
    return 0
