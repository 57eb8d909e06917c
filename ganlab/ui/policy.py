"""The Content Security Policy of every page: what a page may load, and from where.

Streamlit needs inline scripts and styles, and its charts need `eval`, so this does not stop a script that is in the
page; nothing of a visitor's is put there as HTML. It stops what comes from other hosts and what is sent to them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
"""By kind of resource. Other sites may show a page in a frame, as courses do."""
HEADERS = {
    "content-security-policy": "; ".join(f"{kind} {sources}" for kind, sources in POLICY.items()),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


class Policy:
    """ASGI middleware that adds HEADERS to every answer to a request."""

    def __init__(self, app: Callable[..., Awaitable[None]]):
        self.app = app

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        """Answers a request, with HEADERS where the answer has none of that name."""

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in SENT if pair[0] not in own)]
            await send(message)

        await self.app(scope, receive, sealed)


SENT = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
"""The headers as ASGI has them."""
SEALED: Any = (Policy, (), {})
"""The middleware as Starlette takes it: a class and its arguments."""
