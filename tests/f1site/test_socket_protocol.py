"""Connections that their clients have closed and do not read, when the server stops; and messages framed once."""

import asyncio
import weakref

import pytest
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from core.middleware.security_headers import HEADERS_OF_REFUSALS
from core.request_ids import current_request_id
from core.send_now import send_now_of
from f1site.socket_protocol import GuardedSocket

TURNS = 5
"""Of the loop, until the application has accepted."""
CLOSE = b"\x88\x82\0\0\0\0\x03\xe8"
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class StalledTransport:
    """Takes all and brings nothing away, so that it stays when it is closed."""

    is_closed = is_aborted = False

    def get_extra_info(self, _name):
        return None

    def write(self, data):
        pass

    def close(self):
        self.is_closed = True

    def is_closing(self):
        return self.is_closed

    def abort(self):
        self.is_aborted = True


async def application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    await receive()


async def test_it_is_broken_off_and_the_shutdown_goes_on():
    protocol = GuardedSocket(uvicorn.Config(application, log_config=None), ServerState(), {})
    transport = StalledTransport()
    protocol.connection_made(transport)
    protocol.data_received(HANDSHAKE)
    for task in list(protocol.tasks):
        task.get_loop().call_soon(protocol.data_received, CLOSE)
        await task
    assert transport.is_closed

    protocol.shutdown()
    assert transport.is_aborted


class WatchedTransport(StalledTransport):
    def __init__(self):
        self.written = []

    def write(self, data):
        self.written.append(data)


async def opened(connect):
    """A protocol whose application is `connect`, and its transport."""
    protocol = GuardedSocket(uvicorn.Config(connect, log_config=None), ServerState(), {})
    transport = WatchedTransport()
    protocol.connection_made(transport)
    protocol.data_received(HANDSHAKE)
    for _ in range(TURNS):
        await asyncio.sleep(0)
    assert len(transport.written) == 1, "the handshake's answer"
    transport.written.clear()
    return protocol, transport


async def test_a_message_to_many_is_framed_once_and_as_the_library_frames_it():
    scopes = []

    async def watched(scope, receive, send):
        scopes.append(scope)
        await application(scope, receive, send)

    lines = [await opened(watched) for _ in range(2)]
    messages = [{"type": "websocket.send", "text": "é" * 200}, {"type": "websocket.send", "bytes": b"\1" * 70_000}]
    for message in messages:
        sent = [send_now_of(scope)(message) for scope in scopes]
        assert sent == [True, True]
        framed, again = (transport.written.pop() for _, transport in lines)
        assert framed is again
        await WebSocketsSansIOProtocol.send(lines[0][0], message)
        assert framed == lines[0][1].written.pop()


async def test_to_a_client_that_does_not_read_and_to_one_that_is_gone_nothing_is_sent_at_once():
    message = {"type": "websocket.send", "text": "frames"}
    protocol, transport = await opened(application)
    protocol.pause_writing()
    assert not protocol.send_now(message)
    protocol.resume_writing()
    protocol.data_received(CLOSE)
    transport.written.clear()
    assert not protocol.send_now(message)
    assert transport.written == []
    for task in list(protocol.tasks):
        await task
    assert send_now_of(protocol.scope) is None


async def test_what_was_said_at_the_handshake_is_not_kept_by_an_open_socket():
    answers = []

    class Watched(GuardedSocket):
        def handle_connect(self, event):
            super().handle_connect(event)
            answers.append(weakref.ref(self.response))

    protocol = Watched(uvicorn.Config(application, log_config=None), ServerState(), {})
    protocol.connection_made(StalledTransport())
    protocol.data_received(HANDSHAKE)
    assert answers[0]() is not None

    for _ in range(TURNS):
        await asyncio.sleep(0)
    assert answers[0]() is None
    for task in protocol.tasks:
        task.cancel()


class NotedTransport(StalledTransport):
    def __init__(self):
        self.written = b""

    def write(self, data):
        self.written += data


async def refused(application, handshake) -> dict[str, str]:
    """The headers of the answer."""
    protocol = GuardedSocket(uvicorn.Config(application, log_config=None), ServerState(), {})
    transport = NotedTransport()
    protocol.connection_made(transport)
    protocol.data_received(handshake)
    for task in list(protocol.tasks):
        await task
    status, *lines = transport.written.decode().partition("\r\n\r\n")[0].splitlines()
    assert status.startswith("HTTP/1.1 4")
    assert transport.is_closed
    return dict(line.split(": ", 1) for line in lines)


async def refuse(scope, receive, send):
    current_request_id.set("id-of-the-socket")
    await receive()
    await send({"type": "websocket.close", "code": 4403})


async def test_a_refused_handshake_has_the_headers_of_every_answer_and_the_id_of_its_lines():
    headers = await refused(refuse, HANDSHAKE)
    assert headers.items() >= HEADERS_OF_REFUSALS.items()
    assert headers["X-Request-ID"] == "id-of-the-socket"


async def test_a_handshake_that_is_none_has_them_too():
    headers = await refused(refuse, HANDSHAKE.replace(b"Version: 13", b"Version: 7"))
    assert headers.items() >= HEADERS_OF_REFUSALS.items()


@pytest.mark.parametrize(
    "handshake",
    [
        HANDSHAKE.replace(b"GET /", b"GET /" + b"x" * 9000),
        HANDSHAKE.replace(b"Host: localhost", b"Host: localhost\r\nCookie: " + b"x" * 9000),
        HANDSHAKE.replace(b"Host: localhost", b"\r\n".join([b"Host: localhost", *[b"X: y"] * 200])),
        HANDSHAKE.replace(b"Host: localhost", b"Host: localhost\r\nnonsense"),
    ],
    ids=["address", "cookie", "headers", "nonsense"],
)
async def test_a_handshake_that_cannot_be_read_is_answered_and_not_left_open(handshake):
    headers = await refused(refuse, handshake)
    assert headers.items() >= HEADERS_OF_REFUSALS.items()
