"""Who a connection is from, as the server's own transport has it.

uvicorn, started by itself, takes whoever connects from this machine for a proxy, and then any `X-Forwarded-For` and
`X-Forwarded-Proto` for the truth. Which headers are to be believed is for `core.client_address` to say, and that wants
to know the connection.
"""

from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

OVER_TLS = {"http": "https", "websocket": "wss"}
PLAIN = {"http": "http", "websocket": "ws"}


class ConnectedPeer:
    """ASGI, outermost: the `send` of uvicorn knows the connection that it is of. Other servers are not touched."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
        if kind in PLAIN and hasattr(transport, "get_extra_info"):
            peer = transport.get_extra_info("peername")
            if isinstance(peer, tuple | list):  # that of a Unix socket is text
                scope["client"] = (str(peer[0]), int(peer[1]))
            scope["scheme"] = (OVER_TLS if transport.get_extra_info("sslcontext") else PLAIN)[kind]
        await self.application(scope, receive, send)
