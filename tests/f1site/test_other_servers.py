"""Servers that are started by themselves, with no options: what they say and believe beside the site."""

import asyncio
import http.client
import subprocess
import sys

import pytest
import websockets

from tests.f1site.environment import PROJECT
from tests.f1site.production_site import production_environment, run, wait_for

pytestmark = pytest.mark.slow
SECRET = "s3cr3t-value"
COMMANDS = {
    "uvicorn": ["-m", "uvicorn", "f1site.asgi:application", "--port"],
    "daphne": ["-m", "daphne", "f1site.asgi:application", "--port"],
}


@pytest.fixture(scope="module", params=COMMANDS)
def said(request, tmp_path_factory, unused_tcp_port_factory):
    """All that a server says while somebody brings secrets, and an address that is not his."""
    port = str(unused_tcp_port_factory())
    environment = production_environment(tmp_path_factory.mktemp(request.param))
    run(environment, "from django.core.management import call_command", "call_command('migrate', verbosity=0)")
    output = tmp_path_factory.mktemp("said") / "output"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *COMMANDS[request.param], port],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"127.0.0.1:{port}"
        wait_for(process, address)
        asyncio.run(bring_secrets(address))
    finally:
        process.terminate()
        process.wait()
    return output.read_text()


async def bring_secrets(address: str) -> None:
    connection = http.client.HTTPConnection(address)
    connection.request("GET", f"/api/v1/nothing/?token={SECRET}", headers={"X-Forwarded-For": "203.0.113.9"})
    connection.getresponse().read()
    async with websockets.connect(f"ws://{address}/ws/v1/replays/nothing?ticket={SECRET}") as line:
        await line.recv()


def test_their_own_lines_have_no_secrets(said):
    assert "/api/v1/nothing/" in said
    assert "/ws/v1/replays/nothing" in said
    assert SECRET not in said


def test_their_own_lines_are_records_of_the_sites_log(said):
    lines = said[said.index("core.requests") :].splitlines()[1:]
    assert [line for line in lines if " | " not in line] == []


def test_nobody_on_this_machine_is_taken_for_a_proxy(said):
    assert "203.0.113.9" not in said
