"""Streamlit's own scripts and styles: packed once, the same content, and nothing but them."""

import gzip
from pathlib import Path

import pytest
from streamlit import config, file_util
from streamlit.web.server.starlette.starlette_server_config import STATIC_ASSET_CACHE_MAX_AGE_SECONDS

from ganlab.ui.assets import Assets, files, packed

SCRIPT = next(path for path in files() if path.endswith(".js"))
STYLE = next(path for path in files() if path.endswith(".css"))


def answer(path, method="GET", accepts=b"gzip, deflate, br"):
    """(status, headers, body) of an answer; None if the request was left to the app."""
    left, sent = [], []

    async def app(scope, receive, send):
        left.append(scope["path"])

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [(b"accept-encoding", accepts)]}
    with pytest.raises(StopIteration):  # nothing is waited for; other tests of this process may have a loop that runs
        Assets(app)(scope, None, send).send(None)
    assert bool(left) != bool(sent)
    if left:
        return None
    start, body = sent
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"]


@pytest.mark.parametrize(("path", "kind"), [(SCRIPT, "javascript"), (STYLE, "css")])
def test_a_file_comes_packed_with_its_own_content_and_is_kept_by_the_browser(path, kind):
    status, headers, body = answer(path)
    assert status == 200
    assert gzip.decompress(body) == Path(file_util.get_static_dir(), path[1:]).read_bytes()
    assert kind in headers["content-type"]
    assert headers["content-encoding"] == "gzip"
    assert int(headers["content-length"]) == len(body)
    assert headers["cache-control"] == f"public, immutable, max-age={STATIC_ASSET_CACHE_MAX_AGE_SECONDS}"
    assert headers["vary"] == "Accept-Encoding"


def test_a_file_is_packed_once():
    assert packed(files()[SCRIPT]) is packed(files()[SCRIPT])


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (SCRIPT, {"accepts": b"br"}),
        (SCRIPT, {"method": "HEAD"}),
        (SCRIPT, {"method": "POST"}),
        ("/", {}),
        ("/index.html", {}),
        ("/static/js/no such file.js", {}),
        (f"/static/css/..{SCRIPT.removeprefix('/static')}", {}),
        ("/static/../../__init__.py", {}),
        (f"/elsewhere{SCRIPT}", {}),
    ],
)
def test_everything_else_is_left_to_streamlit(path, asked):
    assert answer(path, **asked) is None


def test_below_a_path_of_the_deployers_own(monkeypatch):
    monkeypatch.setattr(config, "get_option", {"server.baseUrlPath": "/gan/"}.get)
    assert answer(f"/gan{SCRIPT}") is not None
    assert answer(SCRIPT) is None
