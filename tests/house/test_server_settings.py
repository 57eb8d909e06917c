"""What a busy server stands on: how it is started, and how its workers wait."""

import os
import tomllib
from pathlib import Path

from ganlab.service import worker_process

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text())


def test_the_server_does_not_watch_its_sources():
    assert CONFIG["server"]["fileWatcherType"] == "none"


def test_a_browser_still_has_what_a_slow_run_names():
    """One press, the page's two timers, and runs that these interrupt: the browser counts each that ends."""
    assert CONFIG["global"]["maxCachedMessageAge"] >= 10


def test_the_threads_of_a_worker_sleep_while_they_wait(monkeypatch):
    monkeypatch.setattr(worker_process, "current", lambda function: {"prepare": id}.get(function, os.getenv))
    place = worker_process.WorkerProcess("here/0")
    try:
        for name, value in worker_process.WAITING.items():
            place.submit(lambda _: None, "environment", name)
            assert place._future.result() == value
            place.reap()
    finally:
        place.close()
