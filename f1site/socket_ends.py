"""Every socket ends, also where its client does not read that it does.

Servers close when all that was sent before has been taken, and uvicorn does not even begin to close before that: a
client that reads nothing more would keep its connection, and the process when it stops, for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from core.draining import on_drain

LINGER_S = 5.0
"""How long a client may take to read the rest."""

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]


class SocketEnds:
    """ASGI, next to the server: connections are broken off LINGER_S after the application closed one, or left it."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        break_off = way_to_break_off(send) if scope["type"] == "websocket" else None
        if break_off is None:
            await self.application(scope, receive, send)
            return
        end = _End(break_off)

        async def close(message: Message) -> None:
            end.begin()
            with suppress(OSError):  # broken off meanwhile, which is as good
                await send(message)

        def forward(message: Message) -> Awaitable[None]:
            # No coroutine of its own: this is done for every frame.
            return close(message) if message["type"] == "websocket.close" else send(message)

        try:
            await self.application(scope, receive, forward)
        finally:
            end.begin()


def way_to_break_off(send: Send) -> Callable[[], None] | None:
    """Of the connection that a server's `send` is for: asyncio's, or Twisted's; None where it does not show."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    return getattr(transport, "abort", None) or getattr(transport, "abortConnection", None)


class _End:
    """Of one connection. To break off one that is gone does nothing."""

    def __init__(self, break_off: Callable[[], None]) -> None:
        self._break_off = break_off
        self._has_begun = False
        _ahead.add(self)

    def begin(self) -> None:
        if self._has_begun:
            return
        self._has_begun = True
        asyncio.get_running_loop().call_later(LINGER_S, self._complete)

    def hurry(self) -> None:
        """The process stops."""
        if self._has_begun:
            self._complete()
        else:
            self.begin()

    def _complete(self) -> None:
        _ahead.discard(self)
        self._break_off()


_ahead: set[_End] = set()
"""Of all sockets."""


@on_drain
async def end_all() -> None:
    """uvicorn waits for whoever does not answer its pings, and fails at whoever has closed and does not read."""
    for end in list(_ahead):
        end.hurry()
