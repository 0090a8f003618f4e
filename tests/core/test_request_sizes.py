"""What an ASGI application sees of requests that are too large or too slow."""

import asyncio

import pytest

from core import request_sizes
from core.request_sizes import (
    BODY_TOO_LARGE,
    BODY_TOO_SLOW,
    MAX_BODY_BYTES,
    MAX_HEADERS_BYTES,
    REFUSAL,
    TWO_ENDS,
    RequestSizes,
)

PART = b"x" * 65536


class Client:
    """Sends `parts`, each when it is asked for, then nothing; notes what it was asked for and what it got."""

    def __init__(self, parts=(), *, ends=True):
        self.messages = [
            {"type": "http.request", "body": part, "more_body": not ends or number < len(parts) - 1}
            for number, part in enumerate(parts)
        ]
        self.sent = []

    async def receive(self):
        if not self.messages:
            await asyncio.Event().wait()
        return self.messages.pop(0)

    async def send(self, message):
        self.sent.append(message)


def scope(*headers, query=b""):
    return {"type": "http", "method": "POST", "path": "/", "query_string": query, "headers": list(headers)}


async def outcome(client, asked):
    """The refusal that the application was told of, and the body it read."""
    seen = []

    async def application(scope, receive, send):
        message = await receive() if scope["headers"] else {"body": b""}
        seen.append((scope.get(REFUSAL), message["body"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"answer"})

    async with asyncio.timeout(10):
        await RequestSizes(application)(asked, client.receive, client.send)
    return seen[0]


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(request_sizes, "BODY_PATIENCE_S", 0.05)
    monkeypatch.setattr(request_sizes, "LINGER_S", 0.05)


async def test_a_request_without_a_body_is_handed_on_as_it_is():
    client = Client()
    assert await outcome(client, scope()) == (None, b"")
    assert client.sent[-1] == {"type": "http.response.body", "body": b"answer"}


async def test_a_body_of_the_largest_size_arrives_whole():
    whole = Client([PART] * (MAX_BODY_BYTES // len(PART)))
    refusal, body = await outcome(whole, scope((b"content-length", b"%d" % MAX_BODY_BYTES)))
    assert refusal is None
    assert body == b"x" * MAX_BODY_BYTES


@pytest.mark.parametrize("length", [b"%d" % (MAX_BODY_BYTES + 1), b"9" * 40, b"-1", b"1e3", b"\xb2"])
async def test_a_declared_size_too_large_or_none_is_refused_before_anything_is_read(length, hasty):
    client = Client()
    assert await outcome(client, scope((b"content-length", length))) == (BODY_TOO_LARGE, b"")


async def test_two_opinions_on_where_a_body_ends_are_refused(hasty):
    headers = (b"content-length", b"5"), (b"transfer-encoding", b"chunked")
    assert await outcome(Client(), scope(*headers)) == (TWO_ENDS, b"")


async def test_of_a_body_without_a_declared_size_no_more_is_read_than_it_takes_to_know():
    parts = MAX_BODY_BYTES // len(PART) + 1
    client = Client([PART] * (parts + 5))
    asked_for = []

    async def receive():
        asked_for.append(not client.sent)
        return await Client.receive(client)

    client.receive = receive
    assert await outcome(client, scope((b"transfer-encoding", b"chunked"))) == (BODY_TOO_LARGE, b"")
    assert sum(asked_for) == parts


async def test_the_rest_is_thrown_away_before_the_connection_is_closed():
    client = Client([PART] * 40)
    await outcome(client, scope((b"content-length", b"%d" % (40 * len(PART)))))

    assert client.messages == []
    start, body, end = client.sent
    assert (b"Connection", b"close") in start["headers"]
    assert (body["body"], body["more_body"]) == (b"answer", True)
    assert end == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_a_refused_client_that_goes_on_for_ever_is_left(hasty):
    client = Client([PART] * 40, ends=False)
    await outcome(client, scope((b"content-length", b"%d" % (100 * len(PART)))))
    assert client.sent[-1]["more_body"] is False


async def test_a_body_that_does_not_come_is_a_408(hasty):
    client = Client([b"first"], ends=False)
    assert await outcome(client, scope((b"content-length", b"100"))) == (BODY_TOO_SLOW, b"")


async def test_who_leaves_while_sending_is_not_answered():
    client = Client()
    client.messages = [{"type": "http.disconnect"}]

    async def application(scope, receive, send):
        raise AssertionError("asked")

    await RequestSizes(application)(scope((b"content-length", b"5")), client.receive, client.send)
    assert client.sent == []


@pytest.mark.parametrize(("size", "refused"), [(MAX_HEADERS_BYTES, False), (MAX_HEADERS_BYTES + 1, True)])
async def test_address_and_headers_count_together(size, refused):
    headers = [(b"name", b"v" * 96)] * (size // 100)
    rest = size - 100 * len(headers) - len("/")
    refusal, _ = await outcome(Client([b""]), scope(*headers, query=b"q" * rest))
    assert (refusal is not None) is refused
    if refused:
        assert refusal.status == 431


@pytest.mark.parametrize(
    ("query", "path"),
    [
        (b"a=\xff", "/"),
        (b"a=%ff", "/"),
        (b"a=%00", "/"),
        (b"a=\0", "/"),
        (b"%ed%a0%80", "/"),
        (b"", "/\0"),
        (b"", "/\ufffd"),
    ],
)
async def test_an_address_that_is_no_text_is_refused(query, path):
    refusal, _ = await outcome(Client([b""]), scope((b"a", b"b"), query=query) | {"path": path})
    assert refusal.status == 400


@pytest.mark.parametrize("query", [b"", b"a=b", b"name=S%C3%A3o+Paulo&x=100%", b"%F0%9F%8F%81"])
async def test_other_addresses_are_not(query):
    assert await outcome(Client([b""]), scope((b"a", b"b"), query=query)) == (None, b"")


async def test_after_the_body_the_application_hears_of_a_disconnect():
    client = Client([b"hello"])
    client.messages.append({"type": "http.disconnect"})
    heard = []

    async def application(scope, receive, send):
        heard.extend([(await receive())["body"], (await receive())["type"]])

    await RequestSizes(application)(scope((b"content-length", b"5")), client.receive, client.send)
    assert heard == [b"hello", "http.disconnect"]
