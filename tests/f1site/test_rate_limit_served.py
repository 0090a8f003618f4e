"""The rate limit as clients meet it: real servers with the settings of production, and a Redis that dies."""

import http.client
import itertools
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.f1site.environment import PROJECT
from tests.f1site.production_site import production_environment, run

pytestmark = pytest.mark.slow

LIMIT = 60
PATIENCE_S = 60
AT_ONCE = 40
SEASONS = "/api/seasons"
# `manage.py serve` without the worker that it has on SQLite: four of those are more than a small machine carries.
SERVE = """
import os, sys
from f1site.asgi import application
from f1site.address import listen
from f1site.server import serve
serve(listen("127.0.0.1", int(os.environ["PORT"])), when_ready=lambda: None)
"""


@dataclass
class Served:
    host: str
    output: Path

    def ask(self, path: str = SEASONS, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        """An answer, on a connection of its own."""
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE_S)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): headers[name] for name in headers})
            response = connection.getresponse()
            response.content = response.read()
            return response
        finally:
            connection.close()

    def lines(self, text: str) -> list[str]:
        """Those of its log that have `text`."""
        return [line for line in self.output.read_text().splitlines() if text in line]


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., list[Served]]]:
    """Starts so many servers over one database; they end with the test."""
    processes = []
    free_ports = []

    def started(number: int = 1, **settings: str) -> list[Served]:
        environment = production_environment(tmp_path, RATE_LIMIT_PER_MINUTE=str(LIMIT), **settings)
        run(environment, "from django.core.management import call_command", "call_command('migrate', verbosity=0)")
        servers = []
        for _ in range(number):
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            output = tmp_path / f"server-{port}.log"
            with output.open("wb") as log:
                processes.append(
                    subprocess.Popen(
                        [sys.executable, "-c", SERVE],
                        cwd=PROJECT,
                        env=environment | {"PORT": str(port)},
                        stdout=log,
                        stderr=subprocess.STDOUT,
                    )
                )
            free_ports.append(port)
            servers.append(Served(f"127.0.0.1:{port}", output))
        for process, server in zip(processes[-number:], servers, strict=True):
            wait_for(process, server)
        return servers

    yield started
    for process in processes:
        process.kill()
        process.wait()


def wait_for(process: subprocess.Popen, server: Served) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, server.output.read_text()
        try:
            with urllib.request.urlopen(f"http://{server.host}/health/live", timeout=PATIENCE_S):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("does not answer")


def statuses(servers: list[Served], number: int, **headers: str) -> Counter:
    """Of so many requests in parallel, which take turns on the servers."""
    turns = itertools.islice(itertools.cycle(servers), number)
    with ThreadPoolExecutor(AT_ONCE) as clients:
        return Counter(clients.map(lambda server: server.ask(**headers).status, turns))


def test_of_200_parallel_requests_to_four_processes_exactly_60_pass(start, redis_server):
    servers = start(4, REDIS_URL=redis_server.url)
    assert statuses(servers, 200) == {200: 60, 429: 140}


def test_of_65_requests_in_a_row_60_are_answered_and_five_are_told_when_to_come_back(start):
    (server,) = start(CORS_ORIGINS="https://viewer.example")
    answers = [server.ask() for _ in range(65)]

    assert [answer.status for answer in answers] == [200] * 60 + [429] * 5
    assert [int(answer.headers["RateLimit-Remaining"]) for answer in answers] == [*range(59, -1, -1), *[0] * 5]
    assert {answer.headers["RateLimit-Limit"] for answer in answers} == {"60"}
    resets = [int(answer.headers["RateLimit-Reset"]) for answer in answers]
    assert resets == sorted(resets, reverse=True)
    assert resets[0] == 60

    refused = server.ask(Origin="https://viewer.example")
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"]
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert json.loads(refused.content)["request_id"] == refused.headers["X-Request-ID"]
    # A page of another origin may read all of it.
    assert refused.headers["Access-Control-Allow-Origin"] == "https://viewer.example"
    assert "RateLimit-Reset" in refused.headers["Access-Control-Expose-Headers"]

    for path in ("/health", "/health/live", "/health/ready", "/openapi.json", "/docs", "/static/core/error.css"):
        assert server.ask(path).status != 429
    preflight = {"Origin": "https://viewer.example", "Access_Control_Request_Method": "GET"}
    assert server.ask(method="OPTIONS", **preflight).status == 200
    # Chunks count apart: this one does not exist.
    assert server.ask("/api/v1/replays/none/chunks/0/").status == 404


def test_while_redis_is_dead_requests_go_on_and_then_the_limit_is_exact_again(start, redis_server):
    servers = start(2, REDIS_URL=redis_server.url, TRUSTED_PROXY_HOPS="1")
    assert statuses(servers, 100, X_Forwarded_For="192.0.2.1") == {200: 60, 429: 40}

    redis_server.kill()
    alone = statuses(servers, 200, X_Forwarded_For="192.0.2.2")
    assert alone == {200: 2 * 60, 429: 200 - 2 * 60}  # each for itself

    redis_server.start()
    deadline = time.monotonic() + PATIENCE_S
    for server in servers:
        while not server.lines("Redis answers again"):
            assert server.ask(X_Forwarded_For="192.0.2.3").status in (200, 429)
            assert time.monotonic() < deadline
            time.sleep(0.2)
    assert statuses(servers, 100, X_Forwarded_For="192.0.2.4") == {200: 60, 429: 40}

    for server in servers:
        assert len(server.lines("limits are counted by each process for itself")) == 1
        assert server.lines("Traceback") == []


def test_while_redis_hangs_requests_go_on(start, redis_server):
    servers = start(REDIS_URL=redis_server.url)
    servers[0].ask()
    redis_server.hang()
    try:
        assert statuses(servers, 100) == {200: 60, 429: 40}
        assert len(servers[0].lines("limits are counted by each process for itself")) == 1
    finally:
        redis_server.go_on()


def test_without_a_proxy_70_forged_headers_are_70_requests_of_one_client(start):
    (server,) = start()
    forged = [
        {"X_Forwarded_For": f"203.0.113.{n}", "X_Real_IP": f"203.0.113.{n}", "Forwarded": f"for=203.0.113.{n}"}
        for n in range(70)
    ]
    assert [server.ask(**headers).status for headers in forged] == [200] * 60 + [429] * 10


def test_behind_a_proxy_the_client_is_whom_the_proxy_saw(start):
    (server,) = start(TRUSTED_PROXY_HOPS="1")

    forged = [server.ask(X_Forwarded_For=f"203.0.113.{n}, 192.0.2.1").status for n in range(70)]
    assert forged == [200] * 60 + [429] * 10
    # Nobody was framed, and a neighbour is another client.
    assert server.ask(X_Forwarded_For="203.0.113.1").status == 200
    assert server.ask(X_Forwarded_For="192.0.2.2").status == 200

    network = [server.ask(X_Forwarded_For=f"2001:db8:0:1:{n:x}::1").status for n in range(70)]
    assert network == [200] * 60 + [429] * 10
    assert server.ask(X_Forwarded_For="2001:db8:0:2::1").status == 200
