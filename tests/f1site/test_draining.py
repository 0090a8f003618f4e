"""The real `manage.py serve` after SIGTERM: it says that it is not ready while it finishes what it has begun."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.f1site.environment import PROJECT, bare_environment

PATIENCE_S = 60
MIGRATE = [sys.executable, "manage.py", "migrate", "-v0"]


@pytest.fixture
def server(tmp_path):
    """(process, port) of a server on a migrated database of its own."""
    environment = bare_environment(tmp_path)
    subprocess.run(MIGRATE, cwd=PROJECT, env=environment, check=True)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
            yield process, int(found[1])
            break
    process.kill()
    process.communicate()


def readiness(port: int) -> int | None:
    """The status of `/health/ready` on a connection of its own; None where nobody listens any more."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/health/ready", headers={"Connection": "close"})
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def statuses_until_the_end(port: int, wanted: int) -> list[int | None]:
    """Of one question after the other, until `wanted` was answered or nobody listens."""
    seen = []
    give_up_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at:
        seen.append(readiness(port))
        if seen[-1] in (wanted, None):
            break
        time.sleep(0.01)
    return seen


@pytest.mark.slow
def test_while_somebody_is_connected_it_drains_and_then_ends(server):
    process, port = server
    assert statuses_until_the_end(port, 200)[-1] == 200, "ready at first, once it knows its database"
    with socket.create_connection(("127.0.0.1", port)):
        process.send_signal(signal.SIGTERM)
        assert statuses_until_the_end(port, 503)[-1] == 503
        assert process.wait(PATIENCE_S) == -signal.SIGTERM
    assert readiness(port) is None
