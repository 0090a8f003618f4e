"""The two lines of a request: what is in them, what is not, and when they are written."""

import asyncio
import logging
import re

import pytest
from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from core.log_formats import JsonLines, TextLines
from core.middleware.request_id import RequestIdMiddleware
from core.middleware.request_log import BodyBrokenOff, RequestLogMiddleware

SECRET = "s3cr3t-value"


@pytest.fixture
def records(caplog):
    caplog.set_level(logging.INFO, "core.requests")
    return caplog


def lines(records):
    return [record.getMessage() for record in records.records if record.name == "core.requests"]


@pytest.fixture(params=["sync", "async"])
def log(request):
    """Asks a view by way of the middleware, in both ways."""

    def made(view):
        async def async_view(asked):
            return view(asked)

        middleware = RequestLogMiddleware(view if request.param == "sync" else async_view)

        async def answered(asked):
            response = middleware(asked)
            return await response if iscoroutinefunction(middleware) else response

        return answered

    return made


def view_of(status):
    return lambda request: HttpResponse(status=status)


async def test_a_request_is_a_line_when_it_comes_and_a_line_when_its_answer_has_gone(log, rf, records):
    told = []

    def view(request):
        told.extend(lines(records))
        return HttpResponse("done")

    response = await log(view)(rf.get("/api/seasons"))

    assert told == ["Request: GET /api/seasons - IP: 127.0.0.1"]
    end = re.fullmatch(
        r"Response: GET /api/seasons - Status: 200 - Duration: (\d+\.\d{3})s - IP: 127\.0\.0\.1", lines(records)[1]
    )
    assert float(end[1]) >= round(float(response["X-Process-Time"]), 3)


async def test_the_lines_have_their_facts_for_json(log, rf, records):
    await log(view_of(404))(rf.post("/api/nothing"))
    begin, end = records.records
    assert (begin.method, begin.path, begin.client_ip) == ("POST", "/api/nothing", "127.0.0.1")
    assert (end.method, end.path, end.status) == ("POST", "/api/nothing", 404)
    assert end.duration_ms >= 0


@pytest.mark.parametrize(
    ("status", "level"), [(200, "INFO"), (304, "INFO"), (404, "WARNING"), (429, "WARNING"), (503, "ERROR")]
)
async def test_the_level_says_whether_to_look(log, rf, records, status, level):
    await log(view_of(status))(rf.get("/"))
    assert [record.levelname for record in records.records] == ["INFO", level]


async def test_the_address_is_that_of_the_connection_as_decided_outside(log, rf, records):
    await log(view_of(200))(rf.get("/", REMOTE_ADDR="2001:db8::1", headers={"x-forwarded-for": "6.6.6.6"}))
    assert all(line.endswith("IP: 2001:db8::1") for line in lines(records))


async def test_neither_query_nor_headers_nor_body_are_in_a_line(log, rf, records):
    headers = {"authorization": f"Bearer {SECRET}", "cookie": f"sessionid={SECRET}", "user-agent": SECRET}
    asked = rf.post(f"/api/?ticket={SECRET}", {"password": SECRET}, headers=headers)
    await log(view_of(200))(asked)
    for formatter in (TextLines(), JsonLines()):
        assert not [record for record in records.records if SECRET in formatter.format(record)]


@pytest.mark.parametrize(
    "address", ["/a\r\nRequest: GET /forged", "/a\x1b[2K", "/a\u2028b", "/\udcff", "/a - Status: 200 - Duration: 0s"]
)
async def test_no_address_can_forge_a_line_or_a_part_of_one(log, rf, records, address):
    asked = rf.get("/")
    asked.path = address
    await log(view_of(404))(asked)
    for line in lines(records):
        assert line.isprintable()
        assert line.count(" - Duration: ") == line.startswith("Response")
        assert "Status: 200" not in line


async def test_a_view_that_is_cancelled_has_its_end_too(rf, records):
    async def waiting(request):
        await asyncio.Event().wait()

    task = asyncio.create_task(RequestLogMiddleware(waiting)(rf.get("/slow")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert re.fullmatch(r"Response: GET /slow - Status: none - Duration: \S+s - cancelled - IP: .*", lines(records)[1])


async def parts_async(fault=None):
    yield b"one"
    yield b"two"
    if fault:
        raise fault


def parts(fault=None):
    yield b"one"
    yield b"two"
    if fault:
        raise fault


async def streamed(log, rf, body):
    return await log(lambda request: StreamingHttpResponse(body))(rf.get("/stream"))


async def read(response):
    if response.is_async:
        return [part async for part in response]
    return list(response)


BODIES = pytest.mark.parametrize("body", [parts, parts_async])


@BODIES
async def test_a_stream_has_its_end_when_its_body_has(log, rf, records, body):
    response = await streamed(log, rf, body())
    assert len(lines(records)) == 1
    assert await read(response) == [b"one", b"two"]
    response.close()
    assert re.fullmatch(r"Response: GET /stream - Status: 200 - Duration: \S+s - IP: .*", lines(records)[1])
    assert len(lines(records)) == 2


@BODIES
async def test_a_stream_that_fails_is_logged_with_its_error_and_broken_off(log, rf, records, body):
    response = await streamed(log, rf, body(OSError("disk")))
    with pytest.raises(BodyBrokenOff) as raised:
        await read(response)
    response.close()
    assert raised.value.__cause__ is None
    assert len(lines(records)) == 2
    end = records.records[1]
    assert " - broken off - " in end.getMessage()
    assert (end.levelname, end.exc_info[0]) == ("ERROR", OSError)


@BODIES
async def test_a_stream_that_nobody_read_to_its_end_says_so(log, rf, records, body):
    response = await streamed(log, rf, body())
    if response.is_async:
        iterator = aiter(response)
        await anext(iterator)
        await iterator.aclose()
    else:
        next(iter(response))
    response.close()
    assert [" - client gone - " in line for line in lines(records)] == [False, True]


async def test_a_file_is_a_stream_and_is_closed(log, rf, records, tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    file = (tmp_path / "file").open("rb")
    response = await log(lambda request: FileResponse(file))(rf.get("/file"))
    assert b"".join(response) == b"content"
    response.close()
    assert file.closed
    assert len(lines(records)) == 2


urlpatterns = [path("x", view_of(200))]


@pytest.mark.parametrize("kind", ["client", "async_client"])
async def test_in_a_stack_the_lines_have_the_id_of_the_answer(request, kind, records):
    client = request.getfixturevalue(kind)
    stack = [f"{made.__module__}.{made.__qualname__}" for made in (RequestIdMiddleware, RequestLogMiddleware)]
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=stack):
        response = await (client.get("/x") if kind == "async_client" else sync_to_async(client.get)("/x"))
    told = [TextLines().format(record) for record in records.records if record.name == "core.requests"]
    assert len(told) == 2
    assert all(line.endswith(f" - IP: 127.0.0.1 - ID: {response['X-Request-ID']}") for line in told)
