"""A server of the app for load tests: a store of its own, a free port, pinned to a core if there are two."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


class LoadServer:
    """A running server: its process, and its host with the port."""

    def __init__(self, process, port):
        self.process, self.host = process, f"127.0.0.1:{port}"

    @property
    def pid(self):
        """The server's process id."""
        return self.process.pid


@contextmanager
def serving(enter=None, **environment):
    """A server over a temporary store, ready for visitors; ended at the end. enter: what its process does first."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        process = started(port, os.environ | {"GANLAB_STORE": str(Path(folder) / "store")} | environment, enter)
        try:
            yield LoadServer(process, port)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


def started(port, environment, enter=None):
    """The process of a server that answers."""
    options = f"--server.port={port} --server.headless=true --server.address=127.0.0.1"
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options.split()]
    with open(environment.get("LOAD_LOG", os.devnull), "w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, preexec_fn=enter)
    until = time.monotonic() + 600
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=10)
            return process
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise RuntimeError("the server does not answer")


def pin(process, core):
    """Keeps a process, and what it starts later, on one core where there are several."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(process, {core})
