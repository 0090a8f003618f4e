"""What daphne leaves out for sockets: waiting for clients that read slowly, and close codes below 3000.

daphne takes whatever an application sends and keeps it in memory until the client reads, without a limit. And it can
close by 1000 and from 3000 on alone, although its protocol can say the others (1001, 1009, 1011).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from f1site.address import hold_back

Scope = dict[str, Any]
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Callable[[], Awaitable[Any]], Send], Awaitable[None]]

FIRST_FREE_CODE = 3000
NORMAL = 1000


class DaphneSockets:
    """ASGI, outermost: the `send` of daphne knows the connection that it is of. Other servers are not touched."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        protocol = daphnes_protocol(send) if scope["type"] == "websocket" else None
        if protocol is None:
            await self.application(scope, receive, send)
            return
        line = Line(protocol, send)
        try:
            await self.application(scope, receive, line.send)
        finally:
            line.let_go()


def daphnes_protocol(send: Send) -> Any:
    """The WebSocket protocol of a connection to daphne; None for other servers."""
    bound = send.args[0] if isinstance(send, partial) and send.args else None
    return bound if hasattr(bound, "sendCloseFrame") and hasattr(bound, "registerProducer") else None


def below_tls(transport: Any) -> Any:
    """The one that has the system's socket: Twisted's TLS is a transport on top of it."""
    while hasattr(transport, "transport"):
        transport = transport.transport
    return transport


class Line:
    """A connection, as Twisted's push producer: the transport says when it has enough, and when it wants more."""

    def __init__(self, protocol: Any, send: Send) -> None:
        self.transport = below_tls(protocol.transport)
        self._protocol = protocol
        self._send = send
        self._wants_more = asyncio.Event()
        self._wants_more.set()
        self._is_held = False

    async def send(self, message: Message) -> None:
        match message["type"]:
            case "websocket.accept":
                await self._send(message)
                self._hold()
            case "websocket.send":
                await self._wants_more.wait()
                await self._send(message)
            case "websocket.close" if self._is_held and NORMAL < message.get("code", NORMAL) < FIRST_FREE_CODE:
                self.let_go()
                self._protocol.sendCloseFrame(code=message["code"])
            case _:
                self.let_go()
                await self._send(message)

    def _hold(self) -> None:
        if self.transport.disconnected:
            return
        connection = self.transport.getHandle()
        if connection.family != socket.AF_UNIX:
            hold_back(connection)
        # The one that is there since the request was HTTP would stop reading, but nobody's writing.
        self._protocol.unregisterProducer()
        self._protocol.registerProducer(self, True)
        self._is_held = True

    def let_go(self) -> None:
        if self._is_held:
            self._is_held = False
            self._protocol.unregisterProducer()
            self.resumeProducing()

    def pauseProducing(self) -> None:  # noqa: N802  Twisted's names
        """Nothing is read either: the answers to pings would pile up."""
        self._wants_more.clear()
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        self._wants_more.set()
        self.transport.resumeProducing()

    def stopProducing(self) -> None:  # noqa: N802
        """The connection is lost: nobody is to wait for it."""
        self._wants_more.set()
