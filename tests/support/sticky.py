"""A TCP proxy with sticky sessions: a cookie says which server a connection goes to."""

import re
import socket
import socketserver
import threading

SEAT = "seat"
"""The cookie: the number of a server."""


class Proxy(socketserver.ThreadingTCPServer):
    """Listens on a free port and passes connections on to the servers' ports, as long as it is entered."""

    daemon_threads = True

    def __init__(self, ports):
        super().__init__(("127.0.0.1", 0), Connection)
        self.ports, self.passed = ports, []

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}/{path}"


class Connection(socketserver.BaseRequestHandler):
    """One connection: its first request has the cookie; then bytes go both ways until both ends have closed."""

    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head and (piece := self.request.recv(65536)):
            head += piece
        found = re.search(rb"\b%s=(\d+)" % SEAT.encode(), head)
        seat = int(found[1]) if found else 0
        self.server.passed.append(seat)
        with socket.create_connection(("127.0.0.1", self.server.ports[seat])) as server:
            server.sendall(head)
            back = threading.Thread(target=pump, args=(server, self.request), daemon=True)
            back.start()
            pump(self.request, server)
            back.join()


def pump(source, sink):
    """Passes on what comes until the source ends."""
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of the ends has gone
