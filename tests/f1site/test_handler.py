"""The ASGI handler: what goes in and comes out, and what it leaves behind."""

import asyncio

import pytest
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from f1site.handler import LeanHandler

ended = []


async def parts():
    try:
        while True:
            yield b"part "
            await asyncio.sleep(0)
    finally:
        ended.append("stream")


def echo(request):
    return JsonResponse({"method": request.method, "query": request.GET.dict(), "body": request.body.decode()})


def closing(request):
    response = HttpResponse("x")
    response._resource_closers.append(lambda: ended.append("closed"))
    return response


urlpatterns = [
    path("echo/", echo),
    path("closing/", closing),
    path("endless/", lambda request: StreamingHttpResponse(parts())),
]


@pytest.fixture
def handler():
    ended.clear()
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        yield LeanHandler()


def scope(method, address, query=b""):
    headers = [(b"host", b"localhost")]
    return {"type": "http", "method": method, "path": address, "query_string": query, "headers": headers}


async def answer(handler, method, address, query=b"", body=b""):
    """All that was sent, as status and body."""
    incoming = asyncio.Queue()
    incoming.put_nowait({"type": "http.request", "body": body, "more_body": False})
    sent = []

    async def send(message):
        sent.append(message)

    await handler(scope(method, address, query), incoming.get, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b"hello")])
async def test_a_request_reaches_its_view_whole(handler, method, body):
    status, content = await answer(handler, method, "/echo/", b"a=1&b=%C3%A4", body)
    assert status == 200
    assert content == b'{"method": "%s", "query": {"a": "1", "b": "\\u00e4"}, "body": "%s"}' % (method.encode(), body)


async def test_an_unknown_address_is_a_404(handler):
    status, _ = await answer(handler, "GET", "/nowhere/")
    assert status == 404


async def test_broken_utf8_in_the_query_is_no_error_of_ours(handler):
    status, _ = await answer(handler, "GET", "/echo/", b"a=%ff%fe")
    assert status == 200


async def test_a_response_is_closed(handler):
    await answer(handler, "GET", "/closing/")
    assert ended == ["closed"]


async def test_a_stream_ends_when_nobody_listens_any_more(handler):
    before = asyncio.all_tasks()
    incoming, begun = asyncio.Queue(), asyncio.Event()

    async def send(message):
        if message["type"] == "http.response.body":
            begun.set()

    serving = asyncio.create_task(handler(scope("GET", "/endless/"), incoming.get, send))
    await begun.wait()
    incoming.put_nowait({"type": "http.disconnect"})
    async with asyncio.timeout(5):
        await serving

    assert ended == ["stream"]
    assert asyncio.all_tasks() == before


async def test_a_failing_stream_says_so(handler):
    async def failing():
        yield b"first"
        raise ValueError("broken")

    async def send(message):
        return None

    response = StreamingHttpResponse(failing())
    with pytest.raises(ValueError, match="broken"):
        await handler._stream(response, asyncio.Queue().get, send)
