"""uvicorn's HTTP/1.1 with a say on clients that send too much before a request is there, or take too long about it."""

import asyncio
import logging
import sys
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from core.client_address import UNKNOWN
from core.middleware.request_id import HEADER as ID_HEADER
from core.middleware.security_headers import HEADERS_OF_REFUSALS
from core.request_ids import request_id_from

logger = logging.getLogger(__name__)

HEADERS_PATIENCE_S = 20.0
LINGER_S = 5.0
"""How long what else a refused client sends is thrown away: a reset would take the answer from it."""


class GuardedProtocol(H11Protocol):
    """Headers over 64 KB are a 431 and not a 400; headers that are not there in time are a 408, and not waited for.

    Where nothing has been sent in that time, the connection is closed without a word.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadline: asyncio.TimerHandle | None = None
        self.is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.expect_headers()

    def data_received(self, data: bytes) -> None:
        if self.is_refused:
            return
        super().data_received(data)
        if not self.is_refused and self.conn.their_state is h11.IDLE:
            self.expect_headers()
        else:
            self.expect_nothing()

    def connection_lost(self, exc: Exception | None) -> None:
        self.expect_nothing()
        super().connection_lost(exc)

    def expect_headers(self) -> None:
        if self.deadline is None:
            self.deadline = self.loop.call_later(HEADERS_PATIENCE_S, self.headers_late)

    def expect_nothing(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def headers_late(self) -> None:
        if self.transport.is_closing():
            return
        if self.conn.trailing_data[0]:
            self.refuse(408)
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Called where h11 refuses what came: it knows better than 400."""
        error = sys.exc_info()[1]
        self.refuse(getattr(error, "error_status_hint", 400))

    def refuse(self, status: int) -> None:
        """Answers, and closes once the client does, or after a while."""
        self.is_refused = True
        phrase = HTTPStatus(status).phrase.encode()
        request_id = request_id_from(None)
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(phrase))),
            *HEADERS_OF_REFUSALS.items(),
            (ID_HEADER, request_id),
            ("Connection", "close"),
        ]
        self.log(status, request_id)
        for event in (
            h11.Response(status_code=status, headers=headers, reason=phrase),
            h11.Data(data=phrase),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event))
        self.loop.call_later(LINGER_S, self.transport.close)
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def log(self, status: int, request_id: str) -> None:
        """The only line of what is no request yet, and has neither method nor path."""
        address = self.client[0] if self.client else UNKNOWN
        facts = {"status": status, "client_ip": address, "request_id": request_id}
        logger.warning("No request - Status: %s - IP: %s", status, address, extra=facts)
