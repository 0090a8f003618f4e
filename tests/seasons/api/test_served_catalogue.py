"""The catalogue as the world meets it: a real server as a process, with Redis away."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.f1site.environment import PROJECT, bare_environment
from tests.f1site.test_serving import PATIENCE_S, announced_url
from tests.seasons.api.generated_catalogue import LAPS, RACE

pytestmark = pytest.mark.slow

MORE = 5000
GENERATE = f"""
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.seasons.api.generated_catalogue import generate_catalogue, more_laps
generate_catalogue()
more_laps("{RACE}", {MORE})
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[subprocess.Popen]:
    """`manage.py serve` over a generated catalogue; its REDIS_URL is one at which nothing listens."""
    folder = tmp_path_factory.mktemp("site")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    environment = bare_environment(folder, DJANGO_SETTINGS_MODULE="f1site.settings", PYTHONPATH=str(PROJECT))
    subprocess.run([sys.executable, "-c", GENERATE], cwd=PROJECT, env=environment, check=True, capture_output=True)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=PROJECT,
        env=environment | {"REDIS_URL": f"redis://127.0.0.1:{port}/0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.host = announced_url(process).removeprefix("http://").rstrip("/")
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.fixture
def get(served):
    """`get(address, **headers)`: status, headers and body, over one connection."""
    connection = http.client.HTTPConnection(served.host, timeout=PATIENCE_S)

    def get(address: str, method: str = "GET", **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection.request(method, address, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()

    yield get
    connection.close()


@pytest.mark.parametrize("address", ["/api/v1/sessions/", "/api/seasons", f"/api/v1/laps?session={RACE}"])
def test_answers_come_again_and_again_and_unchanged_ones_as_304(get, address):
    status, headers, body = get(address)
    assert status == 200

    for _ in range(3):
        again = get(address)
        assert (again[0], again[1]["ETag"], again[2]) == (200, headers["ETag"], body)
    status, _headers, nothing = get(address, **{"If-None-Match": headers["ETag"]})
    assert (status, nothing) == (304, b"")


def test_a_wrong_question_and_a_wrong_address_are_problems(get):
    for address, status in (("/api/v1/laps/?lap_time__gt=1e400", 400), ("/api/v1/laps/no-such/", 404)):
        got, headers, body = get(address)
        assert (got, headers["Content-Type"]) == (status, "application/problem+json")
        assert json.loads(body)["status"] == status


def test_a_download_is_streamed_and_whole(get):
    status, headers, body = get(f"/api/v1/laps/?format=csv&session={RACE}")

    assert status == 200
    assert headers["Transfer-Encoding"] == "chunked"
    assert headers["Content-Length"] is None
    assert body.count(b"\n") == 1 + 3 * LAPS + MORE

    status, _headers, nothing = get("/api/v1/laps/?format=csv", method="HEAD")
    assert (status, nothing) == (200, b"")


def test_who_leaves_a_download_half_way_leaves_a_server_that_works(served, get):
    host, port = served.host.split(":")
    with socket.create_connection((host, int(port))) as leaving:
        leaving.sendall(b"GET /api/v1/laps/?format=csv HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert leaving.recv(12) == b"HTTP/1.1 200"

    assert get("/api/v1/seasons/")[0] == 200


def test_of_redis_one_warning_tells_and_nothing_else_went_wrong(served, get):
    """The last of this file: it ends the server."""
    for page_size in range(1, 20):
        assert get(f"/api/v1/laps/?page_size={page_size}")[0] == 200

    served.send_signal(signal.SIGINT)
    _output, errors = served.communicate(timeout=PATIENCE_S)

    assert "Traceback" not in errors
    lines = [line for line in errors.splitlines() if "cache of answers" in line]
    assert 1 <= len(lines) <= 10
    assert all("going on without it" in line for line in lines)
