"""Requests that no friend sends, to both servers: a clean 4xx, in time, and the site goes on."""

import http.client
import json
import re
import socket
from collections.abc import Iterator

import pytest

from tests.f1site.production_site import SERVERS, production_environment, run, served

pytestmark = pytest.mark.slow
PATIENCE_S = 30
MB = 1024 * 1024


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def address(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = production_environment(tmp_path_factory.mktemp(server))
    run(environment, "from django.core.management import call_command", "call_command('migrate', verbosity=0)")
    with served(environment, server) as where:
        yield where


@pytest.fixture(autouse=True)
def _goes_on(address: str) -> Iterator[None]:
    yield
    assert talk(address, b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 200


def talk(address: str, *parts: bytes) -> http.client.HTTPResponse:
    """Sends all parts, whatever the server makes of the first, and reads the answer then."""
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as connection:
        for part in parts:
            connection.sendall(part)
        response = http.client.HTTPResponse(connection)
        response.begin()
        response.content = response.read()
        return response


def post(*headers: bytes) -> bytes:
    return b"\r\n".join([b"POST /api/v1/builds/ HTTP/1.1", b"Host: localhost", *headers, b"", b""])


def get(path: bytes, *headers: bytes, host: bytes = b"localhost") -> bytes:
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"Host: " + host, *headers, b"", b""])


def assert_is_problem(response: http.client.HTTPResponse, status: int) -> None:
    """With all that every answer has."""
    assert response.status == status
    assert response.getheader("Content-Type") == "application/problem+json"
    assert json.loads(response.content)["request_id"] == response.getheader("X-Request-ID")
    assert response.getheader("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'"
    assert response.getheader("Server") is None


def test_ten_megabytes_of_body_are_a_413(address):
    assert_is_problem(talk(address, post(b"Content-Length: %d" % (10 * MB)), *[b"x" * MB] * 10), 413)


def test_ten_megabytes_that_come_in_chunks_are_a_413(address):
    chunk = b"%x\r\n%s\r\n" % (MB, b"x" * MB)
    assert_is_problem(talk(address, post(b"Transfer-Encoding: chunked"), *[chunk] * 10, b"0\r\n\r\n"), 413)


def test_a_body_as_large_as_may_be_is_read(address):
    body = json.dumps({"replay": "x" * (MB - 14)}).encode()
    assert len(body) == MB
    headers = b"Content-Type: application/json", b"Content-Length: %d" % MB
    response = talk(address, post(*headers), body)
    assert response.status != 413
    assert response.status < 500


@pytest.mark.parametrize("server", ["uvicorn"], indirect=True)  # daphne says 100 Continue before it asks anybody
def test_who_waits_to_be_told_is_told_at_once(address):
    response = talk(address, post(b"Content-Length: %d" % (10 * MB), b"Expect: 100-continue"))
    assert_is_problem(response, 413)


LARGE_HEADERS = {
    "70 KB": [b"X-Long: " + b"x" * 70_000],
    "10 MB": [b"X-Long: " + b"x" * 10 * MB],
    "ten thousand": [b"X-%d: %s" % (number, b"x" * 20) for number in range(10_000)],
}


@pytest.mark.parametrize("headers", LARGE_HEADERS.values(), ids=LARGE_HEADERS)
@pytest.mark.parametrize("server", ["uvicorn"], indirect=True)
def test_large_headers_are_a_431(address, headers):
    response = talk(address, get(b"/health/live", *headers))
    assert response.status == 431
    assert response.getheader("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("headers", LARGE_HEADERS.values(), ids=LARGE_HEADERS)
@pytest.mark.parametrize("server", ["daphne"], indirect=True)
def test_daphne_refuses_them_too_or_hangs_up(address, headers):
    try:
        status = talk(address, get(b"/health/live", *headers)).status
    except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
        return
    assert status in (400, 431)


@pytest.mark.parametrize("host", [b"evil.example", b"localhost.evil.example", b"", b"a b", b"localhost:port", b"\xff"])
@pytest.mark.parametrize("path", [b"/", b"/health", b"/api/v1/seasons/", b"/static/core/error.css", b"/admin/login/"])
def test_an_unknown_host_is_a_400_everywhere(address, host, path):
    response = talk(address, get(path, host=host))
    assert response.status == 400
    assert b"evil" not in response.content


@pytest.mark.parametrize(
    "path",
    [
        b"/api/v1/drivers/%00/",
        b"/api/v1/drivers/?search=%00",
        b"/api/v1/drivers/?full_name=a%00b",
        b"/api/v1/drivers/%ff%fe/",
        b"/api/v1/drivers/?search=%ff",
        b"/api/v1/drivers/%ed%a0%80/",
        b"/replays/%00/",
        b"/replays/%ff/",
        b"/%00",
        b"/static/%00",
        b"/static/../manage.py",
        b"/static/%2e%2e/manage.py",
        b"/docs/%00.md",
        b"/admin/login/%00",
        b"/\xff",
        b"/api/v1/drivers/?search=\xff",
    ],
)
def test_null_bytes_and_broken_utf8_are_a_4xx(address, path):
    response = talk(address, get(path))
    assert 400 <= response.status < 500
    assert not re.search(rb"Traceback|/site-packages/|django|/main/", response.content, re.IGNORECASE)


@pytest.mark.parametrize("path", [b"/admin/", b"/api/v1/builds/"])
def test_a_cookie_with_null_bytes_is_nobodys(address, path):
    """In quotes a cookie can say any byte by its number."""
    with_cookie = talk(address, get(path, b'Cookie: __Host-sessionid="%s\\000%s"' % (b"a" * 16, b"b" * 15)))
    assert with_cookie.status == talk(address, get(path)).status
    assert with_cookie.status < 500


@pytest.mark.parametrize("nonsense", [b"nonsense\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n"])
def test_what_is_no_http_is_refused(address, nonsense):
    assert talk(address, nonsense).status in (400, 505)


@pytest.mark.parametrize(
    "headers",
    [
        (b"Content-Length: 5", b"Content-Length: 6"),
        (b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        (b"Content-Length: -1",),
        (b"Content-Length: ten",),
        (b"Transfer-Encoding: identity, chunked",),
    ],
)
def test_two_opinions_on_where_a_body_ends_are_not_reconciled(address, headers):
    """The classical ways to smuggle a second request past whoever reads the first."""
    smuggled = b"0\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    response = talk(address, post(*headers), smuggled)
    assert response.status in (400, 413, 501)  # and not the 401 that who is understood gets


def test_a_line_break_in_a_header_makes_no_header(address):
    response = talk(address, get(b"/api/seasons?x=%0d%0aSet-Cookie:%20a=b", b"X-Request-ID: a%0d%0aSet-Cookie: a=b"))
    assert response.getheader("Set-Cookie") is None
