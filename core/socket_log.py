"""A WebSocket is a line when it comes and a line when it has gone. ASGI, around the application of the sockets.

Query strings are in no line: tickets are there.
"""

import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from core.log_text import path_in_log
from core.metrics import SOCKETS
from core.request_ids import current_request_id, request_id_from

logger = logging.getLogger("core.sockets")

LOGGED = "logged"
"""The key in the scope under which an application puts what its socket's last line is to say, by name."""

INTERNAL_ERROR = 1011
UNKNOWN_ADDRESS = "unknown"

Message = dict[str, Any]


class SocketLog:
    """Gives each socket a `request_id` in its scope; closes one whose application fails with 1011, without a word."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        request_id = request_id_from(header(scope, b"x-request-id"))
        current_request_id.set(request_id)
        lines = SocketLines(scope, request_id, receive, send)
        scope = {**scope, "request_id": request_id, LOGGED: lines.told}
        try:
            await self.application(scope, lines.receive, lines.send)
        except Exception:
            logger.exception("WebSocket: %s - failed", lines.facts["path"], extra=lines.facts)
            await lines.close()
        finally:
            lines.end()


class SocketLines:
    """The two lines of a socket, of which the first is written at once; sees what goes through it."""

    def __init__(self, scope: Any, request_id: str, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        self.began = perf_counter()
        self.told: dict[str, Any] = {}
        self.facts: dict[str, Any] = {
            "path": path_in_log(scope["path"]),
            "client_ip": (scope.get("client") or (UNKNOWN_ADDRESS,))[0],
            "request_id": request_id,
        }
        self._receive = receive
        self._send = send
        self._accepted = False
        self._close_code: int | None = None
        logger.info("WebSocket: %s - IP: %s", self.facts["path"], self.facts["client_ip"], extra=self.facts)

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.disconnect" and self._close_code is None:
            self._close_code = message.get("code", 1005)
        return message

    def send(self, message: Message) -> Awaitable[None]:
        # No coroutine of its own: this is done for every frame.
        sent: Awaitable[None] = self._send(message) if message["type"] == "websocket.send" else self._note(message)
        return sent

    async def _note(self, message: Message) -> None:
        if message["type"] == "websocket.accept":
            self._accepted = True
            SOCKETS.inc()
        elif message["type"] == "websocket.close" and self._close_code is None:
            self._close_code = message.get("code", 1000)
        await self._send(message)

    async def close(self) -> None:
        """After a failure, unless it is closed."""
        if self._close_code is None:
            await self.send({"type": "websocket.close", "code": INTERNAL_ERROR})

    def end(self) -> None:
        if self._accepted:
            SOCKETS.dec()
        duration_s = perf_counter() - self.began
        told = "".join(f" - {name.capitalize()}: {value}" for name, value in self.told.items())
        logger.log(
            logging.ERROR if self._close_code == INTERNAL_ERROR else logging.INFO,
            "WebSocket: %s - %s - Duration: %.3fs%s - IP: %s",
            self.facts["path"],
            self._outcome(),
            duration_s,
            told,
            self.facts["client_ip"],
            extra=self.facts | self.told | {"close_code": self._close_code, "duration_ms": round(duration_s * 1000, 3)},
        )

    def _outcome(self) -> str:
        if not self._accepted:
            return "Refused"
        return "Closed: none" if self._close_code is None else f"Closed: {self._close_code}"


def header(scope: Any, name: bytes) -> str | None:
    """The header's one value; None where there is none, or more."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None
