"""Errors and log of real servers with the settings of production."""

import http.client
import json
import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.f1site.environment import PROJECT
from tests.f1site.production_site import SERVERS, production_environment, run, served

pytestmark = pytest.mark.slow
PATIENCE_S = 30
RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \| [A-Z]+ *\| [\w.]+ \| ")


def environment_of(folder: Path, **settings: str) -> dict[str, str]:
    environment = production_environment(folder, DJANGO_SETTINGS_MODULE="tests.f1site.failing_settings", **settings)
    run(environment, "from django.core.management import call_command", "call_command('migrate', verbosity=0)")
    return environment


def ask(address: str, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(address, timeout=PATIENCE_S)
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


@pytest.fixture(scope="module", params=SERVERS)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    with served(environment_of(tmp_path_factory.mktemp(request.param)), request.param) as where:
        yield where


def test_an_error_is_a_500_with_an_id_and_nothing_else(address):
    response = ask(address, "/failing/view/")
    document = json.loads(response.read())
    assert response.status == 500
    assert document.pop("request_id") == response.headers["X-Request-ID"]
    assert document == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something went wrong on this server.",
    }


def test_a_browser_has_a_page_with_its_style(address):
    response = ask(address, "/failing/view/", accept="text/html")
    page = response.read().decode()
    assert response.headers["X-Request-ID"] in page
    style = ask(address, re.search(r'href="(/static/[^"]+)"', page)[1])
    assert (style.status, style.headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')


class Process:
    """The site as a process whose log is a pipe that a test reads, or does not."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for line in self.process.stdout:
            if found := re.search(rb"http://([^/\s]+)", line):
                self.address = found[1].decode()
                return
        raise AssertionError("the server ended before it answered")

    def log_until(self, text: str) -> str:
        log = ""
        while text not in log:
            assert select.select([self.process.stderr], [], [], PATIENCE_S)[0], f"no {text!r} in {log}"
            log += os.read(self.process.stderr.fileno(), 65536).decode()
        return log

    def end(self) -> bytes:
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=PATIENCE_S)[1]


@pytest.fixture
def start(tmp_path):
    processes: list[Process] = []

    def started(**settings: str) -> Process:
        processes.append(Process(environment_of(tmp_path, **settings)))
        return processes[-1]

    yield started
    for started_one in processes:
        started_one.process.kill()
        started_one.process.communicate()


@pytest.mark.parametrize("path", ["/failing/stream/", "/failing/file/"])
def test_a_body_that_fails_breaks_the_connection_and_is_logged_once(start, path):
    site = start()
    response = ask(site.address, path)
    assert response.status == 200
    with pytest.raises(http.client.IncompleteRead):
        response.read()

    log = site.log_until("OSError: SELECT secret")
    assert log.count("OSError: SELECT secret") == 1
    (head,) = [line for line in log.splitlines() if "broken off" in line]
    assert "ERROR" in head
    assert f"Response: GET {path} - Status: 200 - Duration: " in head
    assert head.endswith(f" - IP: 127.0.0.1 - ID: {response.headers['X-Request-ID']}")


def test_every_line_is_a_record_or_belongs_to_a_stack_trace(start):
    site = start()
    for path in (
        "/failing/view/",
        "/%0a2026-10-05%2012:00:00,000%20|%20INFO",
        "/?ticket=s3cr3t-value",
        "/api/v1/seasons/",
    ):
        ask(site.address, path, host="localhost").read()
    ask(site.address, "/", host="evil\u00ff\u0085").read()
    ask(site.address, "/", authorization="Bearer s3cr3t-value", cookie="sessionid=s3cr3t-value").read()

    log = site.log_until("Response: GET / ") + site.end().decode()
    lines = log.split("\n")
    first = next(number for number, line in enumerate(lines) if RECORD.match(line))
    assert [line for line in lines[first:-1] if not RECORD.match(line) and not line.startswith("    ")] == []
    assert "s3cr3t-value" not in log


def test_the_log_as_json_is_an_object_a_line(start):
    site = start(LOG_FORMAT="json")
    response = ask(site.address, "/failing/view/")
    records = [
        json.loads(line) for line in site.log_until("Response: GET /failing/view/").splitlines() if line[0] == "{"
    ]
    records = [record for record in records if record.get("request_id") == response.headers["X-Request-ID"]]
    begin, error, end = records
    assert begin["message"] == "Request: GET /failing/view/ - IP: 127.0.0.1"
    assert (error["error_type"], error["path"]) == ("OSError", "/failing/view/")
    assert "failing_urls.py" in error["stack_trace"]
    assert (end["method"], end["path"], end["status"], end["client_ip"]) == ("GET", "/failing/view/", 500, "127.0.0.1")
    assert end["duration_ms"] > 0


def test_a_log_that_nobody_reads_holds_up_no_request(start):
    site = start()
    # More than a pipe holds, twice over.
    for _ in range(700):
        assert ask(site.address, "/health/live?" + "x" * 500).status == 200
    log = site.end().decode()
    assert log.count("Response: GET /health/live - Status: 200") == 700
