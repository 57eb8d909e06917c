"""Streamlit's own scripts and styles, packed once and sent from memory.

They are most of what a first visit loads (docs/capacity.md). Streamlit sends them unpacked, since packing each answer
anew would cost more than it saves; here each is packed when it is first asked for, and kept.
"""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any

from streamlit import config, file_util

from ganlab.ui.policy import SEALED, Message, Send

PACKED = ".js", ".css"
"""What is packed by name; the other files, fonts and pictures, are packed already."""
KEPT = f"public, immutable, max-age={365 * 24 * 60 * 60}"
"""For how long browsers keep a file: as Streamlit has it. The names hold a hash of the content."""


class Assets:
    """ASGI middleware that answers requests for Streamlit's scripts and styles, if the browser takes gzip."""

    def __init__(self, app: Callable[..., Awaitable[None]]):
        self.app = app

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        """Answers with the packed file, or leaves the answer to Streamlit."""
        path = asked(scope)
        if path is None:
            return await self.app(scope, receive, send)
        body = packed(path)
        headers = {
            "content-type": f"{mimetypes.types_map[path.suffix]}; charset=utf-8",
            "content-encoding": "gzip",
            "content-length": str(len(body)),
            "cache-control": KEPT,
            "vary": "Accept-Encoding",
        }
        coded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": coded})
        await send({"type": "http.response.body", "body": body})


def asked(scope: Message) -> Path | None:
    """The file of Streamlit that a request wants and may get packed; None for any other request."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    if not any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"]):
        return None
    base = config.get_option("server.baseUrlPath").strip("/")
    path, above = scope["path"], f"/{base}" if base else ""
    return files().get(path[len(above) :]) if path.startswith(above) else None


@cache
def files() -> dict[str, Path]:
    """Streamlit's scripts and styles: path of the request -> file. Nothing else is ever read."""
    root = Path(file_util.get_static_dir())
    return {f"/{path.relative_to(root).as_posix()}": path for path in root.rglob("*") if path.suffix in PACKED}


@cache
def packed(path: Path) -> bytes:
    """A file as gzip has it."""
    return gzip.compress(path.read_bytes(), mtime=0)


MIDDLEWARE: Any = [SEALED, (Assets, (), {})]
"""All middleware of the server as Starlette takes it, the outermost first."""
