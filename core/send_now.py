"""An extension of ASGI: a socket's message sent by a call, where the server can take it at once.

To await `send` means a coroutine in every layer and a task that is woken, which costs a message to a thousand sockets
as much as sending it. Our uvicorn has it (`f1site.socket_protocol`); with another server everything is awaited.
"""

from collections.abc import Callable, Mapping
from typing import Any

SEND_NOW = "f1replay.send_now"
"""The key among the extensions of a scope."""

SendNow = Callable[[dict[str, Any]], bool]
"""Sends a `websocket.send`; False, and nothing sent, where that has to be awaited."""


def send_now_of(scope: Mapping[str, Any]) -> SendNow | None:
    """The scope's; None where the server has none."""
    send_now: SendNow | None = scope.get("extensions", {}).get(SEND_NOW)
    return send_now
