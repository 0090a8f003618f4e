"""The real `manage.py serve`, as a process."""

import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command

from f1site.management.commands import serve
from f1site.server import GRACEFUL_SHUTDOWN_S
from tests.f1site.environment import PROJECT, bare_environment

SERVE = [sys.executable, "manage.py", "serve"]
PATIENCE_S = 60


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts a server with arguments and settings; what is left of it at the end is killed."""
    processes = []

    def started(*arguments: str, **settings: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [*SERVE, *arguments],
            cwd=PROJECT,
            env=bare_environment(tmp_path, **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield started
    for process in processes:
        process.kill()
        process.communicate()


def announced_url(process: subprocess.Popen) -> str:
    """The address the server prints once it answers: waits for it."""
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            return found.group()
    raise AssertionError(f"ended without an address: {process.stderr.read()}")


def beside_requests(log: str) -> list[str]:
    """Its lines but those that every request has."""
    return [line for line in log.splitlines() if " | INFO     | core.requests | " not in line]


def get(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.slow
def test_it_answers_at_the_address_it_prints_and_ctrl_c_ends_it_cleanly(start):
    process = start()
    url = announced_url(process)

    assert get(url + "health") == 200

    process.send_signal(signal.SIGINT)
    _output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert beside_requests(errors) == []


@pytest.mark.slow
def test_static_files_need_no_collecting_while_debugging_and_nothing_is_warned_of(start):
    process = start()
    url = announced_url(process)

    assert get(url + "static/admin/css/base.css") == 200

    process.send_signal(signal.SIGINT)
    _output, errors = process.communicate(timeout=PATIENCE_S)
    assert beside_requests(errors) == []


@pytest.mark.parametrize("are_collected", [True, False])
def test_in_production_it_says_that_pages_lack_their_static_files(settings, tmp_path, capsys, are_collected):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    if are_collected:
        call_command("collectstatic", interactive=False, verbosity=0)

    serve.Command().announce("http://127.0.0.1:8000/", demo=False, embedded=False)

    assert ("manage.py collectstatic" in capsys.readouterr().out) is not are_collected


@pytest.mark.slow
def test_an_idle_connection_and_half_a_request_do_not_hold_up_ctrl_c(start):
    process = start()
    host, port = announced_url(process).removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port))) as idle, socket.create_connection((host, int(port))) as half:
        idle.sendall(b"GET /static/admin/css/base.css HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 200"
        half.sendall(b"GET / HTTP/1.1\r\nHost: local")

        process.send_signal(signal.SIGINT)
        process.communicate(timeout=GRACEFUL_SHUTDOWN_S - 1)

    assert process.returncode == 0


@pytest.mark.slow
def test_the_demo_race_is_built_once_and_its_page_is_announced(start):
    first = start("--demo")
    url = announced_url(first)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/replays/\w+/", url)
    assert get(url) == 200
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=PATIENCE_S)

    second = start("--demo")
    assert announced_url(second).partition("/replays/")[2] == url.partition("/replays/")[2]


@pytest.mark.slow
def test_the_port_is_the_one_asked_for(start):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert announced_url(start(PORT=str(port))) == f"http://127.0.0.1:{port}/"


@pytest.mark.slow
def test_a_taken_port_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = subprocess.run(
            SERVE, cwd=PROJECT, env=bare_environment(tmp_path, PORT=str(port)), capture_output=True, text=True
        )

    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.splitlines() == [
        f"CommandError: port {port} of 127.0.0.1 is taken: "
        f"stop what listens there, or choose another with PORT={port + 1}"
    ]


@pytest.mark.slow
def test_a_database_that_cannot_be_opened_is_one_line(tmp_path):
    settings = bare_environment(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'gone' / 'db.sqlite3'}")
    run = subprocess.run([*SERVE, "--demo"], cwd=PROJECT, env=settings, capture_output=True, text=True)

    assert run.returncode == 1
    assert run.stderr.splitlines() == ["CommandError: the database does not work: unable to open database file"]


MIGRATE = [sys.executable, "manage.py", "migrate", "-v0"]
ENQUEUE = """
from replays.queue import enqueue
from seasons.models import Event, Season, Session
season = Season.objects.create(year=2024, key="2024")
event = Event.objects.create(season=season, key="2024-invented", name="Invented Grand Prix", date="2024-03-03")
session = Session.objects.create(event=event, key="2024-invented-race", kind="race", source_kind="livetiming")
enqueue(session)
"""
GIVEN_UP = "2024-invented-race: failed: 2024-invented-race came from a recorded file"


@pytest.fixture
def one_that_waits(tmp_path) -> None:
    """A build in the queue that a worker gives up at once."""
    environment = bare_environment(tmp_path)
    subprocess.run(MIGRATE, cwd=PROJECT, env=environment, check=True)
    shell = [sys.executable, "manage.py", "shell", "-v0", "-c", ENQUEUE]
    subprocess.run(shell, cwd=PROJECT, env=environment, check=True)


def read_until(process: subprocess.Popen, wanted: str) -> None:
    said = []
    for line in process.stdout:
        said.append(line)
        if wanted in line:
            return
    raise AssertionError(f"ended without saying {wanted!r}: {said}")


@pytest.mark.slow
def test_on_sqlite_it_also_works_the_queue_and_ctrl_c_ends_both(start, one_that_waits):
    process = start()
    announced_url(process)
    read_until(process, GIVEN_UP)

    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE_S)  # the worker writes to the same pipe: it has ended too

    assert process.returncode == 0
    assert output == "Stopped.\n"
    assert errors == ""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_its_worker_does_not_outlive_it_whatever_death_it_dies(start, one_that_waits, number):
    process = start()
    announced_url(process)
    read_until(process, GIVEN_UP)

    process.send_signal(number)

    output, _errors = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in output
    assert process.returncode == -number


@pytest.mark.slow
def test_on_postgresql_the_queue_is_left_to_workers_and_that_is_said(start, postgres_url):
    process = start(DATABASE_URL=postgres_url)

    assert process.stdout.readline() == "No REDIS_URL: rooms live in this one process.\n"
    assert process.stdout.readline() == "Replays are built by workers: python manage.py worker runs one.\n"
    announced_url(process)
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True)
    assert children.stdout.split() == []
