"""uvicorn's WebSocket protocol for clients that send and do not read, and for one message to a thousand of them."""

from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from core.middleware.request_id import HEADER as ID_HEADER
from core.middleware.security_headers import HEADERS_OF_REFUSALS
from core.request_ids import current_request_id
from core.send_now import SEND_NOW
from f1site import socket_ends
from f1site.socket_inbox import Inbox


class _LastFrame:
    """What was framed last. A server does not mask, so that the same payload is the same bytes for whoever gets it."""

    def __init__(self) -> None:
        self._payload: str | bytes = b""
        self._framed = b""

    def of(self, payload: str | bytes) -> bytes:
        # By identity, which costs nothing; it cannot be another object, since this one is kept.
        if payload is not self._payload:
            frame = Frame(Opcode.TEXT, payload.encode()) if isinstance(payload, str) else Frame(Opcode.BINARY, payload)
            self._framed = frame.serialize(mask=False)
            self._payload = payload
        return self._framed


_last_frame = _LastFrame()


class _Handshake(ServerProtocol):
    """Refusals are answers as any other: with what browsers are told, and the socket's id where it has one."""

    def reject(self, status: Any, text: str) -> Response:
        response = super().reject(status, text)
        for name, value in HEADERS_OF_REFUSALS.items():
            response.headers[name] = value
        if request_id := current_request_id.get():
            response.headers[ID_HEADER] = request_id
        return response


class GuardedSocket(WebSocketsSansIOProtocol):
    """Does not keep answers to pings without a limit, nor a connection that is over. Frames a message once for all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = _Handshake(max_size=self.config.ws_max_size, logger=self.logger)
        self.queue: Any = Inbox()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated and not self.close_sent:
            self.refuse_handshake()

    def refuse_handshake(self) -> None:
        """uvicorn would leave one that cannot be read without an answer, and open for ever."""
        answer = b"".join(self.conn.data_to_send()) or self.conn.reject(HTTPStatus.BAD_REQUEST, "").serialize()
        self.handshake_complete = self.close_sent = True
        self.transport.write(answer)
        self.transport.close()

    async def run_asgi(self) -> None:
        scope = cast("dict[str, Any]", self.scope)
        extensions = scope["extensions"]
        scope["extensions"] = {**extensions, SEND_NOW: self.send_now}
        try:
            await super().run_asgi()
        finally:
            scope["extensions"] = extensions  # or it would be kept by itself

    async def send(self, message: Any) -> None:
        if message["type"] != "websocket.send" or not self.send_now(message):
            await super().send(message)
        if message["type"] == "websocket.accept":
            self.forget_handshake()

    def forget_handshake(self) -> None:
        """It would be kept as long as the connection: 4 KB, of which the scope has what anybody asks for."""
        del self.request, self.response

    def send_now(self, message: dict[str, Any]) -> bool:
        """As `core.send_now`: while the client reads, the connection is open, and no extension changes what is sent."""
        connection = self.conn
        if not self.writable.is_set() or connection.state is not OPEN or connection.extensions:
            return False
        if self.disconnected or self.close_sent:
            return False
        payload = message.get("bytes")
        self.transport.write(_last_frame.of(message["text"] if payload is None else payload))
        return True

    def handle_ping(self) -> None:
        """While answers wait for the client, others need not be given (RFC 6455, 5.5.3)."""
        pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(pong)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.loop.call_later(socket_ends.LINGER_S, self.transport.abort)

    def shutdown(self) -> None:
        """The whole server's shutdown would fail at a connection that its client has closed and does not read."""
        if not self.transport.is_closing():
            super().shutdown()
            return
        self.stop_keepalive()
        self.transport.abort()
