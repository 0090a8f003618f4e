"""Connections that their clients have closed and do not read, when the server stops; and messages framed once."""

import asyncio

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

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
