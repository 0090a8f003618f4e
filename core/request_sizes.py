"""How large and how slow a request may be, whatever server stands in front. ASGI, around the HTTP application.

An address that is no text is refused here too, before Django makes a guess at it.

What is refused still reaches the application, without its body, so that the refusal is logged, has an id and the
headers of every answer: `core.middleware.request_sizes` makes it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from core.request_addresses import is_readable

MAX_HEADERS_BYTES = 64 * 1024
MAX_BODY_BYTES = 1024 * 1024
BODY_PATIENCE_S = 30.0
"""For the whole body."""
LINGER_S = 5.0
REFUSAL = "refusal"
"""The key in the scope of a request that is to be refused."""

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    detail: str


HEADERS_TOO_LARGE = Refusal(431, f"Address and headers together may have {MAX_HEADERS_BYTES} bytes.")
BODY_TOO_LARGE = Refusal(413, f"A body may have {MAX_BODY_BYTES} bytes.")
BODY_TOO_SLOW = Refusal(408, f"The body was not there after {BODY_PATIENCE_S:.0f} seconds.")
TWO_ENDS = Refusal(400, "Content-Length and Transfer-Encoding together leave open where the body ends.")
UNREADABLE = Refusal(400, "The address is no text: it has null bytes, or bytes that are no UTF-8.")


class ClientGone(Exception):
    """Nobody is there any more to be answered."""


class RequestSizes:
    """Around an ASGI application; bodies are read here, whole."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        size, length, chunked = measured(scope)
        refusal = declared_refusal(scope, size, length, chunked)
        if refusal is None and not (length or chunked):
            await self.application(scope, receive, send)
            return
        body = b""
        if refusal is None:
            try:
                async with asyncio.timeout(BODY_PATIENCE_S):
                    body, refusal = await read_body(receive)
            except TimeoutError:
                refusal = BODY_TOO_SLOW
            except ClientGone:
                return
        if refusal is None:
            await self.application(scope, _Given(body, receive), send)
            return
        scope = {**scope, REFUSAL: refusal, "query_string": b""}
        await self.application(scope, _Given(b"", _nothing_more), _Lingering(receive, send))


def measured(scope: Any) -> tuple[int, int | None, bool]:
    """Bytes of address and headers, the body's declared bytes, and whether it comes in chunks."""
    size, length, chunked = len(scope["path"]) + len(scope.get("query_string", b"")), None, False
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name == b"content-length":
            length = int(value) if value.isdigit() and len(value) < 19 else MAX_BODY_BYTES + 1
        elif name == b"transfer-encoding":
            chunked = True
    return size, length, chunked


def declared_refusal(scope: Any, size: int, length: int | None, chunked: bool) -> Refusal | None:
    if size > MAX_HEADERS_BYTES:
        return HEADERS_TOO_LARGE
    if length is not None and chunked:
        return TWO_ENDS
    if length is not None and length > MAX_BODY_BYTES:
        return BODY_TOO_LARGE
    return None if is_readable(scope) else UNREADABLE


async def read_body(receive: Receive) -> tuple[bytes, Refusal | None]:
    """The body, or why it is refused; not a part more is read then. Raises ClientGone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return b"", BODY_TOO_LARGE
        if not message.get("more_body", False):
            return bytes(body), None


class _Given:
    """`receive` that gives a body which is there, and then what `after` has."""

    def __init__(self, body: bytes, after: Receive) -> None:
        self._body: bytes | None = body
        self._after = after

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._after()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _nothing_more() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


class _Lingering:
    """`send` that ends the answer, and with it the connection, once the rest of the request was thrown away.

    A connection that is closed while bytes of the client are unread is reset, and the client never sees the answer.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._send({**message, "headers": [*message["headers"], (b"Connection", b"close")]})
            return
        if message.get("more_body", False):
            await self._send(message)
            return
        await self._send({**message, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                await self._throw_away()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _throw_away(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                return
