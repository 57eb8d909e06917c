"""A TCP proxy with sticky sessions: a cookie says which server a connection goes to. It may close idle connections."""

import re
import select
import socket
import socketserver
import threading
from contextlib import suppress

SEAT = "seat"
"""The cookie: the number of a server."""


class Proxy(socketserver.ThreadingTCPServer):
    """Listens on a free port and passes connections on to the servers' ports, as long as it is entered.

    idle: seconds after which a connection on which nothing moves is closed; None for never.
    """

    daemon_threads = True

    def __init__(self, ports):
        super().__init__(("127.0.0.1", 0), Connection)
        self.ports, self.idle, self.passed = ports, None, []
        self.away, self.open, self.closed = False, set(), 0

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}/{path}"

    def leave(self):
        """Cuts all connections and takes no new ones until `away` is False again."""
        self.away = True
        for end in [*self.open]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Connection(socketserver.BaseRequestHandler):
    """One connection: its first request has the cookie; then bytes go both ways until one end has closed."""

    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head and (piece := self.request.recv(65536)):
            head += piece
        if self.server.away:
            return
        found = re.search(rb"\b%s=(\d+)" % SEAT.encode(), head)
        seat = int(found[1]) if found else 0
        self.server.passed.append(seat)
        with socket.create_connection(("127.0.0.1", self.server.ports[seat])) as server, suppress(OSError):
            server.sendall(head)
            self.server.open.add(self.request)
            self.server.closed += relay(self.request, server, lambda: self.server.idle)
        self.server.open.discard(self.request)


def relay(one, other, idle):
    """Passes on what comes until one end closes; whether instead nothing has moved for so long that it is closed.

    idle: gives the seconds after which it is, None for never.
    """
    while (ready := select.select([one, other], [], [], idle() or 1)[0]) or not idle():
        for source in ready:
            if not (piece := source.recv(65536)):
                return False
            (other if source is one else one).sendall(piece)
    return True
