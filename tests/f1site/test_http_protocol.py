"""uvicorn with our protocol, before a small application, and clients that take their time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext

import pytest
import uvicorn
import websockets

from core import request_sizes
from core.middleware.security_headers import HEADERS
from core.request_sizes import REFUSAL, RequestSizes
from f1site import http_protocol
from f1site.http_protocol import GuardedProtocol

PATIENCE_S = 10
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        await send({"type": "websocket.send", "text": "heard"})
        return
    status = scope[REFUSAL].status if REFUSAL in scope else 200
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


class Watched(GuardedProtocol):
    """Those that a test's connections have."""

    made: list["Watched"] = []

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.made.append(self)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    Watched.made.clear()
    config = uvicorn.Config(
        RequestSizes(application), port=0, http=Watched, ws="websockets-sansio", lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # else this loop's handling of Ctrl-C would outlive it
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  it has no event for that
        await asyncio.sleep(0)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


@pytest.fixture
def hasty(monkeypatch):
    """Deadlines that pass soon; long enough for what is sent at once."""
    monkeypatch.setattr(http_protocol, "HEADERS_PATIENCE_S", 0.3)
    monkeypatch.setattr(request_sizes, "BODY_PATIENCE_S", 0.3)
    monkeypatch.setattr(request_sizes, "LINGER_S", 0.3)
    monkeypatch.setattr(http_protocol, "LINGER_S", 0.3)


async def answer(port, *parts) -> bytes:
    """All that comes until the server closes."""
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for part in parts:
            writer.write(part)
            await writer.drain()
        try:
            return await reader.read()
        finally:
            writer.close()


@pytest.mark.usefixtures("hasty")
async def test_half_a_header_is_a_408(port):
    assert (await answer(port, REQUEST[:20])).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


@pytest.mark.usefixtures("hasty")
async def test_half_a_header_after_a_whole_request_is_not_waited_for_either(port):
    said = await answer(port, REQUEST, REQUEST[:20])
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.usefixtures("hasty")
async def test_who_says_nothing_at_all_is_hung_up_on(port):
    assert await answer(port) == b""


@pytest.mark.usefixtures("hasty")
async def test_half_a_body_is_a_408(port):
    half = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"
    assert (await answer(port, half)).startswith(b"HTTP/1.1 408 ")


async def test_headers_that_never_end_are_a_431_before_they_do(port):
    said = await answer(port, b"GET / HTTP/1.1\r\n", *[b"X: " + b"x" * 9000 + b"\r\n"] * 12)
    assert said.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n" in said


NO_HTTP = b"\x16\x03\x01\r\n\r\n"


async def test_what_is_no_http_is_a_400(port):
    assert (await answer(port, NO_HTTP)).startswith(b"HTTP/1.1 400 Bad Request\r\n")


async def test_what_is_refused_here_has_the_headers_of_every_answer(port):
    head = (await answer(port, NO_HTTP)).partition(b"\r\n\r\n")[0].decode()
    headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers.items() >= HEADERS.items()


async def test_what_is_refused_here_is_logged_with_its_address_and_the_id_that_the_client_was_told(port, caplog):
    said = await answer(port, NO_HTTP)
    (record,) = [record for record in caplog.records if record.name == "f1site.http_protocol"]
    assert record.getMessage() == "No request - Status: 400 - IP: 127.0.0.1"
    assert f"X-Request-ID: {record.request_id}\r\n".encode() in said


async def test_the_headers_deadline_ends_with_the_headers_and_begins_with_the_next_ones(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def said(count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(count):
                await reader.readuntil(b"ok")

    writer.write(REQUEST)
    await said(1)
    (protocol,) = Watched.made
    assert protocol.deadline is None

    writer.write(REQUEST + REQUEST[:20])
    await said(1)
    writer.write(REQUEST[20:] + REQUEST)
    await said(2)
    writer.write(REQUEST[:20])
    async with asyncio.timeout(PATIENCE_S):
        while protocol.deadline is None:  # noqa: ASYNC110  as above
            await asyncio.sleep(0)
    writer.write(REQUEST[20:])
    await said(1)
    assert protocol.deadline is None
    writer.close()


async def test_a_socket_has_no_deadline(port):
    async with websockets.connect(f"ws://127.0.0.1:{port}/") as connection:
        (protocol,) = Watched.made
        assert protocol.deadline is None
        await connection.send("still here")
        assert await connection.recv() == "heard"
