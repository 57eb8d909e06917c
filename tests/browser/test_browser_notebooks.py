"""A run in a notebook shows itself in the player: in JupyterLab and in marimo, by hand.

`pip install jupyterlab nbclient ipykernel marimo`, then `python -m pytest -m nightly -k notebooks`.
"""

import os
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest
from browsing import GUARD, NEEDS_CHROMIUM, PATIENCE, ROOT, until

pytest_plugins = ["browsing"]
pytestmark = [*NEEDS_CHROMIUM, pytest.mark.nightly]
CELL = 'import ganlab\nganlab.open("ring")'
APP = """
import marimo
app = marimo.App()

@app.cell
def _():
    import ganlab
    ganlab.open("ring")
    return
"""


@contextmanager
def served(folder, *command):
    """The address of a program's server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    line = [sys.executable, "-m", *(part.format(port=port) for part in command)]
    process = subprocess.Popen(line, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, **quiet)
    try:
        until(lambda: answers(f"http://127.0.0.1:{port}/"))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(GUARD)


def answers(address):
    try:
        return urllib.request.urlopen(address, timeout=GUARD).status == 200
    except OSError:
        return False


def plays(browser, address):
    """Whether the player in the page's frame plays to its end and speaks two languages."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    frame = page.frame_locator('iframe[title="GAN Arena"]')
    player = frame.get_by_test_id("player")
    player.wait_for()
    frame.locator("[data-lang=es]").click()
    assert frame.locator("[data-part=verdict-label]").inner_text() == "Veredicto"
    frame.get_by_test_id("canvas").focus()
    page.keyboard.press("End")
    until(lambda: player.get_attribute("data-step") == "6000")
    page.close()


def test_a_run_shows_itself_in_jupyterlab(browser, tmp_path):
    nbformat, client = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("jupyterlab")
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    client.NotebookClient(made, timeout=GUARD).execute()
    nbformat.write(made, tmp_path / "run.ipynb")
    subprocess.run([sys.executable, "-m", "jupyter", "trust", "run.ipynb"], cwd=tmp_path, check=True)
    options = (
        "--no-browser",
        "--allow-root",
        "--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
    )
    with served(tmp_path, "jupyterlab", *options) as address:
        plays(browser, f"{address}/lab/tree/run.ipynb")


def test_a_run_shows_itself_in_marimo(browser, tmp_path):
    pytest.importorskip("marimo")
    (tmp_path / "app.py").write_text(APP)
    with served(tmp_path, "marimo", "-q", "run", "app.py", "--headless", "--no-token", "--port", "{port}") as address:
        plays(browser, address)
